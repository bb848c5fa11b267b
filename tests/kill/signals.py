#!/usr/bin/env python3
"""Signals to the program, its recorder, both, and from the terminal: nothing is lost, nothing hangs."""
import fcntl
import os
import pty
import resource
import signal
import subprocess
import termios
import time

from common import (TRACE, Progress, Skip, check, children, expect, kill, leftovers, main, opens, recorders,
                    recovered, start, target_of, test, wait_for_end)

COMMANDS = recorders(["finstrument", "mfentry", "python3.11"])
WALK = COMMANDS["finstrument"]


def ended(process, status):
    err = process.communicate(timeout=60)[1]
    expect(process.returncode == status, f"status {process.returncode}: {err}")
    expect("wrote " in (err or "wrote "), err)
    opens(r"Cut at t = \d")


@test("kill -9 of the whole process group: the rest is recovered")
def _():
    for name, command in COMMANDS.items():
        progress = Progress()
        process = start(command, start_new_session=True)
        target = target_of(process, progress)
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        wait_for_end(target)
        opens("(?i)cut")
        recovered(progress, process.pid)
        check(progress)


@test("SIGTERM, SIGINT, SIGQUIT, SIGHUP to the group: both end, the trace is closed")
def _():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        progress = Progress()
        process = start(WALK, start_new_session=True)
        target_of(process, progress)
        time.sleep(0.1)
        os.killpg(process.pid, number)
        ended(process, 128 + number)
        check(progress)


@test("the same to the recorder alone: it passes them on")
def _():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR2):
        progress = Progress()
        process = start(WALK)
        target_of(process, progress)
        time.sleep(0.1)
        process.send_signal(number)
        ended(process, 128 + number)
        check(progress)


def on_terminal(progress):
    """The recorder as the foreground job of a terminal; the terminal, its process, the program."""
    terminal, other = pty.openpty()
    process = start(WALK, start_new_session=True, stdin=other, stdout=other, stderr=other,
                    preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    os.close(other)
    return terminal, process, target_of(process, progress)


@test("^C and ^\\ at the terminal")
def _():
    for key, number in ((b"\x03", signal.SIGINT), (b"\x1c", signal.SIGQUIT)):
        progress = Progress()
        terminal, process, _ = on_terminal(progress)
        time.sleep(0.1)
        os.write(terminal, key)
        process.wait(timeout=60)
        os.close(terminal)
        expect(process.returncode == 128 + number, process.returncode)
        opens(r"Cut at t = \d")
        check(progress)


@test("the terminal hangs up: the program ends, the trace is closed")
def _():
    progress = Progress()
    terminal, process, target = on_terminal(progress)
    time.sleep(0.1)
    os.close(terminal)
    process.wait(timeout=60)
    wait_for_end(target)
    expect(process.returncode == 128 + signal.SIGHUP, process.returncode)
    expect(not leftovers(process.pid), "shared memory is left")
    opens(r"Cut at t = \d")
    check(progress)


def stopped(pid):
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] == "T"


def wait_until(condition, what):
    deadline = time.monotonic() + 20
    while not condition():
        expect(time.monotonic() < deadline, what)
        time.sleep(0.01)


def stands(progress):
    before = progress.total()
    time.sleep(0.3)
    return progress.total() == before


@test("a recorder that is stopped: the program waits, and goes on with it; no event is lost")
def _():
    for name, command in COMMANDS.items():
        progress = Progress()
        process = start(command)
        target = target_of(process, progress)
        process.send_signal(signal.SIGSTOP)
        wait_until(lambda: stands(progress), f"{name}: it does not wait")
        time.sleep(0.5)
        expect(stands(progress), f"{name}: it goes on without its recorder")
        process.send_signal(signal.SIGCONT)
        wait_until(lambda: not stands(progress), f"{name}: it does not go on")
        kill(target)
        err = process.communicate(timeout=60)[1]
        expect("lost" not in err, err)
        check(progress)


@test("^Z: both stop, both go on")
def _():
    progress = Progress()
    process = start(WALK, start_new_session=True)
    target = target_of(process, progress)
    os.killpg(process.pid, signal.SIGSTOP)
    wait_until(lambda: stopped(process.pid) and stopped(target), "they do not stop")
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGCONT)
    wait_until(lambda: not stands(progress), "it does not go on")
    kill(target)
    ended(process, 128 + signal.SIGKILL)
    check(progress)


@test("a recorder without memory: the program runs on, the trace opens")
def _():
    for limit in (0, 8 << 20):
        progress = Progress()
        process = start(WALK)
        target = target_of(process, progress)
        size = int(open(f"/proc/{process.pid}/statm").read().split()[0]) * 4096
        resource.prlimit(process.pid, resource.RLIMIT_AS, (limit and size + limit,) * 2)
        time.sleep(0.7)
        before = progress.total()
        time.sleep(0.3)
        expect(progress.total() > before, "the program runs on")
        kill(target)
        process.communicate(timeout=60)
        wait_for_end(target)
        lost = recovered(progress, process.pid, closed=True)
        opens(r"(?i)cut")
        check(progress, lost)


def small_cgroup():
    """A cgroup of 96 MB, of whichever version."""
    for base, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        folder = f"{base}/ncprof-test-{os.getpid()}"
        try:
            os.mkdir(folder)
            with open(f"{folder}/{limit}", "w") as file:
                file.write(str(96 << 20))
            return folder
        except OSError:
            try:
                os.rmdir(folder)
            except OSError:
                pass
    raise Skip("may not make a cgroup")


@test("the kernel kills for want of memory: the program, or whoever of the two it picks")
def _():
    folder = small_cgroup()
    try:
        progress = Progress()
        process = start(["sh", "-c", f'echo $$ > {folder}/cgroup.procs; exec "$@"', "sh", *WALK, "300001", "memory"])
        process.communicate(timeout=60)
        expect(process.returncode == 128 + signal.SIGKILL, f"status {process.returncode}")
        check(progress)
        opens(r"Cut at t = \d")
    finally:
        os.rmdir(folder)


if __name__ == "__main__":
    main()
