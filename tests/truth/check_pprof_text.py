#!/usr/bin/python3
"""pprof's profiles as text: what `pprof -raw` printed of every pprof file of the corpus, read as a
file of its own, and pprofutils' JSON, which holds the profile of the raw text beside it."""
import gzip
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, TRUTH, Tap, require_corpus
from pprof_raw import Raw, check_type


def problems_of(path, text):
    raw = Raw(text, modules=True)
    names = [name for name, _, _ in raw.types]
    return [problem for index, name in enumerate(names) if names.index(name) == index
            for problem in check_type(path, raw, index)]


def main():
    require_corpus()
    tap = Tap()
    text = (CORPUS / "pprof-text/pprofutils__raw.out.txt").read_text()
    for name in "pprofutils__raw.out.txt", "pprofutils__json.in.json":
        tap.result(name, problems_of(CORPUS / "pprof-text" / name, text))
    with tempfile.TemporaryDirectory() as folder:
        for truth in sorted((TRUTH / "pprof").glob("*.raw.txt.gz")):
            text = gzip.open(truth, "rt", errors="replace").read()
            if not Raw(text).types:
                continue
            path = Path(folder) / "raw.txt"
            path.write_text(text)
            tap.result(f"-raw of {truth.name[:90]}", problems_of(path, text))
    return tap.finish()


sys.exit(main())
