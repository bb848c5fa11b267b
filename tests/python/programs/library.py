"""The standard library at work: parsing, text, collections, numbers, dates."""
import ast
import collections
import configparser
import contextlib
import csv
import dataclasses
import datetime
import enum
import io
import json
import re
import textwrap
import tokenize


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0


Pair = collections.namedtuple("Pair", "left right")


@contextlib.contextmanager
def section(name):
    yield name.upper()


document = json.loads(json.dumps({"a": [1, 2.5, None, "x\u00e9"], "b": {"c": True}}, indent=1))
rows = list(csv.reader(io.StringIO("a,b\n1,\"2,3\"\n")))
parser = configparser.ConfigParser()
parser.read_string("[a]\nx = 1\ny = %(x)s2\n")
parser.get("a", "y")
re.sub(r"(\w+)@(\w+)\.com", r"\2 \1", "mail bob@example.com and al@test.com")
[match.group() for match in re.finditer(r"\d+", "1 22 333")]
textwrap.fill("some words to be filled into lines " * 5, 30)
list(tokenize.generate_tokens(io.StringIO("x = 1 + f(2)  # comment\n").readline))
ast.literal_eval("{'a': [1, 2, (3,)]}")
sorted([Point(2), Point(1, 5), Point(1)])
Pair(1, 2)._replace(left=3)
Colour(1), Colour["GREEN"], list(Colour)
collections.Counter("abracadabra").most_common(2)
collections.OrderedDict(a=1).move_to_end("a")
datetime.date(2024, 2, 29).isoformat()
datetime.datetime(2024, 1, 1) + datetime.timedelta(days=1)
with section("name"), contextlib.suppress(KeyError):
    {}["missing"]
