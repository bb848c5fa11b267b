"""Exceptions: through Python and C frames, out of C functions, caught, chained, in finally."""


def fail(n):
    if n == 0:
        raise ValueError("bottom")
    fail(n - 1)


def through_c(values):
    return sorted(values, key=reject)


def reject(value):
    if value == 3:
        raise LookupError(value)
    return -value


def clean_up():
    try:
        return fail(2)
    finally:
        len("clean")


def chained():
    try:
        int("x")
    except ValueError as error:
        raise TypeError("chained") from error


class Resource:
    def __init__(self, swallow):
        self.swallow = swallow

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        return self.swallow


def attempt(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        return type(error).__name__


for depth in range(4):
    attempt(fail, depth)
attempt(through_c, [1, 2, 3, 4])
attempt(clean_up)
attempt(chained)
attempt(int, "no number")
attempt([].pop)
attempt({}.__getitem__, 1)
attempt(getattr, object(), "missing")
attempt(len, 5)
attempt(str.join, ",", [1])
attempt(dict.fromkeys, 5)
attempt(list.append, 5, 6)
attempt(list.append)
attempt("".join)
attempt(next, iter([]))
attempt(open, "/nonexistent/file")
with Resource(True):
    fail(1)
for wanted in ("a", "b"):
    try:
        with Resource(False):
            fail(1)
    except ValueError:
        pass
