#!/usr/bin/python3
"""stackprof: what it counted itself for each frame, against what we make of its stacks."""
import collections
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, close, report, require_corpus


def check_samples(path, frames):
    rows = {(row["name"], row["file"], row["line"]): row for row in report(path, "--metric", "samples")["functions"]}
    own, totals = collections.Counter(), {}
    for frame in frames:
        key = frame.get("name") or "(unknown)", frame.get("file") or None, frame.get("line")
        own[key] += frame["samples"]
        totals.setdefault(key, []).append(frame["total_samples"])
    problems = [] if rows.keys() == own.keys() else [f"{rows.keys() ^ own.keys()}"]
    for key, count in own.items():
        row = rows.get(key, {"tottime": None, "cumtime": None})
        # Two methods of one name and line are one function for us.
        if row["tottime"] != count or (len(totals[key]) == 1 and row["cumtime"] != totals[key][0]):
            problems.append(f"{key}: {row}, truth {count, totals[key]}")
    return problems


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "stackprof").glob("*.json")):
        document = json.loads(path.read_text())
        problems = check_samples(path, document["frames"].values())
        if document["mode"] == "wall":
            total = report(path)["profile"]["total"]
            if not close(total, sum(document["raw_timestamp_deltas"]) / 1e6):
                problems.append(f"total {total}, truth {sum(document['raw_timestamp_deltas']) / 1e6}")
        tap.result(f"stackprof/{path.name}", problems)
    return tap.finish()


sys.exit(main())
