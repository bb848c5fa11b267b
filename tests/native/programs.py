#!/usr/bin/python3
"""Programs that count their own calls, instrumented in every way: the recording has the same counts."""

import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from native import (PROGRAMS, WAYS, Tap, base_name, compile_program, differences, folder, record,
                    report, run, tallies)

# Program, exit status. Signals show as a shell shows them.
CASES = [
    ("exceptions.cpp", 0),
    ("jumps.c", 0),
    ("tails.c", 0),
    ("inlines.c", 0),
    ("signals.c", 0),
    ("threads.c", 0),
    ("deep.c", 0),
    ("forks.c", 0),
    ("coroutines.c", 0),
    ("statics.cpp", 0),
    ("registers.c", 0),
    ("pauses.c", 0),
    ("aborts.c", 128 + 6),
    ("backtraces.c", 0),
]


def build(source, way, level, place):
    """A program with its tally; the tally itself is not instrumented."""
    out = os.path.join(place, f"{source}.{way}.{level}")
    flags = [*WAYS[way], f"-O{level}"]
    if source != "tails.c":
        flags.append("-fno-optimize-sibling-calls")  # makes loops of recursions
    if source == "registers.c" and "avx2" in open("/proc/cpuinfo", encoding="utf-8").read():
        flags.append("-mavx2")
    compile_program([os.path.join(PROGRAMS, source), os.path.join(PROGRAMS, "tally.c")], out, flags)
    return out


def build_clang(source, place):
    """clang calls the hooks of -finstrument-functions from other places of a function."""
    out = os.path.join(place, f"{source}.clang")
    sources = [os.path.join(PROGRAMS, name) for name in (source, "tally.c")]
    compile_program(sources, out, [*WAYS["calls"], "-O2", "-fno-optimize-sibling-calls"],
                    ("clang", "clang++"))
    return out


def build_dlopen(way, level, place):
    """A program that finds two libraries by its RUNPATH."""
    flags = [*WAYS[way], f"-O{level}"]
    library = os.path.join(PROGRAMS, "library.c")
    for name in ("first", "second"):
        run(["gcc", "-w", "-shared", "-fPIC", *flags, f"-DNAME(x)={name}_##x", library, "-o",
             os.path.join(place, f"lib{name}.so")])
    out = os.path.join(place, f"dlopen.{way}.{level}")
    sources = [os.path.join(PROGRAMS, name) for name in ("dlopen.c", "tally.c")]
    compile_program(sources, out, [*flags, "-Wl,--enable-new-dtags", f"-Wl,-rpath,{place}"])
    return out


def words(output):
    """What a program says but for its tally."""
    return [line for line in output.splitlines() if not line.startswith("tally ")]


def check(tap, name, program, status, place):
    """Same status, same output, same counts; nothing left behind in the working directory."""
    work = os.path.join(place, "work")
    os.makedirs(work, exist_ok=True)
    trace = os.path.join(place, "trace.ncp")
    done = record([program], trace, cwd=work)
    said = words(done.stdout)
    problems = []
    plain = subprocess.run([program], cwd=place, capture_output=True, text=True, check=False)
    if words(plain.stdout) != said:
        problems.append(f"other output than without the recorder: {said}")
    if done.returncode != status:
        problems.append(f"status {done.returncode}, not {status}: {done.stderr[-500:]}")
    if os.listdir(work):
        problems.append(f"left behind: {os.listdir(work)}")
    expected = tallies(done.stdout)
    if not expected:
        problems.append("no tally")
    if not problems:
        got = report(trace)
        problems += differences({base_name(n): c for n, c in expected.items()}, got)
        if "hidden" in got:
            problems.append(f"hidden: recorded {got['hidden']} times")
    tap.ok(not problems, name, *problems, *said)


def main():
    """Every case in every way, unoptimised and optimised."""
    only = sys.argv[1:]
    tap = Tap()
    with folder() as place:
        for source, status in CASES + [("dlopen.c", 0)]:
            if only and source not in only:
                continue
            for way in WAYS:
                if source == "inlines.c" and "-finstrument-functions" not in WAYS[way]:
                    continue  # -pg knows nothing of inlined functions
                for level in (0, 2):
                    make = build_dlopen if source == "dlopen.c" else None
                    program = make(way, level, place) if make else build(source, way, level, place)
                    check(tap, f"{source} -O{level} {' '.join(WAYS[way])}", program, status, place)
        for source in ("jumps.c", "deep.c", "threads.c"):
            name = f"{source} compiled by clang -O2 -finstrument-functions"
            if only and source not in only:
                continue
            if shutil.which("clang"):
                check(tap, name, build_clang(source, place), 0, place)
            else:
                tap.skip(name, "no clang")
    tap.done()


main()
