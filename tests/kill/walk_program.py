"""The same as walk.c, for the Python recorder: walk_program.py PROGRESS"""
import mmap
import sys
import threading

THREADS, DEPTH_MAX = 2, 7
with open(sys.argv[1], "r+b") as file:
    slots = memoryview(mmap.mmap(file.fileno(), 4096)).cast("Q")


class Walker:
    def __init__(self, number):
        self.number, self.random, self.count = number, number + 1, 0


def make(name):
    source = f"""
def {name}(walker, depth):
    walker.count += 1
    slots[walker.number * 2 + 1] = walker.count
    while depth < DEPTH_MAX:
        walker.random = (walker.random * 1664525 + 1013904223) & 0xffffffff
        r = walker.random >> 16
        if r % 16 >= 9:
            break
        walks[r >> 4 & 3](walker, depth + 1)
    walker.count += 1
    slots[walker.number * 2 + 1] = walker.count
"""
    exec(compile(source, name, "exec"), globals())
    return globals()[name]


walks = [make(f"walk_{n}") for n in range(4)]


def run(number):
    walker = Walker(number)
    slots[number * 2] = threading.get_native_id()
    while True:
        walker.random = (walker.random * 1664525 + 1013904223) & 0xffffffff
        walks[walker.random >> 20 & 3](walker, 0)


threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
