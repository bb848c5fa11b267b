#!/usr/bin/env python3
"""--python-only: Python functions are counted as cProfile does, in the manner of PEP 523 to 3.11."""
from support import PROGRAMS, Recording, TMP, Tap, assert_same, each, run, truth, version_of

THREADS = """
import _thread, threading
def work(n):
    for i in range(n):
        step(i)
def step(i):
    return i
done = _thread.allocate_lock()
def raw():
    work(10)
    done.release()
done.acquire()
_thread.start_new_thread(raw, ())
done.acquire()
threads = [threading.Thread(target=work, args=(100,), name="worker-%d" % i) for i in range(5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
FORK = """
import os
def work(n):
    for i in range(n):
        step()
def step():
    pass
work(10)
if os.fork() == 0:
    work(100)
    os._exit(0)
os.wait()
work(1000)
"""
PROFILED = """
import cProfile
def before():
    pass
def during():
    pass
before()
profile = cProfile.Profile()
profile.enable()
during()
profile.disable()
assert any(getattr(entry.code, "co_name", "") == "during" for entry in profile.getstats())
before()
"""
DEEP = """
import sys
sys.setrecursionlimit(%d)
def down(n):
    if n == 0:
        return measure()
    return down(n - 1)
def measure():
    return len(sorted([3, 2, 1], key=lambda x: -x))
def fail(n):
    if n == 0:
        raise KeyError
    fail(n - 1)
for _ in range(3):
    assert down(%d) == 3
try:
    fail(%d)
except KeyError:
    pass
def endless(n):
    try:
        return endless(n + 1)
    except RecursionError:
        return n
print(endless(0))
"""
OTHER_TOOL = """
import ctypes
def before():
    pass
def after():
    pass
before()
api = ctypes.pythonapi
api.PyInterpreterState_Get.restype = ctypes.c_void_p
set_evaluator = api._PyInterpreterState_SetEvalFrameFunc
set_evaluator.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
default = ctypes.cast(api._PyEval_EvalFrameDefault, ctypes.c_void_p)
set_evaluator(api.PyInterpreterState_Get(), default)
after()
"""
SUBSCRIPT = """
import os
def make():
    class Row:
        def __getitem__(self, i):
            return i
    return Row()
def read(row):
    return row[1]
rows = [make() for _ in range(5)]
for row in rows:
    for _ in range(1000):
        read(row)
for _ in range(1000):
    os.environ["PATH"]
"""
ONLY = ("--python-only",)


def record(python, text, *arguments):
    path = TMP / "program.py"
    path.write_text(text, encoding="utf-8")
    recording = Recording([python, str(path), *arguments], own=ONLY)
    assert recording.status == 0, recording.err.decode()
    return recording


def hooked(recording):
    """No note says that the recorder had to fall back."""
    assert "could not be hooked" not in recording.info(), recording.info()
    return recording


def compare(python, command):
    recording = hooked(Recording([python, *command], own=ONLY))
    assert recording.status == 0, recording.err.decode()
    expected = {label: functions for label, functions in truth(python, command).items() if label[0]}
    assert_same(recording.counts(), expected)


def program(path):
    return lambda python: compare(python, [str(path)])


def has(calls, **expected):
    for name, count in expected.items():
        assert calls[name] == count, f"{name}: {calls[name]} calls, not {count}"


def threads(python):
    recording = hooked(record(python, THREADS))
    has(recording.calls(), raw=1, work=6, step=510)
    for name in ("MainThread", "worker-0", "worker-4"):
        assert name in recording.info(), f"no {name} in {recording.info()}"


def fork(python):
    calls = hooked(record(python, FORK)).calls()
    has(calls, work=3, step=1110)


def subscript(python):
    """3.11.2 calls a __getitem__ that is used often in a manner of its own."""
    calls = hooked(record(python, SUBSCRIPT)).counts()
    own = sum(count for (_, _, name), (count, _) in calls.items() if name == "__getitem__")
    assert own == 6000, f"{own} calls of __getitem__"


def own_profiler(python):
    """cProfile in the program sees what it would see, and the recorder goes on."""
    has(hooked(record(python, PROFILED)).calls(), before=2, during=1)


def other_tool(python):
    """Another tool in the recorder's place is said aloud."""
    recording = record(python, OTHER_TOOL)
    has(recording.calls(), before=1, after=0)
    assert "another tool evaluate Python's frames" in recording.info(), recording.info()


def endless_calls(python, recording):
    """The call that is one too many never runs: it is a call all the same up to 3.11."""
    return int(recording.out) + (1 if version_of(python) >= (3, 12) else 2)


def deep(limit, depth):
    """As deep as without the recorder, in memory that 3.11 does not need itself."""
    def check(python):
        text = DEEP % (limit, depth, depth)
        path = TMP / "plain.py"
        path.write_text(text)
        recording = record(python, text)
        if version_of(python) >= (3, 11) or limit <= 1000:
            plain = run([python, path])
            assert recording.out == plain.stdout, (recording.out, plain.stdout)
        has(recording.calls(), down=3 * (depth + 1), measure=3, fail=depth + 1,
            endless=endless_calls(python, recording))
        assert recording.calls()["<lambda>"] == 9, recording.calls()
    return check


def main():
    tap = Tap()
    for path in sorted(PROGRAMS.glob("*.py")):
        each(tap, f"{path.stem} counts Python functions as cProfile does", program(path))
    each(tap, "threads, raw ones too", threads)
    each(tap, "__getitem__ called often", subscript)
    each(tap, "fork", fork)
    each(tap, "cProfile in the program", own_profiler)
    each(tap, "another evaluator of frames", other_tool, ["3.9", "3.10", "3.11"])
    each(tap, "recursion to the default limit", deep(1000, 900))
    each(tap, "recursion 90,000 deep", deep(100000, 90000))
    tap.close()


main()
