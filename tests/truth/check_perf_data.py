#!/usr/bin/python3
"""perf.data: what ncprof makes of it through perf is what it makes of perf script's text."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import NCPROF, Tap, report

BUSY = "sum(i * i for i in range(1000000))"


def record(path):
    """False where perf is missing or may not record."""
    if not shutil.which("perf"):
        return False
    done = subprocess.run(["perf", "record", "-q", "-g", "-e", "cpu-clock", "-o", path,
                           sys.executable, "-c", BUSY], capture_output=True, timeout=60)
    return not done.returncode and path.exists() and path.stat().st_size > 0


def refused(path, wanted, **more):
    done = subprocess.run([NCPROF, "report", path], capture_output=True, text=True, timeout=60, **more)
    text = done.stderr
    return [] if done.returncode == 2 and wanted in text else [f"{done.returncode}, {text!r}"]


def check(tap, folder):
    data, text = folder / "perf.data", folder / "script.txt"
    if not record(data):
        for name in ("the same as the text", "a pipe", "damaged"):
            tap.skip(name, "perf cannot record here")
        return
    script = subprocess.run(["perf", "script", "--no-inline", "-i", data], capture_output=True,
                            timeout=60, check=True)
    text.write_bytes(script.stdout)
    ours, theirs = report(data), report(text)
    same = (ours["functions"] == theirs["functions"] and ours["functions"]
            and ours["profile"]["total"] == theirs["profile"]["total"])
    tap.result("the same as the text", [] if same else ["differs"])
    with open(data, "rb") as file:
        tap.result("a pipe", refused("-", "plain file", stdin=file))
    (folder / "cut").write_bytes(data.read_bytes()[:60])
    tap.result("damaged", refused(folder / "cut", "perf script cannot read it"))


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        check(tap, folder)
        (folder / "none").write_bytes(b"PERFILE2" + bytes(100))
        tap.result("without perf", refused(folder / "none", "install perf",
                                           env={**os.environ, "PATH": name}))
    return tap.finish()


sys.exit(main())
