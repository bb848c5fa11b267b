#include "capture/launcher/recover.h"
#include "formats/documents/json.h"
#include "formats/profile/text.h"
#include "tui/analysis/compare.h"
#include "tui/analysis/process_tree.h"
#include "tui/numbers.h"
#include "tui/recording_costs.h"
#include "tui/reports/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
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
#define LINES_MOST  30u /* of processes, of threads */
#define INDENT_MOST 8u
#define COMMAND_CUT 160
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

static void total_text(const struct profile *profile, int64_t total, char *buffer, size_t size)
{
    number_value(number_in_unit(total, &profile->metrics[0]), &profile->metrics[0], buffer, size);
}

/* "  4711  1.2 s  3.4 s with children  1,000 calls  2 threads  exit 0  make -j4" */
static void process_line(FILE *out, const struct profile *profile, const struct process_row *row)
{
    const struct process *process = &profile->processes[row->process];
    const char *command = process_tree_command(process);
    int indent = 2 * (int)(row->depth < INDENT_MOST ? row->depth : INDENT_MOST);
    char total[64], with[64] = "", calls[40], end[PROCESS_END_TEXT], text[COMMAND_CUT];
    total_text(profile, row->total, total, sizeof total);
    if (row->with_children != row->total)
        total_text(profile, row->with_children, with, sizeof with);
    number_count(row->calls, calls, sizeof calls);
    process_tree_end_text(process, end, sizeof end);
    text_escape(command, strlen(command), text, sizeof text);
    fprintf(out, "  %*s%" PRIu64 "  %s%s%s%s  %s calls", indent, "", process->id, total,
            with[0] ? "  " : "", with, with[0] ? " with children" : "", calls);
    if (row->threads > 1)
        fprintf(out, "  %" PRIu32 " threads", row->threads);
    fprintf(out, "%s%s  %s\n", end[0] ? "  " : "", end, text);
}

static void more_line(FILE *out, uint32_t count, uint32_t shown)
{
    char text[40];
    if (count <= shown)
        return;
    number_count(count - shown, text, sizeof text);
    fprintf(out, "  ... %s more\n", text);
}

/* With one there is nothing to be told apart. */
static void process_lines(FILE *out, const struct profile *profile)
{
    uint32_t count;
    count_line(out, "processes", profile->process_count);
    if (process_tree_is_trivial(profile) || !(profile->flags & PROFILE_HAS_TREE))
        return;
    struct process_row *rows = process_tree_rows(profile, 0, &count);
    for (uint32_t i = 0; i < count && i < LINES_MOST; i++)
        process_line(out, profile, &rows[i]);
    more_line(out, count, LINES_MOST);
    free(rows);
}

static void thread_line(FILE *out, const struct profile *profile, uint32_t t)
{
    const struct thread *thread = &profile->threads[t];
    char name[256], total[64] = "";
    text_escape(thread->name, strlen(thread->name), name, sizeof name);
    if (profile->flags & PROFILE_HAS_TREE)
        total_text(profile, profile_total(profile, 0, t), total, sizeof total);
    fprintf(out, "  %3" PRIu32 "  %s%s%s", t + 1, name[0] ? name : "(unnamed)",
            total[0] ? "  " : "", total);
    if (thread->id)
        fprintf(out, "  id %" PRIu64, thread->id);
    if (profile->process_count > 1 && thread->process < profile->process_count &&
        profile->processes[thread->process].id)
        fprintf(out, "  of %" PRIu64, profile->processes[thread->process].id);
    putc('\n', out);
}

/* In their order when they are few, else those that took most. */
static void thread_lines(FILE *out, const struct profile *profile)
{
    uint32_t count = profile->thread_count;
    uint32_t *threads = count > LINES_MOST && profile->flags & PROFILE_HAS_TREE
                            ? process_tree_threads(profile, 0)
                            : NULL;
    count_line(out, "threads", count);
    for (uint32_t i = 0; i < count && i < LINES_MOST; i++)
        thread_line(out, profile, threads ? threads[i] : i);
    more_line(out, count, LINES_MOST);
    free(threads);
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
    char key[128], cost[128];
    for (uint32_t i = 0; i < profile->metadata_count; i++) {
        if (is_told(profile->metadata[i].key))
            continue;
        if (recording_costs_told(profile, i, key, cost, sizeof cost)) {
            if (*key)
                line(out, key, cost);
            continue;
        }
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
    process_lines(out, profile);
    thread_lines(out, profile);
    line(out, "truncated", profile->flags & PROFILE_TRUNCATED ? "yes" : "no");
    for (uint32_t i = 0; i < profile->note_count; i++)
        line(out, "note", profile->notes[i]);
    if (profile->flags & PROFILE_TRUNCATED && recover_possible(profile->path))
        line(out, "note", RECOVER_HINT);
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
    static const char *const ends[] = {[PROCESS_EXITED] = "exited",
                                       [PROCESS_KILLED] = "killed",
                                       [PROCESS_REPLACED] = "replaced",
                                       [PROCESS_RUNNING] = "running"};
    cJSON *list = cJSON_AddArrayToObject(object, "processes");
    for (uint32_t p = 0; p < profile->process_count; p++) {
        const struct process *process = &profile->processes[p];
        cJSON *item = cJSON_CreateObject();
        json_text(item, "name", process->name);
        json_count(item, "id", process->id, process->id != 0);
        json_count(item, "parent", process->parent, process->parent != PROFILE_NONE);
        json_text(item, "command", process->command);
        if (process->end == PROCESS_END_UNKNOWN)
            cJSON_AddItemToObjectCS(item, "end", cJSON_CreateNull());
        else
            json_text(item, "end", ends[process->end]);
        json_count(item, "exit", process->status, process->end == PROCESS_EXITED);
        json_count(item, "signal", process->status,
                   process->end == PROCESS_KILLED && process->status);
        if (process->next[0])
            json_text(item, "exec", process->next);
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
