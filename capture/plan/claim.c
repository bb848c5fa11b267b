#include "capture/plan/claim.h"

#include "capture/launcher/words.h"
#include "capture/plan/command.h"
#include "capture/plan/owner.h"
#include "capture/plan/transaction.h"

#include <stdlib.h>
#include <string.h>

#define GRACE_MS 3000 /* from SIGTERM to SIGKILL */

void claim_free(struct claim *claim)
{
    free(claim->id);
    words_free(claim->command);
    words_free(claim->prepare);
    words_free(claim->environment);
    words_free(claim->tags);
    run_files_close(&claim->files);
}

/* Its place among the selected ones, from 1. */
static void count_selected(const struct plan *plan, const struct schedule_selection *selection,
                           uint32_t run, struct claim *claim)
{
    for (uint32_t i = 0; i < plan->run_count; i++) {
        if (!schedule_selects(selection, &plan->runs[i]))
            continue;
        claim->count++;
        claim->number += i <= run;
    }
}

static int check_environment(const struct runner_options *options, const struct plan_run *run,
                             char *const *environment, struct error *err)
{
    for (; *environment && !options->force_env; environment++) {
        size_t length = strcspn(*environment, "=");
        char *name = memory_printf("%.*s", (int)length, *environment);
        const char *value = getenv(name), *wanted = *environment + length + 1;
        bool differs = value && strcmp(value, wanted) != 0;
        if (differs)
            error_set(err, ERROR_USAGE,
                      "run \"%s\" wants %s=%.64s, but here it is \"%.64s\": unset it, or give "
                      "--force-env",
                      run->id, name, wanted, value);
        free(name);
        if (differs)
            return -1;
    }
    return 0;
}

static char **tags_of(const struct plan_run *run)
{
    const char *const tags[][2] = {{"run", run->id}, {"phase", run->phase}, {"label", run->label}};
    struct words words = {0};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        char *tag = memory_printf("%s=%s", tags[i][0], tags[i][1]);
        if (*tags[i][1])
            words_add(&words, tag);
        free(tag);
    }
    return words_finish(&words);
}

/* All that the run needs; nothing is changed yet but for the name that is reserved. */
static int get_ready(const struct runner_options *options, const struct plan *plan,
                     const struct plan_run *run, struct claim *claim, struct error *err)
{
    claim->id = memory_string(run->id);
    claim->size = plan_run_size(run);
    claim->environment = plan_environment(plan, run);
    claim->tags = tags_of(run);
    if (check_environment(options, run, claim->environment, err) ||
        run_files_reserve(&claim->files, plan_output_folder(plan), run->id, err) ||
        plan_expand_command(plan, run, claim->files.base, &claim->command, err))
        return -1;
    if (!claim->command)
        return error_set(err, ERROR_USAGE, "run \"%s\" has no command, nor has the plan", run->id);
    return run->cache == PLAN_CACHE_COLD
               ? plan_expand_prepare(plan, run, claim->files.base, &claim->prepare, err)
               : 0;
}

static int start_job(const struct runner_options *options, const sigset_t *mask, int lock,
                     struct claim *claim, struct error *err)
{
    const struct job_options job = {.command = claim->command,
                                    .prepare = claim->prepare,
                                    .environment = claim->environment,
                                    .tags = claim->tags,
                                    .trace = claim->files.trace,
                                    .size = claim->size,
                                    .log = claim->files.log_fd,
                                    .lock = lock,
                                    .recorder = options->recorder,
                                    .mask = mask};
    return job_start(&claim->job, &job, err);
}

/* With the lock held. 1: taken, and its process waits; 0: there is none. */
static int take_from(struct transaction *transaction, struct claim *claim,
                     const struct runner_options *options, const sigset_t *mask, struct error *err)
{
    struct plan *plan = transaction->plan;
    uint32_t next = schedule_next(plan, &options->selection);
    if (next == PLAN_NONE)
        return 0;
    const struct plan_run *run = &plan->runs[next];
    count_selected(plan, &options->selection, next, claim);
    claim->expected = schedule_expected_seconds(plan, next);
    if (get_ready(options, plan, run, claim, err))
        return -1;
    claim->again = run->status == PLAN_RUNNING;
    if (claim->again)
        owner_end_group(cJSON_GetObjectItemCaseSensitive(run->entry, "owner"), GRACE_MS);
    if (start_job(options, mask, transaction->lock, claim, err))
        return -1;
    schedule_start(plan, next, claim->job.pid);
    return 1;
}

int claim_next(struct claim *claim, const char *path, const struct runner_options *options,
               const sigset_t *mask, struct error *err)
{
    struct transaction transaction;
    *claim = (struct claim){.files.log_fd = -1};
    if (transaction_begin(&transaction, path, TRANSACTION_WAIT_MS, err))
        return -1;
    int result = take_from(&transaction, claim, options, mask, err);
    if (result > 0 && transaction_commit(&transaction, err) == 0)
        return 1;
    if (result > 0)
        job_cancel(&claim->job);
    else
        transaction_abandon(&transaction);
    claim_free(claim);
    return result == 0 ? 0 : -1;
}
