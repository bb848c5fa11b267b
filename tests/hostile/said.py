#!/usr/bin/env python3
"""What is impossible in a file and left out, or taken as something else, is said with how often it was so."""
from common import EXIT_READ, check, run, test

SCHEMA = '{"$schema":"https://www.speedscope.app/file-format-schema.json",'
NO_NUMBER = "1 numbers of the file are none, or too large, and are left out"
DURATIONS = ("-1", "1e300", '"x"', "NaN", "[]", "9223372036854775", '{"a":1}')


def chrome(duration):
    event = '{"name":"f","ph":"X","ts":5,"dur":%s,"pid":1,"tid":1}'
    return '{"traceEvents":[' + ",".join(event % d for d in ("3", duration, duration)) + "]}"


@test("events of Chrome with an impossible duration")
def _():
    for i, duration in enumerate(DURATIONS):
        check(f"{i}.chrome.json", chrome(duration), status=EXIT_READ,
              says="2 events have an impossible duration and count as calls without time")


CASES = {
    "no-number.cpuprofile": ('{"nodes":[{"id":1,"callFrame":{"functionName":"f"}}],"samples":[1,"x",1],'
                             '"timeDeltas":[1,2,3]}', NO_NUMBER),
    "no-node.cpuprofile": ('{"nodes":[{"id":1,"callFrame":{"functionName":"f"}}],"samples":[1,"x",1],'
                           '"timeDeltas":[1,2,3]}', "1 samples name a node that is not there"),
    "no-caller.cpuprofile": ('{"nodes":[{"id":1,"callFrame":{"functionName":"f"},"parent":7}],"samples":[1,1],'
                            '"timeDeltas":[1,2]}', "1 nodes name a caller that is not there"),
    "no-time.cpuprofile": ('{"nodes":[{"id":1,"callFrame":{"functionName":"f"}}],"samples":[1,1,1],'
                           '"timeDeltas":[1]}', "2 of 3 samples have no time"),
    "number.safari.json": ('{"recording":{"sampleStackTraces":[{"stackFrames":[{"name":"f"}]}],'
                           '"sampleDurations":[1e300]}}', NO_NUMBER),
    "negative.safari.json": ('{"recording":{"sampleStackTraces":[{"stackFrames":[{"name":"f"}]}],'
                             '"sampleDurations":[-1]}}', "1 durations are negative"),
    "number.dhat.json": ('{"dhatFileVersion":2,"ftbl":["","f"],"pps":[{"tb":"x","fs":[1]}]}', NO_NUMBER),
    "number.ghc.json": ('{"program":"a","tick_interval":1,"cost_centres":[],"profile":{"id":1,"ticks":1e300,'
                        '"alloc":1}}', NO_NUMBER),
    "number.pprof.json": ('{"SampleType":[{"Type":"a","Unit":"b"}],"Sample":[{"Location":[{"Address":1}],'
                          '"Value":[true]}]}', NO_NUMBER),
    "number.stackprof.json": ('{"version":1.2,"mode":"wall","interval":1,"samples":1,"frames":{"1":{"name":"f",'
                              '"samples":"x","total_samples":1}}}', NO_NUMBER),
    "number.pyinstrument.json": ('{"session":{"start_time":1,"duration":1},"frame_tree":{"identifier":'
                                 '"f\\u0000a.py\\u00001","time":"x","children":[]}}', None),
    "shift.speedscope.json": (SCHEMA + '"shared":{"frames":[null,{"name":"second"}]},"profiles":[{"type":"sampled",'
                              '"unit":"none","samples":[[1]],"weights":[7]}]}', "second"),
    "shift.gprof2dot.json": ('{"costs":[{"description":"c"}],"functions":[null,{"name":"second"}],'
                             '"events":[{"callchain":[1],"cost":[7]}]}', "second"),
    "events.pmcstat": ("".join(f"@ e{i} [1 samples]\n\n1%  [1]  f\n" for i in range(33)), "2 events are left out"),
    "columns.vtune.csv": ("Function Stack" + "".join(f",T{i} Time:Self" for i in range(18)) + "\nf" + ",1" * 18 + "\n",
                          "2 columns are left out"),
    "ticks.ghc.prof": ("total time = 0.02 secs   (23 ticks @ 1000 us, 1 processor)\n\nCOST CENTRE  MODULE  SRC   no.  "
                       "entries  %time %alloc   %time %alloc  ticks  bytes\n\nf  M  a  1  " + "9" * 30 +
                       "  0.5 0.1 0.0 0.0  1  1\n", "1 values are too large"),
    "total.hprof": ("JAVA PROFILE 1.0.1\nTRACE 1:\n\tf(A)\nCPU TIME (ms) BEGIN (total = " + "9" * 30 +
                    ") Mon\nrank\n1 50.00% 50.00% 5 1 f\n", "there are no times"),
}


@test("numbers that are none, and what refers to nothing, in the other formats")
def _():
    for name, (text, says) in CASES.items():
        try:
            check(name, text, *(["--from", "ghcprof"] if name == "ticks.ghc.prof" else []), status=EXIT_READ, says=says)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None


if __name__ == "__main__":
    run()
