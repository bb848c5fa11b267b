#!/usr/bin/python3
"""Formats that speedscope imports too: its totals and its twenty heaviest frames, thread by thread.

Each of speedscope's profiles must be one of our threads, or the whole file where it has only one.
"""
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, TRUTH, Tap, close, report, require_corpus

FOLDERS = ["speedscope"]
SECONDS = {"seconds": 1, "milliseconds": 1e-3, "microseconds": 1e-6, "nanoseconds": 1e-9}
# Where we decide otherwise, and why.
OTHERWISE = {}


def views(path):
    """The JSON report of the whole file and of each thread."""
    whole = report(path)
    yield whole
    for thread in range(1, whole["profile"]["threads"] + 1):
        yield report(path, "--thread", str(thread))


def differences(document, profile):
    factor = SECONDS.get(profile["unit"], 1)
    near = lambda ours, theirs: close(ours, theirs * factor, 2e-9 * max(1, len(profile["top"])))
    problems = []
    if not near(document["profile"]["total"], profile["total"]):
        problems.append(f"total {document['profile']['total']}, truth {profile['total'] * factor}")
    rows = {}
    for row in document["functions"]:
        rows.setdefault(row["name"], []).append((row["cumtime"], row["tottime"]))
    for name, _, _, inclusive, own in profile["top"]:
        if not any(near(a, inclusive) and near(b, own) for a, b in rows.get(name, [])):
            problems.append(f"{name}: {rows.get(name)}, truth {inclusive * factor, own * factor}")
    return problems


def check_file(tap, path, truth):
    documents = list(views(path))
    for number, profile in enumerate(truth["profiles"]):
        problems = min((differences(document, profile) for document in documents), key=len)
        tap.result(f"{path.parent.name}/{path.name}: profile {number}", problems)


def main():
    require_corpus()
    tap = Tap()
    for folder in FOLDERS:
        for path in sorted((CORPUS / folder).iterdir()):
            truth = TRUTH / f"speedscope/{folder}.{path.name}.json"
            if not truth.exists():
                continue
            if path.name in OTHERWISE:
                tap.skip(f"{folder}/{path.name}", OTHERWISE[path.name])
            else:
                check_file(tap, path, json.loads(truth.read_text()))
    return tap.finish()


sys.exit(main())
