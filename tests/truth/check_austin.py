#!/usr/bin/python3
"""austin's text and MOJO, read once more here: every function's own and inclusive time.

Where a text and a MOJO file hold the same run, both must give the same.
"""
import collections
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, close, report, require_corpus

TEXTS = ["austin-python__austin.out", "austin-python__diff_a.austin", "austin-python__diff_b.austin",
         "austin-python__mp.austin", "austin-python__test.austin", "local__py3.10.13.austin"]
TWINS = ["mp", "test"]


def frames_of(stack):
    for frame in stack.split(";")[2 if stack.startswith("P") else 1:]:
        if frame.startswith("L") and frame[1:].isdigit():
            continue
        if " (" in frame:
            name, _, path = frame[:-1].rpartition(" (")
        else:
            path, name, _ = frame.rsplit(":", 2)
        yield name, path


def text_times(path):
    own, inclusive = collections.Counter(), collections.Counter()
    for line in path.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        stack, _, value = line.rpartition(" ")
        frames = list(frames_of(stack)) or [("[no frame]", "")]
        own[frames[-1]] += int(value)
        for frame in set(frames):
            inclusive[frame] += int(value)
    return own, inclusive


def our_times(path):
    document = report(path)
    return document["profile"]["total"], {
        (row["name"], row["file"] or row["module"] or ""): (row["tottime"], row["cumtime"]) for row in document["functions"]}


def check_text(tap, path):
    own, inclusive = text_times(path)
    total, rows = our_times(path)
    problems = []
    if not close(total, sum(own.values()) / 1e6):
        problems.append(f"total {total}, truth {sum(own.values()) / 1e6}")
    if len(rows) != len(inclusive):
        problems.append(f"{len(rows)} functions, truth {len(inclusive)}")
    for key, value in inclusive.items():
        ours = rows.get(key, (-1, -1))
        if not close(ours[0], own[key] / 1e6) or not close(ours[1], value / 1e6):
            problems.append(f"{key}: {ours}, truth {own[key] / 1e6, value / 1e6}")
    tap.result(f"austin/{path.name}", problems)


def main():
    require_corpus()
    tap = Tap()
    for name in TEXTS:
        check_text(tap, CORPUS / "austin" / name)
    for name in TWINS:
        text = our_times(CORPUS / f"austin/austin-python__{name}.austin")
        binary = our_times(CORPUS / f"austin-mojo/austin-python__{name}.mojo")
        tap.result(f"austin-mojo/{name} holds what its text does", [] if text == binary else ["they differ"])
    return tap.finish()


sys.exit(main())
