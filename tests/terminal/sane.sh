#!/usr/bin/env bash
# Whatever happens, the terminal is as it was: quitting, ^Z, signals, a crash, odd terminals and sizes.
# shellcheck disable=SC2016,SC1003,SC1091 # the shell in the terminal expands
. "$(dirname "$0")/common.bash"

modes_are_as_before() {
    # The prompt may be an old one: what is printed after the writing tells that it is done.
    keys 'clear; rm -f after; stty -a > after; echo modes-written' Enter
    wait_for '^modes-written' && cmp "$WORK/before" "$WORK/after"
}

# The alternate screen is left and the cursor is seen.
screen_is_left() {
    [ "$(tm display-message -p '#{alternate_on} #{cursor_flag} #{mouse_any_flag}')" = "0 1 0" ]
}

start() {
    keys 'clear; stty -a > before; $NCPROF $DATA/edges.prof; echo status=$?' Enter
    wait_for 'tottime▼'
}

open_terminal
start
ok 'uses the alternate screen' test "$(tm display-message -p '#{alternate_on}')" = 1
keys q
ok 'q ends with 0' wait_for '^status=0'
ok 'the modes are as before' modes_are_as_before
ok 'the screen is left' screen_is_left

start
keys C-z
ok '^Z hands the terminal back' wait_for 'Stopped'
ok 'the screen is left' screen_is_left
keys fg Enter
ok 'fg shows it again' wait_for 'tottime▼'
keys j
ok 'and keys work' wait_for '^▌ .*walk'
keys q
wait_for '^ready\$'
ok 'the modes are as before' modes_are_as_before

for signal in TERM HUP; do
    start
    kill -"$signal" "$(browser)"
    ok "SIG$signal ends it by that signal" wait_for "^status=$((128 + $(kill -l "$signal")))"
    ok 'the modes are as before' modes_are_as_before
    ok 'the screen is left' screen_is_left
done

# A shell drops the rest of a line whose program SIGINT has ended: no status is printed.
start
keys C-c
ok '^C ends it by SIGINT' wait_for '^ready\$'
ok 'the screen is left' screen_is_left
ok 'the modes are as before' modes_are_as_before

if [ -z "${ASAN_OPTIONS:-}" ]; then
    start
    kill -SEGV "$(browser)"
    ok 'a crash is still a crash' wait_for '^status=139'
    ok 'the modes are as before' modes_are_as_before
    ok 'the screen is left' screen_is_left
fi

start
tm resize-window -x 40 -y 10
ok 'narrows at once' wait_for '^ 1 Hotspots 2 Tree 3 Butterfly 4 Info$'
tm resize-window -x 20 -y 5
ok 'at 20x5 the name and the order are there' wait_for '^▌ +30.000 s <bu'
tm resize-window -x 1 -y 1
ok 'at 1x1 it lives' kill -0 "$(browser)"
tm resize-window -x 200 -y 50
ok 'widens at once' wait_for 'walk  codec:7 *$'
keys q
wait_for '^status=0'
tm resize-window -x 80 -y 24

keys 'clear; TERM=no-such-terminal $NCPROF $DATA/edges.prof; echo status=$?' Enter
ok 'an unknown terminal is named' wait_for "the terminal 'no-such-terminal' \(from TERM\) is unknown"
ok 'with status 2' wait_for '^status=2'
keys 'clear; env -u TERM $NCPROF $DATA/edges.prof; echo status=$?' Enter
ok 'a missing TERM is told' wait_for 'TERM is not set'
ok 'with status 2' wait_for '^status=2'
keys 'clear; TERM=dumb $NCPROF $DATA/edges.prof; echo status=$?' Enter
ok 'a dumb terminal is told' wait_for 'cannot place its cursor'
ok 'with status 2' wait_for '^status=2'
keys 'clear; $NCPROF nothing.prof; echo status=$?' Enter
ok 'a missing file is named, after the screen is left' wait_for 'nothing.prof: .*No such file'
ok 'with status 2' wait_for '^status=2'

keys 'clear; mkfifo stream; (while yes "main;parse 3" | head -50000; do sleep 0.1; done) >stream & $NCPROF stream; echo status=$?' Enter
ok 'shows what a file has so far while it loads' wait_for '100.0  parse'
keys q
ok 'and q stops it' wait_for '^status=0'
keys 'kill %%; clear' Enter
keys 'clear; mkfifo slow; $NCPROF slow; echo status=$?' Enter
ok 'tells that it is loading' wait_for 'Loading · slow · q stops'
keys q
ok 'q stops it' wait_for '^status=0'
ok 'the screen is left' screen_is_left

keys 'clear; LC_ALL=C $NCPROF $DATA/edges.prof' Enter
ok 'without UTF-8 the screen is ASCII' wait_for 'tottime v'
keys q
wait_for '^ready\$'
keys 'clear; NO_COLOR=1 $NCPROF $DATA/edges.prof' Enter
wait_for 'tottime▼'
ok 'NO_COLOR means none' bash -c '! tmux -L "$0" capture-pane -p -e | grep -q "\[[0-9;]*[34]8;5"' "$SOCKET"
keys q
wait_for '^ready\$'
keys 'clear; $NCPROF $DATA/edges.prof' Enter
wait_for 'tottime▼'
ok 'else there are colours' bash -c 'tmux -L "$0" capture-pane -p -e | grep -q "38;5"' "$SOCKET"

idle() { # nothing happens: no processor time passes
    local before after pid
    pid=$(browser) && [ -n "$pid" ] || return 1
    before=$(cut -d' ' -f14,15 "/proc/$pid/stat")
    sleep 1
    after=$(cut -d' ' -f14,15 "/proc/$pid/stat")
    [ "$before" = "$after" ]
}
ok 'sleeps while nothing happens' idle
keys q
wait_for '^ready\$'
plan
