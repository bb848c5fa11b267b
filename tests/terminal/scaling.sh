#!/usr/bin/env bash
# Growth over five runs, in a terminal: the table, the plot, two of the runs, one of them, back.
# shellcheck disable=SC2016,SC1091 # the shell in the terminal expands
. "$(dirname "$0")/common.bash"

open_terminal 100 30
keys '$NCPROF $DATA/frames@n=*.csv' Enter
ok 'opens on the scaling' wait_for '5 runs · size 1,000 … 16,000 · projected to 160,000 · cumtime'
ok 'in order of what it will take' wait_for '^▌ .*100.0 % <module>'
keys Down Down
ok 'tells the growth in a sentence' wait_for 'concat grows as n\^2.00 ± 0.01 \(quadratic; 5 runs'
keys c
ok 'shows calls' wait_for '^▌ .* 16,000  1.00'
keys u s
ok 'offers its columns' wait_for 'class of the exponent'
keys Escape a
ok 'asks for another size' wait_for 'Project to size:'
keys -l '1e6'
keys Enter
ok 'projects there' wait_for 'projected to 1,000,000'
keys a
keys C-u
keys -l '0'
keys Enter
ok 'not to a size of zero' wait_for 'the size to project to must be above zero, not "0"'
keys Enter
ok 'plots a function' wait_for '^ 10 s ┤'
ok 'with its points' wait_for '●'
keys Right
ok 'goes on to the next' wait_for 'index +frames:75'
keys q
ok 'and comes back to that one' wait_for '^▌ .*index'
keys d
ok 'asks for the first of two runs' wait_for 'A: the first run'
keys Enter
ok 'and for the second' wait_for 'B: the second run'
keys Enter
ok 'puts them side by side' wait_for 'A +frames.*size 1,000|size ×16'
keys 1
ok 'comes back by its digit' wait_for '5 runs'
keys x g Enter
ok 'looks at one run' wait_for '1/5 .*frames@n=1000.csv'
keys q
ok 'comes back' wait_for '5 runs'
tm resize-window -x 40 -y 10
ok 'fits a narrow terminal' wait_for '^ +n\^ +growth'
keys q
ok 'quits' wait_for '^ready\$'
plan
