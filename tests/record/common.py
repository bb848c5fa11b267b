"""What the tests of `ncprof record` share: a scratch folder, programs to be recorded."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tap import Skip, equal, expect, run, test  # noqa: E402, F401

NCPROF = os.path.abspath(os.environ.get("NCPROF", ".build/bin/ncprof"))
PYTHON = os.environ.get("PYTHON", sys.executable)
CC = os.environ.get("CC", "cc")
FOLDER = Path(tempfile.mkdtemp(prefix="record-"))
os.environ.pop("NCPROF_LIBDIR", None)


def main():
    def clean():
        for old in FOLDER.glob("*.ncp"):
            old.unlink()
    run(clean)
    shutil.rmtree(FOLDER, ignore_errors=True)


def record(*words, **more):
    """Runs `ncprof record WORDS` in the scratch folder."""
    more = {"timeout": 60, "stdin": subprocess.DEVNULL, **more}
    return subprocess.run([NCPROF, "record", *map(str, words)], cwd=FOLDER, capture_output=True,
                          text=True, **more)


def start(*words, **more):
    return subprocess.Popen([NCPROF, "record", *map(str, words)], cwd=FOLDER, text=True,
                            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                               "stderr": subprocess.PIPE, **more})


def ncprof(*words):
    result = subprocess.run([NCPROF, *map(str, words)], cwd=FOLDER, capture_output=True, text=True,
                            stdin=subprocess.DEVNULL, timeout=60)
    equal(result.returncode, 0, f"ncprof {' '.join(map(str, words))}: {result.stderr}")
    return result.stdout


def functions(trace):
    """name -> row of the report"""
    rows = json.loads(ncprof("report", trace, "--format", "json", "--limit", "0"))["functions"]
    return {row["name"]: row for row in rows}


def info(trace):
    return json.loads(ncprof("info", trace, "--format", "json"))


def traces():
    return sorted(path.name for path in FOLDER.glob("*.ncp"))


def program(name, source, *flags, suffix=".c"):
    """Compiles a program, once."""
    path = FOLDER / name
    if not path.exists():
        file = FOLDER / (name + suffix)
        file.write_text(source)
        subprocess.run([CC, "-O1", "-g", "-fno-inline", "-o", path, file, *flags], check=True)
    return path


def script(name, source, executable=False):
    path = FOLDER / name
    path.write_text(source)
    if executable:
        path.chmod(0o755)
    return path


FIB = r"""
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int main(int argc, char **argv)
{
    printf("%d\n", fib(argc > 1 ? atoi(argv[1]) : 15));
    fflush(stdout);
    if (argc > 3)
        raise(atoi(argv[3]));
    return argc > 2 ? atoi(argv[2]) : 0;
}
"""


def fib():
    return program("fib", FIB, "-finstrument-functions")


def fib_calls(n):
    a, b = 1, 1
    for _ in range(n):
        a, b = b, a + b + 1
    return a
