"""What `pprof -raw` prints of a profile."""
import re
from collections import Counter

from common import differ, report

FRAME = re.compile(r"(.*) (\S*):(-?\d+)(?::\d+)? s=(\d+)(?:\(.*\))?$")

FACTORS = {"nanoseconds": 1, "microseconds": 1e3, "milliseconds": 1e6, "seconds": 1e9}


class Raw:
    """types: [(name, unit, default)]; frames by location, innermost first; samples. With `modules`
    what has no name is called by its module and offset, else by its address."""

    def __init__(self, text, modules=False):
        self.types, self.samples, self.frames = [], [], {}
        self.addresses, self.modules = {}, []
        section, location = "", None
        for line in text.splitlines():
            if line in ("Samples:", "Locations", "Mappings"):
                section = line
            elif section == "Samples:":
                self.sample(line)
            elif section == "Locations":
                location = self.location(line, location)
            elif section == "Mappings" and modules:
                self.mapping(line)
        for number, frames in self.frames.items():
            if frames == [""]:
                self.frames[number] = [self.place(self.addresses[number])]

    def mapping(self, line):
        found = re.match(r"\d+: (0x\w+)/(0x\w+)/(0x\w+) (\S*)", line)
        start, end, offset = (int(number, 16) for number in found.groups()[:3])
        self.modules.append((start, end, offset, found[4].rsplit("/", 1)[-1]))

    def place(self, address):
        for start, end, offset, name in self.modules:
            if start <= address < end and name:
                return f"{name}+{address - start + offset:#x}"
        return f"{address:#x}"

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
            self.addresses[number] = int(first[2], 16)
        frame = FRAME.match(text)
        if frame:
            # The name, the file, the system name where it is another.
            self.frames[number].append(frame[1])
        elif first:
            self.frames[number].append(first[3].strip())
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
