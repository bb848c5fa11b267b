"""How near to the truth recorders come: the programs accuracy.c and accuracy.py, recorded by each.

What is compared: the worst share of a function in the program's own (self) times, and the sum of
these against the unrecorded run's, in units of the pace that the program measured itself.
"""
import json
import re
import shutil
import statistics
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
PSTATS = ("import pstats,sys,json; print(json.dumps({f'{key[2]}': value[2] for key, value in "
          "pstats.Stats(sys.argv[1]).stats.items()}))")
UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{Path(str(command[0])).name}: {done.stderr.strip()[-200:]}")
    return done


def numbers(text):
    found = {key: float(value) for key, value in re.findall(r"^([TP]) (\d+)", text, re.M)}
    truth = {name: float(value) for name, value in re.findall(r"^I (\S+) (\d+)", text, re.M)}
    return found["T"], found["P"], truth


def with_ncprof(options, command, metric, *more):
    trace = options.work / "accuracy.ncp"
    errors = run(options.ncprof, "record", "--force", "-o", trace, *more, "--",
                 *command).stderr
    rows = json.loads(run(options.ncprof, "report", trace, "--format", "json", "--limit", "0",
                          "--metric", metric).stdout)["functions"]
    return numbers(errors)[1], {row["name"].split(".")[-1]: row["tottime"] for row in rows}


def with_uftrace(options, command):
    data = options.work / "accuracy.uftrace"
    shutil.rmtree(data, ignore_errors=True)
    errors = run("uftrace", "record", "--no-libcall", "-d", data, *command).stderr
    text = run("uftrace", "report", "--no-pager", "-d", data, "-f", "self,call").stdout
    times = {name: float(value) * UNITS[unit] for value, unit, name in
             re.findall(r"^\s*([\d.]+) +(ns|us|ms|s) +\d+ +(\S+)", text, re.M)}
    return numbers(errors)[1], times


def with_callgrind(options, command):
    out = options.work / "callgrind.out"
    run("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *command)
    text = run("callgrind_annotate", "--threshold=100", out).stdout
    return None, {name: float(value.replace(",", "")) for value, name in
                  re.findall(r"^ *([\d,]+) \([^)]*\) +\S*?:(\w+)", text, re.M)}


def with_cprofile(options, command):
    out = options.work / "accuracy.prof"
    errors = run(command[0], "-m", "cProfile", "-o", out, *command[1:]).stderr
    return numbers(errors)[1], json.loads(run(command[0], "-c", PSTATS, out).stdout)


def measure(options, plain, recorders):
    """By recorder: total against the unrecorded run's, worst share; medians."""
    results = {name: [] for name in recorders}
    why = {}
    for _ in range(options.rounds):
        took, pace, truth = numbers(run(*plain).stderr)
        truth.setdefault("work", max(0.0, took - sum(truth.values())))
        for name, record in recorders.items():
            try:
                pace_then, times = record()
            except (RuntimeError, OSError) as error:
                why[name] = str(error)
                continue
            all_times, all_truth = sum(times.get(f, 0) for f in truth), sum(truth.values())
            share = max(abs(100 * (times.get(f, 0) / all_times - truth[f] / all_truth))
                        for f in truth)
            total = all_times * 1e9 / pace_then / (took / pace) - 1 if pace_then else None
            results[name].append((total, share))
    return results, why


def rows_of(results, why):
    rows = []
    for name, measured in results.items():
        if not measured:
            rows.append([name, "SKIP", why.get(name, "")])
            continue
        totals = [total for total, _ in measured if total is not None]
        total = f"{100 * statistics.median(totals):+.1f} %" if totals else "-"
        rows.append([name, total, f"{statistics.median(share for _, share in measured):.1f}"])
    return rows


HEADER = ["recorder", "total", "worst share off by, points"]


def interpreters(options):
    """The one that was asked for and, where it is another version, 3.13, which has other hooks."""
    asked, others = [options.python], [shutil.which("python3.13") or ""]
    others += sorted(str(path) for path in Path.home().glob(".pyenv/versions/3.13*/bin/python3.13"))
    for other in others:
        done = subprocess.run([other, "-c", ""], check=False, capture_output=True) if other else None
        if done and done.returncode == 0:
            return [*asked, other]
    return asked


def of_python(options, interpreter):
    script = [interpreter, HERE / "accuracy.py", "60"]
    if run(interpreter, "-c", "import sys; print(sys.version_info[:2] < (3, 12))").stdout == "True\n":
        more = {"ncprof --python-only": lambda: with_ncprof(options, script, "wall", "--python-only")}
    else:
        more = {}
    recorders = {
        "ncprof": lambda: with_ncprof(options, script, "wall"),
        "the same, raw": lambda: with_ncprof(options, script, "raw"),
        **more,
        "cProfile": lambda: with_cprofile(options, script),
    }
    version = run(interpreter, "-V").stdout.strip()
    options.table(f"Accuracy, {version}: calls of 200 ns to 1 ms, up to 49 deep", HEADER,
                  rows_of(*measure(options, [*script, "--truth"], recorders)))


def table_of_all(options):
    work, source = options.work, HERE / "accuracy.c"
    flags = ["-O2", "-fno-optimize-sibling-calls"]
    for name, more in ("plain", []), ("hooks", ["-finstrument-functions"]), ("pg", ["-pg"]):
        run("gcc", *flags, *more, "-o", work / name, source)
    hooks, pg = [work / "hooks", "200"], [work / "pg", "200"]
    recorders = {
        "ncprof, -finstrument-functions": lambda: with_ncprof(options, hooks, "wall"),
        "the same, raw": lambda: with_ncprof(options, hooks, "raw"),
        "ncprof, -pg": lambda: with_ncprof(options, pg, "wall"),
        "the same, raw ": lambda: with_ncprof(options, pg, "raw"),
        "uftrace, -pg": lambda: with_uftrace(options, pg),
        "callgrind, instructions": lambda: with_callgrind(options, [work / "plain", "20"]),
    }
    options.table("Accuracy, native: 290,000 calls of 50 ns to 1 ms, up to 50 deep", HEADER,
                  rows_of(*measure(options, [work / "plain", "200"], recorders)))
    for interpreter in interpreters(options):
        of_python(options, interpreter)
