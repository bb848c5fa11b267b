#!/usr/bin/env python3
"""Recordings of one program at several sizes: what is quadratic is found so, by counts, exactly.

The programs are those of `make demo`, one in Python and one in C, and a small one that is recorded
at three sizes, twenty times."""
import json
import re
import subprocess

from common import CC, FOLDER, NCPROF, PYTHON, equal, expect, main, test


def record(name, size, *command):
    path = FOLDER / f"{name}-{size}.ncp"
    subprocess.run([NCPROF, "record", "-q", "--size", str(size), "-o", path, "--", *command],
                   check=True, stdout=subprocess.DEVNULL)
    return path


def run(*arguments):
    return subprocess.run([NCPROF, *arguments], check=True, capture_output=True,
                          text=True).stdout


def ingest():
    return [record("ingest", n, PYTHON, "tests/demo/ingest.py", str(n)) for n in (300, 1287)]


def words():
    program = FOLDER / "words"
    subprocess.run([CC, "-O1", "-g", "-finstrument-functions", "-o", program,
                    "tests/demo/words.c"], check=True)
    return [record("words", n, program, str(n)) for n in (1000, 4290)]


def by_name(paths):
    document = json.loads(run("diff", *paths, "--format", "json"))
    ours = [row for row in document["functions"] if "tests/demo/" in (row["file"] or "")]
    return document, {row["name"]: row for row in ours}


def expect_growth(row, low, high, growth):
    exponent = row["exponent"]["ncalls"]
    expect(low <= exponent <= high, f"{row['name']} grows as n^{exponent}")
    equal(row["class"]["ncalls"], growth, row["name"])


@test("a quadratic Python function shows exponent 2 by ncalls, a linear one 1")
def _():
    document, rows = by_name(ingest())
    expect(abs(document["size_ratio"] - 4.29) < 1e-12, "the recorded sizes are used")
    expect_growth(rows["same"], 1.9, 2.1, "quadratic")
    for name in "parse", "normalise", "is_known":
        expect_growth(rows[name], 0.99, 1.01, "linear")


@test("a quadratic C function shows exponent 2 by ncalls")
def _():
    _, rows = by_name(words())
    quadratic = [row["name"] for row in rows.values()
                 if row["class"]["ncalls"] == "quadratic"
                 and abs(row["exponent"]["ncalls"] - 2) <= 0.1]
    expect(quadratic, "no function is classed quadratic: " +
           str({name: row["exponent"]["ncalls"] for name, row in rows.items()}))


@test("more calls and slower calls add up to the change of cumtime")
def _():
    _, rows = by_name(ingest())
    for row in rows.values():
        if row["status"] == "matched":
            parts = row["more_calls"] + row["slower_calls"]
            expect(abs(parts - row["delta"]["cumtime"]) < 1e-9, f"{row['name']}: {parts}")


# Frames are joined anew for each; the rest is linear, but for the sorting and what is done once.
WORKLOAD = """
import random, sys
def copy_row(row): return tuple(row)
def concat(history, frame): return [copy_row(row) for row in history] + [copy_row(frame)]
def convert(text): return sum(float(digit) for digit in text * 20)
def emit(out, value): out.append(repr(value) * 20)
def load(): return [str(number) for number in range(3000)]
def main(count, seed):
    rng, history, out = random.Random(seed), [], []
    load()
    for _ in range(count):
        frame = (convert(str(rng.randrange(10**6))), rng.random())
        history = concat(history, frame)
        emit(out, frame)
main(int(sys.argv[1]), int(sys.argv[2]))
"""
REPETITIONS, SIZES = 20, (20, 50, 125)


def classes(script, seed):
    paths = [FOLDER / f"workload@n={size}.ncp" for size in SIZES]
    for size, path in zip(SIZES, paths):
        subprocess.run([NCPROF, "record", "-q", "--force", "-o", path, "--", PYTHON, "-I", "-S",
                        script, str(size), str(seed)], check=True)
    document = json.loads(run("scaling", *paths, "--format", "json"))
    equal(document["sizes"], list(SIZES), "sizes")
    return {row["name"]: row["class"]["ncalls"] for row in document["functions"]
            if (row["file"] or "").endswith("workload.py")}


@test("of three sizes the quadratic function and the linear ones are told 20 times out of 20")
def _():
    script = FOLDER / "workload.py"
    script.write_text(WORKLOAD)
    wanted = {"copy_row": "quadratic", "concat": "linear", "convert": "linear", "emit": "linear"}
    for seed in range(REPETITIONS):
        found = classes(script, seed)
        equal({name: found.get(name) for name in wanted}, wanted, f"repetition {seed}")


@test("the browser shows the same")
def _():
    screen = run("--keys", "/same$\n", "--dump", "200x24", *ingest())
    line = next(line for line in screen.splitlines() if re.search(r"\bsame\b.*ingest", line))
    exponent = re.search(r"[\d,]+ +(?:→ +)?[\d,]+ +(\d\.\d\d) ", line)  # ncalls A, ncalls B, n^
    expect(exponent and 1.9 <= float(exponent[1]) <= 2.1, line)


if __name__ == "__main__":
    main()
