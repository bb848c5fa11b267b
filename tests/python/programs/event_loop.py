"""asyncio: tasks that hand over to each other, a queue, cancellation; no time is waited for."""
import asyncio


async def produce(queue, n):
    for i in range(n):
        await queue.put(i)
        await asyncio.sleep(0)
    await queue.put(None)


async def consume(queue):
    total = 0
    while True:
        value = await queue.get()
        if value is None:
            return total
        total += value


async def forever():
    while True:
        await asyncio.sleep(0)


async def main():
    queue = asyncio.Queue()
    endless = asyncio.ensure_future(forever())
    results = await asyncio.gather(consume(queue), produce(queue, 10))
    endless.cancel()
    try:
        await endless
    except asyncio.CancelledError:
        pass
    return results


asyncio.run(main())
