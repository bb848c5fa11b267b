#!/usr/bin/env python3
"""Kills recorded programs and their recorders at random moments and looks at every event that is left.

KILLS=n moments (27), KILL_SEED=n to see one again, KILL_ONLY=n for the n-th of it alone.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from common import (FOLDER, NCPROF, OPTIONS, TRACE, Progress, check, children, expect, kill, leftovers, opens,
                    recorders, recover, recovered, start, target_of, wait_for_end)

KILLS = int(os.environ.get("KILLS", "27"))
SEED = int(os.environ.get("KILL_SEED", time.time_ns() % 1000000))
ONLY = os.environ.get("KILL_ONLY")


# ---- ways to die ----

def program_dies(process, target, progress, choose):
    kill(target)
    err = process.communicate(timeout=60)[1]
    expect(process.returncode == 137, f"status {process.returncode}: {err}")
    check(progress)
    opens(r"(?i)cut at t = \d.*, \d+ frames? w")


def recorder_then_program(process, target, progress, choose):
    process.kill()
    process.wait()
    time.sleep(choose.choice((0, 0, 0.001, 0.005)))
    kill(target)
    wait_for_end(target)
    opens("(?i)cut")
    lost = recovered(progress, process.pid)
    check(progress, lost)


def program_then_recorder(process, target, progress, choose):
    kill(target)
    time.sleep(choose.uniform(0, 0.012))
    process.kill()
    process.wait()
    recovered(progress, process.pid, closed=True)
    check(progress)


def program_runs_on(process, target, progress, choose):
    """It is not disturbed, and waits no longer than it takes to see that the recorder is dead."""
    process.kill()
    process.wait()
    time.sleep(0.3)
    before, deadline = progress.total(), time.monotonic() + 1
    while progress.total() <= before and time.monotonic() < deadline:
        time.sleep(0.01)
    expect(progress.total() > before, "it does not run on")
    if choose.random() < 0.5:
        kill(target)
        wait_for_end(target)
    lost = recovered(progress, process.pid)
    if os.path.exists(f"/proc/{target}"):
        kill(target)
        wait_for_end(target)
        lost = 1 << 60  # it ran on after the recovery
    check(progress, lost)


def said_lost():
    """On a busy machine the program may have run on for a while between the two kills."""
    done = subprocess.run([NCPROF, "info", TRACE, "--format", "json"], capture_output=True, text=True)
    return json.loads(done.stdout).get("lost_events", 0)


def recovery_dies_too(process, target, progress, choose):
    process.kill()
    process.wait()
    kill(target)
    wait_for_end(target)
    for _ in range(choose.randrange(1, 4)):
        if leftovers(process.pid):
            recover(kill_after=choose.uniform(0, 0.02))
    recovered(progress, process.pid, closed=True)
    check(progress, said_lost())


def before_it_begins(process, target, progress, choose):
    """Killed while it starts: whatever there is opens."""
    if TRACE.exists():
        recover_late(process)
        done = subprocess.run([NCPROF, "info", TRACE], capture_output=True, text=True)
        expect(done.returncode == 0 or "ends" in done.stderr or "empty" in done.stderr, done.stderr)


def recover_late(process):
    """Its child may hold the lock until it is another program."""
    deadline = time.monotonic() + 10
    while leftovers(process.pid) and time.monotonic() < deadline:
        done = subprocess.run([NCPROF, "recover", TRACE], capture_output=True, text=True)
        if done.returncode == 0 or "still being written" not in done.stderr:
            break
        time.sleep(0.01)


DEATHS = [program_dies, recorder_then_program, recorder_then_program, program_then_recorder,
          program_runs_on, recovery_dies_too]


def moment(command, options, death, choose):
    for old in FOLDER.glob("x.ncp*"):
        old.unlink()
    progress = Progress()
    process = start(command, *options)
    target = None
    try:
        if choose.random() < 0.1:
            time.sleep(choose.uniform(0, 0.06))
            begun = children(process.pid)
            process.kill()
            for pid in begun:
                kill(pid)
            process.wait()
            before_it_begins(process, None, progress, choose)
            return
        target = target_of(process, progress)
        time.sleep(choose.choice((choose.uniform(0, 0.02), choose.uniform(0, 0.5),
                                  choose.uniform(0.1, 1.3 if KILLS > 100 else 0.5))))
        death(process, target, progress, choose)
    finally:
        for pid in [*children(process.pid), *([target] if target else [])]:
            kill(pid)
        process.kill()
        process.stderr.close()
        process.wait()
        for left in leftovers(process.pid):
            os.unlink(left)


def main():
    commands = recorders()
    kinds = list(commands)
    failed = 0
    print(f"# seed {SEED}, {KILLS} moments, recorders: {', '.join(kinds)}", flush=True)
    tally = {kind: 0 for kind in kinds}
    for number in range(KILLS):
        if ONLY and number != int(ONLY):
            continue
        choose = random.Random(f"{SEED} {number}")
        kind = kinds[number % len(kinds)]
        death = DEATHS[number // len(kinds) % len(DEATHS)]
        try:
            moment(commands[kind], OPTIONS.get(kind, []), death, choose)
            tally[kind] += 1
        except Exception as error:  # the next moment is to be tried
            failed += 1
            print(f"# moment {number}, {kind}, {death.__name__}: {error}", flush=True)
            keep = os.environ.get("KILL_KEEP")
            if keep:
                shutil.copytree(FOLDER, Path(keep) / str(number), dirs_exist_ok=True)
    for number, kind in enumerate(kinds, 1):
        planned = len(range(number - 1, KILLS, len(kinds)))
        state = "ok" if tally[kind] == planned else "not ok"
        print(f"{state} {number} - {kind}: every event is right after {tally[kind]} of {planned} kills")
    print(f"1..{len(kinds)}")
    shutil.rmtree(FOLDER, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
