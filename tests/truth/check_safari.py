#!/usr/bin/python3
"""Safari's recording against the file itself."""
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, compare, require_corpus


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "safari").glob("*.json")):
        recording = json.loads(path.read_text())["recording"]
        stacks = [[frame["name"] or "(anonymous)" for frame in reversed(sample["stackFrames"])]
                  for sample in recording["sampleStackTraces"]]
        times = list(zip(stacks, recording["sampleDurations"]))
        tap.result(f"{path.name}: {len(times)} durations", compare(path, times, absolute=1e-8))
        tap.result(f"{path.name}: {len(stacks)} samples",
                   compare(path, [(stack, 1) for stack in stacks], "--metric", "samples"))
    return tap.finish()


sys.exit(main())
