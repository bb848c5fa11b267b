#!/usr/bin/python3
"""Every pprof file of the corpus against what `go tool pprof -raw` printed of it: each function's
flat and cumulative values of every sample type, and the totals."""
import gzip
import re
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, TRUTH, Tap, differ, report, require_corpus, run

FACTORS = {"nanoseconds": 1, "microseconds": 1e3, "milliseconds": 1e6, "seconds": 1e9}
FRAME = re.compile(r"(.*) (\S*):(-?\d+)(?::\d+)? s=(\d+)(?:\(.*\))?$")


class Raw:
    """types: [(name, unit, default)]; frames by location, innermost first; samples."""

    def __init__(self, text):
        self.types, self.samples, self.frames = [], [], {}
        section, location = "", None
        for line in text.splitlines():
            if line in ("Samples:", "Locations", "Mappings"):
                section = line
            elif section == "Samples:":
                self.sample(line)
            elif section == "Locations":
                location = self.location(line, location)

    def sample(self, line):
        if not self.types:
            self.types = [re.fullmatch(r"(.*)/([^/\[]*)(\[dflt\])?", t).groups()
                          for t in line.split()]
            return
        values = re.fullmatch(r"\s*((?:-?\d+\s*)+): ?([\d ]*)", line)
        if values:
            self.samples.append(([int(v) for v in values[1].split()],
                                 [int(l) for l in values[2].split()]))

    def location(self, line, number):
        first = re.match(r"\s*(\d+): (0x[0-9a-f]+) (?:M=\d+ )?(?:\[F\] )?(.*)$", line)
        text = first[3] if first else line.strip()
        if first:
            number = int(first[1])
            self.frames[number] = []
        frame = FRAME.match(text)
        if frame:
            # The name, the file, the system name where it is another.
            self.frames[number].append(frame[1])
        elif first:
            self.frames[number].append(first[2])
        return number

    def values(self, index):
        flat, cum, total = Counter(), Counter(), 0
        for values, locations in self.samples:
            names = [name for location in locations for name in self.frames[location]]
            total += values[index]
            if names:
                flat[names[0]] += values[index]
            for name in set(names):
                cum[name] += values[index]
        return flat, cum, total


def check_type(path, raw, index):
    name, unit, _ = raw.types[index]
    document = report(path, "--metric", name)
    factor = 1e9 / FACTORS[unit] if unit in FACTORS else 1
    flat, cum, total = raw.values(index)
    own, inclusive = Counter(), Counter()
    files = Counter(row["name"] for row in document["functions"])
    for row in document["functions"]:
        own[row["name"]] += row["tottime"] * factor
        inclusive[row["name"]] += row["cumtime"] * factor
    tolerance = 1e-3 + abs(total) * 1e-9
    problems = differ(f"{name} total", document["profile"]["total"] * factor, total, tolerance)
    for function in set(cum) | set(own):
        problems += differ(f"{name} {function!r} flat", own[function], flat[function], tolerance)
        if files[function] == 1:
            problems += differ(f"{name} {function!r} cum", inclusive[function], cum[function],
                               tolerance)
    return problems


def check_file(tap, path):
    truth = TRUTH / f"pprof/{path.name}.raw.txt.gz"
    text = gzip.open(truth, "rt", errors="replace").read() if truth.exists() else ""
    raw = Raw(text)
    if path.name.endswith(".labels.pb.gz"):
        done = run("report", path)
        refused = done.returncode == 2 and b"is no pprof profile" in done.stderr
        tap.result(f"{path.name}: another message is refused", [] if refused else [str(done)])
    elif not raw.types:
        problems = [] if report(path)["profile"]["functions"] else ["it holds nothing"]
        tap.result(f"{path.name}: opens, which pprof does not", problems)
    else:
        problems = []
        for index in range(len(raw.types)):
            problems += check_type(path, raw, index)
        tap.result(path.name[:100], problems)


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "pprof").iterdir()):
        check_file(tap, path)
    return tap.finish()


sys.exit(main())
