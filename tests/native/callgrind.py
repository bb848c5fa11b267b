"""Exact calls as valgrind's callgrind counts them."""

import collections
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
        return parse(file)


def parse(lines):
    """`cfn=` names the callee of the `calls=COUNT` line that follows."""
    counts = collections.Counter()
    callee = None
    for line in lines:
        if line.startswith("cfn="):
            callee = re.sub(r"'\d+$", "", line[4:].strip())
        elif line.startswith("calls=") and callee is not None:
            counts[callee] += int(line[6:].split()[0])
    return counts
