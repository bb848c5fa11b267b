#!/usr/bin/python3
"""The text of macOS' sample against the file itself, read by the few lines below."""
import re
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, report, require_corpus

LINE = re.compile(r"^([ +!|:]+)(\d+) (.*)$")


def own_samples(text):
    """name -> samples that no line below has; the first level are threads."""
    own, above = Counter(), []
    for line in text.split("Call graph:\n")[1].split("\n\n")[0].splitlines():
        indent, count, name = LINE.match(line).groups()
        while above and above[-1][0] >= len(indent):
            above.pop()
        if above:
            own[above[-1][1]] -= int(count)
        name = re.split("  \\(in |  \\[0x", name)[0] if above else "[no frame]"
        own[name] += int(count)
        above.append((len(indent), name))
    return own


def main():
    require_corpus()
    tap = Tap()
    path = CORPUS / "sample/inferno__sample.txt"
    rows = {row["name"]: row["tottime"] for row in report(path)["functions"]}
    wanted = {name: count for name, count in own_samples(path.read_text()).items() if count}
    ours = {name: count for name, count in rows.items() if count}
    tap.result(f"{path.name}: {len(wanted)} functions", [] if ours == wanted else [f"{ours}, {wanted}"])
    return tap.finish()


sys.exit(main())
