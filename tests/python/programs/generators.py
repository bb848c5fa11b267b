"""Generators: resumed, delegated to, thrown into, closed, left unfinished, recursive."""


def count(n):
    for i in range(n):
        yield i


def delegate(n):
    yield from count(n)
    result = yield from catcher()
    return result


def catcher():
    try:
        yield "first"
    except KeyError:
        yield "caught"
    return "done"


def walk(tree):
    for branch in tree:
        if isinstance(branch, list):
            yield from walk(branch)
        else:
            yield branch


def coroutine():
    total = 0
    while True:
        value = yield total
        total += value


def stubborn():
    try:
        yield 1
    finally:
        len("closing")


list(count(20))
sum(x * x for x in count(10))
g = delegate(3)
for _ in range(4):
    next(g)
g.throw(KeyError("thrown"))
try:
    next(g)
except StopIteration:
    pass
list(walk([1, [2, [3, [4]], 5], [], [6]]))
c = coroutine()
next(c)
for i in range(5):
    c.send(i)
try:
    c.throw(ValueError)
except ValueError:
    pass
s = stubborn()
next(s)
s.close()
t = stubborn()
next(t)
del t
unstarted = count(3)
try:
    unstarted.throw(RuntimeError)
except RuntimeError:
    pass
try:
    next(unstarted)
except StopIteration:
    pass
u = count(5)
next(u)
