/*
 * Reports of Intel's VTune as CSV (vtune -report top-down|hotspots -format csv):
 *
 *     Function Stack,CPU Time:Self,Module
 *     Total,0.0,[Unknown]
 *      main,0.0,app.exe
 *       "run<int, int>",0.016612,app.exe
 *
 * The source: VTune's User Guide, "Top-down Report" and "Hotspots Report", and inferno's files.
 * Separators are comma, semicolon or tab (-csv-delimiter); decimals have a point or, where the
 * separator is no comma, a comma.
 *
 *   - Top-down reports are a tree by indentation, which stands before the quotes. Each column
 *     "...:Self" that adds up is a metric: times, in seconds, and counts; ratios are not. What a
 *     column ":Total" has follows from these.
 *   - Hotspots reports (the first column is "Function") are a list: functions without callers,
 *     whose totals are not known.
 *   - "Total" at the left is the whole and no function.
 *   - A line with a name and no value, or a value that is no number, keeps its place in the tree
 *     (inferno refuses the file).
 */
#include "formats/format.h"
#include "formats/readers/csv.h"
#include "formats/readers/decimal.h"
#include "formats/readers/outline.h"
#include "formats/readers/text_lines.h"

#include <inttypes.h>
#include <stdlib.h>

#define METRICS_MAX 16u
#define NO_COLUMN   UINT32_MAX
#define NANOSECONDS 9

struct vtune_column {
    uint32_t column, metric;
    bool time;
};

struct vtune {
    struct build *build;
    struct csv csv;
    struct outline outline;
    struct vtune_column columns[METRICS_MAX];
    unsigned count;
    uint32_t module, file; /* columns */
    uint32_t root;
    bool tree;
    uint64_t rows, more;
    struct odd_lines odd;
};

/* ---- the titles ---- */

static bool is_titles(struct slice first)
{
    return slice_is(first, "Function Stack") || slice_is(first, "Function");
}

static bool ends_in(struct slice s, const char *tail)
{
    size_t length = strlen(tail);
    return s.length >= length && !memcmp(s.text + s.length - length, tail, length);
}

/* Whether the values of a column add up, and are times. */
static bool adds_up(struct slice title, bool *time)
{
    *time = slice_holds(title, "Time");
    bool count = slice_holds(title, "Count") || slice_begins(title, "Clockticks") ||
                 slice_begins(title, "Instructions Retired");
    return (*time || count) && !slice_holds(title, "Rate") && !slice_holds(title, "%") &&
           !slice_holds(title, "Average") && !ends_in(title, ":Total");
}

static void take_metric(struct vtune *v, struct slice title, uint32_t column)
{
    bool time;
    if (!adds_up(title, &time) || (v->tree && !ends_in(title, ":Self")))
        return;
    v->more += v->count == METRICS_MAX;
    if (v->more)
        return;
    if (ends_in(title, ":Self"))
        title.length -= strlen(":Self");
    char *name = slice_is(title, "CPU Time") ? memory_string("cpu")
                                             : memory_printf("%.*s", (int)title.length, title.text);
    uint32_t metric = build_metric(v->build, name, time ? "s" : "",
                                   time ? METRIC_TIME : METRIC_COUNT, time ? 1e-9 : 1);
    v->columns[v->count++] = (struct vtune_column){column, metric, time};
    free(name);
}

static int take_titles(struct vtune *v, struct error *err)
{
    v->tree = slice_is(csv_cell(&v->csv, 0), "Function Stack");
    v->module = v->file = NO_COLUMN;
    if (v->tree)
        v->root =
            build_root(v->build, build_thread(v->build, "all", 0, build_process(v->build, "", 0)));
    for (uint32_t i = 1; i < v->csv.fields.count; i++) {
        struct slice title = csv_cell(&v->csv, i);
        if (slice_is(title, "Module"))
            v->module = i;
        else if (slice_is(title, "Source File"))
            v->file = i;
        else
            take_metric(v, title, i);
    }
    if (!v->count)
        return error_at_line(err, v->csv.line,
                             v->tree ? "has no column of own values, as 'CPU Time:Self'"
                                     : "has no column of times or counts, as 'CPU Time'");
    return 0;
}

/* ---- rows ---- */

/* "0.016612", "0.017s" */
static bool value_of(const struct vtune *v, const struct vtune_column *column, int64_t *value)
{
    struct decimal number;
    struct slice cell = csv_cell(&v->csv, column->column);
    if (column->time && ends_in(cell, "s"))
        cell.length--;
    if (!decimal_parse(cell.text, cell.length, '.', &number) &&
        (v->csv.separator == ',' || !decimal_parse(cell.text, cell.length, ',', &number)))
        return false;
    return decimal_scaled(&number, column->time ? NANOSECONDS : 0, value);
}

static uint32_t function_of(struct vtune *v)
{
    struct slice name = csv_cell(&v->csv, 0);
    struct slice module = csv_cell(&v->csv, v->module), file = csv_cell(&v->csv, v->file);
    if (slice_is(module, "[Unknown]"))
        module.length = 0;
    if (slice_is(file, "[Unknown]"))
        file.length = 0;
    return build_function_n(v->build, name.text, name.length, module.text, module.length, file.text,
                            file.length, 0, FUNCTION_NATIVE);
}

static void state_branch(struct vtune *v, const int64_t *values)
{
    const struct csv_field *field = &v->csv.fields.data[0];
    size_t column =
        field->length ? outline_column(v->csv.bytes.data + field->offset, field->length) : 0;
    bool whole = !column && slice_is(csv_cell(&v->csv, 0), "Total");
    uint32_t parent = outline_parent(&v->outline, column, v->root);
    uint32_t context = whole ? parent : build_context(v->build, parent, function_of(v));
    outline_open(&v->outline, column, context);
    for (unsigned i = 0; i < v->count; i++) {
        if (!values[i])
            continue;
        if (whole)
            context =
                build_context(v->build, parent,
                              build_function(v->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
        build_context_self(v->build, context, v->columns[i].metric, values[i]);
    }
}

static void state_leaf(struct vtune *v, const int64_t *values)
{
    uint32_t function = function_of(v);
    for (unsigned i = 0; i < v->count; i++)
        build_function_values(v->build, function, v->columns[i].metric,
                              (struct values){0, 0, values[i], values[i]});
}

static void take_row(struct vtune *v)
{
    int64_t values[METRICS_MAX] = {0};
    bool good = true;
    for (unsigned i = 0; i < v->count; i++) {
        bool number = value_of(v, &v->columns[i], &values[i]);
        values[i] = number ? values[i] : 0;
        good &= number;
    }
    if (!good)
        odd_lines_add(&v->odd, v->csv.line);
    v->rows++;
    if (v->tree)
        state_branch(v, values);
    else
        state_leaf(v, values);
}

/* ---- reading ---- */

/* The line of the titles among the first ones; false: there is none. */
static bool find_titles(struct slice text, struct slice *line)
{
    while (text.length) {
        const char *end = memchr(text.text, '\n', text.length);
        *line = (struct slice){text.text, end ? (size_t)(end - text.text) : text.length};
        text.text += line->length + (end != NULL);
        text.length -= line->length + (end != NULL);
        struct slice first = *line;
        first.length = 0;
        while (first.length < line->length && !memchr(",;\t", first.text[first.length], 3))
            first.length++;
        if (first.length < line->length && is_titles(slice_trim(first)))
            return true;
    }
    return false;
}

static int read_rows(struct vtune *v, struct input *input, struct error *err)
{
    bool titles = false;
    int more;
    while ((more = csv_next(&v->csv, input, err)) > 0) {
        if (titles)
            take_row(v);
        else if (is_titles(csv_cell(&v->csv, 0))) {
            titles = true;
            if (take_titles(v, err))
                return -1;
        }
    }
    if (!titles && more >= 0)
        return error_set(err, ERROR_FORMAT,
                         "has no line that begins with 'Function Stack' or 'Function'");
    return text_lines_end(v->build, more, v->rows > 0, err);
}

static void state_notes(const struct vtune *v)
{
    odd_lines_note(&v->odd, v->build, "have a value that is missing or no number, taken as 0");
    build_note_count(v->build, v->more, "columns are left out: 16 are kept");
    if (!v->tree)
        build_note(v->build, "a list of functions: what they called is not known");
    if (!v->rows)
        build_note(v->build, "holds no function");
}

static int read_vtune(struct input *input, struct build *build, struct error *err)
{
    struct vtune v = {.build = build, .csv = {.separator = ','}};
    const uint8_t *head;
    size_t size;
    struct slice line;
    if (input_head(input, &head, &size, err))
        return -1;
    if (find_titles((struct slice){(const char *)head, size}, &line))
        v.csv.separator = csv_separator(line.text, line.length);
    int status = read_rows(&v, input, err);
    if (!status)
        state_notes(&v);
    csv_free(&v.csv);
    outline_free(&v.outline);
    return status;
}

static int probe_vtune(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size}, line;
    if (memchr(head, '\0', size) || !find_titles(text, &line))
        return 0;
    if (slice_begins(slice_trim(line), "Function Stack"))
        return 80;
    return slice_holds(line, "CPU Time") || slice_holds(line, "Clockticks") ? 60 : 0;
}

const struct reader vtune_reader = {
    .name = "vtune",
    .description = "reports of Intel's VTune as CSV",
    .suffixes = "csv",
    .probe = probe_vtune,
    .read = read_vtune,
};
