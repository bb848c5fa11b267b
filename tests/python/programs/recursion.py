"""Recursion, direct and mutual, up to some depth."""


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def deep(n):
    return 0 if n == 0 else 1 + max(deep(n - 1), len(str(n)))


def flatten(tree):
    return sum(map(flatten, tree)) if isinstance(tree, list) else tree


fib(15)
even(201)
ackermann(2, 3)
deep(700)
flatten([1, [2, [3, 4], 5], [[6]]])
