#!/usr/bin/env python3
"""Parts of recordings (report --range): what they lack is said, and moments are the same everywhere."""
import json
import re
import subprocess

from common import FOLDER, NCPROF, equal, expect, fib, main, ncprof, program, record, test

DIES = r"""
#include <signal.h>
#include <time.h>
void nap(void) { nanosleep(&(struct timespec){0, 20000000}, 0); }
void end(void) { raise(SIGKILL); }
void step(int i) { nap(); if (i == 29) end(); }
int main(void) { for (int i = 0; i < 30; i++) step(i); return 0; }
"""


@test("a part of a thinned recording says in every format that it has not all calls")
def thinned():
    record("--min-time", "1s", "--force", "-o", "thin.ncp", "--", fib(), "15")
    for form in "text", "markdown", "csv", "json":
        done = subprocess.run([NCPROF, "report", "thin.ncp", "--range", "0s..", "--format", form],
                              cwd=FOLDER, capture_output=True, text=True)
        equal(done.returncode, 0, done.stderr)
        if form == "json":
            expect(json.loads(done.stdout)["profile"]["missing_calls"] > 1000, done.stdout)
        else:
            expect("calls of the recording have no events" in done.stdout + done.stderr, done)
    whole = json.loads(ncprof("report", "thin.ncp", "--format", "json"))
    expect("missing_calls" not in whole["profile"], whole["profile"])


@test("the title says the moment of a cut as notes and --range do; an earlier part is not cut")
def cut():
    record("--delay", "0.3", "--force", "-o", "cut.ncp", "--", program("dies", DIES, "-finstrument-functions"))
    text = ncprof("report", "cut.ncp")
    title = re.search(r", cut at ([\d.]+) (m?s), 2 frames open", text)
    note = re.search(r"note: Cut at t = ([\d.]+) s", text)
    expect(title and note, text)
    moment = float(title[1]) * (1 if title[2] == "s" else 1e-3)
    expect(abs(moment - float(note[1])) < 0.006, text)
    end = float(note[1])
    early = ncprof("report", "cut.ncp", "--range", f"0s..{end / 2}s")
    expect("cut at" not in early, early)
    late = ncprof("report", "cut.ncp", "--range", f"{end / 2}s..")
    expect(title[0] in late, late)


main()
