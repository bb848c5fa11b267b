#!/usr/bin/env python3
"""What of native programs is recorded: --include, --exclude, --depth; and when: by the program, by
signal, by time."""
import os
import signal
import subprocess
import time

from common import CC, FOLDER, equal, expect, functions, info, main, ncprof, program, record, start, test

WAYS = {"calls": ["-finstrument-functions"], "mcount": ["-pg"], "fentry": ["-pg", "-mfentry"]}
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

TREE = r"""
#include <stdio.h>
#include <stdlib.h>
volatile int sink;
void leaf(void) { for (int i = 0; i < 50; i++) sink += i; }
void helper(void) { leaf(); leaf(); }
void parse(void) { helper(); leaf(); }
void other(void) { helper(); }
void down(int n) { if (n) down(n - 1); sink++; }
int main(void)
{
    for (int i = 0; i < 1000; i++) {
        parse();
        other();
    }
    down(9);
    return 0;
}
"""
ALL = {"main": 1, "parse": 1000, "other": 1000, "helper": 2000, "leaf": 5000, "down": 10}


def counts(trace="tree.ncp"):
    return {name: row["ncalls"] for name, row in functions(trace).items()}


def recorded(path, *options):
    done = record(*options, "--force", "-o", "tree.ncp", "--", path)
    equal(done.returncode, 0, done.stderr)
    return counts()


def without(*names):
    return {name: count for name, count in ALL.items() if name not in names}


def each_way(check):
    for way, flags in WAYS.items():
        check(program(f"tree-{way}", TREE, *flags))


@test("excluded functions leave no event, and what they call hangs below their caller")
def exclude():
    def check(path):
        equal(recorded(path), ALL, path)
        equal(recorded(path, "--exclude", "^helper$"), without("helper"), path)
        equal(recorded(path, "--exclude", "helper", "--exclude", "leaf"), without("helper", "leaf"),
              path)
        equal(recorded(path, "--exclude", "^main$"), without("main"), path)
        rows = functions("tree.ncp")
        total = sum(row["tottime"] for row in rows.values())
        outer = sum(rows[name]["cumtime"] for name in ("parse", "other", "down"))
        expect(abs(total - outer) < 1e-6, f"{total} is not {outer}")
    each_way(check)


@test("the time of excluded functions is their callers' own: nothing of it goes")
def conserved():
    for flags in WAYS.values():
        path = program("conserved" + "".join(flags), TREE, *flags)
        recorded(path, "--exclude", "leaf")
        rows = functions("tree.ncp")
        total = sum(row["tottime"] for row in rows.values())
        expect(abs(total - rows["main"]["cumtime"]) < 1e-6 * len(rows), rows)


@test("included functions are recorded with all that they call, and nothing else")
def include():
    def check(path):
        parse = {"parse": 1000, "helper": 1000, "leaf": 3000}
        equal(recorded(path, "--include", "parse"), parse, path)
        equal(recorded(path, "--include", "parse", "--exclude", "leaf"),
              {"parse": 1000, "helper": 1000}, path)
        equal(recorded(path, "--include", "^(parse|other)$"), without("main", "down"), path)
        equal(recorded(path, "--include", "module:tree"), ALL, path)
        equal(recorded(path, "--include", r"file:tree-.*\.c$", "--exclude", "function:down"),
              without("down"), path)
    each_way(check)


@test("--depth N records calls up to N deep, exactly, and says so")
def depth():
    def check(path):
        shallow = {"main": 1, "parse": 1000, "other": 1000, "down": 1}
        equal(recorded(path, "--depth", 2), shallow, path)
        equal(recorded(path, "--depth", 3), {**shallow, "helper": 2000, "leaf": 1000, "down": 2},
              path)
        equal(recorded(path, "--depth", 2, "--exclude", "^main$"),
              {"parse": 1000, "other": 1000, "helper": 2000, "leaf": 1000, "down": 2}, path)
        equal(recorded(path, "--depth", 100), ALL, path)
        expect(any("deeper than 100" in note for note in info("tree.ncp")["notes"]), "no note")
    each_way(check)


CXX = r"""
namespace file { struct box { template <class T> void put(T); void get(); }; }
volatile int sink;
template <class T> void file::box::put(T) { sink++; }
void file::box::get() { sink++; }
int main()
{
    file::box b;
    for (int i = 0; i < 7; i++) { b.put(i); b.put(1.0); b.get(); }
    return 0;
}
"""


@test("C++ functions go by their demangled names; a namespace is no prefix")
def cplusplus():
    source = FOLDER / "boxes.cpp"
    source.write_text(CXX)
    path = FOLDER / "boxes"
    subprocess.run(["g++", "-O0", "-g", "-finstrument-functions", "-o", path, source], check=True)
    got = recorded(path, "--exclude", r"file::box::put<int>\(int\)")
    equal(sorted((name.split("(")[0].split()[-1], n) for name, n in got.items()),
          [("file::box::get", 7), ("file::box::put<double>", 7), ("main", 1)], "counts")


PLUGIN = r"""
volatile int sink;
static void inner(void) { sink++; }
void NAME(void) { for (int i = 0; i < 10; i++) inner(); }
"""
LOADER = r"""
#include <dlfcn.h>
int main(int argc, char **argv)
{
    for (int round = 0; round < 20; round++)
        for (int i = 1; i + 1 < argc; i += 2) {
            void *library = dlopen(argv[i], RTLD_NOW);
            if (!library)
                return 1;
            void (*run)(void) = (void (*)(void))dlsym(library, argv[i + 1]);
            run();
            dlclose(library);
        }
    return 0;
}
"""


@test("libraries that come and go, at the same place, are told apart from their first call on")
def loaded():
    words = []
    for name in "one", "two":
        source = FOLDER / f"{name}.c"
        source.write_text(PLUGIN.replace("NAME", name))
        subprocess.run([CC, "-g", "-O0", "-fPIC", "-shared", "-finstrument-functions", "-o",
                        FOLDER / f"lib{name}.so", source], check=True)
        words += [f"{FOLDER}/lib{name}.so", name]
    path = program("loader", LOADER, "-finstrument-functions", "-ldl")
    for excluded, left in (("module:^libone", {"two": 20, "inner": 200}),
                           ("^two$", {"one": 20, "inner": 400})):
        done = record("--exclude", excluded, "--force", "-o", "tree.ncp", "--", path, *words)
        equal(done.returncode, 0, done.stderr)
        got = {}
        for line in functions_by_module("tree.ncp"):
            got[line[0]] = got.get(line[0], 0) + line[1]
        equal(got, {**left, "main": 1}, excluded)


def functions_by_module(trace):
    import json
    from common import ncprof
    rows = json.loads(ncprof("report", trace, "--format", "json", "--limit", "0"))["functions"]
    return [(row["name"], row["ncalls"]) for row in rows]


SWITCHES = r"""
#include "capture/ncprof.h"
void inside(void) { __asm__(""); }
void paused(void) { __asm__(""); }
void toggling(void)
{
    for (int i = 0; i < 5; i++) paused();
    ncprof_start();
    for (int i = 0; i < 3; i++) inside();
    ncprof_stop();
    for (int i = 0; i < 5; i++) paused();
}
int main(void)
{
    toggling();
    toggling();
    return 0;
}
"""


@test("a program starts and stops its recording, and the trace says when")
def by_program():
    for way, flags in WAYS.items():
        path = program(f"switches-{way}", SWITCHES, "-I" + TOP, *flags)
        equal(recorded(path, "--paused"), {"inside": 6}, way)
        notes = info("tree.ncp")["notes"]
        expect(any(note.startswith("Recording was stopped several times") for note in notes), notes)
        equal(recorded(path), {"main": 1, "toggling": 1, "paused": 5, "inside": 6}, way)


SERVER = r"""
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/wait.h>
static volatile int done;
void step_a(void) { usleep(500); }
void step_b(void) { usleep(500); }
void step_child(void) { usleep(500); }
static void *work(void *unused) { while (!done) step_b(); return unused; }
int main(void)
{
    pthread_t thread;
    char byte;
    pid_t child = fork();
    if (child == 0) {
        alarm(30);
        while (getppid() != 1) step_child();
        _exit(0);
    }
    pthread_create(&thread, 0, work, 0);
    puts("ready");
    fflush(stdout);
    for (int i = 0; i < 1200; i++) step_a();
    done = 1;
    pthread_join(thread, 0);
    kill(child, 9);
    waitpid(child, 0, 0);
    return 0;
}
"""


ASKS_LATE = r"""
#include <dlfcn.h>
#include <stdio.h>
int early(int x) { return x + 1; }
int main(int count, char **words)
{
    early(count);
    puts("ready");
    fflush(stdout);
    getchar();
    void *library = dlopen(words[1], RTLD_NOW);
    int (*late)(int) = library ? (int (*)(int))dlsym(library, "late") : 0;
    for (int i = 0; late && i < 100; i++) late(i);
    puts("done");
    return 0;
}
"""


@test("a program whose recorder dies before it answers records all, runs on, and it is said")
def dies_before_answer():
    library = program("late.so", "int late(int x) { return x * 2; }", "-finstrument-functions", "-shared", "-fPIC")
    path = program("asks", ASKS_LATE, "-finstrument-functions", "-ldl")
    process = start("--exclude", "^late$", "--force", "-o", "tree.ncp", "--", path, library, stdin=subprocess.PIPE)
    equal(process.stdout.readline(), "ready\n")
    process.send_signal(signal.SIGSTOP)
    process.stdin.write("\n")
    process.stdin.flush()
    time.sleep(0.3)  # it asks now; a program that asks later is not answered either
    process.kill()
    equal(process.stdout.readline(), "done\n")
    process.communicate(timeout=60)
    ncprof("recover", "tree.ncp")
    equal(counts().get("late"), 100)
    notes = info("tree.ncp")["notes"]
    expect(any("had no answer" in note for note in notes), notes)


@test("a signal to the recorder stops and starts all threads and processes")
def by_signal():
    path = program("server", "#include <signal.h>\n" + SERVER, "-finstrument-functions",
                   "-lpthread")
    process = start("--paused", "--signal", "USR2", "-o", "tree.ncp", "--", path)
    equal(process.stdout.readline(), "ready\n")
    for _ in range(2):
        time.sleep(0.15)
        process.send_signal(signal.SIGUSR2)
        time.sleep(0.05)
        process.send_signal(signal.SIGUSR2)
    out, err = process.communicate(timeout=60)
    equal(process.returncode, 0, err)
    got = counts()
    for name in "step_a", "step_b", "step_child":
        expect(0 < got.get(name, 0) < 900, f"{name}: {got}")
    expect("main" not in got, got)
    notes = [note for note in info("tree.ncp")["notes"] if note.startswith("Recording was stopped")]
    equal(len(notes), 1, "notes")
    equal(notes[0].count("from"), 3, notes[0])


@test("--delay and --duration cut a piece out")
def by_time():
    path = program("server", "#include <signal.h>\n" + SERVER, "-finstrument-functions",
                   "-lpthread")
    done = record("--delay", 0.3, "--duration", 0.1, "--force", "-o", "tree.ncp", "--", path)
    equal(done.returncode, 0, done.stderr)
    got = counts()
    expect(0 < got["step_a"] < 1000, got)
    notes = " ".join(info("tree.ncp")["notes"])
    expect("Recording was stopped several times" in notes and notes.count("from") == 2, notes)


@test("what cannot be is refused in one line")
def refused():
    path = program("tree-calls", TREE, "-finstrument-functions")
    for options, words in ((["--exclude", "("], "--exclude \"(\" is no regular expression"),
                           (["--include", "module:"], "it is empty"),
                           (["--depth", "0"], "--depth wants a number above 0"),
                           (["--signal", "KILL"], "--signal wants USR1, USR2"),
                           (["--delay", "-1"], "--delay wants seconds")):
        done = record(*options, "--", path)
        equal(done.returncode, 2, done.stderr)
        expect(words in done.stderr and done.stderr.count("\n") <= 2, done.stderr)
    done = record("--include", "nothing_is_called_so", "--", path)
    equal(done.returncode, 2, done.stderr)
    expect("no call matched --include" in done.stderr, done.stderr)


main()
