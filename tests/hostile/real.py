#!/usr/bin/env python3
"""Every fixture, and every file of the corpus below 1 MB when it is there, is read within the
bound; so is each of them cut and changed at random places, more of them with SOAK=1."""
import gzip
import os
import random
import zlib

from common import CORPUS, EXIT_READ, EXIT_REFUSED, TOP, Skip, bounded, expect, run, test, write

LARGEST = 1 << 20
SOAK = bool(os.environ.get("SOAK"))
VARIANTS = 20 if SOAK else 1  # of a file
FIXTURES = ("tests/fuzz/corpus", "tests/golden/data")


def files(*folders):
    found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path for path in found if path.stat().st_size <= LARGEST]


def unpacked(data):
    if data[:3] != b"\x1f\x8b\x08":
        return len(data)
    try:
        return len(gzip.decompress(data))
    except (OSError, EOFError, zlib.error):
        return len(data)


def changed(data, chance):
    data = bytearray(data)
    if chance.random() < 0.5:
        del data[chance.randrange(len(data)):]
    for _ in range(chance.randrange(5)):
        if data:
            data[chance.randrange(len(data))] = chance.choice((0, 0x7f, 0xff, 10, chance.randrange(256)))
    return bytes(data)


def read(paths):
    expect(paths, "there is no file")
    refused = 0
    for path in paths:
        status, _, _ = bounded(path, unpacked(path.read_bytes()))
        refused += status == EXIT_REFUSED
    expect(refused < len(paths) / 2, f"{refused} of {len(paths)} are refused")


def read_changed(paths):
    chance = random.Random(5)
    for path in paths:
        data = path.read_bytes()
        for _ in range(VARIANTS if data else 0):
            name = path.name if path.suffix in (".gz", ".zst") else "changed" + path.suffix
            other = write(name, changed(data, chance))
            try:
                bounded(other, unpacked(data))
            except AssertionError as error:
                keep = write("kept-" + path.name, other.read_bytes())
                raise AssertionError(f"{path} as {keep}: {error}") from None
            other.unlink()


def corpus():
    if not CORPUS.is_dir():
        raise Skip("no corpus")
    paths = files(*[p for p in sorted(CORPUS.iterdir()) if p.is_dir() and p.name != "truth"])
    return paths if SOAK else paths[::3]


@test("every fixture is read with 64 bytes of memory a byte and 64 MB")
def _():
    read(files(*(TOP / folder for folder in FIXTURES)))


@test("every fixture cut and changed at random places is, too")
def _():
    read_changed(files(*(TOP / folder for folder in FIXTURES)))


@test("the files of the corpus are (a third of them; all with SOAK=1)")
def _():
    read(corpus())


@test("the files of the corpus cut and changed at random places are, too")
def _():
    read_changed(corpus())


if __name__ == "__main__":
    run()
