#!/usr/bin/env python3
"""Programs whose quadratic part is known, recorded at two sizes: `ncprof diff --tree` has to mark
the one edge where the extra factor n enters, and no other. By calls, which are exact."""
import json
import subprocess

from common import CC, FOLDER, NCPROF, PYTHON, equal, expect, main, test

SIZES = (60, 240)

# A linear caller whose callee is called as often again for each row: main -> run_loop is linear,
# run_loop -> concat is not, and what concat calls grows as concat itself.
PYTHON_PROGRAM = """
import sys

def copy(row):
    return row + 1

def concat(row):
    return copy(row) + copy(row)

def run_loop(row, n):
    return sum([concat(other) for other in range(n)])

def parse(row):
    return int(str(row))

def main(n):
    for row in range(n):
        run_loop(parse(row), n)

main(int(sys.argv[1]))
"""

C_PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
#define SEEN __attribute__((noinline))
static volatile long sink;
SEEN static void copy(long row) { sink += row; }
SEEN static void concat(long row) { copy(row); copy(row + 1); }
SEEN static void run_loop(long n) { for (long i = 0; i < n; i++) concat(i); }
SEEN static void parse(long row) { sink ^= row; }
int main(int argc, char **argv)
{
    long n = argc > 1 ? atol(argv[1]) : 1;
    for (long row = 0; row < n; row++) { parse(row); run_loop(n); }
    return sink == 42;
}
"""


def record(name, *command):
    paths = [FOLDER / f"{name}@n={size}.ncp" for size in SIZES]
    for size, path in zip(SIZES, paths):
        subprocess.run([NCPROF, "record", "-q", "--force", "-o", path, "--", *command, str(size)],
                       check=True, timeout=120, stdout=subprocess.DEVNULL)
    return paths


def python_program():
    script = FOLDER / "concatenating.py"
    script.write_text(PYTHON_PROGRAM)
    return script


def c_program():
    source, program = FOLDER / "concatenating.c", FOLDER / "concatenating"
    source.write_text(C_PROGRAM)
    subprocess.run([CC, "-O1", "-g", "-finstrument-functions", "-o", program, source], check=True)
    return program


def pstats_files(script):
    paths = [FOLDER / f"concatenating@n={size}.prof" for size in SIZES]
    for size, path in zip(SIZES, paths):
        subprocess.run([PYTHON, "-m", "cProfile", "-o", path, script, str(size)], check=True,
                       timeout=120)
    return paths


def tree(*paths):
    output = subprocess.run([NCPROF, "diff", "--tree", "--format", "json", *map(str, paths)],
                            check=True, capture_output=True, text=True).stdout
    return json.loads(output)


def expect_blame(document):
    """The rows blamed for their calls, with the row above each."""
    blamed, above = [], {}
    for row in document["tree"]:
        above[row["depth"]] = row["name"]
        for blame in row["blame"]:
            if blame["by"] == "calls":
                blamed.append((above.get(row["depth"] - 1), row["name"]))
                expect(abs(blame["exponent_caller"] - 1) < 0.05, f"caller: {blame}")
                expect(abs(blame["exponent"] - 2) < 0.05, f"callee: {blame}")
    names = [callee for _, callee in blamed]
    expect("concat" in names, f"the edge is not found, but {blamed}")
    expect("copy" not in names, f"what grows as its caller is blamed: {blamed}")
    rows = {row["name"]: row for row in document["tree"] if row["status"] == "matched"}
    equal((rows["concat"]["a"]["ncalls"], rows["concat"]["b"]["ncalls"]), (60 * 60, 240 * 240))
    equal(rows["concat"]["exponent"]["ncalls"], 2, "exponent of the edge")
    return blamed


@test("a Python program: the edge into the quadratic function is marked")
def _():
    expect_blame(tree(*record("py", PYTHON, "-I", "-S", python_program())))


@test("a C program: the edge into the quadratic function is marked, and no other")
def _():
    blamed = expect_blame(tree(*record("c", c_program())))
    equal(blamed, [("run_loop", "concat")])


@test("pstats against pstats: apportioned, and marked at the same edge")
def _():
    document = tree(*pstats_files(python_program()))
    expect(document["apportioned"]["a"] and document["apportioned"]["b"], "not apportioned")
    expect_blame(document)


@test("pstats against a recording: the frame that cProfile adds is stepped over")
def _():
    script = python_program()
    a, b = pstats_files(script)[0], record("py", PYTHON, "-I", "-S", script)[1]
    document = tree(a, b)
    equal(document["apportioned"], {"a": True, "b": False})
    expect_blame(document)
    rows = {row["name"]: row for row in document["tree"]}
    equal(rows["<built-in method builtins.exec>"]["status"], "gone")
    for name in "<module>", "main", "run_loop", "concat", "copy", "parse":
        equal(rows[name]["status"], "matched", name)


@test("the sentence in the browser names the edge")
def _():
    paths = record("c", c_program())
    screen = subprocess.run([NCPROF, "--dump", "100x24", "--keys", "/^concat$\n", *map(str, paths)],
                            check=True, capture_output=True, text=True).stdout
    text = " ".join(screen.split())
    expect("Its callers grow as n^1.0: the extra factor n enters at run_loop → concat." in text,
           screen)


main()
