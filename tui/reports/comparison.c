#include "formats/documents/csv.h"
#include "formats/documents/json.h"
#include "formats/profile/text.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/reports/text.h"

#include <math.h>
#include <string.h>

static const char *const measures[COMPARE_MEASURES] = {"ncalls", "tottime", "cumtime"};

/* "A  week.ncp: 60.0 s, size 7" */
static void side_line(FILE *out, const char *side, const struct profile *profile, uint32_t metric,
                      double size, const struct report_style *style)
{
    const struct metric *m = &profile->metrics[metric];
    char path[1024], total[64], digits[40] = "unknown";
    text_escape(profile->path, strlen(profile->path), path, sizeof path);
    number_value(number_in_unit(profile_total(profile, metric, PROFILE_NONE), m), m, total,
                 sizeof total);
    if (!isnan(size))
        number_shortest(size, digits, sizeof digits);
    fprintf(out, "%s%s  ", style->format == REPORT_MARKDOWN ? "- " : "", side);
    text_plain(out, path[0] ? path : "(memory)", style);
    fprintf(out, ": %s %s, size %s\n", total, m->name, digits);
}

static void header(FILE *out, const struct comparison *comparison, const struct report_style *style)
{
    char size_ratio[40], time_ratio[40];
    number_ratio(comparison->size_ratio, size_ratio, sizeof size_ratio);
    number_ratio(comparison->total_b / comparison->total_a, time_ratio, sizeof time_ratio);
    if (style->format == REPORT_MARKDOWN)
        fputs("## Side by side\n\n", out);
    side_line(out, "A", comparison->a, comparison->metric_a, comparison->size_a, style);
    side_line(out, "B", comparison->b, comparison->metric_b, comparison->size_b, style);
    fprintf(out, "%ssize %s, time %s, as measured; ordered by %s\n",
            style->format == REPORT_MARKDOWN ? "- " : "", size_ratio, time_ratio,
            strcmp(comparison->sort->id, "delta") != 0 ? comparison->sort->id
                                                       : "change of cumtime");
    if (isnan(comparison->size_ratio))
        fprintf(out, "%sno exponents: the size of %s unknown (--sizes A,B)\n",
                style->format == REPORT_MARKDOWN ? "- " : "",
                isnan(comparison->size_a) && isnan(comparison->size_b) ? "both runs is"
                : isnan(comparison->size_a)                            ? "A is"
                                                                       : "B is");
    else if (comparison->size_ratio == 1)
        fprintf(out, "%sno exponents: both runs are of the same size\n",
                style->format == REPORT_MARKDOWN ? "- " : "");
    putc('\n', out);
}

static void remainder_line(FILE *out, const struct comparison *comparison,
                           const struct report_style *style)
{
    char line[256], shown[40], all[40], hidden[40];
    if (comparison->count == comparison->functions)
        return;
    number_count(comparison->count, shown, sizeof shown);
    number_count(comparison->functions, all, sizeof all);
    number_count(comparison->hidden, hidden, sizeof hidden);
    size_t used = (size_t)snprintf(line, sizeof line, "%s of %s functions shown", shown, all);
    if (comparison->hidden)
        snprintf(line + used, sizeof line - used, "; %s below %g %% hidden", hidden,
                 style->threshold * 100);
    text_closing(out, line, style);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && !strcmp(text + length - tail, end);
}

/* Exponents without sizes, calls that a file does not hold. */
static bool is_void(const void *table, const struct column *column)
{
    const struct comparison *comparison = table;
    bool sized = !isnan(comparison->size_ratio) && comparison->size_ratio != 1;
    bool called = comparison->a->flags & comparison->b->flags & PROFILE_HAS_CALLS;
    if (!sized && (ends_with(column->id, "_exponent") || ends_with(column->id, "_class")))
        return true;
    return !called && (!strncmp(column->id, "ncalls", 6) || ends_with(column->id, "_calls"));
}

static void as_text(FILE *out, const struct comparison *comparison,
                    const struct report_style *style)
{
    /* The header tells the usual order; it needs no column that others would have to make room for.
     */
    bool is_default = !strcmp(comparison->sort->id, "delta");
    header(out, comparison, style);
    struct report_table table = {.columns = compare_columns,
                                 .table = comparison,
                                 .rows = comparison->count,
                                 .flags = comparison->a->flags & comparison->b->flags,
                                 .sort = is_default ? NULL : comparison->sort,
                                 .is_void = is_void,
                                 .ascending = comparison->sort->descending == comparison->reverse};
    text_table(out, &table, style);
    remainder_line(out, comparison, style);
    text_notes(out, comparison->a, style);
    text_notes(out, comparison->b, style);
}

/* One aspect of the three measures, as an object. */
static void json_aspect(cJSON *object, const char *name, const struct compare_row *row,
                        size_t offset)
{
    cJSON *aspect = cJSON_AddObjectToObject(object, name);
    for (int m = 0; m < COMPARE_MEASURES; m++) {
        const char *change = (const char *)&row->change[m];
        json_number(aspect, measures[m], *(const double *)(const void *)(change + offset));
    }
}

static void json_side(cJSON *object, const char *name, const struct compare_row *row,
                      uint32_t function, size_t offset)
{
    if (function == PROFILE_NONE)
        cJSON_AddNullToObject(object, name);
    else
        json_aspect(object, name, row, offset);
}

static void json_classes(cJSON *object, const struct compare_row *row)
{
    cJSON *classes = cJSON_AddObjectToObject(object, "class");
    for (int m = 0; m < COMPARE_MEASURES; m++) {
        const char *name = growth_name(row->change[m].growth);
        cJSON_AddItemToObjectCS(classes, measures[m],
                                name ? cJSON_CreateString(name) : cJSON_CreateNull());
    }
}

static cJSON *json_row(const struct comparison *comparison, uint32_t index)
{
    const struct compare_row *row = &comparison->rows[index];
    cJSON *object = cJSON_CreateObject();
    json_function(object, compare_function(comparison, index), false);
    json_text(object, "status", compare_status_name(row->status));
    json_side(object, "a", row, row->function_a, offsetof(struct compare_change, a));
    json_side(object, "b", row, row->function_b, offsetof(struct compare_change, b));
    json_aspect(object, "delta", row, offsetof(struct compare_change, delta));
    json_aspect(object, "ratio", row, offsetof(struct compare_change, ratio));
    json_aspect(object, "exponent", row, offsetof(struct compare_change, exponent));
    json_classes(object, row);
    json_number(object, "more_calls", row->more_calls);
    json_number(object, "slower_calls", row->slower_calls);
    return object;
}

/* A profile with the size that the comparison went by. */
static cJSON *json_profile_sized(const struct profile *profile, uint32_t metric, double size)
{
    cJSON *object = json_profile(profile, metric, PROFILE_NONE);
    cJSON_ReplaceItemInObjectCaseSensitive(object, "size", json_number_value(size));
    return object;
}

static void as_json(FILE *out, const struct comparison *comparison)
{
    struct json_document document;
    json_begin(&document, out);
    json_member(&document, "a",
                json_profile_sized(comparison->a, comparison->metric_a, comparison->size_a));
    json_member(&document, "b",
                json_profile_sized(comparison->b, comparison->metric_b, comparison->size_b));
    json_member(&document, "size_ratio", json_number_value(comparison->size_ratio));
    json_member(&document, "normalise", cJSON_CreateString("none"));
    json_list(&document, "functions");
    for (uint32_t i = 0; i < comparison->count; i++)
        json_item(&document, json_row(comparison, i));
    json_end(&document);
}

static void csv_change(struct csv *csv, const struct compare_change *change)
{
    const char *name = growth_name(change->growth);
    csv_number(csv, change->a);
    csv_number(csv, change->b);
    csv_number(csv, change->delta);
    csv_number(csv, change->ratio);
    csv_number(csv, change->exponent);
    csv_text(csv, name ? name : "");
}

static void as_csv(FILE *out, const struct comparison *comparison)
{
    struct csv csv = {.out = out};
    fputs("name,module,file,status", out);
    for (int m = 0; m < COMPARE_MEASURES; m++)
        fprintf(out, ",%s_a,%s_b,%s_delta,%s_ratio,%s_exponent,%s_class", measures[m], measures[m],
                measures[m], measures[m], measures[m], measures[m]);
    fputs(",more_calls,slower_calls\n", out);
    for (uint32_t i = 0; i < comparison->count; i++) {
        const struct compare_row *row = &comparison->rows[i];
        const struct function *function = compare_function(comparison, i);
        csv_text(&csv, function->name);
        csv_text(&csv, function->module);
        csv_text(&csv, function->file);
        csv_text(&csv, compare_status_name(row->status));
        for (int m = 0; m < COMPARE_MEASURES; m++)
            csv_change(&csv, &row->change[m]);
        csv_number(&csv, row->more_calls);
        csv_number(&csv, row->slower_calls);
        csv_end_row(&csv);
    }
}

void report_comparison(FILE *out, const struct comparison *comparison,
                       const struct report_style *style)
{
    if (style->format == REPORT_JSON)
        as_json(out, comparison);
    else if (style->format == REPORT_CSV)
        as_csv(out, comparison);
    else
        as_text(out, comparison, style);
}
