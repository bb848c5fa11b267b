#!/usr/bin/python3
"""pmcstat's call graph against the file itself, read by the few lines below. (speedscope takes the
innermost lines alone, whose numbers are here as well.)
"""
import re
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, require_corpus, tree

LINE = re.compile(r"^( *)[\d.]+%  \[(\d+)\]\s*(\S+)(?: @ (.*))?$")


def stacks_of(text):
    """stack, outermost first -> samples of it that no line below has"""
    stacks, open_lines, image = Counter(), [], ""
    for line in text.splitlines():
        match = LINE.match(line)
        if not match:
            continue
        depth, count, image = len(match[1]), int(match[2]), match[4] or image
        del open_lines[depth:]
        if open_lines:
            stacks[tuple(reversed(open_lines))] -= count
        open_lines.append((image, match[3]))
        stacks[tuple(reversed(open_lines))] += count
    return {stack: count for stack, count in stacks.items() if count}


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "pmcstat").glob("*.txt")):
        rows = tree(path)
        ours = {stack: row["tottime"] for stack, row in rows if row["tottime"]}
        theirs = stacks_of(path.read_text())
        tap.result(f"{path.name}: {len(theirs)} stacks", [] if ours == theirs else [f"{ours}, {theirs}"])
        outermost = Counter()
        for stack, row in rows:
            if len(stack) == 1:
                outermost[stack[0][1]] += row["cumtime"]
        tap.result(f"{path.name}: as speedscope where a chain is whole",
                   [] if outermost["fork_exit"] == 7448 and outermost["amd64_syscall"] == 1489
                   else [f"{outermost}"])
    return tap.finish()


sys.exit(main())
