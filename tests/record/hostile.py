#!/usr/bin/env python3
"""Programs that lock up, let go of or limit what a recorder uses: they run as always; what is lost is said."""
import glob
import os
import shutil
import struct
import subprocess
from pathlib import Path

from common import (FIB, FOLDER, NCPROF, PYTHON, Skip, equal, expect, fib, fib_calls, functions, main,
                    program, record, script, start, test, traces)



def interpreter(version):
    found = glob.glob(os.path.expanduser(f"~root/.pyenv/versions/{version}.*/bin/python3"))
    return found[0] if found else shutil.which(f"python{version}")


FRAME = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#define UNSEEN __attribute__((no_instrument_function))
static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
extern char **environ;
UNSEEN static int filter(struct sock_filter *rules, unsigned short count)
{
    struct sock_fprog program = {count, rules};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, 2, &program);
}
#define LOAD BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define IF(number, action) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, action)
#define KILL SECCOMP_RET_KILL_PROCESS
#define REFUSE (SECCOMP_RET_ERRNO | EPERM)
UNSEEN static void limit(int what, rlim_t size)
{
    struct rlimit limit = {size, size};
    setrlimit(what, &limit);
}
static void *thread(void *argument) { return (void *)(long)fib(20); }
int main(int argc, char **argv)
{
    %s
    printf("%%d\n", fib(27));
    fflush(stdout);
    return 7;
}
"""

# what the program does before its calls, and how many more it makes
HOSTILE = {
    "closes every descriptor but its output":
        ("close(0); close_range(2, ~0U, 0);", 0),
    "closes its standard streams and opens others":
        ("close(0); close(2); open(\"/dev/null\", O_RDWR); open(\"/dev/null\", O_RDWR);", 0),
    "changes to another folder that goes":
        ("mkdir(\"gone\", 0700); chdir(\"gone\"); rmdir(\"../gone\");", 0),
    "is shut into an empty root":
        ("if (geteuid() == 0) { mkdir(\"jail\", 0700); if (chroot(\"jail\") || chdir(\"/\")) return 77; }", 0),
    "becomes nobody": ("if (geteuid() == 0 && (setgid(65534) || setuid(65534))) return 77;", 0),
    "is a new session": ("if (fork()) { int s; wait(&s); return WEXITSTATUS(s); } setsid();", 0),
    "has namespaces of its own": ("if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC)) return 77;", 0),
    "has a mount namespace without /dev/shm and /proc":
        ("if (unshare(CLONE_NEWNS)) return 77; mount(\"none\", \"/\", 0, 1 << 18 | 16384, 0);"
         "umount2(\"/dev/shm\", 2); umount2(\"/proc\", 2);", 0),
    "has hardly any address space": ("limit(RLIMIT_AS, 64 << 20);", 0),
    "may open no file": ("limit(RLIMIT_NOFILE, 0);", 0),
    "may write no file": ("signal(SIGXFSZ, SIG_DFL); limit(RLIMIT_FSIZE, 0);", 0),
    "may lock nothing and locks everything": ("mlockall(MCL_CURRENT | MCL_FUTURE);", 0),
    "may have no further process": ("limit(RLIMIT_NPROC, 1);", 0),
    "clears its environment": ("environ = NULL; clearenv();", 0),
    "blocks every signal": ("sigset_t all; sigfillset(&all); sigprocmask(SIG_SETMASK, &all, NULL);", 0),
    "ignores every signal": ("for (int i = 1; i < 65; i++) signal(i, SIG_IGN);", 0),
    "is refused futex()": ("struct sock_filter r[] = {LOAD, IF(SYS_futex, REFUSE), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};"
                           "if (filter(r, 4)) return 77;", 0),
    "is refused mmap(), munmap(), mprotect() and madvise()":
        ("struct sock_filter r[] = {LOAD, IF(SYS_mmap, REFUSE), IF(SYS_munmap, REFUSE), IF(SYS_mprotect, REFUSE),"
         "IF(SYS_madvise, REFUSE), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}; if (filter(r, 10)) return 77;", 0),
    "is refused open(), openat(), kill(), gettid() and getpid()":
        ("struct sock_filter r[] = {LOAD, IF(SYS_open, REFUSE), IF(SYS_openat, REFUSE), IF(SYS_kill, REFUSE),"
         "IF(SYS_gettid, REFUSE), IF(SYS_getpid, REFUSE), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};"
         "if (filter(r, 12)) return 77;", 0),
    "is killed for open(), kill(), prctl(), clone() and socket()":
        ("struct sock_filter r[] = {LOAD, IF(SYS_open, KILL), IF(SYS_openat, KILL), IF(SYS_kill, KILL),"
         "IF(SYS_prctl, KILL), IF(SYS_clone, KILL), IF(SYS_socket, KILL), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};"
         "if (filter(r, 14)) return 77;", 0),
    "is refused files, and has a thread that begins afterwards":
        ("struct sock_filter r[] = {LOAD, IF(SYS_open, REFUSE), IF(SYS_openat, REFUSE), IF(SYS_prctl, REFUSE),"
         "IF(SYS_gettid, REFUSE), IF(SYS_prlimit64, REFUSE), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};"
         "pthread_t t; if (filter(r, 12)) return 77; pthread_create(&t, NULL, thread, NULL); pthread_join(t, NULL);", 20),
    "has its stack in memory of its own": ("static char stack[1 << 16]; stack_t s = {stack, 0, sizeof stack}; sigaltstack(&s, NULL);", 0),
}


def hostile(what):
    name = "hostile" + str(sorted(HOSTILE).index(what))
    return program(name, FRAME % HOSTILE[what][0], "-finstrument-functions", "-w", "-lpthread")


def lives(what):
    path = hostile(what)
    plain = subprocess.run([path], cwd=FOLDER, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    if plain.returncode == 77:
        raise Skip("may not be done here")
    done = record("--force", "-o", "hostile.ncp", path)
    equal((done.returncode, done.stdout), (plain.returncode, plain.stdout), done.stderr)
    equal(functions("hostile.ncp")["fib"]["ncalls"], fib_calls(27) + (fib_calls(HOSTILE[what][1]) if HOSTILE[what][1] else 0),
          done.stderr)
    shutil.rmtree(FOLDER / "jail", ignore_errors=True)


for description in HOSTILE:
    test(f"a program that {description}")(lambda what=description: lives(what))


# ---- what cannot be recorded ----

def refused(path, words, *arguments):
    done = record("--force", path, *arguments)
    equal((done.returncode, done.stdout), (2, ""), done.stderr)
    expect(words in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr)
    equal(traces(), [])


def patched(name, offset, data):
    """A program with other bytes in its ELF header."""
    path = FOLDER / name
    content = bytearray(Path(fib()).read_bytes())
    content[offset:offset + len(data)] = data
    path.write_bytes(content)
    path.chmod(0o755)
    return path


@test("programs for another processor, or of 32 bits, are refused")
def _():
    refused(patched("arm", 18, b"\x28\0"), "another processor or word size")
    refused(patched("small", 4, b"\x01"), "another processor or word size")


@test("a static-pie program is refused")
def _():
    try:
        program("static-pie", FIB, "-static-pie", "-finstrument-functions")
    except subprocess.CalledProcessError:
        raise Skip("no static libc") from None
    refused("./static-pie", "is statically linked", "10")


def with_rights(name, mode=0o755, capabilities=None):
    if os.geteuid() != 0:
        raise Skip("needs root to make one")
    path = FOLDER / name
    shutil.copy(fib(), path)
    os.chown(path, 65534, 65534)
    path.chmod(mode)
    if capabilities:
        try:
            os.setxattr(path, "security.capability", capabilities)
        except OSError:
            raise Skip("no file capabilities here") from None
    return path


@test("setuid and setgid programs are refused by name")
def _():
    for path in (with_rights("setuid", 0o4755), with_rights("setgid", 0o2755)):
        refused(path, "gains rights")


@test("a program with capabilities is refused where it gains them")
def _():
    path = with_rights("able", 0o755, struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0))
    if not shutil.which("setpriv"):
        raise Skip("needs setpriv")
    FOLDER.chmod(0o777)
    done = subprocess.run(["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups", NCPROF, "record", path],
                          cwd=FOLDER, capture_output=True, text=True, timeout=60)
    equal((done.returncode, done.stdout), (2, ""), done.stderr)
    expect("gains rights" in done.stderr, done.stderr)


@test("a setuid program that a recorded one starts runs as always; the rest is recorded")
def _():
    FOLDER.chmod(0o755)
    with_rights("setuid", 0o4755)
    script("job", "#!/bin/sh\n./setuid 10\n./fib 11\n", executable=True)
    done = record("./job")
    equal((done.returncode, done.stdout), (0, "55\n89\n"), done.stderr)
    equal(functions("job.ncp")["fib"]["ncalls"], fib_calls(11))


@test("what a program starts with an environment of its own is not recorded, and runs as always")
def _():
    fib()
    program("cleaner", "#include <unistd.h>\nstatic void before(void) {}\n"
                       "int main(void) { char *none[] = {0}, *words[] = {\"fib\", \"10\", 0};"
                       " before(); return execve(\"./fib\", words, none); }", "-finstrument-functions")
    done = record("./cleaner")
    equal((done.returncode, done.stdout), (0, "55\n"), done.stderr)
    expect("fib" not in functions("cleaner.ncp"), "it is not in the trace")


@test("an interpreter that is not supported is said, its script runs as always")
def _():
    script("awk", "#!/usr/bin/awk -f\nBEGIN { print 7; exit 3 }\n", executable=True)
    if not os.access("/usr/bin/awk", os.X_OK):
        raise Skip("no awk")
    done = record("./awk")
    equal((done.returncode, done.stdout), (3, "7\n"), done.stderr)
    expect("ran no instrumented program and no Python" in done.stderr, done.stderr)


# ---- other tools ----

def beside(tool, *command, output="6765\n"):
    if not shutil.which(tool):
        raise Skip(f"no {tool}")
    done = subprocess.run([*map(str, command)], cwd=FOLDER, capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL)
    expect(output in done.stdout, f"{done.stdout}{done.stderr}")
    return done


@test("uftrace around the recorder has the hooks, and it is said")
def _():
    program("fib-pg", FIB, "-pg")
    done = beside("uftrace", "uftrace", "record", "--force", "-d", "u", NCPROF, "record", "--force", "./fib-pg", "20", "9")


    expect("LD_PRELOAD" in done.stderr or "wrote" in done.stderr, done.stderr)


@test("uftrace inside: one of the two records, the program runs as always")
def _():
    program("fib-pg", FIB, "-pg")
    done = beside("uftrace", NCPROF, "record", "--force", "-o", "v.ncp", "uftrace", "record", "-d", "v", "./fib-pg", "20", "9")


    expect("not compiled" in done.stderr or "wrote" in done.stderr, done.stderr)


@test("valgrind inside: the program runs as always, and is recorded")
def _():
    fib()
    beside("valgrind", NCPROF, "record", "--force", "-o", "v.ncp", "valgrind", "-q", "--tool=none", "./fib", "20", "9")
    equal(functions("v.ncp")["fib"]["ncalls"], fib_calls(20))


@test("strace and gdb inside: likewise")
def _():
    fib()
    beside("strace", NCPROF, "record", "--force", "-o", "s.ncp", "strace", "-f", "-o", "log", "./fib", "20", "9")
    equal(functions("s.ncp")["fib"]["ncalls"], fib_calls(20))


@test("two recordings at once of one program: each has every call")
def _():
    fib()
    both = [start("--force", "-o", f"{name}.ncp", "./fib", "24") for name in "ab"]
    for process in both:
        equal(process.communicate(timeout=60)[0], "46368\n")
    for name in "ab":
        equal(functions(f"{name}.ncp")["fib"]["ncalls"], fib_calls(24))


MONITORS = """
import sys
def f(): pass
taken = []
for tool in range(6):
    try:
        sys.monitoring.use_tool_id(tool, "mine")
        taken.append(tool)
    except ValueError:
        pass
for _ in range(100): f()
print(len(taken))
"""


@test("a Python program that takes every id of sys.monitoring has all but the recorder's, or all")
def _():
    python = interpreter("3.12")
    if not python:
        raise Skip("no CPython 3.12")
    script("monitors.py", MONITORS)
    done = record("--force", python, "monitors.py")
    equal((done.returncode, done.stdout.strip() in ("5", "6")), (0, True), done.stdout + done.stderr)
    equal(functions("monitors.ncp")["f"]["ncalls"], 100)


if __name__ == "__main__":
    main()
