#!/usr/bin/env python3
"""Disks that fail, memory that is short, limits on both: the program runs as always, losses are said."""
import csv
import errno
import io
import os
import resource
import shutil
import subprocess

from common import (FOLDER, HERE, NCPROF, TRACE, Progress, Skip, check, compile_program, expect, main, opens,
                    recorders, test)

FIB = r"""
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int main(int argc, char **argv)
{
    struct rlimit limit = {argc > 3 ? strtoul(argv[3], NULL, 10) : RLIM_INFINITY, RLIM_INFINITY};
    if (argc > 3)
        setrlimit(RLIMIT_AS, &limit);
    void *memory = malloc(64 << 20);
    printf("%d %s\n", fib(atoi(argv[1])), memory ? "enough" : "no memory");
    return atoi(argv[2]);
}
"""
SAYS_27, CALLS_27 = "196418 enough\n", 635621


def fib(*words):
    return [compile_program("fib", FIB), *map(str, words)]


def run(*words, **more):
    return subprocess.run([*map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=120, **more)


def recording(*command):
    return [NCPROF, "record", "--force", "-o", TRACE, "--", *command]


def recorded(name="fib"):
    """The function's calls; nothing is lost."""
    said = run(NCPROF, "info", TRACE)
    expect(said.returncode == 0 and "events are lost" not in said.stdout, said.stdout[:2000] + said.stderr)
    rows = csv.DictReader(io.StringIO(run(NCPROF, "report", TRACE, "--format", "csv").stdout))
    return {row["name"]: int(row["ncalls"]) for row in rows}[name]


def whole(done, status=5):
    expect((done.returncode, done.stdout) == (status, SAYS_27), f"{done.returncode} {done.stdout}{done.stderr}")
    expect(recorded() == CALLS_27, f"{recorded()} calls: {done.stderr}")


def unprivileged(what, size, *words):
    """Under that limit, which root would not have to keep to."""
    nobody = []
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            raise Skip("needs setpriv")
        FOLDER.chmod(0o777)
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    return run(*nobody, *words, preexec_fn=lambda: resource.setrlimit(what, (size, size)))


# ---- limits ----

@test("ulimit -f: shared memory is made as small as it has to be, every call is recorded")
def _():
    fib(0)
    for size in (100 << 20, 10 << 20, 1 << 20, 700 << 10):
        TRACE.unlink(missing_ok=True)
        whole(unprivileged(resource.RLIMIT_FSIZE, size, *recording(*fib(27, 5))))


@test("ulimit -f below what recording needs is refused before the program runs")
def _():
    fib(0)
    done = unprivileged(resource.RLIMIT_FSIZE, 300000, *recording(*fib(27, 5)))
    expect((done.returncode, done.stdout) == (2, ""), done.stdout)
    expect("ulimit -f" in done.stderr and not TRACE.exists(), done.stderr)


@test("ulimit -v, of both and of the program alone")
def _():
    for size in (1 << 30, 400 << 20):
        done = run(*recording(*fib(27, 5)),
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size)))
        whole(done)
    whole(run(*recording("prlimit", f"--as={400 << 20}", *fib(27, 5))))


@test("a program that limits its own memory has it")
def _():
    whole(run(*recording(*fib(27, 5, 300 << 20))))


THREADS = r"""
#include <pthread.h>
#include <stdlib.h>
static pthread_barrier_t all;
static int leaf(int n) { return n + 1; }
static void *work(void *argument)
{
    int n = 0;
    for (int i = 0; i < 10; i++)
        n = leaf(n);
    pthread_barrier_wait(&all);
    return argument;
}
int main(int argc, char **argv)
{
    unsigned count = (unsigned)atoi(argv[1]);
    pthread_t threads[count];
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    pthread_barrier_init(&all, NULL, count);
    for (unsigned i = 0; i < count; i++)
        if (pthread_create(&threads[i], &small, work, NULL))
            abort();
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
"""


@test("two thousand threads at once: more of the shared memory is mapped")
def _():
    done = run(*recording(compile_program("threads", THREADS), "2000"))
    expect(done.returncode == 0, done.stderr)
    expect(recorded("leaf") == 20000, recorded("leaf"))


@test("threads beyond what the program can map do not wait: what they lose is counted")
def _():
    done = run(*recording("prlimit", f"--as={400 << 20}", compile_program("threads", THREADS), "2000"))
    if done.returncode == 134:
        raise Skip("not so many threads in so little memory")
    expect(done.returncode == 0, done.stderr)
    expect("events lost" in done.stderr, done.stderr)


# ---- shared memory ----

def with_small_shm(kilobytes, *words):
    """In a mount namespace of its own /dev/shm is so small."""
    mount = f'mount -t tmpfs -o size={kilobytes}k none /dev/shm || exit 99; exec "$@"'
    done = run("unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", mount, "sh", *words)
    if done.returncode in (1, 99):
        raise Skip("may not mount a small /dev/shm")
    return done


@test("a /dev/shm with hardly any room: every event of three threads is there")
def _():
    walk = recorders(["finstrument"])["finstrument"]
    for kilobytes in (4500, 5000, 6000, 9000):
        progress = Progress()
        done = with_small_shm(kilobytes, *recording(*walk, 3000001, "_exit"))
        expect(done.returncode == 3, f"{done.returncode}: {done.stderr}")
        expect("lost" not in done.stderr, done.stderr)
        check(progress)


@test("a /dev/shm that is full: the shared memory is in a file")
def _():
    whole(with_small_shm(64, *recording(*fib(27, 5))))


# ---- disks ----

PLACES = {"the header": (1, 1), "the first events": (2, 1), "later events": (2, 3), "the closing": (4, 1),
          "the index": (5, 1), "the last chunk": (6, 1)}  # formats/trace/chunk.h


def failing(error, place, command):
    """The trace's disk gives that error in the middle of that chunk and from there on."""
    library = compile_program("fail_writes.so", HERE / "fail_writes.c", "-shared", "-fPIC", "-ldl")
    words = dict(zip(("FAIL_TYPE", "FAIL_NTH"), map(str, PLACES[place])))
    more = {"FAIL_WITH": str(error), "LD_PRELOAD": str(library), **words}
    TRACE.unlink(missing_ok=True)
    return run(*recording(*command), env={**os.environ, **more})


@test("EIO, ENOSPC and EFBIG at every place: the program is not disturbed, the trace opens")
def _():
    for error in (errno.EIO, errno.ENOSPC, errno.EFBIG):
        for place in PLACES:
            what = f"{os.strerror(error)} at {place}"
            done = failing(error, place, fib(27, 0))
            expect(os.strerror(error) in done.stderr, f"{what}: {done.stderr}")
            if place == "the header":
                expect((done.returncode, done.stdout) == (2, "") and not TRACE.exists(), f"{what}: {done}")
                continue
            expect((done.returncode, done.stdout) == (2, SAYS_27), f"{what}: {done}")
            expect("the recording ends after" in done.stderr, f"{what}: {done.stderr}")
            opens("Cut at t|was cut" if PLACES[place][0] <= 4 else "truncated +no")
            expect(failing(error, place, fib(27, 9)).returncode == 9, "the program's own status goes first")


if __name__ == "__main__":
    main()
