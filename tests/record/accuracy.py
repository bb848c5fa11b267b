#!/usr/bin/python3
"""Times without the recorder's overhead against the truth: tests/bench/accuracy.c and .py.

Machines are disturbed: what is judged are medians of several rounds, each with an unrecorded run
beside the recorded one, in units of the pace that the program itself measured. Where rounds differ
too much among themselves to judge by, the test is skipped.
"""
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from common import (CC, FOLDER, NCPROF, PYTHON, Skip, equal, expect, main, ncprof, record,  # noqa: E402
                    start, test)

BENCH = Path(__file__).resolve().parents[1] / "bench"
ROUNDS = 12
UNDISTURBED = 1.04  # this much longer than its processor time a run may take
COMPILE = ["-O2", "-fno-optimize-sibling-calls"]


class Disturbed(Exception):
    """Others had the processor for a part of this run."""


def rounds_of(once):
    """Rounds that nobody disturbed."""
    done = []
    for _ in range(ROUNDS):
        try:
            done.append(once())
        except Disturbed:
            continue
    if len(done) < 3:
        raise Skip(f"the machine is too busy: {len(done)} of {ROUNDS} rounds had it for themselves")
    return done


def compiled(name, *flags):
    program = FOLDER / name
    if not program.exists():
        subprocess.run([CC, *COMPILE, *flags, "-o", program, BENCH / "accuracy.c"], check=True)
    return str(program)


def numbers(text):
    found = {key: float(value) for key, value in re.findall(r"^([TPW]) ([\d.]+)", text, re.M)}
    if found["W"] > UNDISTURBED:
        raise Disturbed
    shares = {name: float(value) for name, value in re.findall(r"^I (\S+) (\d+)", text, re.M)}
    return found["T"], found["P"], shares


def unrecorded(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    equal(done.returncode, 0, done.stderr)
    return numbers(done.stderr)


def recorded(*command, options=()):
    done = record("--force", "-o", "accuracy.ncp", *options, "--", *command)
    equal(done.returncode, 0, done.stderr)
    report = json.loads(ncprof("report", "accuracy.ncp", "--format", "json", "--limit", "0"))
    functions = {row["name"].split(".")[-1]: row for row in report["functions"]}
    return numbers(done.stderr)[1], report["profile"], functions


def off(truth, times):
    """How far the worst share is from the true one, in percentage points."""
    all_of_it, all_times = sum(truth.values()), sum(times.values())
    return max(abs(100 * (times[name] / all_times - truth[name] / all_of_it)) for name in truth)


def one_round(hooks):
    took, pace, truth = unrecorded(compiled("plain"), "200")
    pace_then, profile, functions = recorded(compiled(hooks, "-" + hooks), "200")
    times = {name: functions[name]["corrected_tottime"] for name in truth}
    raw = {name: functions[name]["raw_tottime"] for name in truth}
    total = profile["correction"]["corrected_total"] * 1e9 / pace_then / (took / pace)
    raw_total = profile["correction"]["raw_total"] * 1e9 / pace_then / (took / pace)
    return total, off(truth, times), raw_total, off(truth, raw)


def judge(hooks):
    rounds = rounds_of(lambda: one_round(hooks))
    total, share, raw_total, raw_share = (statistics.median(column) for column in zip(*rounds))
    print(f"# {hooks}, {len(rounds)} rounds: total {100 * total - 100:+.1f} % (raw "
          f"{100 * raw_total - 100:+.1f} %), shares off by {share:.1f} (raw {raw_share:.1f}) points")
    expect(abs(total - 1) < 0.14, f"the total is {total:.2f} of the unrecorded run's")
    expect(share < 4, f"a share is off by {share:.1f} points")
    expect(abs(total - 1) < abs(raw_total - 1), "the correction makes it worse")


@test("-finstrument-functions: shares and total are the unrecorded program's")
def instrumented():
    judge("finstrument-functions")


@test("-pg: shares and total are the unrecorded program's")
def profiled():
    judge("pg")


@test("Python: what is corrected is nearer to the truth than what was recorded")
def python():
    def once():
        took, pace, truth = unrecorded(PYTHON, str(BENCH / "accuracy.py"), "60", "--truth")
        pace_then, _, functions = recorded(PYTHON, str(BENCH / "accuracy.py"), "60")
        true = took / pace * pace_then / 1e9
        times = {name: functions[name]["corrected_tottime"] for name in truth}
        return (functions["work"]["corrected_cumtime"] / true,
                functions["work"]["raw_cumtime"] / true, off(truth, times))
    ratio, raw, share = (statistics.median(column) for column in zip(*rounds_of(once)))
    print(f"# Python: total {100 * ratio - 100:+.1f} % (raw {100 * raw - 100:+.1f} %), "
          f"shares off by {share:.1f} points")
    expect(abs(ratio - 1) < abs(raw - 1), "the correction makes it worse")
    expect(0.75 < ratio < 1.3, f"the total is {ratio:.2f} of the unrecorded run's")
    expect(share < 6, f"a share is off by {share:.1f} points")


@test("the costs are in the trace, and what is corrected by them is said")
def costs_are_said():
    record("--force", "-o", "said.ncp", "--", compiled("finstrument-functions",
                                                       "-finstrument-functions"), "20")
    info = json.loads(ncprof("info", "said.ncp", "--format", "json"))
    equal(info["metadata"]["cost.native.hook"], "instrument-functions")
    equal([metric["name"] for metric in info["metrics"]], ["wall", "wall, raw"])
    expect("times corrected for" in ncprof("report", "said.ncp"), "corrected")
    raw = ncprof("report", "said.ncp", "--metric", "raw")
    expect("times as recorded" in raw and "wall, raw" in raw, raw[:200])


@test("costs are in a trace whose program and recorder were killed, and stay in what is recovered")
def costs_of_the_killed():
    program = compiled("finstrument-functions", "-finstrument-functions")
    for whom in ("recorder", "both"):
        recorder = start("--force", "-o", f"{whom}.ncp", "--", program, "100000",
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and (children := children_of(recorder.pid)) == []:
            time.sleep(0.05)
        time.sleep(1.5)
        recorder.kill()
        try:
            if whom == "recorder":
                has_costs(f"{whom}.ncp", "as it was left")
        finally:
            for child in children:
                os.kill(child, signal.SIGKILL)
        recorder.wait()
        has_costs(f"{whom}.ncp", "as both left it")
        ncprof("recover", f"{whom}.ncp")
        has_costs(f"{whom}.ncp", "recovered")


def children_of(pid):
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def has_costs(trace, when):
    profile = json.loads(ncprof("report", trace, "--format", "json", "--limit", "1"))["profile"]
    expect("correction" in profile, f"{trace} {when}: no costs")
    taken = profile["correction"]
    expect(0 < taken["corrected_total"] < taken["raw_total"], f"{trace} {when}: {taken}")


@test("--clock takes wall and cpu")
def clock_names():
    done = record("--clock", "sun", "--force", "-o", "sun.ncp", "--", "true")
    equal(done.returncode, 2, done.stderr)
    expect("wall" in done.stderr and "cpu" in done.stderr, done.stderr)
    equal((FOLDER / "sun.ncp").exists(), False)
    record("--clock", "wall", "--force", "-o", "wall.ncp", "--",
           compiled("finstrument-functions", "-finstrument-functions"), "1")
    metrics = json.loads(ncprof("info", "wall.ncp", "--format", "json"))["metrics"]
    equal([metric["name"] for metric in metrics], ["wall", "wall, raw"])


CPU = """
import os, threading, time
def busy():
    end = time.thread_time() + 0.05
    while time.thread_time() < end: pass
def wait(): time.sleep(0.3)
def run(): busy(); wait()
thread = threading.Thread(target=run)
thread.start()
thread.join()
def three():
    for _ in range(3): yield busy()
list(three())
if not os.fork():
    run()
    os._exit(0)
os.wait()
"""


@test("--clock cpu: waiting is no time, in threads, generators and forked children")
def cpu_clock():
    (FOLDER / "cpu.py").write_text(CPU)
    done = record("--clock", "cpu", "--force", "-o", "cpu.ncp", "--", PYTHON, "cpu.py")
    equal(done.returncode, 0, done.stderr)
    expect("reading of that clock takes" in done.stderr, done.stderr)
    report = json.loads(ncprof("report", "cpu.ncp", "--format", "json", "--limit", "0"))
    equal(report["profile"]["metric"], "cpu")
    functions = {row["name"].split(".")[-1]: row for row in report["functions"]}
    equal(functions["busy"]["ncalls"], 5)
    expect(0.25 <= functions["busy"]["raw_cumtime"] < 0.5, functions["busy"])
    expect(functions["wait"]["raw_cumtime"] < 0.1, functions["wait"])
    record("--force", "-o", "wall.ncp", "--", PYTHON, "cpu.py")
    unlike = subprocess.run([NCPROF, "diff", FOLDER / "cpu.ncp",
                             FOLDER / "wall.ncp"], capture_output=True, text=True)
    equal(unlike.returncode, 2, unlike.stdout)
    expect("cannot be compared" in unlike.stderr, unlike.stderr)


main()
