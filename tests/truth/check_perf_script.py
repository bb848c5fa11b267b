#!/usr/bin/python3
"""perf script's text: samples, own and inclusive counts of every symbol against a reading of the
file in Python by regular expressions, and the number of samples that stackcollapse-perf.pl finds."""
import collections
import gzip
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, differ, report, require_corpus

HEADER = re.compile(r"^\s*(\S.*?)\s+(\d+(?:/\d+)?)\s+(?:\[\d+\]\s+)?(?:\d+\.\d+:\s+)?"
                    r"(?:(\d+)\s+)?(\S+):(?:\s+(.*))?$")
FRAME = re.compile(r"^\s*([0-9a-f]+)\s+(.*?)(?:\+0x[0-9a-f]+)?(?:\s+\(((?:[^()]|\([^()]*\))*)\))?\s*$")


def samples_of(path):
    """(event, symbols with the innermost first, weight) of every sample."""
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    event, stack, weight = None, [], 1
    for line in data.decode(errors="surrogateescape").split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        header = HEADER.match(line)
        if header and not (line.startswith("\t") and FRAME.match(line)):
            if event:
                yield event, stack, weight
            event, stack, weight = header[4], [], int(header[3] or 1)
            line = header[5] or ""
        if frame := FRAME.match(line):
            stack.append(frame[2] or frame[1])
    if event:
        yield event, stack, weight


def check_file(tap, path):
    events = collections.defaultdict(list)
    for event, stack, _ in samples_of(path):
        events[event].append(stack)
    for event, stacks in events.items():
        try:
            document = report(path, "--metric", f"{event} samples")
        except RuntimeError:
            document = report(path, "--metric", event)
        own, inclusive = collections.Counter(), collections.Counter()
        for stack in stacks:
            own[stack[0] if stack else "[no frame]"] += 1
            inclusive.update(set(stack) or {"[no frame]"})
        ours, sums = collections.Counter(), collections.defaultdict(list)
        for row in document["functions"]:
            ours[row["name"]] += row["tottime"]
            sums[row["name"]].append(row["cumtime"])
        problems = differ("samples", document["profile"]["total"], len(stacks), 0)
        for name, count in own.items():
            problems += differ(name, ours[name], count, 0)
        for name, count in inclusive.items():
            if len(sums[name]) == 1:
                problems += differ(f"{name} with callees", sums[name][0], count, 0)
        tap.result(f"{path.name}: {event}", problems)


def check_collapsed(tap, path, expected):
    """It weighs by periods, takes the first event only, and a last sample only before a blank line."""
    samples = list(samples_of(path))
    weights = [weight for event, stack, weight in samples if event == samples[0][0] and stack]
    theirs = sum(int(line.rsplit(" ", 1)[1]) for line in
                 expected.read_text(errors="replace").splitlines() if line.strip())
    tap.result(f"{path.name}: {expected.name.rsplit('.', 1)[1]}",
               [] if theirs in (sum(weights), sum(weights[:-1])) else
               [f"{sum(weights)}, stackcollapse-perf.pl {theirs}"])


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "perf-script").iterdir()):
        if ".expected." in path.name:
            continue
        check_file(tap, path)
        for kind in "all", "collapsed-all":
            expected = Path(f"{path}.expected.{kind}")
            if expected.exists():
                check_collapsed(tap, path, expected)
    return tap.finish()


sys.exit(main())
