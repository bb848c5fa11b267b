"""Recordings against callgrind's exact counts."""

import collections
import json
import os

import callgrind
from native import NCPROF, WAYS, compile_program, record, run

# So that the same functions exist in every build. callgrind takes a jump for a call; we do not
# see what ended in one.
SAME = ["-fno-inline", "-fno-optimize-sibling-calls", "-fno-ipa-icf", "-fno-partial-inlining",
        "-fno-ipa-cp", "-fno-ipa-sra"]


def recorded(trace):
    """Calls of every function by its full name."""
    document = json.loads(run([NCPROF, "report", trace, "--format", "json", "--limit", "0"]))
    counts = collections.Counter()
    for function in document["functions"]:
        counts[function["name"]] += function["ncalls"]  # files may have static ones of one name
    return counts


def compare(tap, name, truth, command, trace, least):
    """Every recorded function that callgrind saw has the same count; there are at least `least`."""
    done = record(command, trace)
    if done.returncode != 0:
        tap.ok(False, name, f"status {done.returncode}", done.stderr)
        return
    got = recorded(trace)
    both = set(got) & set(truth)
    wrong = [f"{function}: callgrind {truth[function]}, recorded {got[function]}"
             for function in sorted(both) if got[function] != truth[function]]
    if len(both) < least:
        wrong.append(f"only {len(both)} functions in common; recorded only: "
                     f"{sorted(set(got) - both)[:10]}, callgrind only: {sorted(set(truth) - both)[:10]}")
    total = sum(got[function] for function in both)
    tap.ok(not wrong, f"{name}: {len(both)} functions, {total} calls", *wrong)


def check_sources(tap, name, sources, flags, arguments, least, place, levels=(0, 2), ways=WAYS,
                  vague=()):
    """
    Builds plain for callgrind and in every way for us. The counts of `vague` functions hang on
    addresses and are not compared.
    """
    for level in levels:
        common = [f"-O{level}", *SAME, *flags]
        plain = os.path.join(place, f"{name}.plain{level}")
        compile_program(sources, plain, common)
        truth = callgrind.calls([plain, *arguments], os.path.join(place, "callgrind.out"))
        if truth is None:
            tap.skip(f"{name} -O{level}", "callgrind failed")
            continue
        for function in vague:
            truth.pop(function, None)
        for way in ways:
            instrument = WAYS[way]
            program = os.path.join(place, f"{name}.{way}{level}")
            compile_program(sources, program, [*common, *instrument])
            compare(tap, f"{name} -O{level} {' '.join(instrument)}", truth, [program, *arguments],
                    os.path.join(place, "trace.ncp"), least)
