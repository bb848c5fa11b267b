#!/usr/bin/python3
"""Real programs out of Debian's sources: calls of every function equal callgrind's, exactly."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from compare import check_sources
from native import Tap, folder, have
from sources import fetch

# Lua hashes addresses: how often keys collide and strings are made anew differs from run to run.
HASHED = ("getfreepos", "hashint", "mainpositionTV", "mainpositionfromnode", "internshrstr",
          "luaS_hash", "luaS_newlstr")

SCRIPT = """
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
local t = {}
for i = 1, 300 do t[i] = (i * 7919) % 1000 end
table.sort(t)
for i = 1, 200 do pcall(function() error({code = i}) end) end
local co = coroutine.wrap(function() for i = 1, 100 do coroutine.yield(i) end end)
for i = 1, 100 do co() end
for word in ("the quick brown fox"):rep(20):gmatch("%a+") do t[word] = (t[word] or 0) + 1 end
print(fib(15), t.the, #string.format("%q", "x"):rep(10), select("#", table.unpack(t, 1, 50)))
"""


def real(tap, place):
    """Lua, which leaves functions by longjmp, and bzip2."""
    source = os.path.join(place, "source")
    os.makedirs(source)
    try:
        lua, bzip2 = fetch(["lua5.4", "bzip2"], source)
    except (RuntimeError, OSError, TypeError, subprocess.TimeoutExpired) as reason:
        tap.skip("lua5.4 and bzip2 from Debian's sources", str(reason).splitlines()[-1][:80])
        return
    script = os.path.join(place, "script.lua")
    with open(script, "w", encoding="utf-8") as file:
        file.write(SCRIPT)
    inner = os.path.join(lua, "src")
    with open(os.path.join(inner, "lua5.4-deb-multiarch.h"), "w", encoding="utf-8") as file:
        file.write('#define DEB_HOST_MULTIARCH ""\n')
    files = [os.path.join(inner, name) for name in sorted(os.listdir(inner))
             if name.endswith(".c") and name != "luac.c"]
    check_sources(tap, "lua", files, ["-DLUA_USE_POSIX", "-Dluai_makeseed(L)=1", "-I" + inner],
                  [script], 300, place, (1,), ("calls", "mcount"), HASHED)
    names = ("blocksort", "huffman", "crctable", "randtable", "compress", "decompress", "bzlib",
             "bzip2")
    files = [os.path.join(bzip2, name + ".c") for name in names]
    check_sources(tap, "bzip2", files, ["-D_FILE_OFFSET_BITS=64"],
                  ["-kf", script], 30, place, (2,))


def main():
    """When there is a network."""
    tap = Tap()
    missing = [tool for tool in ("valgrind", "apt-get", "dpkg-source") if not have(tool)]
    if missing:
        tap.skip("lua5.4 and bzip2 from Debian's sources", f"no {missing[0]}")
    else:
        with folder() as place:
            real(tap, place)
    tap.done()


main()
