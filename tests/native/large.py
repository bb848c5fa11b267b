#!/usr/bin/python3
"""
Programs of more than 100,000 lines: SQLite at work for a thousand statements, zstd with several
threads. What is instrumented runs under callgrind as well, with libc's empty hooks: so both
have the same functions, and the same calls of each.

Fetches and builds for minutes: for `make soak`, which sets SOAK.
"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import callgrind
from compare import compare
from compare import recorded as recorded_calls
from native import WAYS, Tap, folder, have, record, run
from sources import fetch

STATEMENTS = """
CREATE TABLE a(id INTEGER PRIMARY KEY, k TEXT, v INTEGER);
CREATE TABLE b(id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a(id), w REAL, t TEXT);
CREATE INDEX b_a ON b(a_id);
CREATE INDEX a_k ON a(k);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<3000)
    INSERT INTO a SELECT i, printf('key%05d', (i*7919)%3000), i*3 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<9000)
    INSERT INTO b SELECT i, (i*31)%3000+1, i/7.0, hex(i) FROM n;
COMMIT;
SELECT count(*), sum(a.v), round(avg(b.w),3) FROM a JOIN b ON a.id=b.a_id WHERE a.k LIKE 'key0%';
SELECT a.k, count(*) c, group_concat(b.t) FROM a JOIN b ON b.a_id=a.id GROUP BY a.k
    ORDER BY c DESC, a.k LIMIT 5;
UPDATE a SET v = v+1 WHERE id % 3 = 0;
DELETE FROM b WHERE id % 5 = 0;
SELECT sum(w) OVER (PARTITION BY a_id%10 ORDER BY id) FROM b WHERE id<200 LIMIT 5 OFFSET 100;
CREATE VIEW vw AS SELECT a.k k, sum(b.w) s FROM a LEFT JOIN b ON a.id=b.a_id GROUP BY a.k;
SELECT max(s), min(k) FROM vw;
PRAGMA integrity_check;
"""


def work(path):
    """Some queries, and a thousand and a half statements of which each is parsed and planned."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(STATEMENTS + "BEGIN;\n")
        for i in range(1500):
            file.write(f"INSERT INTO a(k,v) VALUES('x{i * 37 % 1500}',{i});\n")
        file.write("COMMIT;\nSELECT count(*) FROM a x JOIN a y ON x.k=y.k;\nVACUUM;\n")


def sqlite(tap, source, place):
    """One thread, exact to the call."""
    build = os.path.join(place, "sqlite")
    os.makedirs(build)
    run([os.path.join(source, "configure"), "--disable-tcl", "--disable-readline"], cwd=build)
    run(["make", "sqlite3.c", "shell.c"], cwd=build)
    script = os.path.join(build, "work.sql")
    work(script)
    lines = sum(open(os.path.join(build, name), "rb").read().count(b"\n")
                for name in ("sqlite3.c", "shell.c"))
    program = os.path.join(build, "sqlite")
    run(["gcc", "-w", "-O1", "-g", "-fno-inline", *WAYS["calls"], "shell.c", "sqlite3.c", "-o",
         program, "-lpthread", "-ldl", "-lm"], cwd=build)
    command = [program, ":memory:", f".read {script}"]
    truth = callgrind.calls(command, os.path.join(build, "callgrind.out"))
    compare(tap, f"SQLite, {lines} lines", truth or {}, command,
            os.path.join(place, "sqlite.ncp"), 1000)


def zstd(tap, source, place):
    """Four threads: the output is the same, and each block is compressed in one job."""
    build = os.path.join(place, "zstd")
    os.makedirs(build)
    folders = [os.path.join(source, name) for name in
               ("lib/common", "lib/compress", "lib/decompress", "lib/dictBuilder", "programs")]
    files = sorted(entry.path for inside in folders for entry in os.scandir(inside)
                   if entry.name.endswith((".c", ".S")))
    program, data = os.path.join(build, "zstd"), os.path.join(build, "data")
    run(["gcc", "-w", "-O1", "-g", *WAYS["calls"], "-DZSTD_MULTITHREAD", "-DBACKTRACE_ENABLE=0",
         *(f"-I{path}" for path in folders), f"-I{source}/lib", *files, "-o", program, "-lpthread"])
    with open(data, "wb") as file:
        for path in files * 2:
            with open(path, "rb") as text:
                file.write(text.read())
    plain, recorded = os.path.join(build, "plain.zst"), os.path.join(build, "recorded.zst")
    command = [program, "-q", "-f", "-T4", "-B1M", data, "-o"]
    run([*command, plain])
    trace = os.path.join(place, "zstd.ncp")
    done = record([*command, recorded], trace)
    with open(plain, "rb") as one, open(recorded, "rb") as other:
        same = done.returncode == 0 and one.read() == other.read()
    tap.ok(same, "zstd with four threads writes the same file", done.stderr)
    jobs = -(-os.path.getsize(data) // (1 << 20))
    calls = recorded_calls(trace)["ZSTDMT_compressionJob"]
    tap.ok(calls == jobs, f"zstd: a job each of {jobs} MB", calls)


def main():
    """When it is asked for, and there is a network."""
    tap = Tap()
    missing = [tool for tool in ("valgrind", "apt-get", "dpkg-source", "tclsh") if not have(tool)]
    reason = "" if os.environ.get("SOAK") else "for make soak"
    if not reason and missing:
        reason = f"no {missing[0]}"
    with folder() as place:
        source = os.path.join(place, "source")
        os.makedirs(source)
        try:
            found = [] if reason else fetch(["sqlite3", "libzstd"], source)
        except (RuntimeError, OSError, TypeError, StopIteration,
                subprocess.TimeoutExpired) as error:
            found, reason = [], (str(error).splitlines() or ["no sources"])[-1][:80]
        if found:
            sqlite(tap, found[0], place)
            zstd(tap, found[1], place)
        else:
            tap.skip("SQLite and zstd from Debian's sources", reason)
    tap.done()


main()
