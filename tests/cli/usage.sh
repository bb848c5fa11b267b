#!/usr/bin/env bash
# What the command line promises: help, versions, standard input, files named like commands, JSON.
set -u
program=$(realpath "${NCPROF:?the program under test}")
data=$(cd "$(dirname "$0")/../golden/data" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/ncprof-cli.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
cp -r "$data"/* .
export LC_ALL=C.UTF-8
number=0

check() { # name, command...
    local name=$1 out status
    shift
    out=$("$@" 2>&1)
    status=$?
    number=$((number + 1))
    if [ $status -eq 0 ]; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        printf '%s\n' "$out" | sed 's/^/# /'
    fi
}

same() { # two commands, each one word list
    local a b
    a=$(eval "$1") && b=$(eval "$2") && [ -n "$a" ] && diff <(printf '%s' "$a") <(printf '%s' "$b")
}

every_command_has_help() {
    local command
    for command in $("$program" help | sed -n 's/^  \([a-z][a-z]*\)  *[^ ].*/\1/p'); do
        "$program" "$command" --help | grep -q "^usage: ncprof $command" || return 1
        "$program" help "$command" | grep -q "^usage: ncprof $command" || return 1
    done
}

help_is_aligned() {
    local command
    for command in report diff check info summary convert; do
        [ "$("$program" $command --help | grep -E '^  -' |
            sed -E 's/^(  (-., )?--[a-z-]+( [A-Z,=.]+)?  +).*/\1/' | awk '{ print length($0) }' | sort -u | wc -l)" -eq 1 ] || return 1
    done
}

version_names_libraries() {
    local version
    version=$("$program" --version) && [[ $version == "ncprof "[0-9]* ]] &&
        [[ $version == *ncurses* && $version == *zstd* && $version == *elfutils* && $version == *cJSON* && $version == *zlib* ]]
}

json_is_json() {
    local arguments
    for arguments in 'report week.csv' 'report stacks.folded' 'report stacks.folded --tree' 'info stacks.folded' \
        'report edges.prof --callers walk' 'diff week.csv month.csv --sizes 7,30' 'report week.csv --filter nothing'; do
        # shellcheck disable=SC2086 # words
        "$program" $arguments --format json | "${PYTHON:-python3}" -c 'import json, sys; json.load(sys.stdin)' || return 1
    done
}

key_order() {
    "$program" diff week.csv month.csv --format json --sizes 7,30 | "${PYTHON:-python3}" -c '
import json, sys
d = json.load(sys.stdin)
profile = ["path", "format", "metric", "unit", "total", "functions", "threads", "size", "truncated"]
assert list(d) == ["a", "b", "size_ratio", "normalise", "functions", "normalise_function", "factors", "unlike", "blame",
                   "captures", "captures_needed", "counts"], list(d)
assert list(d["a"]) == profile and list(d["b"]) == profile
for f in d["functions"]:
    assert list(f) == ["name", "module", "file", "status", "a", "b", "delta", "ratio", "exponent", "class",
                       "more_calls", "slower_calls", "moved_from", "p", "significant", "low", "high"], list(f)
    for part in "a", "b", "delta", "ratio", "exponent", "class":
        assert f[part] is None or list(f[part]) == ["ncalls", "tottime", "cumtime"]
    assert round((f["more_calls"] + f["slower_calls"]) * 1e9) == round(f["delta"]["cumtime"] * 1e9)
concat = next(f for f in d["functions"] if f["name"] == "concat")
assert concat["ratio"]["ncalls"] == 18 and round(concat["exponent"]["ncalls"], 3) == 1.986
assert concat["class"]["ncalls"] == "quadratic" and round(d["size_ratio"], 2) == 4.29
' &&
        "$program" report week.csv --format json | "${PYTHON:-python3}" -c '
import json, sys
d = json.load(sys.stdin)
assert list(d) == ["profile", "functions"]
assert list(d["profile"]) == ["path", "format", "metric", "unit", "total", "functions", "threads", "size", "truncated"]
for f in d["functions"]:
    assert list(f) == ["name", "module", "file", "line", "ncalls", "primitive_calls", "tottime", "cumtime",
                       "p50", "p95", "p99", "max"]
'
}

nothing_raw_reaches_the_terminal() {
    local arguments
    for arguments in '' '--tree' '--format markdown' '--format csv' '--format json' '--callers evil' '--callers evil --format md'; do
        # shellcheck disable=SC2086 # words
        "$program" report stacks.folded $arguments | LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" && return 1
        # shellcheck disable=SC2086
        "$program" report stacks.folded $arguments | iconv -f UTF-8 -t UTF-8 >/dev/null || return 1
    done
    return 0
}

sizes_by_name() {
    cp week.csv 'week@n=7.csv' && cp month.csv 'month@size=30.csv' &&
        "$program" diff 'week@n=7.csv' 'month@size=30.csv' | grep -q '^size ×4.29'
}

file_like_a_command() {
    cp week.csv report && "$program" ./report | grep -q '^./report: ' &&
        "$program" report report | grep -q '^report: '
}

# The example of the design: 7 to 30 days, 1000 to 18000 calls.
scaling_key_order() {
    "$program" scaling week.csv month.csv --sizes 7,30 --format json | "${PYTHON:-python3}" -c '
import json, math, sys
document = json.load(sys.stdin)
assert list(document) == ["sizes", "functions"] and document["sizes"] == [7, 30]
for row in document["functions"]:
    assert list(row) == ["name", "module", "file", "ncalls", "tottime", "cumtime", "exponent",
                         "class", "share", "projected"], list(row)
    for measure in "ncalls", "tottime", "cumtime":
        assert list(row["exponent"][measure])[:4] == ["value", "low", "high", "r2"]
    assert list(row["projected"]) == ["size", "cumtime", "share"]
concat = next(row for row in document["functions"] if row["name"] == "concat")
assert abs(concat["exponent"]["ncalls"]["value"] - math.log(18) / math.log(30 / 7)) < 1e-12
assert concat["class"]["ncalls"] == "quadratic" and concat["exponent"]["ncalls"]["low"] is None
assert concat["projected"]["size"] == 300'
}

gzip -c week.csv >week.csv.gz

check 'every command has help' every_command_has_help
check 'help is aligned' help_is_aligned
check 'the version names the libraries' version_names_libraries
check '-V is --version' same "'$program' -V" "'$program' --version"
check 'no argument: the overview on standard error, exit 2' bash -c \
    "out=\$('$program' 2>err.txt); [ \$? -eq 2 ] && [ -z \"\$out\" ] && grep -q '^usage: ncprof FILE' err.txt"
check 'without a terminal one file is the report' same "'$program' week.csv" "'$program' report week.csv"
check 'without a terminal two files are the diff' same "'$program' week.csv month.csv" "'$program' diff week.csv month.csv"
check 'without a terminal three files are the scaling' same \
    "'$program' week.csv month.csv week.csv --sizes 7,30,14 --from yappi" \
    "'$program' scaling week.csv month.csv week.csv --sizes 7,30,14"
check 'standard input' same "'$program' report - <week.csv | tail -n +2" "'$program' report week.csv | tail -n +2"
check 'gzip around it' same "'$program' report week.csv.gz | tail -n +2" "'$program' report week.csv | tail -n +2"
check 'options may follow the file' same "'$program' report week.csv -n 1" "'$program' report -n 1 week.csv"
check 'the same bytes again' same "'$program' report stacks.folded -f json" "'$program' report stacks.folded -f json"
check 'a wrong suffix does not matter' same "cp edges.prof edges.csv; '$program' report edges.csv | tail -n +2" \
    "'$program' report edges.prof | tail -n +2"
check '--from overrides' bash -c "'$program' info stacks.folded --from folded | grep -q '^format  *folded'"
check 'a file named like a command' file_like_a_command
check 'JSON is JSON' json_is_json
check 'keys stand in their order, numbers as worked out' key_order
check 'scaling: keys stand in their order' scaling_key_order
check 'names cannot reach the terminal raw' nothing_raw_reaches_the_terminal
check 'sizes by the names of files' sizes_by_name
check 'an unfinished expression is literal' bash -c "'$program' report stacks.folded -F 'evil [' >/dev/null"
check 'the locale does not change numbers' same "LC_ALL=C '$program' report week.csv" "'$program' report week.csv"
echo "1..$number"
