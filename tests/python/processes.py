#!/usr/bin/env python3
"""Threads, children of every kind, programs that end without notice or profile themselves."""
import signal

from support import Recording, TMP, Tap, each, version_of

THREADS = """
import threading
def work(n):
    for i in range(n):
        step(i)
def step(i):
    return len([i])
def named():
    threading.current_thread().name = "renamed"
    work(7)
threads = [threading.Thread(target=work, args=(100,), name="worker-%d" % i) for i in range(5)]
threads.append(threading.Thread(target=named))
class Own(threading.Thread):
    def start(self):
        threading.Thread.start(self)
    def run(self):
        work(3)
threads.append(Own(name="na\\u00efve \\u65b9"))
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
MANY = """
from concurrent.futures import ThreadPoolExecutor
import threading
def work(n):
    return n
for i in range(300):
    thread = threading.Thread(target=work, args=(i,))
    thread.start()
    thread.join()
with ThreadPoolExecutor(4) as pool:
    assert sum(pool.map(work, range(100))) == 4950
"""
RAW = """
import _thread, sys, time
def work(n):
    for i in range(n):
        step(i)
def step(i):
    return len([i])
def body(n):
    work(n)
    locks[n].release()
locks = [_thread.allocate_lock() for n in range(40)]
for lock in locks:
    lock.acquire()
_thread.start_new_thread(time.sleep, (0.01,))
for n in range(20):
    _thread.start_new_thread(body, (n,))
for n in range(20, 40):
    _thread.start_new_thread(body, (n,))
    locks[n].acquire()
for lock in locks[:20]:
    lock.acquire()
try:
    _thread.start_new_thread(1, 2)
except TypeError:
    pass
sys.setrecursionlimit(30000)
def down(n):
    return down(n - 1) if n else 0
down(1000)
"""
LATE = """
import threading, time
def late():
    while main.is_alive():
        time.sleep(0.01)
    after()
def after():
    pass
main = threading.main_thread()
threading.Thread(target=late).start()
"""
FORK = """
import os, sys
def work(n):
    for i in range(n):
        step()
def step():
    pass
def fork():
    work(10)
    pid = os.fork()
    if pid == 0:
        work(100)
        grandchild = os.fork()
        work(1000)
        if grandchild:
            os.waitpid(grandchild, 0)
        os._exit(0) if len(sys.argv) > 1 else sys.exit(0)
    os.waitpid(pid, 0)
fork()
"""
MULTIPROCESSING = """
import multiprocessing, sys
def work(n):
    return sum(step(i) for i in range(n))
def step(i):
    return i
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    process = context.Process(target=work, args=(1000,))
    process.start()
    process.join()
    with context.Pool(2) as pool:
        assert pool.map(work, [10] * 20) == [45] * 20
        pool.close()
        pool.join()
    work(5)
"""
NAMED = """
import concurrent.futures, multiprocessing, os, subprocess, sys
def work(n):
    return sum(step(i) for i in range(n))
def step(i):
    return i
def outer(method):
    process = multiprocessing.get_context(method).Process(target=work, args=(3,), name="inner")
    process.start()
    process.join()
class Own(multiprocessing.Process):
    def run(self):
        work(5)
        os._exit(0)
if __name__ == "__main__":
    method = sys.argv[1]
    multiprocessing.set_start_method(method)
    for process in (multiprocessing.Process(target=work, args=(100,), name="na\u00efve"),
                    multiprocessing.Process(target=outer, args=(method,), name="outer"),
                    Own(name="own")):
        process.start()
        process.join()
        assert process.exitcode == 0, process
    with multiprocessing.Pool(2) as pool:
        assert pool.map(work, [10] * 20) == [45] * 20
        pool.close()
        pool.join()
    with concurrent.futures.ProcessPoolExecutor(2) as executor:
        assert list(executor.map(work, [10] * 20)) == [45] * 20
"""
CHILDREN = """
import os, subprocess, sys
def step():
    pass
def replaced():
    child = os.fork()
    if child == 0:
        step()
        os.execv(sys.executable, [sys.executable, "-c", "def executed(): pass\\nexecuted()"])
    assert os.waitpid(child, 0)[1] == 0
def spawned():
    arguments = [sys.executable, "-c", "def spawned_python(): pass\\nspawned_python()"]
    assert os.waitpid(os.posix_spawn(sys.executable, arguments, os.environ), 0)[1] == 0
    assert os.waitpid(os.posix_spawn("/bin/true", ["true"], os.environ), 0)[1] == 0
def left():
    child = os.fork()
    if child == 0:
        for _ in range(1000):
            step()
        os._exit(7)
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 7
def shell():
    subprocess.run(["sh", "-c", sys.executable + " -c 'def through_shell(): pass\\nthrough_shell()'; true"], check=True)
replaced()
spawned()
left()
shell()
"""
SUBPROCESS = """
import subprocess, sys
def start_children():
    code = "def child(): pass\\nchild()"
    subprocess.run([sys.executable, "-c", code], check=True)
    subprocess.run("true", shell=True)
    subprocess.run([sys.executable, "-c", code], check=True, preexec_fn=lambda: None)
start_children()
"""
SUDDEN = """
import os, sys
def work(n):
    for i in range(n):
        step()
def step():
    pass
work(50000)
%s
"""
PROFILED = """
import cProfile, sys
def before():
    pass
def during():
    pass
def after():
    pass
before()
profile = cProfile.Profile()
profile.enable()
during()
profile.disable()
assert any(getattr(entry.code, "co_name", "") == "during" for entry in profile.getstats())
after()
print("done")
"""
SETPROFILE = """
import sys, time
events = []
def callback(frame, event, argument):
    events.append((event, frame.f_code.co_name))
def work():
    pass
sys.setprofile(None)
assert sys.getprofile() is None
work()
sys.setprofile(callback)
assert sys.getprofile() is callback
work()
sys.setprofile(None)
assert sys.getprofile() is None
work()
time.sleep(0.3)
assert ("call", "work") in events, events
"""
PROFILE_MODULE = """
import profile
def before():
    pass
def work():
    return max([0, len("x")])
before()
profile.run("work()")
"""
SETTRACE = """
import sys
lines = []
def trace(frame, event, argument):
    lines.append(event)
    return trace
def work():
    return 1
work()
sys.settrace(trace)
work()
sys.settrace(None)
work()
assert "line" in lines
"""


def record(python, text, *arguments):
    path = TMP / "program.py"
    path.write_text(text, encoding="utf-8")
    return Recording([python, str(path), *arguments])


def recorded_well(recording):
    assert recording.status == 0, recording.err.decode()
    return recording


def has(calls, **expected):
    for name, count in expected.items():
        assert calls[name] == count, f"{name}: {calls[name]} calls, not {count}"


def threads(python):
    recording = recorded_well(record(python, THREADS))
    has(recording.calls(), work=7, step=510, named=1)
    info = recording.info()
    for name in ("MainThread", "worker-0", "worker-4", "renamed", "na\u00efve \u65b9"):
        assert name in info, f"no {name} in {info}"


def many_threads(python):
    has(recorded_well(record(python, MANY)).calls(), work=400)


def raw_threads(python):
    """Without threading; those that run C functions only are waited for by nobody."""
    has(recorded_well(record(python, RAW)).calls(), body=40, work=40, step=780, down=1001)


def late_thread(python):
    has(recorded_well(record(python, LATE)).calls(), late=1, after=1)


def fork(python):
    """What was open at the fork belongs to the parent, what follows to each process."""
    for arguments in ([], ["_exit"]):
        calls = recorded_well(record(python, FORK, *arguments)).calls()
        has(calls, fork=1, work=4, step=2110)
        assert calls["_shutdown"] == 0, "the end of the interpreter was recorded in the child"


def multiprocessing(method):
    def check(python):
        calls = recorded_well(record(python, MULTIPROCESSING, method)).calls()
        has(calls, work=22, step=1205)
    return check


def named(method):
    """Every process is there, by the name that multiprocessing gave it, and every call."""
    def check(python):
        recording = recorded_well(record(python, NAMED, method))
        has(recording.calls(), work=1 + 1 + 1 + 40, step=100 + 3 + 5 + 400, outer=1)
        info, kind = recording.info(), {"fork": "Fork", "spawn": "Spawn", "forkserver": "ForkServer"}
        for name in ("na\u00efve", "outer", "inner", "own", kind[method] + "PoolWorker-4",
                     kind[method] + "Process-7"):
            assert f"  {name}  " in info, f"no {name} in {info}"
    return check


def children(python):
    """os.fork, exec, posix_spawn, a shell in between; os._exit."""
    calls = recorded_well(record(python, CHILDREN)).calls()
    has(calls, replaced=1, spawned=1, executed=1, spawned_python=1, through_shell=1,
        step=1001)


def subprocesses(python):
    calls = recorded_well(record(python, SUBPROCESS)).calls()
    has(calls, start_children=1, child=2)


def sudden(python):
    """Nothing is lost when the program ends without a chance to say so."""
    for end, status in (("os._exit(3)", 3), ("os.abort()", signal.SIGABRT),
                        ("os.kill(os.getpid(), 9)", signal.SIGKILL),
                        ("os.execv('/bin/true', ['true'])", 0)):
        recording = record(python, SUDDEN % end)
        assert recording.status in (status, 128 + status, -status), f"{end}: {recording.status}"
        has(recording.calls(), work=1, step=50000)


def own_profiler(python):
    """The program's own profiler works; up to 3.11 it ends the recording, and a note says so."""
    recording = recorded_well(record(python, PROFILED))
    assert recording.out == b"done\n", recording.out
    has(recording.calls(), before=1)
    if version_of(python) >= (3, 12):
        has(recording.calls(), during=1, after=1)
    else:
        assert "profiler of its own" in recording.info(), recording.info()


def own_callback(python):
    recording = recorded_well(record(python, SETPROFILE))
    if version_of(python) >= (3, 12):
        has(recording.calls(), work=3)
    else:
        has(recording.calls(), work=1)
        assert "profiler of its own" in recording.info(), recording.info()
        assert recording.total() < 0.2, "what is not recorded counts as somebody's time"


def own_module(python):
    """profile.py believes every event to follow from the one before; nothing is added to them."""
    recording = recorded_well(record(python, PROFILE_MODULE))
    assert b"work" in recording.out, recording.out
    has(recording.calls(), before=1)


def own_tracer(python):
    has(recorded_well(record(python, SETTRACE)).calls(), work=3)


def main():
    tap = Tap()
    each(tap, "threads and their names", threads)
    each(tap, "threads by the hundred", many_threads)
    each(tap, "threads made without threading", raw_threads)
    each(tap, "a thread that outlives the program's last line", late_thread)
    each(tap, "fork", fork)
    each(tap, "multiprocessing, fork", multiprocessing("fork"))
    each(tap, "multiprocessing, spawn", multiprocessing("spawn"))
    each(tap, "multiprocessing, forkserver", multiprocessing("forkserver"))
    for method in ("fork", "spawn", "forkserver"):
        each(tap, f"the names of processes, {method}", named(method))
    each(tap, "children of every kind", children)
    each(tap, "subprocesses", subprocesses)
    each(tap, "a sudden end", sudden)
    each(tap, "cProfile in the program", own_profiler)
    each(tap, "sys.setprofile in the program", own_callback)
    each(tap, "profile.py in the program", own_module)
    each(tap, "sys.settrace in the program", own_tracer)
    tap.close()


main()
