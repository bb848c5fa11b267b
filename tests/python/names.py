#!/usr/bin/env python3
"""Functions are called by their qualified names, also where the interpreter does not know them."""
import json

from support import INTERPRETERS, NCPROF, PROGRAMS, Recording, Skip, TMP, Tap, each, run

# What was imported before the recorder began has no module code left to read the names from.
EARLY = """
import abc, codecs, io, os
os.environ.get("HOME")
os.path.join("a", "b")
os.fspath("x")
io.IncrementalNewlineDecoder
codecs.getincrementaldecoder("utf-8")().reset()
class A(metaclass=abc.ABCMeta):
    @abc.abstractmethod
    def f(self):
        class Local:
            def g(self):
                return [lambda: 1 for _ in "x"][0]
        return Local
class B(A):
    def f(self):
        global made
        def made():
            return 1
        return super().f()().g()()
B().f()
made()
isinstance(1, A)
"""
EXPECTED = {
    "_Environ.__getitem__", "Mapping.get", "join", "ABCMeta.__new__", "ABCMeta.__instancecheck__",
    "BufferedIncrementalDecoder.reset", "A", "A.f", "A.f.<locals>.Local", "A.f.<locals>.Local.g",
    "B.f", "made",
}
PYTHON_3_11 = INTERPRETERS.get("3.11")


def names(python, path):
    recording = Recording([python, str(path)])
    done = run([NCPROF, "report", recording.trace, "--format", "json", "--limit", "0"])
    rows = json.loads(done.stdout)["functions"]
    return {(row["file"], row["line"], row["name"], row["module"]) for row in rows if row["file"]}


def own_names(python):
    """The program's functions are named as 3.11 names them."""
    if not PYTHON_3_11:
        raise Skip("no CPython 3.11 to compare with")
    for name in ("classes", "functions", "errors", "generators", "tasks", "unicode"):
        path = PROGRAMS / f"{name}.py"
        seen, wanted = names(python, path), names(PYTHON_3_11, path)
        seen = {row for row in seen if row[0] == str(path)}
        wanted = {row for row in wanted if row[0] == str(path)}
        if name == "unicode":  # where names were replaced, 3.11 has two
            wanted = {row for row in wanted if row[1] != 14}
            seen = {row for row in seen if row[1] != 14}
        assert seen == wanted, f"{seen - wanted} instead of {wanted - seen}"
        assert len(seen) > 4


def early_names(python):
    path = TMP / "early.py"
    path.write_text(EARLY)
    seen = {name for _, _, name, _ in names(python, path)}
    assert EXPECTED <= seen, f"no {EXPECTED - seen} in {seen}"


def main():
    tap = Tap()
    each(tap, "names are qualified as in 3.11", own_names, ["3.8", "3.9", "3.10"])
    each(tap, "names of what was imported before", early_names)
    tap.close()


main()
