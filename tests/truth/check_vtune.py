#!/usr/bin/python3
"""VTune's top-down CSV as inferno folds it, in milliseconds and with "Total" at the root, and the two
broken files, which inferno refuses: all but the broken line is there, and a note names it.
"""
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, report, require_corpus, run, tree


def expected(path):
    stacks = Counter()
    for line in path.read_text().splitlines():
        stack, value = line.rsplit(" ", 1)
        stacks[stack.split("Total;", 1)[1]] += int(value)
    return stacks


def ours(path, modules):
    stacks = Counter()
    for stack, row in tree(path):
        if row["tottime"]:
            frames = (f"{module}`{name}" if modules else name for module, name in stack)
            stacks[";".join(frames)] += round(row["tottime"] * 1000)
    return stacks


def check_broken(tap, whole, path, line):
    note = f"the first is line {line}" in run("report", path).stdout.decode()
    a, b = report(path)["profile"]["total"], report(whole)["profile"]["total"]
    tap.result(f"{path.name}: all but line {line}", [] if note and a == b else [f"{a}, {b}, {note}"])


def main():
    require_corpus()
    tap = Tap()
    folder = CORPUS / "vtune"
    path = folder / "inferno__vtune.csv"
    for name, modules in ("vtune-default", True), ("vtune-no-modules", False):
        a, b = ours(path, modules), expected(Path(f"{path}.expected.{name}.txt"))
        tap.result(f"{path.name}: {name}",
                   [f"only here {s}" for s in (a - b)] + [f"only there {s}" for s in (b - a)])
    check_broken(tap, path, folder / "inferno__bad-stack-line.csv", 7)
    check_broken(tap, path, folder / "inferno__invalid-time-field.csv", 2)
    return tap.finish()


sys.exit(main())
