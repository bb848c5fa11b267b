#!/usr/bin/env bash
# A plan's queue in the browser: it follows the file, starts runs and resets them, opens what they gave.
# shellcheck disable=SC2016,SC1091 # the shell in the terminal expands
. "$(dirname "$0")/common.bash"

python=${PYTHON:-python3}
open_terminal 100 24
cat >"$WORK/work.py" <<END
import sys, time
def nap(): time.sleep(0.05)
def work(n):
    for i in range(n): nap()
work(int(sys.argv[1]))
END
cat >"$WORK/plan.json" <<END
{
  "command": ["$python", "work.py", "{size}"],
  "runs": [
    {"id": "short", "size": 5},
    {"id": "long", "size": 10, "status": "pending"},
    {"id": "endless", "size": 10000}
  ]
}
END

keys '$NCPROF plan status plan.json' Enter
ok 'opens on the queue' wait_for 'plan.json  3 runs: 3 pending'
ok 'the first run is under the cursor' wait_for '^▌ short .* 5 +- +pending'

keys Enter
ok 'a run that has not run has nothing to show' wait_for 'Run short has no result that could be shown'
keys R
ok 'a run starts in the background' wait_for 'Run short starts in the background'
ok 'and is done after a while' wait_for '^▌ short .* done .* profiling/.*short.ncp'
ok 'with a sentence about it' wait_for 'short: done. [0-9]+ functions, [0-9]+ calls, started 2'

"$NCPROF" plan run "$WORK/plan.json" --run long >/dev/null
ok 'what other runners do is seen' wait_for '^  long .* done '
keys Enter
ok 'Enter opens the profile' wait_for 'tottime▼'
ok 'of that run' wait_for '_short.ncp +.*calls'
keys q
ok 'q comes back to the queue' wait_for 'plan.json  3 runs: 1 pending, 2 done'
keys Space Space d
ok 'two marked runs stand side by side' wait_for '^ A .*hort .*│  B .*long .*│  size ×2.00'
keys q
ok 'and back' wait_for '^ \*short'

keys G A
ok 'all that is pending starts' wait_for '^▌ endless .* running '
keys P P
ok 'what runs is not reset' wait_for 'is being run by process [0-9]+: stop it first'
keys R
ok 'nor started again' wait_for 'Run endless is running, not pending'
runner=$("$python" -c 'import json, sys
print(json.load(open(sys.argv[1]))["runs"][2]["owner"]["pid"])' "$WORK/plan.json")
kill -TERM "$runner"
ok 'interrupted elsewhere: an error' wait_for '^▌ endless .* error .* interrupted'
keys P
ok 'asks before it resets' wait_for 'Make run endless pending again'
keys j P
ok 'another key is a no' wait_for 'Make run endless pending again'
keys P
ok 'resets' wait_for '^▌ endless .* pending'

printf '{"runs": 7}' >"$WORK/plan.json"
ok 'a plan that is broken meanwhile is told, what was there stays' wait_for 'plan.json: runs must be a list'
keys q
ok 'q leaves' wait_for '^ready\$'
keys 'clear; $NCPROF plan.json; echo status $?' Enter
ok 'a broken plan is no screen' wait_for '^status 2'
plan
