#!/usr/bin/python3
"""`ncprof report --pstats-style` prints what Python's own pstats prints, byte for byte.

Every pstats file of the corpus, a few files made here, several orders and restrictions; the truth
is this Python's pstats (python2.7's for files of Python 2). Three things are not compared as they
stand, and only there:

  - YAPPI writes total and primitive calls the wrong way round, which ncprof puts right: pstats is
    given the pairs put right, too;
  - Python 2 has its dictionaries, and so its ties, in no order: lines are compared sorted, and
    neither cut in the middle of ties nor merged by strip_dirs();
  - Python's profile module and YAPPI add up seconds as doubles: what differs by less than a
    nanosecond is a tie for ncprof and none for pstats, so that lines are compared sorted there, too.
    The profile module has code objects for names, which pstats shows with their addresses.
"""
import io
import itertools
import marshal
import os
import pstats
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, run

sys.dont_write_bytecode = True
KEYS = ["time", "tottime", "cumulative", "calls", "ncalls", "pcalls", "name", "filename", "line",
        "module", "nfl", "stdname", "time,name", "cumu,calls,nfl"]
RESTRICTIONS = [(), ("10",), ("0.1",), ("json|ast", "5"), ("init", "0.5", "3"), (r"\(_?[a-f]\w+\)",),
                (r":\d\d\(", "0.25"), ("nothing like it",), ("it's",), ("(",), ("0",), ("0.05", r"\.py")]
SCRIPT2 = """
import pstats, sys
path, what, strip, reverse, keys, restrictions = [eval(a) for a in sys.argv[1:]]
s = pstats.Stats(path)
if strip: s.strip_dirs()
s.sort_stats(*keys)
if reverse: s.reverse_order()
getattr(s, what)(*restrictions)
"""


def python2():
    """One that starts: a launcher may stand in the path for a version that is not chosen."""
    homes = [os.environ.get("PYENV_ROOT", ""), str(Path.home() / ".pyenv"),
             pwd.getpwuid(os.getuid()).pw_dir + "/.pyenv"]
    found = [shutil.which("python2.7"), shutil.which("python2")]
    found += [python for home in homes for python in Path(home).glob("versions/2.7*/bin/python2.7")]
    return next((str(python) for python in found if python and
                 not subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode), None)


PYTHON2 = python2()


def value(restriction):
    """A restriction as pstats takes it."""
    for kind in int, float:
        try:
            return kind(restriction)
        except ValueError:
            pass
    return restriction


def without_address(function):
    """Python cannot order code objects among names, and shows where they were in memory."""
    return (*function[:2], re.sub(r"(<code object .*) at 0x[0-9a-f]+,", r"\1,", str(function[2])))


def name_code(stats):
    return {without_address(key): (*four, {without_address(caller): v for caller, v in callers.items()})
            for key, (*four, callers) in stats.items()}


def swap_pairs(stats):
    return {key: (nc, cc, tt, ct, callers) for key, (cc, nc, tt, ct, callers) in stats.items()}


def truth3(path, what, strip, reverse, keys, restrictions):
    out = io.StringIO()
    stats = pstats.Stats(str(path), stream=out)
    if "pureprofile" in path.name:
        stats.stats = name_code(stats.stats)
        stats.max_name_len = max(len(pstats.func_std_string(key)) for key in stats.stats)
    if path.parent.name == "yappi":
        stats.stats = swap_pairs(stats.stats)
        stats.total_calls, stats.prim_calls = stats.prim_calls, stats.total_calls
    if strip:
        stats.strip_dirs()
    stats.sort_stats(*keys)
    if reverse:
        stats.reverse_order()
    getattr(stats, what)(*restrictions)
    return out.getvalue()


def truth2(path, *call):
    done = subprocess.run([PYTHON2, "-c", SCRIPT2, repr(str(path)), *map(repr, call)],
                          capture_output=True, check=True)
    return done.stdout.decode()


def ours(path, what, strip, reverse, keys, restrictions):
    words = ["--pstats-style", "--sort", ",".join(keys)]
    words += ["--strip-dirs"] * strip + ["--reverse"] * reverse
    for restriction in restrictions:
        words += ["--restrict", restriction]
    if what != "print_stats":
        words += ["--" + what.removeprefix("print_"), ""]
    done = run("report", path, *words)
    return done.stdout.decode() + done.stderr.decode()


def first_difference(a, b):
    for number, (x, y) in enumerate(itertools.zip_longest(a.split("\n"), b.split("\n")), 1):
        if x != y:
            return [f"line {number}", f"ncprof {x!r}", f"pstats {y!r}"]
    return []


def compare(path, what, strip, reverse, keys, restrictions, ties=True):
    truth = truth3 if loads(path) else truth2
    made = ours(path, what, strip, reverse, keys, restrictions)
    true = truth(path, what, strip, reverse, keys, tuple(map(value, restrictions)))
    if not ties:
        made, true = ("\n".join(sorted(text.split("\n"))) for text in (made, true))
    if truth is truth2:  # no blank after an arrow without callers, and addresses of code objects
        made = re.sub(" +$", "", made, flags=re.MULTILINE)
        true = re.sub(r"(<code object .*) at 0x[0-9a-f]+,", r"\1,", re.sub(" +$", "", true, flags=re.MULTILINE))
    differs = first_difference(made, true)
    return [f"{what} strip={strip} reverse={reverse} {keys} {restrictions}", *differs] if differs else []


def loads(path):
    """Whether this Python prints the file as the one that wrote it would: names are no bytes."""
    try:
        return not any(isinstance(key[2], bytes) for key in marshal.loads(path.read_bytes()))
    except ValueError:
        return False


def calls(ties, edges=True):
    """Everything that is asked of a file: what, strip, reverse, keys, restrictions."""
    for key, strip in itertools.product(KEYS, (False, True) if ties else (False,)):
        yield "print_stats", strip, False, key.split(","), ()
    if not ties:
        for what in ("print_callers", "print_callees")[:2 * edges]:
            yield what, False, False, ["nfl"], ()
        return
    for restrictions, strip in itertools.product(RESTRICTIONS, (False, True)):
        yield "print_stats", strip, False, ["time"], restrictions
        yield "print_stats", strip, True, ["cumulative"], restrictions
    for what, strip in itertools.product(("print_callers", "print_callees"), (False, True)):
        yield what, strip, False, ["time"], ()
        yield what, strip, False, ["calls"], ("0.5", "init|main|walk", "7")


def check_file(tap, path):
    name = f"{path.parent.name}/{path.name}"
    python3 = loads(path)
    if not python3 and not PYTHON2:
        tap.skip(name, "no python2.7")
        return
    ties = python3 and "pureprofile" not in path.name and path.parent.name != "yappi"
    # There the addresses of code objects make the columns wider.
    edges = python3 or "pureprofile" not in path.name
    problems = []
    for call in calls(ties, edges):
        problems += compare(path, *call, ties=ties)
        if problems:
            break
    tap.result(f"{name}: as pstats prints it{'' if ties else ', ties in any order'}", problems)


# What no recorded file has all of: equal names in two folders, odd names, recursion, no callers.
MADE = {
    ("/a/__init__.py", 1, "<module>"): (1, 1, 0.001, 3.5, {}),
    ("/b/__init__.py", 1, "<module>"): (1, 2, 0.25, 0.75, {("/a/__init__.py", 1, "<module>"): (1, 1, 0.25, 0.75),
                                                         ("/b/__init__.py", 1, "<module>"): (1, 0, 0.0, 0.0)}),
    ("~", 0, "<built-in method builtins.len>"): (7, 7, 0.5, 0.5, {("/a/__init__.py", 1, "<module>"): (3, 3, 0.2, 0.2),
                                                                ("/b/__init__.py", 1, "<module>"): (4, 4, 0.3, 0.3)}),
    ("~", 0, "len"): (1, 1, 0.5, 0.5, {("/c/never.py", 3, "seen"): (1, 1, 0.5, 0.5)}),
    ("/d/ünïcode.py", 12, "größe"): (3, 12345678901, 12345.6789, 99999.9995, {("~", 0, "len"): (12, 3, 1.5, 2.0)}),
    ("/e/", 5, "it's"): (1, 1, 0.125, 0.125, {("/d/ünïcode.py", 12, "größe"): (1, 1, 0.125, 0.125)}),
}
# As Python's profile module writes them.
OLD = {
    ("", 0, "len"): (2, 2, 0.5, 0.5, {("/a/x.py", 3, "f"): 2}),
    ("/a/x.py", 3, "f"): (1, 3, 0.25, 1.5, {("/a/x.py", 3, "f"): 2, ("profile", 0, "run"): 1}),
    ("profile", 0, "run"): (1, 1, 0.0, 1.75, {("profile", 0, "profiler"): 1}),
    ("profile", 0, "profiler"): (0, 0, 0.0, 0.0, {}),
}


def check_made(tap, folder, name, stats):
    path = Path(folder) / name
    path.write_bytes(marshal.dumps(stats))
    problems = []
    for call in calls(True):
        problems += compare(path, *call)
    tap.result(f"{name}, written here", problems)


RECORDED = """
import json
def walk(n):
    return 1 if n == 0 else walk(n - 1) + 1
for i in range(20):
    json.dumps({"a": list(range(i))}), walk(i)
"""


def check_recorded(tap, folder):
    """A recording is printed as the pstats file that it is converted to, but for the file's line."""
    program, trace, stats = (Path(folder) / name for name in ("p.py", "p.ncp", "p.prof"))
    program.write_text(RECORDED)
    for words in (("record", "-q", "-o", trace, "--", sys.executable, program),
                  ("convert", trace, "-o", stats)):
        done = run(*words)
        if done.returncode:
            tap.result("a recording", [done.stderr.decode()])
            return
    problems = []
    for what, key, strip in (("print_stats", "cumulative,nfl", False), ("print_stats", "stdname", True),
                             ("print_stats", "calls,nfl", False), ("print_callers", "nfl", False),
                             ("print_callees", "nfl", False)):
        made = ours(trace, what, strip, False, key.split(","), ("json|walk",))
        true = truth3(stats, what, strip, False, key.split(","), ("json|walk",))
        skip = 1 if what == "print_stats" else 0
        problems += first_difference(*(text.split("\n", skip)[-1] for text in (made, true)))
    tap.result("a recording, as its pstats file is printed", problems)


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        check_made(tap, folder, "odd.prof", MADE)
        check_made(tap, folder, "profile.prof", OLD)
        check_recorded(tap, folder)
    files = [*(CORPUS / "pstats").iterdir(), *(CORPUS / "yappi").glob("*.pstat")] if CORPUS.is_dir() else []
    for path in sorted(files):
        check_file(tap, path)
    if not files:
        tap.skip("pstats files of the corpus", "../shared/corpus is not there")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
