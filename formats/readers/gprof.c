/*
 * The text of gprof: its flat profile, its call graph, or both, as GNU's, BSD's and their
 * descendants (macOS, AIX, Xtensa's in cycles) print them.
 *
 *     index % time    self  children    called     name
 *                     0.04    0.00      60/120         mid [3]
 *     [1]    100.0    0.08    0.00     120         work [1]
 *                     0.01    0.00       3/7           leaf [4]
 *
 * The entry of a function stands between what called it and what it calls; "60+12" calls are 12
 * of itself. A line without times is a call within a cycle. cumtime is self and children as
 * printed, so to the hundredth of a second that gprof prints.
 *
 *   - A function of a cycle that is called from outside the cycle has what these calls took,
 *     which is what all of the cycle took; gprof prints the function's own share only. The entry
 *     "<cycle 1 as a whole>" is no function.
 *   - A function that is only in the flat profile (mcount, on some systems) has its row there.
 *   - Functions of one name: the second is "init [12]".
 *
 * Source: the manual of GNU gprof (binutils), "Interpreting gprof's Output".
 */
#include "formats/format.h"
#include "formats/readers/decimal.h"
#include "formats/readers/gprof_graph.h"

#include <inttypes.h>
#include <strings.h>

enum table { TABLE_NONE, TABLE_FLAT, TABLE_GRAPH };

struct gprof {
    struct gprof_graph graph;
    struct build *build;
    ARRAY(struct gprof_call) callers; /* of the entry that is due */
    enum table table;
    uint32_t entry; /* PROFILE_NONE: above the entry */
    bool whole;     /* the entry is that of a cycle as a whole */
    bool cycles;    /* the unit: processor cycles, not seconds */
    int places;     /* of the unit, to a stored value */
    int per_call;   /* the same of the column total/call */
    uint64_t rows, entries, odd, first_odd;
};

/* ---- words ---- */

static bool next_word(struct slice *line, struct slice *word)
{
    *line = slice_trim(*line);
    size_t length = 0;
    while (length < line->length && !is_blank(line->text[length]))
        length++;
    *word = (struct slice){line->text, length};
    line->text += length;
    line->length -= length;
    return length > 0;
}

/* Takes "12.34" off the line, times 10^places. */
static bool take_time(struct slice *line, int places, int64_t *value)
{
    struct slice rest = *line, word;
    struct decimal number;
    if (!next_word(&rest, &word) || !memchr(word.text, '.', word.length) ||
        !decimal_parse(word.text, word.length, '.', &number) || number.negative ||
        !decimal_scaled(&number, places, value) || *value > GPROF_VALUE_MAX)
        return false;
    *line = rest;
    return true;
}

/* Takes "7", "3/7" or "3+7" off the line. */
static bool take_calls(struct slice *line, uint64_t *calls, uint64_t *again, char *mark)
{
    struct slice rest = *line, word;
    size_t length = 0;
    *again = 0;
    *mark = '\0';
    if (!next_word(&rest, &word))
        return false;
    while (length < word.length && word.text[length] != '/' && word.text[length] != '+')
        length++;
    if (!decimal_count(word.text, length, calls))
        return false;
    if (length < word.length) {
        *mark = word.text[length];
        if (!decimal_count(word.text + length + 1, word.length - length - 1, again))
            return false;
    }
    *line = rest;
    return true;
}

/* Takes " [12]" or, where the call graph leaves the function out, " (12)" off the end. */
static bool take_number(struct slice *name, char open, char close, uint64_t *number)
{
    struct slice s = slice_trim(*name);
    size_t at = s.length;
    if (at < 4 || s.text[at - 1] != close)
        return false;
    while (at && s.text[at - 1] != open)
        at--;
    if (at < 3 || s.text[at - 2] != ' ' || !decimal_count(s.text + at, s.length - at - 1, number) ||
        *number > INT32_MAX)
        return false;
    *name = slice_trim((struct slice){s.text, at - 1});
    return true;
}

static uint32_t take_cycle(struct slice *name)
{
    static const char mark[] = "<cycle ";
    uint64_t cycle = 0;
    const char *at = name->length ? memrchr(name->text, '<', name->length) : NULL;
    size_t before = at ? (size_t)(at - name->text) : 0;
    struct slice rest = {at, at ? name->length - before : 0};
    if (!at || !before || !slice_begins(rest, mark) || rest.text[rest.length - 1] != '>' ||
        !decimal_count(rest.text + sizeof mark - 1, rest.length - sizeof mark, &cycle) ||
        cycle > INT32_MAX)
        return 0;
    *name = slice_trim((struct slice){name->text, before});
    return (uint32_t)cycle;
}

/* ---- the call graph ---- */

static bool graph_entry(struct gprof *g, struct slice line)
{
    struct gprof_function entry = {0};
    uint64_t number, own;
    int64_t share;
    char mark;
    const char *close = memchr(line.text, ']', line.length);
    if (!close || !decimal_count(line.text + 1, (size_t)(close - line.text) - 1, &number))
        return false;
    line.length -= (size_t)(close + 1 - line.text);
    line.text = close + 1;
    if (!take_time(&line, 2, &share) || !take_time(&line, g->places, &entry.self) ||
        !take_time(&line, g->places, &entry.children))
        return false;
    (void)take_calls(&line, &entry.calls, &entry.again, &mark);
    if (!take_number(&line, '[', ']', &own) || !number)
        return false;
    g->whole = slice_holds(line, "as a whole>");
    g->entries++;
    g->graph.graph = true;
    entry.cycle = take_cycle(&line);
    g->entry = g->whole ? 0 : gprof_numbered(&g->graph, own, line);
    if (!g->whole)
        gprof_entry(&g->graph, &entry, g->entry);
    for (uint32_t i = 0; i < g->callers.count && !g->whole; i++) {
        g->callers.data[i].callee = g->entry;
        gprof_call(&g->graph, &g->callers.data[i]);
    }
    g->callers.count = 0;
    return true;
}

static bool graph_call(struct gprof *g, struct slice line)
{
    struct gprof_call call = {.callee = PROFILE_NONE, .caller = PROFILE_NONE};
    int64_t self = 0, children = 0;
    uint64_t all, number;
    char mark;
    if (slice_is(line, "<spontaneous>"))
        return true;
    bool timed = take_time(&line, g->places, &self);
    if ((timed && !take_time(&line, g->places, &children)) ||
        !take_calls(&line, &call.calls, &all, &mark) || !take_number(&line, '[', ']', &number) ||
        !number)
        return false;
    (void)take_cycle(&line);
    if (slice_holds(line, "as a whole>") || (g->entry != PROFILE_NONE && g->whole))
        return true;
    call.time = self + children;
    uint32_t other = gprof_numbered(&g->graph, number, line);
    if (g->entry == PROFILE_NONE) {
        call.caller = other;
        *array_push(&g->callers) = call;
    } else {
        call.caller = g->entry;
        call.callee = other;
        gprof_call(&g->graph, &call);
    }
    return true;
}

/* ---- the flat profile ---- */

static bool flat_row(struct gprof *g, struct slice line)
{
    struct gprof_function row = {0};
    uint64_t number, none;
    int64_t share, sum, each;
    bool added;
    char mark;
    if (!take_time(&line, 2, &share) || !take_time(&line, g->places, &sum) ||
        !take_time(&line, g->places, &row.self))
        return false;
    struct slice rest = line;
    if (take_calls(&rest, &row.calls, &none, &mark) && !mark && take_time(&rest, 0, &each) &&
        take_time(&rest, g->per_call + 3, &each)) {
        line = rest;
        double total = (double)each / 1e3 * (double)row.calls;
        if (total > (double)row.self && total < (double)GPROF_VALUE_MAX)
            row.children = (int64_t)(total + 0.5) - row.self;
    } else {
        row.calls = 0;
    }
    if (!take_number(&line, '[', ']', &number))
        (void)take_number(&line, '(', ')', &number);
    row.cycle = take_cycle(&line);
    line = slice_trim(line);
    if (!line.length)
        return false;
    uint32_t at = gprof_named(&g->graph, line, &added);
    if (added)
        gprof_entry(&g->graph, &row, at);
    g->rows++;
    return true;
}

/* "us/call", the last of its kind. */
static int places_per_call(struct slice header, int places)
{
    static const struct {
        const char *word;
        int places;
    } units[] = {{"ms/call", 6}, {"us/call", 3}, {"ns/call", 0}, {"ps/call", -3}, {"ks/call", 12}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (slice_holds(header, units[i].word))
            return units[i].places;
    return places;
}

/* ---- lines ---- */

static bool is_graph_header(struct slice line)
{
    return slice_begins(line, "index") && slice_holds(line, "self") &&
           slice_holds(line, "called") && slice_holds(line, "name");
}

static bool is_flat_header(struct slice line)
{
    return line.length > 4 && slice_is((struct slice){line.text + line.length - 4, 4}, "name") &&
           slice_holds(line, "/call") && !slice_holds(line, "called");
}

static bool begin_table(struct gprof *g, struct slice line)
{
    bool graph = is_graph_header(line), flat = is_flat_header(line);
    if (!graph && !flat)
        return false;
    g->table = graph ? TABLE_GRAPH : TABLE_FLAT;
    g->entry = PROFILE_NONE;
    g->callers.count = 0;
    if (flat && slice_holds(line, "cycles")) {
        g->cycles = true;
        g->places = 0;
    }
    if (flat)
        g->per_call = places_per_call(line, g->places);
    return true;
}

static bool ends_table(struct slice line)
{
    static const char index[] = "Index by", flat[] = "flat profile";
    return slice_begins(line, "This table describes") || slice_begins(line, "granularity") ||
           (line.length >= sizeof index - 1 && !strncasecmp(line.text, index, sizeof index - 1)) ||
           (line.length >= sizeof flat - 1 && !strncasecmp(line.text, flat, sizeof flat - 1));
}

static bool graph_line(struct gprof *g, struct slice line)
{
    if (slice_begins(line, "----")) {
        g->entry = PROFILE_NONE;
        g->callers.count = 0;
        return true;
    }
    /* The rest of the heading. */
    if (slice_begins(line, "called/total") || slice_begins(line, "(K)"))
        return true;
    return *line.text == '[' ? graph_entry(g, line) : graph_call(g, line);
}

static void take_line(struct gprof *g, struct slice line, uint64_t number)
{
    while (line.length && *line.text == '\f') {
        line.text++;
        line.length--;
    }
    line = slice_trim(line);
    if (begin_table(g, line) || (g->table == TABLE_NONE))
        return;
    if (ends_table(line) || (g->table == TABLE_FLAT && !line.length && g->rows)) {
        g->table = TABLE_NONE;
        return;
    }
    if (!line.length || *line.text == '#')
        return;
    if (g->table == TABLE_FLAT && slice_begins(line, "(K)")) {
        g->places = g->per_call = 3;
        return;
    }
    if (g->table == TABLE_FLAT ? flat_row(g, line) : graph_line(g, line))
        return;
    g->odd++;
    if (!g->first_odd)
        g->first_odd = number;
}

/* ---- the file ---- */

static int conclude(struct gprof *g, struct error *err)
{
    if (!g->rows && !g->entries && g->odd)
        return error_at_line(err, g->first_odd,
                             "is neither a row of gprof's flat profile nor a "
                             "line of its call graph");
    if (g->cycles)
        build_metric(g->build, "cycles", "", METRIC_COUNT, 1);
    else
        build_metric(g->build, "cpu", "s", METRIC_TIME, 1e-9);
    if (g->odd)
        build_note(g->build,
                   "%" PRIu64 " lines are not understood and are left out, the first is line "
                   "%" PRIu64,
                   g->odd, g->first_odd);
    if (!g->graph.functions.count)
        build_note(g->build, "holds no function");
    else if (!g->graph.calls.count)
        build_note(g->build, "holds no calls: cumtime is what gprof says of a call, times calls");
    gprof_state(&g->graph, g->build);
    return 0;
}

static int read_gprof(struct input *input, struct build *build, struct error *err)
{
    struct gprof g = {.build = build, .places = 9, .per_call = 9, .entry = PROFILE_NONE};
    struct slice line;
    int more;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0)
        take_line(&g, line, input_line_number(input));
    int status = more < 0 && !(err->code == ERROR_TRUNCATED && (g.rows || g.entries)) ? -1 : 0;
    if (!status && more < 0)
        build_cut(build, err);
    if (!status)
        status = conclude(&g, err);
    gprof_free(&g.graph);
    array_free(&g.callers);
    return status;
}

/* The explanations above an old call graph are longer than the head, so their words must do. */
static int probe_gprof(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    bool table = false;
    if (memchr(head, '\0', size))
        return 0;
    if (slice_holds(text, "call graph profile:") && slice_holds(text, "descendents"))
        return 60;
    while (text.length && !table) {
        const char *end = memchr(text.text, '\n', text.length);
        size_t length = end ? (size_t)(end - text.text) : text.length;
        struct slice line = slice_trim((struct slice){text.text, length});
        table = is_graph_header(line) || (is_flat_header(line) && slice_begins(line, "time"));
        length += end != NULL;
        text = (struct slice){text.text + length, text.length - length};
    }
    text = (struct slice){(const char *)head, size};
    if (slice_holds(text, "Flat profile:"))
        return table || slice_holds(text, "cumulative") ? 65 : 20;
    return table ? 45 : 0;
}

const struct reader gprof_reader = {
    .name = "gprof",
    .description = "the text of gprof",
    .suffixes = "gprof",
    .probe = probe_gprof,
    .read = read_gprof,
};
