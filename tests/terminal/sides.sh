#!/usr/bin/env bash
# Two runs together: the table, both call trees, both butterflies, how they are compared, one alone.
# shellcheck disable=SC2016,SC1003,SC1091 # the shell in the terminal expands
. "$(dirname "$0")/common.bash"

open_terminal 100 30
keys '$NCPROF $DATA/grow@n=10.prof $DATA/grow@n=40.prof' Enter
ok 'opens side by side' wait_for '1 Side by side +2 Tree A\|B +3 Butterfly A\|B'
ok 'tells sizes, times and the normaliser' wait_for 'size ×4.00 +time ×21.2 +as measured'
ok 'shows the ratio as a bar' wait_for '×21.2 +│██▌'
keys Down Down
ok 'tells where growth enters' wait_for 'run_loop → concat\.'
keys Enter
ok 'drills into both trees' wait_for '^▌ .*concat  app:25 .*⇐ n\^2.0'
ok 'with both values' wait_for '~300 ms +~4.800 s'
keys g H
ok 'unfolds what changed most' wait_for '^▌ .*concat'
keys E
ok 'expands all' wait_for 'copy  app:35'
keys b
ok 'opens the butterfly of both' wait_for '── concat  app:25 ─.* 300 ms → 4.800 s ×16.0'
keys x
ok 'swaps them there' wait_for ' 4.800 s → 300 ms ×0.06'
keys x k k Enter
ok 'walks to a caller' wait_for '── run_loop  app:15 ─'
keys BSpace
ok 'and comes back' wait_for '── concat  app:25 ─'
keys 1
ok 'back to the table by its digit' wait_for 'delta▼'
keys %
ok 'normalises by total' wait_for 'by total: B × 0.0473'
keys % % %
ok 'by the function under the cursor' wait_for 'B is scaled so that concat takes as long as in A'
keys %
ok 'and as measured again' wait_for 'Both as measured'
keys f
ok 'shows what changed only' wait_for 'only changed · 6 of 8 functions'
keys f f
ok 'and what is new' wait_for 'only new · 1 of 8 functions'
keys f f
ok 'and all' wait_gone 'only new'
keys 5
ok 'one tree alone' wait_for 'ncprof +[AB] .*grow@n='
keys d
keys -l "$DATA/stacks.folded"
keys Enter
ok 'another second file' wait_for 'not the same thing. a compares them all the same'
keys a
ok 'unlike units are compared on request' wait_for 'unlike: A in time \(s\), B in samples'
keys 2
ok 'the mark stays' wait_for 'unlike: A in time \(s\), B in samples'
keys q
ok 'quits' wait_for '^ready\$'

# The mouse, as a terminal tells it: presses and releases in SGR's way.
click() { # column row, from 1
    local event
    printf -v event '\e[<0;%d;%dM\e[<0;%d;%dm' "$1" "$2" "$1" "$2"
    # shellcheck disable=SC2046 # one word a byte
    keys -H $(printf '%s' "$event" | od -An -tx1)
}

keys 'clear; TERM=xterm-256color $NCPROF $DATA/grow@n=10.prof $DATA/grow@n=40.prof' Enter
wait_for 'by delta▼|delta▼'
click 30 5
ok 'a click selects a row' wait_for '^▌ .*run_loop'
click 20 3
ok 'a click on a head sorts by it' wait_for 'cumtime B▼'
sleep 0.5
click 20 3
ok 'another one the other way round' wait_for 'cumtime B▲'
click 20 2
ok 'a click on a view shows it' wait_for '^▌.*▸ .*main|^▌.*main  app:5'
keys 1
wait_for 'cumtime B▲'
click 30 9
sleep 0.1
click 30 9
ok 'a double click opens' wait_for '^▌ .*concat  app:25 .*⇐ n\^2.0'
keys q q
wait_for '^ready\$'
plan
