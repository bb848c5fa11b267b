#!/usr/bin/env python3
"""What ncprof plan refuses: a sentence with the place, exit 2, the plan untouched byte for byte."""
import fcntl
import os
import signal
import time

from support import FOLDER, clean, command, environment, equal, expect, main, start, test, write_plan

GOOD = '{"runs": [{"id": "a", "command": ["true"]}, {"id": "b", "status": "done"}]}'


def refused(words, sentence, plan=GOOD, **more):
    path = write_plan(plan)
    before = path.read_bytes()
    made = command(*words, **more)
    equal((made.returncode, made.stdout), (2, ""), made.stderr)
    expect(sentence in made.stderr, f"{sentence!r} is not in {made.stderr!r}")
    expect(made.stderr.startswith("ncprof: ") and made.stderr.count("\n") == 1, made.stderr)
    equal(path.read_bytes(), before, "the plan has changed")
    expect(not (FOLDER / "plan.json.new").exists(), "a part is left")


@test("what is no valid plan is refused by every command")
def _():
    bad = {
        '{"runs": [{"id": "a"}, {"id": "a"}]}': 'plan.json: runs[0] and runs[1] have the same id "a"',
        '{"runs": [{"id": "a", "status": "x"}]}': 'plan.json: run "a": status "x" is unknown',
        '{"runs": [{"id": "a", "size": 0}]}': 'plan.json: run "a": size must be above 0, not 0',
        '{"runs": [{"id": "a", "size": -2}]}': 'run "a": size must be above 0, not -2',
        '{"runs": [\n{"id": "a", "size": NaN}]}': "plan.json: this is no JSON at column 21 (line 2)",
        '{"runs": [{"id": "a", "start": "2025-02-30", "end": "2025-03-01"}]}':
            'run "a": start "2025-02-30" is no date',
        '{"command": ["x", "{unknown}"], "runs": [{"id": "a"}]}':
            'run "a": command: {unknown} is unknown',
        '{"runs": 7}': "runs must be a list",
        "": "the JSON ends too early",
    }
    for plan, sentence in bad.items():
        refused(["status", "plan.json"], sentence, plan)
        refused(["run", "plan.json", "--all"], sentence, plan)
        refused(["reset", "plan.json", "--all"], sentence, plan)
        refused(["add", "plan.json", "--id", "new"], sentence, plan)


@test("requests that make no sense")
def _():
    refused(["run", "plan.json"], "--phase, --run, --resume or --all")
    refused(["run", "plan.json", "--run", "a", "--all"], "not both")
    refused(["run", "plan.json", "--run", "zz"], 'there is no run "zz"')
    refused(["run", "plan.json", "--run", "b"], 'run "b" is done, not pending')
    refused(["run", "plan.json", "--phase", "3"], 'no run has the phase "3"')
    refused(["run", "missing.json", "--all"], "missing.json: cannot be opened")
    refused(["run", ".", "--all"], ".: is no file")
    refused(["reset", "plan.json"], "ids of runs, or --all")
    refused(["reset", "plan.json", "a", "--all"], "ids of runs, or --all")
    refused(["reset", "plan.json", "a", "zz"], 'there is no run "zz"')
    refused(["status", "plan.json", "--sort", "zz"], "zz")
    refused(["what", "plan.json"], 'plan has no "what"')
    refused([], "plan needs to know what")


@test("additions that make no valid plan")
def _():
    refused(["add", "plan.json"], "needs --id")
    refused(["add", "plan.json", "--id", "a"], 'there is a run "a" already')
    refused(["add", "plan.json", "--id", "x/y"], "has a '/' in it")
    refused(["add", "plan.json", "--id", "x", "--size", "0"], 'run "x": size must be above 0')
    refused(["add", "plan.json", "--id", "x", "--size", "nan"], "--size takes a number")
    refused(["add", "plan.json", "--id", "x", "--start", "2025-02-29", "--end", "2025-03-01"],
            'run "x": start "2025-02-29" is no date')
    refused(["add", "plan.json", "--id", "x", "--start", "2025-03-02", "--end", "2025-03-01"],
            "is before start")
    refused(["add", "plan.json", "--id", "x", "--cache", "hot"], 'cache "hot" is unknown')


@test("a run without a command, a folder that cannot be made")
def _():
    refused(["run", "plan.json", "--all"], 'run "a" has no command, nor has the plan',
            '{"runs": [{"id": "a"}]}')
    (FOLDER / "in-the-way").write_text("")
    refused(["run", "plan.json", "--all"], "in-the-way",
            '{"output": "in-the-way", "command": ["true"], "runs": [{"id": "a"}]}')


@test("another value in the environment")
def _():
    plan = '{"env": {"PLOT_PRICE": "true"}, "command": ["true"], "runs": [{"id": "a"}]}'
    refused(["run", "plan.json", "--all"],
            'run "a" wants PLOT_PRICE=true, but here it is "no": unset it, or give --force-env', plan,
            env=environment(PLOT_PRICE="no"))


@test("a plan that is read-only, or in a folder that is")
def _():
    path = write_plan(GOOD)
    path.chmod(0o444)
    for words in ["run", "plan.json", "--all"], ["reset", "plan.json", "a"], \
            ["add", "plan.json", "--id", "x"]:
        made = command(*words)
        equal((made.returncode, made.stderr), (2, "ncprof: plan.json: is read-only\n"))
    equal(command("status", "plan.json").returncode, 0)
    equal(path.read_text(), GOOD)
    path.chmod(0o644)
    if os.geteuid() == 0:
        return  # root may write anywhere
    (FOLDER / "plan.json.lock").unlink()
    FOLDER.chmod(0o555)
    made = command("reset", "plan.json", "a")
    FOLDER.chmod(0o755)
    equal(made.returncode, 2)
    expect("cannot be changed" in made.stderr, made.stderr)


@test("a lock that somebody holds for more than ten seconds")
def _():
    path = write_plan(GOOD)
    with open(FOLDER / "plan.json.lock", "w") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        made = command("reset", "plan.json", "b")
        took = time.monotonic() - began
    equal(made.returncode, 2)
    expect("plan.json: is locked by another program for more than 10 s" in made.stderr, made.stderr)
    expect(10 <= took < 20, took)
    equal(path.read_text(), GOOD)


@test("what a living process runs is not reset")
def _():
    clean()
    write_plan('{"command": ["sleep", "30"], "runs": [{"id": "a"}]}')
    runner = start("run", "plan.json", "--all",
                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    expect("started" in runner.stdout.readline())
    before = (FOLDER / "plan.json").read_text()
    expect('"running"' in before, before)
    made = command("reset", "plan.json", "a")
    equal(made.returncode, 2)
    expect(f'run "a" is being run by process {runner.pid}: stop it first' in made.stderr, made.stderr)
    equal(command("run", "plan.json", "--resume").stdout, "")
    equal((FOLDER / "plan.json").read_text(), before)
    runner.send_signal(signal.SIGINT)
    equal(runner.wait(timeout=30), 130)
    equal(command("reset", "plan.json", "a").returncode, 0)


if __name__ == "__main__":
    main()
