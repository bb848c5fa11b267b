#!/usr/bin/python3
"""Folders of uftrace: one written here, whole and damaged, and the corpus' one against the table
that `uftrace report` printed of it.
"""
import random
import re
import struct
import sys
import tarfile
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, close, report, run

ENTRY, EXIT, LOST, EVENT = range(4)
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1}


def record(time, kind, depth, address, more=0):
    return struct.pack("<QQ", time, kind | more << 2 | 5 << 3 | depth << 6 | address << 16)


def write(folder):
    """Two processes; arguments behind a record; a call that goes on; a function left by longjmp."""
    main, work, leaf = 0x401000, 0x401100, 0x401200
    header = b"Ftrace!\0" + struct.pack("<IHBBQQQ", 4, 40, 1, 2, 0x263, 0, 1024)
    (folder / "info").write_bytes(header + b"exename:/bin/prog\n")
    (folder / "task.txt").write_text(
        'SESS timestamp=1.000000000 pid=7 sid=aa exename="/bin/prog"\n'
        "TASK timestamp=1.000000000 tid=7 pid=7\n"
        "FORK timestamp=1.000000500 pid=8 ppid=7\n"
        "TASK timestamp=1.000000600 tid=9 pid=8\n")
    (folder / "sid-aa.map").write_text(
        "00401000-00402000 r-xp 00000000 00:00 0     /bin/prog build-id:00\n")
    (folder / "prog.sym").write_text(
        "# symbols: 4\n0000000000000000 T main\n0000000000000100 t work\n"
        "0000000000000200 T _ZN1a4leafEv\n0000000000000300 ? __sym_end\n")
    second = 1_000_000_000
    (folder / "7.dat").write_bytes(
        record(second, ENTRY, 0, main) + record(second + 100, ENTRY, 1, work, 1) + b"\x2a\0\0\0hi\0\0"
        + record(second + 150, ENTRY, 2, leaf) + record(second + 250, ENTRY, 1, work)
        + record(second + 350, EXIT, 1, work, 1) + b"\x01\0\0\0\0\0\0\0"
        + record(second + 1000, EXIT, 0, main))
    (folder / "8.dat").write_bytes(
        record(second + 600, ENTRY, 0, leaf) + record(second + 650, LOST, 0, 3)
        + record(second + 700, EXIT, 0, leaf) + record(second + 700, ENTRY, 0, 0x9999))


def check_own(tap, folder):
    write(folder)
    document = report(folder)
    rows = {row["name"]: (row["ncalls"], round(row["tottime"] * 1e9), round(row["cumtime"] * 1e9))
            for row in document["functions"]}
    wanted = {"main": (1, 750, 1000), "work": (2, 150, 250), "a::leaf()": (2, 200, 200),
              "0x9999": (1, 0, 0)}
    tap.result("a folder written here", [] if rows == wanted else [f"{rows}, wanted {wanted}"])
    tap.result("by the name of its info file",
               [] if report(folder / "info")["functions"] == document["functions"] else ["differs"])


def check_damaged(tap, folder):
    """No file cut or changed anywhere ends the program otherwise than with a table or a sentence."""
    generator = random.Random(5)
    for name in ("info", "task.txt", "sid-aa.map", "prog.sym", "7.dat"):
        problems = []
        whole = (folder / name).read_bytes()
        damaged = [whole[:length] for length in range(0, len(whole), 7)]
        for _ in range(20):
            changed = bytearray(whole)
            changed[generator.randrange(len(whole))] = generator.randrange(256)
            damaged.append(bytes(changed))
        for content in damaged:
            (folder / name).write_bytes(content)
            done = run("report", folder)
            if done.returncode not in (0, 2) or done.returncode and not done.stderr:
                problems.append(f"{content!r}: {done.returncode}, {done.stderr!r}")
        (folder / name).unlink()
        done = run("report", folder)
        if done.returncode not in (0, 2):
            problems.append(f"without it: {done.returncode}")
        (folder / name).write_bytes(whole)
        tap.result(f"{name} damaged", problems)


def check_corpus(tap, folder):
    archive = CORPUS / "uftrace/local__small.uftrace.tar.gz"
    if not archive.exists():
        tap.skip("what uftrace report prints", "../shared/corpus is not there")
        return
    with tarfile.open(archive) as tar:
        tar.extractall(folder)
    rows = {row["name"]: row for row in report(next(folder.iterdir()))["functions"]}
    problems = []
    text = (CORPUS / "uftrace/local__small.expected.report.txt").read_text()
    table = re.findall(r"([\d.]+) (\w+) +([\d.]+) (\w+) +(\d+)  (\S+)", text)
    for total, unit, own, own_unit, calls, name in table:
        row = rows.get(name, {})
        if not row or row["ncalls"] != int(calls) or not (
                close(row["cumtime"], float(total) * UNITS[unit])
                and close(row["tottime"], float(own) * UNITS[own_unit])):
            problems.append(f"{name}: {row}, truth {total, own, calls}")
    tap.result("what uftrace report prints", problems or ([] if len(table) == len(rows) else ["rows"]))


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as own, tempfile.TemporaryDirectory() as theirs:
        check_own(tap, Path(own))
        check_damaged(tap, Path(own))
        check_corpus(tap, Path(theirs))
    return tap.finish()


sys.exit(main())
