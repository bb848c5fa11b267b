"""The program of accuracy.c in Python: every function works so many iterations, and counts them.

Calls take some 200 ns to 1 ms, on stacks 1 to 50 deep. Prints what accuracy.c prints; the pace is
that of a C function, which recorders of calls do not slow down. With --truth, unrecorded, also the ns
that all calls of a function took for themselves: of what a call as such takes half is the callee's.
"""
import statistics
import sys
from time import perf_counter_ns as now, process_time_ns as cpu_now

COUNTS = {}  # name: iterations, calls
SPACES = {}  # name: its globals
CALLEES = {}  # name: Python functions that it calls, and how often in a call
PACE = (1.5,) * 3000


def make(name, iterations, rest="", callee=None, times=0):
    COUNTS[name] = [iterations, 0]
    SPACES[name] = {"COUNT": COUNTS[name]}
    CALLEES[name] = callee, times
    exec(f"def {name}(depth=0):\n    COUNT[1] += 1\n    x = 1\n"
         f"    for _ in range({iterations}): x = x * 3 & 1023\n{rest}", SPACES[name])
    return SPACES[name][name]


def empty(depth=0):
    pass


leaf_tiny = make("leaf_tiny", 3)
leaf_500ns = make("leaf_500ns", 10)
leaf_1us = make("leaf_1us", 25)
leaf_10us = make("leaf_10us", 250)
leaf_100us = make("leaf_100us", 2500)
leaf_1ms = make("leaf_1ms", 25000)
fan_tiny = make("fan_tiny", 5)
fan = make("fan", 20, "    for _ in range(8): fan_tiny()\n", "fan_tiny", 8)
SPACES["fan"]["fan_tiny"] = fan_tiny
ping = make("ping", 8, "    if depth > 1: pong(depth - 1)\n", "pong", 1)
pong = make("pong", 16, "    if depth > 1: ping(depth - 1)\n", "ping", 1)
SPACES["ping"]["pong"], SPACES["pong"]["ping"] = pong, ping
built_in = make("built_in", 20, "    abs(-1); abs(-2); abs(-3); abs(-4)\n")


def work(number):
    for _ in range(40):
        leaf_500ns()
        leaf_tiny()
        leaf_tiny()
        leaf_tiny()
    for _ in range(20):
        leaf_1us()
        built_in()
    for _ in range(2):
        leaf_10us()
    if number % 5 == 0:
        leaf_100us()
    if number % 50 == 0:
        leaf_1ms()
    for _ in range(5):
        fan()
    for depth in range(1, 50, 14):
        ping(depth)


CALLS_OF_WORK = 40 * 4 + 20 * 2 + 2 + 5 + 4  # when it makes neither of the long ones


def pace():
    PACE.count(2.5)  # as fast the next time whatever was before
    before = now()
    PACE.count(2.5)
    return now() - before


def own_pace():
    x = 1
    before = now()
    for _ in range(1000):
        x = x * 3 & 1023
    return now() - before


def loop(function, times):
    """What so many calls take, without the loop."""
    numbers = range(times)
    start = now()
    for _ in numbers:
        pass
    middle = now()
    for _ in numbers:
        function(2)
    return (now() - middle) - (middle - start)


def paces_of(function, iterations=0):
    """What a call takes in units of the pace at that time."""
    times = max(2, 20000 // (iterations + 20))
    function(2)
    return statistics.median(
        loop(function, times) / times / (own_pace() + own_pace()) * 2 for _ in range(31))


def alone_work():
    names = [name for name in COUNTS if name in globals()]
    real = {name: globals()[name] for name in names}
    globals().update(dict.fromkeys(names, empty))
    whole = paces_of(work, 5000)
    globals().update(real)
    return whole - paces_of(empty) * (1 + CALLS_OF_WORK) / 2


def alone(name):
    """With empty callees, less the callees' half of these calls and the caller's of its own."""
    callee, times = CALLEES[name]
    if callee:
        real = SPACES[name][callee]
        SPACES[name][callee] = empty
    whole = paces_of(SPACES[name][name], COUNTS[name][0])
    if callee:
        SPACES[name][callee] = real
    return whole - paces_of(empty) * (1 + times) / 2


def tell_truth(ns_of_pace):
    rounds = COUNTS["fan"][1] / 5
    print(f"I work {alone_work() * rounds * ns_of_pace:.0f} {rounds:.0f}", file=sys.stderr)
    for name, calls in [(name, calls) for name, (_, calls) in COUNTS.items()]:
        print(f"I {name} {alone(name) * calls * ns_of_pace:.0f} {calls}", file=sys.stderr)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    outside = paces = own_paces = 0
    start, cpu = now(), cpu_now()
    for number in range(rounds):
        before = now()
        paces += pace()
        own_paces += own_pace()
        outside += now() - before
        work(number)
    whole = now() - start
    cpu = cpu_now() - cpu
    print(f"T {whole - outside}\nW {whole / max(cpu, 1):.3f}\nP {paces * 1e3 / rounds:.0f}",
          file=sys.stderr)
    if "--truth" in sys.argv:
        tell_truth(own_paces / rounds)


main()
