#!/usr/bin/env python3
"""ncprof record as a command: what it refuses, what it passes on, what it leaves behind."""
import os
import pty
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from common import (FIB, FOLDER, NCPROF, Skip, equal, expect, fib, fib_calls, functions, info, main,
                    ncprof, program, record, script, start, test, traces)

WAITER = r"""
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static volatile sig_atomic_t seen;
static void handler(int number) { (void)number; seen++; }
static void wait_a_little(void) { usleep(10000); }
int main(void)
{
    signal(SIGINT, handler);
    signal(SIGTERM, handler);
    signal(SIGUSR1, handler);
    printf("ready\n");
    fflush(stdout);
    for (int i = 0; i < 300 && !seen; i++)
        wait_a_little();
    for (int i = 0; i < 20; i++)
        wait_a_little();
    printf("seen %d\n", (int)seen);
    return 40 + seen;
}
"""


def waiter():
    return program("waiter", WAITER, "-finstrument-functions")


@test("the exit status and the output are the program's own")
def _():
    fib()
    done = record("./fib", "15", "7")
    equal(done.returncode, 7)
    equal(done.stdout, "610\n")
    expect(done.stderr.startswith("wrote fib.ncp: 2.0 k calls, 1 thread, "), done.stderr)
    equal(functions("fib.ncp")["fib"]["ncalls"], fib_calls(15))


@test("a program that a signal ends gives 128 and its number; its trace is whole")
def _():
    fib()
    done = record("./fib", "16", "0", str(int(signal.SIGKILL)))
    equal(done.returncode, 137)
    expect("call open" in done.stderr or "calls open" in done.stderr, done.stderr)
    equal(functions("fib.ncp")["fib"]["ncalls"], fib_calls(16))


@test("signals sent to ncprof reach the program, once")
def _():
    waiter()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        child = start("--force", "./waiter")
        equal(child.stdout.readline(), "ready\n")
        child.send_signal(number)
        out, err = child.communicate(timeout=30)
        equal((child.returncode, out), (41, "seen 1\n"), err)


@test("^C at the terminal reaches the program once")
def _():
    waiter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(FOLDER)
        os.execv(NCPROF, [NCPROF, "record", "--force", "./waiter"])
    seen = b""
    while b"ready" not in seen:
        seen += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    try:
        while chunk := os.read(terminal, 1000):
            seen += chunk
    except OSError:  # the terminal's end
        pass
    _, status = os.waitpid(pid, 0)
    expect(b"seen 1\r\n" in seen, seen)
    equal(os.waitstatus_to_exitcode(status), 41)


@test("an existing file is not written over without --force, and nothing is run")
def _():
    fib()
    (FOLDER / "fib.ncp").write_text("precious")
    done = record("./fib")
    equal((done.returncode, done.stdout), (2, ""))
    expect("fib.ncp" in done.stderr and "--force" in done.stderr, done.stderr)
    equal((FOLDER / "fib.ncp").read_text(), "precious")
    equal(record("--force", "./fib").returncode, 0)
    expect(functions("fib.ncp"), "a trace")


@test("no such command: 127, as a shell says it")
def _():
    done = record("no-such-command", "x")
    equal((done.returncode, done.stderr), (127, "ncprof: no-such-command: command not found\n"))
    done = record("./no-such-command")
    equal(done.returncode, 127)
    equal(traces(), [])


@test("what cannot be executed: 126")
def _():
    script("data.txt", "x")
    equal(record("./data.txt").returncode, 126)
    equal(record("/tmp").returncode, 126)
    equal(traces(), [])


@test("a static program is refused")
def _():
    try:
        program("static", FIB, "-static", "-finstrument-functions")
    except subprocess.CalledProcessError:
        raise Skip("no static libc")
    done = record("./static")
    equal((done.returncode, done.stdout), (2, ""))
    expect("is statically linked" in done.stderr, done.stderr)
    equal(traces(), [])


@test("a program that would gain rights is refused")
def _():
    if os.geteuid() != 0:
        raise Skip("needs root to make one")
    path = FOLDER / "rights"
    shutil.copy(fib(), path)
    os.chown(path, 65534, 65534)
    path.chmod(0o4755)
    done = record("./rights")
    equal(done.returncode, 2)
    expect("gains rights" in done.stderr, done.stderr)


@test("a program without instrumentation runs, and is told what to do")
def _():
    program("plain", FIB)
    done = record("./plain", "10")
    equal((done.returncode, done.stdout), (2, "55\n"))
    expect("-finstrument-functions or -pg" in done.stderr, done.stderr)
    equal(record("./plain", "10", "3").returncode, 3)
    equal(traces(), [])


@test("an instrumented library of a plain program is recorded")
def _():
    source = FOLDER / "part.c"
    source.write_text("int part(int n) { return n + 1; }\n")
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-g", "-finstrument-functions",
                    "-o", FOLDER / "libpart.so", source], check=True)
    program("user", "int part(int); int main(void) { return part(1) + part(2) - 5; }",
            f"-L{FOLDER}", "-lpart", f"-Wl,-rpath,{FOLDER}")
    done = record("./user")
    equal(done.returncode, 0, done.stderr)
    row = functions("user.ncp")["part"]
    equal((row["ncalls"], row["module"]), (2, "libpart.so"))
    expect(row["file"].endswith("part.c") and row["line"] == 1, row)


@test("an output that cannot be written is said before the program runs")
def _():
    fib()
    done = record("-o", "no/such/folder/x.ncp", "./fib")
    equal((done.returncode, done.stdout), (2, ""))
    expect("no/such/folder/x.ncp" in done.stderr, done.stderr)


@test("a full disk: the program is not disturbed, the trace holds what fitted")
def _():
    fib()
    disk = FOLDER / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", disk],
                           capture_output=True)
    if mount.returncode:
        raise Skip("may not mount a small disk")
    try:
        done = record("-o", "disk/x.ncp", "./fib", "29")
        equal((done.returncode, done.stdout), (2, "514229\n"))
        expect("disk/x.ncp" in done.stderr and "No space left" in done.stderr, done.stderr)
        expect(functions("disk/x.ncp")["fib"]["ncalls"] > 1000, "what fitted")
        subprocess.run(["mount", "-o", "remount,size=320k", disk], check=True)  # or nothing fits at all
        equal(record("--force", "-o", "disk/x.ncp", "./fib", "29", "9").returncode, 9)
    finally:
        subprocess.run(["umount", disk])


@test("ncprof killed: the program runs on to its end, the trace opens")
def _():
    fib()
    child = start("./fib", "32")
    deadline = time.monotonic() + 20
    trace = FOLDER / "fib.ncp"
    while time.monotonic() < deadline and (not trace.exists() or trace.stat().st_size < 100000):
        time.sleep(0.01)
    child.kill()
    out, _ = child.communicate(timeout=60)  # the program holds the pipe until its end
    equal(out, "2178309\n")
    expect(functions("fib.ncp")["fib"]["ncalls"] > 1000, "events before the kill")
    before = functions("fib.ncp")["fib"]["ncalls"]
    done = ncprof("recover", "fib.ncp")
    match = re.search(r"added (\d+) calls .* has (\d+) now", done)
    expect(match and int(match[1]) > 0, done)
    rows = functions("fib.ncp")
    # The sums of a last chunk that is not whole count before, and are made anew from memory.
    expect(int(match[1]) <= rows["fib"]["ncalls"] <= before + int(match[1]), f"{before}, {done}")
    equal(rows["fib"]["ncalls"] + rows["main"]["ncalls"], int(match[2]))
    equal(list(Path("/dev/shm").glob(f"ncprof-{child.pid}-*")), [], "nothing is left")
    expect("nothing is left" in ncprof("recover", "fib.ncp"))


@test("nothing is left in shared memory")
def _():
    fib()
    child = start("./fib", "20")
    child.communicate(timeout=30)
    equal(list(Path("/dev/shm").glob(f"ncprof-{child.pid}-*")), [])


@test("descriptors and environment are as without ncprof, but for three variables")
def _():
    program("looker", r"""
#include <dirent.h>
#include <stdio.h>
extern char **environ;
int main(void)
{
    DIR *dir = opendir("/proc/self/fd");
    for (struct dirent *e; (e = readdir(dir));)
        printf("fd %s\n", e->d_name);
    for (char **e = environ; *e; e++)
        printf("env %s\n", *e);
    return 0;
}
""", "-finstrument-functions")
    plain = subprocess.run(["./looker"], cwd=FOLDER, capture_output=True, text=True,
                           stdin=subprocess.DEVNULL).stdout.splitlines()
    done = record("./looker")
    ours = ("env LD_PRELOAD=", "env PYTHONPATH=", "env NCPROF_SESSION=")
    rest = [line for line in done.stdout.splitlines() if not line.startswith(ours)]
    equal(sorted(rest), sorted(line for line in plain if not line.startswith(ours)))
    equal(len(done.stdout.splitlines()) - len(rest), 3)


@test("size, tags, chosen environment, command and git revision are in the trace")
def _():
    fib()
    subprocess.run("git init -q . && git -c user.name=n -c user.email=e commit -q --allow-empty "
                   "-m x && touch new", shell=True, cwd=FOLDER, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=FOLDER, capture_output=True,
                          text=True).stdout.strip()
    done = record("--size", "42", "--tag", "k=v=w", "--tag", "k2=x", "--env", "FLAVOUR", "--env",
                  "NOT_SET", "./fib", "10", env={**os.environ, "FLAVOUR": "sweet \u00fc"})
    equal(done.returncode, 0, done.stderr)
    text = subprocess.run(["zstd", "-dcq", FOLDER / "fib.ncp"], capture_output=True).stdout
    text = text.decode(errors="replace")
    for wanted in ('"command":["./fib","10"]', '"k":"v=w"', '"k2":"x"', '"FLAVOUR":"sweet \u00fc"',
                   f'"revision":"{head}"', '"dirty":false', '"size":42', '"exit":0', '"start":"'):
        expect(wanted in text, wanted)
    expect("NOT_SET" not in text, "unset variables are left out")
    equal(info("fib.ncp")["size"], 42)


@test("wrong options are refused")
def _():
    fib()
    for words in (["--size", "x"], ["--size", "-1"], ["--tag", "novalue"], ["--nope"], []):
        done = record(*words, *(["./fib"] if words else []))
        equal((done.returncode, done.stdout), (2, ""), words)
    equal(traces(), [])


@test("--quiet, and -- before the command")
def _():
    fib()
    done = record("--quiet", "-o", "x.ncp", "--", "./fib", "--force")
    equal((done.returncode, done.stderr), (0, ""))
    equal(traces(), ["x.ncp"])


@test("a script without #! runs in the shell, and what it starts is recorded")
def _():
    fib()
    script("job", "./fib 10\n./fib 11\nexit 3\n", executable=True)
    done = record("./job")
    equal((done.returncode, done.stdout), (3, "55\n89\n"), done.stderr)
    expect("2 processes" in done.stderr, done.stderr)
    equal(functions("job.ncp")["fib"]["ncalls"], fib_calls(10) + fib_calls(11))


@test("a forked child is a process of its own")
def _():
    program("forker", r"""
#include <sys/wait.h>
#include <unistd.h>
static void parent(void) {}
static void child(void) {}
static void both(void) {}
int main(void)
{
    both();
    pid_t pid = fork();
    for (int i = 0; i < 1000; i++)
        pid ? parent() : child();
    both();
    if (!pid)
        _exit(0);
    waitpid(pid, 0, 0);
    return 0;
}
""", "-finstrument-functions")
    done = record("./forker")
    equal(done.returncode, 0, done.stderr)
    expect("2 processes" in done.stderr, done.stderr)
    rows = functions("forker.ncp")
    equal([rows[name]["ncalls"] for name in ("parent", "child", "both")], [1000, 1000, 3])


@test("what a killed recorder leaves stays while it can be recovered; then the next one removes it")
def _():
    waiter()
    fib()
    child = start("--force", "./waiter")
    equal(child.stdout.readline(), "ready\n")
    left = list(Path("/dev/shm").glob(f"ncprof-{child.pid}-*"))
    if not left:
        child.kill()
        raise Skip("shared memory is elsewhere")
    record("--force", "./fib")
    expect(left[0].exists(), "the file of a living recorder stays")
    child.kill()
    child.wait()
    expect(left[0].exists(), "SIGKILL leaves no time to remove it")
    equal(record("--force", "./fib").returncode, 0)
    expect(left[0].exists(), "its trace may want it")
    (FOLDER / "waiter.ncp").unlink()
    equal(record("--force", "./fib").returncode, 0)
    expect(not left[0].exists(), f"{left[0]} is still there")


if __name__ == "__main__":
    main()
