#!/usr/bin/env python3
"""--tasks: what coroutines run is in threads of their own, named by the coroutine that is a task."""
import json

from support import NCPROF, Recording, TMP, Tap, each, run

PROGRAM = """
import asyncio, threading
class Server:
    async def handle(self, n):
        await self.read()
        step()
        return n
    async def read(self):
        for _ in range(3):
            await asyncio.sleep(0)
            step()
class Reply:
    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return 1
async def client(n):
    for _ in range(n):
        await Reply()
        step()
async def stream(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i
async def reader():
    async for _ in stream(5):
        step()
def step():
    return len([1])
def called():
    step()
async def main():
    asyncio.get_event_loop().call_soon(called)
    await asyncio.gather(client(10), reader(), *(Server().handle(i) for i in range(100)))
asyncio.run(main())
thread = threading.Thread(target=lambda: asyncio.run(reader()))
thread.start()
thread.join()
step()
"""
TASKS = {"main", "client", "reader", "Server.handle"}


def report(trace, *words):
    done = run([NCPROF, "report", trace, "--format", "json", "--limit", "0", *words])
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def calls(trace, thread, *words):
    rows = report(trace, "--thread", thread, *words)["functions"]
    return {row["name"]: row["ncalls"] for row in rows}


def tasks(*own):
    def check(python):
        path = TMP / "tasks.py"
        path.write_text(PROGRAM)
        trace = record(python, path, own)
        info = run([NCPROF, "info", trace, "--tasks"]).stdout.decode()
        found = {word.split("task ")[1].split("  ")[0] for word in info.splitlines() if "  task " in word}
        assert TASKS <= found and not found & {"stream", "Server.read", "Reply.__await__"}, found
        handle = calls(trace, "task Server.handle", "--tasks")
        assert (handle["Server.handle"], handle["Server.read"], handle["step"]) == (400, 400, 400)
        assert calls(trace, "task client", "--tasks")["step"] == 10
        assert calls(trace, "task reader", "--tasks")["step"] == 10  # in both threads
        assert calls(trace, "MainThread", "--tasks")["step"] == 2
        same(trace)
    return check


def record(python, path, own):
    recording = Recording([python, str(path)], own=own)
    assert recording.status == 0, recording.err.decode()
    return recording.trace


def same(trace):
    """Every call and all the time is there, once."""
    plain, split = report(trace), report(trace, "--tasks")
    assert abs(plain["profile"]["total"] - split["profile"]["total"]) < 1e-9
    self = [{(row["name"], row["file"]): (row["ncalls"], row["tottime"]) for row in each_["functions"]}
            for each_ in (plain, split)]
    assert self[0] == self[1]


def without(python):
    path = TMP / "plain.py"
    path.write_text("def f(): pass\nf()\n")
    done = run([NCPROF, "report", record(python, path, ()), "--tasks"])
    assert done.returncode == 2 and b"has no coroutines" in done.stderr, done.stderr


def main():
    tap = Tap()
    each(tap, "tasks are told apart", tasks())
    each(tap, "tasks are told apart, --python-only", tasks("--python-only"))
    each(tap, "a program without coroutines", without, ["system"])
    tap.close()


main()
