#!/usr/bin/env python3
"""What of Python programs is recorded: --include, --exclude, --depth; and when: ncprof.start()."""
from support import Recording, TMP, Tap, each

TREE = """
def leaf(x): return len(str(x))
def helper(x): return leaf(x) + leaf(x + 1)
def gr\u00f6\u00dfe(x): return helper(x) + leaf(x)
class A:
    def other(self, x): return helper(x)
def gen(n):
    for i in range(n): yield leaf(i)
def fails(): raise ValueError
def main():
    for i in range(100):
        gr\u00f6\u00dfe(i); A().other(i)
        try: fails()
        except ValueError: pass
    for x in gen(100): pass
    return sum([])
main()
"""
ALL = {"leaf": 600, "helper": 200, "gr\u00f6\u00dfe": 100, "other": 100, "gen": 101, "fails": 100,
       "main": 1, "<module>": 1}
SWITCHES = """
import ncprof, os, threading
def inside(): pass
def outside(): pass
def toggling():
    for i in range(5): outside()
    ncprof.start()
    for i in range(3): inside()
    ncprof.stop()
    for i in range(5): outside()
def managed():
    with ncprof.recording():
        inside()
    outside()
def main():
    toggling()
    toggling()
    managed()
    thread = threading.Thread(target=toggling)
    thread.start(); thread.join()
    pid = os.fork()
    if pid == 0:
        toggling()
        os._exit(0)
    os.waitpid(pid, 0)
main()
"""
tree, switches = TMP / "tree.py", TMP / "switches.py"
tree.write_text(TREE, encoding="utf-8")
switches.write_text(SWITCHES)


def own(python, script, *options):
    """Python functions of the script -> ncalls"""
    recording = Recording([python, str(script)], own=options)
    assert recording.status == 0, recording.err.decode()
    return {name: count for (file, _, name), (count, _) in recording.counts().items()
            if file == str(script) and name != "A"}, recording


def expect(python, wanted, *options):
    for more in ((), ("--python-only",)):
        got, recording = own(python, tree, *options, *more)
        assert got == wanted, f"{options} {more}: {got}, not {wanted}"
    return recording


def without(*names):
    return {name: count for name, count in ALL.items() if name not in names}


def exclude(python):
    expect(python, ALL)
    expect(python, without("helper"), "--exclude", "^helper$")
    expect(python, without("leaf", "gen", "fails"), "--exclude", "leaf|gen|fails")
    expect(python, without("other"), "--exclude", r"A\.other")
    expect(python, without("gr\u00f6\u00dfe"), "--exclude", "^gr..e$")
    expect(python, without("<module>", "main"), "--exclude", "^(<module>|main)$")


def include(python):
    part = {"leaf": 300, "helper": 100, "gr\u00f6\u00dfe": 100}
    expect(python, part, "--include", "gr\u00f6\u00dfe")
    expect(python, {"helper": 100, "gr\u00f6\u00dfe": 100}, "--include", "gr", "--exclude", "leaf")
    expect(python, {"gen": 101, "leaf": 100}, "--include", "^gen$")
    expect(python, ALL, "--include", "file:tree.py$")
    expect(python, ALL, "--include", "module:^__main__$")


def depth(python):
    expect(python, {"<module>": 1, "main": 1}, "--depth", "2")
    recording = expect(python, without("leaf", "helper"), "--depth", "3")
    assert "deeper than 3" in recording.info(), recording.info()


def builtins(python):
    calls = Recording([python, str(tree)], own=("--exclude", "builtins.len>")).calls()
    assert "<built-in method builtins.len>" not in calls
    assert calls["leaf"] == 600 and calls["<built-in method builtins.sum>"] == 1, calls


def by_program(python):
    for more in ((), ("--python-only",)):
        got, recording = own(python, switches, "--paused", *more)
        assert got == {"inside": 13}, f"{more}: {got}"
        assert "Recording was stopped several times" in recording.info()
        got, _ = own(python, switches, *more)
        assert got["outside"] == 5 and got["inside"] == 13 and got["toggling"] == 1, f"{more}: {got}"
        assert got["<module>"] == 1, got


def main():
    tap = Tap()
    each(tap, "excluded functions are not recorded, what they call is", exclude)
    each(tap, "included functions are recorded with what they call", include)
    each(tap, "--depth N records calls up to N deep", depth)
    each(tap, "C functions go by their names, too", builtins)
    each(tap, "a program starts and stops its recording", by_program)
    tap.close()


main()
