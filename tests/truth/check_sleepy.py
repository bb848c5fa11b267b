#!/usr/bin/python3
"""Very Sleepy's captures against the archive's texts."""
import shlex
import sys
import zipfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, compare, require_corpus


def main():
    require_corpus()
    tap = Tap()
    for path in sorted((CORPUS / "sleepy").iterdir()):
        archive = zipfile.ZipFile(path)
        names = {}
        for line in archive.read("Symbols.txt").decode().splitlines():
            number, _, name = shlex.split(line.replace("'", "\\'").replace("\\", "\\\\"))[:3]
            names[number] = name.replace("\\'", "'")
        stacks = []
        for line in archive.read("Callstacks.txt").decode().splitlines():
            seconds, *stack = line.split()
            stacks.append(([names[at] for at in reversed(stack)], float(seconds)))
        tap.result(f"{path.name}: {len(stacks)} stacks", compare(path, stacks))
    return tap.finish()


sys.exit(main())
