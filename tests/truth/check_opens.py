#!/usr/bin/python3
"""Every file of the corpus opens, in a format that its folder is for, except those of the table in
tests/README.md, which are refused, or empty and say so."""
import re
import sys
from fnmatch import fnmatch
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, TOP, Tap, report, require_corpus, run

TABLE = re.compile(r"<!-- exceptions -->(.*)<!-- end of exceptions -->", re.S)
ROW = re.compile(r"\| (`.*`) \| (refused|empty) \| (.+) \|")

# The formats of a folder, where it is not called as the only one.
FORMATS = {
    "austin": "austin folded", "austin-mojo": "mojo", "cachegrind": "callgrind",
    "chrome-trace": "chrome", "cpuprofile": "cpuprofile chrome", "firefox": "gecko",
    "ghcprof": "ghcprof ghcjson", "heapprofile": "cpuprofile", "line_profiler": "lprof",
    "misc": "perf-script", "negative": "perf-script", "pprof-driver-golden": "callgrind",
    "pprof-text": "folded pprof-json pprof-raw", "yappi": "yappi ystat pstats callgrind",
}


def read_exceptions():
    """[[patterns, what happens]]"""
    text = TABLE.search((TOP / "tests/README.md").read_text())[1]
    return [[re.findall(r"`([^`]+)`", row[0]), row[1]] for row in ROW.findall(text)]


def corpus_files():
    for path in sorted(CORPUS.rglob("*")):
        name = path.relative_to(CORPUS).as_posix()
        if (path.is_file() and name != "INDEX.md" and not name.startswith("truth/")
                and ".expected." not in path.name):
            yield path, name


def opens(path, name):
    document = report(path, "--limit", "1")
    folder, used = name.split("/")[0], document["profile"]["format"]
    wanted = FORMATS.get(folder, folder).split()
    problems = [] if used in wanted else [f"opens as {used}"]
    return problems + ([] if document["functions"] else ["it has no function"])


def is_refused(path):
    done = run("report", path)
    one_line = re.fullmatch(r"ncprof: .+: .+\n", done.stderr.decode(errors="replace"))
    return [] if done.returncode == 2 and one_line and not done.stdout else [str(done)]


def is_empty(path):
    document = report(path)
    note = b"note: " in run("report", path).stdout
    return [] if not document["functions"] and note else ["has a function, or no note"]


def check(path, name, kind):
    try:
        return {"opens": lambda: opens(path, name), "refused": lambda: is_refused(path),
                "empty": lambda: is_empty(path)}[kind]()
    except RuntimeError as error:
        return [str(error)]


def main():
    require_corpus()
    tap, exceptions, seen = Tap(), read_exceptions(), set()
    tap.result(f"{len(exceptions)} rows of exceptions", [] if exceptions else ["none is read"])
    for path, name in corpus_files():
        kind = "opens"
        for patterns, what in exceptions:
            for pattern in patterns:
                if fnmatch(name, pattern):
                    kind = what
                    seen.add(pattern)
        tap.result(f"{name}: {kind}"[:120], check(path, name, kind))
    tap.result("every exception is of a file",
               [p for patterns, _ in exceptions for p in patterns if p not in seen])
    return tap.finish()


sys.exit(main())
