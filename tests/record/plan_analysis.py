#!/usr/bin/env python3
"""The plan of `make demo-scaling`, at small sizes, run for real and judged: what is quadratic in the
program is found by its calls, what is not is left alone, and the repaired program has nothing."""
import json
import os
import shutil
import subprocess
from pathlib import Path

from common import FOLDER, NCPROF, PYTHON, equal, expect, main, test

DEMO = Path("tests/demo").resolve()
WINDOWS = {"week": ("2024-09-02", "2024-09-08"), "four-weeks": ("2024-09-02", "2024-09-29"),
           "twenty-weeks": ("2024-09-02", "2025-01-19")}


def entry(name, phase, start, end, **more):
    return dict(id=name, phase=phase, start=start, end=end, status="pending", **more)


def make_plan(folder, program):
    folder.mkdir()
    for name in "backtest.py", "backtest_repaired.py":
        shutil.copy(DEMO / name, folder)
    plan = json.loads((DEMO / "backtest-plan.json").read_text())
    plan["command"][:2] = [PYTHON, program]
    first, last = WINDOWS["four-weeks"]
    plan["runs"] = [entry("cold", 0, first, last, cache="cold"),
                    entry("warm", 0, first, last, cache="warm")]
    plan["runs"] += [entry(name, 1, *window) for name, window in WINDOWS.items()]
    plan["runs"] += [entry("later", 1, "2025-02-01", "2025-02-28")]
    path = folder / "plan.json"
    path.write_text(json.dumps(plan, indent=2))
    return path


def plan(command, path, *words):
    environment = dict(os.environ, PLOT_PRICE="true")
    result = subprocess.run([NCPROF, "plan", command, path, *words], env=environment, text=True,
                            capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    equal(result.returncode, 0, f"plan {command}: {result.stderr}{result.stdout}")
    return result.stdout


_plans = {}


def measured(program):
    """The plan with all runs done but the last."""
    if program not in _plans:
        path = make_plan(FOLDER / program, program)
        for name in "cold", "warm", *WINDOWS:
            plan("run", path, "--run", name)
        _plans[program] = path
    return _plans[program]


def analysis(program, *words):
    return json.loads(plan("analyze", measured(program), "--format", "json", *words))


def classes(rows):
    return {row["name"]: row["class"]["ncalls"] for row in rows
            if "backtest" in (row["file"] or "")}


@test("cold against warm: the fetching is found, and the advice follows from the overhead")
def _():
    document = analysis("backtest.py", "--phase", "0")
    equal([(pair["cold"], pair["warm"]) for pair in document["pairs"]], [("cold", "warm")], "pairs")
    pair = document["pairs"][0]
    overhead = (pair["cold_total"] - pair["warm_total"]) / pair["warm_total"]
    expect(abs(pair["overhead"] - overhead) < 1e-12, f"overhead {pair['overhead']}")
    wanted = ("preload" if pair["overhead"] > 0.3 else
              "single runs" if pair["overhead"] < 0.1 else "repeat")
    equal(document["advice"], wanted, f"advice at {pair['overhead']}")
    only_cold = {row["name"] for row in pair["functions"] if row["warm"] is None}
    # Of fetch_day itself nothing may be left: all that it does is done by what it calls.
    expect("ticks" in only_cold and any(name.startswith("fetch_day") for name in only_cold),
           f"only in the cold run: {only_cold}")


@test("the quadratic function is told by its calls, the linear ones too")
def _():
    document = analysis("backtest.py", "--phase", "1")
    equal(document["sizes"], [7, 28, 140], "sizes")
    found = classes(document["functions"])
    equal(found["copy_row"], "quadratic", "copy_row")
    # A class is given from 0.1 % of the time on, which is the machine's affair; the exponent always is.
    exponents = {row["name"]: row["exponent"]["ncalls"]["value"] for row in document["functions"]}
    for name in "concat", "to_bar", "log_trade", "Backtest.keep":
        expect(abs(exponents[name] - 1) < 1e-9, f"{name}: {exponents[name]}")
        expect(found[name] in ("linear", None), f"{name}: {found[name]}")
    equal([run["id"] for run in document["not_measured"]], ["later"], "not measured")


@test("each size against the next, two by name, all against all")
def _():
    pairs = analysis("backtest.py", "--phase", "1")["pairs"]
    equal([(pair["a"], pair["b"]) for pair in pairs],
          [(["week"], ["four-weeks"]), (["four-weeks"], ["twenty-weeks"])], "steps")
    pair, = analysis("backtest.py", "--runs", "week", "twenty-weeks")["pairs"]
    equal(pair["size_ratio"], 20, "size ratio")
    row, = (row for row in pair["functions"] if row["name"] == "copy_row")
    bars = 6 * 7, 6 * 140
    copies = [count * (count + 1) // 2 for count in bars]
    equal(row["ratio"]["ncalls"], copies[1] / copies[0], "ratio of copy_row's calls")
    equal(len(analysis("backtest.py", "--compare")["pairs"]), 5 * 4 // 2, "all pairs")


@test("the report names the offender and the file opened for every bar, the same bytes each time")
def _():
    report = plan("report", measured("backtest.py"), "--phase", "1")
    section = report.split("Worst offenders")[1].split("Suspects")[0]
    expect("copy_row" in section, section)
    expect("- files: " in report and "later is not measured: pending" in report, report)
    equal(plan("report", measured("backtest.py"), "--phase", "1"), report, "second report")
    stop = json.loads(measured("backtest.py").read_text())["results"]["twenty-weeks"]["stopped"]
    expect(f"until {stop}" in report, report)


@test("the repaired program copies each row once, and no offender is left")
def _():
    rows = analysis("backtest_repaired.py", "--phase", "1")["functions"]
    copies, = (row for row in rows if row["name"] == "copy_row")
    expect(abs(copies["exponent"]["ncalls"]["value"] - 1) < 1e-9, str(copies))
    expect("quadratic" not in classes(rows).values(), str(classes(rows)))
    report = plan("report", measured("backtest_repaired.py"), "--phase", "1")
    expect("copy_row" not in report.split("Worst offenders")[1].split("Suspects")[0], report)


if __name__ == "__main__":
    main()
