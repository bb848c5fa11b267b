"""Coroutines, asynchronous generators, iterators and context managers, without an event loop."""


class Wait:
    def __init__(self, times):
        self.times = times

    def __await__(self):
        for i in range(self.times):
            yield i
        return self.times


class Manager:
    async def __aenter__(self):
        await Wait(1)
        return self

    async def __aexit__(self, kind, value, trace):
        await Wait(1)
        return kind is KeyError


async def numbers(n):
    for i in range(n):
        await Wait(1)
        yield i


async def work(name, n):
    total = 0
    async for i in numbers(n):
        total += i
    async with Manager():
        total += await Wait(2)
        if name == "failing":
            raise KeyError(name)
    return total


async def recursive(n):
    return 0 if n == 0 else 1 + await recursive(n - 1)


async def gather():
    return [await work(name, 3) for name in ("a", "failing", "b")] + [x async for x in numbers(2)]


def drive(coroutine):
    """Round and round until it is done."""
    steps = 0
    while True:
        try:
            coroutine.send(None)
            steps += 1
        except StopIteration as stop:
            return steps, stop.value


drive(work("one", 4))
drive(recursive(10))
drive(gather())
several = [work(str(i), i) for i in range(4)]
while several:
    for task in list(several):
        try:
            task.send(None)
        except StopIteration:
            several.remove(task)
cancelled = work("cancelled", 3)
cancelled.send(None)
try:
    cancelled.throw(RuntimeError("cancelled"))
except RuntimeError:
    pass
closed = numbers(3)
closing = closed.aclose()
try:
    closing.send(None)
except StopIteration:
    pass
