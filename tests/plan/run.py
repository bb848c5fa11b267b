#!/usr/bin/env python3
"""ncprof plan run on a real Python program: what is stored, in which order, what ends it."""
import json
import os
import pty
import signal
import subprocess
import time

from support import FOLDER, NCPROF, PYTHON, clean, command, environment, equal, expect, main, \
    read_plan, script, start, statuses, test, write_plan

WORK = """
import os, sys
def step(x):
    return x * 2
def work(n):
    for i in range(n):
        step(i)
work(int(sys.argv[1]) * 100)
print("worked", sys.argv[1], os.environ.get("PLOT_PRICE"), repr(sys.stdin.read()), os.path.basename(os.getcwd()))
"""
NAP = """
import signal, sys, time
if len(sys.argv) > 1:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
def nap():
    time.sleep(0.02)
print("ready", flush=True)
for i in range(1000):
    nap()
"""


def three_runs(**more):
    clean()
    script("work.py", WORK)
    script("nap.py", NAP)
    plan = {"command": [PYTHON, "work.py", "{size}"], "env": {"PLOT_PRICE": "true"},
            "runs": [{"id": "cold", "phase": 0, "start": "2024-09-01", "end": "2024-09-30", "label": "month"},
                     {"id": "week", "phase": 1, "start": "2025-01-20", "end": "2025-01-26", "note": 1.50},
                     {"id": "big", "phase": 1, "size": 60}], **more}
    return write_plan(plan)


def results():
    return read_plan()["results"]


@test("a phase: traces, logs and all that is stored of a run")
def _():
    three_runs()
    made = command("run", "plan.json", "--phase", "1")
    equal(made.returncode, 0, made.stderr)
    equal(statuses(), {"cold": "pending", "week": "done", "big": "done"})
    lines = made.stdout.splitlines()
    equal(lines[0], "run 1 of 2  week  started")
    expect(lines[1].startswith("run 1 of 2  week  done in "), lines[1])
    expect(lines[2].startswith("run 2 of 2  big  started, expected "), lines[2])
    expect(lines[2].endswith(" (from earlier runs scaled by size)"), lines[2])
    week = results()["week"]
    date = time.strftime("%Y-%m-%d", time.gmtime())
    equal(list(week), ["trace", "log", "started", "stopped", "seconds", "exit", "host", "size", "env",
                       "command", "summary"])
    equal(week["trace"], f"profiling/{date}_week.ncp")
    equal((FOLDER / week["log"]).read_text(), f"worked 7 true '' {FOLDER.name}\n")
    equal((week["exit"], week["size"], week["env"]), (0, 7, {"PLOT_PRICE": "true"}))
    equal(week["command"], [PYTHON, "work.py", "7"])
    expect(week["started"].endswith("Z") and week["started"] <= week["stopped"], week)
    expect(week["summary"]["calls"] >= 702, week)
    report = json.loads(subprocess.run([NCPROF, "report", FOLDER / week["trace"], "--format", "json"],
                                       capture_output=True, text=True, check=True).stdout)
    calls = {row["name"]: row["ncalls"] for row in report["functions"]}
    equal((calls["step"], calls["work"], report["profile"]["size"]), (700, 1, 7))


@test("the rest, and nothing when nothing is pending")
def _():
    made = command("run", "plan.json", "--all")
    equal((made.returncode, statuses()["cold"]), (0, "done"), made.stderr)
    made = command("run", "plan.json", "--all")
    equal((made.returncode, made.stdout, made.stderr), (0, "", ""))
    shown = command("status", "plan.json").stdout
    equal(shown.splitlines()[0], "plan.json: 3 runs: 3 done")
    status = json.loads(command("status", "plan.json", "--format", "json").stdout)
    equal(status["counts"], {"pending": 0, "running": 0, "done": 3, "error": 0})
    equal([run["size"] for run in status["runs"]], [30, 7, 60])
    expect(all((FOLDER / run["result"]).exists() for run in status["runs"]), status)


@test("run again: _v2, _v3; what stands in the plan besides stays")
def _():
    for version in ("_v2", "_v3"):
        equal(command("reset", "plan.json", "week").returncode, 0)
        expect("trace" in results()["week"], "the result stays until it has run")
        equal(command("run", "plan.json", "--run", "week").returncode, 0)
        expect(results()["week"]["trace"].endswith(f"_week{version}.ncp"), results()["week"])
    expect('"note": 1.5' in (FOLDER / "plan.json").read_text(), "the note")
    equal(len(list((FOLDER / "profiling").glob("*_week*.ncp"))), 3)


@test("git: the revision, and whether it is dirty")
def _():
    three_runs()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", FOLDER]
    for words in ["init", "-q"], ["add", "work.py"], ["commit", "-qm", "x"]:
        subprocess.run([*git, *words], check=True, capture_output=True)
    revision = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    command("run", "plan.json", "--run", "week", cwd="/")
    made = command("run", FOLDER / "plan.json", "--run", "week", cwd="/")
    equal(made.returncode, 0, made.stderr)
    equal(results()["week"]["git"], {"revision": revision, "dirty": False})
    script("work.py", WORK + "\n")
    command("run", "plan.json", "--run", "cold")
    equal(results()["cold"]["git"], {"revision": revision, "dirty": True})
    subprocess.run(["rm", "-rf", FOLDER / ".git"], check=True)


@test("runs that fail: each with its reason, and the next one is run")
def _():
    three_runs()
    plan = read_plan()
    plan["runs"] = [
        {"id": "exit", "command": [PYTHON, "-c", "def f(): pass\nf()\nraise SystemExit(3)"]},
        {"id": "signal", "command": [PYTHON, "-c", "import os\ndef f(): pass\nf()\nos.kill(os.getpid(), 9)"]},
        {"id": "missing", "command": ["./no-such-program"]},
        {"id": "plain", "command": ["/bin/true"]},
        {"id": "unprepared", "size": 1, "cache": "cold", "prepare": ["false"]},
        {"id": "prepared", "size": 1, "cache": "cold", "prepare": ["sh", "-c", "echo {id} $PLOT_PRICE"]},
        {"id": "warm", "size": 1, "cache": "warm", "prepare": ["false"]},
        {"id": "shell", "size": 1, "shell": True, "command": f"{PYTHON} work.py {{size}} | cat"},
        {"id": "unset", "size": 1, "shell": True, "command": f"unset PLOT_PRICE; {PYTHON} work.py 1"}]
    write_plan(plan)
    made = command("run", "plan.json", "--all")
    equal(made.returncode, 1, made.stderr)
    reasons = {run: result.get("error", "") for run, result in results().items()}
    equal(reasons["exit"], "exit status 3")
    equal(results()["exit"]["exit"], 3)
    equal(reasons["signal"], "ended by signal 9")
    equal(results()["signal"]["signal"], 9)
    expect("no-such-program" in reasons["missing"], reasons)
    equal(results()["missing"]["exit"], 127)
    expect("was not compiled with instrumentation" in reasons["plain"], reasons)
    equal(reasons["unprepared"], "prepare: false ended with status 1")
    expect("trace" not in results()["unprepared"], results()["unprepared"])
    for run in "prepared", "warm", "shell":
        equal(reasons[run], "", run)
    expect((FOLDER / results()["prepared"]["log"]).read_text().startswith("prepared true\n"))
    equal({run for run, status in statuses().items() if status == "done"},
          {"prepared", "warm", "shell", "unset"})
    expect("error: exit status 3" in made.stdout, made.stdout)
    expect("exit status 3" in command("status", "plan.json").stdout)


@test("env: set where it is missing, forced where it is other")
def _():
    three_runs()
    without = {name: value for name, value in os.environ.items() if name != "PLOT_PRICE"}
    equal(command("run", "plan.json", "--run", "week", env=without).returncode, 0)
    equal(command("run", "plan.json", "--run", "cold", env=environment(PLOT_PRICE="no")).returncode, 2)
    equal(command("run", "plan.json", "--run", "cold", "--force-env",
                  env=environment(PLOT_PRICE="no")).returncode, 0)
    equal([results()[run]["env"] for run in ("week", "cold")], [{"PLOT_PRICE": "true"}] * 2)


@test("a symbolic link stays one, the mode stays")
def _():
    three_runs()
    (FOLDER / "real").mkdir(exist_ok=True)
    real = FOLDER / "real" / "plan-file.json"
    real.write_text((FOLDER / "plan.json").read_text())
    script("real/work.py", WORK)
    real.chmod(0o640)
    (FOLDER / "link.json").unlink(missing_ok=True)
    (FOLDER / "link.json").symlink_to("real/plan-file.json")
    made = command("run", "link.json", "--run", "week")
    equal(made.returncode, 0, made.stderr)
    expect((FOLDER / "link.json").is_symlink())
    equal(real.stat().st_mode & 0o777, 0o640)
    equal(json.loads(real.read_text())["runs"][1]["status"], "done")
    expect((FOLDER / "real" / "profiling").is_dir(), "results lie beside the file itself")
    equal(sorted(path.name for path in (FOLDER / "real").iterdir()),
          ["plan-file.json", "plan-file.json.lock", "profiling", "work.py"])


def processes(word):
    found = subprocess.run(["pgrep", "-f", f"^{PYTHON} {word}"], capture_output=True, text=True).stdout
    return [int(pid) for pid in found.split() if os.path.realpath(f"/proc/{pid}/cwd") == str(FOLDER)]


def gone(word, seconds):
    end = time.monotonic() + seconds
    while processes(word):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def napping(*words, **more):
    """A runner whose program is in the middle of its work."""
    three_runs(command=[PYTHON, "nap.py", *words], **more)
    runner = start("run", "plan.json", "--all",
                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    for _ in range(500):
        logs = list((FOLDER / "profiling").glob("*.log"))
        if logs and "ready" in logs[0].read_text():
            return runner
        time.sleep(0.02)
    raise AssertionError("it does not start")


def interrupted(runner, number, seconds):
    began = time.monotonic()
    out, _ = runner.communicate(timeout=30)
    expect(time.monotonic() - began < seconds, f"{time.monotonic() - began} s")
    equal(runner.returncode, 128 + number, out)
    equal(statuses(), {"cold": "error", "week": "pending", "big": "pending"})
    equal(results()["cold"]["error"], "interrupted")
    expect("error: interrupted" in out, out)
    expect(gone("nap.py", 0.5), "its program is still there")


@test("SIGINT, SIGTERM and SIGHUP: the run is an error, its processes are gone, the queue goes on")
def _():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        runner = napping()
        runner.send_signal(number)
        interrupted(runner, number, 3)
        expect("nap" in json.dumps(json.loads(subprocess.run(
            [NCPROF, "report", FOLDER / results()["cold"]["trace"], "--format", "json"],
            capture_output=True, text=True, check=True).stdout)), "what was recorded is readable")


@test("a program that does not heed SIGTERM is killed after a grace, at once by the second signal")
def _():
    runner = napping("stubborn")
    runner.send_signal(signal.SIGTERM)
    interrupted(runner, signal.SIGTERM, 10)
    runner = napping("stubborn")
    runner.send_signal(signal.SIGINT)
    time.sleep(0.3)
    runner.send_signal(signal.SIGINT)
    interrupted(runner, signal.SIGINT, 2)


@test("^C at a terminal; the line of progress")
def _():
    three_runs(command=[PYTHON, "nap.py"])
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(FOLDER)
        os.execv(NCPROF, [NCPROF, "plan", "run", "plan.json", "--phase", "0"])
    seen = b""
    while b"elapsed 0.4" not in seen:
        seen += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    try:
        while part := os.read(terminal, 1000):
            seen += part
    except OSError:
        pass
    equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 130, seen)
    os.close(terminal)
    expect(b"run 1 of 1  cold  started\r\x1b[Krun 1 of 1  cold  elapsed 0.2 s\r\x1b[K" in seen, seen)
    expect(seen.rstrip().split(b"\x1b[K")[-1].startswith(b"run 1 of 1  cold  error: interrupted"), seen)
    equal(statuses()["cold"], "error")


@test("a killed runner: its program ends with it, --resume takes the run back")
def _():
    runner = napping()
    runner.kill()
    runner.communicate()
    expect(gone("nap.py", 5), "the program outlives its runner")
    entry = read_plan()["runs"][0]
    equal((entry["status"], entry["owner"]["pid"]), ("running", runner.pid))
    made = command("run", "plan.json", "--phase", "0")
    expect("--resume takes back" in made.stdout, made.stdout)
    equal(statuses()["cold"], "running")
    plan = read_plan()
    plan["command"] = [PYTHON, "work.py", "1"]
    write_plan(plan)
    made = command("run", "plan.json", "--resume")
    equal((made.returncode, set(statuses().values())), (0, {"done"}), made.stdout + made.stderr)
    expect("run cold  its runner is gone; it is started again" in made.stdout, made.stdout)
    expect("owner" not in read_plan()["runs"][0], "no owner is left")


@test("what a killed runner's recorder has left is ended before the run is started again")
def _():
    runner = napping("stubborn")
    group = read_plan()["runs"][0]["owner"]["group"]
    runner.kill()
    runner.communicate()
    os.kill(group, signal.SIGKILL)  # the recorder: its program heeds no SIGTERM and lives on
    time.sleep(0.3)
    expect(processes("nap.py"), "the program lives")
    plan = read_plan()
    plan["command"] = [PYTHON, "work.py", "1"]
    write_plan(plan)
    equal(command("run", "plan.json", "--resume").returncode, 0)
    expect(not processes("nap.py"), "the program still lives")


@test("a plan that is no plan for a moment when a run ends: the result is not lost")
def _():
    runner = napping()
    good = (FOLDER / "plan.json").read_text()
    (FOLDER / "plan.json").write_text(good[:-20])
    runner.send_signal(signal.SIGINT)
    while "its result cannot be stored" not in (line := runner.stdout.readline()):
        expect(line, "it gave up")
    expect("JSON" in line, line)
    (FOLDER / "plan.json").write_text(good)
    interrupted(runner, signal.SIGINT, 5)


@test("a runner elsewhere: only --take-over takes its run")
def _():
    three_runs()
    plan = read_plan()
    plan["runs"][0].update(status="running", owner={"pid": 99, "start": 1, "boot": "x", "host": "far.away"})
    plan["runs"][1].update(status="running")
    write_plan(plan)
    equal(command("run", "plan.json", "--resume").returncode, 0)
    equal(statuses(), {"cold": "running", "week": "running", "big": "done"})
    made = command("reset", "plan.json", "cold")
    expect('run "cold" is being run on far.away: --take-over' in made.stderr, made.stderr)
    equal(command("run", "plan.json", "--take-over", "--all").returncode, 0)
    equal(set(statuses().values()), {"done"})


if __name__ == "__main__":
    main()
