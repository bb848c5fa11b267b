#!/usr/bin/python3
"""Every callgrind and cachegrind file of the corpus: costs of functions, calls and what they took.

Two truths: what callgrind_annotate and cg_annotate printed when the corpus was made, and the file
itself, read by the few lines below and compared whole with what `ncprof convert --to callgrind`
writes, which tests the writer as well.
"""
import gzip
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, SHARED, TRUTH, Tap, convert, differ, report, require_corpus

TEXTS = TRUTH / "callgrind-text"
NAME = re.compile(r"(ob|fl|fi|fe|fn|cob|cfi|cfl|cfn|jfi|jfn)=\s*(.*?)\s*$")
SPACE = {"fi": "fl", "fe": "fl", "cob": "ob", "cfi": "fl", "cfl": "fl", "cfn": "fn", "jfi": "fl",
         "jfn": "fn"}
# Costs that refer to the line before: callgrind_annotate reads them as 0, ncprof as speedscope.
RELATIVE = "subposition-compression"
# Xdebug's summary, which callgrind_annotate prints, is of more than the file's costs.
SUMMARY = re.compile("xdebug")


class Graph:
    """self: function -> costs; calls, total: (caller, callee) -> count, costs."""

    def __init__(self, text):
        self.self, self.total = defaultdict(Counter), defaultdict(Counter)
        self.calls = Counter()
        self.numbers, self.positions = {}, 1
        self.callgrind = bool(re.search("^creator: callgrind", text, re.MULTILINE))
        self.yappi = bool(re.search("^creator: yappi", text, re.MULTILINE))
        self.read(text)
        self.all = set(self.self) | {f for pair in self.total for f in pair}
        self.leveled = {g for f in self.all if f != self.outermost(f) for g in (f, self.outermost(f))}

    def name(self, kind, text):
        space = SPACE.get(kind, kind)
        compressed = re.match(r"\((\d+)\)\s*(.*)", text)
        if compressed:
            number, text = compressed.groups()
            text = text or self.numbers.get((space, number)) or f"({number})"
            self.numbers[space, number] = text
        return "" if text == "???" and space != "fn" else text

    def function(self, place, prefix=""):
        ob, fl, fn = (place.get(prefix + k, place.get(k, "")) for k in ("ob", "fl", "fn"))
        located = self.yappi and re.match(r"(<[^>]*>|\S*) (.*):(\d+)$", fn)
        if located and located[2] == fl:
            fn = located[1]
        return (ob, fl, fn)

    def read(self, text):
        place, own_file, new_file, calls, skip = {}, "", False, None, False
        for line in text.splitlines():
            named = NAME.match(line)
            if named:
                kind, value = named[1], self.name(*named.groups())
                key = {"fi": "fl", "fe": "fl", "cfi": "cfl"}.get(kind, kind)
                if kind == "fn":
                    if not new_file:
                        place["fl"] = own_file
                    own_file = place.get("fl", "")
                place[key] = value
                if kind == "fl":
                    own_file = value
                new_file |= kind in ("fl", "fi", "fe")
            elif line.startswith(("calls=", "rcalls=")):
                calls = int(line.split("=")[1].split()[0])
            elif line.startswith(("jump=", "jcnd=")):
                skip = True
            elif line[:1] and line[0] in "0123456789+-*":
                new_file = False
                if not skip:
                    self.costs(place, own_file, line, calls)
                skip, calls = False, None
            elif line.startswith("positions:"):
                self.positions = len(line.split()) - 1
            elif line.startswith("events:"):
                self.raw_events = line.split()[1:]
                self.events = [self.unit(event) for event in self.raw_events]

    def unit(self, event):
        """The name and what brings its values to nanoseconds or bytes."""
        if event == "Ticks" and self.yappi:
            return "time", 1000
        scaled = re.match(r"(.*?)_\((\d*)(ns|bytes)\)$", event)
        return (scaled[1].lower(), int(scaled[2] or 1)) if scaled else (event, 1)

    def costs(self, place, own_file, line, calls):
        values = {event: int(text) * factor for (event, factor), text
                  in zip(self.events, line.split()[self.positions:])}
        caller = self.function(dict(place, fl=own_file))
        if calls is None:
            self.self[caller].update(values)
            return
        pair = caller, self.function(place, "c")
        self.calls[pair] += calls
        self.total[pair].update(values)
        place.pop("cob", None), place.pop("cfl", None)

    def outermost(self, function):
        """callgrind's work'2 is work."""
        level = re.fullmatch(r"(.+)'([2-9]|[1-9]\d+)", function[2])
        outer = level and self.callgrind and (*function[:2], level[1])
        return outer if outer and outer in self.all else function

    def merged(self):
        """The same with deeper levels of recursion joined to their functions."""
        self_, calls = defaultdict(Counter), Counter()
        for function in self.all:
            self_[self.outermost(function)].update(self.self.get(function, {}))
        for (a, b), count in self.calls.items():
            calls[self.outermost(a), self.outermost(b)] += count
        return self_, calls


def cycles(pairs):
    """Functions that reach each other: repeated removal of what has no caller or no callee."""
    pairs = set(pairs)
    while True:
        callers, callees = {a for a, _ in pairs}, {b for _, b in pairs}
        left = {(a, b) for a, b in pairs if a in callees and b in callers}
        if left == pairs:
            return callers & callees
        pairs = left


def same(a, b):
    return {k: v for k, v in a.items() if v} == {k: v for k, v in b.items() if v}


def check_whole(path):
    text = path.read_text(errors="surrogateescape")
    graph = Graph(text)
    ours = Graph(convert(path, "callgrind").decode(errors="surrogateescape"))
    self_, calls = graph.merged()
    own = ours.self
    problems = [f"{f} is missing" for f in self_ if f not in own]
    problems += [f"{f} is invented" for f in own if f not in self_]
    problems += [f"{f}: {dict(own[f])}, truth {dict(self_[f])}" for f in self_
                 if not same(own[f], self_[f])]
    problems += [f"{pair}: {ours.calls[pair]} calls, truth {calls[pair]}"
                 for pair in set(calls) | set(ours.calls) if ours.calls[pair] != calls[pair]]
    special = cycles(graph.total) | graph.leveled
    problems += [f"{pair}: took {dict(ours.total[pair])}, truth {dict(total)}"
                 for pair, total in graph.total.items()
                 if not set(pair) & special and not same(ours.total[pair], total)]
    return problems


def rows(path):
    """[(costs, file:function)] of an annotated text; the events' names before."""
    text = gzip.open(path, "rt", errors="surrogateescape").read() if path.suffix == ".gz" \
        else path.read_text(errors="surrogateescape")
    events = re.search(r"^Events recorded:\s+(.*)$", text, re.MULTILINE)[1].split()
    table, totals = [], None
    cost = r"([\d,]+|\.)(?:\s*\(\s*[\d.]+%\))?\s+"
    line = re.compile(r"\s*" + cost * len(events) + r"(.*)$")
    for found in map(line.match, text.splitlines()):
        if not found:
            if len(table) > 1:
                break
            continue
        costs = [int(c.replace(",", "")) if c != "." else 0 for c in found.groups()[:len(events)]]
        if found.groups()[-1].startswith("PROGRAM TOTALS"):
            totals = costs
        elif ":" in found.groups()[-1]:
            table.append((costs, found.groups()[-1]))
    return events, totals, table


def name_only(where, yappi):
    """The function of "file:function [object]", levels of recursion left aside."""
    name = re.sub(r" \[[^\[\]]*\]$", "", where)
    name = re.sub(r"^(php:internal|.* : eval\(\)'d code|[^:]*):", "", name, count=1)
    name = re.sub(r"'([2-9]|[1-9]\d+)$", "", name)
    return re.sub(r"^(<[^>]*>|\S+) \S.*:\d+$", r"\1", name) if yappi else name


def metrics(path, graph):
    """A report for each event, and what brings it to the file's unit."""
    for event, (name, factor) in zip(graph.raw_events, graph.events):
        document = report(path, "--metric", name)
        unit = document["profile"]["unit"]
        yield event, document, (1e9 if unit == "s" else 1) / factor


def by_name(document, column, factor):
    sums = Counter()
    for row in document["functions"]:
        sums[row["name"]] += row[column] * factor
    return sums


def check_annotated(path, graph, truth):
    """Self costs by name: callgrind_annotate gives inlined code a row of its own."""
    events, totals, table = rows(truth)
    problems = []
    for i, (event, document, factor) in enumerate(metrics(path, graph)):
        ours, theirs = by_name(document, "tottime", factor), Counter()
        for costs, where in table:
            theirs[name_only(where, graph.yappi)] += costs[i]
        problems += [p for name in theirs
                     for p in differ(f"{event} {name}", ours[name], theirs[name], 1e-3)]
        if not SUMMARY.search(path.name):
            problems += differ(f"{event} total", document["profile"]["total"] * factor, totals[i],
                               2)
    return problems + ([] if table else ["the truth has no rows"])


def check_cachegrind(path, graph, truth):
    """cg_annotate's rows, which begin at a hundredth of a percent."""
    _, totals, table = rows(truth)
    problems = []
    for i, (event, document, factor) in enumerate(metrics(path, graph)):
        ours = {f"{row['file'] or '???'}:{row['name']}": row["tottime"] * factor
                for row in document["functions"]}
        problems += [p for costs, where in table
                     for p in differ(f"{event} {where}", ours.get(where), costs[i], 0)]
        problems += differ(f"{event} total", document["profile"]["total"] * factor, totals[i], 0)
    return problems + ([] if table else ["the truth has no rows"])


def check_inclusive(path, graph, truth):
    """Functions of one row, in no cycle and of one level: there both count alike, but for those
    that took more by their own account than by their calls (tail calls, an entry not seen)."""
    _, _, table = rows(truth)
    recursive = {f[2] for f in cycles(graph.total) | graph.leveled}
    seen = Counter(name_only(where, graph.yappi) for _, where in table)
    account = defaultdict(Counter)
    for own in [graph.self.items()] + [((a, costs) for (a, _), costs in graph.total.items())]:
        for function, costs in own:
            account[function[2]].update(costs)
    problems, compared = [], 0
    for i, (event, document, factor) in enumerate(metrics(path, graph)):
        ours = by_name(document, "cumtime", factor)
        names = Counter(row["name"] for row in document["functions"])
        for costs, where in table:
            name = name_only(where, graph.yappi)
            if seen[name] > 1 or names[name] != 1 or name in recursive:
                continue
            compared += 1
            own = account[name][graph.events[i][0]] / graph.events[i][1]
            problems += differ(f"{event} {name} inclusive", ours[name], max(costs[i], own), 1e-3)
    return problems + ([] if compared else ["nothing to compare"])


def truths(path):
    """The annotated texts of a file: self costs and inclusive ones."""
    stem = re.sub(r"(-instr-jumps-cache|__gzip|-nocompress)\.callgrind\.out$", r"\1", path.name)
    texts = [TEXTS / f"callgrind.{stem}.{kind}.txt.gz" for kind in ("excl", "incl")]
    cachegrind = TRUTH / f"cachegrind.{path.name}.txt"
    if cachegrind.exists():
        return cachegrind, None, check_cachegrind
    # What callgrind_annotate refuses is empty.
    return *[t if t.exists() and gzip.open(t).read(1) else None for t in texts], check_annotated


def check_file(tap, path):
    if RELATIVE in path.name:
        plain = path.with_name(path.name.replace(RELATIVE, "example"))
        same_ = report(path)["functions"] == report(plain)["functions"]
        tap.result(f"{path.name}: as the plain file", [] if same_ else ["they differ"])
        return
    tap.result(f"{path.name}: the whole file", check_whole(path))
    graph = Graph(path.read_text(errors="surrogateescape"))
    own, inclusive, check_own = truths(path)
    for what, truth, check in (("self costs", own, check_own),
                               ("inclusive costs", inclusive, check_inclusive)):
        if truth is None:
            tap.skip(f"{path.name}: {what}", "no truth")
        else:
            tap.result(f"{path.name}: {what}", check(path, graph, truth))


def check_accepted(tap, path):
    """callgrind_annotate prints of what ncprof writes what ncprof reports."""
    tool = shutil.which("callgrind_annotate")
    if not tool:
        tap.skip(f"{path.name}: callgrind_annotate", "not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        out.write_bytes(convert(path, "callgrind"))
        done = subprocess.run([tool, "--threshold=100", "--auto=no", str(out)], capture_output=True,
                              check=False, text=True, errors="surrogateescape")
        problems = [done.stderr] if done.stderr or done.returncode else []
        text = Path(folder) / "text"
        text.write_text(done.stdout, errors="surrogateescape")
        _, totals, table = rows(text)
        document = report(path)
        factor = 1e9 if document["profile"]["unit"] == "s" else 1
        problems += differ("total", totals[0], document["profile"]["total"] * factor, 1)
        top = sorted((row["tottime"] * factor for row in document["functions"]), reverse=True)
        problems += [p for (costs, where), own in zip(table[:20], top)
                     for p in differ(where, costs[0], own, 1)]
        tap.result(f"{path.name}: callgrind_annotate", problems)


def main():
    require_corpus()
    tap = Tap()
    paths = sorted((CORPUS / "callgrind").iterdir()) + sorted((CORPUS / "cachegrind").iterdir())
    paths += sorted((CORPUS / "yappi").glob("*.callgrind.out"))
    for path in paths:
        check_file(tap, path)
    packed = SHARED / "bench/python3-instr.callgrind.out.zst"
    if packed.exists() and shutil.which("zstd"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "python3-instr.callgrind.out"
            subprocess.run(["zstd", "-dq", str(packed), "-o", str(path)], check=True)
            tap.result(f"{path.name}: the whole file", check_whole(path))
    for path in (paths[6], CORPUS / "pstats/local__py3.11_ast_stdlib.prof",
                 CORPUS / "folded/speedscope__stackcollapse_recursion.txt"):
        check_accepted(tap, path)
    return tap.finish()


sys.exit(main())
