#!/usr/bin/python3
"""Generated programs of some thousand lines: calls of every function equal callgrind's, exactly."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import generate
from compare import check_sources
from native import Tap, folder, have


def main():
    """A C and a C++ program out of generate.py."""
    tap = Tap()
    with folder() as place:
        for name, text, least, levels in (("program.c", generate.c_program(), 250, (0, 2)),
                                          ("program.cpp", generate.cpp_program(), 250, (2,))):
            if not have("valgrind"):
                tap.skip(name, "callgrind is not installed")
                continue
            path = os.path.join(place, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            lines = text.count("\n")
            check_sources(tap, f"{name}, {lines} lines", [path], [], [], least, place, levels)
    tap.done()


main()
