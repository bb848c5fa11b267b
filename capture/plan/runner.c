#include "capture/plan/runner.h"

#include "capture/plan/claim.h"
#include "capture/plan/document.h"
#include "capture/plan/outcome.h"
#include "capture/plan/signals.h"
#include "capture/plan/transaction.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_MS      3000 /* from SIGTERM to SIGKILL */
#define STORE_SECONDS 60   /* trying to store a result */
#define RETRY_MS      500
#define TICK_MS       1000
#define FIRST_MS      200 /* a short run should not be late */

struct runner {
    const struct runner_options *options;
    const char *path; /* the file itself: the working directory changes */
    struct signals signals;
    int failed;
};

/* ---- telling ---- */

static struct runner_event event_of(const struct claim *claim, enum runner_event_kind kind)
{
    return (struct runner_event){.kind = kind,
                                 .id = claim->id,
                                 .number = claim->number,
                                 .count = claim->count,
                                 .elapsed = NAN,
                                 .expected = claim->expected,
                                 .functions = NAN,
                                 .calls = NAN,
                                 .trace = "",
                                 .log = "",
                                 .text = ""};
}

static void tell(const struct runner *runner, const struct runner_event *event)
{
    runner->options->tell(runner->options->payload, event);
}

static void note(const struct runner *runner, const char *id, const char *text)
{
    const struct claim none = {.id = (char *)(uintptr_t)id, .expected = NAN};
    struct runner_event event = event_of(&none, RUNNER_NOTE);
    event.text = text;
    tell(runner, &event);
}

/* ---- while it runs ---- */

static double monotonic_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool has_ended(pid_t pid, int *ended)
{
    pid_t which = waitpid(pid, ended, WNOHANG);
    return which == pid || (which < 0 && errno == ECHILD);
}

/* Whoever of the group is still there, when its leader may be gone. */
static bool group_is_gone(pid_t group)
{
    return kill(-group, 0) != 0 && errno == ESRCH;
}

/* SIGTERM to all of the group, SIGKILL after a grace or at the second signal. */
static void end_group(struct runner *runner, pid_t group, int *ended)
{
    bool leader_gone = false;
    double end = monotonic_seconds() + GRACE_MS / 1000.0;
    kill(-group, SIGTERM);
    while (monotonic_seconds() < end) {
        leader_gone = leader_gone || has_ended(group, ended);
        if (leader_gone && group_is_gone(group))
            return;
        if (signals_wait(&runner->signals, 20))
            break;
    }
    kill(-group, SIGKILL);
    while (!leader_gone && !has_ended(group, ended))
        signals_wait(&runner->signals, 20);
}

/* Until it has ended, by itself or by a signal to this process. */
static int watch(struct runner *runner, const struct claim *claim)
{
    int ended = 0, wait_ms = FIRST_MS;
    struct runner_event event = event_of(claim, RUNNER_TICK);
    double start = monotonic_seconds();
    while (!has_ended(claim->job.pid, &ended)) {
        if (signals_wait(&runner->signals, wait_ms)) {
            end_group(runner, claim->job.pid, &ended);
            return ended;
        }
        event.elapsed = monotonic_seconds() - start;
        tell(runner, &event);
        wait_ms = event.elapsed < 1 ? FIRST_MS : TICK_MS;
    }
    return ended;
}

/* ---- the result ---- */

static void tell_end(struct runner *runner, const struct claim *claim, const cJSON *result,
                     bool stored)
{
    const cJSON *summary = cJSON_GetObjectItemCaseSensitive(result, "summary");
    bool failed = cJSON_GetObjectItemCaseSensitive(result, "error") != NULL;
    struct runner_event event = event_of(claim, failed ? RUNNER_FAILED : RUNNER_DONE);
    if (!stored)
        event.kind = RUNNER_LOST;
    event.elapsed = document_number(result, "seconds");
    event.functions = document_number(summary, "functions");
    event.calls = document_number(summary, "calls");
    event.trace = document_text(result, "trace");
    event.log = document_text(result, "log");
    event.text = document_text(result, "error");
    runner->failed |= event.kind != RUNNER_DONE;
    tell(runner, &event);
}

static int store_once(const struct runner *runner, const struct claim *claim, const cJSON *result,
                      bool *stored, struct error *err)
{
    struct transaction transaction;
    if (transaction_begin(&transaction, runner->path, TRANSACTION_WAIT_MS, err))
        return -1;
    *stored = schedule_finish(transaction.plan, claim->id, cJSON_Duplicate(result, true));
    return transaction_commit(&transaction, err);
}

static void note_retry(const struct runner *runner, const struct claim *claim,
                       const struct error *err)
{
    char why[1200], text[1600];
    error_text(err, why, sizeof why);
    snprintf(text, sizeof text, "its result cannot be stored, trying for a minute: %s", why);
    note(runner, claim->id, text);
}

/* With a result in hand more than once: somebody may be in the middle of editing the plan. */
static int store(struct runner *runner, const struct claim *claim, const cJSON *result,
                 struct error *err)
{
    bool stored = false;
    double end = monotonic_seconds() + STORE_SECONDS;
    int failed = store_once(runner, claim, result, &stored, err);
    if (failed)
        note_retry(runner, claim, err);
    while (failed && monotonic_seconds() < end && !signals_wait(&runner->signals, RETRY_MS))
        failed = store_once(runner, claim, result, &stored, err);
    if (!failed)
        tell_end(runner, claim, result, stored);
    return failed;
}

static int run_one(struct runner *runner, struct claim *claim, struct error *err)
{
    struct runner_event event = event_of(claim, RUNNER_STARTED);
    time_t started = time(NULL);
    if (claim->again)
        note(runner, claim->id, "its runner is gone; it is started again");
    tell(runner, &event);
    job_go(&claim->job);
    int ended = watch(runner, claim);
    struct job_report report = job_end(&claim->job, ended);
    const struct outcome outcome = {.trace = claim->files.trace,
                                    .log =
                                        run_files_has_log(&claim->files) ? claim->files.log : NULL,
                                    .command = claim->command,
                                    .environment = claim->environment,
                                    .size = claim->size,
                                    .started = started,
                                    .stopped = time(NULL),
                                    .interrupted = runner->signals.caught != 0,
                                    .report = &report};
    cJSON *result = outcome_result(&outcome);
    int failed = store(runner, claim, result, err);
    cJSON_Delete(result);
    return failed;
}

/* ---- all of them ---- */

static void note_left_behind(const struct runner *runner)
{
    struct plan *plan;
    struct error ignored;
    if (plan_load(&plan, runner->path, &ignored))
        return;
    uint32_t run = schedule_left_behind(plan, &runner->options->selection);
    if (run != PLAN_NONE)
        note(runner, plan->runs[run].id,
             "is left as running by a runner that is gone or elsewhere; --resume takes back what "
             "was run here, --take-over all");
    plan_free(plan);
}

static int run_all(struct runner *runner, struct error *err)
{
    while (!runner->signals.caught && !signals_wait(&runner->signals, 0)) {
        struct claim claim;
        int result =
            claim_next(&claim, runner->path, runner->options, &runner->signals.before, err);
        if (result <= 0) {
            if (result == 0)
                note_left_behind(runner);
            return result;
        }
        result = run_one(runner, &claim, err);
        claim_free(&claim);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* What can be known before the first run is started. */
static int check_request(const struct runner_options *options, struct error *err)
{
    struct plan *plan;
    const char *id = options->selection.id, *phase = options->selection.phase;
    int result = 0;
    if (plan_load(&plan, options->path, err))
        return -1;
    uint32_t run = id ? plan_find(plan, id) : PLAN_NONE, selected = 0;
    for (uint32_t i = 0; i < plan->run_count; i++)
        selected += schedule_selects(&options->selection, &plan->runs[i]);
    if (id && run == PLAN_NONE)
        result = error_set(err, ERROR_USAGE, "there is no run \"%.128s\"", id);
    else if (phase && !selected)
        result = error_set(err, ERROR_USAGE, "no run has the phase \"%.64s\"", phase);
    else if (id && schedule_next(plan, &options->selection) == PLAN_NONE)
        result = error_set(err, ERROR_USAGE, "run \"%s\" is %s, not pending", id,
                           plan_status_names[plan->runs[run].status]);
    plan_free(plan);
    return result == 0 ? 0 : error_in_file(err, options->path);
}

/* The plan as the user named it, whatever the path that it was worked with. */
static int named(struct error *err, const char *path)
{
    err->file[0] = '\0';
    return error_in_file(err, path);
}

int runner_run(const struct runner_options *options, int *status, struct error *err)
{
    struct runner runner = {.options = options};
    char *file = realpath(options->path, NULL), *folder = NULL;
    int result = check_request(options, err);
    if (result == 0 && file) {
        folder = memory_printf("%.*s", (int)(strrchr(file, '/') - file) + 1, file);
        runner.path = file;
        result = chdir(folder) == 0 ? 0 : error_errno(err, "%s", folder);
    }
    if (result == 0) {
        signals_hold(&runner.signals);
        result = run_all(&runner, err);
        *status = runner.signals.caught ? 128 + runner.signals.caught : runner.failed;
        signals_release(&runner.signals);
    }
    free(folder);
    free(file);
    return result == 0 ? 0 : named(err, options->path);
}
