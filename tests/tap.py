"""TAP of tests that are functions: @test("what is so") above each, tap.run() at the end.

A word on the command line chooses the tests that have it in their names.
"""
import sys
import traceback

_tests = []


def test(name):
    def keep(function):
        _tests.append((name, function))
        return function
    return keep


class Skip(Exception):
    pass


def expect(condition, what=""):
    if not condition:
        raise AssertionError(what)


def equal(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}")


def _explain(error):
    if not isinstance(error, AssertionError):
        return traceback.format_exc()
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.name == "_"]
    return f"line {lines[-1] if lines else '?'}: {error}"


def run(before=lambda: None):
    """Runs the tests in their order, `before` before each."""
    chosen = sys.argv[1:]
    tests = [t for t in _tests if not chosen or any(word in t[0] for word in chosen)]
    print(f"1..{len(tests)}", flush=True)
    for number, (name, function) in enumerate(tests, 1):
        before()
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception as error:  # whatever it is, the next test is to run
            print(f"not ok {number} - {name}", flush=True)
            for line in _explain(error).splitlines():
                print("# " + line, flush=True)
