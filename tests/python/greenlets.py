#!/usr/bin/env python3
"""Greenlets: every one has its own stack, and what is called in it is counted there."""
from support import Recording, Skip, TMP, Tap, each, run, version_of

SWITCHES = """
from greenlet import greenlet, getcurrent
def ping(n):
    for i in range(n):
        step(i)
        other.switch(i)
    return "ping ended"
def pong(first):
    while True:
        step(first)
        first = inner()
def inner():
    return one.switch()
def step(i):
    return len([i])
def producer():
    for i in range(100):
        deep(5, i)
def deep(n, i):
    if n:
        deep(n - 1, i)
    else:
        getcurrent().parent.switch(i)
def failing():
    step(0)
    getcurrent().parent.switch()
    try:
        step(0)
        getcurrent().parent.switch()
    finally:
        step(0)
one, other = greenlet(ping), greenlet(pong)
def main():
    assert one.switch(50) == "ping ended"
    many = [greenlet(producer) for _ in range(20)]
    for i in range(101):
        for each in many:
            each.switch()
    assert all(each.dead for each in many)
    fails = greenlet(failing)
    fails.switch()
    fails.switch()
    try:
        fails.throw(KeyError)
    except KeyError:
        step(0)
    left = greenlet(failing)
    left.switch()
    left.switch()
    del left
    step(0)
main()
"""
EXPECTED = {"ping": 1, "pong": 1, "inner": 50, "step": 50 + 50 + 8, "producer": 20,
            "deep": 20 * 100 * 6, "failing": 2, "main": 1}
THREADS = """
import threading
from greenlet import greenlet, getcurrent
def body(n):
    for i in range(n):
        step(i)
        getcurrent().parent.switch()
def step(i):
    return i
def work():
    several = [greenlet(body) for _ in range(5)]
    for green in several:
        green.switch(10)
    while several:
        for green in list(several):
            green.switch()
            if green.dead:
                several.remove(green)
work()
threads = [threading.Thread(target=work, name="green %d" % i) for i in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
FORK = """
import os
from greenlet import greenlet, getcurrent
def body():
    for i in range(10):
        step()
        getcurrent().parent.switch()
def step():
    pass
def forking():
    child = os.fork() == 0
    step()
    getcurrent().parent.switch(child)
    step()
def main():
    green = greenlet(body)
    green.switch()
    fork = greenlet(forking)
    child = fork.switch()
    fork.switch()
    while not green.dead:
        green.switch()
    os._exit(0) if child else os.wait()
main()
"""

# Greenlets that begin in a deep recursion, that go on when it is over and in the next one.
DEEP = """
import sys
from greenlet import greenlet, getcurrent
sys.setrecursionlimit(200000)
def body(n):
    while getcurrent().parent.switch(inner(20, n)) is not None:
        pass
def inner(d, n):
    if d:
        return inner(d - 1, n)
    getcurrent().parent.switch("in")
    return n
kept = []
def down(n):
    if n:
        return down(n - 1)
    for i in range(10):
        kept.append(greenlet(body))
        assert kept[-1].switch(i) == "in"
    return use()
def use():
    return [green.switch(1) for green in kept]
def again(n):
    return again(n - 1) if n else use()
for _ in range(3):
    print(down(60000), use(), again(60000))
    kept.append(greenlet(body))
    kept[-1].switch(99)
    print(again(60000))
for green in kept:
    while not green.dead:
        green.switch(None)
def after():
    pass
after()
"""


def record(python, text, own):
    if run([python, "-c", "import greenlet; greenlet.settrace"]).returncode:
        raise Skip("this Python has no greenlet")
    path = TMP / "green.py"
    path.write_text(text)
    recording = Recording([python, str(path)], own=own)
    assert recording.status == 0, recording.err.decode()
    return recording


def has(calls, **expected):
    for name, count in expected.items():
        assert calls[name] == count, f"{name}: {calls[name]} calls, not {count}"


def switches(*own):
    def check(python):
        recording = record(python, SWITCHES, own)
        has(recording.calls(), **EXPECTED)
        assert "greenlet 20" in recording.info(), recording.info()
    return check


def threads(*own):
    return lambda python: has(record(python, THREADS, own).calls(), work=4, body=20, step=200)


def fork(*own):
    """Each process its own: what is open at the fork belongs to the parent."""
    return lambda python: has(record(python, FORK, own).calls(), main=1, body=1, forking=1,
                              step=1 + 2 * 2 + 2 * 9)


def deep(python):
    """3.11 calls without using the machine's stack, which the hook does and greenlets copy."""
    if version_of(python) != (3, 11):
        raise Skip("this interpreter overflows its own stack, or is not hooked")
    recording = record(python, DEEP, ("--python-only",))
    plain = run([python, TMP / "green.py"])
    assert plain.returncode == 0 and recording.out == plain.stdout, recording.out[-200:]
    assert "deeper than half of the machine's stack" in recording.info(), recording.info()
    has(recording.calls(), body=13, after=1)  # of 33 20 began below that half
    assert recording.calls()["down"] >= 60000, recording.calls()


def main():
    tap = Tap()
    for label, own in (("", ()), (", --python-only", ("--python-only",))):
        each(tap, "switches" + label, switches(*own))
        each(tap, "in threads" + label, threads(*own))
        each(tap, "fork" + label, fork(*own))
    each(tap, "begun in deep recursion, --python-only", deep)
    tap.close()


main()
