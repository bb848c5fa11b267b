/*
 * The report document: one object "profile", one array "functions" by descending
 * tottime, ties by name. Values are in "unit"; null stands where the profile does
 * not hold something.
 */
#include "formats/format.h"
#include "formats/writers/rows.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>

/* cJSON ends the program's hope quietly: it returns NULL when memory is short, and so do these. */
static void add_text(cJSON *object, const char *key, const char *text)
{
    if (!*text) {
        cJSON_AddNullToObject(object, key);
        return;
    }
    char *valid = rows_utf8(text);
    cJSON_AddStringToObject(object, key, valid);
    free(valid);
}

static void add_count(cJSON *object, const char *key, bool known, uint64_t count)
{
    char number[ROWS_NUMBER_MAX];
    snprintf(number, sizeof number, "%" PRIu64, count);
    cJSON_AddRawToObject(object, key, known ? number : "null");
}

static void add_number(cJSON *object, const char *key, double value)
{
    char number[ROWS_NUMBER_MAX] = "null";
    if (isfinite(value))
        rows_number(value, number);
    cJSON_AddRawToObject(object, key, number);
}

static cJSON *describe(const struct profile *profile)
{
    const struct metric *metric = &profile->metrics[0];
    cJSON *object = cJSON_CreateObject();
    add_text(object, "path", profile->path);
    add_text(object, "format", profile->format);
    add_text(object, "metric", metric->name);
    add_text(object, "unit", metric->unit);
    add_number(object, "total", rows_value(metric, profile_total(profile, 0, PROFILE_NONE)));
    add_count(object, "functions", true, profile->function_count);
    add_count(object, "threads", profile->thread_count > 0, profile->thread_count);
    add_number(object, "size", profile->size);
    cJSON_AddBoolToObject(object, "truncated", (profile->flags & PROFILE_TRUNCATED) != 0);
    return object;
}

static void add_latency(cJSON *object, const struct profile *profile, uint32_t f)
{
    static const struct {
        const char *key;
        double quantile;
    } quantiles[] = {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}};
    const struct histogram *latency = profile->latency ? &profile->latency[f] : NULL;
    bool known = latency && latency->total;
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        add_number(object, quantiles[i].key,
                   known ? (double)histogram_quantile(latency, quantiles[i].quantile) / 1e9 : NAN);
    add_number(object, "max", known ? (double)latency->max / 1e9 : NAN);
}

static cJSON *function_row(const struct profile *profile, uint32_t f)
{
    const struct function *function = &profile->functions[f];
    const struct metric *metric = &profile->metrics[0];
    struct values values = profile_function(profile, f, 0);
    cJSON *object = cJSON_CreateObject();
    char *name = rows_utf8(function->name);
    cJSON_AddStringToObject(object, "name", name);
    free(name);
    add_text(object, "module", function->module);
    add_text(object, "file", function->file);
    add_count(object, "line", function->line > 0, function->line);
    add_count(object, "ncalls", profile->flags & PROFILE_HAS_CALLS, values.calls);
    add_count(object, "primitive_calls", profile->flags & PROFILE_HAS_PRIMITIVE, values.primitive);
    add_number(object, "tottime", rows_value(metric, values.self));
    add_number(object, "cumtime", rows_value(metric, values.total));
    add_latency(object, profile, f);
    return object;
}

/* One row a line, each printed and freed at once: memory does not grow with the profile. */
static int write_object(cJSON *object, const char *before, FILE *out, struct error *err)
{
    char *text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    if (!text)
        return error_set(err, ERROR_LIMIT, "no memory for the JSON text");
    fprintf(out, "%s%s", before, text);
    cJSON_free(text);
    return ferror(out) ? error_errno(err, "cannot write") : 0;
}

static int write_json(const struct profile *profile, FILE *out, struct error *err)
{
    uint32_t *order = rows_order(profile);
    int status = write_object(describe(profile), "{\"profile\":", out, err);
    fputs(",\n\"functions\":[", out);
    for (uint32_t i = 0; i < profile->function_count && !status; i++)
        status = write_object(function_row(profile, order[i]), i ? ",\n" : "\n", out, err);
    fputs("\n]}\n", out);
    free(order);
    return status;
}

static const char *loses(const struct profile *profile)
{
    if (profile->metric_count > 1)
        return "only the table of functions with the first metric is kept";
    return profile->flags & PROFILE_HAS_EDGES ? "only the table of functions is kept" : NULL;
}

const struct writer json_writer = {
    .name = "json",
    .description = "table of functions, as report --format json",
    .suffixes = "json",
    .loses = loses,
    .write = write_json,
};
