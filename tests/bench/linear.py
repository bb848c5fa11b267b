#!/usr/bin/env python3
"""Whether the cost of loading a file grows with its size alone:  make bench BENCH=linear

Files of 1 MB to 1 GB in six formats, each made, loaded and deleted in turn: whole process, load and
print the 20 heaviest functions. Seconds are the least of some rounds, those of the processor; with
--sizes and --formats only some.
"""
import argparse
import subprocess
import tempfile
import time
from pathlib import Path

from large_files import FORMATS, SUFFIXES

SIZES = (1, 10, 100, 1000)
ROUNDS = {1: 5, 10: 5, 100: 3}


def usage_program(folder):
    """A process' peak begins with that of its parent: this one's is small."""
    program = Path(folder) / "usage"
    if not program.exists():
        subprocess.run(["cc", "-O1", "-o", program, Path(__file__).with_name("usage.c")],
                       check=True)
    return program


def measure(usage, ncprof, path):
    """Wall and processor seconds, peak MB."""
    start = time.perf_counter()
    process = subprocess.run([usage, ncprof, "report", path, "--limit", "20"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    wall = time.perf_counter() - start
    _, cpu, peak = process.stderr.splitlines()[-1].split()
    return wall, int(cpu) / 1e9, int(peak) / 1024


def row(ncprof, name, size, folder):
    path = Path(folder) / f"{size}.{SUFFIXES[name]}"
    usage = usage_program(folder)
    FORMATS[name](path, size * 1_000_000)
    try:
        wall, cpu, peak = map(min, zip(*(measure(usage, ncprof, path)
                                         for _ in range(ROUNDS.get(size, 1)))))
    finally:
        path.unlink()
    return [name, f"{size:,}", f"{wall:.3f}", f"{cpu:.3f}", f"{1000 * cpu / size:.2f}",
            f"{peak:,.0f}"]


def table_of_all(options, formats=tuple(FORMATS), sizes=SIZES):
    rows = [row(options.ncprof, name, size, options.work) for name in formats for size in sizes]
    options.table("The cost of loading by size", ["format", "MB", "wall s", "CPU s", "CPU ms/MB",
                                                  "peak MB"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ncprof", default=".build/bin/ncprof")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="in MB")
    parser.add_argument("--formats", nargs="+", default=tuple(FORMATS), choices=FORMATS)
    parser.add_argument("--folder", help="where files are made; they are deleted")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for name in options.formats:
            for size in options.sizes:
                print("| " + " | ".join(row(options.ncprof, name, size, folder)) + " |", flush=True)


if __name__ == "__main__":
    main()
