#!/usr/bin/env python3
"""What is at the edge: interpreters that cannot be recorded, flags, names of any kind, depth."""
import json
import os
import pwd
import shutil
from pathlib import Path

from support import NCPROF, Recording, Skip, TMP, Tap, each, run, version_of

ONLY = ("--python-only",)
NAMES = r'''
import os
namespace = {}
exec(compile("def n\u00e4m\u0065\u65b9\U0001d4d0(): return 1", "f\u00efle \u65b9.py", "exec"), namespace)
for function in list(namespace.values()):
    if callable(function):
        function()
def plain():
    pass
def changed(function, **names):
    if hasattr(function.__code__, "replace"):
        function.__code__ = function.__code__.replace(**names)
    return function
names = dict(co_name="lone \udcff surrogate", co_filename="file \ud800")
import sys
if sys.version_info >= (3, 11):
    names["co_qualname"] = names["co_name"]
changed(plain, **names)()
os.fspath("x")
os.path.join("a", "b")
'''
DEEP = """
import sys
sys.setrecursionlimit(100000)
def down(n):
    return down(n - 1) if n else 0
down(90000)
"""


INTERPRETERS = """
import importlib
try:
    interpreters = importlib.import_module("_interpreters")
except ImportError:
    interpreters = importlib.import_module("_xxsubinterpreters")
def f():
    pass
one = interpreters.create()
interpreters.run_string(one, '''
import json, threading
def g():
    pass
thread = threading.Thread(target=g)
thread.start()
thread.join()
''')
f()
interpreters.destroy(one)
f()
print("done")
"""


def old_interpreters():
    home = pwd.getpwuid(os.getuid()).pw_dir + "/.pyenv"
    found = {}
    for version in ("2.7", "3.6", "3.7"):
        for path in Path(home, "versions").glob(version + ".*/bin/python"):
            found[version] = str(path)
    return found


def unsupported(version):
    """Refused before it runs, or it runs as it would and a sentence says what is missing."""
    python = old_interpreters().get(version)
    if not python:
        raise Skip(f"no CPython {version} here")
    path = TMP / "old.py"
    path.write_text("import sys\nprint(sys.version_info[0])\nsys.exit(3)\n")
    recording = Recording([python, str(path)])
    refused = b"only CPython 3.8 and later can be recorded" in recording.err
    assert refused or b"the recorder needs CPython 3.8 or later" in recording.err, recording.err
    assert recording.out.strip() == (b"" if refused else version[:1].encode()), recording.out
    assert recording.status == (2 if refused else 3), recording.status
    assert b"Traceback" not in recording.err
    assert not recording.trace.exists()


def pypy():
    python = shutil.which("pypy3")
    if not python:
        raise Skip("no PyPy here")
    recording = Recording([python, "-c", "print(1)"])
    assert recording.status == 2 and b"is PyPy: only CPython 3.8" in recording.err, recording.err
    assert not recording.trace.exists()


def rows(recording):
    assert recording.status == 0, recording.err.decode()
    done = run([NCPROF, "report", recording.trace, "--format", "json", "--limit", "0"])
    return json.loads(done.stdout)["functions"]


def names(own):
    def check(python):
        path = TMP / "names.py"
        path.write_text(NAMES, encoding="utf-8")
        found = {(row["name"], row["file"]) for row in rows(Recording([python, str(path)], own=own))}
        assert ("n\u00e4me\u65b9A", "f\u00efle \u65b9.py") in found, sorted(found)[:40]
        lone = ("lone \\udcff surrogate", "file \\ud800") in found
        # Up to 3.10 functions go by the names that their module's code gave them.
        assert lone or ("plain", "file \\ud800") in found and version_of(python) < (3, 11)
        assert "join" in {name for name, _ in found}
    return check


def isolated(own):
    """-I, -S, -E: also what is frozen into the interpreter is called by its file."""
    def check(python):
        for flags in (["-I"], ["-S", "-E"], ["-I", "-X", "utf8"]):
            code = "import os, json\ndef f():\n  return json.dumps([os.path.join('a', 'b')])\nf()"
            found = rows(Recording([python, *flags, "-c", code], own=own))
            count = {row["name"]: row["ncalls"] for row in found}
            assert count["f"] == 1 and count["join"] == 1, count
            assert any((row["file"] or "").startswith("<frozen importlib") for row in found)
    return check


def deep(python):
    """As deep as the interpreter itself: since 3.11 calls take none of the machine's stack."""
    if version_of(python) < (3, 11):
        raise Skip("this interpreter overflows its own stack")
    path = TMP / "deep.py"
    path.write_text(DEEP)
    count = {row["name"]: row["ncalls"] for row in rows(Recording([python, str(path)]))}
    assert count["down"] == 90001, count


def interpreters(python):
    """The program runs as it would; that something is missing is said."""
    if version_of(python) < (3, 12):
        raise Skip("this interpreter's own are not ready")
    path = TMP / "interpreters.py"
    path.write_text(INTERPRETERS)
    for own in ((), ONLY):
        recording = Recording([python, str(path)], own=own)
        assert recording.status == 0 and recording.out == b"done\n", recording.err
        calls = {row["name"]: row["ncalls"] for row in rows(recording)}
        assert calls["f"] == 2 and "g" not in calls, calls
        assert own or "interpreters of its own" in recording.info(), recording.info()


def cost(own):
    def check(python):
        path = TMP / "cost.py"
        path.write_text("def f(): pass\nfor _ in range(300000): f()\n")
        recording = Recording([python, str(path)], own=own)
        assert b"recorder overhead ~" in recording.err, recording.err
        share = int(recording.err.partition(b"overhead ~")[2].split(b" ")[0])
        assert 0 < share < 100, recording.err
        assert "\noverhead     0." in recording.info(), recording.info()
        assert {row["name"]: row["ncalls"] for row in rows(recording)}["f"] == 300000
    return check


def main():
    tap = Tap()
    for version in ("2.7", "3.6", "3.7"):
        tap.test(f"CPython {version} is refused in words", unsupported, version)
    tap.test("PyPy is refused in words", pypy)
    for label, own in (("", ()), (", --python-only", ONLY)):
        each(tap, "names of any kind" + label, names(own))
        each(tap, "interpreters that ignore the environment" + label, isolated(own))
        each(tap, "what the recorder costs is said" + label, cost(own))
    each(tap, "interpreters that the program makes", interpreters)
    each(tap, "recursion 90,000 deep", deep)
    tap.close()


main()
