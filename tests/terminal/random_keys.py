#!/usr/bin/env python3
"""Random keys, mouse and sizes:  random_keys.py [--seed N] [--sessions N] [--keys N] [FILE...]

Scripted sessions press keys on a screen without a terminal and look at every canvas printed; one
session runs in a real pseudo-terminal and checks that the terminal is left as it was. Each session
has a seed of its own, printed when it fails: --seed N --sessions 1 repeats it.
"""
import argparse
import fcntl
import os
import pty
import random
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unicodedata
from pathlib import Path

NCPROF = os.path.realpath(os.environ["NCPROF"])
DATA = Path(__file__).resolve().parent.parent / "golden/data"
SETS = [["edges.prof"], ["stacks.folded"], ["grow@n=10.prof", "grow@n=40.prof"],
        ["grow@n=10.prof", "stacks.folded"], ["week.csv", "month.csv"],
        ["frames@n=1000.csv", "frames@n=2000.csv", "frames@n=4000.csv", "frames@n=8000.csv"],
        ["stacks@n=100.folded", "stacks@n=200.folded", "stacks@n=400.folded"],
        ["grow@n=10.prof", "edges.prof", "grow@n=40.prof"],
        ["grow@n=10.prof", "grow@n=40.prof", "frames@n=1000.csv", "stacks.folded"]]
PLAIN = list("jjjkkkhlgGbeEHnNpufctxaadmTrs<>%123456789?/\\ ")
NAMED = ["\\n", "\\n", "\\t", "\\e", "\\e", "\\b", "\\\\", "<PgDn>", "<PgUp>", "<Home>", "<End>",
         "<Left>", "<Right>", "<Delete>", "<F1>", "<C-l>", "<C-u>", "<C-w>", "<S-Tab>"]
TYPED = ["dj\\n\\e", "djj\\nj\\n", "/con\\n", "/(\\n", "/[a-\\n", "/zzz\\n", "/é.*^$\\n", "a100\\n", "a-1\\n", "anan\\n",
         "a1e300\\n", "dnot-there\\n", "d.\\n", "w.\\n", "wx.folded\\n", "w/nowhere/x.prof\\n"]
SIZES = ["80x24", "100x30", "40x10", "20x5", "200x60", "300x100", "1x1", "2x2", "7x3", "79x8",
         "120x12", "1000x2", "3x200"]


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF"
               else 1 for c in text)


def script(rng, count, resize=True):
    keys, columns, rows = [], 80, 24
    for _ in range(count):
        kind = rng.random()
        if kind < 0.60:
            keys.append(rng.choice(PLAIN))
        elif kind < 0.80:
            keys.append(rng.choice(NAMED))
        elif kind < 0.85:
            keys.append(rng.choice(TYPED))
        elif kind < 0.93:
            what = rng.choice(["click", "click", "double"])
            keys.append(f"<{what} {rng.randrange(columns)},{rng.randrange(rows)}>")
        elif kind < 0.96 or not resize:
            keys.append(f"<wheel {rng.choice([-40, -3, 3, 40])}>")
        else:
            size = rng.choice(SIZES)
            columns, rows = map(int, size.split("x"))
            keys.append(f"<size {size}>")
    return keys


def wrong(output, size):
    """What is wrong with the last canvas of a session."""
    columns, rows = map(int, size.split("x"))
    lines = output.splitlines()
    if len(lines) > rows:
        return f"{len(lines)} lines on {rows} rows"
    for line in lines:
        if width(line) > columns:
            return f"{width(line)} cells in {columns} columns: {line!r}"
        if any(ord(c) < 32 or ord(c) == 127 for c in line):
            return f"a control character: {line!r}"
    return None


def scripted(seed, count, files, home):
    """A session without a terminal; None or what went wrong."""
    rng = random.Random(seed)
    keys = script(rng, count)
    size = rng.choice(SIZES)
    command = [NCPROF, "--dump", "80x24", "--keys", "".join(keys) + f"<size {size}>", *files]
    try:
        run = subprocess.run(command, cwd=home, capture_output=True, timeout=120,
                             stdin=subprocess.DEVNULL, check=False)
    except subprocess.TimeoutExpired:
        return f"seed {seed}: does not end: {command}"
    problem = None if run.returncode == 0 and not run.stderr else \
        f"status {run.returncode}, {run.stderr.decode(errors='replace')[:3000]}"
    problem = problem or wrong(run.stdout.decode(errors="replace"), size)
    return problem and f"seed {seed}: {problem}\n# {command}"


BYTES = {"\\n": b"\r", "\\t": b"\t", "\\e": b"\x1b", "\\b": b"\x7f", "\\\\": b"\\",
         "<PgDn>": b"\x1b[6~", "<PgUp>": b"\x1b[5~", "<Home>": b"\x1b[1~", "<End>": b"\x1b[4~",
         "<Left>": b"\x1b[D", "<Right>": b"\x1b[C", "<Delete>": b"\x1b[3~", "<F1>": b"\x1bOP",
         "<C-l>": b"\x0c", "<C-u>": b"\x15", "<C-w>": b"\x17", "<S-Tab>": b"\x1b[Z"}


def as_bytes(key):
    """What a terminal sends for a key of a script."""
    if key in BYTES:
        return BYTES[key]
    if key.startswith("<wheel"):
        return b"\x1b[<%d;5;5M" % (64 if "-" in key else 65)
    if key.startswith(("<click", "<double")):
        column, row = key.split()[1].rstrip(">").split(",")
        return b"\x1b[<0;%d;%dM\x1b[<0;%d;%dm" % (2 * (int(column) + 1, int(row) + 1))
    return key.replace("\\n", "\r").encode()


def drain(master, seconds):
    read, until = b"", time.monotonic() + seconds
    while select.select([master], [], [], max(0, until - time.monotonic()))[0]:
        try:
            read += os.read(master, 65536)
        except OSError:
            break
    return read


def in_terminal(seed, count, files, home):
    """A session in a pseudo-terminal, its window changed now and then; None or what went wrong."""
    rng = random.Random(seed)
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    before = termios.tcgetattr(slave)
    child = subprocess.Popen([NCPROF, *files], cwd=home, stdin=slave, stdout=slave,
                             stderr=subprocess.PIPE, start_new_session=True,
                             env={**os.environ, "TERM": "xterm-256color"})
    written = drain(master, 0.5)
    for number, key in enumerate(script(rng, min(count, 150), resize=False)):
        os.write(master, as_bytes(key))
        if number % 20 == 19:
            columns, rows = map(int, rng.choice(SIZES).split("x"))
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            if child.poll() is None:
                child.send_signal(signal.SIGWINCH)
        written += drain(master, 0.005)
    for _ in range(60):
        if child.poll() is not None:
            break
        os.write(master, b"\x1bq")
        written += drain(master, 0.05)
    ended = child.poll() is not None
    if not ended:
        child.kill()
    errors = child.stderr.read().decode(errors="replace")
    written += drain(master, 0.05)
    after = termios.tcgetattr(slave)
    os.close(master)
    os.close(slave)
    if not ended or child.wait() != 0 or errors:
        return f"seed {seed}: ended {ended}, status {child.wait()}, {errors[:3000]} ({files})"
    for on, off in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?1000h", b"\x1b[?1000l"),
                    (b"\x1b[?25l", b"\x1b[?25h")):
        if written.rfind(on) > max(written.rfind(off), written.rfind(b"\x1b[?12l\x1b[?25h")):
            return f"seed {seed}: {on!r} is not taken back"
    return None if before == after else f"seed {seed}: the modes of the terminal have changed"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--sessions", type=int, default=24)
    parser.add_argument("--keys", type=int, default=250)
    parser.add_argument("files", nargs="*", type=os.path.abspath)
    options = parser.parse_args()
    sets = [options.files] if options.files else [[str(DATA / n) for n in s] for s in SETS]
    tests = [(scripted, options.seed + i, sets[i % len(sets)]) for i in range(options.sessions)]
    tests += [(in_terminal, options.seed, sets[-1])]
    print(f"1..{len(tests)}", flush=True)
    for number, (session, seed, files) in enumerate(tests, 1):
        home = tempfile.mkdtemp()
        problem = session(seed, options.keys, files, home)
        shutil.rmtree(home, ignore_errors=True)
        name = f"{session.__name__}: {' '.join(os.path.basename(f) for f in files)}"
        print(f"{'not ' if problem else ''}ok {number} - {name}", flush=True)
        if problem:
            print("# " + problem.replace("\n", "\n# "), flush=True)


sys.exit(main())
