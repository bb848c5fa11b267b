/*
 * Tables of YAPPI statistics. YAPPI itself has no CSV: what is called so is
 * whatever a tool made of get_func_stats() and get_thread_stats(), a header row with
 *
 *     name, ncall, tsub, ttot, tavg        functions
 *     name, id, tid, ttot, scnt            threads
 *
 * in any order and between any other columns, with the names of the attributes or
 * those that pstats and ncprof's own CSV use. Also the same two tables as
 * print_all() prints them, in columns of blanks.
 *
 *   ncall        all calls; "4876/4" has the primitive ones behind the slash
 *   nactualcall  the primitive ones
 *   tsub, ttot   seconds, callees excluded and included; tavg is not needed
 *   module       the file, or of a built-in the module
 *
 * A row of a thread is a context below the thread's root, named after the thread, with its
 * ttot and, as calls, how often it was scheduled (scnt).
 *
 * Source: yappi.py (YFuncStats, YThreadStats, YStatsIndexable.print_all).
 */
#include "formats/format.h"
#include "formats/readers/decimal.h"
#include "formats/readers/yappi_columns.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* Self times are summed up later: together at most 146 years, so that no sum overflows. */
#define SUM_MAX (INT64_C(1) << 62)

struct yappi {
    struct yappi_table table;
    struct build *build;
    uint32_t time, process;
    uint64_t rows, bad, first_bad;
    int64_t sum;
};

/* ---- functions ---- */

/* "/usr/lib/x.py:33 parse" is a file, a line and a name. */
static bool split_full_name(struct slice full, struct slice *file, uint64_t *line,
                            struct slice *name)
{
    for (size_t at = 0; at < full.length; at++) {
        if (full.text[at] != ':')
            continue;
        size_t end = at + 1;
        while (end < full.length && full.text[end] >= '0' && full.text[end] <= '9')
            end++;
        if (end == full.length || full.text[end] != ' ' ||
            !decimal_count(full.text + at + 1, end - at - 1, line) || *line > INT32_MAX)
            continue;
        *file = (struct slice){full.text, at};
        *name = slice_trim((struct slice){full.text + end, full.length - end});
        return name->length > 0;
    }
    return false;
}

static uint32_t state(struct yappi *y, struct slice name, struct slice module, struct slice file,
                      uint64_t line, bool builtin)
{
    return build_function_n(y->build, name.text, name.length, module.text, module.length, file.text,
                            file.length, (uint32_t)line,
                            builtin ? FUNCTION_BUILTIN : FUNCTION_PYTHON);
}

static uint32_t function_of_row(struct yappi *y)
{
    const struct yappi_table *t = &y->table;
    struct slice none = {"", 0};
    struct slice name = yappi_cell(t, yappi_has(t, YAPPI_NAME) ? YAPPI_NAME : YAPPI_FULL_NAME);
    struct slice module = yappi_cell(t, YAPPI_MODULE), file = yappi_cell(t, YAPPI_FILE);
    bool builtin = yappi_is_true(yappi_cell(t, YAPPI_BUILTIN));
    uint64_t line = yappi_count(t, YAPPI_LINE);
    if (line > INT32_MAX)
        line = 0;
    if (!module.length && !file.length && split_full_name(name, &file, &line, &name))
        return line ? state(y, name, none, file, line, false) : state(y, name, file, none, 0, true);
    /* YAPPI's module is the path of the file. */
    if (!yappi_has(t, YAPPI_FILE) && !builtin)
        return state(y, name, none, module, line, false);
    builtin |= !yappi_has(t, YAPPI_BUILTIN) && !file.length && !line;
    return state(y, name, module, file, line, builtin);
}

static bool add_to_sum(struct yappi *y, int64_t time)
{
    int64_t size = time < 0 ? -time : time;
    if (size > SUM_MAX - y->sum)
        return false;
    y->sum += size;
    return true;
}

static bool function_row(struct yappi *y)
{
    struct values values;
    if (!yappi_calls(&y->table, &values) || !yappi_time(&y->table, YAPPI_TSUB, &values.self) ||
        !yappi_time(&y->table, YAPPI_TTOT, &values.total) || !add_to_sum(y, values.self))
        return false;
    build_function_values(y->build, function_of_row(y), y->time, values);
    return true;
}

/* ---- threads ---- */

static bool thread_row(struct yappi *y)
{
    const struct yappi_table *t = &y->table;
    int64_t time;
    if (!yappi_time(t, YAPPI_TTOT, &time) || !add_to_sum(y, time))
        return false;
    struct slice name = yappi_cell(t, YAPPI_NAME), none = {"", 0};
    bool numbered = yappi_has(t, YAPPI_THREAD_ID);
    uint64_t own = yappi_count(t, YAPPI_THREAD_ID), system = yappi_count(t, YAPPI_SYSTEM_ID);
    char *title = numbered ? memory_printf("%.*s %" PRIu64, (int)name.length, name.text, own)
                           : memory_printf("%.*s", (int)name.length, name.text);
    uint32_t thread = build_thread(y->build, title, system ? system : own, y->process);
    uint32_t function = state(y, (struct slice){title, strlen(title)}, none, none, 0, false);
    uint32_t context = build_context(y->build, build_root(y->build, thread), function);
    build_context_calls(y->build, context, yappi_count(t, YAPPI_SCHEDULED));
    build_context_self(y->build, context, y->time, time);
    array_release(title);
    return true;
}

/* ---- tables ---- */

static void read_row(struct yappi *y, bool shaped, uint64_t line)
{
    bool good = shaped && (yappi_is_threads(&y->table) ? thread_row(y) : function_row(y));
    y->rows += good;
    y->bad += !good;
    if (!good && !y->first_bad)
        y->first_bad = line;
}

static int check_columns(const struct yappi_table *table, uint64_t line, struct error *err)
{
    static const enum yappi_column functions[] = {YAPPI_NAME, YAPPI_NCALL, YAPPI_TSUB, YAPPI_TTOT};
    static const enum yappi_column threads[] = {YAPPI_NAME, YAPPI_TTOT};
    bool of_threads = yappi_is_threads(table);
    const enum yappi_column *needed = of_threads ? threads : functions;
    for (size_t i = 0; i < (of_threads ? 2u : 4u); i++)
        if (!yappi_has(table, needed[i]) &&
            !(needed[i] == YAPPI_NAME && yappi_has(table, YAPPI_FULL_NAME)))
            return error_at_line(err, line, "the column '%s' is missing", yappi_title(needed[i]));
    return 0;
}

static int read_printed(struct yappi *y, struct input *input, struct error *err)
{
    uint32_t width = y->table.csv.fields.count;
    struct slice line;
    int more;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0)
        if (slice_trim(line).length)
            read_row(y, yappi_split_row(&y->table, line, width), input_line_number(input));
    return more;
}

static int read_cells(struct yappi *y, struct input *input, struct error *err)
{
    int more;
    while ((more = csv_next(&y->table.csv, input, err)) > 0)
        read_row(y, true, y->table.csv.line);
    return more;
}

/* The lines above a printed table: "Clock type: CPU", "Ordered by: totaltime, desc". */
static bool is_preamble(struct slice line, const char **clock)
{
    static const char type[] = "Clock type:", order[] = "Ordered by:";
    size_t length = sizeof type - 1;
    if (line.length < length)
        return false;
    if (!strncasecmp(line.text, order, length))
        return true;
    if (strncasecmp(line.text, type, length) != 0)
        return false;
    struct slice rest = slice_trim((struct slice){line.text + length, line.length - length});
    if (rest.length == 3 && !strncasecmp(rest.text, "cpu", 3))
        *clock = "cpu";
    if (rest.length == 4 && !strncasecmp(rest.text, "wall", 4))
        *clock = "wall";
    return true;
}

/* With another separator than the comma, a comma may be the decimal point: the next line tells. */
static void choose_point(struct yappi_table *table, struct input *input)
{
    const uint8_t *head;
    size_t size;
    struct error ignored;
    if (table->point)
        return;
    table->point = '.';
    if (input_head(input, &head, &size, &ignored))
        return;
    for (size_t i = 1; i + 1 < size && head[i] != '\n'; i++)
        if (head[i] == ',' && head[i - 1] >= '0' && head[i - 1] <= '9' && head[i + 1] >= '0' &&
            head[i + 1] <= '9')
            table->point = ',';
}

static int read_table(struct yappi *y, struct input *input, struct error *err)
{
    const char *clock = "time";
    struct slice line;
    int more;
    do {
        if ((more = input_line(input, &line.text, &line.length, err)) < 0)
            return -1;
        line = more ? slice_trim(line) : (struct slice){"", 0};
    } while (more && (!line.length || is_preamble(line, &clock)));
    yappi_read_header(&y->table, line);
    if (check_columns(&y->table, input_line_number(input), err))
        return -1;
    choose_point(&y->table, input);
    y->time = build_metric(y->build, clock, "s", METRIC_TIME, 1e-9);
    y->process = build_process(y->build, "", 0);
    return y->table.printed ? read_printed(y, input, err) : read_cells(y, input, err);
}

static int conclude(struct yappi *y, struct error *err)
{
    if (!y->rows && y->bad)
        return error_at_line(err, y->first_bad, "no row has numbers where they belong");
    if (y->bad)
        build_note(y->build,
                   "%" PRIu64 " rows lack a number or have an impossible one and are left out, "
                   "the first is line %" PRIu64,
                   y->bad, y->first_bad);
    if (!y->rows)
        build_note(y->build, "holds no row");
    if (yappi_is_threads(&y->table))
        build_note(y->build, "a table of threads: ncalls is how often each was scheduled");
    build_flags(y->build, PROFILE_HAS_CALLS | PROFILE_HAS_PRIMITIVE);
    return 0;
}

static int read_yappi(struct input *input, struct build *build, struct error *err)
{
    struct yappi yappi = {.build = build};
    int status = read_table(&yappi, input, err);
    if (status && err->code == ERROR_TRUNCATED && yappi.rows) {
        build_cut(build, err);
        status = 0;
    }
    if (!status)
        status = conclude(&yappi, err);
    csv_free(&yappi.table.csv);
    return status;
}

/* The first line that says something must name columns that are YAPPI's. */
static int probe_yappi(const uint8_t *head, size_t size)
{
    struct yappi_table table = {0};
    struct slice text = {(const char *)head, size}, line = {"", 0};
    const char *clock = NULL;
    if (memchr(head, '\0', size))
        return 0;
    while (text.length && (!line.length || is_preamble(line, &clock))) {
        const char *end = memchr(text.text, '\n', text.length);
        size_t length = end ? (size_t)(end - text.text) : text.length;
        line = slice_trim((struct slice){text.text, length});
        length += end != NULL;
        text = (struct slice){text.text + length, text.length - length};
    }
    uint32_t known = yappi_read_header(&table, line);
    bool named = yappi_has(&table, YAPPI_NAME) || yappi_has(&table, YAPPI_FULL_NAME);
    bool timed = yappi_has(&table, YAPPI_TSUB) || yappi_has(&table, YAPPI_TTOT) ||
                 yappi_has(&table, YAPPI_TAVG);
    bool counted = yappi_has(&table, YAPPI_NCALL) || yappi_has(&table, YAPPI_SCHEDULED);
    csv_free(&table.csv);
    if (known < 2 || named + timed + counted < 2)
        return 0;
    return named && timed && counted ? 70 : 40;
}

const struct reader yappi_reader = {
    .name = "yappi",
    .description = "YAPPI tables: CSV and printed",
    .suffixes = "csv tsv",
    .probe = probe_yappi,
    .read = read_yappi,
};
