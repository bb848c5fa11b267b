"""Names in any script; made-up ones, too."""


def größe(x):
    return len(x)


class Класс:
    def 方法(self):
        return größe("abc")


def rename(name):
    def function():
        return größe(name)

    code = function.__code__
    try:
        function.__code__ = code.replace(co_name=name, co_qualname=name)
    except TypeError:  # before 3.11
        function.__code__ = code.replace(co_name=name)
    return function


Класс().方法()
rename("emoji_\N{GRINNING FACE}")()
rename("surrogate_\ud800")()
rename("with \"quotes\" and \\ and\nnewline")()
rename("")()
