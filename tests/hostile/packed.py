#!/usr/bin/env python3
"""Packed files that are made to fill the memory: refused within the bound, with a limit that is
said and can be set."""
import gzip
import struct
import zlib

from common import EXIT_READ, EXIT_REFUSED, check, expect, repeat, run, test

LINES = b"main;a 1\n" * 116_509  # 1 MiB
RATIO = "unpacks to more than 200 times its size, as no profile does; with --max-unpacked SIZE"
# What 1 MB may come to before it is refused: 200 times as much and 64 MiB.
UNPACKED = 264 << 20


def gzip_bomb(mebibytes, piece=LINES):
    """A gzip member that is never finished: who reads to its end has been through all of it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    yield b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    yield repeat(block, mebibytes)


def gzip_lines(mebibytes):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for _ in range(mebibytes):
        yield packer.compress(LINES)
    yield packer.flush()


def zstd_blocks(content, kind, count):
    """Of RFC 8878: raw (0) or one byte repeated (1), 128 KiB each; no block is the last."""
    size = len(content) if kind == 0 else 128 << 10
    return repeat(struct.pack("<I", size << 3 | kind << 1)[:3] + content, count)


def zstd_bomb(mebibytes, piece=b"\n"):
    yield b"\x28\xb5\x2f\xfd" + b"\x00" + b"\x38"  # a window of 128 KiB, no size, no checksum
    yield zstd_blocks(b"main;a 1\n", 0, 1)
    yield zstd_blocks(piece, 1, mebibytes * 8)


def joined(parts):
    return b"".join(piece for part in parts for piece in ([part] if isinstance(part, bytes) else part))


@test("2 MB of gzip that unpack to 1 GB are refused, and says how it is read")
def _():
    check("bomb.gz", gzip_bomb(1000), status=EXIT_REFUSED, says=RATIO, size=UNPACKED)


@test("320 KB of zstd that unpack to 10 GB are refused")
def _():
    for name, piece in (("lines.zst", b"\n"), ("nuls.zst", b"\0")):
        check(name, zstd_bomb(10_000, piece), status=EXIT_REFUSED, size=UNPACKED)


@test("gzip in gzip that unpacks to 10 GB is refused")
def _():
    check("twice.gz", gzip.compress(joined(gzip_bomb(10_000)), 9), status=EXIT_REFUSED, says=RATIO,
          size=UNPACKED)


@test("whatever is asked for all at once does not fill the memory either")
def _():
    for reader in ("pprof", "pstats", "lprof", "mojo", "speedscope", "chrome"):
        check("all.zst", zstd_bomb(10_000), "--from", reader, status=EXIT_REFUSED, size=UNPACKED)


@test("--max-unpacked reads it all the same, up to that")
def _():
    packed, size = joined(gzip_lines(220)), 220 << 20
    check("more.gz", packed, status=EXIT_REFUSED, says=RATIO, size=size)
    check("more.gz", packed, "--max-unpacked", "300M", status=EXIT_READ, size=size)
    check("more.gz", packed, "--max-unpacked", "50M", status=EXIT_REFUSED, size=size,
          says="unpacks to more than the limit of 50000000 bytes; see --max-unpacked")


@test("a packed file that unpacks to little is read, however well it packs")
def _():
    check("less.gz", gzip_lines(60), status=EXIT_READ, size=60 << 20)


@test("a packed file within a packed file, five deep, is refused")
def _():
    packed = LINES[:90]
    for _ in range(5):
        packed = gzip.compress(packed)
    check("deep.gz", packed, status=EXIT_REFUSED, says="packed more than 4 times over")


@test("a zstd frame that claims a window of 2 GB is refused or read within the bound")
def _():
    for exponent in (17, 20, 21, 31):
        check("window.zst", [b"\x28\xb5\x2f\xfd\x00" + bytes([exponent << 3]),
                             zstd_blocks(b"main;a 1\n", 0, 3)])
    check("size.zst", b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8 + joined([zstd_blocks(b"a 1\n", 0, 1)]))


if __name__ == "__main__":
    run()
