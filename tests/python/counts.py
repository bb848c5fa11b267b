#!/usr/bin/env python3
"""ncalls and primitive calls of every function, Python and C, equal cProfile's."""
import json
import marshal
import shutil
import sysconfig

from support import (ADDRESS, INTERPRETERS, PROGRAMS, Recording, TMP, Tap, assert_same, each, run,
                     truth)


def compare(python, command, **options):
    recording = Recording([python, *command], **options)
    assert recording.status == 0, recording.err.decode()
    assert_same(recording.counts(), truth(python, command, **options))


def program(path):
    return lambda python: compare(python, [str(path)])


def json_tool(python):
    document = TMP / "document.json"
    document.write_text(json.dumps([{"key": i, "list": [str(i), None, 1.5 * i]} for i in range(300)]))
    compare(python, ["-m", "json.tool", str(document), "/dev/null"])


def compile_all(python):
    """A folder of the standard library, in the same place and never compiled before."""
    library = sysconfig.get_paths()["stdlib"]
    if python != INTERPRETERS["system"]:
        library = run([python, "-c", "import sysconfig; print(sysconfig.get_paths()['stdlib'])"]
                      ).stdout.decode().strip()
    folder = TMP / "library"

    def copy():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(f"{library}/json", folder, ignore=shutil.ignore_patterns("__pycache__"))

    command = ["-m", "compileall", "-q", str(folder)]
    copy()
    recording = Recording([python, *command])
    assert recording.status == 0, recording.err.decode()
    copy()
    assert_same(recording.counts(), truth(python, command))


def command_line(python):
    """Against `python -m cProfile` itself, with a program that imports nothing."""
    path, out = str(PROGRAMS / "recursion.py"), TMP / "pstats"
    assert run([python, "-m", "cProfile", "-o", out, path]).returncode == 0
    expected = {}
    for (file, line, name), (primitive, calls, *_) in marshal.loads(out.read_bytes()).items():
        expected["" if file == "~" else file, line, ADDRESS.sub("", name)] = [[calls, primitive]]
    del expected["", 0, "<method 'disable' of '_lsprof.Profiler' objects>"]
    del expected["", 0, "<built-in method builtins.exec>"]
    assert_same(Recording([python, path]).counts(), expected)


def main():
    tap = Tap()
    for path in sorted(PROGRAMS.glob("*.py")):
        each(tap, f"{path.stem} counts as cProfile does", program(path))
    each(tap, "json.tool counts as cProfile does", json_tool)
    each(tap, "compileall counts as cProfile does", compile_all)
    each(tap, "a script counts as python -m cProfile does", command_line)
    tap.close()


main()
