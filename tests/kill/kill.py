#!/usr/bin/env python3
"""Kills recorded programs and their recorders at random moments and looks at every event that is left.

KILLS=n moments (24), KILL_SEED=n to see one again, KILL_ONLY=n for the n-th of it alone.
"""
import glob
import mmap
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
NCPROF = os.path.abspath(os.environ.get("NCPROF", ".build/bin/ncprof"))
CHECK = os.path.abspath(os.environ.get("BUILD", ".build")) + "/tests/check_walk"
KILLS = int(os.environ.get("KILLS", "24"))
SEED = int(os.environ.get("KILL_SEED", time.time_ns() % 1000000))
ONLY = os.environ.get("KILL_ONLY")
FOLDER = Path(tempfile.mkdtemp(prefix="kill-"))
PROGRESS, TRACE = FOLDER / "progress", FOLDER / "x.ncp"
SCRATCH = 4096  # events that a thread may count as lost only later

WAYS = {
    "finstrument": ["-finstrument-functions"],
    "pg": ["-pg"],
    "mfentry": ["-pg", "-mfentry"],
}
PYTHONS = {"python3.11": "3.11", "monitoring": "3.12"}


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def interpreter(version):
    if version == "3.11" and b"3.11" in subprocess.run([os.environ.get("PYTHON", sys.executable), "-V"],
                                                       capture_output=True).stdout:
        return os.environ.get("PYTHON", sys.executable)
    found = glob.glob(os.path.expanduser(f"~root/.pyenv/versions/{version}.*/bin/python3"))
    return found[0] if found else shutil.which(f"python{version}")


def recorders():
    """Name to command, of all that can be had here."""
    found = {}
    for way, flags in WAYS.items():
        program = FOLDER / f"walk-{way}"
        subprocess.run([os.environ.get("CC", "cc"), "-O1", "-g", "-w", *flags, "-o", program,
                        HERE / "walk.c", "-lpthread", "-D_GNU_SOURCE"], check=True)
        found[way] = [program, PROGRESS]
    for name, version in PYTHONS.items():
        if python := interpreter(version):
            found[name] = [python, HERE / "walk_program.py", PROGRESS]
    return found


# ---- the program's own count ----

class Progress:
    """The memory that the program counts in: it is there when all processes are dead."""

    def __init__(self):
        PROGRESS.write_bytes(bytes(4096))
        with open(PROGRESS, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 4096)

    def slots(self):
        """(thread, events) of the threads that have begun."""
        words = struct.unpack("8Q", self.memory[:64])
        return [pair for pair in zip(words[::2], words[1::2]) if pair[0]]

    def total(self):
        return sum(count for _, count in self.slots())


# ---- processes ----

def start(command):
    process = subprocess.Popen([NCPROF, "record", "--force", "-o", TRACE, "--", *command],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    return process


def children(pid):
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def target_of(process, progress):
    """The program's pid, once it has begun to count."""
    deadline = time.monotonic() + 30
    while not progress.total():
        expect(time.monotonic() < deadline and process.poll() is None, "it does not start")
        time.sleep(0.001)
    return children(process.pid)[0]


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def wait_for_end(pid):
    """Of a program that is nobody's child any more."""
    deadline = time.monotonic() + 30
    while os.path.exists(f"/proc/{pid}"):
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return
        expect(time.monotonic() < deadline, f"process {pid} does not end")
        time.sleep(0.002)


def leftovers(recorder):
    return glob.glob(f"/dev/shm/ncprof-{recorder}-*")


# ---- what is left ----

def recover(kill_after=None):
    process = subprocess.Popen([NCPROF, "recover", trace()], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    if kill_after is not None:
        time.sleep(kill_after)
        process.kill()
    out = process.communicate(timeout=60)[0]
    if kill_after is None:
        expect(process.returncode == 0, f"recover: {out}")
    return out


def trace():
    return TRACE


def check(progress, lost=0):
    """Every event is right; those that the program has counted are there."""
    slots = progress.slots()
    done = subprocess.run([CHECK, trace(), *[str(thread) for thread, _ in slots]],
                          capture_output=True, text=True, timeout=120)
    expect(done.returncode == 0, done.stderr + done.stdout)
    expect("damaged 0 " in done.stdout and "backwards" not in done.stdout, done.stdout)
    rows = [tuple(map(int, line.split())) for line in done.stdout.splitlines()[1:]]
    missing = 0
    for (_, count), (tid, total, tail, match) in zip(slots, rows, strict=True):
        what = f"thread {tid}: counted {count}, in the trace {total}, leaves from {tail}, right {match}"
        expect(tail <= match, "a wrong event: " + what)
        expect(tail <= count + 1, "events that were never counted: " + what)
        if lost == 0:
            expect(match >= count - 1, "events are missing: " + what)
        missing += max(0, count - match)
    expect(missing <= lost + (SCRATCH * len(slots) if lost else len(slots)),
           f"{missing} events are missing, {lost} counted as lost")
    return sum(row[1] for row in rows)


def opens(must):
    """The views say where it was cut."""
    done = subprocess.run([NCPROF, "info", trace()], capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0, done.stderr)
    expect(re.search(must, done.stdout), f"not said: {must}: {done.stdout}")


def recovered(progress, recorder, closed=False):
    """The recorder is dead: what it has not written is to be had from its shared memory."""
    if not leftovers(recorder):
        expect(closed or not progress.total(), "nothing is left")
        return 0
    out = recover()
    expect(not leftovers(recorder), "it stays although it is recovered")
    match = re.search(r"(\d+) events lost", out)
    return int(match[1]) if match else 0


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
    before = progress.total()
    time.sleep(0.05)
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


def recovery_dies_too(process, target, progress, choose):
    process.kill()
    process.wait()
    kill(target)
    wait_for_end(target)
    for _ in range(choose.randrange(1, 4)):
        if leftovers(process.pid):
            recover(kill_after=choose.uniform(0, 0.02))
    recovered(progress, process.pid, closed=True)
    check(progress)


def before_it_begins(process, target, progress, choose):
    """Killed while it starts: whatever there is opens."""
    if TRACE.exists():
        recover_late(process)
        done = subprocess.run([NCPROF, "info", trace()], capture_output=True, text=True)
        expect(done.returncode == 0 or "ends" in done.stderr or "empty" in done.stderr, done.stderr)


def recover_late(process):
    """Its child may hold the lock until it is another program."""
    deadline = time.monotonic() + 10
    while leftovers(process.pid) and time.monotonic() < deadline:
        done = subprocess.run([NCPROF, "recover", trace()], capture_output=True, text=True)
        if done.returncode == 0 or "still being written" not in done.stderr:
            break
        time.sleep(0.01)


DEATHS = [program_dies, recorder_then_program, recorder_then_program, program_then_recorder,
          program_runs_on, recovery_dies_too]


def moment(command, death, choose):
    for old in FOLDER.glob("x.ncp*"):
        old.unlink()
    progress = Progress()
    process = start(command)
    try:
        if choose.random() < 0.1:
            time.sleep(choose.uniform(0, 0.06))
            target = children(process.pid)
            process.kill()
            for pid in target:
                kill(pid)
            process.wait()
            before_it_begins(process, None, progress, choose)
            return
        target = target_of(process, progress)
        time.sleep(choose.choice((choose.uniform(0, 0.02), choose.uniform(0, 0.3),
                                  choose.uniform(0, 1.3) if KILLS > 100 else 0)))
        death(process, target, progress, choose)
    finally:
        for pid in children(process.pid):
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
            moment(commands[kind], death, choose)
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
