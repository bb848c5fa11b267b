#!/usr/bin/env python3
"""The regression gate on programs that are recorded here, and on statistics written by hand."""
import json
import marshal
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

NCPROF = os.environ["NCPROF"]
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
PASS, REGRESSED, NOT_JUDGED = 0, 1, 2
PROGRAM = """
import sys, time

def leaf(ms):
    time.sleep(ms / 1000)

def visit(x):
    return x

def work(calls, ms):
    for _ in range(calls):
        leaf(ms)

def pairs(n):
    for i in range(n):
        for j in range(n):
            visit(j)

def extra():
    time.sleep(0.05)

calls, ms, n = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
work(calls, ms)
pairs(n)
if len(sys.argv) > 4:
    extra()
"""
results = []
folder = Path(tempfile.mkdtemp(prefix="ncprof-check."))


def check(name, condition, *told):
    results.append(bool(condition))
    print(f"{'' if condition else 'not '}ok {len(results)} - {name}")
    for text in () if condition else told:
        for line in str(text).splitlines():
            print(f"# {line}")


def run(*words):
    return subprocess.run([NCPROF, *map(str, words)], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, cwd=folder)


def record(name, *arguments, size=None):
    program = folder / "program.py"
    program.write_text(PROGRAM)
    sized = ["--size", size] if size else []
    done = run("record", "-q", "-o", name, *sized, "--", PYTHON, program, *arguments)
    assert done.returncode == 0, done.stderr
    return name


def statistics(name, functions):
    """{function: (calls, tottime, cumtime)} as a pstats file."""
    (folder / name).write_bytes(marshal.dumps(
        {("x.py", 1, function): (calls, calls, self, total, {})
         for function, (calls, self, total) in functions.items()}))
    return name


def gate(name, status, *words):
    """The document, when the exit status is what it should be."""
    done = run("check", *words, "--format", "json")
    document = json.loads(done.stdout) if done.stdout else {}
    verdict = {PASS: "pass", REGRESSED: "regressed", NOT_JUDGED: "not judged"}[status]
    check(name, done.returncode == status and document.get("verdict") == verdict,
          f"exit {done.returncode}, wanted {status}", done.stdout, done.stderr)
    return document


def at_fault(document):
    return {(v["name"], v["metric"]) for v in document.get("violations", [])}


def check_recorded():
    # Other programs take their share of the machine: what must hold has room, what must not has none.
    roomy = "--max-ratio", "ncalls=1", "--max-ratio", "cumtime=2.5"
    base = record("base.ncp", 10, 20, 30)
    gate("the same again holds", PASS, base, record("same.ncp", 10, 20, 30), *roomy)
    more = record("more.ncp", 12, 20, 30)
    document = gate("a fifth more calls are seen", REGRESSED, base, more)
    ratios = {v["name"]: v["ratio"] for v in document["violations"] if v["metric"] == "ncalls"}
    check("by their exact number", ratios.get("leaf") == 1.2 and "work" not in ratios, ratios)
    gate("more calls within their limit hold", PASS, base, more, "--max-ratio", "ncalls=1.25")
    slower = record("slower.ncp", 10, 80, 30)
    document = gate("a slower function is seen", REGRESSED, base, slower)
    check("by its time alone", ("leaf", "cumtime") in at_fault(document)
          and not any(metric == "ncalls" for _, metric in at_fault(document)), document)
    gate("a slower function within its limit holds", PASS, base, slower, "--max-ratio", "cumtime=9")
    extra = record("extra.ncp", 10, 20, 30, "extra")
    document = gate("a new function is a violation", REGRESSED, base, extra, "--max-ratio", "ncalls=9")
    check("and named", at_fault(document) == {("extra", "cumtime")}, document)
    gate("unless it is allowed", PASS, base, extra, "--max-ratio", "ncalls=9", "--allow-new")
    limits = folder / "limits.json"
    limits.write_text('{"functions": {"extra": {"ncalls": {"max_ratio": 1}}}}')
    document = gate("a function that a limit names is gone", NOT_JUDGED, extra, base, "--limits", limits)
    check("and the reason tells its name", "extra" in document["reasons"][0], document)


def check_growth():
    small = record("small.ncp", 1, 1, 40, size=40)
    large = record("large.ncp", 1, 1, 80, size=80)
    document = gate("a quadratic function is refused", REGRESSED, small, large, "--max-exponent",
                    "ncalls=1.3", "--min-share", 1)
    exponents = {v["name"]: v["exponent"] for v in document["violations"]}
    check("with its exponent", exponents == {"visit": 2}, exponents)
    gate("and holds where quadratic is allowed", PASS, small, large, "--max-exponent", "ncalls=2.1",
         "--min-share", 1)
    gate("ratios of two sizes are not judged", NOT_JUDGED, small, large, "--max-ratio", "cumtime=100")
    gate("exponents of one size are not judged", NOT_JUDGED, small, small, "--max-exponent", "ncalls=3")


def check_nothing():
    zero = statistics("zero.prof", {"f": (1, 0.0, 0.0)})
    gate("nothing measured is not judged", NOT_JUDGED, zero, zero)
    done = run("check", zero, "missing.prof", "--format", "json")
    check("a missing file is not judged", done.returncode == NOT_JUDGED and not done.stdout, done)


def check_broken():
    whole = record("whole.ncp", 3, 1, 30)
    cut = folder / "cut.ncp"
    content = (folder / whole).read_bytes()  # cutting its tables alone loses nothing
    cut.write_bytes(content[:len(content) // 2])
    document = gate("a capture that is cut short is not judged", NOT_JUDGED, whole, cut,
                    "--max-ratio", "ncalls=9")
    check("and is named", any("cut.ncp" in reason for reason in document["reasons"]), document)
    program = folder / "failing.py"
    program.write_text(PROGRAM + "\nsys.exit(7)\n")
    done = run("record", "-q", "-o", "failing.ncp", "--", PYTHON, program, 3, 1, 30)
    document = gate("nor is a run that failed", NOT_JUDGED, whole, "failing.ncp", "--max-ratio", "ncalls=9")
    check("and its status is told", done.returncode == 7 and "exit status 7" in document["reasons"][0], document)


def check_xml():
    name = "<b>&\"'\x01\x7f\ufffe\x1b[31m]]>"
    base = statistics("odd-base.prof", {name: (1, 1.0, 1.0)})
    now = statistics("odd-new.prof", {name: (2, 2.0, 2.0)})
    done = run("check", base, now, "--format", "junit")
    suite = xml.fromstring(done.stdout.encode()).find("testsuite")
    check("JUnit is XML whatever a name holds",
          done.returncode == REGRESSED and suite.get("failures") == "1" and suite.get("tests") == "1"
          and len(suite.findall("testcase/failure")) == 2
          and suite.find("testcase").get("name").startswith("<b>&\"'\\x01\\x7f\\ufffe"), done.stdout)
    done = run("check", base, now, "--format", "markdown")
    check("Markdown takes no markup from a name", "\\<b\\>" in done.stdout and "\x1b" not in done.stdout,
          done.stdout)


def check_update():
    base = statistics("kept.prof", {"f": (10, 1.0, 1.0)})
    same = statistics("kept-same.prof", {"f": (10, 1.1, 1.1)})
    worse = statistics("kept-worse.prof", {"f": (11, 1.0, 1.0)})
    before = (folder / base).read_bytes()
    done = run("check", base, worse, "--update-base")
    check("a base stays when the new run regressed", done.returncode == REGRESSED
          and (folder / base).read_bytes() == before and "stays" in done.stderr, done)
    (folder / "link.prof").symlink_to(base)
    done = run("check", "link.prof", same, "--update-base")
    check("and is replaced when all holds, behind a link, too", done.returncode == PASS
          and (folder / base).read_bytes() == (folder / same).read_bytes()
          and (folder / "link.prof").is_symlink() and "copy" in done.stderr, done)
    check("nothing else is left", not list(folder.glob("*.tmp")), *folder.glob("*.tmp"))
    done = run("check", "--base", base, base, "--new", same, same, "--update-base")
    check("a base of several captures cannot be replaced", done.returncode == NOT_JUDGED, done)


def several(name, times):
    return [statistics(f"{name}{i}.prof", {"f": (10, time, time), "g": (5, 1.0, 1.0)})
            for i, time in enumerate(times)]


def check_noise():
    base = several("noise-base", [1.0, 1.6, 1.1, 1.5, 1.2])
    noisy = several("noise-new", [1.6, 1.1, 1.7, 1.2, 1.65])
    document = gate("what lies within the captures' spread holds", PASS, "--base", *base, "--new", *noisy)
    check("and is told", any("spread" in note for note in document["notes"]), document)
    slower = several("slow-new", [2.0, 2.1, 2.2, 2.05, 2.15])
    document = gate("what differs significantly does not", REGRESSED, "--base", *base, "--new", *slower)
    check("in its time", at_fault(document) == {("f", "cumtime")}, document)
    document = gate("too few captures are judged by medians", REGRESSED, "--base", *base[:2], "--new",
                    *slower[:2])
    check("and a note tells so", any("too few" in note for note in document["notes"]), document)


def main():
    for part in check_recorded, check_growth, check_nothing, check_broken, check_xml, check_update, check_noise:
        part()
    print(f"1..{len(results)}")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
