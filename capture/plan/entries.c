#include "capture/plan/entries.h"

#include "capture/launcher/words.h"
#include "capture/plan/command.h"
#include "capture/plan/dates.h"
#include "capture/plan/document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_MAX 128

const char *const plan_status_names[PLAN_STATUSES] = {"pending", "running", "done", "error"};
const char *const plan_cache_names[3] = {"", "cold", "warm"};

/* ---- one value ---- */

static const cJSON *member(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNull(item) ? NULL : item;
}

/* `place` is "" for the plan's own keys, else "run "ID": ". */
static int read_text(const cJSON *object, const char *key, const char *place, const char **text,
                     struct error *err)
{
    const cJSON *item = member(object, key);
    *text = item && cJSON_IsString(item) ? item->valuestring : "";
    if (!item || cJSON_IsString(item))
        return 0;
    return error_set(err, ERROR_FORMAT, "%s%s must be a text", place, key);
}

static int read_flag(const cJSON *object, const char *key, const char *place, bool fallback,
                     bool *flag, struct error *err)
{
    const cJSON *item = member(object, key);
    *flag = item ? cJSON_IsTrue(item) : fallback;
    if (!item || cJSON_IsBool(item))
        return 0;
    return error_set(err, ERROR_FORMAT, "%s%s must be true or false", place, key);
}

static int read_name(const cJSON *object, const char *key, const char *place,
                     const char *const *names, int count, int *index, struct error *err)
{
    const char *text;
    char known[64] = "";
    size_t used = 0;
    *index = 0;
    if (!member(object, key))
        return 0;
    if (read_text(object, key, place, &text, err))
        return -1;
    for (int i = 0; i < count; i++) {
        if (names[i][0] && !strcmp(text, names[i])) {
            *index = i;
            return 0;
        }
        if (names[i][0] && used < sizeof known)
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "",
                                     names[i]);
    }
    return error_set(err, ERROR_FORMAT, "%s%s \"%.64s\" is unknown; known are %s", place, key, text,
                     known);
}

/* ---- commands and environment ---- */

static bool is_text_list(const cJSON *item)
{
    const cJSON *word;
    if (!cJSON_IsArray(item) || !item->child)
        return false;
    cJSON_ArrayForEach(word, item) if (!cJSON_IsString(word)) return false;
    return item->child->valuestring[0] != '\0';
}

static int check_command(const cJSON *object, const char *key, const char *place, bool shell,
                         struct error *err)
{
    const cJSON *item = member(object, key);
    if (!item || is_text_list(item))
        return 0;
    if (cJSON_IsString(item) && !shell)
        return error_set(err, ERROR_FORMAT,
                         "%s%s must be a list of texts; one text only with \"shell\": true", place,
                         key);
    if (cJSON_IsString(item) && item->valuestring[0])
        return 0;
    return error_set(err, ERROR_FORMAT, "%s%s must be a list of texts, the program's name first",
                     place, key);
}

static int check_environment(const cJSON *object, const char *place, struct error *err)
{
    const cJSON *env = member(object, "env"), *value;
    if (env && !cJSON_IsObject(env))
        return error_set(err, ERROR_FORMAT, "%senv must be an object of texts", place);
    cJSON_ArrayForEach(value, env)
    {
        if (!value->string[0] || strchr(value->string, '='))
            return error_set(err, ERROR_FORMAT, "%senv: \"%.64s\" cannot be a variable's name",
                             place, value->string);
        if (!cJSON_IsString(value))
            return error_set(err, ERROR_FORMAT, "%senv: %.64s must be a text", place,
                             value->string);
    }
    return 0;
}

static int check_start(const cJSON *object, const char *place, bool fallback, bool *shell,
                       struct error *err)
{
    if (read_flag(object, "shell", place, fallback, shell, err) ||
        check_command(object, "command", place, *shell, err) ||
        check_command(object, "prepare", place, *shell, err))
        return -1;
    return check_environment(object, place, err);
}

/* ---- a run ---- */

const char *entries_id_problem(const char *id)
{
    if (!*id)
        return "is empty";
    if (strlen(id) > ID_MAX)
        return "is longer than 128 bytes";
    if (*id == '.' || strchr(id, '/'))
        return "begins with a '.' or has a '/' in it: files are named by it";
    for (const unsigned char *c = (const unsigned char *)id; *c; c++)
        if (*c < ' ' || *c == 127)
            return "has a control character in it";
    return "";
}

static int read_id(struct plan_run *run, uint32_t index, struct error *err)
{
    char place[32];
    snprintf(place, sizeof place, "runs[%u]: ", index);
    if (!cJSON_IsObject(run->entry))
        return error_set(err, ERROR_FORMAT, "runs[%u] must be an object", index);
    if (!member(run->entry, "id"))
        return error_set(err, ERROR_FORMAT, "%sid is missing", place);
    if (read_text(run->entry, "id", place, &run->id, err))
        return -1;
    const char *problem = entries_id_problem(run->id);
    return *problem ? error_set(err, ERROR_FORMAT, "%sid %s", place, problem) : 0;
}

/* A number's digits stand for it. */
static int read_phase(struct plan_run *run, const char *place, struct error *err)
{
    const cJSON *item = member(run->entry, "phase");
    run->phase = item && item->valuestring ? item->valuestring : "";
    if (!item || cJSON_IsString(item) || cJSON_IsNumber(item))
        return 0;
    return error_set(err, ERROR_FORMAT, "%sphase must be a number or a text", place);
}

static int read_size(struct plan_run *run, const char *place, struct error *err)
{
    const cJSON *item = member(run->entry, "size");
    run->size = item && cJSON_IsNumber(item) ? item->valuedouble : NAN;
    if (!item)
        return 0;
    if (!cJSON_IsNumber(item))
        return error_set(err, ERROR_FORMAT, "%ssize must be a number", place);
    if (!isfinite(run->size) || run->size <= 0)
        return error_set(err, ERROR_FORMAT, "%ssize must be above 0, not %.32s", place,
                         item->valuestring);
    return 0;
}

static int read_date(const struct plan_run *run, const char *key, const char *place,
                     const char **text, int64_t *days, struct error *err)
{
    if (read_text(run->entry, key, place, text, err))
        return -1;
    if (!**text || date_parse(*text, days))
        return 0;
    return error_set(err, ERROR_FORMAT, "%s%s \"%.32s\" is no date (YYYY-MM-DD)", place, key,
                     *text);
}

static int read_dates(struct plan_run *run, const char *place, struct error *err)
{
    int64_t start = 0, end = 0;
    bool inclusive;
    if (read_date(run, "start", place, &run->start, &start, err) ||
        read_date(run, "end", place, &run->end, &end, err) ||
        read_flag(run->entry, "inclusive", place, true, &inclusive, err))
        return -1;
    if (!*run->start != !*run->end)
        return error_set(err, ERROR_FORMAT, "%s%s is missing", place,
                         *run->start ? "end" : "start");
    if (!*run->start)
        return 0;
    if (end < start)
        return error_set(err, ERROR_FORMAT, "%send %s is before start %s", place, run->end,
                         run->start);
    run->days = (uint32_t)(end - start) + inclusive;
    if (run->days == 0)
        return error_set(err, ERROR_FORMAT,
                         "%sstart and end are one day, which does not count "
                         "with \"inclusive\": false",
                         place);
    return 0;
}

static int read_state(struct plan_run *run, const char *place, struct error *err)
{
    int status, cache;
    if (read_name(run->entry, "status", place, plan_status_names, PLAN_STATUSES, &status, err) ||
        read_name(run->entry, "cache", place, plan_cache_names, 3, &cache, err))
        return -1;
    run->status = (enum plan_status)status;
    run->cache = (enum plan_cache)cache;
    return 0;
}

/* Placeholders are tried with any output: they must fit before a run is started. */
static int try_commands(const struct plan *plan, const struct plan_run *run, struct error *err)
{
    char **words;
    if (plan_expand_command(plan, run, "output", &words, err))
        return -1;
    words_free(words);
    if (plan_expand_prepare(plan, run, "output", &words, err))
        return -1;
    words_free(words);
    return 0;
}

static int read_run(struct plan *plan, uint32_t index, bool shell, struct error *err)
{
    struct plan_run *run = &plan->runs[index];
    char place[ID_MAX + 16];
    if (read_id(run, index, err))
        return -1;
    snprintf(place, sizeof place, "run \"%s\": ", run->id);
    if (read_text(run->entry, "label", place, &run->label, err) ||
        read_text(run->entry, "description", place, &run->description, err) ||
        read_phase(run, place, err) || read_size(run, place, err) || read_dates(run, place, err) ||
        read_state(run, place, err) || check_start(run->entry, place, shell, &shell, err))
        return -1;
    return try_commands(plan, run, err);
}

/* ---- all of them ---- */

static int compare_ids(const void *a, const void *b, void *runs)
{
    const struct plan_run *all = runs;
    const uint32_t *x = a, *y = b;
    int order = strcmp(all[*x].id, all[*y].id);
    return order ? order : (*x > *y) - (*x < *y);
}

static int index_runs(struct plan *plan, struct error *err)
{
    plan->by_id = arena_alloc(&plan->arena, plan->run_count * sizeof *plan->by_id);
    for (uint32_t i = 0; i < plan->run_count; i++)
        plan->by_id[i] = i;
    if (plan->run_count)
        qsort_r(plan->by_id, plan->run_count, sizeof *plan->by_id, compare_ids, plan->runs);
    for (uint32_t i = 1; i < plan->run_count; i++) {
        uint32_t first = plan->by_id[i - 1], second = plan->by_id[i];
        if (!strcmp(plan->runs[first].id, plan->runs[second].id))
            return error_set(err, ERROR_FORMAT, "runs[%u] and runs[%u] have the same id \"%s\"",
                             first, second, plan->runs[first].id);
    }
    return 0;
}

static int read_results(struct plan *plan, struct error *err)
{
    cJSON *results = cJSON_GetObjectItemCaseSensitive(plan->root, "results"), *result;
    if (results && !cJSON_IsNull(results) && !cJSON_IsObject(results))
        return error_set(err, ERROR_FORMAT, "results must be an object, keyed by the runs' ids");
    cJSON_ArrayForEach(result, results)
    {
        uint32_t run = plan_find(plan, result->string);
        if (!cJSON_IsObject(result) && !cJSON_IsNull(result))
            return error_set(err, ERROR_FORMAT, "results: \"%.128s\" must be an object",
                             result->string);
        if (run != PLAN_NONE && cJSON_IsObject(result))
            plan->runs[run].result = result;
    }
    return 0;
}

int entries_read(struct plan *plan, struct error *err)
{
    cJSON *runs = cJSON_GetObjectItemCaseSensitive(plan->root, "runs"), *entry;
    const char *output;
    bool shell;
    if (!cJSON_IsObject(plan->root))
        return error_set(err, ERROR_FORMAT, "this is no plan: a JSON object is wanted");
    if (!cJSON_IsArray(runs))
        return error_set(err, ERROR_FORMAT,
                         runs ? "runs must be a list" : "this is no plan: it has no \"runs\"");
    if (read_text(plan->root, "output", "", &output, err) ||
        check_start(plan->root, "", false, &shell, err))
        return -1;
    plan->run_count = (uint32_t)cJSON_GetArraySize(runs);
    plan->runs = arena_alloc(&plan->arena, plan->run_count * sizeof *plan->runs);
    uint32_t index = 0;
    cJSON_ArrayForEach(entry, runs)
    {
        plan->runs[index].entry = entry;
        if (read_run(plan, index++, shell, err))
            return -1;
    }
    return index_runs(plan, err) ? -1 : read_results(plan, err);
}
