/* The gate's verdict as text, Markdown for a comment on a change, or JSON. */
#include "formats/documents/json.h"
#include "formats/profile/text.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/reports/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A list with so many items tells no more with another. */
#define GONE_SHOWN 10

static const char *path_of(const struct profile *profile)
{
    return !profile->path[0] ? "(memory)" : strcmp(profile->path, "-") ? profile->path : "stdin";
}

/* "base.ncp", "base.ncp and 2 more" */
static void side_text(const struct profile *const *profiles, uint32_t count, char *buffer,
                      size_t size)
{
    const char *path = path_of(profiles[0]);
    size_t used = text_escape(path, strlen(path), buffer, size);
    if (count > 1)
        snprintf(buffer + used, size - used, " and %" PRIu32 " more", count - 1);
}

static void limit_text(const struct gate_limit *limit, char *buffer, size_t size)
{
    char number[NUMBER_SIZE] = "any";
    if (isfinite(limit->max))
        number_shortest(limit->max, number, sizeof number);
    snprintf(buffer, size, "%s %s %s", limit_measure_name((enum limit_measure)limit->measure),
             limit->kind == LIMIT_RATIO ? "ratio" : "exponent", number);
}

/* "limits: ncalls ratio 1, cumtime ratio 1.2 (the usual ones), of functions with 5 % of the time"
 */
static void limits_line(FILE *out, const struct gate *gate, const struct report_style *style)
{
    char line[512] = "limits: ", text[128];
    bool some = false;
    for (uint32_t i = 0; i < gate->limits.count; i++) {
        size_t used = strlen(line);
        if (gate->limits.data[i].function)
            continue;
        limit_text(&gate->limits.data[i], text, sizeof text);
        snprintf(line + used, sizeof line - used, "%s%s", some ? ", " : "", text);
        some = true;
    }
    size_t used = strlen(line);
    snprintf(line + used, sizeof line - used, "%s%s, of functions with %g %% of the time",
             some ? "" : "none", gate->usual ? " (the usual ones)" : "", gate->min_share * 100);
    text_line(out, line, style);
}

/* "limits of parse: cumtime ratio 1.5" */
static void rule_lines(FILE *out, const struct gate *gate, const struct report_style *style)
{
    char line[1024], name[512], text[128];
    for (uint32_t i = 0; i < gate->limits.count; i++) {
        const struct gate_limit *limit = &gate->limits.data[i];
        if (!limit->function)
            continue;
        text_escape(limit->function, strlen(limit->function), name, sizeof name);
        limit_text(limit, text, sizeof text);
        snprintf(line, sizeof line, "limit of %s: %s", name, text);
        text_line(out, line, style);
    }
}

static void scaled_line(FILE *out, const struct gate *gate, const struct report_style *style)
{
    const struct comparison *comparison = gate->comparison;
    char line[512];
    if (comparison->normalise == COMPARE_NORMALISE_NONE)
        return;
    snprintf(line, sizeof line, "the new run scaled to the base by %s%s%s",
             compare_normalise_name(comparison->normalise),
             comparison->normalise_function[0] ? " " : "", comparison->normalise_function);
    text_line(out, line, style);
}

static void head(FILE *out, const struct gate *gate, const struct report_style *style)
{
    const struct comparison *comparison = gate->comparison;
    char base[1100], new[1100], line[2300];
    if (style->format == REPORT_MARKDOWN)
        fprintf(out, "## ncprof check: %s\n", gate_verdict_name(gate->verdict));
    if (!comparison)
        return;
    side_text(comparison->captures, comparison->count_a, base, sizeof base);
    side_text(comparison->captures + comparison->count_a, comparison->count_b, new, sizeof new);
    snprintf(line, sizeof line, "base %s, new %s", base, new);
    text_line(out, line, style);
    limits_line(out, gate, style);
    rule_lines(out, gate, style);
    scaled_line(out, gate, style);
}

static void gone_lines(FILE *out, const struct gate *gate, const struct report_style *style)
{
    char line[1200], label[1024];
    for (uint32_t i = 0; i < gate->gone.count && i < GONE_SHOWN; i++) {
        function_label(compare_function(gate->comparison, gate->gone.data[i]), label, sizeof label);
        snprintf(line, sizeof line, "gone: %s", label);
        text_line(out, line, style);
    }
    if (gate->gone.count > GONE_SHOWN) {
        snprintf(line, sizeof line, "gone: %" PRIu32 " more", gate->gone.count - GONE_SHOWN);
        text_line(out, line, style);
    }
}

static const char *plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

/* "pass: 5 functions held against the limits" */
static void verdict_line(FILE *out, const struct gate *gate, const struct report_style *style)
{
    const char *name = gate_verdict_name(gate->verdict);
    uint32_t judged = gate->judged.count, violations = gate->violations.count;
    char line[800];
    if (gate->verdict == GATE_NOT_JUDGED)
        snprintf(line, sizeof line, "%s: %s", name, gate->reasons.data[0]);
    else if (gate->verdict == GATE_PASS)
        snprintf(line, sizeof line, "%s: %" PRIu32 " function%s held against the limits", name,
                 judged, plural(judged));
    else
        snprintf(line, sizeof line,
                 "%s: %" PRIu32 " violation%s, in %" PRIu32 " of %" PRIu32
                 " functions held against the limits",
                 name, violations, plural(violations), gate->at_fault, judged);
    text_line(out, line, style);
}

static void sentence_lines(FILE *out, const char *what, char *const *texts, uint32_t count,
                           const struct report_style *style)
{
    char line[1600];
    for (uint32_t i = 0; i < count; i++) {
        size_t used = (size_t)snprintf(line, sizeof line, "%s: ", what);
        text_escape(texts[i], strlen(texts[i]), line + used, sizeof line - used);
        text_line(out, line, style);
    }
}

static void as_text(FILE *out, const struct gate *gate, const struct report_style *style)
{
    struct report_table table = {
        .columns = gate_columns, .table = gate, .rows = gate->violations.count};
    head(out, gate, style);
    if (gate->violations.count) {
        putc('\n', out);
        text_table(out, &table, style);
        fputs(style->format == REPORT_MARKDOWN ? "" : "\n", out);
    }
    uint32_t told = gate->verdict == GATE_NOT_JUDGED; /* in the last line */
    gone_lines(out, gate, style);
    sentence_lines(out, "not judged", gate->reasons.data + told, gate->reasons.count - told, style);
    sentence_lines(out, "note", gate->notes.data, gate->notes.count, style);
    verdict_line(out, gate, style);
}

/* ---- JSON ---- */

static void measure_member(cJSON *object, enum compare_measure measure)
{
    json_text(object, "metric", limit_measure_name((enum limit_measure)measure));
}

static cJSON *json_limit(const struct gate_limit *limit)
{
    cJSON *object = cJSON_CreateObject();
    measure_member(object, limit->measure);
    json_number(object, limit_kind_name(limit->kind), limit->max);
    if (limit->function)
        json_text(object, "function", limit->function);
    else
        cJSON_AddNullToObject(object, "function");
    return object;
}

static cJSON *json_violation(const struct gate *gate, const struct gate_violation *violation)
{
    static const char *const faults[] = {"ratio", "exponent", "new"};
    const struct function *function = compare_function(gate->comparison, violation->row);
    cJSON *object = cJSON_CreateObject();
    json_text(object, "name", function->name);
    measure_member(object, violation->measure);
    json_number(object, "base", violation->base);
    json_number(object, "new", violation->now);
    json_number(object, "ratio", violation->base > 0 ? violation->now / violation->base : NAN);
    json_number(object, "limit", violation->limit);
    json_text(object, "fault", faults[violation->fault]);
    json_number(object, "exponent", violation->fault == GATE_EXPONENT ? violation->value : NAN);
    json_text(object, "module", function->module);
    json_text(object, "file", function->file);
    return object;
}

static cJSON *json_gone(const struct gate *gate, uint32_t row)
{
    cJSON *object = cJSON_CreateObject();
    json_function(object, compare_function(gate->comparison, row), false);
    return object;
}

static void json_texts(struct json_document *document, const char *name, char *const *texts,
                       uint32_t count)
{
    json_list(document, name);
    for (uint32_t i = 0; i < count; i++)
        json_item(document, json_text_value(texts[i]));
}

static void as_json(FILE *out, const struct gate *gate)
{
    struct json_document document;
    json_begin(&document, out);
    json_member(&document, "verdict", json_text_value(gate_verdict_name(gate->verdict)));
    json_list(&document, "limits");
    for (uint32_t i = 0; i < gate->limits.count; i++)
        json_item(&document, json_limit(&gate->limits.data[i]));
    json_list(&document, "violations");
    for (uint32_t i = 0; i < gate->violations.count; i++)
        json_item(&document, json_violation(gate, &gate->violations.data[i]));
    json_list(&document, "gone");
    for (uint32_t i = 0; i < gate->gone.count; i++)
        json_item(&document, json_gone(gate, gate->gone.data[i]));
    json_member(&document, "judged", json_number_value(gate->judged.count));
    json_member(&document, "min_share", json_number_value(gate->min_share));
    json_texts(&document, "reasons", gate->reasons.data, gate->reasons.count);
    json_texts(&document, "notes", gate->notes.data, gate->notes.count);
    json_end(&document);
}

void report_gate(FILE *out, const struct gate *gate, const struct report_style *style)
{
    if (style->format == REPORT_JSON)
        as_json(out, gate);
    else
        as_text(out, gate, style);
}
