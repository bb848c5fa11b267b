#!/usr/bin/env python3
"""Ways to start a Python program under ncprof record: each is found and recorded."""
from common import (FOLDER, PYTHON, equal, expect, functions, main, record, script, test, traces)

SCRIPT = """import sys
def work(n):
    return sum(range(n))
for i in range(5):
    work(i)
print(sys.argv[1:], __name__, __file__.rpartition("/")[2])
sys.exit(4)
"""


def check(done, trace, output="['a', '-b'] __main__ tool.py\n", status=4):
    equal((done.returncode, done.stdout), (status, output), done.stderr)
    equal(traces(), [trace])
    equal(functions(trace)["work"]["ncalls"], 5)


@test("python3 script.py")
def _():
    script("tool.py", SCRIPT)
    check(record(PYTHON, "tool.py", "a", "-b"), "tool.ncp")


@test("python3 -m module, with options before it")
def _():
    script("tool.py", SCRIPT)
    check(record(PYTHON, "-u", "-W", "ignore", "-m", "tool", "a", "-b"), "tool.ncp")


@test("python3 -c code")
def _():
    code = "def work(): pass\nfor i in range(5): work()\nimport sys; print(sys.argv)"
    done = record(PYTHON, "-c", code, "x")
    check(done, traces()[0], "['-c', 'x']\n", 0)


@test("a script with a #! line")
def _():
    script("tool.py", f"#!{PYTHON}\n" + SCRIPT, executable=True)
    check(record("./tool.py", "a", "-b"), "tool.ncp")


@test("a script with /usr/bin/env in its #! line")
def _():
    script("tool.py", "#!/usr/bin/env python3\n" + SCRIPT, executable=True)
    check(record("./tool.py", "a", "-b"), "tool.ncp")


@test("a script with -Es in its #! line, which turns off the usual way in")
def _():
    script("tool.py", f"#!{PYTHON} -Es\n" + SCRIPT, executable=True)
    check(record("./tool.py", "a", "-b"), "tool.ncp")


@test("python3 -I, -E, -S script.py")
def _():
    script("tool.py", SCRIPT)
    for flag in ("-I", "-E", "-S", "-uI"):
        for old in FOLDER.glob("*.ncp"):
            old.unlink()
        check(record(PYTHON, flag, "tool.py", "a", "-b"), "tool.ncp")


@test("python3 -Ic code")
def _():
    code = "def work(): pass\nfor i in range(5): work()\nimport sys; print(sys.argv)"
    done = record(PYTHON, "-Ic", code, "x")
    check(done, traces()[0], "['-c', 'x']\n", 0)


@test("a program that ends with a traceback")
def _():
    script("tool.py", "def work(): raise ValueError('no')\nwork()\n")
    done = record(PYTHON, "tool.py")
    equal(done.returncode, 1)
    expect("ValueError: no" in done.stderr and 'tool.py", line 2' in done.stderr, done.stderr)
    equal(functions("tool.ncp")["work"]["ncalls"], 1)


@test("PyPy and Python 2 are refused by name")
def _():
    for name, words in (("pypy3", "is PyPy"), ("python2.7", "is Python 2")):
        script(name, "#!/bin/sh\necho ran\n", executable=True)
        done = record(f"./{name}", "x.py")
        equal((done.returncode, done.stdout), (2, ""))
        expect(words in done.stderr, done.stderr)
    equal(traces(), [])


if __name__ == "__main__":
    main()
