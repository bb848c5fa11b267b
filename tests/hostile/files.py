#!/usr/bin/env python3
"""Files made to do harm: nesting of 1,000,000, cycles and shared tables, lengths and counts that
lie, numbers nobody can hold, names with control characters.

Whatever they are, `ncprof report` ends with a profile, or with exit status 2 and one line
`ncprof: FILE: ...`; it takes at most 64 bytes of memory a byte of the file and 64 MB, time that
grows with the file, and prints no control character.
"""
import json
import os

from common import (DEEP, EXIT_READ, EXIT_REFUSED, WORK, check, check_all, each, expect, field, repeat, run, test,
                    varint)


# ---- JSON ----

SCHEMA = '"$schema":"https://www.speedscope.app/file-format-schema.json"'
JSON_STARTS = {  # format: (what a file begins with, where more may follow)
    "chrome": '{"traceEvents":[',
    "cpuprofile": '{"nodes":[{"id":1,"callFrame":{"functionName":"a"},"children":',
    "speedscope": '{' + SCHEMA + ',"profiles":[',
    "pyinstrument": '{"session":{"start_time":1,"duration":1},"frame_tree":',
    "stackprof": '{"version":1.2,"mode":"cpu","interval":1,"samples":1,"frames":',
    "gecko": '{"meta":{"interval":1,"processType":0,"version":13},"threads":[',
    "ghcjson": '{"program":"a","profile":',
}


@test("a million levels of JSON in each format of JSON")
def _():
    for name, start in JSON_STARTS.items():
        for opening in ("[", '{"a":', '{"children":['):
            check(name, [start, repeat(opening, DEEP)], "--from", name)
            check(name, [repeat(opening, DEEP)], "--from", name, status=EXIT_REFUSED)
            check(name, [start, repeat(opening, DEEP)])


@test("a million levels of JSON that are closed again")
def _():
    for name, start in JSON_STARTS.items():
        check(name, [start, repeat("[", DEEP), repeat("]", DEEP), "]}"], "--from", name)


def v8_nodes(nodes, **more):
    return json.dumps({"nodes": nodes, "startTime": 0, "endTime": 9, "samples": [1], **more})


def v8_node(number, children):
    return {"id": number, "callFrame": {"functionName": f"f{number}", "url": "", "lineNumber": 1},
            "hitCount": 1, "children": children}


@test("cycles and shared children in a .cpuprofile")
def _():
    check_all({
        "self.cpuprofile": v8_nodes([v8_node(1, [1])]),
        "two.cpuprofile": v8_nodes([v8_node(1, [2]), v8_node(2, [1])]),
        "no-root.cpuprofile": v8_nodes([v8_node(1, [2]), v8_node(2, [3]), v8_node(3, [2])]),
        "shared.cpuprofile": v8_nodes([v8_node(i, [i + 1, i + 1, i + 1]) for i in range(1, 200)]),
        "same-ids.cpuprofile": v8_nodes([v8_node(1, [1, 1])] * 300),
        "strange-ids.cpuprofile": v8_nodes([v8_node(i, [-1, 2 ** 64, 1e300, "x", None])
                                            for i in (-5, 2 ** 53, 1e300)]),
    })


def v8_deep(count):
    yield '{"typeId":"CPU","head":'
    yield repeat('{"functionName":"f","id":1,"hitCount":1,"children":[', count)
    yield repeat("]}", count)
    yield ',"startTime":1,"endTime":2}'


@test("a .cpuprofile whose tree is a million levels deep")
def _():
    check("deep.cpuprofile", v8_deep(DEEP))


def gecko(prefix, samples, **more):
    count = len(prefix)
    return json.dumps({"meta": {"interval": 1, "processType": 0, "preprocessedProfileVersion": 58},
                       "libs": [], "threads": [{
                           "name": "Main", "pid": "7", "tid": 8,
                           "samples": {"length": len(samples), "weightType": "samples",
                                       "weight": None, "timeDeltas": [1] * len(samples),
                                       "stack": samples, **more},
                           "stackTable": {"length": count, "prefix": prefix, "frame": [0] * count},
                           "frameTable": {"length": 1, "func": [0], "line": [None]},
                           "funcTable": {"length": 1, "name": [0], "fileName": [None],
                                         "lineNumber": [1], "resource": [-1]},
                           "stringArray": ["f"]}], "shared": {"stringArray": ["f"]}})


@test("cycles, strange numbers and long chains in a Gecko profile's stacks")
def _():
    chain = [None] + list(range(50_000))
    check_all({
        "self.gecko.json": gecko([0], [0, 0]),
        "two.gecko.json": gecko([1, 0], [0, 1]),
        "ahead.gecko.json": gecko([1, 2, 3, None], [0, 1, 2, 3]),
        "strange.gecko.json": gecko([-1, 4e9, 1e300, "x"], [0, 1, 2, 3, -1, 1e300]),
        "chain.gecko.json": gecko(chain, [50_000] * 50_000),
        "each.gecko.json": gecko(chain, list(range(50_001))),
        "times.gecko.json": gecko([None], [0] * 6, timeDeltas=[1e300, -1e300, 1e300, -1, None, 1]),
    })


def chrome_samples(frames, samples):
    return json.dumps({"traceEvents": [], "stackFrames": frames, "samples": samples})


@test("cycles and long chains in the stack frames of a Chrome trace")
def _():
    def sample(frame, time=1):
        return {"tid": 1, "pid": 1, "ts": time, "sf": frame, "weight": 1}
    chain = {str(i): {"name": "f", "category": "c", "parent": i - 1} for i in range(1, 30_000)}
    check_all({
        "self.chrome.json": chrome_samples({"1": {"name": "f", "category": "c", "parent": 1}},
                                           [sample(1)] * 5),
        "two.chrome.json": chrome_samples({"1": {"name": "f", "parent": 2},
                                           "2": {"name": "g", "parent": 1}},
                                          [sample(1), sample(2)]),
        "chain.chrome.json": chrome_samples(chain, [sample(29_999, i) for i in range(30_000)]),
    })


def chrome_events(texts):
    return '{"traceEvents":[' + ",".join(texts) + "]}"


NUMBERS = ["-1", "1e300", "-1e300", "1e999", "9223372036854775807", "18446744073709551615",
           "-9223372036854775808", "1e-300", "0.1e18446744073709551615", "NaN", "-Infinity",
           '"1e300"', '"x"', '""', "null", "true", "[]", "{}", "4294967296"]


@test("times, counts and numbers of threads that nobody can hold, in JSON")
def _():
    for i, number in enumerate(NUMBERS):
        event = '{"name":"f","ph":"%s","ts":%s,"dur":%s,"pid":%s,"tid":%s,"id":%s}'
        texts = [event % (phase, t, d, p, p, p) for phase in "XBEbe"
                 for t, d, p in ((number, 1, 1), (5, number, 1), (7, 1, number))]
        check(f"{i}.chrome.json", chrome_events(texts))
        check(f"{i}.cpuprofile", '{"nodes":[{"id":1,"callFrame":{"functionName":"f","lineNumber":%s},'
              '"hitCount":%s}],"startTime":%s,"endTime":%s,"samples":[1,1,%s],"timeDeltas":[1,%s,2]}'
              % ((number,) * 6))
        for unit in ("seconds", "none"):
            check(f"{i}.{unit}.speedscope.json", '{%s,"shared":{"frames":[{"name":"f","line":%s}]},'
                  '"profiles":[{"type":"evented","name":"a","unit":"%s","startValue":%s,"endValue":%s,'
                  '"events":[{"type":"O","frame":0,"at":%s},{"type":"C","frame":%s,"at":%s}]},'
                  '{"type":"sampled","name":"b","unit":"%s","startValue":0,"endValue":1,'
                  '"samples":[[0,0],[%s],[0]],"weights":[1,2,%s]}]}'
                  % (SCHEMA, number, unit, *(number,) * 5, unit, number, number))
        check(f"{i}.stackprof.json", '{"version":1.2,"mode":"wall","interval":%s,"samples":%s,'
              '"frames":{"1":{"name":"f","line":%s,"total_samples":%s,"samples":%s,"edges":{"1":%s,"9":2}}},'
              '"raw":[1,1,%s,1,1,2]}' % ((number,) * 7))
        check(f"{i}.pyinstrument.json", '{"session":{"start_time":%s,"duration":%s},"frame_tree":'
              '{"identifier":"f\\u0000a.py\\u00001","time":%s,"attributes":{"l1":%s},"children":[]}}'
              % ((number,) * 4))


@test("a million calls that are begun and not ended")
def _():
    check("open.chrome.json", ['{"traceEvents":[', each(
        lambda i: '{"name":"f","ph":"B","ts":%d,"pid":1,"tid":1},' % i, DEEP)])
    check("open.speedscope.json", ['{', SCHEMA, ',"shared":{"frames":[{"name":"f"}]},"profiles":[{'
          '"type":"evented","name":"a","unit":"none","startValue":0,"endValue":1,"events":[', each(
              lambda i: '{"type":"O","frame":0,"at":%d},' % i, DEEP)])


# ---- pickles and marshal ----

PROOF = f"{WORK.name}/executed"

def lprof(state):
    return [b"\x80\x02cline_profiler.line_profiler\nLineStats\n", *state]


def snapshot(state):
    return [b"\x80\x02ctracemalloc\nSnapshot\n)\x81}(X\x06\0\0\0traces", *state]


@test("pickles: a million levels, a memo that multiplies, lengths that lie")
def _():
    double = b"".join(b"]q" + bytes([i + 1]) + b"(" + b"h" + bytes([i]) + b"h" + bytes([i]) + b"e"
                      for i in range(200))
    cases = {
        "lists": lambda: [repeat(b"]", DEEP), repeat(b"a", DEEP - 1), b"."],
        "tuples": lambda: [b"N", repeat(b"\x85", DEEP), b"."],
        "marks": lambda: [repeat(b"(", DEEP), repeat(b"t", DEEP), b"."],
        "open": lambda: [repeat(b"(", DEEP)],
        "pops": lambda: [repeat(b"0", DEEP), b"."],
        "memo": lambda: [b"]q\0", double, b"."],
        "self": lambda: [b"]q\0", repeat(b"h\0a", 100_000), b"."],
        "put": lambda: [b"Nr\xff\xff\xff\xff",
                        repeat(b"r\xfe\xff\xff\xffj\xfe\xff\xff\xff", 1000), b"."],
        "long": lambda: [b"\x8b\xff\xff\xff\x7f."],
        "bytes": lambda: [b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f."],
        "text": lambda: [b"X\xff\xff\xff\xff."],
        "call": lambda: [b"cos\nsystem\n(S'touch ", PROOF.encode(), b"'\ntR."],
        "digits": lambda: [b"I", repeat(b"9", DEEP), b"\n."],
    }
    for name, state in cases.items():
        for start, reader in ((lprof, "lprof"), (snapshot, "tracemalloc"),
                              (lambda parts: [b"\x80\x02", *parts], "ystat")):
            check(f"{name}.{reader}", start(state()), "--from", reader, status=EXIT_REFUSED)
    expect(not os.path.exists(PROOF), "a pickle was executed")


@test("a pickle whose traces share a traceback that holds itself")
def _():
    def trace():
        return [b"X\x07\0\0\0_traces](", repeat(b"(K\0K\x01h\x09K\x01t", 20_000), b"e"]
    long = b"(X\1\0\0\0aK\1\x86q\x08" + b"h\x08" * 20_000 + b"lq\x09"
    for name, traceback in (("self", b"]q\x09h\x09a"), ("long", long)):
        check(name, [b"\x80\x02", traceback, b"0", *snapshot([
            b"ctracemalloc\n_Traces\n)\x81}(", *trace(), b"ubub."])], "--from", "tracemalloc")


@test("marshal: a million levels and lengths that lie, as pstats")
def _():
    check_all({
        "lists.prof": [b"{", repeat(b"[\1\0\0\0", DEEP)],
        "tuples.prof": [b"{", repeat(b"(\1\0\0\0", DEEP)],
        "short.prof": [b"{", repeat(b")\1", DEEP)],
        "dicts.prof": [repeat(b"{", DEEP)],
        "length.prof": [b"{s\xff\xff\xff\x7f"],
        "tuple.prof": [b"{(\xff\xff\xff\x7f"],
        "list.prof": [b"{[\xff\xff\xff\xff"],
        "number.prof": [b"{l\xff\xff\xff\x7f"],
        "reference.prof": [b"{r\xff\xff\xff\x7f"],
        "code.prof": [b"{", repeat(b"\xe3" + bytes(20), 1000)],
    }, "--from", "pstats", status=EXIT_REFUSED)


# ---- protobuf ----

def pprof(samples=b"", locations=None, functions=None):
    value_type = field(1, field(1, 1) + field(2, 2))
    if locations is None:
        locations = field(4, field(1, 1) + field(4, field(1, 1) + field(2, 3)))
    if functions is None:
        functions = field(5, field(1, 1) + field(2, 3))
    strings = b"".join(field(6, text) for text in (b"", b"samples", b"count", b"f"))
    return value_type + samples + locations + functions + strings


def pprof_sample(locations, value=1):
    return field(2, field(1, b"".join(map(varint, locations))) + field(2, varint(value)))


@test("pprof: numbers that refer to nothing, lengths that lie, a million frames")
def _():
    most = 2 ** 64 - 1
    check_all({
        "nothing.pb": pprof(pprof_sample([0, 2, most, 1])),
        "most.pb": pprof(pprof_sample([1], most) * 3),
        "negative.pb": pprof(pprof_sample([1], 2 ** 63) * 3),
        "same.pb": pprof(pprof_sample([1]), locations=field(4, field(1, 1)) * 1000),
        "texts.pb": pprof(pprof_sample([1]), functions=field(5, field(1, 1) + field(2, most))),
        "lines.pb": pprof(pprof_sample([1] * 50), locations=field(4, field(1, 1) + field(
            4, field(1, 1) + field(2, most)) * 50)),
        "deep.pb": pprof(pprof_sample([1] * 100_000)),
        "inlined.pb": pprof(pprof_sample([1] * 1000) * 10, locations=field(
            4, field(1, 1) + field(4, field(1, 1)) * 100)),
        "length.pb": pprof() + varint(6 << 3 | 2) + varint(most),
        "group.pb": pprof() + varint(6 << 3 | 3) * 1000,
        "varint.pb": pprof() + b"\xff" * 1000,
    }, "--from", "pprof")


# ---- text ----

@test("folded stacks: a million frames, and counts that nobody can hold")
def _():
    check("deep.folded", [repeat("a;", DEEP), "a 1\n"], status=EXIT_READ)
    check("java.folded", [repeat("java.util.Thing::run;", DEEP // 4), "a 1\n"], status=EXIT_READ)
    check("empty.folded", [repeat(";", DEEP), "a 1\n"], "--from", "folded")
    check("wide.folded", each(lambda i: f"main;f{i % 7} {i}\n", 200_000), status=EXIT_READ)
    check("line.folded", ["a;b 1\n", repeat("a", 65 << 20)], says="the line is longer than 64 MiB")
    counts = ["1e300", "-1e300", "1e999", "NaN", "inf", "-5", "18446744073709551616", "0x10", "1.5",
              "9" * 400, "-9223372036854775808"]
    for i, count in enumerate(counts):
        check(f"{i}.folded", f"main;f {count}\nmain;g 1\nmain;f {count}\n")


def callgrind(lines):
    return "events: Ir Dr\n\n" + "\n".join(lines) + "\n"


@test("callgrind: functions that call each other, counts and positions that lie")
def _():
    ring = [line for i in range(20_000) for line in
            (f"fn=({i + 1}) f{i}", "1 5 6", f"cfn=({(i + 1) % 20_000 + 1})", "calls=9 1", "1 99999 9")]
    most = "18446744073709551615"
    check_all({
        "ring.callgrind": callgrind(ring),
        "self.callgrind": callgrind(["fn=f", "cfn=f", f"calls={most} 1", f"1 {most} {most}"] * 3),
        "relative.callgrind": callgrind(["fn=f", "+4294967295 1", f"+{most} 1", "-5 1", "* 1"] * 9),
        "numbers.callgrind": callgrind([f"fn=({most}) f", "1 1", f"fn=({most})", "1 1", "fn=(-1) g",
                                        "1 1", "fn=(99999999999999999999999) h", "1 1", "fn=(7)", "1 1"]),
        "negative.callgrind": callgrind(["fn=f", "1 -5 1e300", "1 NaN", "-1 -1"]),
        "events.callgrind": "events: " + " ".join(f"E{i}" for i in range(20_000)) + "\nfn=f\n1 2 3\n",
        "jumps.callgrind": callgrind(["fn=f", f"jump={most} {most}", "* *", f"jcnd=1/{most} -9", "1"]),
        "header.callgrind": "events: Ir\n" + "positions: instr line\n" * 1000 + "fn=f\n0xffffffffffffffffff 1 1\n",
    })


@test("other texts: numbers that nobody can hold, stacks of a million frames")
def _():
    frame = "\t    7f10 sort+0x1f (/usr/lib/libx.so)\n"
    header = "app 1/2 [000] %s: %s cycles:u: \n"
    check("deep.perf.txt", [header % ("1.5", "1"), repeat(frame, DEEP // 4), "\n"], status=EXIT_READ)
    for i, number in enumerate(["1e300", "-1", "99999999999999999999.999999", "NaN", "1" + "0" * 400]):
        check(f"{i}.perf.txt", (header % (number, number) + frame + "\n") * 3, "--from", "perf-script")
        check(f"{i}.austin", f"P1;T1;f (a.py);L{number};g (a.py);L2 {number} {number}\n" * 3,
              "--from", "austin")
        check(f"{i}.csv", f"name,ncall,tsub,ttot,tavg\nf,{number},{number},{number},{number}\n" * 3,
              "--from", "yappi")
        check(f"{i}.dat", f"CMDLINE a\nMEM {number} {number}\nFUNC f {number} {number} {number} {number}\n",
              "--from", "mprofile")
    check("deep.austin", ["P1;T1;", repeat("f (a.py);L2;", DEEP // 4), "g (a.py);L2 5\n"],
          "--from", "austin", status=EXIT_READ)
    check("deep.sample.txt", ["Call graph:\n", each(
        lambda i: "    " + "  " * i + "5 f  (in a) + 1  [0x1]\n", 3000)], "--from", "sample")


# ---- names ----

@test("names with control characters, NUL and invalid UTF-8 are shown escaped")
def _():
    nasty = b"\x1b[31mred\x1b]0;title\x07\x9b5m\xff\xfe\xc0\xaf\xed\xa0\x80\x00\x7f\t\x0br"
    quoted = json.dumps(nasty.decode("latin-1"))
    check("names.folded", b"main;" + nasty + b" 7\nmain;b 1\n", "--from", "folded", status=EXIT_READ)
    check("names.callgrind", b"events: Ir\nfl=" + nasty + b"\nfn=" + nasty + b"\n1 5\n", status=EXIT_READ)
    check("names.chrome.json", '{"traceEvents":[{"name":%s,"ph":"X","ts":1,"dur":5,"pid":1,"tid":1}]}'
          % quoted, status=EXIT_READ)
    check("names.speedscope.json", '{%s,"shared":{"frames":[{"name":%s,"file":%s}]},"profiles":[{"type":'
          '"sampled","name":%s,"unit":"none","startValue":0,"endValue":1,"samples":[[0]],"weights":[1]}]}'
          % (SCHEMA, quoted, quoted, quoted), status=EXIT_READ)
    check("names.csv", b"name,ncall,tsub,ttot,tavg\n\"" + nasty + b"\",1,1,1,1\n")
    check("names.perf.txt", b"a" + nasty + b" 1/2 [000] 1.5: 1 cycles:u: \n\t 7f10 " + nasty +
          b"+0x1f (" + nasty + b")\n\n", "--from", "perf-script")
    check("names.pb", pprof(pprof_sample([1])).replace(b"\x01f", varint(len(nasty)) + nasty),
          "--from", "pprof", status=EXIT_READ)


@test("NUL bytes, spaces and newlines alone, however many")
def _():
    for byte in (b"\0", b" ", b"\n", b"\r", b"\xff", b"(", b"{", b"\x80", b"\x1f\x8b\x08", b"MOJ\1"):
        check("same", repeat(byte, DEEP))
        for reader in ("folded", "callgrind", "perf-script", "pprof", "pstats", "chrome", "mojo", "gprof",
                       "yappi", "austin", "lprof", "sample"):
            check("same", repeat(byte, DEEP // 8), "--from", reader)


if __name__ == "__main__":
    run()
