#!/usr/bin/env python3
"""Small files that name many metrics, so that each function, call path and edge has as many values:
the last metrics are left out, and a note says so, when memory would not be in proportion."""
from common import EXIT_READ, EXIT_REFUSED, check, each, field, repeat, run, test, varint

MOST = 64
LEFT_OUT = "metrics, from "
INLINED = "its inlined calls come to too many frames for its size"


def every_pair(count):
    """Numbers 1 to `count`, each behind each other one once."""
    for i in range(1, count + 1):
        yield varint(i)
        yield b"".join(varint(i) + varint(j) for j in range(i + 1, count + 1))


def pprof(types, locations, samples, lines=0):
    yield field(1, field(1, 1) + field(2, 2)) * types
    yield from samples
    for i in range(1, locations + 1):
        yield field(4, field(1, i) + field(3, i) + field(4, field(1, i)) * lines) + field(5, field(1, i) + field(2, 3))
    yield b"".join(field(6, text) for text in (b"", b"samples", b"count", b"f"))


def sample(stack, values):
    return field(2, field(1, stack) + field(2, b"".join(map(varint, values))))


@test("pprof with 64 types: paths, functions and edges")
def _():
    for name, locations, stack in (("deep", 1, b"\1" * 400_000), ("edges", 1000, b"".join(every_pair(1000))),
                                   ("functions", 60_000, b"".join(map(varint, range(1, 60_000))))):
        check(f"{name}.pb", pprof(MOST, locations, [sample(stack, [1] * MOST)]), "--from", "pprof",
              status=EXIT_READ, says=LEFT_OUT)


@test("pprof with 64 types whose values come last, or in each sample")
def _():
    last = [*(sample(varint(i), [1]) for i in range(1, 60_000)), sample(varint(60_000), [1] * MOST)]
    check("last.pb", pprof(MOST, 60_000, last), "--from", "pprof", status=EXIT_READ)
    every = (sample(varint(i), [1] * MOST) for i in range(1, 60_000))
    check("every.pb", pprof(MOST, 60_000, every), "--from", "pprof", status=EXIT_READ)


@test("inlined calls that multiply the frames")
def _():
    check("inlined.pb", pprof(1, 1, [sample(b"\1" * 1_000_000, [1])], lines=3), "--from", "pprof",
          status=EXIT_REFUSED, says=INLINED)


@test("callgrind with 64 events: functions, and calls of one function")
def _():
    events = "events: " + " ".join(f"E{i}" for i in range(MOST)) + "\n"
    check("functions.callgrind", [events, each(lambda i: f"fn={i:x}\n1 1\n", 100_000)], status=EXIT_READ)
    check("calls.callgrind", [events, "fn=a\n", each(lambda i: f"cfn={i:x}\ncalls=1\n1 1\n", 100_000)],
          status=EXIT_READ, says=LEFT_OUT)


@test("the other formats that name their metrics")
def _():
    types = ",".join(["{}"] * MOST)
    raw = "PeriodType: a b\nPeriod: 1\nSamples:\n" + "a/count " * MOST + "\n" + "1 " * MOST + ":"
    for name, reader, parts in (
            ("raw", "pprof-raw", [raw, repeat(" 1", 400_000), "\nLocations\n1: 0x1 f a.go:1:0 s=0\n"]),
            ("json", "pprof-json", ['{"SampleType":[' + types + '],"Sample":[{"Location":[', repeat("{},", 400_000),
                                    '{}],"Value":[1]}]}']),
            ("costs", "gprof2dot-json", ['{"functions":[{"name":"f"}],"costs":[' + types + '],"events":[{"callchain":[',
                                         repeat("0,", 400_000), '0],"cost":[1]}]}']),
            ("events", "pmcstat", [each(lambda i: f"@ {i} [1 samples]\n\n1% [1] f\n", 31),
                                   each(lambda i: f"1%[1]{i:x}\n", 200_000)]),
            ("columns", "vtune", ["Function Stack" + "".join(f",{i} Time:Self" for i in range(16)) + "\n",
                                  each(lambda i: f"{i:x},1\n", 200_000)])):
        check(f"{name}.{reader}", parts, "--from", reader, status=EXIT_READ, says=LEFT_OUT)


if __name__ == "__main__":
    run()
