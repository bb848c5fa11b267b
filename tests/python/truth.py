"""Runs a program under cProfile's own profiler and writes what it counted; for any CPython.

    python truth.py OUT SCRIPT [ARG...]
    python truth.py OUT -m MODULE [ARG...]

Unlike `python -m cProfile` it imports nothing that the program might import, so that the program's
imports do the same work as without, and leaves nothing of its own on the profiler's stack. A line
of OUT is a tuple: file, line, plain name, ncalls, primitive calls.
"""
import sys
import _lsprof


def load(arguments):
    """The program's code, its __main__ namespace and argv, as the interpreter would have them."""
    main = type(sys)("__main__")
    space = main.__dict__
    if arguments[0] == "-m":
        import posix
        import runpy
        sys.path[0] = posix.getcwd()
        _, spec, code = runpy._get_module_details(arguments[1])
        space.update(__file__=code.co_filename, __spec__=spec, __package__=spec.parent)
        argv = [code.co_filename] + arguments[2:]
    else:
        path = arguments[0]
        sys.path[0] = path.rpartition("/")[0]
        with open(path, "rb") as file:
            code = compile(file.read(), path, "exec", 0, True)
        space.update(__file__=path)
        argv = arguments
    space["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    sys.argv[:] = argv
    return type(load)(code, space)


def write(path, entries):
    with open(path, "w", encoding="ascii") as file:
        for entry in entries:
            code, calls = entry.code, entry.callcount
            label = ("", 0, code) if isinstance(code, str) else (
                code.co_filename, code.co_firstlineno, code.co_name)
            file.write(ascii(label + (calls, calls - entry.reccallcount)) + "\n")


def run(out, program, profiler):
    disable = profiler.disable
    profiler.enable()
    try:
        program()
    except SystemExit:
        pass
    finally:
        disable()
    write(out, profiler.getstats())


run(sys.argv[1], load(sys.argv[2:]), _lsprof.Profiler())
