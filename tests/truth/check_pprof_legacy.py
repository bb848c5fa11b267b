#!/usr/bin/python3
"""pprof's legacy forms against what pprof's own decoder printed of them (beside the files), and
where it printed nothing against the few lines below. Each function's flat and cumulative values of
every type, the totals, and the stacks."""
import re
import struct
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, report, require_corpus, tree
from pprof_raw import FACTORS, Raw, check_type

FOLDER = CORPUS / "pprof-legacy"


def symbols(path):
    """Names that threadz has beside addresses: those of leaves are of the address, the others of
    the byte before."""
    names, leaf = {}, False
    for line in path.read_text(errors="replace").splitlines():
        leaf |= line.startswith("--- Thread")
        found = re.fullmatch(r"\s+(PC:)?\s*(0x[0-9a-f]+): (.*)", line)
        if found:
            names.setdefault(int(found[2], 16) - (not leaf), found[3])
            leaf = False
    return names


def expected(path):
    text = (FOLDER / f"{path.name}.expected.string").read_text()
    raw = Raw(text, modules=True)
    names = symbols(path)
    for number, address in raw.addresses.items():
        if address in names:
            raw.frames[number] = [names[address]]
    return raw


def check_stacks(path, raw):
    """The call tree of the last type, which is the default one."""
    name, unit, _ = raw.types[-1]
    factor = 1e9 / FACTORS[unit] if unit in FACTORS else 1
    wanted, found = Counter(), Counter()
    for values, locations in raw.samples:
        stack = tuple(n for at in reversed(locations) for n in reversed(raw.frames[at]))
        wanted[stack] += values[-1]
    several = report(path)["profile"]["threads"] > 1
    for stack, row in tree(path, "--metric", name):
        names = tuple(n for _, n in stack[several:])
        found[names] += round(row["tottime"] * factor) if names else 0
    wanted, found = +wanted, +found
    return [f"stack {s}: {found[s]}, truth {wanted[s]}" for s in wanted | found
            if abs(found[s] - wanted[s]) > 1]


def check_expected(tap, path):
    raw = expected(path)
    problems = check_stacks(path, raw)
    for index in range(len(raw.types)):
        problems += check_type(path, raw, index)
    tap.result(f"{path.name}: {len(raw.samples)} samples", problems)


def check_cpu(tap, path):
    """A binary profile of 64-bit words, little endian, without the handler's frames."""
    data = path.read_bytes()
    words = struct.unpack_from(f"<{len(data) // 8}Q", data)
    period, at, samples, depths = words[3], 5, 0, Counter()
    while words[at:at + 3] != (0, 1, 0):
        samples += words[at]
        depths[words[at + 1]] += 1
        at += 2 + words[at + 1]
    document = report(path, "--metric", "samples")
    problems = [] if document["profile"]["total"] == samples else [f"{samples} samples"]
    time = report(path)["profile"]["total"]
    if abs(time - samples * period / 1e6) > 1e-9:
        problems.append(f"{time} s, truth {samples * period / 1e6}")
    if sum(row["tottime"] for row in document["functions"]) != samples:
        problems.append("not every sample is at a leaf")
    deepest = max(len(stack) for stack, _ in tree(path))
    if not max(depths) - 3 <= deepest <= max(depths):
        problems.append(f"{deepest} frames, truth {max(depths)}")
    tap.result(f"{path.name}: {samples} samples", problems)


def check_contention(tap, path):
    """100 cycles and 10 contentions at 3.201 GHz, one in 100 taken."""
    document = report(path)
    total, delay = document["profile"]["total"], int(100 * 100 / 3.201) * 1e-9
    count = report(path, "--metric", "contentions")["profile"]["total"]
    tap.result(f"{path.name}: one sample",
               [] if abs(total - delay) < 1e-12 and count == 1000 and
               len(document["functions"]) == 13 else [f"{total}, {count}"])


def main():
    require_corpus()
    tap = Tap()
    for path in sorted(FOLDER.iterdir()):
        if path.name.endswith(".expected.string"):
            continue
        if (FOLDER / f"{path.name}.expected.string").exists():
            check_expected(tap, path)
        elif path.suffix == ".cpu":
            check_cpu(tap, path)
        else:
            check_contention(tap, path)
    return tap.finish()


sys.exit(main())
