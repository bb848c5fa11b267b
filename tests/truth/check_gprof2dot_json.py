#!/usr/bin/python3
"""gprof2dot's JSON against the file itself."""
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, compare, require_corpus


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "gprof2dot-json").iterdir()):
        document = json.loads(path.read_text())
        names = [function["name"] for function in document["functions"]]
        for index, cost in enumerate(document["costs"]):
            stacks = [([names[at] for at in reversed(event["callchain"])], event["cost"][index])
                      for event in document["events"]]
            tap.result(f"{path.name}: {cost['description']}, {len(stacks)} events",
                       compare(path, stacks, "--metric", cost["description"]))
    return tap.finish()


sys.exit(main())
