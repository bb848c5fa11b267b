#!/usr/bin/python3
"""Firefox profiles against the file itself, read by the few lines below: own wall time and the
total, of every function name, thread by thread added up.
"""
import json
import re
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, differ, report, require_corpus


def profiles(document):
    """Every process' profile."""
    yield document
    inner = [document["profile"]] if "profile" in document else []
    inner += document.get("processes", [])
    inner += [json.loads(t) for t in document.get("threads", []) if isinstance(t, str)]
    for profile in inner:
        yield from profiles(profile)


def column(table, key):
    """Of a table in either form."""
    if "data" in table:
        at = table["schema"].get(key)
        return [row[at] if at is not None and at < len(row) else None for row in table["data"]]
    return table.get(key) or [None] * table["length"]


def plain(name):
    """Without the place, which ncprof shows apart."""
    return re.sub(r"(.) \([^()]+:\d+\)$", r"\1", name)


def add_thread(profile, thread, own, total):
    shared = profile.get("shared", {})
    get = lambda key: thread.get(key) or shared.get(key)
    strings = get("stringArray") or get("stringTable")
    frames, stacks, samples = get("frameTable"), get("stackTable"), thread["samples"]
    if "data" in frames:
        names = [strings[at] for at in column(frames, "location")]
    else:
        names = [strings[get("funcTable")["name"][at]] for at in frames["func"]]
    prefix, frame = column(stacks, "prefix"), column(stacks, "frame")
    times = column(samples, "time")
    ends = times[1:] + [times[-1] + profile["meta"]["interval"]] if times else []
    for stack, begin, end in zip(column(samples, "stack"), times, ends):
        if stack is None:
            continue
        lasts = (end - begin) / 1e3
        own[plain(names[frame[stack]])] += lasts
        seen = set()
        while stack is not None:
            seen.add(plain(names[frame[stack]]))
            stack = prefix[stack]
        for name in seen:
            total[name] += lasts


def check_file(path):
    own, total, ours = Counter(), Counter(), Counter()
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    for profile in profiles(document):
        for thread in profile.get("threads", []):
            if isinstance(thread, dict):
                add_thread(profile, thread, own, total)
    result = report(path)
    for row in result["functions"]:
        ours[row["name"]] += row["tottime"]
    problems = differ("total", result["profile"]["total"], sum(own.values()), 1e-7)
    for name in total:
        problems += differ(name, ours[name], own[name], 1e-7)
    return problems or ([] if own else ["no sample"])


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "firefox").iterdir()):
        tap.result(f"firefox/{path.name}", check_file(path))
    return tap.finish()


sys.exit(main())
