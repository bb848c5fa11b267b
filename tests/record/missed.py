#!/usr/bin/python3
"""Programs that lose the recording: by exec, by an emptied environment; Python that is told to ignore its own."""
import re

from common import FOLDER, PYTHON, equal, expect, functions, info, main, ncprof, program, record, script, test

EXECS = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static char *none[] = {NULL};
static void child(const char *how, char *self)
{
    char *args[] = {self, "leaf", NULL};
    fib(5);
    if (!strcmp(how, "execve")) execve(self, args, none);
    if (!strcmp(how, "execvpe")) execvpe(self, args, none);
    if (!strcmp(how, "fexecve")) fexecve(open(self, O_RDONLY), args, none);
    if (!strcmp(how, "execle")) execle(self, self, "leaf", NULL, none);
    if (!strcmp(how, "clearenv")) { clearenv(); execv(self, args); }
    if (!strcmp(how, "true")) execlp("true", "true", "a", "b", NULL);
    if (!strcmp(how, "self")) execl(self, self, "leaf", "two words", NULL);
    if (!strcmp(how, "fails")) execve("/nonexistent", args, none);
    _exit(9);
}
int main(int argc, char **argv)
{
    char *args[] = {argv[0], "leaf", NULL};
    if (!strcmp(argv[1], "leaf"))
        return fib(8) != 21;
    for (int i = 1; i < argc; i++) {
        pid_t pid;
        if (!strcmp(argv[i], "spawn"))
            posix_spawn(&pid, argv[0], NULL, NULL, args, none);
        else if (!strcmp(argv[i], "vfork") && vfork() == 0)
            _exit(execve(argv[0], args, none));
        else if (!strcmp(argv[i], "env"))
            (void)!system("env -i ./execs leaf");
        else if (strcmp(argv[i], "vfork") && fork() == 0)
            child(argv[i], argv[0]);
        while (wait(NULL) > 0)
            ;
    }
    return 0;
}
"""


def recorded(*how):
    """info of the processes, the notes"""
    program("execs", EXECS, "-w", "-finstrument-functions")
    done = record("--force", "-o", "x.ncp", "--", "./execs", *how)
    equal(done.returncode, 0, done.stderr)
    return info("x.ncp")["processes"], re.findall(r"(?m)^note +(.*)", ncprof("info", "x.ncp"))


@test("exec with an empty environment: what is not recorded is said, and what it went on with")
def _():
    ways = ["execve", "execvpe", "execle", "clearenv", "spawn", "vfork", "env"]
    processes, notes = recorded(*ways)
    expect(any(note.startswith(f"{len(ways)} processes, ./execs, were started without the recording's")
               for note in notes), notes)
    equal(len([p for p in processes if p["end"] == "replaced" and p["exec"] == "./execs"]), 4)
    expect("Went on by exec with 4 calls open" in notes, notes)
    expect(not any("Cut at" in note for note in notes), notes)


@test("one of them is named by its pid; a program started by descriptor by its path")
def _():
    processes, notes = recorded("fexecve")
    pid = processes[1]["id"]
    expect(any(note.startswith(f"Process {pid}, {FOLDER}/execs, was started") for note in notes), notes)


@test("exec of a program that is not instrumented, of one that is, of none")
def _():
    processes, notes = recorded("true", "self", "fails")
    facts = [(p["end"], p.get("exec"), p["exit"]) for p in processes]
    expect(("replaced", "true", None) in facts, facts)
    expect(("exited", None, 9) in facts, facts)
    after = next(p for p in processes if p["command"] == "./execs leaf 'two words'")
    equal(processes[after["parent"]].get("exec"), None)
    expect(not any("environment" in note for note in notes), notes)
    text = ncprof("info", "x.ncp")
    expect("went on by exec of true, not recorded" in text, text)
    expect("went on by exec of true" in ncprof("x.ncp", "--keys", "4", "--dump", "160x60"), ncprof("x.ncp", "--keys", "4", "--dump", "160x60"))


ISOLATED = r"""
import os, subprocess, sys
def leaf(n):
    return n
def run(*words):
    print(subprocess.run([sys.executable, *words], capture_output=True, text=True).stdout)
if len(sys.argv) > 1:
    print(sys.argv[1:], sys.orig_argv[1:], sys.flags.isolated, sys.flags.no_site, open("/proc/self/cmdline").read().split(chr(0)))
    leaf(1)
    sys.exit(5)
for flags in ["-I", "-E", "-S", "-IB"]:
    run(flags, __file__, flags)
run("-I", "-c", "import sys; print(sys.argv, sys.path[0])", "a b")
run("-IV")
"""


@test("Python children with -I, -E, -S are recorded, and see nothing of it")
def _():
    script("isolated.py", ISOLATED)
    done = record("-o", "x.ncp", "--", PYTHON, FOLDER / "isolated.py")
    import subprocess
    plain = subprocess.run([PYTHON, FOLDER / "isolated.py"], cwd=FOLDER, capture_output=True, text=True)
    equal(done.stdout, plain.stdout)
    equal(functions("x.ncp")["leaf"]["ncalls"], 4)
    equal(len(info("x.ncp")["processes"]), 6)


INPUT = r"""
import subprocess, sys
program = '''
import sys
def leaf(n):
    return n
leaf(1)
print(sys.argv, sys.orig_argv[1:], sys.path[0], __name__, "__file__" in globals(), sys.stdin.read())
sys.exit(3)
'''
for flags in (["-I"], ["-E"], ["-S", "-B"], ["-I", "-"], ["-I", "--"], []):
    child = subprocess.run([sys.executable, *flags], input=program, capture_output=True, text=True)
    print(flags, child.returncode, child.stdout, child.stderr)
print(subprocess.run([sys.executable, "-IV"], input=program, capture_output=True, text=True).stdout)
"""


@test("Python children with -I, -E, -S whose program is their standard input, too")
def _():
    script("input.py", INPUT)
    done = record("-o", "x.ncp", "--", PYTHON, FOLDER / "input.py")
    import subprocess
    plain = subprocess.run([PYTHON, FOLDER / "input.py"], cwd=FOLDER, capture_output=True, text=True)
    equal(done.stdout, plain.stdout)
    equal(functions("x.ncp")["leaf"]["ncalls"], 6)


@test("the program that is recorded is a Python with -I and its program is its standard input")
def _():
    text = "def leaf(n):\n    return n\nleaf(2)\n"
    (FOLDER / "program").write_text(text)
    with open(FOLDER / "program") as file:
        done = record("-o", "x.ncp", "--", PYTHON, "-I", stdin=file)
    equal(done.returncode, 0, done.stderr)
    equal(functions("x.ncp")["leaf"]["ncalls"], 1)


SPAWN = """
import multiprocessing as mp
def leaf(n):
    return n
def work(n):
    return [leaf(i) for i in range(n)]
if __name__ == "__main__":
    for method in ("spawn", "forkserver"):
        with mp.get_context(method).Pool(2) as pool:
            pool.map(work, [10] * 4)
"""


@test("multiprocessing in a Python with -I: its children, too")
def _():
    script("spawn.py", SPAWN)
    done = record("-o", "x.ncp", "--", PYTHON, "-I", FOLDER / "spawn.py", timeout=120)
    equal(done.returncode, 0, done.stderr)
    equal(functions("x.ncp")["leaf"]["ncalls"], 80)


EARLY = r"""
#include <spawn.h>
#include <sys/wait.h>
#include <ucontext.h>
extern char **environ;
int early_result = -1;
static ucontext_t back, there;
static char stack[65536];
static void visit(void) { early_result++; }
__attribute__((constructor)) static void early(void)
{
    pid_t child;
    char *argv[] = {"true", 0};
    early_result = posix_spawnp(&child, "true", 0, 0, argv, environ);
    if (!early_result)
        waitpid(child, 0, 0);
    getcontext(&there);
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = sizeof stack;
    there.uc_link = &back;
    makecontext(&there, visit, 0);
    swapcontext(&back, &there);
}
"""


@test("a library that is initialised before the recorder's starts a program and makes a stack")
def _():
    library = program("libearly.so", EARLY, "-shared", "-fPIC")
    program("early", "extern int early_result; int main(void) { return early_result; }\n", library,
            "-Wl,-rpath," + str(FOLDER), "-finstrument-functions")
    equal(record("--force", "-o", "x.ncp", "--", "./early").returncode, 1)
    equal(functions("x.ncp")["main"]["ncalls"], 1)


main()
