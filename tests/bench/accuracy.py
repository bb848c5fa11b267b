"""The program of accuracy.c in Python: every function works so many iterations, and counts them.

Calls take some 200 ns to 1 ms, on stacks 1 to 50 deep. Prints what accuracy.c prints;
with --truth, unrecorded, also the ns of all calls of a function, what it calls not counted.
"""
import sys
from time import perf_counter_ns as now, process_time_ns as cpu_now

COUNTS = {}  # name: iterations, calls
ALONE = {}  # name: the function without its calls


def spin(iterations):
    return "x = 1\n    for _ in range(%d): x = x * 3 & 1023\n" % iterations


def make(name, iterations, rest=""):
    COUNTS[name] = [iterations, 0]
    space = {"COUNT": COUNTS[name]}
    head = f"def {name}(depth=0):\n    COUNT[1] += 1\n    {spin(iterations)}"
    exec(head, space)
    ALONE[name] = space[name]
    exec(head + rest, space)
    return space[name], space


leaf_tiny, _ = make("leaf_tiny", 3)
leaf_500ns, _ = make("leaf_500ns", 10)
leaf_1us, _ = make("leaf_1us", 25)
leaf_10us, _ = make("leaf_10us", 250)
leaf_100us, _ = make("leaf_100us", 2500)
leaf_1ms, _ = make("leaf_1ms", 25000)
fan_tiny, _ = make("fan_tiny", 5)
fan, space = make("fan", 20, "    for _ in range(8): fan_tiny()\n")
space["fan_tiny"] = fan_tiny
ping, one = make("ping", 8, "    if depth > 1: pong(depth - 1)\n")
pong, two = make("pong", 16, "    if depth > 1: ping(depth - 1)\n")
one["pong"], two["ping"] = pong, ping
built_in, _ = make("built_in", 20, "    abs(-1); abs(-2); abs(-3); abs(-4)\n")


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


def pace():
    x = 1
    before = now()
    for _ in range(2000):
        x = x * 3 & 1023
    return now() - before


def each_call(name):
    """ns of a call that calls nothing, the least of many."""
    function, least = ALONE[name], 1e300
    times = max(1, 20000 // COUNTS[name][0])
    for _ in range(15):
        before = now()
        for _ in range(times):
            function()
        least = min(least, (now() - before) / times)
    return least


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    outside = paces = 0
    start, cpu = now(), cpu_now()
    for number in range(rounds):
        before = now()
        paces += pace()
        outside += now() - before
        work(number)
    whole = now() - start
    cpu = cpu_now() - cpu
    took = whole - outside
    print(f"T {took}\nW {whole / max(cpu, 1):.3f}\nP {paces * 1e6 / (2000 * rounds):.0f}", file=sys.stderr)
    if "--truth" in sys.argv:
        for name, calls in [(name, calls) for name, (_, calls) in COUNTS.items()]:
            print(f"I {name} {each_call(name) * calls:.0f} {calls}", file=sys.stderr)


main()
