"""What the truth tests share: running the program, TAP, comparing numbers."""
import json
import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
SHARED = TOP.parent / "shared"
CORPUS = SHARED / "corpus"
TRUTH = CORPUS / "truth"
NCPROF = os.environ.get("NCPROF", str(TOP / ".build/bin/ncprof"))


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, name, problems):
        """One test; it passes when the list of problems is empty."""
        self.count += 1
        self.failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.count} - {name}")
        for problem in problems[:10]:
            print(f"#   {problem}")

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}")

    def finish(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def require_corpus():
    """Ends the test with one SKIP where there is no corpus."""
    if not CORPUS.is_dir():
        tap = Tap()
        tap.skip("corpus", "../shared/corpus is not there")
        raise SystemExit(tap.finish())


def run(*arguments):
    return subprocess.run([NCPROF, *map(str, arguments)], capture_output=True, timeout=120,
                          stdin=subprocess.DEVNULL)


def report(path, *options):
    """The JSON report with every function in it."""
    done = run("report", path, "--format", "json", "--limit", "0", "--threshold", "0", *options)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").strip())
    return json.loads(done.stdout)


def tree(path, *options):
    """Pairs of a stack of (module, name) and its row of the call tree's report; a stack begins with
    its thread where there are several."""
    done = run("report", path, "--tree", "--format", "json", "--limit", "0", "--threshold", "0",
               *options)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").strip())
    rows, stack = [], []
    for row in json.loads(done.stdout)["contexts"]:
        stack[row["depth"]:] = [(row["module"] or "", row["name"])]
        rows.append((tuple(stack), row))
    return rows


def convert(path, to):
    """What `ncprof convert` makes of a file."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        done = run("convert", path, "-o", out, "--to", to)
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace").strip())
        return out.read_bytes()


def close(a, b, absolute=1e-9):
    """Equal but for the rounding to whole nanoseconds and of a sum of them."""
    return abs(a - b) <= absolute + 1e-12 * max(abs(a), abs(b))


def differ(what, ours, truth, absolute=1e-9):
    """A list with one sentence when two numbers differ."""
    return [] if close(ours, truth, absolute) else [f"{what}: {ours!r}, truth {truth!r}"]


def sums(stacks):
    """name -> own and name -> total of pairs of a stack, outermost first, and its value; each
    function once a stack."""
    own, total = Counter(), Counter()
    for stack, value in stacks:
        own[stack[-1]] += value
        for name in set(stack):
            total[name] += value
    return own, total


def compare(path, stacks, *options, factor=1, absolute=1e-6):
    """Problems of a report's functions, by name, and total against stacks as sums() takes them; ours
    times `factor` is in their unit."""
    document = report(path, *options)
    own, total = sums(stacks)
    ours, problems = Counter(), []
    rows = Counter(row["name"] for row in document["functions"])
    for row in document["functions"]:
        ours[row["name"]] += row["tottime"] * factor
        if rows[row["name"]] == 1:  # a name in several files has several totals
            problems += differ(f"{row['name']!r} total", row["cumtime"] * factor,
                               total[row["name"]], absolute)
    for name in set(own) | set(ours):
        problems += differ(f"{name!r} own", ours[name], own[name], absolute)
    problems += [f"{name!r} is missing" for name in total if name not in ours]
    whole = sum(value for _, value in stacks)
    return problems + differ("all", document["profile"]["total"] * factor, whole, absolute)
