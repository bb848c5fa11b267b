#!/usr/bin/python3
"""Java's hprof text against the few lines below, and its samples against gprof2dot's drawing of it."""
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, compare, differ, report, require_corpus


def read(path):
    """The kind of the table, its total, and stacks, outermost first, with count and share."""
    traces, rows, table, total = {}, [], None, 0
    for line in path.read_text().splitlines():
        begin = re.match(r"(CPU \w+)(?: \(ms\))? BEGIN \(total = (\d+)\)", line)
        row = re.match(r"\s*\d+\s+([\d.,]+)%\s+[\d.,]+%\s+(\d+)\s+(\d+) ", line)
        if line.startswith("TRACE ") and line.endswith(":"):
            stack = traces[line[6:-1]] = []
        elif line.startswith("\t") and not table:
            stack.insert(0, line.strip().rsplit("(", 1)[0])
        elif begin:
            table, total = begin[1], int(begin[2])
        elif table and row:
            share = float(row[1].replace(",", "."))
            rows.append((tuple(traces[row[3]]), int(row[2]), share))
    return table, total, rows


def drawn_own(path):
    """name -> own share in percent, as gprof2dot prints it in a node."""
    dot = CORPUS / f"truth/gprof2dot/{path.name}.dot"
    nodes = re.findall(r'label="(.*?)\\n[\d.]+%\\n\(([\d.]+)%\)', dot.read_text())
    return {name.replace("\\n", "::"): float(own) for name, own in nodes}


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "hprof").iterdir()):
        table, total, rows = read(path)
        if table == "CPU SAMPLES":
            problems = compare(path, [(stack, count) for stack, count, _ in rows])
            problems += differ("all", sum(count for _, count, _ in rows), total)
        else:
            problems = compare(path, [(stack, total * share / 100) for stack, _, share in rows],
                               factor=1e3, absolute=1e-3)
            problems += compare(path, [(stack, count) for stack, count, _ in rows],
                                "--metric", "count")
        tap.result(f"{path.name}: {table}, {len(rows)} rows", problems)
        if table == "CPU SAMPLES":
            document, problems = report(path), []
            ours = {}
            for row in document["functions"]:
                ours[row["name"]] = ours.get(row["name"], 0) + row["tottime"]
            drawn = drawn_own(path)
            for name, share in drawn.items():
                problems += differ(name, 100 * ours.get(name.replace("::", "."), -1) / total, share,
                                   0.0051)
            tap.result(f"{path.name}: {len(drawn)} nodes of gprof2dot's drawing",
                       problems if drawn else ["no node is found"])
    return tap.finish()


sys.exit(main())
