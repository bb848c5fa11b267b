"""Exact calls as valgrind's callgrind counts them."""

import collections
import os
import re
import subprocess


def calls(command, out):
    """Calls of every function by the name callgrind gives it; None when it fails."""
    done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
                           "--compress-strings=no", *command],
                          capture_output=True, text=True, timeout=170, check=False)
    if done.returncode != 0:
        return None
    with open(out, encoding="utf-8", errors="replace") as file:
        return parse(file, os.path.realpath(command[0]))


def parse(lines, program):
    """
    `cfn=` names the callee of the `calls=COUNT` line that follows, `cob=` its object when that is
    not the caller's, `ob=`. Only the program's own functions: the dynamic linker has namesakes.
    """
    counts = collections.Counter()
    here = there = callee = None
    for line in lines:
        if line.startswith("ob="):
            here = line[3:].strip()
        elif line.startswith("cob="):
            there = line[4:].strip()
        elif line.startswith("cfn="):
            callee = re.sub(r"'\d+$", "", line[4:].strip())
        elif line.startswith("calls="):
            if (there or here) == program:
                counts[callee] += int(line[6:].split()[0])
            there = None
    return counts
