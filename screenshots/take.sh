#!/usr/bin/env bash
# Takes the pictures in this folder again: the real program, in a real xterm, on a screen of its own
# (Xvfb), shot with ImageMagick's import. NCPROF names the program; with arguments only the pictures
# of these names are taken.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
NCPROF=$(realpath "${NCPROF:-.build/bin/ncprof}")
work=$(mktemp -d)
display=
server=

finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

# An X server on a free display; it says which.
start_server() {
    mkfifo "$work/display"
    # Without -noreset it starts over, and refuses clients meanwhile, whenever the last one leaves.
    Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp -noreset 3>"$work/display" 2>"$work/xvfb.log" &
    server=$!
    read -r display <"$work/display"
    export DISPLAY=:$display
}

# A run of the demo's program under the recorder: what is on the pictures is real.
record() { # name size command...
    local name=$1 size=$2
    shift 2
    "$NCPROF" record --force --size "$size" --output "$work/$name.ncp" -- "$@" >/dev/null 2>"$work/$name.log" || {
        cat "$work/$name.log" >&2
        exit 1
    }
}

# picture NAME COLUMNSxROWS KEYS FILE...: starts, presses the keys, shoots the window, ends.
picture() {
    local name=$1 size=$2 keys=$3 window pid
    shift 3
    case " ${only:-$name} " in *" $name "*) ;; *) return 0 ;; esac
    (cd "$work" && exec xterm -class UXTerm -u8 -geometry "$size+0+0" -fa 'DejaVu Sans Mono' -fs 11 -b 6 \
        -bg '#101418' -fg '#d8dee4' -tn xterm-256color -title "$name" -xrm '*metaSendsEscape: true' \
        -e env LC_ALL=C.UTF-8 "$NCPROF" --keys "$keys" "$@") 2>>"$work/xterm.log" &
    pid=$!
    window=$(wait_for_window "$name")
    settle "$window"
    import -window "$window" -strip -colors 64 "png8:$here/$name.png"
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    echo "screenshots/$name.png"
}

wait_for_window() {
    local i id
    for ((i = 0; i < 100; i++)); do
        id=$(xwininfo -root -tree 2>/dev/null | awk -v name="\"$1\":" '$2 == name { print $1; exit }')
        if [ -n "$id" ]; then
            echo "$id"
            return
        fi
        sleep 0.1
    done
    echo "take.sh: no window appeared" >&2
    cat "$work/xterm.log" >&2
    exit 1
}

# Until two shots in a row are the same and not empty.
settle() {
    local i before='' now
    for ((i = 0; i < 100; i++)); do
        now=$(import -window "$1" rgb:- 2>/dev/null | md5sum)
        [ "$now" = "$before" ] && [ "$i" -gt 5 ] && return
        before=$now
        sleep 0.1
    done
}

only="$*"
start_server
record ingest-300 300 python3 tests/demo/ingest.py 300
record ingest-1287 1287 python3 tests/demo/ingest.py 1287
picture hotspots 100x30 'j' ingest-1287.ncp
picture call-tree 100x30 '2Hjlk' ingest-1287.ncp
picture butterfly 100x30 'uj\n' ingest-1287.ncp
picture side-by-side 120x30 'jj' ingest-300.ncp ingest-1287.ncp
picture trees 120x30 '2EH' ingest-300.ncp ingest-1287.ncp
for size in 600 2400; do
    record "ingest-$size" "$size" python3 tests/demo/ingest.py "$size"
done
runs=(ingest-300.ncp ingest-600.ncp ingest-1287.ncp ingest-2400.ncp)
picture scaling 120x30 'jj' "${runs[@]}"
picture plot 120x30 '/is_known\n\n' "${runs[@]}"
