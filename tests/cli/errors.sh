#!/usr/bin/env bash
# Bad input and bad usage: one clear sentence on standard error, nothing on standard output, exit 2.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"

# name, words that must be in standard error, arguments
refused_saying() {
    local name=$1 wanted=$2 err status
    shift 2
    err=$(timeout 10 "$program" "$@" 2>&1 >out.txt </dev/null)
    status=$?
    [ "$status" -eq 2 ] && [ ! -s out.txt ] && [[ $err == "ncprof: "*"$wanted"* ]] &&
        [ "$(wc -l <<<"$err")" -eq 1 ]
    verdict $? "$name" "exit $status, err: $err, wanted: $wanted"
}

cp "$data/week.csv" "$data/stacks.folded" "$data/edges.prof" .
: >empty
mkdir folder
head -c 3000 /dev/urandom | tr -d '\n' >rubbish.bin
printf '\000\001\002\377rubbish' >rubbish.small
head -c 20 edges.prof >cut.prof
head -c 300 edges.prof >half.prof
printf 'name,ncall\nmain,1\n' >missing-columns.csv

# files
for command in report info; do
    refused "$command: no such file" 'nothing.prof: cannot open: No such file or directory' $command nothing.prof
    refused "$command: a directory" 'folder: is a directory' $command folder
    refused "$command: an empty file" 'empty: is empty' $command empty
    refused_saying "$command: rubbish" 'rubbish.small: is in no format that is known' $command rubbish.small
    refused_saying "$command: more rubbish" 'rubbish.bin: ' $command rubbish.bin
    refused_saying "$command: a pstats cut before its first function" 'cut.prof: ' $command cut.prof
done
printf 'gmon\001\000\000\000rest' >gmon.out
refused_saying "gprof's own data: what to do" 'gprof PROGRAM gmon.out > FILE.txt' report gmon.out
refused_saying 'a program: what to do' 'ncprof record runs a program' report "$program"
tar cf folder.tar folder
refused_saying 'an archive: what to do' 'is a tar archive: unpack it' report folder.tar
refused_saying 'a CSV without its columns' 'missing-columns.csv: ' report missing-columns.csv
refused_saying 'diff: second file missing' 'nothing.csv: cannot open' diff week.csv nothing.csv
refused_saying 'browse: no such file' 'nothing.prof: cannot open' nothing.prof
refused_saying 'standard input that is empty' 'empty' report -
printf 'x' >"$(printf 'bad\033[31m.csv')"
refused_saying 'a path that would colour the terminal' 'bad\x1b[31m.csv: ' report "$(printf 'bad\033[31m.csv')"

# what is left of a cut file is shown, and that it was cut
out=$("$program" report half.prof 2>&1) && [[ $out == *'note: '* ]] &&
    "$program" info half.prof | grep -q '^truncated  *yes'
verdict $? 'a pstats cut in the middle says so' "$out"

# usage
refused 'a word that is neither' 'repo is neither a file nor a command; ncprof help lists these' repo
refused 'an unknown option of the program' 'does not know the option --colour (see ncprof --help)' --colour x week.csv
refused 'an unknown option of a command' 'report does not know the option --frob (see ncprof report --help)' report --frob week.csv
refused 'an unknown letter' 'report does not know the option -z (see ncprof report --help)' report -z week.csv
refused 'an unknown letter among known ones' 'report does not know the option -z (see ncprof report --help)' report -rz week.csv
refused 'an ambiguous option' 'report does not know the option --t (see ncprof report --help)' report --t week.csv
refused 'an option without its value' 'report --limit needs a value' report week.csv --limit
refused 'a limit that is no number' '--limit takes a whole number, not "ten"' report week.csv --limit ten
refused 'a negative limit' '--limit takes a whole number, not "-3"' report week.csv --limit -3
refused 'a limit too large' '--limit takes a whole number, not "99999999999"' report week.csv --limit 99999999999
refused 'a threshold that is no share' '--threshold takes a percentage from 0 to 100, not "120"' report week.csv --threshold 120
refused 'a threshold that is none' '--threshold takes a percentage, not "nan"' report week.csv --threshold nan
refused_saying 'an unknown column' 'no column "colour" to sort by; there are ncalls' report week.csv --sort colour
refused_saying 'an unknown column to diff' 'no column "colour" to sort by' diff week.csv week.csv --sort colour
refused 'an unknown format' 'no format "html"; there are text, markdown, csv and json' report week.csv --format html
refused_saying 'an unknown reader' 'xyz' report week.csv --from xyz
refused 'an unknown metric' 'week.csv: no metric "bytes" in it; there is time' report week.csv --metric bytes
refused 'threads of a file without' 'week.csv: this format (yappi) keeps no values a thread' report week.csv --thread 1
refused 'a thread that is not there' 'stacks.folded: no thread "worker" among its 1; ncprof info lists them' report stacks.folded --thread worker
refused 'callers of a file without' 'week.csv: this format (yappi) stores no callers' report week.csv --callers main
refused 'callers of nobody' 'edges.prof: no function matches "nobody"' report edges.prof --callers nobody
refused 'an unknown choice of names' '--names takes yappi or pstats, not "perf"' report week.csv --names perf
refused 'an unknown choice of color' '--color takes auto, always or never, not "red"' --color red week.csv
refused 'one size' '--sizes takes two numbers as 7,30, not "7"' diff week.csv week.csv --sizes 7
refused 'sizes with a tail' '--sizes takes two numbers as 7,30, not "7,30x"' diff week.csv week.csv --sizes 7,30x
refused 'a size of zero' '--sizes must be above zero, not "0,30"' diff week.csv week.csv --sizes 0,30
refused 'a size that is none' '--sizes must be above zero, not "nan,30"' diff week.csv week.csv --sizes nan,30
refused 'report of two files' 'report takes 1 file, not 2: ncprof report FILE [options]' report week.csv week.csv
refused 'diff of one file' 'diff takes 2 files, not 1: ncprof diff A B [options]  or  --a A... --b B... [options]' diff week.csv
refused 'a side without the other' 'diff takes both --a FILE... and --b FILE..., or two files' diff --a week.csv week.csv
refused 'sides and files' 'diff takes either two files or --a FILE... --b FILE...' diff week.csv --a week.csv --b week.csv
refused 'a side without files' 'diff --a needs a value' diff --b week.csv --a
refused 'an unknown normaliser' '--normalise takes none, total, calls, size or function=NAME, not "function="' diff week.csv week.csv --normalise function=
refused 'a normaliser that nobody has' 'B cannot be scaled to A by function "nobody": neither side has it' diff week.csv week.csv --normalise function=nobody
refused 'a normaliser without sizes' 'B cannot be scaled to A by its size: A has none that is known' diff week.csv week.csv -N size
refused 'an unknown measure to blame' '--blame takes cumtime or tottime, not "ncalls"' diff week.csv week.csv --blame ncalls
refused 'an unknown class' '--only takes matched, moved, new, gone and changed, not "old"' diff week.csv week.csv --only new,old
refused_saying 'unlike units' 'which cannot be compared as they are; --metric picks' diff week.csv stacks.folded
refused_saying 'unlike units of one side' 'capture 1 of A is measured in time (s) and capture 2 in samples' diff --a week.csv stacks.folded --b week.csv
cp week.csv zero@n=0.csv
cp week.csv less@size=-7.csv
refused 'a name that says no size' 'zero@n=0.csv: the size in its name must be above zero, not 0' diff zero@n=0.csv week.csv
refused 'a name with a negative size' 'less@size=-7.csv: the size in its name must be above zero, not -7' diff week.csv less@size=-7.csv
cp week.csv seven@n=7.csv
cp week.csv eight@n=8.csv
refused 'captures of different sizes' 'the captures of A are of different sizes, 7 and 8' diff --a seven@n=7.csv eight@n=8.csv --b week.csv
refused 'sizes of fewer files' '--sizes tells 2 sizes of 3 files' week.csv week.csv week.csv --sizes 7,30
refused 'scaling of one file' 'scaling takes two files or more, not 1: ncprof scaling FILE... [options]' scaling week.csv
refused 'scaling of no size' "week.csv: the size of its input is not known: --sizes tells it, or \`ncprof record --size\`, or a name as run@n=1000.ncp" scaling week.csv week.csv
refused 'scaling of one size only' 'all 3 runs are of size 7; growth takes two different sizes or more' scaling week.csv week.csv week.csv --sizes 7,7,7
refused 'scaling with a size too few' '--sizes tells 2 sizes of 3 files' scaling week.csv week.csv week.csv --sizes 7,30
refused 'calls of samples' 'none of the files holds numbers of calls' scaling stacks.folded stacks.folded --sizes 1,2 --measure ncalls
refused 'a tree in an order that it lacks' 'the tree is sorted by delta or cumtime_b, not by ncalls_b' diff --tree week.csv week.csv --sort ncalls
refused 'a tree the other way round' '--reverse shapes the table, not the tree' diff --tree week.csv week.csv --reverse
refused 'a summary against samples' 'the base is measured in samples (samples) and the file in time (s), which cannot be compared' summary week.csv --against stacks.folded
refused 'sizes of one file' '--sizes goes with --against BASE' summary week.csv --sizes 7,30
refused 'a day that no calendar has' '--now takes a time as 2026-01-31T12:00:00Z, seconds since 1970 or now, not "2026-02-30T00:00:00Z"' summary week.csv --now 2026-02-30T00:00:00Z
[ -c /dev/full ] && refused 'a device that is full' '/dev/full: cannot write: No space left on device' summary week.csv -o /dev/full
refused 'scaling with a size too many' '--sizes tells 3 sizes of 2 files' scaling week.csv week.csv --sizes 7,30,60
refused 'scaling with a size of zero' '--sizes must be above zero, not "0"' scaling week.csv week.csv --sizes 7,0
refused 'scaling with a negative size' '--sizes must be above zero, not "-7,30"' scaling week.csv week.csv --sizes=-7,30
refused 'scaling with a size that is none' '--sizes must be above zero, not "nan"' scaling week.csv week.csv --sizes 7,nan
refused 'scaling with an infinite size' '--sizes must be above zero, not "inf,7"' scaling week.csv week.csv --sizes inf,7
refused 'scaling with half a list' '--sizes takes numbers as 7,30, not ""' scaling week.csv week.csv --sizes 7,
cp week.csv 'week@n=0.csv'
refused_saying 'scaling of a name that says 0' 'week@n=0.csv: ' scaling 'week@n=0.csv' week.csv
refused 'scaling to zero' '--at must be above zero, not "0"' scaling week.csv week.csv --sizes 7,30 --at 0
refused 'scaling to two sizes' '--at takes one number, not "60,90"' scaling week.csv week.csv --sizes 7,30 --at 60,90
refused 'scaling to nowhere' '--at takes a number, not "x"' scaling week.csv week.csv --sizes 7,30 --at x
refused 'scaling of a measure that is none' '--measure takes ncalls, tottime or cumtime, not "calls"' scaling week.csv week.csv --sizes 7,30 --measure calls
refused_saying 'scaling by a column that is none' 'no column "colour" to sort by; there are 7 30 exponent' scaling week.csv week.csv --sizes 7,30 --sort colour
refused_saying 'scaling of unlike units' 'stacks.folded: is measured in samples and the first run in time' scaling week.csv stacks.folded --sizes 7,30
refused_saying 'scaling of a file that is not there' 'nothing.csv: cannot open' scaling week.csv nothing.csv --sizes 7,30
refused 'help for no command' 'there is no command "frob"; ncprof help lists them' help frob
refused 'convert to nowhere' 'convert needs an output: ncprof convert IN -o OUT' convert week.csv
refused_saying 'convert to an unknown format' 'cannot write "html"; --to takes' convert week.csv -o x --to html
refused_saying 'convert to an unknown suffix' 'no format goes by the name x.html; --to takes' convert week.csv -o x.html

# nothing is lost and nothing half-written is left
printf 'mine' >taken.json
refused_saying 'convert over an existing file' 'taken.json' convert week.csv -o taken.json
[ "$(cat taken.json)" = mine ]
verdict $? 'the existing file is as it was' "$(cat taken.json)"
timeout 10 "$program" convert --force week.csv -o taken.json 2>err.txt && [ "$(head -c 1 taken.json)" = '{' ]
verdict $? 'convert --force writes it' "$(cat err.txt)"
refused_saying 'convert --strict refuses a loss' 'because of --strict' convert --strict edges.prof -o loss.csv
[ ! -e loss.csv ]
verdict $? 'and writes nothing' "$(ls)"
before=$(ls -A)
refused_saying 'convert into a folder that is not there' 'nowhere/x.json' convert week.csv -o nowhere/x.json
[ "$(ls -A)" = "$before" ]
verdict $? 'nothing is left behind' "$(ls -A)"

# standard output
if [ -w /dev/full ]; then
    "$program" report week.csv 2>err.txt >/dev/full
    [ $? -eq 2 ] && [ "$(cat err.txt)" = 'ncprof: standard output: No space left on device' ]
    verdict $? 'a full disk is told' "$(cat err.txt)"
fi
{
    "$program" report edges.prof --format json --limit 0 2>err.txt
    echo $? >status.txt
} | true
[ ! -s err.txt ]
verdict $? 'a reader that went away is not worth a word' "$(cat err.txt)"

echo "1..$number"
