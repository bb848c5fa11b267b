#!/usr/bin/python3
"""What YAPPI itself measures of the demo's backtest, kept as its users keep it, stands as the results of
a plan: statistics, tables of functions and of threads, judged against YAPPI's own numbers."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import Tap

PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
NCPROF = os.path.abspath(os.environ.get("NCPROF", ".build/bin/ncprof"))
DEMO = Path("tests/demo").resolve()
WINDOWS = {"week": "2024-09-08", "month": "2024-09-30", "quarter": "2024-11-30"}
DAYS = {"week": 7, "month": 29, "quarter": 90}
START = "2024-09-02"

RUNNER = """
import csv, json, sys, threading, yappi
import backtest
name, end, statistics = sys.argv[1], sys.argv[2], sys.argv[3] == "pstat"
sys.argv = ["backtest.py", "--start", "2024-09-02", "--end", end, "--data", "days"]
yappi.set_clock_type("wall")
yappi.start()
waiting = threading.Thread(target=sum, args=([1, 2],))
waiting.start()
waiting.join()
backtest.main(backtest.Backtest())
yappi.stop()
functions = yappi.get_func_stats()
if statistics:
    functions.save(f"profiling/{name}.wall.pstat", type="pstat")
else:
    with open(f"profiling/{name}.funcs.wall.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["name", "ncall", "tsub", "ttot", "tavg"])
        out.writerows([f.full_name, f.ncall, f.tsub, f.ttot, f.tavg] for f in functions)
threads = yappi.get_thread_stats()
with open(f"profiling/{name}.threads.wall.csv", "w", newline="") as file:
    out = csv.writer(file)
    out.writerow(["name", "id", "tid", "ttot", "scnt"])
    out.writerows([t.name, t.id, t.tid, t.ttot, t.sched_count] for t in threads)
calls = {f.name: f.ncall for f in functions if f.module.endswith("backtest.py")}
json.dump({"calls": calls, "threads": len(list(threads))}, open(f"{name}.json", "w"))
"""


def profile(folder):
    (folder / "profiling").mkdir()
    shutil.copy(DEMO / "backtest.py", folder)
    (folder / "run.py").write_text(RUNNER)
    subprocess.run([PYTHON, "backtest.py", "--preload", "--start", START, "--end",
                    WINDOWS["quarter"], "--data", "days"], cwd=folder, check=True)
    for name, end in WINDOWS.items():
        subprocess.run([PYTHON, "run.py", name, end, "pstat" if name == "month" else "csv"],
                       cwd=folder, check=True, stdout=subprocess.DEVNULL)
    runs = [dict(id=name, phase=1, start=START, end=end, status="done")
            for name, end in WINDOWS.items()]
    (folder / "plan.json").write_text(json.dumps({"runs": runs}))
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in WINDOWS}


def plan(folder, *words):
    return subprocess.run([NCPROF, "plan", *words], cwd=folder, check=True, capture_output=True,
                          text=True).stdout


def check_counts(folder, truth):
    """Ratios of calls of each pair of sizes are those of YAPPI's own counts."""
    problems = []
    pairs = json.loads(plan(folder, "analyze", "plan.json", "--compare", "--format", "json"))["pairs"]
    if len(pairs) != 3:
        problems.append(f"{len(pairs)} pairs")
    for pair in pairs:
        a, b = (truth[pair[side][0]]["calls"] for side in "ab")
        rows = {row["name"]: row for row in pair["functions"]
                if (row["file"] or "").endswith("backtest.py")}
        problems += [f"{name} is missing" for name in a.keys() & b.keys() - rows.keys()]
        problems += [f"{name}: {rows[name]['ratio']['ncalls']}, not {b[name]} / {a[name]}"
                     for name in a.keys() & b.keys() & rows.keys()
                     if abs(rows[name]["ratio"]["ncalls"] - b[name] / a[name]) > 1e-12]
    return problems


def check_growth(folder):
    document = json.loads(plan(folder, "analyze", "plan.json", "--phase", "1", "--format", "json"))
    found = {row["name"]: row["class"]["ncalls"] for row in document["functions"]}
    wanted = {"copy_row": "quadratic", "log_trade": "linear", "Backtest.keep": "linear"}
    problems = [f"{name}: {found.get(name)}" for name in wanted if found.get(name) != wanted[name]]
    if document["sizes"] != sorted(DAYS.values()):
        problems.append(f"sizes {document['sizes']}")
    return problems


def check_report(folder, truth):
    report = plan(folder, "report", "plan.json", "--phase", "1")
    threads = report.partition("Threads of quarter")[2].strip().splitlines()[1:]
    problems = [] if len(threads) == truth["quarter"]["threads"] else [report]
    if "copy_row" not in report.partition("Worst offenders")[2].partition("Suspects")[0]:
        problems.append(report)
    return problems


def main():
    if subprocess.run([PYTHON, "-c", "import yappi"], capture_output=True).returncode:
        print("1..1\nok 1 - a plan of YAPPI's results # SKIP YAPPI is not installed")
        return 0
    tap = Tap()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truth = profile(folder)
        tap.result("the calls in a plan's results are YAPPI's own", check_counts(folder, truth))
        tap.result("the quadratic function is found in YAPPI's tables", check_growth(folder))
        tap.result("the report has the offender and YAPPI's threads", check_report(folder, truth))
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
