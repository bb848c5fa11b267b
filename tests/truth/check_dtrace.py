#!/usr/bin/python3
"""Stacks of dtrace as inferno folds them. It changes names, which ncprof keeps: argument lists are
cut off C++ names, offsets may be left on, and Rust's names are made readable. Both are compared
after that.
"""
import re
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, report, require_corpus, tree

RUST = {"SP": "@", "BP": "*", "RF": "&", "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ","}


def readable(name):
    """A name as inferno has it."""
    name = re.sub(r"(::.*)[(<].*", r"\1", name)
    if not re.search(r"::h[0-9a-f]{16}$", name.rstrip()):
        return name
    name = re.sub(r"::h[0-9a-f]{16}$", "", name.rstrip())
    name = re.sub(r"^_(?=\$)", "", name)
    name = re.sub(r"\$u([0-9a-f]+)\$", lambda m: chr(int(m[1], 16)), name)
    name = re.sub(r"\$([A-Z]+)\$", lambda m: RUST[m[1]], name)
    return name.replace("..", "::")


def expected(path):
    stacks = Counter()
    for line in path.read_text().splitlines():
        stack, count = line.rsplit(" ", 1)
        frames = (frame.rsplit("+0x", 1)[0] for frame in stack.split(";"))
        stacks[tuple(frames)] += int(count)
    return stacks


def ours(path):
    stacks = Counter()
    for stack, row in tree(path):
        if row["tottime"]:
            frames = (f"{module}`{readable(name)}" if module else name for module, name in stack)
            stacks[tuple(frames)] += row["tottime"]
    return stacks


def main():
    require_corpus()
    tap = Tap()
    folder = CORPUS / "dtrace"
    for path in sorted(folder.glob("*.txt")):
        if ".expected." in path.name:
            continue
        truth = next(folder.glob(path.name + ".expected.*"), None)
        if truth:
            a, b = ours(path), expected(truth)
            tap.result(f"{path.name}: {len(b)} stacks",
                       [f"only here {s}" for s in (a - b)] + [f"only there {s}" for s in (b - a)])
        else:
            document = report(path)
            tap.result(f"{path.name}: nothing but titles",
                       [] if not document["functions"] else [f"{document}"])
    return tap.finish()


sys.exit(main())
