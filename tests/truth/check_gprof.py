#!/usr/bin/python3
"""gprof's text: functions as the file prints them, read by the few lines below, calls, and the
shares of gprof2dot's graph, which it makes of the same tables.
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, TRUTH, Tap, close, report, require_corpus

ENTRY = re.compile(r"\[(\d+)\]\s+[\d.]+\s+([\d.]+)\s+([\d.]+)(?:\s+(\d+)(?:\+(\d+))?)?\s+(.*?)"
                   r"( <cycle \d+>)? \[\d+\]$")
NODE = re.compile(r'\t(\d+) \[.*label="(.*)\\n([\d.]+)%\\n\(([\d.]+)%\)(?:\\n(\d+)×)?"')
HALF = 0.006  # gprof2dot's shares have two digits


def entries(path):
    """name -> [(self, self and children, calls, whether it is in a cycle)]"""
    rows = defaultdict(list)
    for line in path.read_text(errors="replace").splitlines():
        match = ENTRY.match(line)
        if match and "as a whole>" not in match[6]:
            calls = int(match[4] or 0) + int(match[5] or 0)
            rows[match[6]].append((float(match[2]), float(match[2]) + float(match[3]), calls,
                                   bool(match[7])))
    return rows


def check_entries(document, rows, unit):
    ours = {row["name"]: row for row in document["functions"]}
    problems = []
    for name, (first, *_) in rows.items():
        row = ours.get(name)
        if not row:
            problems.append(f"{name} is missing")
            continue
        own, total, calls, cycle = first
        if not close(row["tottime"], own * unit) or row["ncalls"] != calls or not (
                close(row["cumtime"], total * unit) or cycle and row["cumtime"] > total * unit):
            problems.append(f"{name}: {row['tottime'], row['cumtime'], row['ncalls']}, "
                            f"printed {first}")
    return problems


def check_graph(document, dot, whole, unit):
    """Own shares are of what the call graph holds; time outside of it, as mcount's, is in ours."""
    ours = {row["name"]: row for row in document["functions"]}
    problems = []
    nodes = NODE.findall(dot)
    names = [name for _, name, *_ in nodes]
    for _, name, _, own, calls in nodes:
        row = ours.get(name)
        if not row or names.count(name) > 1:
            continue  # gprof2dot breaks long names; it cannot tell those of one name apart
        share = 100 * row["tottime"] / (whole * unit) if whole else 100  # of nothing
        if abs(share - float(own)) > HALF or calls and row["ncalls"] != int(calls):
            problems.append(f"{name}: {share}%, {row['ncalls']} calls; truth {own}%, {calls}")
    return problems


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "gprof").iterdir()):
        rows = entries(path)
        unit = 1000 if "embedded" in path.name else 1
        document = report(path)
        tap.result(f"{path.name}: {len(rows)} functions as printed",
                   check_entries(document, rows, unit) or ([] if rows else ["no function"]))
        dot = TRUTH / f"gprof2dot/{path.name}.dot"
        whole = sum(own for same in rows.values() for own, *_ in same)
        if dot.exists():
            tap.result(f"{path.name}: gprof2dot's own shares and calls",
                       check_graph(document, dot.read_text(), whole, unit))
    return tap.finish()


sys.exit(main())
