#!/usr/bin/python3
"""Pickled profiles: line_profiler's own report, tracemalloc's top 20, YAPPI's CSV of the same run."""
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, close, report, require_corpus


def rows_of(path, *options):
    return {(row["name"], row["file"], row["line"]): row for row in report(path, *options)["functions"]}


def check_lines(tap, path):
    times, hits = rows_of(path), rows_of(path, "--metric", "hits")
    problems, source, name = [], None, None
    for line in Path(f"{path}.expected.txt").read_text().splitlines():
        total = re.match(r"Total time: (\S+) s", line)
        function = re.match(r"Function: (\S+) at line (\d+)", line)
        timed = re.match(r" +(\d+) +(\d+) +([\d.]+) ", line)
        if total:
            seconds = float(total[1])
        elif line.startswith("File: "):
            source = line[6:]
        elif function:
            name = function[1]
            row = times.get((name, source, int(function[2])))
            if not row or not close(row["cumtime"], seconds, 5e-6 * seconds):
                problems.append(f"{name}: {row}, truth {seconds}")
        elif timed:
            key = f"line {timed[1]} of {name}", source, int(timed[1])
            if (key not in times or hits[key]["tottime"] != int(timed[2])
                    or not close(times[key]["tottime"], float(timed[3]) * 1e-6, 6e-8)):
                problems.append(f"{key}: {times.get(key)}, truth {timed[0]}")
    tap.result(f"line_profiler/{path.name}", problems)


def check_blocks(tap, path):
    sizes, counts = rows_of(path), rows_of(path, "--metric", "count")
    problems = []
    for line in Path(f"{path}.expected.top20").read_text().splitlines():
        total = re.fullmatch(r"total=(\d+) traces=(\d+)", line)
        place = re.fullmatch(r"(.+):(\d+) size=(\d+) count=(\d+)", line)
        if total:
            ours = [report(path, "--metric", metric)["profile"]["total"] for metric in ("size", "count")]
            if ours != [int(total[1]), int(total[2])]:
                problems.append(f"total {ours}, truth {line}")
        else:
            key = f"{place[1].split('/')[-1]}:{place[2]}", place[1], int(place[2]) or None
            ours = [rows[key]["tottime"] if key in rows else None for rows in (sizes, counts)]
            if ours != [int(place[3]), int(place[4])]:
                problems.append(f"{key}: {ours}, truth {line}")
    tap.result(f"tracemalloc/{path.name}", problems)


def check_yappi(tap, path):
    ours, table = rows_of(path), rows_of(path.with_suffix(".csv"))
    problems = [] if ours.keys() == table.keys() else [f"{sorted(ours.keys() ^ table.keys(), key=str)[:4]}"]
    for key in ours.keys() & table.keys():
        for column in ("ncalls", "primitive_calls", "tottime", "cumtime"):
            if not close(ours[key][column], table[key][column], 1e-6):
                problems.append(f"{key}: {column} {ours[key][column]}, CSV {table[key][column]}")
    tap.result(f"yappi/{path.name} holds what its CSV does", problems)


def main():
    require_corpus()
    tap = Tap()
    check_lines(tap, CORPUS / "line_profiler/local__4.0.2.lprof")
    for path in sorted((CORPUS / "tracemalloc").glob("*.snapshot")):
        check_blocks(tap, path)
    for path in sorted((CORPUS / "yappi").glob("*.ystat")):
        check_yappi(tap, path)
    return tap.finish()


sys.exit(main())
