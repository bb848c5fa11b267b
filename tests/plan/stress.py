#!/usr/bin/env python3
"""Many runners on one plan, killed at random: nothing is lost, nothing runs twice.

PLAN_STRESS=20 repeats it so often; PLAN_SEED=N begins with that seed. What a run starts notes
its beginning and its end in one file, and holds a lock meanwhile, so that two of one run at a time
would be seen.
"""
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter

# In memory where that is possible: some thousand fsync() would wait for the disk.
if os.access("/dev/shm", os.W_OK) and not os.statvfs("/dev/shm").f_flag & os.ST_NOEXEC:
    os.environ["TMPDIR"] = "/dev/shm"

from support import FOLDER, NCPROF, clean, command, equal, expect, main, program, read_plan, start, \
    statuses, test, write_plan

RUNS, RUNNERS, ACCIDENTS = 200, 8, 40
REPETITIONS = int(os.environ.get("PLAN_STRESS", "1"))
SEED = int(os.environ.get("PLAN_SEED", str(os.getpid())))

TICK = r"""
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
static void note(const char *what, const char *id)
{
    char line[128];
    int log = open("log", O_WRONLY | O_APPEND | O_CREAT, 0666);
    int length = snprintf(line, sizeof line, "%s %s\n", what, id);
    if (write(log, line, (size_t)length) != length)
        abort();
    close(log);
}
int main(int argc, char **argv)
{
    char path[128];
    snprintf(path, sizeof path, "locks/%s", argv[1]);
    int lock = open(path, O_RDWR | O_CREAT, 0666);
    if (flock(lock, LOCK_EX | LOCK_NB) != 0)
        note("double", argv[1]);
    note("begin", argv[1]);
    usleep((useconds_t)atoi(argv[argc - 1]) * 1000);
    note("end", argv[1]);
    return 0;
}
"""


def prepare(count):
    program("tick", TICK, "-finstrument-functions")
    clean()
    (FOLDER / "locks").mkdir(exist_ok=True)
    (FOLDER / "log").write_text("")
    write_plan({"note": {"kept": 1.50}, "command": ["./tick", "{id}", "{size}"],
                "runs": [{"id": f"run-{i:03}", "phase": i % 2, "size": 1 + i % 7 * 8}
                         for i in range(count)]})


def noted(word):
    lines = (FOLDER / "log").read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith(word + " ")]


class Reader(threading.Thread):
    """Reads the plan all the time: it is whole, and what is done stays done."""

    def __init__(self):
        super().__init__(daemon=True)
        self.problems, self.seen, self.over = [], 0, False

    def run(self):
        done = {}
        while not self.over:
            try:
                plan = read_plan()
            except ValueError as why:
                self.problems.append(f"the plan is torn: {why}")
                return
            now = {run["id"]: plan["results"][run["id"]]["trace"] for run in plan["runs"]
                   if run.get("status") == "done"}
            self.problems += [f"{run} was done, with {trace}" for run, trace in done.items()
                              if now.get(run) != trace]
            done, self.seen = now, self.seen + 1
            time.sleep(0.01)


def check_all_done(count):
    plan = read_plan()
    equal(set(statuses().values()), {"done"})
    equal(plan["note"], {"kept": 1.5})
    equal(sorted(plan["results"]), sorted(run["id"] for run in plan["runs"]))
    traces = [result["trace"] for result in plan["results"].values()]
    equal(len(set(traces)), count, "a trace each")
    for run, result in plan["results"].items():
        expect((FOLDER / result["trace"]).stat().st_size > 0, result["trace"])
        expect(f"_{run}" in result["trace"], f"{run}: {result['trace']}")
        equal((result["exit"], result.get("error")), (0, None), run)
        equal(result["summary"]["functions"], 2, run)
    equal(set(noted("end")), set(plan["results"]), "each has run to its end")
    equal(noted("double"), [], "two of one run at a time")
    expect("owner" not in json.dumps(plan["runs"]), "no owner is left")


@test("eight runners without an accident: each run once")
def _():
    prepare(40)
    runners = [start("run", "plan.json", "--all") for _ in range(RUNNERS)]
    for runner in runners:
        out, _ = runner.communicate(timeout=100)
        equal(runner.returncode, 0, out)
    check_all_done(40)
    equal(len(noted("begin")), 40)
    equal(len(noted("end")), 40)


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def kill_one(choose, runners, count):
    """A runner, by SIGKILL or SIGINT, or its recorder, by SIGKILL."""
    runner = choose.choice(runners)
    fate = choose.random()
    recorders = children(runner.pid)
    if fate < 0.7:
        count["killed"] += 1
        runner.kill()
    elif fate < 0.85:
        count["interrupted"] += 1
        runner.send_signal(signal.SIGINT)
    elif recorders:
        count["recorders"] += 1
        try:
            os.kill(recorders[0], signal.SIGKILL)
        except ProcessLookupError:
            pass


def run_with_accidents(choose):
    runners, count = [], {"killed": 0, "interrupted": 0, "recorders": 0}
    end = time.monotonic() + 120
    while set(statuses().values()) - {"done", "error"}:
        expect(time.monotonic() < end, f"it does not come to an end: {statuses()}")
        runners = [runner for runner in runners if runner.poll() is None]
        while len(runners) < RUNNERS:
            runners.append(start("run", "plan.json", "--resume",
                                 preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)))
        time.sleep(choose.uniform(0.02, 0.2))
        if sum(count.values()) < ACCIDENTS:
            kill_one(choose, runners, count)
    for runner in runners:
        runner.communicate(timeout=100)
    return count


def once(seed):
    choose = random.Random(seed)
    prepare(RUNS)
    reader = Reader()
    reader.start()
    count = run_with_accidents(choose)
    failed = [run for run, status in statuses().items() if status == "error"]
    reader.over = True
    reader.join()
    equal(reader.problems, [])
    errors = Counter(read_plan()["results"][run]["error"] for run in failed)
    expect(errors["interrupted"] <= count["interrupted"], f"{failed}: {errors}, {count}")
    expect(errors.total() <= count["interrupted"] + count["recorders"], f"{failed}: {errors}, {count}")
    if failed:
        equal(command("reset", "plan.json", *failed).returncode, 0)
        again = command("run", "plan.json", "--all")
        equal(again.returncode, 0, again.stdout + again.stderr)
    check_all_done(RUNS)
    accidents = sum(count.values())
    expect(len(noted("begin")) <= RUNS + accidents, f"{len(noted('begin'))} began, {count}")
    print(f"# seed {seed}: {count}, {len(noted('begin'))} began, {len(noted('end'))} ended, "
          f"{len(failed)} interrupted, the plan was read {reader.seen} times", flush=True)


def repeat(seed):
    def body():
        began = time.monotonic()
        once(seed)
        print(f"# {time.monotonic() - began:.1f} s", flush=True)
    return body


for number in range(REPETITIONS):
    test(f"{RUNNERS} runners, {RUNS} runs, random kills: nothing lost or doubled (seed {SEED + number})")(
        repeat(SEED + number))

if __name__ == "__main__":
    main()
