#!/usr/bin/python3
"""What ncprof writes and reads back: what both formats hold is the same.

For every file and every writer whose format ncprof reads too: the total, tottime and ncalls by
name, cumtime where the format keeps it; writing what was read back gives the same again; and
where --strict lets a conversion pass, the whole table of functions is the same.
"""
import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, TOP, Tap, close, differ, report, run

WRITERS = ("pstats", "callgrind", "pprof", "folded", "speedscope", "chrome")
COUNTED = {"pstats", "pprof", "chrome"}
AS_TIME = {"pstats": 1, "chrome": 1e-6}  # what one of another unit becomes, in seconds
AS_COUNT = {"folded": 1e9}  # what a second becomes
PER_KIND = 3  # files of each folder of the corpus
LARGEST = 150_000


def convert(path, to, out, *options):
    """Whether it was converted, and what was said meanwhile."""
    done = run("convert", path, "-o", out, "--to", to, "--force", *options)
    return done.returncode == 0, done.stderr.decode(errors="replace").strip()


def by_name(document):
    """[tottime, ncalls, cumtime, functions of this name] by name."""
    names = defaultdict(lambda: [0, 0, 0, 0])
    for row in document["functions"]:
        name = re.sub(r":[0-9]+$", "", row["name"])  # callgrind's where only lines tell apart
        name = re.sub(r" ([-+.0-9eE]+)$", r"_\1", name)  # folded's
        for place, key in enumerate(("tottime", "ncalls", "cumtime")):
            names[name][place] += row[key] or 0
        names[name][3] += 1
    return names


def plain(document):
    """Whether names survive every format: nothing that is escaped, joined or taken apart."""
    return all(row["name"].isprintable() and row["name"].strip() == row["name"] != ""
               and not set(row["name"]) & set("\\();\ufffd") and "??" not in row["name"]
               for row in document["functions"])


def compare(ours, theirs, writer):
    before, after = ours["profile"], theirs["profile"]
    scale = (AS_COUNT if before["unit"] == "s" else AS_TIME).get(writer, 1)
    rounding = 1e-9 if after["unit"] == "s" else 1e-3
    rounding = max(rounding, 0.5 * scale) if scale != 1 or writer in ("callgrind", "pprof") \
        and before["unit"] != "s" else rounding
    slack = rounding * (len(ours["functions"]) + 1)
    problems = differ("total", after["total"] or 0, before["total"] * scale, slack)
    if not plain(ours):
        return problems
    wanted, got = by_name(ours), by_name(theirs)
    for name, (tottime, ncalls, cumtime, count) in wanted.items():
        if writer == "pstats" and name not in got:
            continue  # it puts the module before the name of what has no file
        if name not in got:
            # One that is in no call path is in no format that is made of these.
            idle = not (tottime or cumtime or ncalls) and writer in ("pprof", "chrome")
            if tottime or not idle and writer not in ("folded", "callgrind"):
                problems.append(f"{name} is gone")
            continue
        problems += differ(f"{name} tottime", got[name][0], tottime * scale, slack)
        # Callgrind's format has calls, and what they took, only between two functions.
        if writer in COUNTED and ncalls:
            problems += differ(f"{name} ncalls", got[name][1], ncalls)
        if count == got[name][3] == 1 and writer != "callgrind":
            problems += differ(f"{name} cumtime", got[name][2], cumtime * scale, slack)
    return problems


def table(document, *keys):
    return sorted(tuple(str(row[key]) for key in keys) for row in document["functions"])


def unlike(before, after, what, *keys):
    rows = set(table(before, *keys)) ^ set(table(after, *keys))
    return [f"{what}: {row}" for row in sorted(rows)]


def check(path, writer, folder):
    """None where the format is made of something that the file does not hold."""
    first, second = folder / "first", folder / "second"
    done, said = convert(path, writer, first)
    if not done:
        return None if "holds no" in said else [said]
    ours = report(path)
    if not ours["functions"] or not 0 < (ours["profile"]["total"] or 0) < 1e9:
        return None  # of nothing, or of more seconds than a format of times has room for
    if "below 0" in said:
        return None
    theirs = report(first, "--from", writer)
    problems = compare(ours, theirs, writer)
    done, said = convert(first, writer, second, "--from", writer)
    if not done:
        return problems + [said]
    values = ["name", "file", "line", "tottime", "cumtime"]
    # Which of two spans is inside when both begin at one time and one takes none, nobody knows.
    values += ["ncalls", "primitive_calls"] if writer != "chrome" else []
    problems += unlike(theirs, report(second, "--from", writer), "written again", *values)
    if convert(path, writer, second, "--strict")[0]:
        problems += unlike(ours, theirs, "--strict let this pass", "module", *values)
    return problems


def own_recordings(folder):
    program = folder / "program.py"
    program.write_text("import json, threading\n"
                       "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
                       "def parse(n):\n    return [json.loads(json.dumps([i])) for i in range(n)]\n"
                       "thread = threading.Thread(target=parse, args=(50,), name='<other> & \"one\"')\n"
                       "thread.start()\nfib(12)\nparse(50)\nthread.join()\n")
    out = folder / "program.ncp"
    done = run("record", "-o", out, "--", "/usr/bin/python3", program)
    return [out] if done.returncode == 0 else []


def files(folder):
    yield from [path for path in sorted((TOP / "tests/fuzz/corpus").iterdir())
                if not path.read_bytes().startswith(b"@@ ")]  # a folder in one file
    yield from own_recordings(folder)
    for kind in sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []:
        if kind.is_dir() and kind.name not in ("negative", "truth"):
            fitting = [path for path in sorted(kind.iterdir())
                       if path.is_file() and 0 < path.stat().st_size < LARGEST]
            yield from [path for path in fitting if run("info", path).returncode == 0][:PER_KIND]


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in files(folder):
            tried = []
            problems = []
            for writer in WRITERS:
                found = check(path, writer, folder)
                if found is not None:
                    tried.append(writer)
                    problems += [f"{writer}: {problem}" for problem in found]
            if tried:
                tap.result(f"{path.parent.name}/{path.name}: {', '.join(tried)}", problems)
    return tap.finish()


sys.exit(main())
