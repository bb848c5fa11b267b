"""Large profiles of six formats, of any size, the same each time; made for tests/bench/linear.py.

All but pstats come from the same program: 20,000 functions, 1,000 ways in and 200 ways on from
each, of which a file of 1 MB sees few and one of 1 GB all. A pstats file can only grow by functions.
"""
import itertools
import random
import struct

FUNCTIONS = 20_000
WAYS_IN, WAYS_ON = 1000, 200


def names(r):
    """By number: a function's name."""
    return [r.choice(("std::vector<Node{0}>::push_back", "pkg{0}.module.function_{0}", "step_{0}",
                      "app::Layer{0}::paint")).format(i) for i in range(FUNCTIONS)]


def walk(r, start, depth):
    """Numbers of functions from `start` on, each one of a few that its caller calls."""
    path = [start]
    while len(path) < depth:
        path.append((path[-1] * 7 + r.choice((1, 1, 1, 5, 11))) % FUNCTIONS)
    return path


def ways(r):
    """The stacks: one of the first list, then one of the second."""
    return ([walk(r, r.randrange(16), r.randrange(4, 30)) for _ in range(WAYS_IN)],
            [walk(r, r.randrange(FUNCTIONS), r.randrange(1, 20)) for _ in range(WAYS_ON)])


def filled(file, size, pieces):
    """Writes pieces until there are so many bytes; returns how many pieces that took."""
    written, count = 0, 0
    for piece in pieces:
        if written >= size:
            return count
        written += file.write(piece)
        count += 1
    raise AssertionError("pieces have no end")


def stacks(r, render):
    """Without end: both ways of a stack as `render` shows them, and a small number."""
    start, on = ways(r)
    start, on = [render(way) for way in start], [render(way) for way in on]
    weights = [min(int(r.paretovariate(1.2)), 1000) for _ in range(997)]
    for i in itertools.count():
        yield r.choice(start), r.choice(on), weights[i % 997]


def folded(path, size):
    r = random.Random(1)
    name = [text.encode() for text in names(r)]
    with open(path, "wb") as file:
        filled(file, size, (b"%b;%b %d\n" % stack for stack in
                            stacks(r, lambda way: b";".join(name[f] for f in way))))


def perf(path, size):
    r = random.Random(2)
    frame = [b"\t    %012x %b+0x1c (/usr/bin/app)\n" % (0x400000 + 64 * i, text.encode())
             for i, text in enumerate(names(r))]
    blocks = stacks(r, lambda way: b"".join(frame[f] for f in reversed(way)))
    with open(path, "wb") as file:
        filled(file, size, (b"app %d/%d %d.%06d: 10101 cycles:u: \n%b%b\n"
                            % (700, 700 + weight % 4, 1000 + i // 1000000, i % 1000000, on, start)
                            for i, (start, on, weight) in enumerate(blocks)))


def chrome(path, size):
    """Complete events, callers before callees; one stack after the other."""
    r = random.Random(3)
    name = [text.encode() for text in names(r)]
    start, on = ways(r)

    def events():
        yield b'{"traceEvents":[\n'
        for now in itertools.count(1000, 100):
            way = r.choice(start) + r.choice(on)
            yield b"".join(b'{"name":"%b","ph":"X","pid":1,"tid":%d,"ts":%d,"dur":%d},\n'
                           % (name[f], 1 + now // 100 % 4, now + level, 99 - level)
                           for level, f in enumerate(way[:40]))

    with open(path, "wb") as file:
        filled(file, size, events())
        file.write(b'{"name":"end","ph":"i","pid":1,"tid":1,"ts":1}]}\n')


def callgrind(path, size):
    r = random.Random(4)
    name = names(r)

    def block():
        f = r.randrange(FUNCTIONS)
        lines = [f"fn=({f})\n"]
        line = 1 + f % 3000
        for _ in range(r.randrange(1, 12)):
            line += r.randrange(4)
            lines.append(f"{line} {r.randrange(1, 400)} {r.randrange(1, 90)}\n")
            if r.random() < 0.3:
                calls = r.randrange(1, 20)
                lines.append(f"cfn=({walk(r, f, 2)[1]})\ncalls={calls} 10\n"
                             f"{line} {calls * r.randrange(1, 300)} {calls}\n")
        return "".join(lines).encode()

    blocks = [block() for _ in range(50_000)]
    head = "version: 1\ncreator: linear\npositions: line\nevents: Ir Dr\n\nfl=(1) app.c\n"
    with open(path, "wb") as file:
        file.write(head.encode())
        file.write("".join(f"fn=({i}) {text}\n0 1 0\n" for i, text in enumerate(name)).encode())
        filled(file, max(0, size - file.tell()), (r.choice(blocks) for _ in itertools.count()))


# ---- pprof ----
def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def number_field(field, number):
    return varint(field << 3) + varint(number)


def bytes_field(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def pprof_tables(name):
    out = bytearray()
    for f in range(FUNCTIONS):
        line = bytes_field(4, number_field(1, f + 1) + number_field(2, 10))
        out += bytes_field(4, number_field(1, f + 1) + number_field(3, 64 * f) + line)
        out += bytes_field(5, number_field(1, f + 1) + number_field(2, f + 5))
    for text in ["", "samples", "count", "cpu", "nanoseconds", *name]:
        out += bytes_field(6, text.encode())
    return bytes(out)


def pprof(path, size):
    """Not packed: so many bytes are unpacked by any reader."""
    r = random.Random(5)
    tables = pprof_tables(names(r))
    samples = stacks(r, lambda way: b"".join(varint(f + 1) for f in reversed(way)))
    with open(path, "wb") as file:
        for name, unit in ((1, 2), (3, 4)):
            file.write(bytes_field(1, number_field(1, name) + number_field(2, unit)))
        filled(file, max(0, size - len(tables)),
               (bytes_field(2, bytes_field(1, on + start) +
                            bytes_field(2, varint(weight) + varint(weight * 10_000_000)))
                for start, on, weight in samples))
        file.write(tables)


# ---- pstats ----
def pstats(path, size):
    """Python's marshal: a dictionary of functions, their callers by reference to an earlier key."""
    r = random.Random(6)

    def key(i):
        file, name = b"/usr/lib/python3/pkg%d/mod%d.py" % (i % 400, i % 4000), b"function_%d" % i
        return (b"\xa9\x03z" + bytes([len(file)]) + file + b"i" + struct.pack("<i", i % 3000)
                + b"z" + bytes([len(name)]) + name)

    def values(calls, time):
        return b"i" + struct.pack("<i", calls) + b"i" + struct.pack("<i", calls) + \
            b"g" + struct.pack("<d", time) + b"g" + struct.pack("<d", time * 3)

    own = [values(r.randrange(1, 10000), r.random()) for _ in range(997)]
    of_caller = [b")\x04" + text for text in own]

    def functions():
        for i in itertools.count():
            callers = {r.randrange(max(0, i - 5000), i) for _ in range(3)} if i else ()
            yield key(i) + b")\x05" + own[i % 997] + b"{" + b"".join(
                b"r" + struct.pack("<I", caller) + of_caller[(i + caller) % 997]
                for caller in callers) + b"0"

    with open(path, "wb") as file:
        file.write(b"{")
        filled(file, size, functions())
        file.write(b"0")


FORMATS = {"folded": folded, "chrome": chrome, "callgrind": callgrind, "perf": perf,
           "pprof": pprof, "pstats": pstats}
SUFFIXES = {"folded": "folded", "chrome": "json", "callgrind": "callgrind.out", "perf": "perf.txt",
            "pprof": "pb", "pstats": "pstats"}
