#include "formats/documents/csv.h"
#include "formats/documents/json.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/reports/profile_json.h"
#include "tui/reports/text.h"

#include <string.h>

static void branch(const void *table, uint32_t row, char *buffer, size_t size)
{
    struct calltree_row r = calltree_row(table, row);
    text_branch(&r, buffer, size);
}

static void as_text(FILE *out, const struct calltree *tree, uint32_t thread, uint32_t limit,
                    const struct report_style *style)
{
    const struct profile *profile = calltree_profile(tree);
    uint32_t count = calltree_count(tree);
    uint32_t shown = limit && count > limit ? limit : count;
    text_title(out, profile, calltree_metric_index(tree), thread, style);
    if (!(profile->flags & (PROFILE_HAS_TREE | PROFILE_HAS_EDGES))) {
        fputs("This format stores neither a call tree nor callers.\n", out);
        return;
    }
    if (calltree_is_apportioned(tree))
        fputs("apportioned (~): this format stores no call tree\n\n", out);
    struct report_table t = {.columns = calltree_columns,
                             .table = tree,
                             .rows = shown,
                             .flags = profile->flags,
                             .prefix = branch};
    /* Markdown would eat the indentation. */
    bool fenced = style->format == REPORT_MARKDOWN;
    t.width = style->width;
    t.yappi = style->yappi;
    fputs(fenced ? "```\n" : "", out);
    table_text(out, &t);
    fputs(fenced ? "```\n" : "", out);
    text_rows_shown(out, shown, count, style);
    text_notes(out, profile, style);
}

static const struct function *function_of(const struct profile *profile, uint32_t function,
                                          uint32_t thread, struct function *named)
{
    if (function != PROFILE_NONE)
        return &profile->functions[function];
    *named = (struct function){.name = profile->threads[thread].name, .module = "", .file = ""};
    return named;
}

static cJSON *json_row(const struct calltree *tree, uint32_t row)
{
    const struct profile *profile = calltree_profile(tree);
    struct calltree_row r = calltree_row(tree, row);
    struct function thread;
    cJSON *object = cJSON_CreateObject();
    json_count(object, "depth", r.depth, true);
    json_text(object, "kind", r.function == PROFILE_NONE ? "thread" : "function");
    json_function(object, function_of(profile, r.function, r.thread, &thread), true);
    json_count(object, "ncalls", r.values.calls,
               r.function != PROFILE_NONE && profile->flags & PROFILE_HAS_CALLS);
    json_number(object, "tottime", number_in_unit(r.values.self, calltree_metric(tree)));
    json_number(object, "cumtime", number_in_unit(r.values.total, calltree_metric(tree)));
    cJSON_AddItemToObjectCS(object, "recursive", cJSON_CreateBool(r.recursive));
    return object;
}

static void as_json(FILE *out, const struct calltree *tree, uint32_t thread, uint32_t rows)
{
    struct json_document document;
    json_begin(&document, out);
    json_member(&document, "profile",
                report_json_profile(calltree_profile(tree), calltree_metric_index(tree), thread));
    json_member(&document, "apportioned", cJSON_CreateBool(calltree_is_apportioned(tree)));
    json_list(&document, "contexts");
    for (uint32_t row = 0; row < rows; row++)
        json_item(&document, json_row(tree, row));
    json_end(&document);
}

static void as_csv(FILE *out, const struct calltree *tree, uint32_t rows)
{
    const struct profile *profile = calltree_profile(tree);
    struct csv csv = {.out = out};
    struct function thread;
    fprintf(out, "depth,name,module,file,line,%s\n",
            calltree_is_apportioned(tree) ? "ncalls~,tottime~,cumtime~" : "ncalls,tottime,cumtime");
    for (uint32_t row = 0; row < rows; row++) {
        struct calltree_row r = calltree_row(tree, row);
        csv_count(&csv, r.depth, true);
        csv_function(&csv, function_of(profile, r.function, r.thread, &thread));
        csv_count(&csv, r.values.calls,
                  r.function != PROFILE_NONE && profile->flags & PROFILE_HAS_CALLS);
        csv_number(&csv, number_in_unit(r.values.self, calltree_metric(tree)));
        csv_number(&csv, number_in_unit(r.values.total, calltree_metric(tree)));
        csv_end_row(&csv);
    }
}

void report_calltree(FILE *out, const struct calltree *tree, uint32_t thread, uint32_t limit,
                     const struct report_style *style)
{
    uint32_t count = calltree_count(tree);
    uint32_t rows = limit && count > limit ? limit : count;
    if (style->format == REPORT_JSON)
        as_json(out, tree, thread, rows);
    else if (style->format == REPORT_CSV)
        as_csv(out, tree, rows);
    else
        as_text(out, tree, thread, limit, style);
}
