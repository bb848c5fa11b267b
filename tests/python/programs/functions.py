"""Functions of every make: decorated, nested, lambdas, partial arguments, comprehensions, exec."""
import functools


def logged(function):
    @functools.wraps(function)
    def wrapper(*arguments, **names):
        return function(*arguments, **names)

    return wrapper


def repeat(times):
    def decorate(function):
        def wrapper(*arguments):
            return [function(*arguments) for _ in range(times)]

        return wrapper

    return decorate


@logged
@repeat(3)
def add(a, b=1):
    return a + b


@functools.lru_cache(maxsize=None)
def cached(n):
    return n if n < 2 else cached(n - 1) + cached(n - 2)


def outer(n):
    def inner(m):
        return m * n

    return [inner(i) for i in range(n)], {i: inner(i) for i in range(n)}, {inner(i) for i in range(n)}


def default(x, transform=lambda value: value + 1):
    return transform(x)


def keywords(*arguments, **names):
    return sum(arguments) + sum(names.values())


add(1, 2)
add(5)
cached(20)
cached(10)
outer(4)
default(1)
default(1, str)
keywords(1, 2, a=3, **{"b": 4})
keywords(*[1, 2], *(3,))
matrix = [[row * column for column in range(4)] for row in range(3)]
any(x > 5 for line in matrix for x in line)
[*map(lambda x, y: x + y, [1, 2], [3, 4])]
list(filter(None, [0, 1, 2]))
functools.reduce(lambda x, y: x * y, range(1, 8))
functools.partial(keywords, 1, a=2)(3, b=4)
sorted([3, 1, 2], key=lambda x: -x)
sorted(["b", "A", "c"], key=str.lower)
min([3, 1], key=functools.cmp_to_key(lambda a, b: a - b))
exec("def made(x):\n    return len([x])\nmade(1)\nmade(2)")
eval("default(3)")
"{:>5} {}".format(1, "x").strip().split()
f"{add(1)!r:>20}"
str.upper("abc")
" ".join(str(i) for i in range(5))
[].append(1)
