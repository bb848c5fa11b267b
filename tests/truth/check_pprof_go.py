#!/usr/bin/python3
"""What ncprof writes as pprof's protocol buffers, read by `go tool pprof`: it accepts all of it, and
finds the values, the frames and the totals that ncprof reads back."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import TOP, Tap, convert, differ, report
from pprof_raw import Raw, check_type

FIXTURES = ("chunks.chrome.json", "evented.speedscope.json", "flat.cpuprofile",
            "java.pprof-legacy", "large.folded", "recursive.folded", "root.pyinstrument.json",
            "small.heapprofile", "small.pb.gz", "threads.pprof", "tree.sample.txt")
# With blanks in names of types and files, where what -raw prints cannot be taken apart.
WITH_BLANKS = ("full.austin", "odd.perf.txt")


def pprof(path, *options):
    """What pprof prints; its warnings are problems, but for what a profile without code has."""
    folder = path.parent
    done = subprocess.run(["go", "tool", "pprof", "-symbolize=none", *options, str(path)],
                          capture_output=True, text=True, timeout=120, errors="replace",
                          env=dict(os.environ, HOME=str(folder), PPROF_TMPDIR=str(folder)))
    said = [line for line in done.stderr.splitlines() if not line.startswith("Main binary")]
    return done.stdout, said if said or not done.returncode else ["it failed"]


def check_calls(path, raw, index):
    """The type that ncprof reads as ncalls."""
    flat, _, _ = raw.values(index)
    ours = Counter()
    for row in report(path)["functions"]:
        ours[row["name"]] += row["ncalls"] or 0
    return [problem for name in set(flat) | set(ours)
            for problem in differ(f"calls of {name!r}", ours[name], flat[name], 0)]


def check_values(written):
    text, problems = pprof(written, "-raw")
    raw = Raw(text)
    for index, (name, _, _) in enumerate(raw.types):
        problems += (check_calls if name == "calls" else check_type)(written, raw, index)
    if not raw.samples:
        problems.append("pprof finds no samples")
    return problems


def check_file(path, folder):
    written = Path(folder) / "written.pb.gz"
    written.write_bytes(convert(path, "pprof"))
    problems = [] if path.name in WITH_BLANKS else check_values(written)
    top, said = pprof(written, "-top")
    if not re.search(r"^ *flat +flat%", top, re.MULTILINE):
        problems.append("-top prints no table")
    return problems + said


def main():
    tap = Tap()
    if not shutil.which("go"):
        tap.skip("what is written", "go is not installed")
        return tap.finish()
    with tempfile.TemporaryDirectory() as folder:
        for name in FIXTURES + WITH_BLANKS:
            tap.result(name, check_file(TOP / "tests/fuzz/corpus" / name, folder))
    return tap.finish()


sys.exit(main())
