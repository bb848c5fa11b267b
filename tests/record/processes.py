#!/usr/bin/python3
"""The processes of a trace: who started whom, what they ran, how they ended, each by itself."""
import collections
import json
import os
import re
import signal
import subprocess
import time

from common import CC, FOLDER, equal, expect, functions, info, main, ncprof, record, test

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "native", "programs",
                      "family.c")


def family():
    """The program, compiled once."""
    path = FOLDER / "family"
    if not path.exists():
        subprocess.run([CC, "-w", "-D_GNU_SOURCE", "-O1", "-finstrument-functions", "-o", path,
                        SOURCE], check=True)
    return path


# Linux keeps the status of a process that is not one's own child since 6.15 only.
LINUX = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))
KNOWN_SIGNALS = [signal.SIGKILL] + ([None] if LINUX < (6, 15) else [])

_seen = {}


def seen():
    """What `info` says of one recording, and its processes by the words that tell them apart."""
    if not _seen:
        trace = FOLDER / "family.kept"
        done = record("-o", trace, "--", family())
        equal(done.returncode, 7, done.stderr)
        _seen["trace"] = trace
        _seen["list"] = info(trace)["processes"]
        for process in _seen["list"]:  # it would run on for ten seconds
            if process["command"] == "lasting daemon":
                os.kill(process["id"], signal.SIGKILL)
    return _seen


def one(**facts):
    """The only process of which all this is so."""
    found = [p for p in seen()["list"] if all(p[key] == value for key, value in facts.items())]
    equal(len(found), 1, f"{facts}: {found}")
    return found[0]


def parent(process):
    """Its parent's facts, or None."""
    return None if process["parent"] is None else seen()["list"][process["parent"]]


@test("fork, vfork, exec, posix_spawn, system and popen: each process with its exit status")
def _():
    ends = collections.Counter(p["exit"] for p in seen()["list"] if p["end"] == "exited")
    for status in (7, 41, 42, 43, 44, 45, 47, 48, 49):
        equal(ends[status], 1, f"exit {status} of {ends}")
    equal(ends[46], 0, "a child of vfork() that only exits is none of its own")
    equal(ends[99], 0, "failed execs")


@test("each has the process that started it, also through a shell that is not recorded")
def _():
    root = one(exit=7)
    equal(root["parent"], None)
    for status in (41, 42, 44, 45, 47, 48, 49):
        equal(parent(one(exit=status)), root, f"parent of exit {status}")


@test("exec makes another process with the same pid, below the one it was")
def _():
    after = one(exit=43)
    before = parent(after)
    equal((before["end"], before["id"], before["exit"]), ("replaced", after["id"], None))
    equal(after["command"], "execd leaf 9 43")
    equal(parent(before), one(exit=7))


@test("a daemon is below the process that forked it, and still running when the recording ends")
def _():
    daemon = one(command="lasting daemon")
    equal(daemon["end"], "running")
    equal(parent(daemon)["exit"], 0)
    equal(parent(parent(daemon)), one(exit=7))


@test("a killed child did not exit; which signal it was is known")
def _():
    doomed = one(command="doomed killed")
    equal(doomed["end"], "killed")
    expect(doomed["signal"] in KNOWN_SIGNALS, doomed)


@test("words of a command line stay words")
def _():
    expect(one(exit=49)["command"].endswith("leaf 4 49 'two words'"), one(exit=49)["command"])


@test("report --process has the calls of one, by pid, name and command line")
def _():
    trace = seen()["trace"]
    process = one(exit=47)
    for words in (process["id"], process["name"], process["command"]):
        report = json.loads(ncprof("report", trace, "--process", words, "--format", "json"))
        calls = {row["name"]: row["ncalls"] for row in report["functions"]}
        equal(calls, {"main": 1, "fib": 25, "spawn": 0} if "spawn" in calls
              else {"main": 1, "fib": 25}, str(words))


@test("the calls of all processes are in the sums, none twice")
def _():
    calls = [1, 1, 3, 5, 9, 15, 25, 41, 67, 109, 177, 287, 465]  # of fib(n)
    expected = sum(calls[n] for n in (10, 9, 9, 8, 7, 6, 5, 4, 8, 12))
    got = functions(seen()["trace"])["fib"]["ncalls"]
    expect((got - expected) % calls[3] == 0 and 0 < got - expected <= 200 * calls[3],
           f"{got}, without the daemon {expected}")


@test("info lists the tree of processes, each below its parent")
def _():
    lines = ncprof("info", seen()["trace"]).splitlines()
    at = next(i for i, line in enumerate(lines) if re.match(r"  \d+ .* exit 7  ", line))
    expect(" with children" in lines[at], lines[at])
    inner = next(line for line in lines if "execd leaf" in line)
    expect(re.match(r"      \d+ ", inner), inner)
    expect("exit 43" in inner, inner)


@test("the browser chooses a process: its hotspots, its tree")
def _():
    screen = ncprof(seen()["trace"], "--keys", "T", "--dump", "100x30")
    expect("Process or thread" in screen and "spawned leaf 6 47" in screen, screen)
    screen = ncprof(seen()["trace"], "--keys", "Tj<Enter>", "--dump", "160x30")
    expect(re.search(r"process .*family \d+", screen), screen)
    narrow = ncprof(seen()["trace"], "--keys", "Tj<Enter>", "--dump", "80x24")
    expect(re.search(r"process family \d+", narrow), narrow)


@test("three hundred short children: all there, all below one, in little time and space")
def _():
    begin = time.monotonic()
    done = record("-o", "many.ncp", "--", family(), "many", "300", timeout=120)
    equal(done.returncode, 0, done.stderr)
    processes = info("many.ncp")["processes"]
    root = next(i for i, p in enumerate(processes) if p["parent"] is None)
    ends = collections.Counter((p["end"], p["exit"], p["parent"]) for p in processes)
    equal(ends, {("exited", 0, None): 1, ("exited", 5, root): 300}, "ends")
    equal(functions("many.ncp")["fib"]["ncalls"], 300 * 5)
    expect((FOLDER / "many.ncp").stat().st_size < 300 * 2048, "size")
    expect("... 271 more" in ncprof("info", "many.ncp"), ncprof("info", "many.ncp"))
    expect(time.monotonic() - begin < 100, "time")


main()
