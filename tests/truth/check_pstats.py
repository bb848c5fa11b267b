#!/usr/bin/python3
"""Every pstats file of the corpus: numbers of functions, callers and callees.

Two truths: what Python's pstats printed when the corpus was made (truth/pstats.*.json), and the
file itself, unmarshalled by this Python and compared whole with what `ncprof convert` writes.
"""
import ast
import json
import marshal
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, SHARED, TRUTH, Tap, convert, differ, report, require_corpus

sys.dont_write_bytecode = True
# YAPPI's pair of counts is the other way round; Python's pstats believes it.
SWAPPED = re.compile(r"local__(cpu|wall)\.pstat$")


def text(value):
    if isinstance(value, bytes):
        value = value.decode()
    if hasattr(value, "co_code"):
        value = repr(value)
    return re.sub(r"(<code object .*) at 0x[0-9a-f]+,", r"\1,", value)


def key(function):
    file, line, name = function
    return ("" if text(file) == "~" else text(file), int(line), text(name))


def own_key(row):
    return (row["file"] or "", row["line"] or 0, text(row["name"]))


def pair(counts, swapped):
    return tuple(reversed(counts)) if swapped else tuple(counts)


def check_row(ours, entry, swapped):
    row = ours.get(key(entry["func"]))
    if row is None:
        return [f"{entry['func']} is missing"]
    name = entry["std"] if "std" in entry else str(entry["func"])
    ncalls, primitive = pair((entry["ncalls"], entry["primcalls"]), swapped)
    problems = differ(f"{name} ncalls", row["ncalls"], ncalls, 0)
    problems += differ(f"{name} primitive", row["primitive_calls"], primitive, 0)
    problems += differ(f"{name} tottime", row["tottime"], entry["tottime"])
    return problems + differ(f"{name} cumtime", row["cumtime"], entry["cumtime"])


def check_order(rows, entries, column):
    """The top of the truth's table is the top of ours, ties in any order."""
    ours = sorted((row[column] for row in rows), reverse=True)[:len(entries)]
    truth = [entry[column] for entry in entries]
    return [f"top {column}: {a!r}, truth {b!r}" for a, b in zip(ours, truth) if differ("", a, b)]


def check_report(path, truth, swapped):
    document = report(path)
    rows = document["functions"]
    ours = {own_key(row): row for row in rows}
    n = len(rows)
    calls, primitive = pair((truth["total_calls"], truth["prim_calls"]), swapped)
    problems = differ("functions", n, truth["nfuncs"] + truth.get("callers_missing_as_func", 0), 0)
    problems += differ("calls", sum(row["ncalls"] for row in rows), calls, 0)
    problems += differ("primitive", sum(row["primitive_calls"] for row in rows), primitive, 0)
    problems += differ("total", document["profile"]["total"], truth["total_tt"], n * 1e-9)
    for column, sort in ("tottime", "by_tottime"), ("cumtime", "by_cumtime"), ("ncalls", "by_ncalls"):
        for entry in truth[sort]:
            problems += check_row(ours, entry, swapped)
        if not (swapped and column == "ncalls"):
            problems += check_order(rows, truth[sort], column)
    return problems


def four(value):
    """(nc, cc, tt, ct) of a caller; a number is calls alone."""
    return (value, value, 0, 0) if isinstance(value, int) else tuple(value)


def compare_four(what, ours, truth):
    problems = []
    for label, a, b in zip(("ncalls", "primitive", "tottime", "cumtime"), ours, truth):
        problems += differ(f"{what} {label}", a, b)
    return problems


def statistics(stats, swapped=False):
    """{key: ((nc, cc, tt, ct), {caller: (nc, cc, tt, ct)})}"""
    return {key(function): ((*pair((nc, cc), swapped), tt, ct),
                            {key(caller): four(value) for caller, value in callers.items()})
            for function, (cc, nc, tt, ct, callers) in stats.items()}


def unmarshal(path):
    """The file as Python sees it; Python 3 does not know Python 2's table of strings."""
    data = path.read_bytes()
    try:
        return marshal.loads(data)
    except ValueError:
        python2 = shutil.which("python2.7") or shutil.which("python2")
        if not python2:
            return None
        script = "import marshal, sys; print(repr(marshal.load(open(sys.argv[1], 'rb'))))"
        done = subprocess.run([python2, "-c", script, str(path)], stdout=subprocess.PIPE, check=False)
        if done.returncode:
            return None
        quoted = re.sub(r"(?<=, )<code object .*?, line \d+>(?=\))", lambda m: repr(m[0]),
                        done.stdout.decode())
        return ast.literal_eval(quoted)


def check_whole(stats, ours, swapped):
    truth = statistics(stats, swapped)
    problems = [f"{name} is missing" for name in truth if name not in ours]
    zero = (0, 0, 0, 0)
    problems += [f"{name} is invented" for name, (values, _) in ours.items()
                 if name not in truth and values != zero]
    for name in truth.keys() & ours.keys():
        problems += compare_four(str(name), ours[name][0], truth[name][0])
        if truth[name][1].keys() != ours[name][1].keys():
            problems.append(f"{name}: other callers")
            continue
        for caller, values in truth[name][1].items():
            problems += compare_four(f"{caller} -> {name}", ours[name][1][caller], values)
    return problems


def check_callers(ours, truth):
    """The truth's callers and callees of the functions at its top."""
    problems = []
    for entry in truth.get("callers", []):
        listed = {key(c["func"]): four(c["value"]) for c in entry["callers"]}
        callers = ours[key(entry["func"])][1]
        if listed.keys() - callers.keys():
            problems.append(f"{entry['func']}: callers are missing")
        for caller in listed.keys() & callers.keys():
            problems += compare_four(f"{caller} -> {entry['func']}", callers[caller], listed[caller])
    for entry in truth.get("callees", []):
        for callee in entry["callees"]:
            values = ours[key(callee["func"])][1].get(key(entry["func"]))
            what = f"{entry['func']} -> {callee['func']}"
            problems += (compare_four(what, values, four(callee["value"])) if values
                         else [f"{what} is missing"])
    return problems


def load_truth(name):
    return json.loads((TRUTH / f"pstats.{name}.json").read_text())


def check_file(tap, path):
    swapped = bool(SWAPPED.search(path.name))
    truth = load_truth(path.name)
    tap.result(f"{path.name}: functions", check_report(path, truth, swapped))
    ours = statistics(marshal.loads(convert(path, "pstats")))
    tap.result(f"{path.name}: callers and callees", check_callers(ours, truth))
    stats = unmarshal(path)
    if stats is None:
        tap.skip(f"{path.name}: the whole file", "no python2.7")
    else:
        tap.result(f"{path.name}: the whole file", check_whole(stats, ours, swapped))


def check_generated(tap):
    """100,000 functions, deterministic; the truth is kept, the file is not."""
    generator = SHARED / "bench/gen_pstats100k.py"
    if not generator.exists():
        tap.skip("100,000 functions", "no generator")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.prof"
        subprocess.run([sys.executable, str(generator), str(path)], check=True,
                       stdout=subprocess.DEVNULL)
        truth = load_truth("pstats100k.prof")
        tap.result("100,000 functions", check_report(path, truth, False))


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "pstats").iterdir()) + sorted((CORPUS / "yappi").glob("*.pstat")):
        check_file(tap, path)
    check_generated(tap)
    return tap.finish()


sys.exit(main())
