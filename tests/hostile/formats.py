"""Small files of the text formats, a row of each repeated as often as it is wanted.

In what stands before the rows, in a row and behind them `<5>` is a number and `<name>` a name, so
that tests can put others there. `levels` are the parts of a file whose calls are nested that deep.
"""
import re

from common import DEEP, each, repeat

# Where a level is drawn by indentation the file grows with its square.
INDENTED = 3000
PLACE = re.compile(r"<(-?[\d.]+)>")
NAME = "<name>"


class Format:
    def __init__(self, reader, before, row, behind="", between="", levels=None):
        self.reader, self.before, self.row, self.behind = reader, before, row, behind
        self.between, self.levels = between, levels

    def fields(self):
        return len(PLACE.findall(self.before + self.row + self.behind))

    def rows(self, count, row):
        """The file with `row(i)` of each row's number as a function from the text of a row."""
        plain = filled(self.before, "f")
        yield plain + row(self.row, 0)
        yield each(lambda i: self.between + row(self.row, i + 1), count - 1)
        yield filled(self.behind, "f")

    def same_rows(self, count):
        rows = [filled(self.row, "f"), repeat(filled(self.between + self.row, "f"), count - 1)]
        return [filled(self.before, "f"), *rows, filled(self.behind, "f")]

    def with_number(self, field, number, rows=3):
        """The file with its field of that number, in every row, as `number`."""
        seen = [0]

        def put(place):
            seen[0] += 1
            return number if seen[0] - 1 == field else place.group(1)

        def part(text):
            return PLACE.sub(put, text).replace(NAME, "f")

        before, row, behind = part(self.before), part(self.row), part(self.behind)
        return before + self.between.join([row] * rows) + behind

    def with_name(self, name):
        text = filled(self.before + self.row + self.behind, NAME).encode()
        return text.replace(NAME.encode(), name)


def filled(text, name, number=None):
    return PLACE.sub(lambda place: place.group(1) if number is None else number, text).replace(NAME, name)


def nested(before, piece, behind, count=DEEP):
    return lambda: [before, repeat(piece, count), behind]


def indented(before, row, behind=""):
    return lambda: [before, each(lambda i: row.replace("|", " " * i), INDENTED), behind]


GHC = ("\tTue Nov 12 12:55 2019 Time and Allocation Profiling Report  (Final)\n\n\t   a +RTS -P -RTS\n\n"
       "\ttotal time  =        0.02 secs   (<23> ticks @ <1000> us, 1 processor)\n"
       "\ttotal alloc =  <59542424> bytes  (excludes profiling overheads)\n\n"
       "COST CENTRE  MODULE  SRC   no.  entries  %time %alloc   %time %alloc")
GPROF_GRAPH = "\t\tCall graph\n\nindex % time    self  children    called     name\n"
HPROF = ('JAVA PROFILE 1.0.1, created Mon\n\nTHREAD START (obj=5000013b, id = <200001>, name="<name>", '
         'group="main")\nTRACE <300>: (thread=<200001>)\n\t<name>(A.java:<5>)\n')
SAFARI = ('{"version":1,"recording":{"displayName":"a","startTime":<4>,"endTime":<6.5>,'
          '"sampleDurations":[<1>,<2>,<3>],"sampleStackTraces":[')
HEAP = "heap profile: <1>: <2> [<3>: <4>] @ heap_v2/<524288>\n"
MAP = "\nMAPPED_LIBRARIES:\n00400000-00fcb000 r-xp 00000000 00:00 <0> /a/<name>\n"
XDEBUG = ("version: 1\ncreator: xdebug 3.1.5 (PHP 8.1.2)\ncmd: <name>\npart: 1\npositions: line\n\n"
          "events: Time_(10ns) Memory_(bytes)\n\n")

FORMATS = {
    "instruments": Format(
        "instruments", "Weight\tSelf Weight\t\tSymbol Name\n",
        "<5.82> Gc   49.7%\t<404.75> Mc\t \t<name>\n",
        levels=indented("Weight\tSelf Weight\t\tSymbol Name\n", "5 Gc 1%\t4 Mc\t \t|f\n")),
    "instruments-count": Format(
        "instruments", "Bytes Used\tCount\t\tSymbol Name\n", "<5.82> MB  49.7%\t<404>\t \t<name>\n"),
    "dtrace": Format(
        "dtrace", "CPU     ID                    FUNCTION:NAME\n  8  35077         :tick-60s\n\n",
        "              libx`<name>+0xd3\n                <2>\n",
        levels=nested("", "              a`f\n", "   2\n")),
    "dtrace-keys": Format("dtrace", "", "  <name>\n              libx`f+0xd3\n                <2>\n"),
    "ghcprof": Format(
        "ghcprof", GHC + "\n\n", "<name>  Main  a.hs:6:1-11  <336>  <1>  <0.5>  <0.1>  0.0  0.0\n",
        levels=indented(GHC + "\n\n", "|f  Main  a.hs  336  1  0.5  0.1  0.0  0.0\n")),
    "ghcprof-P": Format(
        "ghcprof", GHC + "  ticks  bytes\n\n",
        "<name>  Main  a.hs:6:1-11  <336>  <1>  <0.5>  <0.1>  0.0  0.0  <510>  <1000>\n"),
    "ghcjson": Format(
        "ghcjson", '{"program":"<name>","tick_interval":<1000>,"total_ticks":<1>,"cost_centres":[{"id":<1>,'
        '"label":"<name>","module":"M","src_loc":"a"}],"profile":{"id":<1>,"entries":1,"children":[',
        '{"id":1,"entries":<5>,"alloc":<6>,"ticks":<7>,"children":[]}', "]}}", ",",
        levels=lambda: ['{"program":"a","profile":', repeat('{"id":1,"ticks":1,"children":[', DEEP),
                        repeat("]}", DEEP), "}"]),
    "vtune": Format(
        "vtune", "Function Stack,CPU Time:Self,Module\nTotal,0.0,[Unknown]\n", ' "<name>",<5.016>,app.exe\n',
        levels=indented("Function Stack,CPU Time:Self,Module\n", "|f,1.0,app.exe\n")),
    "vtune-list": Format("vtune", "Function;CPU Time;Instructions Retired;Module\n",
                         "<name>;<5.016>s;<9>;app.exe\n"),
    "pmcstat": Format(
        "pmcstat", "@ inst_retired.any [<35705> samples]\n\n",
        "<20.86>%  [<7447>]     <name> @ /boot/kernel/zfs.ko\n",
        levels=indented("@ inst_retired.any [9 samples]\n\n", "|1%  [5]  f\n")),
    "papyrus": Format(
        "papyrus", "Script_a log opened (PC)\n",
        "<50018>:PUSH:<3185>:<3>:None:<name>..f\n<50035>:POP:<3185>:<3>:None:<name>..f\n", "Log closed\n",
        levels=nested("Script_a log opened (PC)\n", "1:PUSH:1:1:a:f\n", "Log closed\n")),
    "papyrus-before": Format("papyrus", "Script_a log opened (PC)\n", "<1>:POP:<2>:<3>:None:<name>\n"),
    "hprof": Format(
        "hprof", HPROF + "CPU SAMPLES BEGIN (total = <3362>) Mon\nrank   self  accum   count trace method\n",
        "   <1> <78.94>% <78.94>%    <2654> <300> f\n", "CPU SAMPLES END\n",
        levels=nested("JAVA PROFILE 1.0.1\nTRACE 1:\n", "\tf(A)\n",
                      "CPU SAMPLES BEGIN (total = 1)\n1 1% 1% 5 1 f\n")),
    "hprof-time": Format(
        "hprof", HPROF + "CPU TIME (ms) BEGIN (total = <1200>) Mon\nrank   self  accum   count trace method\n",
        "   <1> <78.94>% <78.94>%    <2654> <300> f\n", "CPU TIME (ms) END\n"),
    "hprof-sites": Format(
        "hprof", HPROF + "SITES BEGIN (ordered by live bytes) Mon\n",
        "   <1> <12.20>% 12.20%   <53000>   <90>    <53000>    <90> <300> <name>[]\n", "SITES END\n"),
    "hprof-traces": Format(
        "hprof", "JAVA PROFILE 1.0.1\n", "TRACE <300>: (thread=<200001>)\n\t<name>(A.java:<5>)\n",
        "CPU SAMPLES BEGIN (total = 1)\n1 1% 1% 5 <300> f\n"),
    "dhat": Format(
        "dhat", '{"dhatFileVersion":<2>,"mode":"heap","verb":"Allocated","bklt":true,"bkacc":true,'
        '"cmd":"<name>","ftbl":["[root]","0x1: <name> (a.c:<1>)"],"pps":[',
        '{"tb":<24>,"tbk":<1>,"gb":<24>,"gbk":<1>,"eb":<0>,"ebk":<0>,"rb":<8>,"wb":<24>,"fs":[<1>]}', "]}", ",",
        levels=nested('{"dhatFileVersion":2,"ftbl":["[root]","0x1: f (a.c:1)"],"pps":[{"tb":1,"fs":[', "1,",
                      "1]}]}")),
    "dhat-table": Format(
        "dhat", '{"dhatFileVersion":2,"pps":[{"tb":1,"fs":[<1>,2,3]}],"ftbl":["[root]",', '"0x1: <name>"',
        "]}", ","),
    "safari": Format(
        "safari", SAFARI, '{"timestamp":<4>,"stackFrames":[{"name":"<name>","line":<20>,"url":"<name>"}]}',
        "]}}", ",",
        levels=nested('{"recording":{"sampleStackTraces":[{"stackFrames":[', '{"name":"f"},',
                      '{"name":"f"}]}]}}')),
    "vsprof": Format(
        "vsprof", "Level,Function Name,Number of Calls,Elapsed Exclusive Time %,Elapsed Exclusive Time,"
        "Exclusive Samples,Module Name,\n", '<0>,"<name>",<471>,<18.39>,<401.92>,<5>,"a.exe",\n',
        levels=lambda: ["Level,Function Name,Exclusive Samples\n", each(lambda i: f"{i},f,1\n", DEEP)]),
    "gprof2dot-json": Format(
        "gprof2dot-json", '{"version":0,"costs":[{"description":"<name>","unit":"bytes"}],"functions":[{"name":'
        '"<name>","module":"m","process":"<42>"}],"events":[', '{"callchain":[<0>,0],"cost":[<1024>]}', "]}",
        ",", levels=nested('{"functions":[{"name":"f"}],"events":[{"callchain":[', "0,", '0],"cost":[]}]}')),
    "gprof2dot-table": Format(
        "gprof2dot-json", '{"costs":[],"events":[{"callchain":[<0>,5,1],"cost":[1]}],"functions":[',
        '{"name":"<name>","process":"<42>"}', "]}", ","),
    "pprof-raw": Format(
        "pprof-raw", "PeriodType: cpu nanoseconds\nPeriod: <10000000>\nDuration: <3.13>\nSamples:\n"
        "samples/count cpu/nanoseconds[dflt]\n", "         <19>  <190000000>: <1> 1\n",
        "Locations\n     <1>: 0x1372f7f M=<1> <name> /app/<name>.go:<39>:0 s=<0>\n"
        "Mappings\n1: 0x400000/0xfcb000/0x0 /bin/server\n",
        levels=nested("PeriodType: a b\nPeriod: 1\nSamples:\na/count\n1:", " 1",
                      "\nLocations\n1: 0x1 f a.go:1:0 s=0\n")),
    "pprof-raw-locations": Format(
        "pprof-raw", "PeriodType: a b\nPeriod: 1\nSamples:\na/count\n1: 1 2 3\nLocations\n",
        " <1>: 0x1 M=1 <name> a.go:1:0 s=0\n"),
    "pprof-json": Format(
        "pprof-json", '{"SampleType":[{"Type":"<name>","Unit":"nanoseconds"}],"DefaultSampleType":"","Sample":[',
        '{"Location":[{"Address":<7>,"Line":[{"Function":{"Name":"<name>","Filename":"<name>","StartLine":'
        '<0>},"Line":<39>}]}],"Value":[<19>]}', '],"TimeNanos":<1>,"DurationNanos":<3>}', ",",
        levels=nested('{"SampleType":[{"Type":"a","Unit":"b"}],"Sample":[{"Location":[', '{"Address":1},',
                      '{"Address":1}],"Value":[1]}]}')),
    "legacy-heap": Format(
        "pprof-legacy", HEAP, "  <1>:  <2097152> [     <1>:  <2097152>] @ 0xb83003 0xb87d50\n", MAP,
        levels=nested(filled(HEAP, "f") + "1: 2 [3: 4] @", " 0x1", "\n")),
    "legacy-jemalloc": Format(
        "pprof-legacy", "heap_v2/<524288>\n  t*: 28: 3920 [0: 0]\n",
        "@ 0x5f86da8 0x5f5a1dc\n  t*: <28>: <3920> [<0>: <0>]\n", MAP),
    "legacy-contention": Format(
        "pprof-legacy", "--- contentionz 1 ---\ncycles/second = <3201000000>\nsampling period = <100>\n"
        "ms since reset = <5>\n", "  <19490304> <27> @ 0xbccc97 0xc61202\n", MAP),
    "legacy-java": Format(
        "pprof-legacy", "--- heapz 1 ---\nformat = java\nresolution = bytes\n", "  <5> <27> @ 0x1 0x2\n",
        "  0x00000001 <name> (a.java:<12>)\n"),
    "legacy-count": Format(
        "pprof-legacy", "goroutine profile: total <7>\n",
        "<1> @ 0x44cb3 0x45045\n#\t0x44cb2\t<name>+0x12\t/app/w.go:<33>\n"),
    "legacy-threads": Format(
        "pprof-legacy", "--- threadz 1 ---\n\n", "--- Thread 7f794ab90940 (name: <name>/<14748>) stack: ---\n"
        "  PC:  0x00bc8f1c: <name>\n  0x0040be31: main\n",
        levels=nested("--- threadz 1 ---\n\n--- Thread 1 (name: a/1) stack: ---\n", "0x1: f\n", "")),
    "legacy-symbols": Format(
        "pprof-legacy", "--- symbol\nbinary=<name>\n", "0x4a5d10 <name>--g\n",
        "---\n--- heap\n" + filled(HEAP, "f") + "1: 2 [3: 4] @ 0x4a5d11\n",
        levels=nested("--- symbol\nbinary=a\n0x1 a", "--f",  # more are refused
                      "\n---\n--- heap\n" + filled(HEAP, "f") + "1: 2 [3: 4] @ 0x2\n", 50_000)),
    "xdebug": Format(
        "callgrind", XDEBUG, "fl=(<1>) <name>\nfn=(<1>) <name>\n<5> <6> <-7>\ncfl=(1)\ncfn=(<2>) <name>\n"
        "calls=<1> <0> <0>\n<5> <6> <7>\n\n", "summary: <1> <2>\n"),
    "gprof-flat": Format(
        "gprof", "Flat profile:\n\nEach sample counts as 0.01 seconds.\n  %   cumulative   self              "
        "self     total\n time   seconds   seconds    calls  ms/call  ms/call  name\n",
        " <33.34>      <0.02>     <0.02>     <7208>     <0.00>     <0.00>  <name>\n"),
    "gprof": Format(
        "gprof", GPROF_GRAPH, "              <0.04>    <0.00>      <60>/<120>         mid [<3>]\n"
        "[<1>]    100.0    <0.08>    <0.00>     <120>+<5>         <name> [<1>]\n"
        "              <0.01>    <0.00>       <3>/<7>           leaf <cycle 1> [<4>]\n------------\n",
        levels=lambda: [GPROF_GRAPH, each(
            lambda i: f"[{i + 1}] 1.0 0.01 0.01 1 f{i} [{i + 1}]\n 0.01 0.01 1/1 f{i + 1} [{i + 2}]\n---\n",
            DEEP // 8)]),
    "gprof-cycle": Format(
        "gprof", GPROF_GRAPH, "[<1>] 1.0 0.01 0.01 1 <name> <cycle 1> [<1>]\n <2> <name> <cycle 1> [<2>]\n---\n",
        levels=lambda: [GPROF_GRAPH, each(
            lambda i: f"[{i + 1}] 1.0 0.01 0.01 1 f{i} <cycle 1> [{i + 1}]\n"
            f" 1 f{(i + 1) % 60_000} <cycle 1> [{(i + 1) % 60_000 + 1}]\n---\n", 60_000)]),
}

RAW = "PeriodType: a b\nPeriod: 1\nSamples:\na/count\n"
INLINED = "\nLocations\n1: 0x1" + " f a.go:1:0 s=0\n" * 16

# reader, what stands before, a record, what stands behind it
SHORT = {
    "dhat-points": ("dhat", '{"dhatFileVersion":2,"ftbl":["",""],"pps":[', '{"tb":1},', "{}]}"),
    "dhat-frames": ("dhat", '{"dhatFileVersion":2,"ftbl":["",""],"pps":[', '{"fs":[1]},', "{}]}"),
    "dhat-table": ("dhat", '{"dhatFileVersion":2,"pps":[],"ftbl":[', '"",', '""]}'),
    "safari-samples": ("safari", '{"recording":{"sampleStackTraces":[', "{},", "{}]}}"),
    "safari-frames": ("safari", '{"recording":{"sampleStackTraces":[{"stackFrames":[', "{},", "{}]}]}}"),
    "safari-durations": ("safari", '{"recording":{"sampleDurations":[', "1,", '1],"sampleStackTraces":[]}}'),
    "gprof2dot-functions": ("gprof2dot-json", '{"events":[],"functions":[', "{},", "{}]}"),
    "gprof2dot-events": ("gprof2dot-json", '{"functions":[],"events":[', "{},", "{}]}"),
    "gprof2dot-costs": ("gprof2dot-json", '{"events":[],"costs":[', "{},", "{}]}"),
    "gprof2dot-texts": ("gprof2dot-json", '{"events":[],"costs":[', '{"unit":""},', "{}]}"),
    "gprof2dot-values": ("gprof2dot-json", '{"events":[{"cost":[', "1,", "1]}]}"),
    "gprof2dot-value": ("gprof2dot-json", '{"costs":[{}],"events":[', '{"cost":[1]},', "{}]}"),
    "ghcjson-stacks": ("ghcjson", '{"program":"a","profile":{"children":[', "{},", "{}]}}"),
    "ghcjson-centres": ("ghcjson", '{"program":"a","cost_centres":[', '{"id":1},', "{}]}"),
    "pprof-json-samples": ("pprof-json", '{"SampleType":[{}],"Sample":[', "{},", "{}]}"),
    "pprof-json-types": ("pprof-json", '{"SampleType":[', "{},", '{}],"Sample":[]}'),
    "pprof-json-locations": ("pprof-json", '{"SampleType":[{}],"Sample":[{"Location":[', "{},", "{}]}]}"),
    "pprof-json-values": ("pprof-json", '{"SampleType":[{}],"Sample":[{"Value":[', "1,", "1]}]}"),
    "pprof-raw-samples": ("pprof-raw", RAW, "1:\n", ""),
    "pprof-raw-locations": ("pprof-raw", RAW + "1: 1\nLocations\n", "1: 0x1\n", ""),
    "pprof-raw-frames": ("pprof-raw", RAW + "1: 1\nLocations\n1: 0x1\n", "f s=\n", ""),
    "pprof-raw-inlined": ("pprof-raw", RAW + "1:", " 1", INLINED),
    "hprof-traces": ("hprof", "JAVA PROFILE 1.0.1\n", "TRACE 1:\n", ""),
    "hprof-frames": ("hprof", "JAVA PROFILE 1.0.1\nTRACE 1:\n", "\tf\n", ""),
    "hprof-rows": ("hprof", "JAVA PROFILE 1.0.1\nSITES BEGIN\n", "1 1% 1% 1 1 1 1 1\n", ""),
    "hprof-threads": ("hprof", "JAVA PROFILE 1.0.1\n", 'THREAD START (id = 1, name="\n', ""),
    "legacy-counts": ("pprof-legacy", "a profile: total 1\n", "1@0x1\n", ""),
    "legacy-heap": ("pprof-legacy", filled(HEAP, "f"), "1:1[1:1]@0x1\n", ""),
    "legacy-jemalloc": ("pprof-legacy", "heap_v2/1\n t*:\n@0x1\n", "t*:1:1[1:1]\n", ""),
    "legacy-threads": ("pprof-legacy", "--- threadz 1 ---\n", "--- Thread \n0x1\n", ""),
    "legacy-symbols": ("pprof-legacy", "--- symbol\nbinary=a\n", "0x1 a\n", "---\n"),
    "papyrus-begins": ("papyrus", "Script_a log opened (PC)\n", "1:PUSH:1:1:a:f\n", "Log closed\n"),
    "gprof-calls": ("gprof", GPROF_GRAPH, " 1 f [1]\n", ""),
    "gprof-entries": ("gprof", GPROF_GRAPH, "[1] .1 .1 .1 f [1]\n---\n", ""),
    "instruments": ("instruments", "Weight\tSelf\tSymbol Name\n", "1\t1\tf\n", ""),
    "dtrace-frames": ("dtrace", "", " a`\n", "1\n"),
    "pmcstat": ("pmcstat", "", "1%[1]f\n", ""),
    "vtune": ("vtune", "Function Stack,CPU Time:Self\n", "f,1\n", ""),
    "vsprof": ("vsprof", "Level,Function Name,Exclusive Samples\n", "0,f,1\n", ""),
}

# The same with a number of the record's own, in hexadecimal, for "#"
NUMBERED = {
    "dtrace-frames": ("dtrace", "", " a`#\n", "1\n"),
    "dtrace-stacks": ("dtrace", "", " a`#\n1\n", ""),
    "dtrace-keys": ("dtrace", "", "#a\n a`f\n1\n", ""),
    "dhat-table": ("dhat", '{"dhatFileVersion":2,"pps":[],"ftbl":[', '"#",', '""]}'),
    "safari-frames": ("safari", '{"recording":{"sampleStackTraces":[{"stackFrames":[', '{"name":"#"},', "{}]}]}}"),
    "gprof2dot-processes": ("gprof2dot-json", '{"events":[],"functions":[', '{"process":"#"},', "{}]}"),
    "pprof-json-texts": ("pprof-json", '{"SampleType":[{}],"Sample":[{"Location":[',
                         '{"Line":[{"Function":{"Name":"#"}}]},', "{}]}]}"),
    "pprof-raw-frames": ("pprof-raw", RAW + "1: 1\nLocations\n1: 0x1\n", "# s=\n", ""),
    "hprof-frames": ("hprof", "JAVA PROFILE 1.0.1\nTRACE 1:\n", "\t#\n", ""),
    "hprof-sites": ("hprof", "JAVA PROFILE 1.0.1\nSITES BEGIN\n", "1 1% 1% 1 1 1 1 1 #\n", ""),
    "legacy-count": ("pprof-legacy", "a profile: total 1\n1@", "0x#", "\n"),
    "legacy-counts": ("pprof-legacy", "a profile: total 1\n", "1@0x#\n", ""),
    "legacy-heap": ("pprof-legacy", filled(HEAP, "f").replace("[3:", "[9:"), "1:1[1:1]@0x#\n", ""),
    "legacy-threads": ("pprof-legacy", "--- threadz 1 ---\n", "--- Thread (name: #) stack:\n0x#\n", ""),
    "legacy-symbols": ("pprof-legacy", "--- symbol\nbinary=a\n", "0x# a\n", "---\n"),
    "papyrus-names": ("papyrus", "Script_a log opened (PC)\n", "1:PUSH:1:1:a:#\n", "Log closed\n"),
    "gprof": ("gprof", GPROF_GRAPH, " 1 # [1]\n", ""),
    "instruments": ("instruments", "Weight\tSelf\tCount\tSymbol Name\n", "1\t1\t1\t#\n", ""),
    "pmcstat": ("pmcstat", "", "1%[1]#\n", ""),
    "vtune": ("vtune", "Function Stack,CPU Time:Self\n", "#,1\n", ""),
    "vtune-list": ("vtune", "Function,CPU Time\n", "#,1\n", ""),
    "vsprof": ("vsprof", "Level,Function Name,Exclusive Samples\n", "0,#,1\n", ""),
    "vsprof-levels": ("vsprof", "Level,Function Name,Exclusive Samples,Elapsed Exclusive Time\n0,f,1,1\n",
                      "1,#,1,1\n", ""),
}
