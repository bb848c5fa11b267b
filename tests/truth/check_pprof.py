#!/usr/bin/python3
"""Every pprof file of the corpus against what `go tool pprof -raw` printed of it: each function's
flat and cumulative values of every sample type, and the totals."""
import gzip
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, TRUTH, Tap, report, require_corpus, run
from pprof_raw import Raw, check_type


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
