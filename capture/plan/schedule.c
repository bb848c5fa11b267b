#include "capture/plan/schedule.h"

#include "capture/plan/document.h"
#include "capture/plan/owner.h"
#include "capture/plan/result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- which one ---- */

bool schedule_selects(const struct schedule_selection *selection, const struct plan_run *run)
{
    if (selection->id && strcmp(selection->id, run->id) != 0)
        return false;
    return !selection->phase || strcmp(selection->phase, run->phase) == 0;
}

static enum owner_state state_of(const struct plan_run *run)
{
    return owner_state(cJSON_GetObjectItemCaseSensitive(run->entry, "owner"));
}

static bool may_start(const struct schedule_selection *selection, const struct plan_run *run)
{
    if (run->status != PLAN_RUNNING)
        return run->status == PLAN_PENDING;
    if (!selection->resume && !selection->take_over)
        return false;
    enum owner_state state = state_of(run);
    return state == OWNER_DEAD ? selection->resume : state != OWNER_ALIVE && selection->take_over;
}

uint32_t schedule_next(const struct plan *plan, const struct schedule_selection *selection)
{
    for (uint32_t i = 0; i < plan->run_count; i++)
        if (schedule_selects(selection, &plan->runs[i]) && may_start(selection, &plan->runs[i]))
            return i;
    return PLAN_NONE;
}

uint32_t schedule_left_behind(const struct plan *plan, const struct schedule_selection *selection)
{
    for (uint32_t i = 0; i < plan->run_count; i++)
        if (plan->runs[i].status == PLAN_RUNNING && schedule_selects(selection, &plan->runs[i]) &&
            !may_start(selection, &plan->runs[i]) && state_of(&plan->runs[i]) != OWNER_ALIVE)
            return i;
    return PLAN_NONE;
}

/* ---- moves ---- */

static void set_status(cJSON *entry, enum plan_status status)
{
    document_set_text(entry, "status", plan_status_names[status]);
}

void schedule_start(struct plan *plan, uint32_t run, pid_t group)
{
    cJSON *entry = plan->runs[run].entry;
    set_status(entry, PLAN_RUNNING);
    document_set(entry, "owner", owner_new(group));
}

static cJSON *results_of(struct plan *plan)
{
    cJSON *results = cJSON_GetObjectItemCaseSensitive(plan->root, "results");
    if (!cJSON_IsObject(results)) {
        document_set(plan->root, "results", cJSON_CreateObject());
        results = cJSON_GetObjectItemCaseSensitive(plan->root, "results");
    }
    return results;
}

/* Notes that people made in the result stay; takes `result`. */
static void merge_result(struct plan *plan, const char *id, cJSON *result)
{
    static const char *const ours[] = {"trace", "log",     "started", "stopped", "seconds",
                                       "exit",  "host",    "git",     "size",    "env",
                                       "error", "command", "summary", "signal"};
    cJSON *results = results_of(plan);
    cJSON *old = cJSON_GetObjectItemCaseSensitive(results, id);
    if (!cJSON_IsObject(old)) {
        document_set(results, id, result);
        return;
    }
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        document_remove(old, ours[i]);
    while (result->child) {
        cJSON *member = cJSON_DetachItemViaPointer(result, result->child);
        char *key = memory_string(member->string); /* replacing frees it */
        document_set(old, key, member);
        free(key);
    }
    cJSON_Delete(result);
}

bool schedule_finish(struct plan *plan, const char *id, cJSON *result)
{
    uint32_t run = plan_find(plan, id);
    cJSON *entry = run == PLAN_NONE ? NULL : plan->runs[run].entry;
    if (entry && !owner_is_self(cJSON_GetObjectItemCaseSensitive(entry, "owner"))) {
        cJSON_Delete(result);
        return false;
    }
    bool failed = cJSON_GetObjectItemCaseSensitive(result, "error") != NULL;
    merge_result(plan, id, result);
    if (entry) {
        set_status(entry, failed ? PLAN_ERROR : PLAN_DONE);
        document_remove(entry, "owner");
    }
    return entry != NULL;
}

int schedule_reset(struct plan *plan, uint32_t run, bool take_over, struct error *err)
{
    const struct plan_run *chosen = &plan->runs[run];
    cJSON *owner = cJSON_GetObjectItemCaseSensitive(chosen->entry, "owner");
    enum owner_state state = owner_state(owner);
    if (chosen->status == PLAN_RUNNING && state == OWNER_ALIVE)
        return error_set(err, ERROR_USAGE, "run \"%s\" is being run by process %.0f: stop it first",
                         chosen->id, document_number(owner, "pid"));
    if (chosen->status == PLAN_RUNNING && state == OWNER_ELSEWHERE && !take_over)
        return error_set(err, ERROR_USAGE,
                         "run \"%s\" is being run on %.100s: --take-over resets it all the same",
                         chosen->id, document_text(owner, "host"));
    if (chosen->status == PLAN_RUNNING)
        owner_end_group(owner, 2000);
    set_status(chosen->entry, PLAN_PENDING);
    document_remove(chosen->entry, "owner");
    return 0;
}

/* Digits become a number, as people write phases. */
static cJSON *phase_value(const char *phase)
{
    bool digits = *phase && strlen(phase) < 10 && !phase[strspn(phase, "0123456789")] &&
                  (phase[0] != '0' || !phase[1]);
    return digits ? cJSON_CreateRaw(phase) : cJSON_CreateString(phase);
}

int schedule_add(struct plan *plan, const struct schedule_entry *entry, struct error *err)
{
    if (plan_find(plan, entry->id) != PLAN_NONE)
        return error_set(err, ERROR_USAGE, "there is a run \"%s\" already", entry->id);
    const struct {
        const char *key, *text;
    } texts[] = {{"id", entry->id},       {"start", entry->start},
                 {"end", entry->end},     {"label", entry->label},
                 {"phase", entry->phase}, {"description", entry->description},
                 {"cache", entry->cache}};
    cJSON *added = cJSON_CreateObject();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].text && !strcmp(texts[i].key, "phase"))
            document_set(added, "phase", phase_value(texts[i].text));
        else if (texts[i].text)
            document_set_text(added, texts[i].key, texts[i].text);
    if (!isnan(entry->size))
        document_set_number(added, "size", entry->size);
    set_status(added, PLAN_PENDING);
    document_append(cJSON_GetObjectItemCaseSensitive(plan->root, "runs"), added);
    return 0;
}

/* ---- how long ---- */

double schedule_expected_seconds(const struct plan *plan, uint32_t run)
{
    double size = plan_run_size(&plan->runs[run]), expected = NAN, nearest = INFINITY;
    for (uint32_t i = 0; i < plan->run_count; i++) {
        double seconds = plan_result(plan, i).seconds;
        double its = plan_run_size(&plan->runs[i]);
        if (plan->runs[i].status != PLAN_DONE || !(seconds >= 0))
            continue;
        double distance = isnan(size) || isnan(its) ? 1e300 : fabs(log(size / its));
        if (distance > nearest)
            continue;
        nearest = distance;
        expected = distance < 1e300 ? seconds * size / its : seconds;
    }
    return expected;
}
