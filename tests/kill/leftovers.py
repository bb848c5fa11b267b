#!/usr/bin/env python3
"""What killed recorders leave, and what `ncprof recover` makes of it, or says of it."""
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from common import (FOLDER, NCPROF, TRACE, Progress, Skip, check, children, compile_program, expect, info,
                    kill, leftovers, main, opens, recorders, start, target_of, test, wait_for_end)

WALK = recorders(["finstrument"])["finstrument"]


def recover(*words, **more):
    return subprocess.run([NCPROF, "recover", *words], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=60, **more)


def killed(written=0):
    """Both are dead, with so many bytes in the trace; the program's count and the recorder's pid."""
    progress = Progress()
    process = start(WALK)
    target = target_of(process, progress)
    time.sleep(0.2)
    deadline = time.monotonic() + 20
    while written and os.path.getsize(TRACE) < written and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait()
    kill(target)
    wait_for_end(target)
    return progress, process.pid


def lost(done):
    """On a busy machine the program may have used up the memory before it was killed, too."""
    match = re.search(r"(\d+) events lost", done.stdout)
    return int(match[1]) if match else 0


def remove(pid):
    for left in leftovers(pid):
        os.unlink(left)


@test("a trace that was to replace another: found by either name, the old one stays until then")
def _():
    for by_name in (True, False):
        TRACE.write_bytes(b"the old one")
        progress, pid = killed()
        part = next(FOLDER.glob("x.ncp.*.part"))
        expect(TRACE.read_bytes() == b"the old one", "it is gone too early")
        done = recover(TRACE if by_name else part)
        expect(done.returncode == 0 and "added" in done.stdout, done.stdout + done.stderr)
        expect(not leftovers(pid) and not part.exists(), "something is left")
        check(progress, lost(done))


@test("a moved trace is found by what it is")
def _():
    progress, pid = killed()
    moved = FOLDER / "elsewhere.ncp"
    os.rename(TRACE, moved)
    done = recover(moved)
    expect(done.returncode == 0 and "added" in done.stdout, done.stdout + done.stderr)
    expect(not leftovers(pid), "something is left")
    os.rename(moved, TRACE)
    check(progress, lost(done))


# Alone in a /dev/shm of its own: other tests' leftovers are theirs.
SEVERAL = """
mount -t tmpfs none /dev/shm || exit 99
for n in 1 2 3; do
    "$0" record --force -o several$n.ncp -- "$@" &
    recorder=$!
    sleep 0.3
    kill -9 $(cat /proc/$recorder/task/$recorder/children) $recorder
    wait $recorder
done 2>/dev/null
"$0" recover
ls /dev/shm
"""


@test("several at once")
def _():
    Progress()
    done = subprocess.run(["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", SEVERAL, NCPROF, *WALK],
                          cwd=FOLDER, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    if done.returncode in (1, 99):
        raise Skip("may not mount a /dev/shm")
    found = re.findall(r"several(\d).ncp: added \d+ call", done.stdout)
    expect(sorted(found) == ["1", "2", "3"] and "\nncprof-" not in done.stdout, done.stdout + done.stderr)


def dead_name():
    process = subprocess.Popen(["true"])
    process.wait()
    return Path(f"/dev/shm/ncprof-{process.pid}-abcdef")


@test("shared memory of another version is left alone while young, then goes with the next recording")
def _():
    progress, pid = killed()
    left = Path(leftovers(pid)[0])
    with open(left, "r+b") as file:
        file.seek(8)
        file.write((99).to_bytes(4, "little"))
    done = recover(TRACE)
    expect(done.returncode == 0 and "nothing is left in memory" in done.stdout, done.stdout + done.stderr)
    expect(f"{left} is of another version of ncprof (its 99," in done.stdout, done.stdout)
    expect("ncprof recover" not in info(), info())
    expect(left.exists(), "it is gone")
    os.utime(left, (0, 0))
    start(["true"]).communicate()
    expect(not left.exists(), "it stays for ever")


@test("rubbish and other files of such names do no harm")
def _():
    rubbish = [dead_name() for _ in range(3)]
    rubbish[0].write_bytes(b"")
    rubbish[1].write_bytes(os.urandom(200000))
    rubbish[2].symlink_to("/etc/passwd")
    try:
        TRACE.write_bytes(b"")
        done = recover(TRACE)
        expect(done.returncode == 0, done.stderr)
    finally:
        for path in rubbish:
            path.unlink(missing_ok=True)


@test("of another user: not touched")
def _():
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise Skip("needs root and setpriv")
    progress, pid = killed()
    FOLDER.chmod(0o755)
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", NCPROF, "recover", TRACE],
                          capture_output=True, text=True)
    expect(leftovers(pid), "it is gone")
    expect("nothing is left" in done.stdout, done.stdout + done.stderr)
    expect(f"{leftovers(pid)[0]} belongs to another user (root)" in done.stdout, done.stdout)
    expect("ncprof recover adds it" in info(), info())
    expect(recover(TRACE).returncode == 0 and not leftovers(pid), "its owner recovers it")


def name_of(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""  # it was the recorder's helper, and has ended


LATE = r"""
#include <unistd.h>
static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int __attribute__((no_instrument_function)) main(void)
{
    usleep(900000);
    return fib(12) != 144;
}
"""


@test("with --include a recorder that dies before the first call: every call is there, and it is said that all are")
def _():
    program = compile_program("late", LATE)
    process = start([program], "--include", "nothing|fib")
    deadline, found = time.monotonic() + 30, []
    while not found and time.monotonic() < deadline:
        time.sleep(0.001)
        found = [pid for pid in children(process.pid) if name_of(pid) == "late"]
    target = found[0]
    time.sleep(0.05)
    process.kill()
    process.wait()
    wait_for_end(target)
    out = recover(TRACE).stdout
    expect("added 465 calls" in out and "lost" not in out, out)
    opens("Not all functions that were to be left out are")


@test("after a reboot there is nothing: it is said, the trace opens with what it has")
def _():
    progress, pid = killed(50000)
    remove(pid)
    done = recover(TRACE)
    expect(done.returncode == 0 and "nothing is left in memory" in done.stdout, done.stdout + done.stderr)
    opens("Cut at t")
    expect("ncprof recover" not in info(), info())
    check(progress, lost=1 << 60)


if __name__ == "__main__":
    main()
