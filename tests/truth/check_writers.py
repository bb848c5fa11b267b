#!/usr/bin/python3
"""What ncprof writes, read by the programs it is meant for: Python's pstats, json and csv."""
import cProfile
import csv
import io
import json
import pstats
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import TOP, Tap, convert, differ, report


def printed(path):
    """Everything that pstats prints about a file, in an order that does not depend on ties."""
    out = io.StringIO()
    stats = pstats.Stats(str(path), stream=out)
    stats.print_stats()
    stats.print_callers()
    stats.print_callees()
    return sorted(line.rstrip() for line in out.getvalue().splitlines()
                  if str(path) not in line and "Random listing" not in line)


def work(n):
    def even(k):
        return k == 0 or odd(k - 1)

    def odd(k):
        return k != 0 and even(k - 1)
    return sorted((json.dumps({"n": [i] * 3}), even(i % 30)) for i in range(n))


def record(path):
    profiler = cProfile.Profile()
    profiler.runcall(work, 500)
    profiler.dump_stats(path)


def check_pstats(path, folder):
    converted = Path(folder) / "converted.prof"
    converted.write_bytes(convert(path, "pstats"))
    ours, theirs = printed(converted), printed(path)
    problems = [f"only ours:   {line}" for line in ours if line not in theirs]
    problems += [f"only theirs: {line}" for line in theirs if line not in ours]
    return problems + differ("lines", len(ours), len(theirs), 0)


def check_json(path):
    ours, expected = json.loads(convert(path, "json")), report(path)
    return [] if ours == expected else ["`convert --to json` and `report --format json` differ"]


def check_csv(path):
    rows = list(csv.DictReader(io.StringIO(convert(path, "csv").decode(), newline="")))
    expected = report(path)["functions"]
    problems = differ("rows", len(rows), len(expected), 0)
    for row, want in zip(rows, expected):
        for column in "name", "module", "file", "line", "ncalls", "primitive_calls":
            if row[column] != ("" if want[column] is None else str(want[column])):
                problems.append(f"{want['name']}: {column} is {row[column]!r}")
        for column in "tottime", "cumtime":
            problems += differ(f"{want['name']} {column}", float(row[column]), want[column], 0)
    return problems


def main():
    tap = Tap()
    seeds = TOP / "tests/fuzz/corpus"
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "fresh.prof"
        record(fresh)
        for path in fresh, seeds / "cprofile-3.8.prof", seeds / "cprofile-3.13.prof":
            tap.result(f"{path.name}: pstats prints the same", check_pstats(path, folder))
        for path in fresh, seeds / "yappi.pstat", seeds / "values.folded", seeds / "threads.csv":
            tap.result(f"{path.name}: JSON", check_json(path))
            tap.result(f"{path.name}: CSV", check_csv(path))
    return tap.finish()


sys.exit(main())
