# What the scripts of this folder share: the program, a folder to work in, TAP.
# shellcheck shell=bash
set -u
program=$(realpath "${NCPROF:?the program under test}")
# shellcheck disable=SC2034 # for those that share it
data=$(cd "$(dirname "$0")/../golden/data" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/ncprof-cli.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
export LC_ALL=C.UTF-8
number=0
leading=() # words before the arguments of each command

verdict() { # 0 or 1, name, explanation
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        printf '%s\n' "$3" | sed 's/^/# /'
    fi
}

# name, the whole of standard error without "ncprof: ", arguments
refused() {
    local name=$1 wanted="ncprof: $2" out err status
    shift 2
    out=$(timeout 10 "$program" "${leading[@]}" "$@" 2>err.txt </dev/null)
    status=$?
    err=$(cat err.txt)
    [ "$status" -eq 2 ] && [ -z "$out" ] && [ "$err" = "$wanted" ]
    verdict $? "$name" "exit $status, out: $out, err: $err, wanted: $wanted"
}
