/*
 * Callgrind's format, as callgrind, cachegrind (its own is a part of it), Xdebug, YAPPI,
 * lsprofcalltree, pyprof2calltree and pprof write it: costs a line, by position,
 *
 *     events: Ir
 *     ob=(1) /bin/work            object, file and function of the lines that follow;
 *     fl=(1) work.c               "(1)" alone is what it stood for before, each of
 *     fn=(1) main                 ob, fl and fn with numbers of its own
 *     16 400                      line 16 cost 400
 *     cob= cfi=(2) util.c         a call: object, file and function called,
 *     cfn=(2) load
 *     calls=3 50                  how often, and where the callee begins;
 *     +2 1200                     and what all of these took, callees included
 *
 * Lines are read one by one; memory grows with distinct functions and pairs. Positions
 * (absolute, "+2", "-1", "*", hexadecimal) are skipped, jumps too with the position after them.
 * Missing costs are 0. Parts of one file are added up. What callgraph.h says is derived. Decisions:
 *
 *   - A function is its object, file and name. fi= and fe= mark what was inlined from another
 *     file: it is of the function around it, as KCachegrind has it; callgrind_annotate lists it
 *     as a function of that file. A fi= between the last cost and fn= is the function's own file
 *     (lsprofcalltree); else fn= goes back to the file of fl=.
 *   - A callee without cob= or cfi= is in the object or file of the line. cfi= may follow cfn=.
 *   - "work'2", callgrind's deeper level of recursion, is the function "work" (callgraph.h):
 *     calls of work are primitive, calls of work'2 are recursive.
 *   - callgrind_annotate's inclusive costs are the sums of the calls of a function, those from
 *     within a cycle too, which exceed the whole program; and of a function that is called, only
 *     those. Here a function counts once.
 *   - "*" and "+5" among the costs refer to the cost in that column of the line before, as
 *     speedscope takes them, and after one of them "-5" does; else it is a negative cost, as
 *     cg_diff writes them. callgrind_annotate reads "*" as 0.
 *   - ncprof itself writes all costs of a function at the line where it begins. Elsewhere the
 *     positions say where costs are, and the line of a function is unknown.
 *   - YAPPI's names end in their file and line, which become those of the function.
 *   - A number that was never explained is a name: "(17)".
 *
 * Source: "Callgrind Format Specification" in valgrind's manual.
 */
#include "formats/format.h"
#include "formats/readers/callgraph.h"
#include "formats/readers/callgrind_costs.h"
#include "formats/readers/callgrind_events.h"
#include "formats/readers/callgrind_place.h"
#include "formats/readers/decimal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NOT_COUNTED "Calls: not counted"

enum next_line { SELF_COST, CALL_COST, JUMP_SOURCE };

struct callgrind {
    struct build *build;
    struct callgraph graph;
    struct callgrind_events events;
    struct callgrind_names names;
    struct callgrind_costs costs;
    struct callgrind_place place;
    enum next_line next;
    uint64_t calls;
    bool any_calls, not_counted, totals;
    uint64_t good, bad, first_bad;
    uint32_t parts;
};

/* ---- lines of calls and jumps ---- */

static void take_calls(struct callgrind *c, struct slice text)
{
    size_t length = 0;
    while (length < text.length && !is_blank(text.text[length]))
        length++;
    if (!decimal_count(text.text, length, &c->calls) || c->calls > INT64_MAX)
        c->calls = 0;
    c->any_calls |= c->calls > 0;
    c->next = CALL_COST;
}

static void take_jump(struct callgrind *c, struct slice text)
{
    (void)text;
    c->next = JUMP_SOURCE;
}

/* ---- lines of the header ---- */

static void state_metadata(struct callgrind *c, const char *key, struct slice text)
{
    char *value = memory_printf("%.*s", text.length < 4096 ? (int)text.length : 4096, text.text);
    if (text.length && c->parts <= 1)
        build_metadata(c->build, key, value);
    free(value);
}

static void take_creator(struct callgrind *c, struct slice text)
{
    c->names.creator = slice_begins(text, "callgrind") ? CALLGRIND_BY_CALLGRIND
                       : slice_begins(text, "yappi")   ? CALLGRIND_BY_YAPPI
                       : slice_begins(text, "ncprof")  ? CALLGRIND_BY_NCPROF
                                                       : CALLGRIND_BY_OTHER;
    state_metadata(c, "recorder", text);
}

static void take_command(struct callgrind *c, struct slice text)
{
    state_metadata(c, "command", text);
}

static void take_part(struct callgrind *c, struct slice text)
{
    (void)text;
    c->parts += c->parts < UINT32_MAX;
}

static bool contains(struct slice text, const char *word)
{
    return memmem(text.text, text.length, word, strlen(word)) != NULL;
}

static void take_positions(struct callgrind *c, struct slice text)
{
    c->costs.positions =
        contains(text, "line") + (contains(text, "instr") || contains(text, "addr"));
}

static void take_derived(struct callgrind *c, struct slice text)
{
    callgrind_events_derived(&c->events, text);
}

/* What ncprof's own writer says of a profile without counts. */
static void take_description(struct callgrind *c, struct slice text)
{
    c->not_counted |= c->names.creator == CALLGRIND_BY_NCPROF && slice_begins(text, NOT_COUNTED);
}

static void take_totals(struct callgrind *c, struct slice text)
{
    (void)text;
    c->totals = true;
}

static void take_nothing(struct callgrind *c, struct slice text)
{
    (void)c;
    (void)text;
}

/* ---- costs ---- */

static void add_costs(struct callgrind *c, int64_t *row)
{
    for (uint32_t i = 0; i < c->costs.count; i++)
        if (c->costs.values[i])
            callgraph_add(&row[c->events.columns[i]], &c->costs.values[i], 1);
}

static void add_call(struct callgrind *c)
{
    uint32_t caller = callgrind_place_node(&c->place, &c->names, &c->graph);
    uint32_t callee = callgrind_place_callee(&c->place, &c->names, &c->graph);
    uint32_t edge = callgraph_edge(&c->graph, caller, callee);
    c->graph.edges.data[edge].calls += c->not_counted ? 0 : c->calls;
    add_costs(c, callgraph_row(&c->graph, &c->graph.total, edge));
}

/* Of a file of ncprof's. */
static void take_line(const struct callgrind *c, struct callgraph_node *node, struct slice line)
{
    uint64_t number;
    size_t length = 0;
    while (length < line.length && !is_blank(line.text[length]))
        length++;
    if (decimal_count(line.text, length, &number) && number <= INT32_MAX && c->costs.positions == 1)
        node->line = (uint32_t)number;
}

static void add_self(struct callgrind *c, struct slice line)
{
    uint32_t node = callgrind_place_node(&c->place, &c->names, &c->graph);
    if (c->names.creator == CALLGRIND_BY_NCPROF && !c->graph.nodes.data[node].line)
        take_line(c, &c->graph.nodes.data[node], line);
    add_costs(c, callgraph_row(&c->graph, &c->graph.self, node));
}

static bool cost_line(struct callgrind *c, struct slice line)
{
    enum next_line next = c->next;
    c->next = SELF_COST;
    c->place.file_is_new = false;
    if (next == JUMP_SOURCE)
        return true;
    if (!callgrind_costs_line(&c->costs, line) ||
        (next == CALL_COST && !c->place.called.has_function))
        return false;
    if (next == CALL_COST)
        add_call(c);
    else
        add_self(c, line);
    c->good++;
    return true;
}

/* ---- lines ---- */

struct line_kind {
    const char *prefix;
    size_t length;
    void (*take)(struct callgrind *c, struct slice rest);
};

#define LINE(prefix, take)                                                                         \
    {                                                                                              \
        prefix, sizeof prefix - 1, take                                                            \
    }

static const struct line_kind line_kinds[] = {
    LINE("calls=", take_calls),         LINE("rcalls=", take_calls),
    LINE("jump=", take_jump),           LINE("jcnd=", take_jump),
    LINE("positions:", take_positions), LINE("event:", take_derived),
    LINE("creator:", take_creator),     LINE("cmd:", take_command),
    LINE("part:", take_part),           LINE("totals:", take_totals),
    LINE("summary:", take_nothing),     LINE("version:", take_nothing),
    LINE("pid:", take_nothing),         LINE("thread:", take_nothing),
    LINE("desc:", take_description),
};

static bool header_line(struct callgrind *c, struct slice line)
{
    for (size_t i = 0; i < sizeof line_kinds / sizeof *line_kinds; i++) {
        const struct line_kind *kind = &line_kinds[i];
        if (*line.text != *kind->prefix || line.length < kind->length ||
            memcmp(line.text, kind->prefix, kind->length) != 0)
            continue;
        kind->take(
            c, slice_trim((struct slice){line.text + kind->length, line.length - kind->length}));
        return true;
    }
    return false;
}

static int events_line(struct callgrind *c, struct slice names, uint64_t number, struct error *err)
{
    if (!callgrind_events_columns(&c->events, c->build, names,
                                  c->names.creator == CALLGRIND_BY_YAPPI))
        return error_at_line(err, number, "names more than %u events", CALLGRIND_EVENTS_MAX);
    if (c->events.measured.count > c->graph.metrics)
        callgraph_widen(&c->graph, c->events.measured.count);
    c->costs =
        (struct callgrind_costs){.positions = c->costs.positions, .count = c->events.column_count};
    return 0;
}

static int read_line(struct callgrind *c, struct slice line, uint64_t number, struct error *err)
{
    static const char events[] = "events:";
    char first = *line.text;
    if ((first >= '0' && first <= '9') || first == '+' || first == '-' || first == '*') {
        if (!c->graph.metrics)
            return error_at_line(err, number, "has costs before an \"events:\" line names them");
        if (cost_line(c, line))
            return 0;
    } else if (slice_begins(line, events)) {
        line.text += sizeof events - 1;
        line.length -= sizeof events - 1;
        return events_line(c, line, number, err);
    } else if (callgrind_place_line(&c->place, &c->names, line)) {
        c->next = SELF_COST;
        return 0;
    } else if (first == '#' || header_line(c, line)) {
        return 0;
    }
    c->bad++;
    if (!c->first_bad)
        c->first_bad = number;
    return 0;
}

static int read_lines(struct callgrind *c, struct input *input, struct error *err)
{
    struct slice line;
    int more;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0) {
        line = slice_trim(line);
        if (line.length && read_line(c, line, input_line_number(input), err))
            return -1;
    }
    if (more < 0 && !(err->code == ERROR_TRUNCATED && c->good))
        return -1;
    if (more < 0)
        build_cut(c->build, err);
    else if (c->good && c->names.creator == CALLGRIND_BY_CALLGRIND && !c->totals) {
        build_note(c->build, "is cut short: its last line, \"totals:\", is missing");
        build_flags(c->build, PROFILE_TRUNCATED);
    }
    if (!c->good && c->bad)
        return error_at_line(err, c->first_bad, "no line has costs, this one is unknown");
    return 0;
}

/* ---- the end ---- */

static void state_notes(struct callgrind *c, unsigned formulas, uint64_t dropped)
{
    if (c->bad)
        build_note(c->build,
                   "%" PRIu64 " lines are not understood and are left out, the first is line "
                   "%" PRIu64,
                   c->bad, c->first_bad);
    if (c->names.unknown)
        build_note(c->build, "%" PRIu64 " compressed names were never explained", c->names.unknown);
    if (formulas)
        build_note(c->build, "%u derived events are of unknown events and are left out", formulas);
    if (dropped)
        build_note(c->build, "%" PRIu64 " costs are too large and are taken as 0", dropped);
    if (c->parts > 1)
        build_note(c->build, "%" PRIu32 " parts are added up", c->parts);
    if (!c->graph.nodes.count)
        build_note(c->build, "holds no costs");
    else if (!c->graph.edges.count)
        build_note(c->build, "holds no calls: cumtime is tottime");
}

static void state(struct callgrind *c)
{
    unsigned formulas = callgrind_events_finish(&c->events, c->build, &c->graph);
    uint64_t dropped = callgraph_bound(&c->graph);
    callgrind_find_levels(&c->names, &c->graph);
    bool told = callgraph_state(&c->graph, c->build);
    state_notes(c, formulas, dropped);
    if (c->graph.edges.count)
        build_flags(c->build, PROFILE_HAS_EDGES);
    if (c->any_calls && !c->not_counted)
        build_flags(c->build, PROFILE_HAS_CALLS | (told ? PROFILE_HAS_PRIMITIVE : 0));
}

static int read_callgrind(struct input *input, struct build *build, struct error *err)
{
    struct callgrind c = {.build = build,
                          .names = {.build = build},
                          .costs = {.positions = 1},
                          .place = {.node = PROFILE_NONE}};
    int status = read_lines(&c, input, err);
    if (!status)
        state(&c);
    callgrind_names_free(&c.names);
    callgrind_events_free(&c.events);
    callgraph_free(&c.graph);
    return status;
}

/* ---- the probe ---- */

static bool has_line(struct slice head, const char *prefix)
{
    while (head.length) {
        if (slice_begins(head, prefix))
            return true;
        const char *end = memchr(head.text, '\n', head.length);
        size_t length = end ? (size_t)(end - head.text) + 1 : head.length;
        head = (struct slice){head.text + length, head.length - length};
    }
    return false;
}

/* Two kinds of lines that go together: one of a header, and events or the place of costs. */
static int probe_callgrind(const uint8_t *head, size_t size)
{
    static const char *const headers[] = {"version:", "creator:", "cmd:", "positions:", "desc:"};
    static const char *const places[] = {"fl=", "fn=", "ob=", "fi="};
    struct slice text = {(const char *)head, size};
    unsigned header = 0, place = 0;
    if (slice_begins(text, "# callgrind format"))
        return 100;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        header += has_line(text, headers[i]);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        place += has_line(text, places[i]);
    if (has_line(text, "events:"))
        return header || place ? 80 : 0;
    return header > 1 ? 40 : 0;
}

const struct reader callgrind_reader = {
    .name = "callgrind",
    .description = "callgrind, cachegrind, Xdebug, YAPPI's callgrind",
    .suffixes = "callgrind cachegrind out",
    .probe = probe_callgrind,
    .read = read_callgrind,
};
