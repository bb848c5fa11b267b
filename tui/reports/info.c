#include "formats/documents/json.h"
#include "formats/profile/text.h"
#include "tui/analysis/compare.h"
#include "tui/numbers.h"
#include "tui/reports/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

static const struct {
    unsigned flag;
    const char *name, *meaning;
} flags[] = {
    {PROFILE_HAS_TREE, "tree", "call tree"},
    {PROFILE_HAS_EDGES, "edges", "callers and callees"},
    {PROFILE_HAS_CALLS, "calls", "calls"},
    {PROFILE_HAS_PRIMITIVE, "primitive", "primitive calls"},
    {PROFILE_HAS_TIMELINE, "timeline", "timeline"},
    {PROFILE_HAS_LATENCY, "latency", "latencies"},
};

#define LABEL_WIDTH 12
#define FLAGS       (sizeof flags / sizeof *flags)

/* "2026-01-31 12:00:00 UTC"; "" when unknown. */
static void start_text(const struct profile *profile, char *buffer, size_t size)
{
    time_t seconds = (time_t)(profile->start_ns / 1000000000);
    struct tm utc;
    buffer[0] = '\0';
    if (profile->start_ns && gmtime_r(&seconds, &utc))
        strftime(buffer, size, "%Y-%m-%d %H:%M:%S UTC", &utc);
}

static void line(FILE *out, const char *name, const char *value)
{
    char escaped[2048];
    if (!value || !value[0])
        return;
    text_escape(value, strlen(value), escaped, sizeof escaped);
    fprintf(out, "%-*s %s\n", LABEL_WIDTH, name, escaped);
}

static void count_line(FILE *out, const char *name, uint64_t count)
{
    char text[40];
    number_count(count, text, sizeof text);
    line(out, name, text);
}

static void has_line(FILE *out, const struct profile *profile)
{
    char has[256] = "", lacks[256] = "";
    for (size_t i = 0; i < FLAGS; i++) {
        char *list = profile->flags & flags[i].flag ? has : lacks;
        size_t used = strlen(list);
        snprintf(list + used, sizeof has - used, "%s%s", used ? ", " : "", flags[i].meaning);
    }
    line(out, "holds", has);
    line(out, "lacks", lacks);
}

static void thread_lines(FILE *out, const struct profile *profile)
{
    bool has_tree = profile->flags & PROFILE_HAS_TREE;
    char name[256], total[64] = "";
    count_line(out, "threads", profile->thread_count);
    for (uint32_t t = 0; t < profile->thread_count; t++) {
        const struct thread *thread = &profile->threads[t];
        text_escape(thread->name, strlen(thread->name), name, sizeof name);
        if (has_tree)
            number_value(number_in_unit(profile_total(profile, 0, t), &profile->metrics[0]),
                         &profile->metrics[0], total, sizeof total);
        fprintf(out, "  %3" PRIu32 "  %s%s%s", t + 1, name[0] ? name : "(unnamed)",
                total[0] ? "  " : "", total);
        if (thread->id)
            fprintf(out, "  id %" PRIu64, thread->id);
        putc('\n', out);
    }
}

static void metric_lines(FILE *out, const struct profile *profile)
{
    char total[64], name[128];
    for (uint32_t m = 0; m < profile->metric_count; m++) {
        const struct metric *metric = &profile->metrics[m];
        number_value(number_in_unit(profile_total(profile, m, PROFILE_NONE), metric), metric, total,
                     sizeof total);
        text_escape(metric->name, strlen(metric->name), name, sizeof name);
        fprintf(out, "%-*s %s: %s\n", LABEL_WIDTH, m ? "" : "metrics", name, total);
    }
}

/* What other lines tell already, and more legibly. */
static bool is_told(const char *key)
{
    static const char *const told[] = {"size", "start", "end"};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (!strcmp(key, told[i]))
            return true;
    return false;
}

static void metadata_lines(FILE *out, const struct profile *profile)
{
    char key[128];
    for (uint32_t i = 0; i < profile->metadata_count; i++) {
        if (is_told(profile->metadata[i].key))
            continue;
        text_escape(profile->metadata[i].key, strlen(profile->metadata[i].key), key, sizeof key);
        line(out, key, profile->metadata[i].value);
    }
}

static void as_text(FILE *out, const struct profile *profile, uint64_t bytes)
{
    static const struct metric size_metric = {"size", "bytes", METRIC_BYTES, 1};
    static const struct metric time_metric = {"wall", "s", METRIC_TIME, 1e-9};
    char text[64];
    line(out, "file", profile->path);
    line(out, "format", profile->format);
    number_value((double)bytes, &size_metric, text, sizeof text);
    line(out, "bytes", bytes ? text : "");
    start_text(profile, text, sizeof text);
    line(out, "start", text);
    number_value((double)profile->wall_ns / 1e9, &time_metric, text, sizeof text);
    line(out, "wall", profile->wall_ns ? text : "");
    text[0] = '\0';
    if (!isnan(compare_size(profile)))
        number_shortest(compare_size(profile), text, sizeof text);
    line(out, "size", text);
    metadata_lines(out, profile);
    metric_lines(out, profile);
    has_line(out, profile);
    count_line(out, "functions", profile->function_count);
    if (profile->flags & PROFILE_HAS_EDGES)
        count_line(out, "edges", profile->edge_count);
    if (profile->flags & PROFILE_HAS_TREE)
        count_line(out, "contexts", profile->context_count);
    count_line(out, "processes", profile->process_count);
    thread_lines(out, profile);
    line(out, "truncated", profile->flags & PROFILE_TRUNCATED ? "yes" : "no");
    for (uint32_t i = 0; i < profile->note_count; i++)
        line(out, "note", profile->notes[i]);
}

static void json_metrics(cJSON *object, const struct profile *profile)
{
    cJSON *list = cJSON_AddArrayToObject(object, "metrics");
    for (uint32_t m = 0; m < profile->metric_count; m++) {
        const struct metric *metric = &profile->metrics[m];
        cJSON *item = cJSON_CreateObject();
        json_text(item, "name", metric->name);
        json_text(item, "unit", metric->unit);
        json_number(item, "total", number_in_unit(profile_total(profile, m, PROFILE_NONE), metric));
        cJSON_AddItemToArray(list, item);
    }
}

static void json_threads(cJSON *object, const struct profile *profile)
{
    cJSON *list = cJSON_AddArrayToObject(object, "threads");
    for (uint32_t t = 0; t < profile->thread_count; t++) {
        const struct thread *thread = &profile->threads[t];
        bool known = profile->flags & PROFILE_HAS_TREE;
        cJSON *item = cJSON_CreateObject();
        json_text(item, "name", thread->name);
        json_count(item, "id", thread->id, thread->id != 0);
        json_count(item, "process", thread->process, thread->process < profile->process_count);
        json_number(item, "total",
                    known ? number_in_unit(profile_total(profile, 0, t), &profile->metrics[0])
                          : NAN);
        cJSON_AddItemToArray(list, item);
    }
}

static void json_processes(cJSON *object, const struct profile *profile)
{
    cJSON *list = cJSON_AddArrayToObject(object, "processes");
    for (uint32_t p = 0; p < profile->process_count; p++) {
        cJSON *item = cJSON_CreateObject();
        json_text(item, "name", profile->processes[p].name);
        json_count(item, "id", profile->processes[p].id, profile->processes[p].id != 0);
        cJSON_AddItemToArray(list, item);
    }
}

static void json_metadata(cJSON *object, const struct profile *profile)
{
    cJSON *metadata = cJSON_AddObjectToObject(object, "metadata");
    for (uint32_t i = 0; i < profile->metadata_count; i++)
        cJSON_AddItemToObject(metadata, profile->metadata[i].key,
                              json_text_value(profile->metadata[i].value));
}

static void as_json(FILE *out, const struct profile *profile, uint64_t bytes)
{
    char start[64];
    cJSON *object = cJSON_CreateObject();
    json_text(object, "path", profile->path);
    json_text(object, "format", profile->format);
    json_count(object, "bytes", bytes, bytes > 0);
    start_text(profile, start, sizeof start);
    cJSON_AddItemToObjectCS(object, "start",
                            start[0] ? json_text_value(start) : cJSON_CreateNull());
    json_number(object, "wall", profile->wall_ns ? (double)profile->wall_ns / 1e9 : NAN);
    json_number(object, "size", compare_size(profile));
    json_metadata(object, profile);
    json_metrics(object, profile);
    cJSON *holds = cJSON_AddObjectToObject(object, "holds");
    for (size_t i = 0; i < FLAGS; i++)
        cJSON_AddItemToObjectCS(holds, flags[i].name,
                                cJSON_CreateBool(profile->flags & flags[i].flag));
    json_count(object, "functions", profile->function_count, true);
    json_count(object, "edges", profile->edge_count, profile->flags & PROFILE_HAS_EDGES);
    json_count(object, "contexts", profile->context_count, profile->flags & PROFILE_HAS_TREE);
    json_processes(object, profile);
    json_threads(object, profile);
    cJSON_AddItemToObjectCS(object, "truncated",
                            cJSON_CreateBool(profile->flags & PROFILE_TRUNCATED));
    json_losses(object, profile);
    cJSON *notes = cJSON_AddArrayToObject(object, "notes");
    for (uint32_t i = 0; i < profile->note_count; i++)
        cJSON_AddItemToArray(notes, json_text_value(profile->notes[i]));
    json_print(out, object);
}

void report_info(FILE *out, const struct profile *profile, uint64_t bytes,
                 const struct report_style *style)
{
    if (style->format == REPORT_JSON)
        as_json(out, profile, bytes);
    else
        as_text(out, profile, bytes);
}
