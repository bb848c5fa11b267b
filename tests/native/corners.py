#!/usr/bin/python3
"""Programs at the edges of what compilers, threads and signals do: the same counts as the program's own."""
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tap import Skip, equal, expect, run, test  # noqa: E402

NCPROF = os.path.abspath(os.environ.get("NCPROF", ".build/bin/ncprof"))
FOLDER = Path(tempfile.mkdtemp(prefix="corners-"))
WAYS = {"calls": ["-finstrument-functions"], "pg": ["-pg"], "mfentry": ["-pg", "-mfentry"]}
HEAD = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __cplusplus
#define UNSEEN __attribute__((no_instrument_function))
#else
#define UNSEEN __attribute__((no_instrument_function))
#endif
#define SEEN __attribute__((noinline))
"""


def build(name, source, *flags, way="calls", compiler="gcc"):
    path = FOLDER / f"{name}-{way}"
    file = FOLDER / (name + (".cpp" if compiler == "g++" else ".c"))
    file.write_text(HEAD + source)
    done = subprocess.run([compiler, "-O1", "-g", "-w", "-pthread", *WAYS[way], "-o", path, file, *flags],
                          capture_output=True, text=True)
    equal(done.returncode, 0, done.stderr)
    return path


def record(*words, **more):
    done = subprocess.run([NCPROF, "record", "--force", "-o", "x.ncp", "--", *map(str, words)], cwd=FOLDER,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=200, **more)
    expect("lost" not in done.stderr, done.stderr)
    return done


def calls():
    text = subprocess.run([NCPROF, "report", "x.ncp", "--format", "json", "--limit", "0"], cwd=FOLDER,
                          capture_output=True, text=True, check=True).stdout
    return {row["name"]: row["ncalls"] for row in json.loads(text)["functions"]}


def info():
    text = subprocess.run([NCPROF, "info", "x.ncp", "--format", "json"], cwd=FOLDER, capture_output=True,
                          text=True, check=True).stdout
    return json.loads(text)


def same(found, **wanted):
    equal({name: found.get(name) for name in wanted}, wanted)


IFUNC = r"""
static int chosen(int n) { return n + 1; }
static int other(int n) { return n - 1; }
static void *resolve(void) { return getenv("NOBODY") ? (void *)other : (void *)chosen; }
int work(int n) __attribute__((ifunc("resolve")));
SEEN int around(int n) { return work(n) + work(n); }
int main(void)
{
    int sum = 0;
    for (int i = 0; i < 1000; i++)
        sum += around(i);
    return sum != 1001000;
}
"""


@test("functions chosen by resolvers (IFUNC), which run before anything else")
def _():
    for way in WAYS:
        equal(record(build("ifunc", IFUNC, way=way)).returncode, 0, way)
        same(calls(), around=1000, chosen=2000, main=1)


LTO = r"""
SEEN int leaf(int n) { return n < 2 ? n : leaf(n - 1) + leaf(n - 2); }
SEEN int twig(int n) { return leaf(n) + 1; }
int main(void) { int sum = 0; for (int i = 0; i < 10; i++) sum += twig(10); return sum != 560; }
"""


@test("link-time optimisation: the functions that are left, by their names")
def _():
    for way in WAYS:
        path = build("lto", LTO, "-flto", "-O2", "-fno-optimize-sibling-calls", "-fno-ipa-cp", "-fno-partial-inlining", way=way)
        equal(record(path).returncode, 0, way)
        found = calls()
        twigs = sum(count for name, count in found.items() if name.startswith("twig"))
        leaves = sum(count for name, count in found.items() if name.startswith("leaf"))
        equal(twigs, 10, f"{way}: {found}")
        expect(10 <= leaves <= 1770 and (way != "calls" or leaves == 1770), f"{way}: {found}")


TICKS = r"""
static volatile long handled, bodies;
SEEN void inner(void) { __atomic_fetch_add(&bodies, 1, __ATOMIC_RELAXED); }
SEEN void handler(int number) { __atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED); inner(); }
SEEN long fib(long n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static void *thread(void *unused)
{
    for (int i = 0; i < 12; i++)
        fib(22);
    return unused;
}
int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct itimerval every = {{0, 100}, {0, 100}}, none = {{0, 0}, {0, 0}};
    pthread_t threads[2];
    stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
    if (argc > 1) {
        sigaltstack(&stack, NULL);
        action.sa_flags |= SA_ONSTACK;
    }
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGPROF, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
    setitimer(ITIMER_PROF, &every, NULL);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, thread, NULL);
    thread(NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    setitimer(ITIMER_REAL, &none, NULL);
    setitimer(ITIMER_PROF, &none, NULL);
    printf("%ld %ld\n", handled, bodies);
    return 0;
}
"""


@test("handlers of a 10 kHz timer that are instrumented themselves, in three threads at work")
def _():
    for way in WAYS:
        for more in ([], ["alternative stack"]):
            done = record(build("ticks", TICKS, way=way), *more)
            equal(done.returncode, 0, f"{way}: {done.stderr}")
            handled, bodies = map(int, done.stdout.split())
            expect(handled > 100, done.stdout)
            same(calls(), handler=handled, inner=bodies, fib=36 * 57313, thread=3)


COMPILER = r"""
SEEN int parse(int n) { return n < 2 ? n : parse(n - 1) + parse(n - 2); }
int main(int argc, char **argv)
{
    FILE *out = fopen(argv[1], "w");
    fprintf(out, "%d\n", parse(10));
    return fclose(out) != 0;
}
"""


@test("make -j4: 500 objects by an instrumented compiler, each process with its calls")
def _():
    compiler = build("compiler", COMPILER)
    (FOLDER / "Makefile").write_text("OBJECTS := $(foreach i,$(shell seq 500),o/$(i).o)\nall: $(OBJECTS)\n"
                                     f"$(OBJECTS):\n\t@{compiler} $@\n")
    shutil.rmtree(FOLDER / "o", ignore_errors=True)
    (FOLDER / "o").mkdir()
    if not shutil.which("make"):
        raise Skip("make is not installed")
    done = record("make", "-j4", "-s")
    equal(done.returncode, 0, done.stderr)
    equal(len(list((FOLDER / "o").iterdir())), 500)
    same(calls(), main=500, parse=500 * 177)
    processes = info()["processes"]
    equal(sum(1 for p in processes if (p["end"], p["exit"]) == ("exited", 0)), 500, "exits")


VFORK = r"""
static volatile int started;
SEEN void begin(char *self)
{
    char *words[] = {self, "child", NULL};
    extern char **environ;
    pid_t pid = vfork();
    if (pid == 0) {
        execve(self, words, environ);
        _exit(127);
    }
    int status;
    waitpid(pid, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
        __atomic_fetch_add(&started, 1, __ATOMIC_RELAXED);
}
SEEN int work(int n) { return n < 2 ? n : work(n - 1) + work(n - 2); }
static void *thread(void *self)
{
    for (int i = 0; i < 20; i++) {
        begin(self);
        work(8);
    }
    return NULL;
}
int main(int argc, char **argv)
{
    pthread_t threads[4];
    if (argc > 1)
        return work(4);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, thread, argv[0]);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    return started != 80;
}
"""


@test("vfork() and exec in four threads at once")
def _():
    for way in ("calls", "pg"):
        equal(record(build("vfork", VFORK, way=way)).returncode, 0, way)
        same(calls(), main=81, thread=4, begin=80, work=80 * 67 + 80 * 9)
        equal(sum(1 for p in info()["processes"] if p["exit"] == 3), 80)


CANCEL = r"""
static volatile long calls;
static volatile int ready;
SEEN void leaf(void) { __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED); }
SEEN void twig(int n) { if (n) twig(n - 1); else leaf(); }
static void *thread(void *unused)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    ready = 1;
    for (;;)
        twig(5);
    return unused;
}
UNSEEN static void pause_for(long ns) { nanosleep(&(struct timespec){0, ns}, NULL); }
int main(void)
{
    for (int i = 0; i < 200; i++) {
        pthread_t one;
        void *result;
        ready = 0;
        pthread_create(&one, NULL, thread, NULL);
        while (!ready)
            pause_for(1000);
        pause_for(1000 * (i % 50));
        pthread_cancel(one);
        pthread_join(one, &result);
        if (result != PTHREAD_CANCELED)
            return 1;
    }
    printf("%ld\n", calls);
    return 0;
}
"""


@test("threads cancelled at any instruction: no call is lost, at most the last of each")
def _():
    for way in ("calls", "pg"):
        done = record(build("cancel", CANCEL, way=way))
        equal(done.returncode, 0, f"{way}: {done.stderr}")
        found, counted = calls(), int(done.stdout)
        expect(counted <= found["leaf"] <= counted + 200, f"{way}: {found} of {counted}")
        equal(found["thread"], 200, way)


OUTLIVE = r"""
SEEN int work(int n) { return n < 2 ? n : work(n - 1) + work(n - 2); }
static void *thread(void *unused)
{
    nanosleep(&(struct timespec){0, 100000000}, NULL);
    work(15);
    exit(4);
}
int main(void)
{
    pthread_t one;
    pthread_create(&one, NULL, thread, NULL);
    work(10);
    pthread_exit(NULL);
}
"""


@test("a thread that outlives main(), and ends the program")
def _():
    for way in WAYS:
        equal(record(build("outlive", OUTLIVE, way=way)).returncode, 4, way)
        same(calls(), main=1, thread=1, work=177 + 1973)


THROWING = r"""
struct thing { int n; };
extern "C" SEEN int deep(int n)
{
    if (n == 0)
        throw thing{7};
    return deep(n - 1) + 1;
}
extern "C" SEEN int middle(int n)
{
    try {
        return deep(n);
    } catch (int) {
        return 0;
    }
}
"""
CATCHING = r"""
#include <dlfcn.h>
SEEN int guarded(int (*middle)(int), int n)
{
    try {
        return middle(n);
    } catch (...) {
        return 1;
    }
}
SEEN void after(void) { __asm__ volatile(""); }
int main(int argc, char **argv)
{
    int caught = 0;
    for (int round = 0; round < 20; round++) {
        void *library = dlopen(argv[1], RTLD_NOW);
        int (*middle)(int) = (int (*)(int))dlsym(library, "middle");
        for (int i = 0; i < 10; i++) {
            caught += guarded(middle, i);
            after();
        }
        dlclose(library);
    }
    return caught != 200;
}
"""


@test("C++ exceptions through frames of a library that comes by dlopen() and goes")
def _():
    for way in WAYS:
        library = build("throwing", THROWING, "-shared", "-fPIC", way=way, compiler="g++")
        done = record(build("catching", CATCHING, way=way, compiler="g++"), library)
        equal(done.returncode, 0, f"{way}: {done.stderr}")
        same({name.split("(")[0]: n for name, n in calls().items()},
             main=1, guarded=200, middle=200, deep=20 * 55, after=200)


DEEP = r"""
SEEN long down(long n) { return n ? down(n - 1) + 1 : 0; }
SEEN long even(long n) { return n + 1; }
int main(void) { return down(1000000) + even(0) != 1000001; }
"""


@test("a million levels of recursion on an unlimited stack")
def _():
    def unlimited():
        resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    try:
        subprocess.run(["true"], preexec_fn=unlimited, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise Skip("the stack may not be unlimited here") from error
    for way in WAYS:
        done = record(build("deep", DEEP, "-fno-optimize-sibling-calls", way=way), preexec_fn=unlimited)
        equal(done.returncode, 0, f"{way}: {done.stderr}")
        same(calls(), main=1, down=1000001, even=1)
        expect("ut at" not in done.stderr, done.stderr)


if __name__ == "__main__":
    run(lambda: None)
    shutil.rmtree(FOLDER, ignore_errors=True)
