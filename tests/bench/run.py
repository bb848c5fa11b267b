#!/usr/bin/env python3
"""Measures ncprof against its peers on this machine:  make bench [BENCH="native python load compare screen replay accuracy"]

BENCH="huge linear", minutes long, are measured only when they are asked for.

All variants of a row take turns within one run, so that a busy moment hits them alike; figures are
medians. Nothing is asserted: times belong to the machine, only the ratios travel. A row whose
workload or peer is missing says so.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import accuracy_table as accuracy
import linear

TOP = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("NCPROF_BENCH", TOP.parent / "shared" / "bench"))
TIMED = re.compile(rb"^T (\d+)", re.MULTILINE)


class Skip(Exception):
    """The row cannot be measured here; the text says why."""


class Run:
    """What one execution of a command took."""

    def __init__(self, command, **more):
        before = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
        self.errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.wall = time.perf_counter() - before
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mb = usage.ru_maxrss / 1024
        if process.returncode:
            tail = self.errors.decode(errors="replace").strip().splitlines()[-1:] or [""]
            raise Skip(f"{Path(str(command[0])).name} failed ({process.returncode}): {tail[0]}")
        timed = TIMED.search(self.errors)
        self.inside = int(timed[1]) / 1e9 if timed else None  # as the workload itself measured


def interleave(variants, rounds, slow=()):
    """variants: name -> function giving a Run; `slow` ones take part in the first round alone."""
    runs = {name: [] for name in variants}
    skipped = {}
    for number in range(rounds):
        for name, once in variants.items():
            if name in skipped or (number and name in slow):
                continue
            try:
                runs[name].append(once())
            except Skip as why:
                skipped[name] = str(why)
    return {name: list_ for name, list_ in runs.items() if name not in skipped}, skipped


def median(runs, attribute):
    return statistics.median(getattr(run, attribute) for run in runs)


def spread(runs, attribute):
    values = [getattr(run, attribute) for run in runs]
    return f"[{min(values):.3f}..{max(values):.3f}]"


def table(title, header, rows):
    print(f"\n## {title}\n")
    widths = [max(len(str(row[i])) for row in [header] + rows) for i in range(len(header))]
    for row in [header, ["-" * width for width in widths]] + rows:
        print("| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |")
    sys.stdout.flush()


def need_tool(name):
    if not shutil.which(name):
        raise Skip(f"{name} is not installed")


def need_file(path):
    if not path.exists():
        raise Skip(f"{path.name} is not there ({path.parent})")
    return path


def folder_bytes(path):
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def calls_in(ncprof, trace):
    import json
    text = subprocess.run([str(ncprof), "report", str(trace), "--format", "json", "--limit", "0"],
                          check=True, capture_output=True).stdout
    return sum(function["ncalls"] for function in json.loads(text)["functions"])


# ---- native: what a recorded call costs ----
HERE = Path(__file__).resolve().parent
HOOKS, PG = ["-finstrument-functions"], ["-pg"]
USED = re.compile(rb"^U (\d+) (\d+)", re.MULTILINE)


def native(options):
    shared, own = need_file(SHARED / "workload_native.c"), HERE / "jumps.c"
    need_tool("gcc")
    work = options.work
    for name, source, flags in (
            ("floor.so", HERE / "floor.c", ["-shared", "-fPIC"]), ("usage", HERE / "usage.c", []),
            *((f"{name}-{kind}", source, ["-fno-inline", "-fno-optimize-sibling-calls", *flags])
              for name, source in (("calls", shared), ("jumps", own))
              for kind, flags in (("plain", []), ("hooks", HOOKS), ("pg", PG)))):
        subprocess.run(["gcc", "-O2", "-w", *flags, "-o", work / name, source], check=True)
    for workload in (("fib", "calls", "f", 30), ("mix", "calls", "x", 60_000),
                     ("mid", "calls", "m", 4_000), ("jumps", "jumps", "j", 400_000)):
        table(f"Native, {workload[0]}: cost of a recorded call (ns a call: of the fastest rounds)",
              ["workload", "recorder", "time s", "min..max", "slow-down", "ns/call", "/ floor",
               "/ uftrace", "program CPU ns/call", "/ floor's", "bytes/call",
               "recorder CPU ns/call", "MB more in the program"],
              native_rows(options, *workload))


def used(run, peer=None):
    """Processor seconds of whom the program is recorded by, and the program's most memory, MB."""
    match = USED.search(run.errors)
    if not match:
        return None, None
    own = int(match[1]) / 1e9
    return (run.cpu - own if peer else None), int(match[2]) / 1024


def added_cpu(runs, calls):
    """By variant: processor ns a call more than unrecorded, of the cheapest rounds.

    What others on the machine take from the program is not in it, and neither is waiting."""
    least = {variant: min(int(found[1]) for found in matches)
             for variant, measured in runs.items()
             if all(matches := [USED.search(run.errors) for run in measured])}
    return {variant: (cpu - least["none"]) / calls for variant, cpu in least.items()
            if calls and variant != "none"}


def native_variants(options, name, program, arguments):
    work = options.work
    plain, hooks, pg = ([work / "usage", work / f"{program}-{kind}", *arguments]
                        for kind in ("plain", "hooks", "pg"))

    def ncprof(kind, command):
        return lambda: Run([options.ncprof, "record", "--force", "-o", work / f"{name}-{kind}.ncp",
                            "--", *command])

    def uftrace(kind, command):
        def once():
            need_tool("uftrace")
            data = work / f"{name}-{kind}.uftrace"
            shutil.rmtree(data, ignore_errors=True)
            return Run(["uftrace", "record", "--no-libcall", "-d", data, *command[1:]])
        return once

    def callgrind():
        need_tool("valgrind")
        return Run(["valgrind", "-q", "--tool=callgrind",
                    f"--callgrind-out-file={work / 'callgrind.out'}", *plain[1:]])

    floor = dict(os.environ, LD_PRELOAD=str(work / "floor.so"))
    return {
        "none": lambda: Run(plain),
        "hooks compiled in, not recorded": lambda: Run(hooks),
        "floor: two clock reads, two stores": lambda: Run(hooks, env=floor),
        "ncprof record": ncprof("hooks", hooks),
        "ncprof record, -pg": ncprof("pg", pg),
        "gprof, -pg: counts and samples": lambda: Run(pg[1:], cwd=work),
        "uftrace record": uftrace("hooks", hooks),
        "uftrace record, -pg": uftrace("pg", pg),
        "callgrind: instructions, no times": callgrind,
    }


def native_rows(options, name, program, letter, size):
    work = options.work
    runs, skipped = interleave(native_variants(options, name, program, [letter, str(size)]),
                               options.rounds)
    fastest = {variant: min(run.inside for run in measured) for variant, measured in runs.items()}
    plain = fastest["none"]
    calls = calls_in(options.ncprof, work / f"{name}-hooks.ncp") if "ncprof record" in runs else 0
    added = {variant: (inside - plain) / calls * 1e9 if calls else 0
             for variant, inside in fastest.items()}
    floor = added.get("floor: two clock reads, two stores")
    peer = min((cost for variant, cost in added.items() if variant.startswith("uftrace")),
               default=None)
    files = {"ncprof record": work / f"{name}-hooks.ncp", "ncprof record, -pg": work / f"{name}-pg.ncp",
             "uftrace record": work / f"{name}-hooks.uftrace",
             "uftrace record, -pg": work / f"{name}-pg.uftrace"}
    unrecorded = min(used(run)[1] for run in runs["none"])
    busy = added_cpu(runs, calls)
    least = busy.get("floor: two clock reads, two stores")
    rows = []
    for variant, measured in runs.items():
        own = variant.startswith("ncprof")
        ratio = own or variant.startswith("uftrace")
        path = files.get(variant)
        bytes_ = (folder_bytes(path) if path.is_dir() else path.stat().st_size) if path else 0
        recorder = min(used(run, True)[0] for run in measured) if own else None
        more = max(used(run)[1] for run in measured) - unrecorded if own else None
        rows.append([
            f"{name} {calls / 1e6:.1f} M calls", variant, f"{median(measured, 'inside'):.3f}",
            spread(measured, "inside"), f"{median(measured, 'inside') / median(runs['none'], 'inside'):.2f}x",
            f"{added[variant]:.1f}", f"{added[variant] / floor:.2f}" if floor and ratio else "-",
            f"{added[variant] / peer:.2f}" if peer and ratio else "-",
            f"{busy[variant]:.1f}" if variant in busy else "-",
            f"{busy[variant] / least:.2f}" if own and least and variant in busy else "-",
            f"{bytes_ / calls:.2f}" if bytes_ and calls else "-",
            f"{recorder / calls * 1e9:.1f}" if own and calls else "-",
            f"{more:.1f}" if own else "-"])
    rows += [[name, variant, "SKIP", why, *["-"] * 9] for variant, why in skipped.items()]
    return rows


# ---- Python: overhead against cProfile and YAPPI on the same interpreter ----
PYTHON = ("workload_fib.py", "workload_oo.py", "workload_std.py")


FLOORS = {"floor: hooks that do nothing": (0, 0), "floor: hooks that read the clock": (0, 1),
          "floor, Python functions only: nothing": (1, 0),
          "floor, Python functions only: the clock": (1, 1)}


def python(options):
    rows = []
    compile_floor(options)
    for script in PYTHON:
        rows += python_rows(options, need_file(SHARED / script))
    version = subprocess.run([options.python, "-V"], capture_output=True, text=True, check=True)
    table(f"Python, {version.stdout.strip()}: overhead against cProfile",
          ["workload", "profiler", "time s", "min..max", "slow-down", "overhead / cProfile",
           "of the fastest", "ns/call added", "bytes/call"], rows)


def compile_floor(options):
    """Where this fails the floors' rows say so."""
    flags = subprocess.run(["pkg-config", "--cflags", "python3"], check=False, capture_output=True,
                           text=True)
    subprocess.run(["gcc", "-O2", "-w", "-shared", "-fPIC", *flags.stdout.split(), "-o",
                    options.work / "floor_python.abi3.so", HERE / "floor_python.c"], check=False)


def floors(options, script):
    def once(python_only, clock):
        return lambda: Run([options.python, HERE / "floor_python.py", options.work, python_only,
                            clock, script])
    return {name: once(*how) for name, how in FLOORS.items()}


def python_rows(options, script):
    work, interpreter = options.work, options.python
    trace, stats = work / (script.stem + ".ncp"), work / (script.stem + ".prof")
    only = work / (script.stem + "-python.ncp")
    variants = {
        "none": lambda: Run([interpreter, script]),
        "cProfile": lambda: Run([interpreter, "-m", "cProfile", "-o", stats, script]),
        "yappi wall": lambda: Run([interpreter, "-m", "yappi", "-b", "-c", "wall", "-o",
                                   work / "yappi.out", script]),
        "ncprof record": lambda: Run([options.ncprof, "record", "--force", "-o", trace, "--",
                                      interpreter, script]),
        "ncprof record --python-only": lambda: Run([
            options.ncprof, "record", "--python-only", "--force", "-o", only, "--", interpreter,
            script]),
        **floors(options, script),
    }
    runs, skipped = interleave(variants, options.rounds)
    plain = median(runs["none"], "inside")
    theirs = median(runs["cProfile"], "inside") - plain if "cProfile" in runs else None
    fastest = {variant: min(run.inside for run in measured) for variant, measured in runs.items()}
    most = fastest["cProfile"] - fastest["none"] if "cProfile" in runs else None
    calls = calls_in(options.ncprof, trace) if "ncprof record" in runs else 0
    python_calls = calls_in(options.ncprof, only) if only.exists() else 0
    own = {"ncprof record": (trace, calls), "ncprof record --python-only": (only, python_calls)}
    rows = []
    for variant, measured in runs.items():
        inside = median(measured, "inside")
        added = inside - plain
        file, recorded = own.get(variant, (None, calls))
        rows.append([
            script.stem.removeprefix("workload_") + f" {calls / 1e6:.2f} M calls", variant,
            f"{inside:.3f}", spread(measured, "inside"), f"{inside / plain:.2f}x",
            f"{added / theirs:.2f}" if theirs else "-",
            f"{(fastest[variant] - fastest['none']) / most:.2f}" if most else "-",
            f"{added / recorded * 1e9:.0f}" if recorded else "-",
            f"{file.stat().st_size / recorded:.2f}" if file and recorded else "-"])
    rows += [[script.stem, variant, "SKIP", why, *["-"] * 5]
             for variant, why in skipped.items()]
    return rows


# ---- loading: the first table of a large file ----
PSTATS_LOOP = """
import pstats, sys
pstats.Stats(sys.argv[1]).sort_stats("tottime").print_stats(20)
"""

FOLDED_LOOP = """
import sys
self_, total = {}, {}
with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
    for line in file:
        stack, _, count = line.rstrip("\\n").rpartition(" ")
        frames, count = stack.split(";"), int(count)
        self_[frames[-1]] = self_.get(frames[-1], 0) + count
        for frame in set(frames):
            total[frame] = total.get(frame, 0) + count
for name in sorted(self_, key=self_.get, reverse=True)[:20]:
    print(self_[name], total[name], name)
"""


def generated(options, generator, name, *arguments):
    """A large input, made once and kept in the build folder."""
    path = TOP / ".build" / "bench" / name
    if not path.exists():
        script = need_file(SHARED / generator)
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([options.python, str(script), str(path), *arguments], check=True,
                       stdout=subprocess.DEVNULL)
    return path


def grown(options, size):
    """The 100,000 functions as of a run `size` times as large; the name says the size."""
    path = TOP / ".build" / "bench" / f"functions100k@n={size}.prof"
    if not path.exists():
        source = generated(options, "gen_pstats100k.py", "functions100k.prof")
        subprocess.run([options.python, str(TOP / "tests" / "bench" / "grow.py"), str(source),
                        str(path), str(size)], check=True)
    return path


def unpacked(options, name):
    """A file of the shared folder without its .zst."""
    out = options.work / name
    if not out.exists():
        need_tool("zstd")
        subprocess.run(["zstd", "-dqf", need_file(SHARED / f"{name}.zst"), "-o", out], check=True)
    return out


PERF_LOOP = """
import sys
stacks, comm, frames = {}, "", []
for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
    if line[:1] in " \\t" and line.strip():
        frames.append(line.split(None, 1)[1].rpartition(" (")[0].partition("+0x")[0])
    elif line.strip():
        comm = line.split()[0]
    elif frames:
        stack = ";".join([comm, *reversed(frames)])
        stacks[stack] = stacks.get(stack, 0) + 1
        frames = []
for stack in stacks:
    print(stack, stacks[stack])
"""

NODE_PARSE = "JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8')).traceEvents.length"


class Case:
    """A large file, and who else reads it: peers do the same or less, a floor is a part of it."""

    def __init__(self, what, file, aim, peers=None, floors=None, slow=()):
        self.what, self.file, self.aim, self.slow = what, file, aim, slow
        self.peers, self.floors = peers or {}, floors or {}


def load_cases(options):
    def tool(*words):
        def run(file):
            need_tool(words[0])
            return Run([*words, file])
        return run

    def python(loop):
        return tool(options.python, "-c", loop)

    floor = options.work / "floor_load"
    subprocess.run(["gcc", "-O2", "-w", "-D_GNU_SOURCE", HERE / "floor_load.c", "-o", floor], check=True)
    mb = str(options.mb)
    yield lambda: Case(
        "pstats, 100,000 functions", generated(options, "gen_pstats100k.py", "functions100k.prof"),
        "1/12", {"Python pstats": python(PSTATS_LOOP)})
    yield lambda: Case(
        "callgrind, 26.7 MB", unpacked(options, "python3-instr.callgrind.out"), "1/60",
        {"callgrind_annotate": tool("callgrind_annotate", "--auto=no")}, slow=["callgrind_annotate"])
    yield lambda: Case(
        f"folded stacks, {mb} MB", generated(options, "gen_folded.py", f"stacks{mb}.folded", mb), "1.6 x",
        {"flamegraph.pl": tool("flamegraph.pl"), "a Python loop": python(FOLDED_LOOP)},
        {"floor: stacks added up in C": tool(floor, "stacks")}, ["flamegraph.pl"])
    yield lambda: Case(
        f"Chrome trace, {mb} MB", generated(options, "gen_chrome.py", f"trace{mb}.json", mb), "6 x",
        {"node JSON.parse": tool("node", "-e", NODE_PARSE)},
        {"floor: bytes looked at in C": tool(floor, "bytes")})
    yield lambda: Case(
        "perf script, 23 MB", unpacked(options, "big.perf.txt"), "1/8",
        {"stackcollapse-perf.pl": tool("stackcollapse-perf.pl"), "a Python loop": python(PERF_LOOP)})
    yield lambda: Case(
        "pprof, 15 MB packed", generated(options, "gen_pprof.py", "samples400k.pb.gz", "400000"), "4 x",
        {"go tool pprof -top": tool("go", "tool", "pprof", "-top")},
        {"floor: gzip -d": tool("gzip", "-dc")}, ["go tool pprof -top"])


def load_rows(options, case):
    """Of the fastest rounds; ncprof's time is so many times a floor's, or a part of a peer's."""
    own = "ncprof report"
    variants = {own: lambda: Run([options.ncprof, "report", case.file, "--limit", "20"])}
    variants |= {name: lambda once=once: once(case.file)
                 for name, once in (case.peers | case.floors).items()}
    runs, skipped = interleave(variants, options.rounds, case.slow)

    def ratio(name, attribute):
        if name == own or own not in runs:
            return "-"
        ours, theirs = (min(getattr(run, attribute) for run in runs[key]) for key in (own, name))
        return f"{ours / theirs:.2f} x" if name in case.floors else f"1/{theirs / ours:.1f}"

    rows = [[case.what, name, f"{median(measured, 'wall'):.3f}", spread(measured, "wall"),
             f"{min(run.cpu for run in measured):.3f}",
             f"{max(run.peak_mb for run in measured):.0f}", ratio(name, "wall"), ratio(name, "cpu"),
             case.aim if name == own else ""] for name, measured in runs.items()]
    return rows + [[case.what, name, "SKIP", why, *["-"] * 4, ""] for name, why in skipped.items()]


def load(options):
    rows = []
    for make in load_cases(options):
        try:
            rows += load_rows(options, make())
        except Skip as why:
            rows.append(["-", "-", "SKIP", str(why), *["-"] * 4, ""])
    table("Load and print the 20 heaviest functions",
          ["file", "program", "wall s", "min..max", "least CPU s", "peak MB", "ncprof's time of it",
           "and CPU time", "aim"], rows)


# ---- two runs, and ten ----
DIFF_LOOP = """
import pstats, sys
a, b = (pstats.Stats(name).stats for name in sys.argv[1:3])
rows = [(b[f][3] - a[f][3], a[f][3], b[f][3], f) for f in a.keys() & b.keys()]
for row in sorted(rows, key=lambda row: abs(row[0]), reverse=True)[:20]:
    print(*row)
"""

SCALING_LOOP = """
import math, pstats, sys
sizes = [float(name.rpartition("@n=")[2].removesuffix(".prof")) for name in sys.argv[1:]]
runs = [pstats.Stats(name).stats for name in sys.argv[1:]]
logs = [math.log(size) for size in sizes]
mean = sum(logs) / len(logs)
rows = []
for function in runs[0]:
    times = [run[function][3] for run in runs if function in run]
    if len(times) < len(runs) or min(times) <= 0:
        continue
    slope = (sum((x - mean) * math.log(time) for x, time in zip(logs, times))
             / sum((x - mean) ** 2 for x in logs))
    rows.append((slope, times[-1], function))
for row in sorted(rows, reverse=True)[:20]:
    print(*row)
"""


def compare_rows(options, what, peer, loop, command, files):
    variants = {
        peer: lambda: Run([options.python, "-c", loop, *files]),
        f"ncprof {command}": lambda: Run([options.ncprof, command, *files, "--limit", "20"]),
    }
    runs, skipped = interleave(variants, options.rounds)
    base = median(runs[peer], "wall") if peer in runs else None
    rows = [[what, variant, f"{median(measured, 'wall'):.3f}", spread(measured, "wall"),
             f"{median(measured, 'cpu'):.3f}",
             f"{base / median(measured, 'wall'):.1f}x" if base else "-",
             f"{median(measured, 'peak_mb'):.0f}"] for variant, measured in runs.items()]
    return rows + [[what, variant, "SKIP", why, "-", "-", "-"] for variant, why in skipped.items()]


def compare(options):
    runs = [grown(options, size) for size in range(1, 11)]
    rows = compare_rows(options, "2 x 100,000 functions (aim: 0.150 s)",
                        "Python pstats, subtracted", DIFF_LOOP, "diff", [runs[0], runs[-1]])
    rows += compare_rows(options, "10 x 100,000 functions (aim: 1 s)",
                         "Python pstats, a line through each", SCALING_LOOP, "scaling", runs)
    table("Compare whole runs and print 20 rows",
          ["files", "program", "wall s", "min..max", "CPU s", "faster", "peak MB"], rows)


# ---- the browser: how long a key takes to be on the screen ----
def screen(options):
    file = generated(options, "gen_pstats100k.py", "functions100k.prof")
    keys = {"start and draw": ("", 0), "cursor down": ("j" * 2000, 2000),
            "reverse the order": ("r" * 50, 50), "sort by another column": ("cu" * 25, 50),
            "a letter of a filter, typed or taken back": ("/" + "f<Backspace>" * 20, 40)}
    once = {name: lambda text=text: Run([options.ncprof, "--keys", text, "--dump", "80x24", file])
            for name, (text, _) in keys.items()}
    runs, skipped = interleave(once, min(options.rounds, 3))
    start = median(runs["start and draw"], "cpu") if "start and draw" in runs else None
    rows = []
    for name, measured in runs.items():
        cpu = median(measured, "cpu")
        presses = keys[name][1]
        press = f"{(cpu - start) / presses * 1e3:.2f} ms" if presses and start else "-"
        rows.append([name, f"{cpu:.3f}", spread(measured, "cpu"), press])
    rows += [[name, "SKIP", why, "-"] for name, why in skipped.items()]
    table("Browser, 100,000 functions, 80x24: CPU time of a key press and its screen",
          ["what", "CPU s", "min..max", "a press"], rows)


# ---- replaying events: what a part of a recording needs ----
def replay(options):
    source = need_file(SHARED / "workload_native.c")
    need_tool("gcc")
    program, trace = options.work / "replayed", options.work / "replayed.ncp"
    subprocess.run(["gcc", "-O2", "-w", "-fno-inline", "-fno-optimize-sibling-calls",
                    "-finstrument-functions", source, "-o", program], check=True)
    rows = []
    for name, letter, size in (("fib", "f", 31), ("mix", "x", 100_000)):
        Run([options.ncprof, "record", "--force", "-o", trace, "--", program, letter, str(size)])
        once = {"sums": lambda: Run([options.ncprof, "report", trace]),
                "events": lambda: Run([options.ncprof, "report", trace, "--range", "0s.."])}
        runs, _ = interleave(once, options.rounds)
        calls = calls_in(options.ncprof, trace)
        least = {key: min(run.cpu for run in measured) for key, measured in runs.items()}
        rows.append([f"{name} {calls / 1e6:.1f} M calls", f"{least['sums']:.3f}",
                     f"{least['events']:.3f}",
                     f"{2 * calls / (least['events'] - least['sums']) / 1e6:.0f}"])
    table("Report of all of a recording, from its sums and from its events: CPU time, the least",
          ["workload", "sums s", "events s", "M events/s"], rows)


# ---- a trace of a thousand million calls: minutes, only when it is asked for ----
HUGE = (("fib, one thread", ("f", "43")), ("mix, two processes", ("x", "2000000")))


def huge(options):
    source = need_file(SHARED / "workload_native.c")
    need_tool("gcc")
    program = options.work / "huge"
    subprocess.run(["gcc", "-O2", "-w", "-fno-inline", "-fno-optimize-sibling-calls",
                    "-finstrument-functions", source, "-o", program], check=True)
    rows = [huge_row(options, program, name, arguments) for name, arguments in HUGE]
    table("Large traces, recorded and opened", ["workload", "calls", "recorded in s", "peak MB",
                                                "trace MB", "bytes/call", "report s",
                                                "first screen s", "report of a second, s"], rows)


def huge_row(options, program, name, arguments):
    trace = options.work / "huge.ncp"
    command = [program, *arguments]
    if "two" in name:
        both = f"{program} {' '.join(arguments)}"
        command = ["sh", "-c", f"{both} & {both}; wait"]
    recorded = Run([options.ncprof, "record", "--force", "-o", trace, "--", *command])
    once = {"report": lambda: Run([options.ncprof, "report", trace]),
            "screen": lambda: Run([options.ncprof, "--keys", "", "--dump", "80x24", trace]),
            "range": lambda: Run([options.ncprof, "report", trace, "--range", "5s..6s"])}
    runs, skipped = interleave(once, options.rounds)
    calls, size = calls_in(options.ncprof, trace), trace.stat().st_size
    took = [f"{median(runs[key], 'wall'):.3f}" if key in runs else skipped[key] for key in once]
    return [name, f"{calls / 1e6:.0f} M", f"{recorded.wall:.1f}", f"{recorded.peak_mb:.0f}",
            f"{size / 1e6:.1f}", f"{size / calls:.3f}", *took]


GROUPS = {"native": native, "python": python, "load": load, "compare": compare,
          "screen": screen, "replay": replay,
          "accuracy": accuracy.table_of_all, "huge": huge,
          "linear": linear.table_of_all}
LONG = ("huge", "linear")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ncprof", default=".build/bin/ncprof", type=lambda p: Path(p).resolve())
    parser.add_argument("--python", default="/usr/bin/python3")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mb", type=int, default=200, help="of the folded stacks and the Chrome trace")
    parser.add_argument("group", nargs="*", default=[name for name in GROUPS if name not in LONG],
                        help=" ".join(GROUPS))
    options = parser.parse_args()
    options.table, options.skip = table, Skip
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    print(f"{model[1] if model else 'unknown processor'}, {os.cpu_count()} CPUs, Linux {os.uname().release},"
          f" medians of {options.rounds} interleaved rounds")
    with tempfile.TemporaryDirectory(prefix="ncprof-bench-") as folder:
        options.work = Path(folder)
        for name in options.group:
            try:
                GROUPS[name](options)
            except Skip as why:
                print(f"\n## {name}\n\nSKIP {why}")


if __name__ == "__main__":
    main()
