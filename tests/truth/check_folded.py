#!/usr/bin/python3
"""Folded stacks of the corpus against three references and a reading of the file in Python.

Where the references disagree with each other the reader decides as its header says:
comments are left out (flamelens), decimals are kept (flamegraph.pl), a line without a stack is
not one (truth/folded.json, flamelens; speedscope takes it), two counts are two metrics.
"""
import collections
import json
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, TRUTH, Tap, differ, report, require_corpus

NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?$")
# The reference took a comment for a stack, or dropped decimals.
NOT_AS_FOLDED_JSON = {"flamelens__ignore-metadata-lines.txt": "takes a comment for a stack",
                      "inferno__difffolded-before_fractionals.txt": "leaves out the line '20.'"}
NOT_AS_SPEEDSCOPE = {"flamelens__ignore-metadata-lines.txt": "takes a comment for a stack",
                     "flamelens__invalid-lines.txt": "takes a count without a stack",
                     "inferno__difffolded-before_fractionals.txt": "knows whole counts only"}


def decode(data):
    for mark, encoding in (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"):
        if data.startswith(mark):
            return data[2:].decode(encoding)
    return data.decode()


def read(path):
    """total, self and inclusive values by frame, from the text."""
    two = "difffolded-result" in path.name
    total, own, inclusive = 0.0, collections.Counter(), collections.Counter()
    for line in decode(path.read_bytes()).splitlines():
        parts = line.strip().rsplit(" ", 2 if two else 1)
        if line.startswith("#") or len(parts) < (3 if two else 2) or not NUMBER.match(parts[-1]):
            continue
        frames, value = parts[0].split(";"), float(parts[-1])
        total += value
        own[frames[-1]] += value
        for frame in set(frames):
            inclusive[frame] += value
    return total, own, inclusive


def check_text(document, path):
    total, own, inclusive = read(path)
    rows = {row["name"]: row for row in document["functions"]}
    problems = differ("total", document["profile"]["total"], total, 1e-8)
    problems += [f"{name} is missing" for name in inclusive.keys() - rows.keys()]
    problems += [f"{name} is invented" for name in rows.keys() - inclusive.keys()]
    for name in inclusive.keys() & rows.keys():
        problems += differ(f"{name} self", rows[name]["tottime"], own[name], 1e-8)
        problems += differ(f"{name} total", rows[name]["cumtime"], inclusive[name], 1e-8)
    return problems


def check_lists(document, truth):
    rows = {row["name"]: row for row in document["functions"]}
    problems = differ("total", document["profile"]["total"], truth["total"])
    problems += differ("functions", len(rows), truth["frames"], 0)
    for column, values in ("cumtime", truth["incl_top10"]), ("tottime", truth["self_top10"]):
        for name, value in values:
            problems += differ(f"{name} {column}", rows[name][column], value)
    return problems



def check_speedscope(document, truth, two):
    rows = {row["name"]: row for row in document["functions"]}
    problems = []
    for profile in truth["profiles"]:
        problems += differ("total", document["profile"]["total"], profile["total"])
        if two:  # it takes the first count for a part of the name
            continue
        problems += differ("functions", len(rows), profile["nframes"], 0)
        for name, _, _, inclusive, own in profile["top"]:
            problems += differ(f"{name} total", rows[name]["cumtime"], inclusive)
            problems += differ(f"{name} self", rows[name]["tottime"], own)
    return problems


def check_flamelens(document, truth):
    ours = {row["name"]: (row["cumtime"], row["tottime"]) for row in document["functions"]}
    theirs = {entry["name"]: (entry["count"]["total"], entry["count"]["own"])
              for entry in truth["entries"]}
    return [] if ours == theirs else [f"{ours} is not {theirs}"]


def check_file(tap, path, folded_json):
    document = report(path)
    two = "difffolded-result" in path.name
    tap.result(f"{path.name}: the text", check_text(document, path))
    if path.name in NOT_AS_FOLDED_JSON:
        tap.skip(f"{path.name}: folded.json", NOT_AS_FOLDED_JSON[path.name])
    elif path.name in folded_json and not two:
        tap.result(f"{path.name}: folded.json", check_lists(document, folded_json[path.name]))
    speedscope = TRUTH / f"speedscope/folded.{path.name}.json"
    if path.name in NOT_AS_SPEEDSCOPE:
        tap.skip(f"{path.name}: speedscope", NOT_AS_SPEEDSCOPE[path.name])
    elif speedscope.exists():
        tap.result(f"{path.name}: speedscope",
                   check_speedscope(document, json.loads(speedscope.read_text()), two))
    flamelens = Path(f"{path}.expected.expected_ordered_counts.json")
    if flamelens.exists():
        tap.result(f"{path.name}: flamelens",
                   check_flamelens(document, json.loads(flamelens.read_text())))


def main():
    require_corpus()
    tap = Tap()
    folded_json = json.loads((TRUTH / "folded.json").read_text())
    for path in sorted((CORPUS / "folded").iterdir()):
        if ".expected." not in path.name and path.stat().st_size:
            check_file(tap, path, folded_json)
    return tap.finish()


sys.exit(main())
