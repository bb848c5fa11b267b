#!/usr/bin/env python3
"""The text formats of formats.py, with numbers nobody can hold in each place of a number (SOAK=1: each), names with
control characters, calls nested a million deep, and very many rows."""
import json
import os

from common import DEEP, EXIT_READ, check, each, repeat, run, test
from formats import FORMATS, NUMBERED, PLACE, SHORT, filled

NUMBERS = ["-1", "1e300", "-1e300", "1e999", "4294967296", "9223372036854775807", "18446744073709551615",
           "-9223372036854775808", "1e-300", "99999999999999999999999.5", "NaN", "-Infinity", '"x"', "", "null",
           "[]", "0x10", "1/2"]
NASTY = b"\x1b[31mred\x1b]0;title\x07\x9b5m\xff\xfe\xc0\xaf\xed\xa0\x80\x00\x7f\x0br"
MANY = 30_000
STEP = 1 if os.environ.get("SOAK") else 5  # of the numbers, in each place other ones


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
            for number in NUMBERS[field % STEP::STEP]:
                check(f"{field}.{name}", form.with_number(field, number), "--from", form.reader)
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


@test("thirty thousand rows: all the same, with names and numbers of their own, with one number")
def _():
    def rows(name, form):
        kinds = {
            "both": lambda row, i: filled(row, f"f{i}", str(i)),
            "first": lambda row, i: filled(PLACE.sub(str(i), row, count=1), "f"),
        }
        check(f"same.{name}", form.same_rows(MANY), "--from", form.reader)
        for kind, row in kinds.items():
            check(f"{kind}.{name}", form.rows(MANY, row), "--from", form.reader)
    each_format(rows)


@test("a million records as short as the format has them")
def _():
    for name, (reader, *parts) in SHORT.items():
        try:
            check(name, [repeat(part, DEEP) if i == 1 else part for i, part in enumerate(parts)],
                  "--from", reader)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None


@test("records as short as they can be, each with a number of its own")
def _():
    for name, (reader, before, row, behind) in NUMBERED.items():
        try:
            check(name, [before, each(lambda i: row.replace("#", f"{i:x}"), DEEP // 4), behind],
                  "--from", reader)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None


if __name__ == "__main__":
    run()
