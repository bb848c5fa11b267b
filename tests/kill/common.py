"""What the tests that kill share: programs that can be checked afterwards, and the check."""
import glob
import mmap
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import tap  # noqa: E402
from tap import Skip, expect, test  # noqa: E402, F401

HERE = Path(__file__).resolve().parent
NCPROF = os.path.abspath(os.environ.get("NCPROF", ".build/bin/ncprof"))
CHECK = os.path.abspath(os.environ.get("BUILD", ".build")) + "/tests/check_walk"
FOLDER = Path(tempfile.mkdtemp(prefix="kill-"))
PROGRESS, TRACE = FOLDER / "progress", FOLDER / "x.ncp"
SCRATCH = 4096  # events that a thread may count as lost only later

WAYS = {
    "finstrument": ["-finstrument-functions"],
    "pg": ["-pg"],
    "mfentry": ["-pg", "-mfentry"],
}
PYTHONS = {"python3.11": "3.11", "python-only": "3.11", "python3.8": "3.8", "monitoring": "3.12",
           "python3.13": "3.13"}
OPTIONS = {"python-only": ["--python-only"]}  # of `ncprof record`


def interpreter(version):
    if version == "3.11" and b"3.11" in subprocess.run([os.environ.get("PYTHON", sys.executable), "-V"],
                                                       capture_output=True).stdout:
        return os.environ.get("PYTHON", sys.executable)
    found = glob.glob(os.path.expanduser(f"~root/.pyenv/versions/{version}.*/bin/python3"))
    return found[0] if found else shutil.which(f"python{version}")


def compile_program(name, source, *flags):
    """Of a file, or a text; instrumented, unless flags are given. Once."""
    program = FOLDER / name
    if not program.exists():
        if not isinstance(source, Path):
            (FOLDER / f"{name}.c").write_text(source)
            source = FOLDER / f"{name}.c"
        subprocess.run([os.environ.get("CC", "cc"), "-O1", "-g", "-w", "-D_GNU_SOURCE", "-fno-inline",
                        *(flags or ["-finstrument-functions"]), "-o", program, source, "-lpthread"],
                       check=True)
    return program


def recorders(names=None):
    """Name to command, of all that can be had here, or of these."""
    found = {}
    for way, flags in WAYS.items():
        if not names or way in names:
            found[way] = [compile_program(f"walk-{way}", HERE / "walk.c", *flags), PROGRESS]
    if not names or "forked" in names:
        found["forked"] = [compile_program("walk-forked", HERE / "walk.c", *WAYS["finstrument"]), PROGRESS, "0", "fork"]
    for name, version in PYTHONS.items():
        if names and name not in names:
            continue
        if python := interpreter(version):
            found[name] = [python, HERE / "walk_program.py", PROGRESS]
    return found


# ---- the program's own count ----

class Progress:
    """The memory that the program counts in: it is there when all processes are dead."""

    def __init__(self):
        PROGRESS.unlink(missing_ok=True)  # a program that is left over must not count in it
        PROGRESS.write_bytes(bytes(4096))
        with open(PROGRESS, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 4096)

    def slots(self):
        """(thread, events) of every thread; 0: it has not begun."""
        words = struct.unpack("6Q", self.memory[:48])
        return list(zip(words[::2], words[1::2]))

    def total(self):
        return sum(count for _, count in self.slots())


# ---- processes ----

_foreign = set()  # of others' recorders, one of which may have had the pid of ours


def start(command, *options, **more):
    _foreign.update(glob.glob("/dev/shm/ncprof-*"))
    return subprocess.Popen([NCPROF, "record", "--force", "-o", TRACE, *options, "--", *command],
                            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL,
                               "stderr": subprocess.PIPE, "text": True, **more})


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
    target = children(process.pid)[0]
    while below := children(target):
        target = below[0]
    return target


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def wait_for_end(pid):
    """Of a program that is nobody's child any more."""
    deadline = time.monotonic() + 30
    while state_of(pid) not in (None, "Z"):
        expect(time.monotonic() < deadline, f"process {pid} does not end")
        time.sleep(0.002)


def state_of(pid):
    """The letter of a process' state; None of one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return None


def leftovers(recorder):
    return sorted(set(glob.glob(f"/dev/shm/ncprof-{recorder}-*")) - _foreign)


# ---- what is left ----

def recover(kill_after=None):
    process = subprocess.Popen([NCPROF, "recover", TRACE], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    if kill_after is not None:
        time.sleep(kill_after)
        process.kill()
    out = process.communicate(timeout=60)[0]
    if kill_after is None:
        expect(process.returncode == 0, f"recover: {out}")
    return out


def check(progress, lost=0):
    """Every event is right; those that the program has counted are there."""
    slots = progress.slots()
    done = subprocess.run([CHECK, TRACE, *[str(thread) for thread, _ in slots]],
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


def info():
    done = subprocess.run([NCPROF, "info", TRACE], capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0, done.stderr)
    return done.stdout


def opens(must):
    """The views say where it was cut."""
    expect(re.search(must, info()), f"not said: {must}: {info()}")


def recovered(progress, recorder, closed=False):
    """The recorder is dead: what it has not written is to be had from its shared memory."""
    if not leftovers(recorder):
        expect(closed or not progress.total(), "nothing is left")
        return 0
    out = recover()
    expect(not leftovers(recorder), "it stays although it is recovered")
    match = re.search(r"(\d+) events lost", out)
    return int(match[1]) if match else 0


def main():
    def clean():
        for old in FOLDER.glob("x.ncp*"):
            old.unlink()
    tap.run(clean)
    shutil.rmtree(FOLDER, ignore_errors=True)
