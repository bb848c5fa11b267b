"""What the tests of the native recorder share: building, recording, counting, TAP."""

import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PROGRAMS = os.path.join(HERE, "programs")
NCPROF = os.path.abspath(os.environ.get("NCPROF", ".build/bin/ncprof"))

# Compiler flags of every way to instrument.
WAYS = {
    "calls": ["-finstrument-functions"],
    "mcount": ["-pg"],
    "fentry": ["-pg", "-mfentry"],
}


class Tap:
    """Collects results, so that the plan is right, and prints them in order."""

    def __init__(self):
        self.count = 0

    def ok(self, passed, name, *reasons):
        self.count += 1
        print(f"{'ok' if passed else 'not ok'} {self.count} - {name}", flush=True)
        if not passed:
            for reason in reasons:
                for line in str(reason).splitlines()[:40]:
                    print(f"# {line}")

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}", flush=True)

    def done(self):
        print(f"1..{self.count}")


def folder():
    """A folder that is gone when the tests end."""
    return tempfile.TemporaryDirectory(prefix="ncprof-native-")


def compile_program(sources, out, flags, compilers=("gcc", "g++")):
    """Builds `out` from C or C++ sources; raises with the compiler's words."""
    plus = any(source.endswith(".cpp") for source in sources)
    compiler = compilers[plus]
    compile_flags = [flag for flag in flags if not flag.startswith(("-l", "-Wl"))]

    def compile_one(source):
        target = f"{out}.{os.path.basename(source)}.o"
        driver = compilers[source.endswith(".cpp")]
        run([driver, "-w", "-I" + TOP, "-I" + PROGRAMS, *compile_flags, "-c", source, "-o", target])
        return target

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(compile_one, sources))
    run([compiler, *objects, "-o", out, *flags, "-lpthread", "-lm"])


def run(command, **more):
    """Runs to the end; raises when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: status {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def base_name(name):
    """`ns::type::function(int) [clone .constprop.0]` -> `function`; `nested.0` -> `nested`."""
    name = name.split("(")[0] if not name.startswith("(") else name
    name = re.sub(r"<.*>$", "", name)
    return re.sub(r"\.(constprop|isra|part|cold|lto_priv|\d).*$", "", name.split("::")[-1].strip())


def record(command, trace, **more):
    """The finished target, under the recorder."""
    return subprocess.run([NCPROF, "record", "--force", "-o", trace, "--", *command],
                          capture_output=True, text=True, timeout=120, **more)


def report(trace):
    """Calls of every function by its base name, summed over the processes."""
    document = json.loads(run([NCPROF, "report", trace, "--format", "json", "--limit", "0"]))
    counts = collections.Counter()
    for function in document["functions"]:
        counts[base_name(function["name"])] += function["ncalls"]
    return counts


def tallies(output):
    """What a program says it has called: its `tally NAME COUNT` lines."""
    counts = collections.Counter()
    for name, count in re.findall(r"^tally (\S+) (\d+)$", output, re.M):
        counts[name] += int(count)
    return counts


def differences(expected, got):
    """One line a function whose count is not the expected one."""
    return [f"{name}: called {count} times, recorded {got.get(name, 0)}"
            for name, count in sorted(expected.items()) if got.get(name, 0) != count]


def have(program):
    """Whether a program is installed."""
    return shutil.which(program) is not None
