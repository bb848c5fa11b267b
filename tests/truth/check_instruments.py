#!/usr/bin/python3
"""Call trees copied from Instruments: own values of the table's own column, or what a row has more
than those below it, added up by the few lines below; times as speedscope has them where its
cutting off of decimals makes no difference, which is one file (another's own times are whole as
well, but its totals are not).
"""
import re
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, differ, report, require_corpus, run

FACTORS = {"ms": 1e-3, "s": 1, "cycles": 1, "Kc": 1e3, "Mc": 1e6, "Gc": 1e9, "KB": 2**10, "MB": 2**20}
# name: own and total milliseconds of speedscope's importer, commit 3613918de0dd
SPEEDSCOPE = {
    "start": (0, 4273), "main": (0, 4273), "delta()": (693, 2126), "alpha()": (1411, 1438),
    "leakMemory()": (1, 67), "malloc": (3, 66), "malloc_zone_malloc": (3, 62),
    "szone_malloc_should_clear": (21, 39), "small_malloc_from_free_list": (17, 17),
    "allocate_pages_securely": (0, 2), "mach_vm_map": (0, 2), "_kernelrpc_mach_vm_map_trap": (2, 2),
    "_os_lock_spin_lock": (14, 14), "os_lock_lock": (3, 3), "beta()": (1406, 1427),
    "<Unknown Address>": (0, 2), "szone_malloc": (1, 1), "DYLD-STUB$$os_lock_unlock": (1, 1),
    "gamma()": (696, 706), "os_lock_unlock": (1, 1)}


def amount(cell, unit=None):
    match = re.match(r"\s*([\d.]+) ?([A-Za-z]*)", cell)
    return float(match[1]) * FACTORS[match[2] or unit] if match else 0.0


def rows(text, column):
    """(depth, name, the column's amount) of each row."""
    lines = text.rstrip("\n").split("\n")
    titles = lines[0].split("\t")
    name = next(i for i, title in enumerate(titles) if title.startswith("Symbol Name"))
    at = next(i for i, title in enumerate(titles) if title.startswith(column))
    for line in lines[1:]:
        cells = line.split("\t")
        if len(cells) > name:
            symbol = cells[name]
            value = float(cells[at]) if column == "Count" else amount(cells[at], "ms")
            yield len(symbol) - len(symbol.lstrip(" ")), symbol.strip(), value


def own_column(text):
    own = Counter()
    for _, name, value in rows(text, "Self"):
        own[name] += value
    return own


def differences(text, column):
    own, above = Counter(), []
    for depth, name, value in rows(text, column):
        while above and above[-1][0] >= depth:
            above.pop()
        if above:
            own[above[-1][1]] -= value
        own[name] += value
        above.append((depth, name))
    return own


def check(tap, path, own, what, *options):
    document = report(path, *options)
    ours = {row["name"]: row["tottime"] for row in document["functions"]}
    process = next(iter(own))  # "app (123)" is no function
    problems = [f"{name} is missing" for name in own.keys() - ours.keys() - {process}]
    problems += [f"{name} is invented" for name in ours.keys() - own.keys()]
    tolerance = 1e-9 + 2 * len(own) * (1 if what == "bytes" else 0)  # bytes are rounded a row
    for name in ours.keys() & own.keys():
        problems += differ(name, ours[name], own[name], tolerance)
    problems += differ("total", document["profile"]["total"], sum(own.values()), tolerance)
    tap.result(f"{path.name}: {what} of {len(own)} functions", problems)


def check_speedscope(tap, path):
    ours = {row["name"]: (round(row["tottime"] * 1000), round(row["cumtime"] * 1000))
            for row in report(path)["functions"]}
    tap.result(f"{path.name}: as speedscope", [] if ours == SPEEDSCOPE else [f"{ours}"])


def check_process(tap, path):
    info = run("info", path).stdout.decode()
    tap.result(f"{path.name}: the process", [] if re.search(r"1  example_app  96,086,420,532", info)
               else [info])


def main():
    require_corpus()
    tap = Tap()
    folder = CORPUS / "instruments"
    for path in sorted(folder.glob("*.txt")):
        text = path.read_text()
        if "allocations" in path.name:
            check(tap, path, differences(text, "Bytes Used"), "bytes")
            check(tap, path, differences(text, "Count"), "counts", "--metric", "count")
        else:
            check(tap, path, own_column(text), "own values")
    check_speedscope(tap, folder / "speedscope__Instruments_7.3.1_simple-time-profile-deep-copy.txt")
    check_process(tap, folder / "speedscope__Instruments_13.4_cycles-example-deep-copy.txt")
    return tap.finish()


sys.exit(main())
