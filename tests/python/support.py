"""What the tests of the Python recorder share: interpreters, recordings, TAP."""
import ast
import atexit
import json
import os
import pwd
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
NCPROF = os.path.abspath(os.environ.get("NCPROF", ".build/bin/ncprof"))
VERSIONS = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}

_folder = tempfile.TemporaryDirectory(prefix="ncprof-python-")
atexit.register(_folder.cleanup)
TMP = Path(_folder.name)


class Tap:
    """Counts and prints; every test is a function that raises AssertionError or Skip."""

    def __init__(self):
        self.number = self.failed = 0

    def test(self, name, function, *arguments):
        self.number += 1
        try:
            function(*arguments)
        except Skip as reason:
            print(f"ok {self.number} - {name} # SKIP {reason}", flush=True)
        except Exception as error:  # whatever it is, the next test is to run
            self.failed += 1
            print(f"not ok {self.number} - {name}", flush=True)
            for line in (str(error) or repr(error)).splitlines():
                print(f"# {line}", flush=True)
        else:
            print(f"ok {self.number} - {name}", flush=True)

    def close(self):
        print(f"1..{self.number}")
        sys.exit(1 if self.failed else 0)


class Skip(Exception):
    pass


def find_interpreters():
    """Version ("3.8") to path of an interpreter, for every one that is found, and the system's."""
    found = {"system": os.environ.get("PYTHON", "/usr/bin/python3")}
    homes = [os.environ.get("PYENV_ROOT", ""), pwd.getpwuid(os.getuid()).pw_dir + "/.pyenv"]
    for home in homes:
        for path in sorted(Path(home, "versions").glob("3.*/bin/python3")):
            version = ".".join(path.parent.parent.name.split(".")[:2])
            if version in VERSIONS:
                found.setdefault(version, str(path))
    return found


INTERPRETERS = find_interpreters()


def each(tap, name, function, versions=("system", *VERSIONS)):
    """Runs function(python) for every interpreter; those that are not there are skipped."""
    for version in versions:
        tap.test(f"{name}, {version}", run_with, function, version)


def run_with(function, version):
    if version not in INTERPRETERS:
        raise Skip(f"no CPython {version} here")
    function(INTERPRETERS[version])


def version_of(python):
    text = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def environment(extra=None):
    return {**os.environ, **ENVIRONMENT, **(extra or {})}


def run(command, **options):
    options.setdefault("env", environment())
    return subprocess.run(command, capture_output=True, timeout=100, **options)


class Recording:
    """A command that was recorded: `status`, `out`, `err` of it, and the trace."""

    number = 0

    def __init__(self, command, own=(), **options):
        """`own`: options of ncprof record."""
        Recording.number += 1
        self.trace = TMP / f"{Recording.number}.ncp"
        done = run([NCPROF, "record", "--output", self.trace, *own, "--", *command], **options)
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    def counts(self):
        """(file, line, plain name) -> [ncalls, primitive calls]"""
        done = run([NCPROF, "report", self.trace, "--format", "json", "--limit", "0"])
        assert done.returncode == 0, done.stderr.decode()
        counts = {}
        for row in json.loads(done.stdout)["functions"]:
            name = row["name"] if not row["file"] else row["name"].rpartition(".")[2]
            count = counts.setdefault((row["file"] or "", row["line"] or 0, name), [0, 0])
            count[0] += row["ncalls"]
            count[1] += row["primitive_calls"]
        return counts

    def calls(self):
        """Plain name -> ncalls"""
        calls = Counter()
        for (_, _, name), (count, _) in self.counts().items():
            calls[name] += count
        return calls

    def total(self):
        """Seconds that were recorded."""
        done = run([NCPROF, "report", self.trace, "--format", "json"])
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)["profile"]["total"]

    def info(self):
        done = run([NCPROF, "info", self.trace])
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


def truth(python, command, **options):
    """What cProfile counts: label -> a list of [ncalls, primitive calls], one a function."""
    out = TMP / "truth"
    done = run([python, HERE / "truth.py", out, *command], **options)
    assert done.returncode == 0, done.stderr.decode()
    counts = {}
    for line in out.read_text(encoding="ascii").splitlines():
        file, first, name, calls, primitive = ast.literal_eval(line)
        name = ADDRESS.sub("", name).encode("utf-8", "backslashreplace").decode()
        counts.setdefault((file, first, name), []).append([calls, primitive])
    own = ("", 0, "<method 'disable' of '_lsprof.Profiler' objects>")
    counts[own] = [[calls - 1, primitive - 1] for calls, primitive in counts[own] if calls > 1]
    return {label: functions for label, functions in counts.items() if functions}


def assert_same(recorded, expected):
    """
    Every function, Python and C. cProfile names a C method after what its object's class has under
    that name, which need not be the method: two can share a label, and some are labelled by a
    Python function. The recorder tells them apart, so these are compared by method and counts.
    """
    recorded, wrong = dict(recorded), []
    for label, functions in sorted(expected.items()):
        total = [sum(column) for column in zip(*functions)]
        if recorded.get(label) == total:
            del recorded[label]
        elif not label[0] and (len(functions) > 1 or label not in recorded):
            for function in functions:
                same = [key for key in recorded if not key[0] and recorded[key] == function
                        and method_of(key) == method_of(label)]
                if same:
                    del recorded[same[0]]
                else:
                    wrong.append(f"{label}: not recorded, cProfile {function}")
        else:
            wrong.append(f"{label}: recorded {recorded.pop(label, None)}, cProfile {total}")
    wrong += [f"{label}: recorded {count}, not seen by cProfile"
              for label, count in recorded.items()]
    assert not wrong, "\n".join(wrong[:20])
    assert len(expected) > 1


def method_of(label):
    """append, of "<method 'append' of ...", "<built-in method append>" or "<function A.append>" """
    text = label[2].strip("<>").replace("built-in ", "").split(" ")
    return text[1].strip("'").rpartition(".")[2] if len(text) > 1 else label[2]
