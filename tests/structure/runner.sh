#!/usr/bin/env bash
# tests/run itself: what fails must never count as passed.
set -u
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
number=0

program() { # suite/name, body
    mkdir -p "$root/$(dirname "$1")"
    printf '#!/bin/sh\n%s\n' "$2" >"$root/$1.sh"
    chmod +x "$root/$1.sh"
}

# Runs one program; its exit status and last line must be as said.
check() { # name, suite/program, exit status, last line
    number=$((number + 1))
    local out status last
    out=$(tests/run --build "$root/build" --tests "$root" --seconds 1 "$2" 2>&1)
    status=$?
    last=${out##*$'\n'}
    if [ "$status" = "$3" ] && [ "$last" = "$4" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        printf '%s\n' "exit $status" "$out" | sed 's/^/# /'
    fi
}

program s/good 'echo ok 1 - a; echo "ok 2 - b # SKIP none"; echo 1..2'
program s/bad 'echo 1..2; echo ok 1; echo not ok 2 - b; exit 1'
program s/cmocka 'echo 1..1; echo "not ok 1 # SKIP skipped"'
program s/planless 'echo ok 1'
program s/short 'echo 1..3; echo ok 1'
program s/crash 'echo 1..1; echo ok 1; kill -SEGV $$'
program s/status 'echo 1..1; echo ok 1; exit 3'
program s/slow 'echo 1..1; echo ok 1; sleep 5'
program s/sanitizer 'echo 1..1; echo ok 1; echo "x.c:3:4: runtime error: shift" >&2'
program s/leftover 'sleep 30 & echo 1..1; echo ok 1'

check 'passed and skipped are counted' s/good 0 '1 passed, 0 failed, 1 skipped'
check 'a failure fails the run' s/bad 1 '1 passed, 1 failed, 0 skipped'
check 'what cmocka skips is skipped' s/cmocka 0 '0 passed, 0 failed, 1 skipped'
check 'no plan is a failure' s/planless 1 '1 passed, 1 failed, 0 skipped'
check 'stopping early is a failure' s/short 1 '1 passed, 1 failed, 0 skipped'
check 'a crash is a failure' s/crash 1 '1 passed, 1 failed, 0 skipped'
check 'an exit status is a failure' s/status 1 '1 passed, 1 failed, 0 skipped'
check 'too long is a failure' s/slow 1 '1 passed, 1 failed, 0 skipped'
check 'a report of a sanitizer is a failure' s/sanitizer 1 '1 passed, 1 failed, 0 skipped'
check 'what a program leaves running is ended' s/leftover 0 '1 passed, 0 failed, 0 skipped'
check 'a suite that is not there is named' t 1 'tests/run: there is no suite or program t; suites: s'
echo "1..$number"
