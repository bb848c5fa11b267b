#!/usr/bin/env python3
"""Other ends than kill -9: exits without a word, crashes, full disks, a recorder that is too slow."""
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time

from common import (FOLDER, NCPROF, PYTHONS, TRACE, Progress, Skip, check, expect, info, interpreter, kill,
                    leftovers, main, opens, recorders, start, target_of, test, wait_for_end)

EVENTS = 300001  # of the first thread when it ends the program: more than a chunk holds

COMMANDS = recorders()
NATIVE = [name for name in COMMANDS if name not in (*PYTHONS, "forked")]


CUT = r"Cut at t = \d+\.\d+ s, \d+ frames were open"


def end(how, status, names=NATIVE, said=CUT):
    """All that was counted is in the trace, and it says where it was cut, or ended itself."""
    for name in names:
        progress = Progress()
        process = start([*COMMANDS[name], str(EVENTS), how])
        err = process.communicate(timeout=60)[1]
        expect(process.returncode == status, f"{name}: status {process.returncode}: {err}")
        expect(progress.slots()[0][1] == EVENTS, "it ends where it is told to")
        check(progress)
        opens(said)
        expect(("Cut at" in info()) == (said == CUT), info())
        expect((", cut with" in err) == (said == CUT), err)


@test("_exit() in the middle: every event is there")
def _():
    end("_exit", 3, said=r"Ended by _exit with \d+ calls open")


@test("abort()")
def _():
    end("abort", 128 + signal.SIGABRT)


@test("a segmentation fault")
def _():
    end("segfault", 128 + signal.SIGSEGV, NATIVE[:1])


@test("a stack that overflows")
def _():
    end("overflow", 128 + signal.SIGSEGV)


@test("_exit() in a child, then exit() in threads that are at work")
def _():
    end("child", 4, NATIVE[:1], said=r"Ended by exit with \d+ calls open")


@test("exit() and _exit() in a signal handler")
def _():
    end("handler-exit", 5, said=r"Ended by exit with \d+ calls open")
    end("handler-_exit", 6, said=r"Ended by _exit with \d+ calls open")


PYTHON_ENDS = {  # of Python programs: what ends them, and ncprof's status
    "os._exit": ("os._exit(3)", 3),
    "os.abort": ("os.abort()", 128 + signal.SIGABRT),
    "a null pointer": ("ctypes.string_at(0)", 128 + signal.SIGSEGV),
    "the C stack": ("sys.setrecursionlimit(10**9); f = lambda g: [0].sort(key=lambda _: g(g)); f(f)",
                    128 + signal.SIGSEGV),
    "no memory": ("resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28)); [bytearray(1 << 20) for _ in range(999)]", 1),
    "sys.exit in a handler": ("signal.signal(signal.SIGUSR1, lambda *_: sys.exit(4)); os.kill(os.getpid(), 10)", 4),
    "os._exit in a child": ("os.fork() or os._exit(0); os.wait(); sys.exit(2)", 2),
}


@test("Python programs that end in every way: every call is there")
def _():
    for name, version in PYTHONS.items():
        for what, (code, status) in PYTHON_ENDS.items():
            python = interpreter(version)
            if not python or name == "python-only" or (what == "the C stack" and name != "python3.11"):
                continue
            text = ("import ctypes, os, resource, signal, sys\ndef walk(): pass\n"
                    f"def main():\n    for _ in range(5000): walk()\n    {code}\nmain()\n")
            (FOLDER / "end.py").write_text(text)
            TRACE.unlink(missing_ok=True)
            done = subprocess.run([NCPROF, "record", "--force", "-o", TRACE, "--", python, FOLDER / "end.py"],
                                  capture_output=True, text=True, timeout=100)
            expect(done.returncode == status, f"{name}, {what}: {done.returncode} {done.stderr[-500:]}")
            rows = json.loads(subprocess.run([NCPROF, "report", TRACE, "--format", "json"], capture_output=True,
                                             text=True).stdout)["functions"]
            calls = {row["name"]: row["ncalls"] for row in rows}
            expect(calls["walk"] == 5000 and calls["main"] == 1, f"{name}, {what}: {calls}")
            if "os._exit" in what:
                expect(re.search(r"Ended by _exit with \d+ calls? open", info()), f"{name}, {what}: {info()}")
                expect("Cut at" not in info(), f"{name}, {what}: {info()}")


class SmallDisk:
    """A tmpfs of so many kilobytes."""

    def __init__(self, kilobytes):
        self.folder = FOLDER / "disk"
        self.folder.mkdir(exist_ok=True)
        if self.mount(f"size={kilobytes}k"):
            raise Skip("may not mount a small disk")

    def mount(self, options):
        return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", self.folder],
                              capture_output=True).returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", self.folder])


def record_on(path, seconds, **more):
    """Until it is killed after so many seconds; the program's count, ncprof's words."""
    progress = Progress()
    process = subprocess.Popen([NCPROF, "record", "--force", "-o", path, "--", *COMMANDS["finstrument"]],
                               stderr=subprocess.PIPE, text=True, **more)
    target = target_of(process, progress)
    time.sleep(seconds / 2)
    before = progress.total()
    time.sleep(seconds / 2)
    expect(progress.total() > before, "the program runs on")
    kill(target)
    return progress, process.communicate(timeout=60)[1]


@test("a full disk: the program runs on, the trace says where it stopped")
def _():
    with SmallDisk(2048) as disk:
        progress, err = record_on(disk.folder / "x.ncp", 1)
        expect("No space left" in err and "the recording ends after" in err, err)
        shutil.copy(disk.folder / "x.ncp", TRACE)
    opens(r"Cut at t = \d+\.\d+ s, \d+ frames? w")
    check(progress, lost=1 << 60)


@test("a limit on the size of files: likewise")
def _():
    limit = 720 << 10
    progress = Progress()
    done = subprocess.run([NCPROF, "record", "--force", "-o", TRACE, "--", *COMMANDS["finstrument"],
                           str(40 * EVENTS), "_exit"], capture_output=True, text=True, timeout=60,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    expect(done.returncode == 3 and "File too large" in done.stderr, done.stderr)
    expect(progress.slots()[0][1] == 40 * EVENTS, "it ends where it is told to")
    opens(r"Cut at t = \d+\.\d+ s, \d+ frames? w")
    check(progress, lost=1 << 60)


@test("a disk that is full when a killed recorder's trace is recovered: it waits for the next try")
def _():
    with SmallDisk(512) as disk:
        progress = Progress()
        path = disk.folder / "x.ncp"
        process = subprocess.Popen([NCPROF, "record", "--force", "-o", path, "--",
                                    *COMMANDS["finstrument"]])
        target = target_of(process, progress)
        time.sleep(0.02)
        process.kill()
        process.wait()
        kill(target)
        wait_for_end(target)
        (disk.folder / "filler").write_bytes(bytes((512 << 10) - os.path.getsize(path) - (16 << 10)))
        done = subprocess.run([NCPROF, "recover", path], capture_output=True, text=True)
        expect(done.returncode == 2 and "No space left" in done.stderr, done.stdout + done.stderr)
        expect(leftovers(process.pid), "it is still there")
        disk.mount("remount,size=64m")
        done = subprocess.run([NCPROF, "recover", path], capture_output=True, text=True)
        expect(done.returncode == 0 and not leftovers(process.pid), done.stdout + done.stderr)
        shutil.copy(path, TRACE)
    check(progress)


def lossy():
    """A recorder that stands still for a while, and a program that does not wait for it."""
    progress = Progress()
    process = start(COMMANDS["finstrument"], "--on-full", "drop")
    target = target_of(process, progress)
    process.send_signal(signal.SIGSTOP)
    deadline = time.monotonic() + 20
    before = progress.total()
    while progress.total() < before + 5000000 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGCONT)
    time.sleep(0.2)
    kill(target)
    err = process.communicate(timeout=60)[1]
    match = re.search(r"(\d+) events lost", err)
    expect(match, err)
    return progress, int(match[1])


def every_view_says(lost):
    """On standard output, or for formats that have no place for it on standard error."""
    other, said = FOLDER / "x.ncp.2.ncp", re.compile(f"{lost:,}|{lost}")
    shutil.copy(TRACE, other)
    pairs = [["diff", TRACE, other], ["diff", "--tree", TRACE, other], ["check", TRACE, other],
             ["scaling", "--sizes", "1,2", TRACE, other]]
    reports = [["report", TRACE, *more] for more in ([], ["--tree"], ["--callers", "walk_1"], ["--callees", "walk_1"])]
    views = [[*words, "--format", name] for words in reports + pairs for name in ("text", "markdown", "csv", "json")]
    views += [["convert", TRACE, "--force", "-o", FOLDER / f"out.{name}"] for name in ("csv", "folded", "prof")]
    views += [["--dump", size, "--keys", keys, TRACE] for size in ("80x24", "120x40") for keys in "1234567i?"]
    views += [["--dump", "120x24", TRACE, other], ["info", TRACE], ["info", TRACE, "--format", "json"]]
    for words in views:
        done = subprocess.run([NCPROF, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if "no format" in done.stderr:
            continue
        expect(said.search(done.stdout + done.stderr), f"{words}: {done.stdout[:600]}{done.stderr}")
    out = subprocess.run([NCPROF, "--dump", "80x24", TRACE, other], capture_output=True, text=True).stdout
    expect(len(re.findall(r"\d lost", out.splitlines()[0])) == 2, out)


@test("--on-full drop: the program does not wait, and what is lost is counted")
def _():
    progress, lost = lossy()
    document = json.loads(subprocess.run([NCPROF, "report", TRACE, "--format", "json", "--limit", "0"],
                                         capture_output=True, text=True).stdout)
    calls = sum(row["ncalls"] for row in document["functions"] if row["name"].startswith("walk_"))
    counted = progress.total()
    expect(abs(2 * calls + lost - counted) < 0.02 * counted + 3 * 8192,
           f"{2 * calls} events and {lost} lost of {counted}")
    expect(document["profile"]["lost_events"] == lost, document["profile"])
    every_view_says(lost)
    opens(f"{lost} events are lost")


@test("--on-full takes block or drop")
def _():
    done = subprocess.run([NCPROF, "record", "--on-full", "x", "true"], capture_output=True, text=True)
    expect(done.returncode == 2 and "block or drop" in done.stderr, done.stderr)


if __name__ == "__main__":
    main()
