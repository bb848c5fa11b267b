#include "tui/analysis/aligned.h"

#include "formats/profile/text.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/reports/comparison.h"
#include "tui/reports/text.h"

#include <math.h>
#include <string.h>

static void branch(const void *table, uint32_t row, char *buffer, size_t size)
{
    struct calltree_row r = calltree_row(aligned_tree(table), row);
    text_branch(&r, buffer, size);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && !strcmp(text + length - tail, end);
}

/* Exponents and blame without sizes, calls that a file does not hold. */
static bool is_void(const void *table, const struct column *column)
{
    unsigned flags = aligned_profile(table, 0)->flags & aligned_profile(table, 1)->flags;
    if (!aligned_has_sizes(table) &&
        (ends_with(column->id, "_exponent") || !strcmp(column->id, "blame")))
        return true;
    return !(flags & PROFILE_HAS_CALLS) && !strncmp(column->id, "ncalls", 6);
}

static void captures_line(FILE *out, const struct aligned *aligned,
                          const struct report_style *style)
{
    char line[2200], a[1024], b[1024];
    const char *path_a = aligned_profile(aligned, 0)->path;
    const char *path_b = aligned_profile(aligned, 1)->path;
    text_escape(path_a, strlen(path_a), a, sizeof a);
    text_escape(path_b, strlen(path_b), b, sizeof b);
    snprintf(line, sizeof line,
             "the trees are those of %s and %s, whose totals are nearest to the medians", a, b);
    text_line(out, line, style);
}

static void remarks(FILE *out, const struct aligned *aligned, const struct comparison *comparison,
                    const struct report_style *style)
{
    static const char *const apportioned[] = {
        "", "apportioned (~): A, whose format stores no call tree",
        "apportioned (~): B, whose format stores no call tree",
        "apportioned (~): A and B, of which at least one stores no call tree"};
    int which = aligned_is_apportioned(aligned, 0) + 2 * aligned_is_apportioned(aligned, 1);
    text_line(out, apportioned[which], style);
    if (comparison->repeated)
        captures_line(out, aligned, style);
    if ((which || comparison->repeated) && style->format == REPORT_TEXT)
        putc('\n', out);
}

static void as_text(FILE *out, const struct aligned *aligned, const struct comparison *comparison,
                    uint32_t limit, const struct report_style *style)
{
    uint32_t count = calltree_count(aligned_tree(aligned));
    uint32_t shown = limit && count > limit ? limit : count;
    bool by_b = aligned_is_by_b(aligned);
    comparison_header(out, comparison, by_b ? "cumtime in B" : "change of cumtime", style);
    if (!count) {
        text_line(out, "There are no calls to show: sums only, or nothing that matches.", style);
        return;
    }
    remarks(out, aligned, comparison, style);
    struct report_table table = {.columns = aligned_columns,
                                 .table = aligned,
                                 .rows = shown,
                                 .flags = comparison->a->flags & comparison->b->flags,
                                 .is_void = is_void,
                                 .prefix = branch,
                                 .yappi = style->yappi,
                                 .width = style->width};
    /* Markdown would eat the indentation. */
    bool fenced = style->format == REPORT_MARKDOWN;
    fputs(fenced ? "```\n" : "", out);
    table_text(out, &table);
    fputs(fenced ? "```\n" : "", out);
    text_rows_shown(out, shown, count, style);
    const struct profile *const both[] = {aligned_profile(aligned, 0), aligned_profile(aligned, 1)};
    text_notes_of(out, both, 2, style);
}

/* The function or the thread of a row. */
static const struct function *named(const struct aligned *aligned, uint32_t row,
                                    struct function *thread)
{
    const struct function *function = aligned_function(aligned, row);
    struct calltree_row r = calltree_row(aligned_tree(aligned), row);
    if (function)
        return function;
    *thread = (struct function){.name = aligned_profile(aligned, r.source)->threads[r.thread].name,
                                .module = "",
                                .file = ""};
    return thread;
}

static void json_blame(cJSON *object, const struct aligned_row *row)
{
    static const char *const causes[] = {[BLAME_CALLS] = "calls", [BLAME_TIME] = "time"};
    cJSON *list = cJSON_AddArrayToObject(object, "blame");
    for (unsigned cause = BLAME_CALLS; cause <= BLAME_TIME; cause++) {
        double from, to;
        if (!(row->blame & 1u << cause))
            continue;
        blame_jump(1u << cause, row->exponent_caller, row->change, &from, &to);
        cJSON *blame = cJSON_CreateObject();
        json_text(blame, "by", causes[cause]);
        json_number(blame, "exponent_caller", from);
        json_number(blame, "exponent", to);
        cJSON_AddItemToArray(list, blame);
    }
}

static cJSON *json_row(const struct aligned *aligned, uint32_t number)
{
    struct aligned_row row = aligned_row(aligned, number);
    struct function thread;
    cJSON *object = cJSON_CreateObject();
    json_count(object, "depth", row.row.depth, true);
    json_text(object, "kind", row.row.function == PROFILE_NONE ? "thread" : "function");
    json_function(object, named(aligned, number, &thread), false);
    json_text(object, "status", compare_status_name(row.status));
    comparison_json_changes(object, row.change, row.status != COMPARE_NEW,
                            row.status != COMPARE_GONE);
    json_number(object, "more_calls", row.more_calls);
    json_number(object, "slower_calls", row.slower_calls);
    json_blame(object, &row);
    cJSON_AddItemToObjectCS(object, "recursive", cJSON_CreateBool(row.row.recursive));
    return object;
}

static void as_json(FILE *out, const struct aligned *aligned, const struct comparison *comparison,
                    uint32_t rows)
{
    struct json_document document;
    cJSON *apportioned = cJSON_CreateObject();
    cJSON_AddItemToObjectCS(apportioned, "a", cJSON_CreateBool(aligned_is_apportioned(aligned, 0)));
    cJSON_AddItemToObjectCS(apportioned, "b", cJSON_CreateBool(aligned_is_apportioned(aligned, 1)));
    comparison_json_begin(&document, out, comparison);
    json_member(&document, "apportioned", apportioned);
    cJSON *of = cJSON_CreateObject();
    json_text(of, "a", aligned_profile(aligned, 0)->path);
    json_text(of, "b", aligned_profile(aligned, 1)->path);
    json_member(&document, "tree_of", of);
    json_list(&document, "tree");
    for (uint32_t row = 0; row < rows; row++)
        json_item(&document, json_row(aligned, row));
    json_end(&document);
}

static void as_csv(FILE *out, const struct aligned *aligned, uint32_t rows)
{
    struct csv csv = {.out = out};
    struct function thread;
    fputs("depth,name,module,file,status", out);
    comparison_csv_titles(out);
    fputs(",blame_calls,blame_time\n", out);
    for (uint32_t number = 0; number < rows; number++) {
        struct aligned_row row = aligned_row(aligned, number);
        const struct function *function = named(aligned, number, &thread);
        csv_count(&csv, row.row.depth, true);
        csv_text(&csv, function->name);
        csv_text(&csv, function->module);
        csv_text(&csv, function->file);
        csv_text(&csv, compare_status_name(row.status));
        comparison_csv_changes(&csv, row.change);
        csv_number(&csv, row.more_calls);
        csv_number(&csv, row.slower_calls);
        csv_count(&csv, row.blame >> BLAME_CALLS & 1, true);
        csv_count(&csv, row.blame >> BLAME_TIME & 1, true);
        csv_end_row(&csv);
    }
}

void report_aligned(FILE *out, const struct aligned *aligned, const struct comparison *comparison,
                    uint32_t limit, const struct report_style *style)
{
    uint32_t count = calltree_count(aligned_tree(aligned));
    uint32_t rows = limit && count > limit ? limit : count;
    if (style->format == REPORT_JSON)
        as_json(out, aligned, comparison, rows);
    else if (style->format == REPORT_CSV)
        as_csv(out, aligned, rows);
    else
        as_text(out, aligned, comparison, limit, style);
}
