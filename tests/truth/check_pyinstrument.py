#!/usr/bin/python3
"""pyinstrument's trees, read once more here: every function's own and inclusive time."""
import collections
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, close, report, require_corpus

LEAVES = {"[self]"}


def tree_times(root):
    """Walked without recursion; a function counts once on a path."""
    own, inclusive = collections.Counter(), collections.Counter()
    todo = [(root, None, frozenset())]
    while todo:
        node, parent, above = todo.pop()
        key = parent if node["identifier"] in LEAVES else tuple(node["identifier"].split("\0"))
        rest = node["time"] - sum(child["time"] for child in node["children"])
        own[key] += max(rest, 0)
        if key not in above:
            inclusive[key] += node["time"]
        for child in node["children"]:
            todo.append((child, key, above | {key}))
    return own, inclusive


def check_file(tap, path):
    own, inclusive = tree_times(json.loads(path.read_text())["frame_tree"])
    document = report(path)
    rows = {(row["name"], row["file"] or "<built-in>", str(row["line"] or 0)): row for row in document["functions"]}
    problems = []
    if not close(document["profile"]["total"], sum(own.values()), 1e-6):
        problems.append(f"total {document['profile']['total']}, truth {sum(own.values())}")
    if len(rows) != len(inclusive):
        problems.append(f"{len(rows)} functions, truth {len(inclusive)}")
    for key, value in inclusive.items():
        row = rows.get(key)
        # Times are rounded to a microsecond each, and a sum is of up to a thousand.
        if not row or not close(row["tottime"], own[key], 1e-6) or not close(row["cumtime"], value, 1e-3):
            problems.append(f"{key}: {row}, truth {own[key], value}")
    tap.result(f"pyinstrument/{path.name}", problems)


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "pyinstrument").glob("*.json")):
        check_file(tap, path)
    return tap.finish()


sys.exit(main())
