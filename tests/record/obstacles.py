#!/usr/bin/env python3
"""What stands in a recorder's way is said, or got around: filters, missing files, other recorders."""
import os
import shutil
import signal
import subprocess
from pathlib import Path

from common import (FOLDER, NCPROF, PYTHON, Skip, equal, expect, fib, fib_calls, functions, main,
                    ncprof, program, record, script, test, traces)

FILTERED = r"""
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
/* write, fstat and exit are all that is left. */
__attribute__((no_instrument_function)) static int forbid(unsigned action)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_newfstatat, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, 2, &program);
}
int main(int argc, char **argv)
{
    if (forbid(argc > 2 ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | 1))
        return 77;
    printf("%d\n", fib(atoi(argv[1])));
    fflush(stdout);
    _exit(0);
}
"""


def filtered():
    path = program("filtered", FILTERED, "-finstrument-functions")
    if subprocess.run([path, "3"], capture_output=True).returncode == 77:
        raise Skip("no seccomp")


@test("a filter that refuses system calls: every call is recorded all the same")
def _():
    filtered()
    done = record("--force", "./filtered", "27")
    equal((done.returncode, done.stdout), (0, "196418\n"), done.stderr)
    equal(functions("filtered.ncp")["fib"]["ncalls"], fib_calls(27))


@test("a filter that kills for them: it is said why")
def _():
    filtered()
    done = record("--force", "./filtered", "32", "kill")
    if done.returncode == 0:
        raise Skip("it got through without one")
    equal(done.returncode, 128 + signal.SIGSYS)
    expect("seccomp" in done.stderr and "futex()" in done.stderr, done.stderr)
    expect("seccomp" in ncprof("info", "filtered.ncp"), "the trace says it, too")


@test("an ncprof record inside another: the inner one records, the outer one says so")
def _():
    fib()
    done = record("-o", "outer.ncp", "--", NCPROF, "record", "-o", "inner.ncp", "./fib", "12", "5")
    expect("an ncprof in here records" in done.stderr, done.stderr)
    equal((done.returncode, done.stdout), (5, "144\n"))
    equal(traces(), ["inner.ncp"])
    equal(functions("inner.ncp")["fib"]["ncalls"], fib_calls(12))


@test("recorder files that are missing are named before the program runs")
def _():
    fib()
    library = Path(NCPROF).parent.parent / "lib" / "ncprof"
    for gone in ("libncprof.so", "python/_ncprof.abi3.so"):
        copy = FOLDER / "lib"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(library, copy)
        (copy / gone).unlink()
        done = record("./fib", env={**os.environ, "NCPROF_LIBDIR": str(copy)})
        equal((done.returncode, done.stdout), (2, ""))
        expect(f"{gone} is not there" in done.stderr, done.stderr)


@test("an instrumented program runs without the recorder as it always did")
def _():
    fib()
    equal(subprocess.run([FOLDER / "fib", "10"], capture_output=True, text=True).stdout, "55\n")
    stale = {**os.environ, "NCPROF_SESSION": "/dev/shm/ncprof-1-nobody",
             "LD_PRELOAD": str(Path(NCPROF).parent.parent / "lib/ncprof/libncprof.so")}
    done = subprocess.run([FOLDER / "fib", "10"], capture_output=True, text=True, env=stale)
    equal((done.stdout, done.stderr), ("55\n", ""))


@test("a program with a profiler of its own: each has what it wants, or it is said")
def _():
    script("own.py", "import cProfile, pstats\n"
                     "def f(): pass\n"
                     "def work():\n    for i in range(100): f()\n"
                     "p = cProfile.Profile()\nwork()\np.enable()\nwork()\np.disable()\n"
                     "print([row[0] for key, row in pstats.Stats(p).stats.items() if key[2] == 'f'][0])\n")
    done = record(PYTHON, "own.py")
    equal((done.returncode, done.stdout), (0, "100\n"), done.stderr)
    calls = functions("own.ncp")["f"]["ncalls"]
    said = "a profiler of its own" in ncprof("info", "own.ncp")
    expect(calls == 200 or (calls == 100 and said), f"{calls} calls, said: {said}")


if __name__ == "__main__":
    main()
