#!/usr/bin/env bash
# Every case of `cases`: what ncprof prints, byte for byte, against expected/NAME.
# GOLDEN=rewrite, or run.sh --update, writes the files instead; look at the diff before you commit it.
set -u
here=$(cd "$(dirname "$0")" && pwd)
: "${NCPROF:?the program under test}"
program=$(realpath "$NCPROF") || exit 2
[ "${1:-}" = --update ] && GOLDEN=rewrite
cd "$here/data" || exit 2
number=0

# Output, complaints and exit status, in this order.
observe() {
    local errors
    errors=$(mktemp)
    LC_ALL=C.UTF-8 "$program" "$@" 2>"$errors" </dev/null
    local status=$?
    sed 's/^/stderr: /' "$errors"
    [ $status -eq 0 ] || echo "exit $status"
    rm -f "$errors"
}

while IFS='|' read -r name arguments; do
    case $name in '' | '#'*) continue ;; esac
    name=${name// /}
    read -r -a words <<<"$arguments"
    number=$((number + 1))
    expected=$here/expected/$name
    if [ "${GOLDEN:-}" = rewrite ]; then
        observe "${words[@]}" >"$expected"
        echo "ok $number - $name # SKIP rewritten"
    elif difference=$(observe "${words[@]}" | diff -u "$expected" - 2>&1); then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        printf '%s\n' "$difference" | sed 's/^/# /'
    fi
done <"$here/cases"
echo "1..$number"
