#!/usr/bin/python3
"""YAPPI's tables of the corpus against Python's csv module and against each other."""
import csv
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, differ, report, require_corpus

YAPPI = CORPUS / "yappi"


def own_rows(path):
    return {(row["file"] or "", row["line"] or 0, row["name"]): row
            for row in report(path)["functions"]}


def csv_rows(path):
    with open(path, newline="") as file:
        return {(row["module"], int(row["lineno"]), row["name"]): row
                for row in csv.DictReader(file)}


def check_csv(path):
    ours, truth = own_rows(path), csv_rows(path)
    problems = [f"{key} is missing" for key in truth.keys() - ours.keys()]
    problems += [f"{key} is invented" for key in ours.keys() - truth.keys()]
    for key in truth.keys() & ours.keys():
        row, want = ours[key], truth[key]
        problems += differ(f"{key} ncalls", row["ncalls"], int(want["ncall"]), 0)
        problems += differ(f"{key} primitive", row["primitive_calls"], int(want["nactualcall"]), 0)
        problems += differ(f"{key} tottime", row["tottime"], float(want["tsub"]))
        problems += differ(f"{key} cumtime", row["cumtime"], float(want["ttot"]))
    return problems


def rewrite(path, folder, delimiter, point, columns):
    """The same table as another tool might have written it."""
    out = Path(folder) / "other.txt"
    with open(path, newline="") as source, open(out, "w", newline="") as target:
        rows = csv.DictReader(source)
        writer = csv.writer(target, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([row[column].replace(".", point) if column in ("ttot", "tsub", "tavg")
                             else row[column] for column in columns])
    return out


def check_variants(tap, path):
    """Any order of columns, any separator, quotes, a decimal comma."""
    columns = ["tavg", "nactualcall", "ttot", "lineno", "tsub", "name", "builtin", "ncall", "module"]
    with tempfile.TemporaryDirectory() as folder:
        expected = own_rows(path)
        for delimiter, point in (",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","):
            other = own_rows(rewrite(path, folder, delimiter, point, columns))
            problems = [] if other == expected else ["the numbers differ from the original's"]
            tap.result(f"{path.name} with {delimiter!r} and {point!r}", problems)


def check_printed(path, table):
    """print_all() cuts long names in front and shows microseconds; total/primitive after a slash."""
    ours, truth = list(own_rows(path).values()), csv_rows(table)
    problems = differ("rows", len(ours), len(truth), 0)
    for row in ours:
        shown = f"{row['file']}:{row['line']} {row['name']}".lstrip(".")
        matches = [want for (file, line, name), want in truth.items()
                   if f"{file}:{line} {name}".endswith(shown)
                   and abs(float(want["ttot"]) - row["cumtime"]) < 1.1e-6
                   and abs(float(want["tsub"]) - row["tottime"]) < 1.1e-6
                   and int(want["ncall"]) == row["ncalls"]
                   and int(want["nactualcall"]) == row["primitive_calls"]]
        if not matches:
            problems.append(f"{shown} has no equal in {table.name}")
    return problems


def check_threads(path):
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()][1:]
    truth = {f"{name} {number}": (int(scheduled), float(time))
             for name, number, _, time, scheduled in lines}
    document = report(path)
    problems = differ("threads", document["profile"]["threads"], len(truth), 0)
    for row in document["functions"]:
        scheduled, time = truth.pop(row["name"])
        problems += differ(f"{row['name']} scheduled", row["ncalls"], scheduled, 0)
        problems += differ(f"{row['name']} ttot", row["cumtime"], time)
    return problems + [f"{name} is missing" for name in truth]


def main():
    require_corpus()
    tap = Tap()
    for clock in "cpu", "wall":
        table = YAPPI / f"local__{clock}.csv"
        tap.result(table.name, check_csv(table))
        check_variants(tap, table)
        printed = YAPPI / f"local__{clock}.print_all.txt"
        tap.result(printed.name, check_printed(printed, table))
        threads = YAPPI / f"local__{clock}.thread.txt"
        tap.result(threads.name, check_threads(threads))
    return tap.finish()


sys.exit(main())
