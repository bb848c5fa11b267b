#!/usr/bin/python3
"""DHAT's JSON against the file itself: every measure, by function."""
import gzip
import json
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, compare, require_corpus


METRICS = {"tb": "total", "tbk": "total blocks", "gb": "at peak", "gbk": "blocks at peak",
           "eb": "at end", "ebk": "blocks at end"}


def name_of(frame):
    return re.fullmatch(r"0x[0-9A-Fa-f]+: (.*) \((?:in )?[^()]*\)", frame)[1]


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "dhat").iterdir()):
        document = json.load(gzip.open(path))
        names = [None] + [name_of(frame) for frame in document["ftbl"][1:]]
        for key, metric in METRICS.items():
            stacks = [([names[at] for at in reversed(point["fs"])], point[key])
                      for point in document["pps"]]
            tap.result(f"{path.name}: {metric}, {len(stacks)} points",
                       compare(path, stacks, "--metric", metric))
    return tap.finish()


sys.exit(main())
