#!/usr/bin/env python3
"""Recorders that keep the events of few calls are killed: the sums still hold every call."""
import json
import random
import subprocess
import time

from common import (CHECK, NCPROF, TRACE, Progress, expect, kill, main, recorders, recovered, start,
                    target_of, test, wait_for_end)

MOMENTS = 4
COMMANDS = recorders()


def calls_until(number, events):
    done = subprocess.run([CHECK, "--calls", str(number), str(events)], check=True,
                          capture_output=True, text=True)
    return [int(word) for word in done.stdout.split()]


def recorded_calls():
    """Of each function, and how many events are counted as lost."""
    done = subprocess.run([NCPROF, "report", TRACE, "--format", "json", "--limit", "0"], check=True,
                          capture_output=True, text=True)
    document = json.loads(done.stdout)
    rows = {row["name"]: row["ncalls"] for row in document["functions"]}
    lost = document["profile"].get("lost_events") or document.get("lost_events") or 0
    return [rows.get(f"walk_{i}", 0) for i in range(4)], lost


def check_sums(progress):
    """A thread may have done an event that it has not counted yet, or counted one that is torn.
    What a recorder held whose budget was used up is lost with it, and counted."""
    least, most = [0] * 4, [0] * 4
    for number, (thread, count) in enumerate(progress.slots()):
        if thread:
            least = [a + b for a, b in zip(least, calls_until(number, max(0, count - 1)))]
            most = [a + b for a, b in zip(most, calls_until(number, count + 1))]
    seen, lost = recorded_calls()
    expect(all(b <= c for b, c in zip(seen, most)) and sum(least) - sum(seen) <= lost,
           f"calls {seen}, lost {lost}, not {least} .. {most}")


def says(what):
    info = subprocess.run([NCPROF, "info", TRACE], check=True, capture_output=True, text=True).stdout
    expect(what in info, f"not said: {what}: {info}")


def die(command, options, wait):
    progress = Progress()
    process = start(command, *options)
    try:
        target = target_of(process, progress)
        time.sleep(wait)
        process.kill()
        process.wait()
        kill(target)
        wait_for_end(target)
        recovered(progress, process.pid)
        check_sums(progress)
    finally:
        kill(process.pid)
        process.stderr.close()
        process.wait()
    if options[0] == "--min-time":  # a budget is not always used up
        says("have no events")


def make(kind, options):
    @test(f"{kind}, {' '.join(options)}: every call is in the sums after {MOMENTS} kills")
    def _():
        choose = random.Random(f"{kind} {options}")
        for _ in range(MOMENTS):
            for old in TRACE.parent.glob("x.ncp*"):
                old.unlink()
            die(COMMANDS[kind], options, 0.2 + choose.uniform(0, 1))


for each in ("finstrument", "python3.11"):
    if each in COMMANDS:
        make(each, ("--min-time", "20us"))
        make(each, ("--min-time", "10s"))
        make(each, ("--budget", "4M"))

if __name__ == "__main__":
    main()
