#!/usr/bin/env python3
"""Calls of classes: sys.monitoring tells of them, they are not listed, and their cost is taken off."""
import json

from support import NCPROF, Recording, Skip, TMP, Tap, each, run, version_of

PROGRAM = """
import os, threading
class Own:
    def __init__(self):
        for _ in ONCE: _ + 3 * 4 - 5
ONCE = (1,) * 40
def many():
    for _ in ONCE: range(3); str(_)
def none():
    for _ in ONCE: _ + 3 * 4 - 5; _ + 3 * 4 - 6
def own():
    Own()
def run():
    for _ in range(400): many(); none(); own()
thread = threading.Thread(target=run)
thread.start()
thread.join()
run()
if not os.fork():
    run()
    raise SystemExit
os.wait()
"""


def report(recording):
    text = run([NCPROF, "report", recording.trace, "--format", "json", "--limit", "0"]).stdout
    return {row["name"].split(".")[-1]: row for row in json.loads(text)["functions"]}


def record(python, own=()):
    path = TMP / "class_calls.py"
    path.write_text(PROGRAM)
    recording = Recording([python, str(path)], own=own)
    assert recording.status == 0, recording.err
    return recording


def metadata(recording):
    info = run([NCPROF, "info", recording.trace, "--format", "json"]).stdout
    return json.loads(info)["metadata"]


def taken_off(row):
    """ns a call"""
    return (row["raw_tottime"] - row["corrected_tottime"]) * 1e9 / row["ncalls"]


def cost_of_callers(python):
    if version_of(python) < (3, 12):
        raise Skip("it does not tell of calls of classes")
    recording = record(python)
    functions, costs = report(recording), metadata(recording)
    inside, each_ = (float(costs[f"cost.{key}"]) for key in ("python.inside", "class.outside"))
    outside = float(costs["cost.python.outside"])
    assert each_ > 0 and "cost.class.calls" not in costs, costs
    assert [functions[name]["ncalls"] for name in ("many", "none", "own")] == [1200] * 3, functions
    assert "range" not in functions and "str" not in functions, functions.keys()
    for name, expected in (("many", inside + 80 * each_), ("none", inside),
                           ("own", inside + outside + each_)):
        row = functions[name]
        least = min(expected, row["raw_tottime"] * 1e9 / row["ncalls"])  # never below nothing
        assert abs(taken_off(row) - least) <= 0.02 * least + 12, (name, taken_off(row), expected)
    assert "unrecorded call of a class " in recording.info(), recording.info()


def no_such_cost(own):
    def check(python):
        if not own and version_of(python) >= (3, 12):
            raise Skip("it tells of calls of classes")
        assert "cost.class.outside" not in metadata(record(python, own))
    return check


def main():
    tap = Tap()
    each(tap, "what callers of classes pay is taken off", cost_of_callers, ("3.12", "3.13", "3.14"))
    each(tap, "none where nothing is told", no_such_cost(()), ("system", "3.8"))
    each(tap, "none with --python-only", no_such_cost(("--python-only",)), ("system", "3.13"))
    tap.close()


main()
