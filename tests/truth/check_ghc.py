#!/usr/bin/python3
"""GHC's profiles: every stack's own ticks, bytes and percentages as inferno folds them, its
inherited percentages and entries as the file has them, and the JSON's tree as Python reads it.
"""
import json
import re
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, differ, require_corpus, report, tree

# Own and total ticks by speedscope's importer, commit 3613918de0dd.
SPEEDSCOPE = {"MAIN.MAIN": (0, 798), "Main.main": (0, 733), "Main.check": (320, 320),
              "Main.make": (406, 409), "Main.make.d2": (2, 2), "GC.GC": (46, 46),
              "Main.sumT": (0, 721), "Main.sumT.a": (3, 369), "Main.sumT.b": (1, 352)}


def named(rows):
    """stack of "module.label" -> calls, own and total; labels such as "(...)" occur several times"""
    sums = {}
    for stack, row in rows:
        key = tuple(f"{module}.{name}" for module, name in stack)
        old = sums.get(key, (0, 0, 0))
        sums[key] = (old[0] + row["ncalls"], old[1] + row["tottime"], old[2] + row["cumtime"])
    return sums


def expected(path):
    stacks = Counter()
    for line in path.read_text().splitlines():
        stack, value = line.rsplit(" ", 1)
        stacks[tuple(stack.split(";"))] += int(value)
    return stacks


def check_folded(tap, path, truth, scale, *options):
    ours, theirs = named(tree(path, *options)), expected(truth)
    problems = [f"{s} is missing" for s in theirs.keys() - ours.keys()]
    problems += [f"{s} is invented" for s in ours.keys() - theirs.keys()]
    for stack in theirs.keys() & ours.keys():
        # inferno cuts 36.7 * 10 to 366 or 367
        problems += differ(stack, ours[stack][1] * scale, theirs[stack],
                           1.0 if "percent" in truth.name or scale != 1 else 0)
    tap.result(f"{path.name}: {truth.name.rsplit('.', 2)[1]}", problems)


def check_rows(tap, path):
    """The inherited share and the entries of each row of the file."""
    text = path.read_text()
    whole = int(re.search(r"\((\d+) ticks", text)[1])
    rows, stack, entries, inherited = text[text.index("individual"):].splitlines()[3:], [], Counter(), {}
    for line in rows:
        words, depth = line.split(), len(line) - len(line.lstrip(" "))
        numbers = words[-8:] if re.search(r"entries.*ticks", text) else words[-6:]
        stack[depth:] = [f"{words[1]}.{words[0]}"]
        entries[tuple(stack)] += int(numbers[1])
        inherited[tuple(stack)] = inherited.get(tuple(stack), 0) + float(numbers[4])
    ours, problems = named(tree(path)), []
    for key in ours.keys() | entries.keys():
        problems += differ(f"{key} entries", ours[key][0], entries[key], 0)
        problems += differ(f"{key} inherited", ours[key][2] * 1e5 / whole, inherited[key],
                           0.3 if entries[key] else 1.0)
    tap.result(f"{path.name}: {len(ours)} stacks", problems)


def check_json(tap, path):
    document = json.loads(path.read_text())
    centres = {centre["id"]: centre for centre in document["cost_centres"]}
    ticks, sizes, calls = Counter(), Counter(), Counter()
    todo = [document["profile"]]
    while todo:
        node = todo.pop()
        centre = centres[node["id"]]
        key = centre["module"], centre["label"]
        ticks[key] += node["ticks"]
        sizes[key] += node["alloc"]
        calls[key] += node["entries"]
        todo += node["children"]
    for metric, truth in ("ticks", ticks), ("alloc", sizes):
        ours = {(row["module"], row["name"]): row
                for row in report(path, "--metric", metric)["functions"]}
        wanted = {key: (truth[key], calls[key]) for key in truth if truth[key] or calls[key]}
        got = {key: (row["tottime"], row["ncalls"]) for key, row in ours.items()
               if row["tottime"] or row["ncalls"]}
        tap.result(f"{path.name}: {metric} of {len(wanted)} cost centres",
                   [] if got == wanted else [f"{set(got.items()) ^ set(wanted.items())}"])
    ours = {f"{row['module']}.{row['name']}": (row["tottime"], row["cumtime"])
            for row in report(path, "--metric", "ticks")["functions"]}
    tap.result(f"{path.name}: as speedscope",
               [f"{name}: {ours[name]}" for name in SPEEDSCOPE if ours[name] != SPEEDSCOPE[name]])


def main():
    require_corpus()
    tap = Tap()
    folder = CORPUS / "ghcprof"
    for name in "ticks", "utf8":
        path = folder / f"inferno__{name}.prof"
        ticks = int(re.search(r"\((\d+) ticks", path.read_text())[1])
        check_folded(tap, path, Path(f"{path}.expected.{name}_ticks.txt"), 1, "--metric", "ticks")
        check_folded(tap, path, Path(f"{path}.expected.{name}_bytes.txt"), 1, "--metric", "alloc")
        check_folded(tap, path, Path(f"{path}.expected.{name}.txt"), 1e6 / ticks)
        check_rows(tap, path)
    path = folder / "inferno__percent.prof"
    check_folded(tap, path, Path(f"{path}.expected.percent.txt"), 1e6 / 20)
    check_rows(tap, path)
    check_json(tap, folder / "speedscope__haskell_simple.prof")
    return tap.finish()


sys.exit(main())
