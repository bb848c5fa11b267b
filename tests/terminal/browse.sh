#!/usr/bin/env bash
# The main job, key by key: open, sort, filter, drill, come back, compare, quit.
# shellcheck disable=SC2016,SC1003,SC1091 # the shell in the terminal expands
. "$(dirname "$0")/common.bash"

open_terminal
keys '$NCPROF $DATA/edges.prof' Enter
ok 'opens on hotspots' wait_for 'tottime▼'
ok 'says how long the run was' wait_for 'edges.prof +100.0 s · 19 calls'
ok 'the first row is under the cursor' wait_for '^▌ .*builtins|^▌ .*iltins.sum'

keys c
ok 'sorts by ncalls' wait_for 'ncalls▼'
keys u
ok 'sorts by cumtime' wait_for '^▌ .*100.000 s 100.0 main'
keys r
ok 'reverses' wait_for 'cumtime▲'
keys s
ok 'offers the columns' wait_for 'Sort by'
keys Home Enter
ok 'sorts by what was chosen' wait_for 'ncalls▼'

keys /
keys -l 'wa'
ok 'filters while typing' wait_for '/ wa +1 of 5 · 30.0 % of tottime'
keys Enter
ok 'keeps the filter' wait_for '^▌ .*walk  codec:7'
keys Escape
ok 'Esc clears it' wait_for 'main  app:5'
keys /
keys -l 'nothing-like-it'
keys Enter
ok 'says that nothing matches' wait_for 'No function matches /nothing-like-it/. Esc clears the filter.'
keys '\'
ok 'the backslash clears it too' wait_for 'main  app:5'

keys p
ok 'hides what is small, or says that nothing is' wait_for 'hidden'
keys p

keys t g Down
ok 'moves down' wait_for '^▌ .*walk'
keys Enter
ok 'opens the butterfly' wait_for '── walk  codec:7 ─'
ok 'with callers' wait_for 'load  app:20 +2 +40.000 s'
keys Enter
ok 'walks on to a callee' wait_for '── <built-in method builtins.sum> ─'
keys BSpace
ok 'comes back' wait_for '── walk  codec:7 ─'
keys q
ok 'and back to the hotspots' wait_for 'tottime▼'

keys Tab
ok 'the tree is next' wait_for 'apportioned: this format stores no call tree'
keys H
ok 'unfolds the hot path' wait_for '^▌ .*sum> +←'
keys E
ok 'expands all' wait_for '↻'
keys g h
ok 'closes a branch' wait_gone 'codec:7'

keys '?'
ok 'lists the keys' wait_for 'Unfold the call tree along its most expensive path|One row up'
keys Escape
ok 'Esc leaves the help' wait_gone 'One row up'
keys 4
ok 'tells what the file is' wait_for 'format +pstats'

keys 1 d
keys -l "$DATA/edges.prof"
keys Enter
ok 'goes side by side with another file' wait_for 'cumtime A +cumtime B'
keys q
ok 'quits' wait_for '^ready\$'
ok 'the screen before is there again' wait_gone 'cumtime A'

keys clear Enter
keys '$NCPROF --sizes 7,30 $DATA/week.csv $DATA/month.csv' Enter
ok 'opens two side by side' wait_for 'size ×4.29'
ok 'with the class of growth' wait_for 'concat' 
ok 'quadratic' wait_for 'quadratic ▲'
keys x
ok 'swaps them' wait_for 'size ×0.23'
keys 4
ok 'shows one of them alone' wait_for 'ncprof  B week.csv'
keys x
ok 'and the other' wait_for 'ncprof  A month.csv'
keys w
keys -l "$WORK/out.json"
keys Enter
ok 'writes a file' wait_for 'Wrote .*out.json'
keys q
ok 'and quits' wait_for '^ready\$'
ok 'the file is there' test -s "$WORK/out.json"
plan
