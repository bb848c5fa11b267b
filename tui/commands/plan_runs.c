#include "tui/commands/plan_runs.h"

#include "capture/plan/result.h"
#include "formats/format.h"
#include "formats/profile/text.h"
#include "tui/analysis/compare.h"
#include "tui/commands/load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- facts of the plan ---- */

static void state_facts(struct run_facts *facts, const struct plan *plan, uint32_t index)
{
    const struct plan_run *run = &plan->runs[index];
    struct plan_result result = plan_result(plan, index);
    double size = plan_run_size(run);
    *facts = (struct run_facts){
        .id = run->id,
        .start = run->start,
        .end = run->end,
        .label = run->label,
        .status = plan_status_names[run->status],
        .phase = run->phase,
        .revision = result.revision,
        .dirty = result.dirty,
        .stopped = result.stopped,
        .seconds = result.seconds,
        .days = run->days ? (double)run->days : (double)NAN,
        .size = isnan(size) ? result.size : size,
        .cache = run_cache_of(plan_cache_names[run->cache], run->id, run->label),
    };
}

static void collect(struct plan_runs *runs, const char *phase, uint32_t *indices)
{
    const struct plan *plan = runs->plan;
    for (uint32_t i = 0; i < plan->run_count; i++)
        if (!phase || !strcmp(plan->runs[i].phase, phase)) {
            state_facts(&runs->facts[runs->count], plan, i);
            indices[runs->count++] = i;
        }
}

/* ---- results ---- */

/* Why there is nothing to load, or NULL. */
static char *reason_for(const struct plan *plan, uint32_t index, const char *path)
{
    char text[300];
    enum plan_status status = plan->runs[index].status;
    struct plan_result result = plan_result(plan, index);
    if (status == PLAN_ERROR && result.error[0]) {
        text_escape(result.error, strlen(result.error), text, sizeof text);
        return memory_printf("error: %s", text);
    }
    if (status != PLAN_DONE)
        return memory_string(plan_status_names[status]);
    if (path)
        return NULL;
    text_escape(result.trace, strlen(result.trace), text, sizeof text);
    return *text ? memory_printf("done, but %s is not there", text)
                 : memory_string("done, but there is no result");
}

static void load_one(struct plan_runs *runs, uint32_t run, const char *path)
{
    struct error err = {0};
    if (profile_load(&runs->profiles[run], path, NULL, &err) == 0)
        return;
    err.file[0] = '\0';
    char text[600];
    error_text(&err, text, sizeof text);
    runs->profiles[run] = NULL;
    runs->missing[run] = memory_printf("its result cannot be read: %s", text);
}

/* All at once; when one of them is bad, one by one, to know which. */
static void load_results(struct plan_runs *runs, char **paths)
{
    struct error ignored = {0};
    const char **files = memory_zeroed(runs->count, sizeof *files);
    struct profile **loaded = memory_zeroed(runs->count, sizeof *loaded);
    uint32_t *of = memory_zeroed(runs->count, sizeof *of), count = 0;
    for (uint32_t i = 0; i < runs->count; i++)
        if (!runs->missing[i]) {
            of[count] = i;
            files[count++] = paths[i];
        }
    bool good = load_profiles(files, count, NULL, loaded, &ignored) == 0;
    for (uint32_t i = 0; i < count; i++)
        if (good)
            runs->profiles[of[i]] = loaded[i];
        else
            load_one(runs, of[i], files[i]);
    free(files);
    free(loaded);
    free(of);
}

/* YAPPI's table of threads beside its table of functions. */
static void load_threads(struct plan_runs *runs, uint32_t run)
{
    struct error err = {0};
    struct stat status;
    char text[600] = "it holds no threads";
    const struct plan *plan = runs->plan;
    if (!runs->profiles[run] || !strcmp(runs->profiles[run]->format, "ncp"))
        return;
    char *name =
        memory_printf("%s/%s.threads.wall.csv", plan_output_folder(plan), runs->facts[run].id);
    char *path = plan_path(plan, name);
    bool there = stat(path, &status) == 0;
    if (there && profile_load(&runs->threads[run], path, NULL, &err)) {
        runs->threads[run] = NULL;
        err.file[0] = '\0';
        error_text(&err, text, sizeof text);
    }
    if (there && (!runs->threads[run] || !runs->threads[run]->thread_count))
        runs->thread_notes[run] = memory_printf("%s cannot be read: %s", name, text);
    free(path);
    free(name);
}

static void conclude(struct plan_runs *runs)
{
    for (uint32_t i = 0; i < runs->count; i++) {
        struct run_facts *facts = &runs->facts[i];
        load_threads(runs, i);
        facts->profile = runs->profiles[i];
        facts->threads = runs->threads[i];
        facts->threads_note = runs->thread_notes[i];
        facts->missing = runs->missing[i];
        runs->measured += facts->profile != NULL;
        if (facts->profile && isnan(facts->size))
            facts->size = compare_size(facts->profile);
    }
}

static void load_runs(struct plan_runs *runs, const uint32_t *indices)
{
    char **paths = memory_zeroed(runs->count, sizeof *paths);
    for (uint32_t i = 0; i < runs->count; i++) {
        paths[i] = plan_result_path(runs->plan, indices[i]);
        runs->missing[i] = reason_for(runs->plan, indices[i], paths[i]);
    }
    load_results(runs, paths);
    conclude(runs);
    for (uint32_t i = 0; i < runs->count; i++)
        free(paths[i]);
    free(paths);
}

int plan_runs_load(struct plan_runs **out, const char *path, const char *phase, struct error *err)
{
    struct plan *plan;
    if (plan_load(&plan, path, err))
        return -1;
    struct plan_runs *runs = memory_zeroed(1, sizeof *runs);
    uint32_t *indices = memory_zeroed(plan->run_count, sizeof *indices);
    runs->plan = plan;
    runs->facts = memory_zeroed(plan->run_count, sizeof *runs->facts);
    runs->profiles = memory_zeroed(plan->run_count, sizeof *runs->profiles);
    runs->threads = memory_zeroed(plan->run_count, sizeof *runs->threads);
    runs->missing = memory_zeroed(plan->run_count, sizeof *runs->missing);
    runs->thread_notes = memory_zeroed(plan->run_count, sizeof *runs->thread_notes);
    collect(runs, phase, indices);
    load_runs(runs, indices);
    free(indices);
    if (runs->count || !phase) {
        *out = runs;
        return 0;
    }
    error_set(err, ERROR_USAGE, "no run of phase \"%.64s\"", phase);
    plan_runs_free(runs);
    return error_in_file(err, path);
}

void plan_runs_free(struct plan_runs *runs)
{
    if (!runs)
        return;
    for (uint32_t i = 0; i < runs->count; i++) {
        profile_free(runs->profiles[i]);
        profile_free(runs->threads[i]);
        free(runs->missing[i]);
        free(runs->thread_notes[i]);
    }
    free(runs->facts);
    free(runs->profiles);
    free(runs->threads);
    free(runs->missing);
    free(runs->thread_notes);
    plan_free(runs->plan);
    free(runs);
}

/* ---- asking ---- */

int plan_runs_find(const struct plan_runs *runs, const char *id, uint32_t *run, struct error *err)
{
    uint32_t i = 0;
    while (i < runs->count && strcmp(runs->facts[i].id, id) != 0)
        i++;
    *run = i;
    if (i < runs->count && runs->facts[i].profile)
        return 0;
    if (i == runs->count)
        error_set(err, ERROR_USAGE, "no run \"%.80s\" in it", id);
    else
        error_set(err, ERROR_USAGE, "the run %.80s has no result: %.300s", id,
                  runs->facts[i].missing);
    return error_in_file(err, runs->plan->path);
}

int plan_runs_check(const struct plan_runs *runs, struct error *err)
{
    if (runs->measured)
        return 0;
    if (!runs->count)
        error_set(err, ERROR_USAGE, "holds no run");
    else
        error_set(err, ERROR_USAGE, "nothing is measured yet: %.80s is %.300s", runs->facts[0].id,
                  runs->facts[0].missing);
    return error_in_file(err, runs->plan->path);
}

int plan_runs_scaling(struct scaling **out, const struct run_facts *facts, uint32_t count,
                      double at, uint32_t limit, struct error *err)
{
    struct scaling_input *inputs = memory_zeroed(count, sizeof *inputs);
    const struct scaling_query query = {
        .measure = COMPARE_NCALLS, .sort = "cumtime", .at = at, .limit = limit};
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++)
        if (facts[i].profile && !isnan(facts[i].size))
            inputs[used++] =
                (struct scaling_input){.profile = facts[i].profile, .size = facts[i].size};
    int status = scaling_new(out, inputs, used, err);
    free(inputs);
    if (!status && scaling_select(*out, &query, err)) {
        scaling_free(*out);
        status = -1;
    }
    return status;
}
