#!/usr/bin/env python3
"""Two recordings of one program at n and 4.29 n: what is quadratic is found so, by counts, exactly.

The programs are those of `make demo`, one in Python and one in C."""
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


@test("the browser shows the same")
def _():
    screen = run("--keys", "/same$\n", "--dump", "160x24", *ingest())
    line = next(line for line in screen.splitlines() if re.search(r"\bsame\b.*ingest", line))
    exponent = re.search(r"[\d,]+ +[\d,]+ +(\d\.\d\d) ", line)  # ncalls A, ncalls B, n^
    expect(exponent and 1.9 <= float(exponent[1]) <= 2.1, line)


if __name__ == "__main__":
    main()
