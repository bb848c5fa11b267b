#!/usr/bin/env bash
# make check-layers: data flows one way, and what is special is known to one place only.
# Prints TAP and, on a failure, the lines at fault.
set -u
cd "$(dirname "$0")/../.." || exit 2
number=0
failed=0

verdict() { # name, offending lines
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
        return
    fi
    failed=1
    echo "not ok $number - $1"
    printf '%s\n' "$2" | sed 's/^/# /'
}

# Lines of C files below the folders $1 that include what the pattern $2 names, without the files $3.
includes() {
    local folders
    read -r -a folders <<<"$1"
    grep -rnE "^ *# *include *[<\"]($2)" --include='*.[chS]' "${folders[@]}" 2>/dev/null |
        grep -vE "^(${3:-nothing}):" || true
}

# As includes, but everything is at fault that the pattern does not name.
includes_other_than() {
    local folders
    read -r -a folders <<<"$1"
    grep -rnE '^ *# *include *"' --include='*.[chS]' "${folders[@]}" 2>/dev/null |
        grep -vE "include *\"($2)" || true
}

verdict 'formats/ knows neither capture/ nor tui/' "$(includes formats 'capture/|tui/')"
verdict 'capture/ does not know tui/' "$(includes capture 'tui/')"
verdict 'only tui/terminal.c knows curses' \
    "$(includes 'formats capture tui' '(ncursesw/)?n?curses|term\.h|termcap' 'tui/terminal\.c')"
verdict 'only formats/trace/ and formats/input.c know zstd' \
    "$(includes 'formats capture tui' 'zstd' 'formats/(trace/[a-z_]+|input|input_[a-z]+)\.[ch]')"
verdict 'only capture/python/ knows Python' \
    "$(includes 'formats capture tui' 'Python\.h' 'capture/python/[a-z_]+\.[ch]')"
verdict 'only the readers, writers, trace and reports know cJSON' \
    "$(includes 'tui/analysis tui/screens tui/widgets capture/channel capture/runtime capture/python' 'cjson|cJSON')"
verdict 'what runs inside a traced program includes the channel only' \
    "$(includes_other_than 'capture/channel' 'capture/channel/')$(
        includes_other_than 'capture/runtime' 'capture/(channel|runtime|ncprof\.h)')$(
        includes_other_than 'capture/python' 'capture/(channel|python)/')"
verdict 'the analyses know no screen and no widget' \
    "$(includes 'tui/analysis' 'tui/(screens|widgets|terminal|commands|reports|app)')"
verdict 'the screens do not parse files and do not know the terminal' \
    "$(includes 'tui/screens tui/widgets' 'formats/(readers|writers|input|trace)|tui/terminal|tui/commands')"
verdict 'readers use the builder, not the finished profile of others' \
    "$(includes 'formats/readers' 'formats/writers')"
verdict 'nothing below the commands ends the program' \
    "$(grep -rnE '(^|[^_a-z])(exit|abort|_exit)\(' --include='*.c' formats tui/analysis tui/screens tui/widgets tui/reports 2>/dev/null |
        grep -vE '^formats/profile/(memory|arena)\.c:' || true)"
verdict 'no unbounded string functions, no shells' \
    "$(grep -rnE '(^|[^_a-z])(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|sscanf|strtok|system|popen)\(' --include='*.[ch]' formats capture tui || true)"

library=${BUILD:-.build}/lib/ncprof/libncprof.so
number=$((number + 1))
if [ -e "$library" ]; then
    number=$((number - 1))
    verdict 'libncprof.so needs the C library only' \
        "$(readelf -d "$library" | grep NEEDED | grep -vE 'libc\.so|ld-linux|libpthread|libdl' || true)"
else
    echo "ok $number - libncprof.so needs the C library only # SKIP not built"
fi
echo "1..$number"
exit $failed
