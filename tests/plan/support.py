"""What the tests of `ncprof plan` share: the scratch folder, plans, runs of the command."""
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "record"))
from common import (FOLDER, NCPROF, PYTHON, Skip, equal, expect, info, main, program, script,  # noqa
                    test)


def write_plan(plan, name="plan.json"):
    path = FOLDER / name
    path.write_text(plan if isinstance(plan, str) else json.dumps(plan, indent=2))
    return path


def read_plan(name="plan.json"):
    return json.loads((FOLDER / name).read_text())


def statuses(name="plan.json"):
    return {run["id"]: run.get("status", "pending") for run in read_plan(name)["runs"]}


def command(*words, **more):
    more.setdefault("timeout", 100)
    more.setdefault("cwd", FOLDER)
    return subprocess.run([NCPROF, "plan", *map(str, words)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, **more)


def start(*words, **more):
    return subprocess.Popen([NCPROF, "plan", *map(str, words)], cwd=FOLDER, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, **more)


def clean():
    """No results of an earlier test."""
    for old in (FOLDER / "profiling").glob("*"):
        old.unlink()


def environment(**more):
    return {**os.environ, **more}
