#!/usr/bin/env bash
# plan analyze and plan report: what cannot be judged is told in one sentence, with exit status 2;
# what is missing among the results is listed and the rest is judged.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
leading=(plan)

# name, a pattern that the output must match, arguments
told() {
    local name=$1 wanted=$2 out status
    shift 2
    out=$(timeout 10 "$program" plan "$@" 2>&1 </dev/null)
    status=$?
    [ "$status" -eq 0 ] && grep -q -- "$wanted" <<<"$out"
    verdict $? "$name" "exit $status, out: $out, wanted: $wanted"
}

cp -r "$data/plan" plan
cp plan/profiling_plan.json before.json
p=plan/profiling_plan.json

# requests
for command in analyze report; do
    refused "$command: no such plan" 'nothing.json: cannot be opened: No such file or directory' $command nothing.json --phase 0
    refused "$command: no such phase" "$p: no run of phase \"7\"" $command $p --phase 7
    refused "$command: a size to project to that is none" '--at wants a size above 0' $command $p --phase 1 --at 0
done
refused 'analyze: nothing asked for' 'plan analyze needs --phase PHASE, --compare or --runs A B' analyze $p
refused 'report: nothing asked for' 'plan report needs --phase PHASE' report $p
refused 'report: less than no time' '--hot wants seconds from 0 on' report $p --phase 1 --hot -1
refused 'analyze: csv' 'plan analyze writes text, markdown or json' analyze $p --phase 0 --format csv
refused 'report: json' 'plan report writes text or markdown; plan analyze writes json' report $p --phase 0 --format json
refused 'analyze: one run' '--runs takes two runs, and nothing beside them' analyze $p --runs phase1-ten-months
refused 'analyze: a run that is not there' "$p: no run \"august\" in it" analyze $p --runs august phase1-month-2024-09
refused 'analyze: a run without a result' "$p: the run phase1-ten-months has no result: pending" analyze $p --runs phase1-month-2024-09 phase1-ten-months

# what is not measured
jq() { python3 -c 'import json, sys; print(eval(sys.argv[1], {"d": json.load(sys.stdin)}))' "$1"; }
told 'a pending run is listed' '^phase1-ten-months is not measured: pending$' analyze $p --phase 1
mv plan/profiling/phase1-month-2024-11.funcs.wall.csv kept.csv
told 'a result that is gone is listed' '^phase1-month-2024-11 is not measured: done, but there is no result$' report $p --phase 1
printf 'name,ncall\n' >plan/profiling/phase1-month-2024-11.funcs.wall.csv
told 'a result that cannot be read is listed' "^phase1-month-2024-11 is not measured: its result cannot be read: the column 'tsub' is missing (line 1)$" report $p --phase 1
out=$("$program" plan analyze $p --phase 1 --format json | jq '[len(d["runs"]), [m["id"] for m in d["not_measured"]], len(d["sizes"])]')
[ "$out" = "[9, ['phase1-month-2024-11', 'phase1-ten-months'], 4]" ]
verdict $? 'the others are judged' "$out"
mv kept.csv plan/profiling/phase1-month-2024-11.funcs.wall.csv
printf 'name,id,tid,ttot,scnt\n_MainThread,0,1,many,5\n' >plan/profiling/phase1-quarter-2024-09.threads.wall.csv
told 'a table of threads that cannot be read is told' '^profiling/phase1-quarter-2024-09.threads.wall.csv cannot be read: no row has numbers where they belong (line 2)$' report $p --phase 1

# functions have what those of scaling have
out=$("$program" plan analyze $p --phase 1 --format json | jq '[(f["ncalls"], list(f["exponent"]["ncalls"])) for f in d["functions"] if f["name"] == "concat"]')
[ "$out" = "[([1000, 18000, 19211, 163088], ['value', 'low', 'high', 'r2', 'model', 'floor'])]" ]
verdict $? 'functions have their values by size' "$out"

# one size, one side, nothing at all
mkdir few
python3 - <<'END'
import json
plan = json.load(open("plan/profiling_plan.json"))
runs = {run["id"]: run for run in plan["runs"]}
def write(name, *ids, **more):
    json.dump({"output": "../plan/profiling", "runs": [dict(runs[i], **more) for i in ids]},
              open(f"few/{name}.json", "w"))
write("one-size", "phase1-month-2024-09", "phase1-month-2024-11")
write("one-side", "phase0-cold-2024-09")
write("pending", "phase0-cold-2024-09", "phase1-month-2024-09", status="pending")
write("failed", "phase1-month-2024-09", status="error")
write("none")
END
refused 'runs of one size do not grow' 'few/one-size.json: all 2 runs are of size 30; growth takes two different sizes or more' analyze few/one-size.json --phase 1
told 'they are reported all the same' '^all 2 runs are of size 30; growth takes two different sizes or more$' report few/one-size.json --phase 1
told 'and compared on request' 'no exponents: both are of the same size' analyze few/one-size.json --compare
told 'a cold run alone' '^no pair is measured: a cold and a warm run over the same dates and size make one$' analyze few/one-side.json --phase 0
refused 'nothing is measured' 'few/pending.json: nothing is measured yet: phase0-cold-2024-09 is pending' analyze few/pending.json --phase 0
refused 'nothing to report' 'few/pending.json: nothing is measured yet: phase1-month-2024-09 is pending' report few/pending.json --phase 1
refused 'all runs failed' 'few/failed.json: nothing is measured yet: phase1-month-2024-09 is error' report few/failed.json --phase 1
refused 'a plan without runs' 'few/none.json: holds no run' analyze few/none.json --compare

# output
"$program" plan analyze $p --phase 1 --format json -o deep/er/growth.json && [ "$(jq 'd["phase"]' <deep/er/growth.json)" = 1 ]
verdict $? 'the output goes into a file, folders are made' "$(ls -R)"
cp deep/er/growth.json earlier.json
refused 'a failure leaves the earlier file' 'few/pending.json: nothing is measured yet: phase0-cold-2024-09 is pending' analyze few/pending.json --phase 0 -o deep/er/growth.json
cmp -s earlier.json deep/er/growth.json && [ "$(ls deep/er)" = growth.json ]
verdict $? 'and nothing beside it' "$(ls deep/er)"
[ "$("$program" plan report $p --phase 1 | sha256sum)" = "$("$program" plan report $p --phase 1 -o - | sha256sum)" ]
verdict $? 'the same plan gives the same bytes' ''
cmp -s before.json $p
verdict $? 'the plan is as it was' ''

# the worked example: 1,000 to 18,000 calls over 7 and 30 days
out=$("$program" plan analyze $p --runs phase1-week-2025-01-20 phase1-month-2024-09 --format json |
    jq '[(round(f["exponent"]["ncalls"], 3), f["ratio"]["ncalls"], f["class"]["ncalls"]) for f in d["pairs"][0]["functions"] if f["name"] == "concat"]')
[ "$out" = "[(1.986, 18, 'quadratic')]" ]
verdict $? 'seven days against thirty: 1.986, quadratic' "$out"

echo "1..$number"
