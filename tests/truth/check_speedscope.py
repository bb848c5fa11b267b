#!/usr/bin/python3
"""Formats that speedscope imports too: its totals and its twenty heaviest frames, thread by thread.

Each of speedscope's profiles must be one of our threads, or the whole file where it has only one.
"""
import collections
import json
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, TRUTH, Tap, close, report, require_corpus

FOLDERS = ["chrome-trace", "cpuprofile", "speedscope"]
# Its total has the time in which nothing was on the stack; ours has not.
GAPS = {"chrome-trace", "cpuprofile"}
SECONDS = {"seconds": 1, "milliseconds": 1e-3, "microseconds": 1e-6, "nanoseconds": 1e-9}
# Where we decide otherwise, and why.
CLIPPED = "has samples out of order, which speedscope gives no time"
CLOSES = "has ends out of order, for which speedscope lets a function last to the end"
OTHERWISE = {
    "profiler__chrome-tracing.json.gz": "its threads' numbers are ids of others of them",
    "profiler__test.chrome.gz": CLIPPED,
    "speedscope__Chrome_116_Trace-20230603T221323.json": CLIPPED,
    "speedscope__Chrome_141_no-arg-data.json": CLIPPED,
    "speedscope__trace-event_end-non-top-of-stack.json": CLOSES,
    "speedscope__trace-event_invalid-x-nesting.json": CLOSES,
    "speedscope__trace-event_unbalanced-name.json": CLOSES,
    "speedscope__trace-event_not-enough-end-events.json": CLOSES,
}
# It lays them on one another.
ON_TOP = {"(program)", "(garbage collector)"}


def views(path):
    """The JSON report of the whole file and of each thread."""
    whole = report(path)
    yield whole
    for thread in range(1, whole["profile"]["threads"] + 1):
        yield report(path, "--thread", str(thread))


def our_name(name):
    """speedscope writes places and arguments into names."""
    if name.startswith("(anonymous "):
        return "(anonymous)"
    name = re.sub(r" \{.*\}$", "", name)
    located = re.fullmatch(r"(.+) \(.+:\d+\)", name)
    return located[1] if located else name


def own_of_names(top):
    """Where its names have arguments: the own time of all that are one name for us."""
    own = collections.Counter()
    for name, _, _, _, value in top:
        own[our_name(name)] += value
    return own


def differences(document, profile, gaps):
    factor = SECONDS.get(profile["unit"], 1)
    near = lambda ours, theirs: close(ours, theirs * factor, 2e-9 * max(1, len(profile["top"])))
    problems = []
    ours = document["profile"]["total"]
    if not near(ours, profile["total"]) and not (gaps and ours <= profile["total"] * factor):
        problems.append(f"total {ours}, truth {profile['total'] * factor}")
    rows = {}
    for row in document["functions"]:
        rows.setdefault(row["name"], []).append((row["cumtime"], row["tottime"]))
    if any(name.endswith("}") for name, *_ in profile["top"]):
        if len(profile["top"]) == profile["nframes"]:
            for name, own in own_of_names(profile["top"]).items():
                if not any(near(b, own) for _, b in rows.get(name, [])):
                    problems.append(f"{name}: {rows.get(name)}, truth {own * factor}")
        return problems
    for full, _, _, inclusive, own in profile["top"]:
        name = our_name(full)
        if not any((near(a, inclusive) or name in ON_TOP) and near(b, own)
                   for a, b in rows.get(name, [])):
            problems.append(f"{name}: {rows.get(name)}, truth {inclusive * factor, own * factor}")
    return problems


def check_file(tap, path, truth):
    documents = list(views(path))
    for number, profile in enumerate(truth["profiles"]):
        problems = min((differences(document, profile, path.parent.name in GAPS) for document in documents), key=len)
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
