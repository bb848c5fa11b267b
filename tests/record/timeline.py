#!/usr/bin/env python3
"""convert --timeline: each call with its moments, as Chrome's trace events."""
import json
import subprocess
from collections import Counter

from common import FOLDER, NCPROF, PYTHON, equal, expect, fib, main, ncprof, program, record, test

THREADS = """
import json, threading
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def work(k):
    for i in range(20): json.dumps({"a": [i] * k}); fib(8)
threads = [threading.Thread(target=work, args=(i + 1,), name=f"w;\\u00f6{i}") for i in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

STACKS = r"""
#include <ucontext.h>
static ucontext_t back, there;
static char stack[65536];
void leaf(void) {}
void inside(void) { for (int i = 0; i < 5; i++) { leaf(); swapcontext(&there, &back); } }
void round_trip(void) { leaf(); swapcontext(&back, &there); }
int main(void)
{
    getcontext(&there);
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = sizeof stack;
    there.uc_link = &back;
    makecontext(&there, inside, 0);
    for (int i = 0; i < 5; i++) round_trip();
    return 0;
}
"""

DIES = r"""
#include <signal.h>
void leaf(void) {}
void end(void) { raise(SIGKILL); }
int main(void) { for (int i = 0; i < 30; i++) leaf(); end(); return 0; }
"""


def convert(trace, *words, status=0):
    done = subprocess.run([NCPROF, "convert", trace, "-o", "out.trace.json", "--force", "--timeline",
                           *words], cwd=FOLDER, capture_output=True, text=True)
    equal(done.returncode, status, done.stderr)
    return done.stderr


def walk():
    """Checks that begins and ends are nested in each thread, in the order of time; returns calls."""
    document = json.loads((FOLDER / "out.trace.json").read_text())
    stacks, times, calls = {}, {}, Counter()
    for event in document["traceEvents"]:
        if event["ph"] == "M":
            continue
        track = event["pid"], event["tid"]
        stack = stacks.setdefault(track, [])
        expect(event["ts"] >= times.get(track, 0), event)
        times[track] = event["ts"]
        if event["ph"] == "B":
            stack.append(event["name"])
            calls[event["name"].split(" (")[0]] += 1
        else:
            equal(event["ph"], "E")
            equal(stack.pop(), event["name"])
    return calls, {track: stack for track, stack in stacks.items() if stack}


def numbers(path, *words):
    rows = json.loads(ncprof("report", path, "--format", "json", "--limit", "0", *words))["functions"]
    return {(row["name"], row["file"]): (row["ncalls"], row["primitive_calls"], row["tottime"], row["cumtime"])
            for row in rows if row["ncalls"]}


@test("a timeline of Python threads reads back with the numbers of the recording")
def python():
    (FOLDER / "threads.py").write_text(THREADS)
    record("--force", "-o", "t.ncp", "--", PYTHON, "threads.py")
    convert("t.ncp")
    calls, left = walk()
    expect(not left, left)
    ours, theirs = numbers("t.ncp", "--metric", "raw"), numbers("out.trace.json")
    equal(set(ours), set(theirs))
    for key, row in ours.items():
        equal(row[:2], theirs[key][:2], key)
        for a, b in zip(row[2:], theirs[key][2:]):
            expect(abs(a - b) <= 1e-9 * sum(calls.values()), (key, row, theirs[key]))  # ticks, rounded
    equal(sum(calls.values()), sum(row[0] for row in ours.values()))
    text = (FOLDER / "out.trace.json").read_text()
    expect(all(f'"name":"w;ö{i}"' in text for i in range(3)), text[:2000])


@test("a part has the same self times as the report of that part, and is whole in itself")
def part():
    record("--force", "-o", "f.ncp", "--", fib(), "20")
    convert("f.ncp")
    times = [event["ts"] for event in json.loads((FOLDER / "out.trace.json").read_text())["traceEvents"]
             if event["ph"] == "B"]
    quarter = (times[-1] - times[0]) / 4e6
    span = "%.9fs..%.9fs" % (times[0] / 1e6 + quarter, times[0] / 1e6 + 2 * quarter)
    convert("f.ncp", "--range", span)
    calls, left = walk()
    expect(not left, left)
    ours = numbers("f.ncp", "--metric", "raw", "--range", span)
    theirs = numbers("out.trace.json")
    for key, row in ours.items():
        name = [other for other in theirs if other[0] == key[0]][0]
        expect(abs(row[2] - theirs[name][2]) < 1e-6, (row, theirs[name]))
        expect(row[0] <= theirs[name][0] <= row[0] + 25, (row, theirs[name]))


@test("what runs on a stack of its own is a track of its own")
def stacks():
    record("--force", "-o", "s.ncp", "--", program("stacks", STACKS, "-finstrument-functions"))
    convert("s.ncp")
    calls, left = walk()
    equal(calls["leaf"], 10)
    equal(calls["inside"], 1)
    document = json.loads((FOLDER / "out.trace.json").read_text())
    equal(len({(e["pid"], e["tid"]) for e in document["traceEvents"] if e["ph"] == "B"}), 2)


@test("what was open when a program was killed ends at that moment")
def killed():
    record("--force", "-o", "d.ncp", "--", program("dies", DIES, "-finstrument-functions"))
    convert("d.ncp")
    calls, left = walk()
    equal(calls["leaf"], 30)
    expect(not left, left)
    last = json.loads((FOLDER / "out.trace.json").read_text())["traceEvents"][-2:]
    equal([event["name"].split(" (")[0] for event in last], ["end", "main"])
    equal(last[0]["ts"], last[1]["ts"])


@test("calls without events are told of, and refused with --strict")
def thinned():
    record("--min-time", "1s", "--force", "-o", "m.ncp", "--", fib(), "15")
    expect("calls that have no events are not there" in convert("m.ncp"), "not said")
    expect("not written, because of --strict" in convert("m.ncp", "--strict", status=2), "written")


@test("formats without moments, and writers of sums, are refused")
def refused():
    (FOLDER / "a.folded").write_text("main;a 3\n")
    expect("the moments of single calls are not known" in convert("a.folded", status=2), "taken")
    record("--force", "-o", "r.ncp", "--", fib(), "5")
    expect("keeps no moments" in convert("r.ncp", "--to", "pprof", status=2), "taken")
    expect("does not go with --tasks" in convert("r.ncp", "--tasks", status=2), "taken")


main()
