#!/usr/bin/python3
"""Visual Studio's call tree against the rows of the file: calls and exclusive times are as printed,
inclusive ones the sum of them, which the file prints but for its rounding."""
import csv
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, differ, report, require_corpus, run, tree


def number(text):
    return float(text.replace(",", ""))


def main():
    require_corpus()
    tap = Tap()
    folder = CORPUS / "vsprof"
    path = folder / "inferno__CallTreeSummary.csv"
    with open(path, encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    own, calls, problems = Counter(), Counter(), []
    for row in rows:
        own[row["Function Name"]] += number(row["Elapsed Exclusive Time %"])
        calls[row["Function Name"]] += number(row["Number of Calls"])
    for row in report(path)["functions"]:
        problems += differ(f"{row['name']} own", row["tottime"], own[row["name"]])
        problems += differ(f"{row['name']} calls", row["ncalls"], calls[row["name"]])
    tap.result(f"{path.name}: {len(own)} functions", problems)

    problems, contexts = [], tree(path)
    by_stack, stack = {}, []
    for row in rows:
        stack[int(row["Level"]):] = [row["Function Name"]]
        at = tuple(stack)  # overloads may have one name
        by_stack[at] = by_stack.get(at, 0) + number(row["Elapsed Inclusive Time %"])
    for names, row in contexts:
        truth = by_stack.pop(tuple(name for _, name in names), None)
        problems += [f"{names} is none of the file"] if truth is None else differ(
            names[-1], row["cumtime"], truth, 0.005 * len(rows))
    tap.result(f"{path.name}: {len(contexts)} nodes", problems + [f"{s}" for s in by_stack])
    for name, text in (("invalid-depth", b"the level 'x' is impossible (line 3)"),
                       ("invalid-number-of-calls", b"'4,718.25' is impossible (line 3)")):
        done = run("report", folder / f"inferno__{name}.csv")
        tap.result(f"inferno__{name}.csv is refused",
                   [] if done.returncode == 2 and text in done.stderr else [str(done)])
    return tap.finish()


sys.exit(main())
