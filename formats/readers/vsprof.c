/*
 * CallTreeSummary.csv as Visual Studio's profiler (VSPerfReport) writes it: a call tree depth
 * first, a row a node.
 *
 *     Level,Function Name,Number of Calls,Elapsed Inclusive Time %,Elapsed Exclusive Time %,...
 *     0,"Raytracer.exe",0,100.00,0.00,0.00,0.00,"",
 *     1,"Tracer.Trace(int32)",471,91.25,18.39,401.92,81.02,"Raytracer.exe",
 *
 * Columns are taken by name: Level and Function Name are needed, and at least one of
 *
 *     Elapsed Exclusive Time      ms, where the report has it
 *     Exclusive Samples           of a sampled run
 *     Elapsed Exclusive Time %, Application Exclusive Time %      in % of the whole, kept as such
 *
 * The averages a call are not used: "0.00 ms" times three million calls is anything. What is in the
 * tree twice, the inclusive values, is summed up from the exclusive ones; they differ by the
 * rounding of the latter, 0.005 % a row. A level that is no number or deeper than one below the row
 * before, and a number that is none, is an error: all rows below would stand in the wrong place.
 */
#include "formats/format.h"
#include "formats/readers/csv.h"
#include "formats/readers/decimal.h"

#include <strings.h>

#define NONE UINT32_MAX

/* Columns that become a metric, in their order. */
static const struct {
    const char *title, *name, *unit;
    enum metric_kind kind;
    int places; /* digits behind the point that are kept */
    double scale;
} weights[] = {
    {"Elapsed Exclusive Time", "elapsed", "s", METRIC_TIME, 6, 1e-9},
    {"Exclusive Samples", "samples", "samples", METRIC_SAMPLES, 0, 1},
    {"Elapsed Exclusive Time %", "elapsed %", "%", METRIC_COUNT, 2, 1e-2},
    {"Application Exclusive Time %", "application %", "%", METRIC_COUNT, 2, 1e-2},
};
#define WEIGHTS (sizeof weights / sizeof *weights)

struct vsprof {
    struct build *build;
    struct csv csv;
    uint32_t level, name, calls, module; /* columns, NONE when missing */
    uint32_t columns[WEIGHTS], metrics[WEIGHTS];
    ARRAY(uint32_t) open; /* contexts by level, the root first */
    uint64_t rows;
};

/* ---- the heading ---- */

static uint32_t find_column(const struct csv *csv, const char *title)
{
    for (uint32_t i = 0; i < csv->fields.count; i++) {
        struct slice cell = csv_cell(csv, i);
        if (cell.length == strlen(title) && !strncasecmp(cell.text, title, cell.length))
            return i;
    }
    return NONE;
}

static int read_heading(struct vsprof *v, struct error *err)
{
    uint32_t known = 0;
    v->level = find_column(&v->csv, "Level");
    v->name = find_column(&v->csv, "Function Name");
    v->calls = find_column(&v->csv, "Number of Calls");
    v->module = find_column(&v->csv, "Module Name");
    for (size_t i = 0; i < WEIGHTS; i++) {
        v->columns[i] = find_column(&v->csv, weights[i].title);
        if (v->columns[i] == NONE)
            continue;
        known++;
        v->metrics[i] = build_metric(v->build, weights[i].name, weights[i].unit, weights[i].kind,
                                     weights[i].scale);
    }
    if (v->level == NONE || v->name == NONE)
        return error_at_line(err, v->csv.line, "the column '%s' is missing",
                             v->level == NONE ? "Level" : "Function Name");
    if (!known)
        return error_at_line(err, v->csv.line, "there is no column of exclusive time or samples");
    if (v->calls != NONE)
        build_flags(v->build, PROFILE_HAS_CALLS);
    return 0;
}

/* ---- rows ---- */

/* "2,893,824", "401.92" */
static bool parse_number(struct slice cell, int places, int64_t *value)
{
    char digits[64];
    size_t length = 0;
    struct decimal number;
    if (cell.length >= sizeof digits)
        return false;
    for (size_t i = 0; i < cell.length; i++)
        if (cell.text[i] != ',')
            digits[length++] = cell.text[i];
    return decimal_parse(digits, length, '.', &number) && !number.negative &&
           number.decimals <= places && decimal_scaled(&number, places, value);
}

static int bad_cell(const struct vsprof *v, uint32_t column, const char *what, struct error *err)
{
    struct slice cell = csv_cell(&v->csv, column);
    int length = cell.length < 64 ? (int)cell.length : 64;
    return error_at_line(err, v->csv.line, "%s '%.*s' is impossible", what, length, cell.text);
}

static int read_row(struct vsprof *v, struct error *err)
{
    int64_t level, calls = 0, value;
    if (!parse_number(csv_cell(&v->csv, v->level), 0, &level) || level + 1 > v->open.count)
        return bad_cell(v, v->level, "the level", err);
    if (v->calls != NONE && !parse_number(csv_cell(&v->csv, v->calls), 0, &calls))
        return bad_cell(v, v->calls, "the number of calls", err);
    struct slice name = csv_cell(&v->csv, v->name);
    struct slice module = v->module == NONE ? (struct slice){"", 0} : csv_cell(&v->csv, v->module);
    uint32_t function = build_function_n(v->build, name.text, name.length, module.text,
                                         module.length, "", 0, 0, FUNCTION_UNKNOWN);
    v->open.count = (uint32_t)level + 1;
    uint32_t context = build_context(v->build, v->open.data[level], function);
    *array_push(&v->open) = context;
    build_context_calls(v->build, context, (uint64_t)calls);
    for (size_t i = 0; i < WEIGHTS; i++) {
        if (v->columns[i] == NONE)
            continue;
        /* Times have two decimals of a millisecond. */
        if (!parse_number(csv_cell(&v->csv, v->columns[i]), weights[i].places, &value))
            return bad_cell(v, v->columns[i], weights[i].title, err);
        build_context_self(v->build, context, v->metrics[i], value);
    }
    v->rows++;
    return 0;
}

static int read_table(struct vsprof *v, struct input *input, struct error *err)
{
    int more = csv_next(&v->csv, input, err);
    if (more <= 0)
        return more ? -1 : error_set(err, ERROR_TRUNCATED, "holds no table");
    if (read_heading(v, err))
        return -1;
    uint32_t thread = build_thread(v->build, "all", 0, build_process(v->build, "", 0));
    *array_push(&v->open) = build_root(v->build, thread);
    while ((more = csv_next(&v->csv, input, err)) > 0)
        if (read_row(v, err))
            return -1;
    return more;
}

static int read_vsprof(struct input *input, struct build *build, struct error *err)
{
    struct vsprof v = {.build = build, .csv = {.separator = ','}};
    int status = read_table(&v, input, err);
    if (status && err->code == ERROR_TRUNCATED && v.rows) {
        build_cut(build, err);
        status = 0;
    }
    if (!status && !v.rows)
        build_note(build, "holds no row");
    csv_free(&v.csv);
    array_free(&v.open);
    return status;
}

static int probe_vsprof(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    const char *end = size ? memchr(text.text, '\n', size) : NULL;
    if (end)
        text.length = (size_t)(end - text.text);
    return slice_begins(text, "Level,Function Name,") && slice_holds(text, "Exclusive") ? 90 : 0;
}

const struct reader vsprof_reader = {
    .name = "vsprof",
    .description = "Visual Studio's CallTreeSummary CSV",
    .suffixes = "csv",
    .probe = probe_vsprof,
    .read = read_vsprof,
};
