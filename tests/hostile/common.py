"""What the tests of hostile files share: writing a file, reading it with `ncprof report`, and what
that may come to."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tap import Skip, expect, run, test  # noqa: E402, F401: for the tests

TOP = Path(__file__).resolve().parent.parent.parent
CORPUS = TOP.parent / "shared/corpus"
NCPROF = os.environ.get("NCPROF", ".build/bin/ncprof")
WORK = tempfile.TemporaryDirectory()
DEEP = 1_000_000
MEMORY_SLACK, MEMORY_A_BYTE = 64 << 20, 64
SECONDS, SECONDS_A_BYTE = 2, 5e-6
# A sanitizer takes memory and time of its own: of its build only the reports count.
SANITIZED = any(name in Path(NCPROF).read_bytes() for name in (b"__asan_init", b"__tsan_init", b"__ubsan_handle"))
EXIT_READ, EXIT_REFUSED = 0, 2


def repeat(piece, count):
    """In parts: the memory of this program counts in that of those it starts."""
    if isinstance(piece, str):
        piece = piece.encode()
    at_once = max(1, min(count, (1 << 18) // len(piece)))
    block = piece * at_once
    for _ in range(count // at_once):
        yield block
    yield piece * (count % at_once)


def each(function, count):
    for start in range(0, count, 4096):
        yield "".join(function(i) for i in range(start, min(count, start + 4096)))


# ---- protobuf ----

def varint(number):
    out = bytearray()
    while number > 0x7f:
        out.append(number & 0x7f | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


# ---- files ----

def write(name, parts):
    path = Path(WORK.name) / name
    with open(path, "wb") as file:
        for part in [parts] if isinstance(parts, (bytes, str)) else parts:
            for piece in [part] if isinstance(part, (bytes, str)) else part:
                file.write(piece.encode() if isinstance(piece, str) else piece)
    return path


def report(path, *options):
    """(status, output, errors, bytes of memory, seconds of the processor)."""
    files = [open(Path(WORK.name) / name, "wb+") for name in ("out", "err")]
    child = subprocess.Popen([NCPROF, "report", "--limit", "5", *options, str(path)],
                             stdin=subprocess.DEVNULL, stdout=files[0], stderr=files[1])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    texts = []
    for file in files:
        file.seek(0)
        texts.append(file.read())
        file.close()
    return child.returncode, *texts, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime


def controls(text):
    return [c for c in text if (c < 32 and c not in b"\n") or c == 127]


def bounded(path, size, *options):
    """Reads a file that holds `size` bytes, unpacked; (exit status, output, errors)."""
    status, out, err, memory, seconds = report(path, *options)
    expect(status in (EXIT_READ, EXIT_REFUSED), f"exit status {status}: {err[-300:]!r}")
    expect(not controls(out + err), f"prints {controls(out + err)[:5]}")
    (out + err).decode("utf-8")
    if status:
        expect(err.startswith(f"ncprof: {path}: ".encode()) and err.count(b"\n") == 1, repr(err))
    expect(not SANITIZED or (b"runtime error:" not in err and b"Sanitizer" not in err), repr(err[:2000]))
    expect(SANITIZED or memory <= MEMORY_SLACK + MEMORY_A_BYTE * size, f"{memory >> 20} MB for {size} bytes")
    expect(SANITIZED or seconds <= SECONDS + SECONDS_A_BYTE * size, f"{seconds:.1f} s for {size} bytes")
    if os.environ.get("HOSTILE_VERBOSE"):
        print(f"# {path}: {size} bytes, {memory >> 20} MB, {seconds:.2f} s, {status}: "
              f"{(err or out)[:90]!r}")
    return status, out, err


def check(name, parts, *options, status=None, says=None, size=None):
    """`status`: which of the two it must be; `says`: what the error or a note has to hold."""
    path = write(name, parts)
    got, out, err = bounded(path, size or path.stat().st_size, *options)
    path.unlink()
    expect(status in (None, got), f"{name}: exit status {got}: {(err or out)[-300:]!r}")
    expect(not says or says.encode() in out + err, f"{name}: {says!r} is not in {(err or out)[-300:]!r}")


def check_all(cases, *options, **wanted):
    for name, parts in cases.items():
        try:
            check(name, parts, *options, **wanted)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None
