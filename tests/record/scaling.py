#!/usr/bin/env python3
"""Runs of four sizes of a program whose growth is known: what `ncprof scaling` makes of them.

By ncalls, which are exact: the classes and exponents do not depend on the machine's load."""
import json
import math
import subprocess

from common import FOLDER, NCPROF, PYTHON, equal, expect, main, ncprof, test

SIZES = (40, 80, 160, 320)
PROGRAM = """
import sys

class Counted:
    def __init__(self, value): self.value = value
    def __lt__(self, other): return self.value < other.value

def prepare(): pass
def touch(row): return row
def meet(a, b): return a ^ b
def settle(): pass

def start_up():
    for _ in range(5000): settle()

def load():
    for _ in range(50): prepare()

def linear(n): return [touch(row) for row in range(n)]

def pairs(n):
    for a in range(n):
        for b in range(n): meet(a, b)

# As many calls as settle() takes to begin with, beside a square.
def rebuild(n):
    start_up()
    for _ in range(n * n): settle()

def shuffled(n):
    seed = 1
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) % 2147483648
        yield Counted(seed)

def run(n):
    load(); linear(n); pairs(n); rebuild(n); sorted(shuffled(n))

run(int(sys.argv[1]))
"""


def record_all():
    script = FOLDER / "growing.py"
    script.write_text(PROGRAM)
    paths = [FOLDER / f"growing@n={size}.ncp" for size in SIZES]
    for size, path in zip(SIZES, paths):
        subprocess.run([NCPROF, "record", "-q", "--force", "-o", path, "--", PYTHON, "-I", "-S",
                        script, str(size)], check=True, timeout=120)
    return paths


def rows_of(document):
    return {row["name"]: row for row in document["functions"]}


def exponent(rows, name):
    return rows[name]["exponent"]["ncalls"]


@test("linear, n log n, quadratic and constant functions are told apart by ncalls")
def _():
    rows = rows_of(json.loads(ncprof("scaling", *record_all(), "--format", "json")))
    for name, wanted in ("touch", 1), ("meet", 2), ("prepare", 0):
        found = exponent(rows, name)
        expect(abs(found["value"] - wanted) < 1e-9, f"{name}: {found}")
        expect(found["high"] - found["low"] < 1e-6 and found["r2"] > 1 - 1e-9, f"{name}: {found}")
    compared = exponent(rows, "Counted.__lt__")
    expect(1.1 < compared["value"] < 1.35, f"comparisons of a sort: {compared}")
    # by ncalls: classed wherever the function has its 0.1 % of the time
    expect(rows["meet"]["class"]["ncalls"] == "quadratic", rows["meet"]["class"])


@test("a constant start does not hide a square")
def _():
    rows = rows_of(json.loads(ncprof("scaling", *record_all(), "--format", "json")))
    found = exponent(rows, "settle")
    equal(found["model"], "floor", "model")
    expect(abs(found["value"] - 2) < 1e-4, found)
    expect(abs(found["floor"] - 5000) < 1, found)
    equal(rows["settle"]["ncalls"], [5000 + n * n for n in SIZES], "calls")


@test("the projection of a quadratic function is a hundred times its cumtime at ten times the size")
def _():
    document = json.loads(ncprof("scaling", *record_all(), "--format", "json", "--at", "3200"))
    row = rows_of(document)["meet"]
    equal(row["projected"]["size"], 3200, "size")
    grown = row["projected"]["cumtime"] / row["cumtime"][-1]
    power = row["exponent"]["cumtime"]["value"]
    expect(math.log(grown) / math.log(10) > 1, f"{grown} times, n^{power}")
    expect(0 < row["projected"]["share"] <= 1, row["projected"])


@test("the growth enters where the loop gets longer")
def _():
    text = ncprof("scaling", *record_all())
    expect("Where growth enters:" in text, text)
    expect("pairs → meet: called n^2.00 times, its caller n^0.00" in text, text)


@test("runs of one size are repeats")
def _():
    paths = record_all()
    document = json.loads(ncprof("scaling", *paths, paths[0], paths[3], "--format", "json"))
    equal(document["sizes"], list(SIZES), "sizes")
    expect(abs(exponent(rows_of(document), "meet")["value"] - 2) < 1e-9, "exponent")


@test("the browser plots it")
def _():
    screen = ncprof("--keys", "c/meet\\n\\n", "--dump", "100x30", *record_all())
    expect("ncalls over size" in screen, screen)
    expect("Calls of meet grow as n^2.00 ± 0.00 (quadratic; 4 runs, r² 1.000)" in screen, screen)
    equal(screen.count("●"), len(SIZES), screen)


if __name__ == "__main__":
    main()
