#!/usr/bin/python3
"""The recorder does not change the program: its files, environment, output and status are its own."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from native import NCPROF, PROGRAMS, Tap, compile_program, folder, record, report, run

VIEW = r"""
#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
extern char **environ;
__attribute__((noinline)) static int work(int n) { return n ? work(n - 1) + 1 : 0; }
int main(int argc, char **argv)
{
    errno = 77;
    size_t before = mallinfo2().uordblks;
    int kept = work(100000 + argc) != 0 && errno == 77;
    printf("errno %d heap %d\n", kept, mallinfo2().uordblks == before);
    sigset_t set;
    sigprocmask(SIG_BLOCK, NULL, &set);
    for (int i = 1; i < 65; i++) {
        struct sigaction action;
        if (sigismember(&set, i) == 1)
            printf("blocked %d\n", i);
        if (sigaction(i, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
            printf("handled %d\n", i);
    }
    for (int fd = 0; fd < 256; fd++) {
        char name[64], target[256];
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        ssize_t size = readlink(name, target, sizeof target);
        if (size > 0)
            printf("fd %d\n", fd);
    }
    for (char **entry = environ; *entry; entry++)
        printf("environment %s\n", *entry);
    fflush(stdout);
    if (argc > 1)
        execl("/usr/bin/env", "env", (char *)0);
    fprintf(stderr, "on standard error\n");
    return 7;
}
"""

ALONE = r"""
#include <stdio.h>
#include "capture/ncprof.h"
int main(void) { ncprof_stop(); ncprof_start(); puts("alone"); return 0; }
"""

STATICALLY = r"""
#include <cstdio>
#include <stdexcept>
__attribute__((noinline)) static int deep(int n)
{
    if (!n)
        throw std::runtime_error("x");
    return deep(n - 1) + 1;
}
int main()
{
    int caught = 0;
    for (int i = 0; i < 50; i++) {
        try { deep(i); } catch (const std::exception &) { caught++; }
    }
    std::printf("caught %d\n", caught);
    return caught == 50 ? 0 : 1;
}
"""


def write(place, name, text):
    """A source file."""
    path = os.path.join(place, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def lines_of(output):
    """What the program saw; the documented differences are taken out."""
    return [line for line in output.splitlines()
            if not line.startswith(("environment LD_PRELOAD=", "environment NCPROF_SESSION=",
                                    "environment PYTHONPATH=", "environment _=",
                                    "handled 27"))]  # gprof's own SIGPROF


def check_view(tap, place):
    """Descriptors, environment, signals, heap, errno."""
    source = write(place, "view.c", VIEW)
    trace = os.path.join(place, "view.ncp")
    for flags in (["-finstrument-functions"], ["-pg", "-mfentry"]):
        program = os.path.join(place, "view")
        compile_program([source], program, ["-O1", "-fno-optimize-sibling-calls", *flags])
        plain = subprocess.run([program], capture_output=True, text=True, cwd=place, check=False)
        done = record([program], trace, cwd=place)
        expected, got = lines_of(plain.stdout), lines_of(done.stdout)
        tap.ok(plain.returncode == 7 and done.returncode == 7 and expected == got and
               "on standard error" in done.stderr, f"same view of itself: {' '.join(flags)}",
               *sorted(set(expected) ^ set(got)), done.stderr)


def check_uninstrumented(tap, place):
    """A program without hooks never attaches, even when the library is put into it."""
    source = write(place, "view.c", VIEW)
    program = os.path.join(place, "plain")
    compile_program([source], program, ["-O1", "-fno-optimize-sibling-calls"])
    library = os.path.join(os.path.dirname(os.path.dirname(NCPROF)), "lib/ncprof/libncprof.so")
    plain = subprocess.run([program], capture_output=True, text=True, cwd=place, check=False)
    environment = dict(os.environ, LD_PRELOAD=library)
    done = subprocess.run([program], capture_output=True, text=True, cwd=place, check=False,
                          env=environment)
    tap.ok(lines_of(plain.stdout) == lines_of(done.stdout),
           "put into a program without hooks it does nothing", done.stderr)


def check_without_session(tap, place):
    """No session: hooks do nothing; gprof goes on as ever."""
    source = write(place, "view.c", VIEW)
    program = os.path.join(place, "gprof")
    compile_program([source], program, ["-O1", "-fno-optimize-sibling-calls", "-pg"])
    library = os.path.join(os.path.dirname(os.path.dirname(NCPROF)), "lib/ncprof/libncprof.so")
    work = os.path.join(place, "work")
    os.makedirs(work)
    done = subprocess.run([program], capture_output=True, text=True, cwd=work, check=False,
                          env=dict(os.environ, LD_PRELOAD=library))
    calls = run(["gprof", "-b", "-p", program, os.path.join(work, "gmon.out")])
    tap.ok(done.returncode == 7 and " work" in calls, "without a session gprof works", calls)


def check_header(tap, place):
    """ncprof.h needs no library, in any kind of executable."""
    source = write(place, "alone.c", ALONE)
    for flags in (["-O2"], ["-O0", "-no-pie", "-fno-pie"], ["-O2", "-no-pie", "-fno-pie"],
                  ["-static"]):
        program = os.path.join(place, "alone")
        compile_program([source], program, flags)
        tap.ok(run([program]) == "alone\n", f"ncprof.h alone: {' '.join(flags)}")
    source = os.path.join(PROGRAMS, "pauses.c")
    for flags in (["-O1", "-no-pie", "-fno-pie"], ["-O1"]):
        program = os.path.join(place, "pauses")
        compile_program([source, os.path.join(PROGRAMS, "tally.c")], program,
                        ["-finstrument-functions", "-fno-optimize-sibling-calls", *flags])
        record([program], os.path.join(place, "pauses.ncp"))
        counts = report(os.path.join(place, "pauses.ncp"))
        tap.ok(counts["seen"] == 900 and counts["hidden"] == 0,
               f"ncprof.h recorded: {' '.join(flags)}", dict(counts))


def check_static_unwinder(tap, place):
    """Exceptions through replaced return addresses when the program has its own unwinder."""
    source = write(place, "static.cpp", STATICALLY)
    program = os.path.join(place, "static")
    for level in ("-O0", "-O2"):
        compile_program([source], program, [level, "-pg", "-mfentry", "-static-libgcc",
                                            "-static-libstdc++", "-fno-optimize-sibling-calls"])
        trace = os.path.join(place, "static.ncp")
        done = record([program], trace)
        counts = report(trace) if done.returncode == 0 else {}
        tap.ok(counts.get("deep") == 1275, f"exceptions with the unwinder linked in: {level}",
               done.stderr, counts)


def main():
    """All of it."""
    tap = Tap()
    with folder() as place:
        check_view(tap, place)
        check_uninstrumented(tap, place)
        check_without_session(tap, place)
        check_header(tap, place)
        check_static_unwinder(tap, place)
    tap.done()


main()
