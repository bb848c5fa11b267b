#!/usr/bin/env python3
"""The text formats of formats.py, with numbers nobody can hold in each place of a number, names with
control characters, calls nested a million deep, and a hundred thousand rows."""
import json

from common import EXIT_READ, check, run, test
from formats import FORMATS, PLACE, filled

NUMBERS = ["-1", "1e300", "-1e300", "1e999", "4294967296", "9223372036854775807", "18446744073709551615",
           "-9223372036854775808", "1e-300", "99999999999999999999999.5", "NaN", "-Infinity", '"x"', "", "null",
           "[]", "0x10", "1/2"]
NASTY = b"\x1b[31mred\x1b]0;title\x07\x9b5m\xff\xfe\xc0\xaf\xed\xa0\x80\x00\x7f\x0br"
MANY = 100_000


def each_format(function):
    for name, form in FORMATS.items():
        try:
            function(name, form)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None


@test("the small file of each format is read")
def _():
    each_format(lambda name, form: check(name, form.with_number(-1, ""), "--from", form.reader,
                                         status=EXIT_READ))


@test("numbers that nobody can hold, in every place of a number")
def _():
    def numbers(name, form):
        for field in range(form.fields()):
            for i, number in enumerate(NUMBERS):
                check(f"{field}.{i}.{name}", form.with_number(field, number), "--from", form.reader)
    each_format(numbers)


@test("names with control characters, NUL and invalid UTF-8 are shown escaped")
def _():
    def names(name, form):
        is_json = form.before.startswith("{")
        nasty = json.dumps(NASTY.decode("latin-1"))[1:-1].encode() if is_json else NASTY
        check(name, form.with_name(nasty), "--from", form.reader)
        check(name, form.with_name(nasty))
    each_format(names)


@test("calls that are nested a million deep, or as deep as the format can say")
def _():
    each_format(lambda name, form: form.levels and check(name, form.levels(), "--from", form.reader,
                                                         status=EXIT_READ))


@test("a hundred thousand rows of one name, of a name each, and of numbers of their own")
def _():
    def rows(name, form):
        kinds = {
            "same": lambda row, i: filled(row, "f"),
            "names": lambda row, i: filled(row, f"f{i}"),
            "numbers": lambda row, i: filled(row, "f", str(i)),
            "both": lambda row, i: filled(row, f"f{i}", str(i)),
            "first": lambda row, i: PLACE.sub(str(i), row, count=1).replace("<name>", "f"),
        }
        for kind, row in kinds.items():
            check(f"{kind}.{name}", form.rows(MANY, lambda text, i: filled(row(text, i), "f")),
                  "--from", form.reader)
    each_format(rows)


if __name__ == "__main__":
    run()
