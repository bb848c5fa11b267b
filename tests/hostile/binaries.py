#!/usr/bin/env python3
"""Binary files and folders made to do harm: zip archives whose sizes and tables lie, MOJO and pprof's old
CPU profiles with numbers that refer to nothing, folders of uftrace with cycles and very many sessions."""
import io
import struct
import zipfile
from pathlib import Path

from common import DEEP, EXIT_READ, EXIT_REFUSED, WORK, bounded, check, check_all, expect, repeat, run, test

MOST = 2 ** 64 - 1


# ---- Very Sleepy's zip archives ----

STACKS = "0x1 0x2\n 1234 0.25 1240 0.5\n"
MEMBERS = {"Version 0.90 required": "", "Stats.txt": "Filename: a\nDuration: 1.5\nSamples: 2\n",
           "Threads.txt": "1234\nmain\n1240\n\n", "Symbols.txt": '0x1 "m" "f" "a.c" 1\n0x2 "m" "g" "a.c" 2\n',
           "Callstacks.txt": STACKS}


def sleepy(packed=zipfile.ZIP_DEFLATED, without=None, **members):
    """The archive with other members, in parts, in place of its own, by the first part of their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packed, compresslevel=9) as archive:
        for name, text in MEMBERS.items():
            if name != without:
                with archive.open(name, "w") as member:  # in parts, see repeat()
                    for piece in members.get(name.split(".")[0].lower(), [text]):
                        member.write(piece.encode() if isinstance(piece, str) else piece)
    return buffer.getvalue()


def patched(data, signature, offset, content):
    """With `content` at the offset from each record of that signature."""
    data, at = bytearray(data), -1
    while (at := data.find(signature, at + 1)) >= 0:
        data[at + offset:at + offset + len(content)] = content
    return bytes(data)


LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
BOMB = 90 << 20  # what 1 MB may unpack to before it is refused
SIZES = [b"\0" * 4, b"\1\0\0\0", b"\xff" * 4, b"\0\0\0\x80"]


@test("zip: a member missing, an archive cut anywhere")
def _():
    whole = sleepy()
    check("whole.sleepy", whole, status=EXIT_READ)
    for name in MEMBERS:
        check("missing.sleepy", sleepy(without=name), "--from", "sleepy",
              status=EXIT_REFUSED if name == "Callstacks.txt" else None)
    for length in range(0, len(whole), 7):
        check("cut.sleepy", whole[:length], "--from", "sleepy", status=EXIT_REFUSED)


@test("zip: sizes, offsets, counts, methods and checksums that lie")
def _():
    for packed in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        whole = sleepy(packed)
        for signature, offsets in ((LOCAL, (6, 8, 14, 18, 22, 26)), (CENTRAL, (8, 10, 16, 20, 24, 28, 30, 32, 42)),
                                   (END, (8, 10, 12, 16, 20))):
            for offset in offsets:
                for content in SIZES:
                    check("lies.sleepy", patched(whole, signature, offset, content), "--from", "sleepy")
                    check("lies.sleepy", patched(whole, signature, offset, content[:2]), "--from", "sleepy")


@test("zip: members that unpack to 1 GB, and a line that does not end")
def _():
    for text in ("\n" * 100, STACKS * 10, "\0" * 100, "0x1 "):
        data = sleepy(callstacks=repeat(text, (128 << 20) // len(text)))
        check("bomb.sleepy", data, status=EXIT_REFUSED, size=BOMB)
        check("lies.sleepy", patched(data, CENTRAL, 24, b"\1\0\0\0"), "--from", "sleepy",
              size=BOMB)


@test("zip: stacks of a million frames, times and threads that nobody can hold")
def _():
    deep = "0x1 " * DEEP + "\n 1234 0.25\n"
    check("deep.sleepy", sleepy(callstacks=[deep]), status=EXIT_READ, size=len(deep))
    many = "0x1 " * 50_000 + "\n" + " 1234 0.1" * 50_000 + "\n"
    check("many.sleepy", sleepy(callstacks=[many]), size=len(many))
    threads = "0x1\n" + "".join(f" {i} 1" for i in range(100_000)) + "\n"
    check("threads.sleepy", sleepy(callstacks=[threads]), status=EXIT_READ, size=len(threads))
    for number in ("-1", "1e300", "NaN", "99999999999999999999", "", "0x10", "1" * 400):
        check("number.sleepy", sleepy(callstacks=[f"0x1\n {number} {number}\n0x2\n 1234 {number}\n{number} sym0\n"],
                                      threads=[f"{number}\nmain\n"],
                                      stats=[f"Duration: {number}\nSamples: {number}\n"]))
    nasty = "\x1b[31m\x7f\x9b\0\x07"
    check("names.sleepy", sleepy(symbols=[f'0x1 "{nasty}" "{nasty}" "{nasty}" 1\n'], threads=[f"1234\n{nasty}\n"],
                                 stats=[f"Filename: {nasty}\n"]), status=EXIT_READ)


# ---- MOJO ----

def mojo_number(number):
    out = [number & 0x3f]
    number >>= 6
    while number:
        out[-1] |= 0x80
        out.append(number & 0x7f)
        number >>= 7
    return bytes(out)


def mojo(*events, version=4):
    return [b"MOJ" + bytes([version]), *events]


STACK, TIME = b"\2\1\0a\0", b"\x09\1"
FRAME = b"\x0b\5f\0" + b"\x0b\6a.py\0" + b"\3\1\6\5\0\0\0\0"


@test("MOJO: frames and texts that are not there, stacks that go on, numbers of 70 digits")
def _():
    most = b"\xbf" + b"\xff" * 30 + b"\x7f"
    check_all({
        "nothing.mojo": mojo(STACK, b"\5\7\5\1", TIME, b"\x0c\7"),
        "most.mojo": mojo(b"\2" + most + most + b"a\0", b"\5" + most, b"\x09" + most, b"\x0a" + most),
        "negative.mojo": mojo(STACK, FRAME, b"\5\1", b"\x09\x7f\x0a\x7f", STACK, b"\5\1\x09\x7f"),
        "deep.mojo": mojo(FRAME, STACK, repeat(b"\5\1", DEEP), TIME),
        "repeats.mojo": mojo(FRAME, STACK, b"\5\1", TIME, repeat(STACK + b"\x0d\5\1" + TIME, 200_000)),
        "samples.mojo": mojo(FRAME, repeat(STACK + TIME, 300_000)),
        "kernel.mojo": mojo(STACK, repeat(b"\6\0", 500_000), TIME),
        "invalid.mojo": mojo(STACK, repeat(b"\4", DEEP), TIME),
        "frames.mojo": mojo(FRAME, each_bytes(lambda i: b"\3" + mojo_number(i) + b"\6\5\0\0\0\0", 300_000)),
        "texts.mojo": mojo(each_bytes(lambda i: b"\x0b" + mojo_number(i) + b"\0", 300_000)),
        "threads.mojo": mojo(each_bytes(lambda i: b"\2\1\0" + b"%x\0" % i + TIME, 100_000)),
        "processes.mojo": mojo(each_bytes(lambda i: b"\2" + mojo_number(i) + b"\0a\0" + TIME, 100_000)),
        "names.mojo": mojo(b"\x0b\5\x1b[31m\x7f\xff\0\x0b\6\x07\0\3\1\6\5\0\0\0\0\2\1\0\x1b[1m\0\5\1", TIME),
        "metadata.mojo": mojo(repeat(b"\1\0\0", 200_000), STACK, TIME),
    }, "--from", "mojo")


def each_bytes(function, count):
    return b"".join(map(function, range(count)))


# ---- pprof's CPU profiles before the protocol buffer ----

@test("old CPU profiles: counts and depths that lie, in words of 4 and 8 bytes of either order")
def _():
    for code in ("<I", ">I", "<Q", ">Q"):
        most = 2 ** (8 * struct.calcsize(code)) - 1

        def words(*numbers):
            return b"".join(struct.pack(code, number) for number in numbers)
        head, end = words(0, 3, 0, 10_000, 0), words(0, 1, 0)
        check_all({
            "depth.prof": [head, words(1, most, 5, 6)],
            "count.prof": [head, words(most, 1, 5), end],
            "empty.prof": [head, repeat(words(1, 0), 100_000), end],
            "period.prof": [words(0, 3, 0, 2 ** 31 - 1, 0), repeat(words(2 ** 31, 1, most), 3), end],
            "deep.prof": [head, words(1, 300_000), repeat(words(7), 300_000), end],
            "same.prof": [head, repeat(words(1, 2, 5, 5), 100_000), end],
            "own.prof": [head, words(1, 200_000), each_bytes(lambda i: words(i * 7), 200_000), end],
            "java.prof": [words(0, 3, 1, 10_000, 0), words(1, 2, 5, 6), end, b"0x5 f (a.java:9)\n 0x5 g\n"],
            "maps.prof": [head, words(1, 1, 5), end, repeat(b"0-ffffffffffffffff r-xp 0 0:0 0 /a\n", 20_000)],
        }, "--from", "pprof-legacy")


# ---- folders of uftrace ----

INFO = b"Ftrace!\0" + struct.pack("<IHBBQ", 4, 40, 1, 2, 0) + bytes(64)
SESSION = "SESS timestamp=1.000000000 pid=1 sid=a exename=\"/bin/a\"\n"
TASK = "TASK timestamp=1.000000001 tid=1 pid=1\n"


def record(time, kind, depth, address):
    return struct.pack("<QQ", time, kind | 5 << 3 | depth << 6 | address << 16)


def uftrace(name, tasks, data=b"", maps="", symbols="", **more):
    """(folder, bytes of all its files)"""
    folder = Path(WORK.name) / name
    folder.mkdir()
    files = {"info": INFO, "task.txt": tasks, "1.dat": data, "sid-a.map": maps, "a.sym": symbols, **more}
    for file, content in files.items():
        (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder, sum(path.stat().st_size for path in folder.iterdir())


def read_folder(name, *parts, status=None, **more):
    folder, size = uftrace(name, *parts, **more)
    try:
        got, out, err = bounded(folder, size)
    except AssertionError as error:
        raise AssertionError(f"{name}: {error}") from None
    expect(status in (None, got), f"{name}: exit status {got}: {err[-300:]!r}")


@test("uftrace: cycles of processes, depths and times that lie, names with controls")
def _():
    calls = b"".join(record(10 + i, i % 2, 0, 0x1010) for i in range(10))
    plain, place = SESSION + TASK, "1000-2000 r-xp 0 0:0 0 /bin/a\n"
    read_folder("plain", plain, calls, place, "10 T f\n", status=EXIT_READ)
    read_folder("no-task", "", status=EXIT_REFUSED)
    read_folder("forks", SESSION + "FORK timestamp=1.1 pid=1 ppid=2\nFORK timestamp=1.1 pid=2 ppid=1\n" + TASK, calls)
    read_folder("own", SESSION + "FORK timestamp=1.1 pid=1 ppid=1\n" + TASK, calls)
    read_folder("numbers", SESSION + "TASK timestamp=1e300 tid=-1 pid=99999999999999999999\n" + TASK, calls)
    read_folder("paths", SESSION.replace("sid=a", "sid=../../../etc/passwd") + TASK, calls)
    read_folder("deep", plain, b"".join(record(10 + i, 0, i % 1024, 0x1010) for i in range(100_000)), place)
    read_folder("back", plain, b"".join(record(10 ** 9 - i, 0, 1, 0x1010) for i in range(100_000)), place)
    read_folder("far", plain, record(MOST, 0, 0, 1) + record(MOST >> 2, 0, 0, 2) + calls)
    read_folder("lost", plain, record(10, 2, 0, 2 ** 48 - 1) + record(11, 3, 0, 1) + b"x" * 99_999)
    read_folder("names", SESSION.replace("/bin/a", "\x1b[31m\x7f") + TASK, calls, place, "10 T \x1b[31m\x7f\n")


@test("uftrace: very many sessions, tasks, maps, libraries and symbols")
def _():
    sessions = "".join(f"SESS timestamp=1.{i:09} pid=1 sid=s{i % 9} exename=\"a\"\n" for i in range(60_000))
    calls = b"".join(record(10 ** 9 + i, 0, 0, 0x1010 + i) for i in range(60_000))
    read_folder("sessions", sessions + TASK, calls)
    read_folder("tasks", SESSION + "".join(f"TASK timestamp=1.1 tid={i} pid={i}\n" for i in range(60_000)), calls)
    read_folder("forked", SESSION + "".join(f"FORK timestamp=1.1 pid={i + 1} ppid={i}\n" for i in range(1, 60_000)))
    place = "1000-7fffffffffff r-xp 0 0:0 0 /bin/a\n"
    read_folder("maps", SESSION + TASK, calls, place * 60_000, "10 T f\n")
    read_folder("libraries", SESSION + TASK + "".join(
        f"DLOP timestamp=1.1 tid=1 sid=a base={i:x}000 libname=\"/l{i}\"\n" for i in range(20_000)), calls)
    for kind in "TD":
        read_folder("symbols" + kind, SESSION + TASK, calls, place, f"10 {kind} f\n" * 60_000)


if __name__ == "__main__":
    run()
