#include "tui/numbers.h"
#include "tui/reports/plan_parts.h"
#include "tui/reports/scaling.h"
#include "tui/reports/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- a pair as text ---- */

/* "week-1" or "week-1 and 3 more of size 7" */
static void side_text(const struct plan_pairs *pairs, struct plan_side side, char *buffer,
                      size_t size)
{
    char id[160], digits[40];
    const struct run_facts *first = plan_pairs_run(pairs, side, 0);
    plan_text(first->id, id, sizeof id);
    number_size(first->size, digits, sizeof digits);
    if (side.count > 1)
        snprintf(buffer, size, "%s and %" PRIu32 " more", id, side.count - 1);
    else
        snprintf(buffer, size, "%s", id);
    if (!isnan(first->size)) {
        size_t used = strlen(buffer);
        snprintf(buffer + used, size - used, " (size %s)", digits);
    }
}

static void pair_title(FILE *out, const struct plan_pairs *pairs, const struct plan_pair *pair,
                       const struct report_style *style)
{
    char a[300], b[300], line[700];
    side_text(pairs, pair->a, a, sizeof a);
    side_text(pairs, pair->b, b, sizeof b);
    snprintf(line, sizeof line, "A %s, B %s", a, b);
    plan_title(out, 2, line, style);
}

static void pair_line(FILE *out, const struct comparison *comparison)
{
    char size_ratio[40], time_ratio[40];
    number_ratio(comparison->size_ratio, size_ratio, sizeof size_ratio);
    number_ratio(comparison->total_b / comparison->total_a, time_ratio, sizeof time_ratio);
    fprintf(out, "size %s, time %s%s%s\n\n", size_ratio, time_ratio,
            comparison->count_a + comparison->count_b > 2 ? ", medians" : "",
            comparison->size_ratio == 1     ? "; no exponents: both are of the same size"
            : isnan(comparison->size_ratio) ? "; no exponents: a size is unknown"
                                            : "");
}

/* Of the comparison's many columns those that tell growth. */
static bool is_left_out(const void *table, const struct column *column)
{
    static const char *const shown[] = {"ncalls_a",        "ncalls_b",         "ncalls_ratio",
                                        "ncalls_exponent", "ncalls_class",     "cumtime_a",
                                        "cumtime_b",       "cumtime_exponent", "function"};
    const struct comparison *comparison = table;
    bool sized = compare_has_sizes(comparison);
    if (!sized && (strstr(column->id, "_exponent") || strstr(column->id, "_class")))
        return true;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (!strcmp(column->id, shown[i]))
            return false;
    return true;
}

static void pair_table(FILE *out, const struct comparison *comparison,
                       const struct report_style *style)
{
    char line[160], shown[40], all[40];
    const struct report_table table = {.columns = compare_columns,
                                       .table = comparison,
                                       .rows = comparison->count,
                                       .flags = comparison->a->flags & comparison->b->flags,
                                       .is_void = is_left_out};
    pair_line(out, comparison);
    text_table(out, &table, style);
    if (comparison->count == comparison->functions)
        return;
    number_count(comparison->count, shown, sizeof shown);
    number_count(comparison->functions, all, sizeof all);
    snprintf(line, sizeof line, "%s of %s functions shown, those whose cumtime changed most", shown,
             all);
    text_closing(out, line, style);
}

int plan_pair_parts(FILE *out, const struct plan_pairs *pairs, uint32_t rows,
                    const struct report_style *style, struct error *err)
{
    const struct compare_query query = {.limit = rows};
    for (uint32_t i = 0; i < pairs->count; i++) {
        struct comparison *comparison;
        if (plan_pairs_compare(&comparison, pairs, &pairs->list[i], &query, err))
            return -1;
        pair_title(out, pairs, &pairs->list[i], style);
        pair_table(out, comparison, style);
        compare_free(comparison);
    }
    return 0;
}

/* ---- JSON ---- */

static cJSON *json_side(const struct plan_pairs *pairs, struct plan_side side)
{
    cJSON *ids = cJSON_CreateArray();
    for (uint32_t i = 0; i < side.count; i++)
        cJSON_AddItemToArray(ids, json_text_value(plan_pairs_run(pairs, side, i)->id));
    return ids;
}

static cJSON *class_value(enum growth growth)
{
    const char *name = growth_name(growth);
    return name ? cJSON_CreateString(name) : cJSON_CreateNull();
}

static cJSON *json_change(const struct comparison *comparison, uint32_t index)
{
    const struct compare_row *row = &comparison->rows[index];
    cJSON *object = cJSON_CreateObject();
    json_function(object, compare_function(comparison, index), false);
    json_text(object, "status", compare_status_name(row->status));
    cJSON *ratio = cJSON_AddObjectToObject(object, "ratio");
    cJSON *exponent = cJSON_AddObjectToObject(object, "exponent");
    cJSON *class = cJSON_AddObjectToObject(object, "class");
    for (int m = 0; m < COMPARE_MEASURES; m++) {
        json_number(ratio, compare_measures[m], row->change[m].ratio);
        json_number(exponent, compare_measures[m], row->change[m].exponent);
        cJSON_AddItemToObjectCS(class, compare_measures[m], class_value(row->change[m].growth));
    }
    return object;
}

static cJSON *json_pair(const struct plan_pairs *pairs, const struct plan_pair *pair,
                        const struct comparison *comparison)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToObjectCS(object, "a", json_side(pairs, pair->a));
    cJSON_AddItemToObjectCS(object, "b", json_side(pairs, pair->b));
    json_number(object, "size_a", comparison->size_a);
    json_number(object, "size_b", comparison->size_b);
    json_number(object, "size_ratio", comparison->size_ratio);
    json_number(object, "total_a", comparison->total_a);
    json_number(object, "total_b", comparison->total_b);
    cJSON *functions = cJSON_AddArrayToObject(object, "functions");
    for (uint32_t i = 0; i < comparison->count; i++)
        cJSON_AddItemToArray(functions, json_change(comparison, i));
    return object;
}

/* Without it both lists are there, and empty. */
static void json_scaling(struct json_document *document, const struct scaling *scaling)
{
    cJSON *sizes = scaling ? cJSON_CreateDoubleArray(scaling->sizes, (int)scaling->size_count)
                           : cJSON_CreateArray();
    json_member(document, "sizes", sizes);
    json_list(document, "functions");
    for (uint32_t i = 0; scaling && i < scaling->count; i++)
        json_item(document, scaling_json_row(scaling, scaling->order[i]));
}

static int json_pairs(struct json_document *document, const struct plan_pairs *pairs, uint32_t rows,
                      struct error *err)
{
    const struct compare_query query = {.limit = rows};
    json_list(document, "pairs");
    for (uint32_t i = 0; i < pairs->count; i++) {
        struct comparison *comparison;
        if (plan_pairs_compare(&comparison, pairs, &pairs->list[i], &query, err))
            return -1;
        json_item(document, json_pair(pairs, &pairs->list[i], comparison));
        compare_free(comparison);
    }
    return 0;
}

static int as_json(FILE *out, const struct plan_subject *subject, const struct plan_pairs *pairs,
                   const struct scaling *scaling, uint32_t rows, struct error *err)
{
    struct json_document document;
    json_begin(&document, out);
    plan_json_head(&document, subject);
    plan_json_runs(&document, subject);
    if (json_pairs(&document, pairs, rows, err))
        return -1;
    json_scaling(&document, scaling);
    plan_json_not_measured(&document, subject);
    json_end(&document);
    return 0;
}

int report_plan_growth(FILE *out, const struct plan_subject *subject,
                       const struct plan_pairs *pairs, const struct scaling *scaling, uint32_t rows,
                       const struct report_style *style, struct error *err)
{
    if (style->format == REPORT_JSON)
        return as_json(out, subject, pairs, scaling, rows, err);
    plan_head(out, subject, style);
    if (scaling)
        plan_scaling_part(out, scaling, style);
    if (plan_pair_parts(out, pairs, rows, style, err))
        return -1;
    plan_not_measured(out, subject, style);
    return 0;
}
