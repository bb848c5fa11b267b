#!/usr/bin/env python3
"""Time in which a generator or a coroutine is suspended is not its own, and not its cumulative time."""
import json

from support import NCPROF, Recording, TMP, Tap, each, run

WAIT = 0.3
TASKS = """
import asyncio, time
WAIT = %s
async def sleeper():
    await asyncio.sleep(WAIT)
async def outer():
    await sleeper()
    for _ in range(3):
        await asyncio.sleep(0.01)
async def busy():
    await asyncio.sleep(0)
    spin(WAIT)
    await asyncio.sleep(0)
def spin(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass
async def stream():
    for i in range(3):
        await asyncio.sleep(WAIT / 3)
        yield i
async def reader():
    async for item in stream():
        pass
async def cancelled():
    try:
        await asyncio.sleep(100)
    finally:
        await asyncio.sleep(0.05)
async def main():
    task = asyncio.ensure_future(cancelled())
    await asyncio.gather(outer(), reader(), *(sleeper() for _ in range(5)))
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    await busy()
asyncio.run(main())
def generator():
    for i in range(3):
        yield i
def inner():
    yield from generator()
for _ in inner():
    time.sleep(WAIT / 3)
def receiver():
    while True:
        try:
            yield
        except KeyError:
            pass
it = receiver()
next(it)
time.sleep(WAIT / 3)
it.throw(KeyError)
time.sleep(WAIT / 3)
it.close()
""" % WAIT


def times(python, own):
    """Name -> (ncalls, self, cumulative), in seconds"""
    path = TMP / "suspended.py"
    path.write_text(TASKS)
    recording = Recording([python, str(path)], own=own)
    assert recording.status == 0, recording.err.decode()
    done = run([NCPROF, "report", recording.trace, "--format", "json", "--limit", "0"])
    rows = json.loads(done.stdout)["functions"]
    return {row["name"]: row for row in rows if row["file"] == str(path)}


def suspended(*own):
    def check(python):
        rows = times(python, own)
        names = {name: row for name, row in rows.items()}
        calm = ("sleeper", "outer", "stream", "reader", "cancelled", "generator", "inner",
                "receiver", "main")
        for name in calm:
            limit = WAIT * 0.5 + (names["busy"]["cumtime"] if name == "main" else 0)
            assert names[name]["cumtime"] < limit, (name, names[name])
            assert names[name]["tottime"] < WAIT * 0.5, (name, names[name])
        assert names["spin"]["raw_cumtime"] >= WAIT * 0.99, names["spin"]
        assert names["busy"]["raw_cumtime"] >= WAIT * 0.99, names["busy"]
        assert names["busy"]["tottime"] < WAIT * 0.5, names["busy"]
        assert names["spin"]["ncalls"] == 1
        assert names["generator"]["ncalls"] == 4, names["generator"]
    return check


def main():
    tap = Tap()
    each(tap, "suspended time counts for nobody", suspended())
    each(tap, "suspended time counts for nobody, --python-only", suspended("--python-only"))
    tap.close()


main()
