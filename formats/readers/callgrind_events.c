#include "formats/readers/callgrind_events.h"

#include "formats/readers/decimal.h"
#include "formats/readers/units.h"

#include <string.h>
#include <strings.h>

#define NAME_MAX_LENGTH 256

/* ---- names and units ---- */

static bool is_word(struct slice s, const char *word)
{
    return s.length == strlen(word) && !strncasecmp(s.text, word, s.length);
}

/* The next word between blanks; false at the end. */
static bool next_word(struct slice *rest, struct slice *word)
{
    *rest = slice_trim(*rest);
    size_t length = 0;
    while (length < rest->length && !is_blank(rest->text[length]))
        length++;
    *word = (struct slice){rest->text, length};
    *rest = (struct slice){rest->text + length, rest->length - length};
    return length > 0;
}

struct meaning {
    struct slice name;
    enum metric_kind kind;
    int64_t factor;
};

/* "Time_(10ns)": the name is Time, ten nanoseconds are one. */
static bool unit_in_name(struct slice event, struct meaning *meaning)
{
    const char *open = memchr(event.text, '(', event.length);
    if (!open || open == event.text || event.text[event.length - 1] != ')')
        return false;
    struct slice word = {open + 1, (size_t)(event.text + event.length - 1 - (open + 1))};
    uint64_t times = 1;
    size_t digits = 0;
    while (digits < word.length && word.text[digits] >= '0' && word.text[digits] <= '9')
        digits++;
    if (digits && (!decimal_count(word.text, digits, &times) || !times || times > 1000000))
        return false;
    const struct unit *unit = unit_find((struct slice){word.text + digits, word.length - digits});
    if (!unit)
        return false;
    size_t length = (size_t)(open - event.text);
    while (length > 1 && event.text[length - 1] == '_')
        length--;
    *meaning = (struct meaning){{event.text, length}, unit->kind, unit->factor * (int64_t)times};
    return true;
}

static struct meaning meaning_of(struct slice event, bool yappi)
{
    static const struct slice time = {"time", 4};
    struct meaning meaning = {event, METRIC_COUNT, 1};
    const struct unit *unit = unit_find(event);
    if (unit_in_name(event, &meaning))
        return meaning;
    if (unit && unit->kind == METRIC_TIME) /* pyprof2calltree: "events: ns" */
        return (struct meaning){time, METRIC_TIME, unit->factor};
    if (yappi && is_word(event, "Ticks")) /* its microseconds */
        return (struct meaning){time, METRIC_TIME, 1000};
    if (is_word(event, "samples"))
        meaning.kind = METRIC_SAMPLES;
    return meaning;
}

static uint32_t new_metric(struct build *build, const struct meaning *meaning)
{
    char name[NAME_MAX_LENGTH];
    size_t length = meaning->name.length < sizeof name ? meaning->name.length : sizeof name - 1;
    memcpy(name, meaning->name.text, length);
    name[length] = '\0';
    /* "Time" and "Memory" are what other formats call "time" and "memory". */
    if (meaning->kind != METRIC_COUNT && name[0] >= 'A' && name[0] <= 'Z')
        name[0] = (char)(name[0] | 0x20);
    return build_metric(build, name, unit_name(meaning->kind), meaning->kind,
                        unit_scale(meaning->kind));
}

static uint32_t find_event(const struct callgrind_events *events, uint32_t name)
{
    uint32_t i = 0;
    while (i < events->measured.count && events->measured.data[i].name != name)
        i++;
    return i;
}

static uint32_t add_event(struct callgrind_events *events, struct build *build, uint32_t name,
                          const struct meaning *meaning)
{
    *array_push(&events->measured) =
        (struct callgrind_event){name, new_metric(build, meaning), meaning->factor};
    return events->measured.count - 1;
}

bool callgrind_events_columns(struct callgrind_events *events, struct build *build,
                              struct slice names, bool yappi)
{
    struct slice word;
    events->column_count = 0;
    while (next_word(&names, &word)) {
        uint32_t name = build_text(build, word.text, word.length);
        uint32_t event = find_event(events, name);
        if (event == CALLGRIND_EVENTS_MAX || events->column_count == CALLGRIND_EVENTS_MAX)
            return false;
        if (event == events->measured.count) {
            struct meaning meaning = meaning_of(word, yappi);
            event = add_event(events, build, name, &meaning);
        }
        events->columns[events->column_count++] = event;
    }
    return true;
}

/* ---- formulas ---- */

/* A sum of events that come before the one it is. */
struct formula {
    uint32_t event;
    int64_t times[CALLGRIND_EVENTS_MAX];
};

void callgrind_events_derived(struct callgrind_events *events, struct slice line)
{
    const char *colon = memchr(line.text, ':', line.length);
    if (colon)
        line.length = (size_t)(colon - line.text);
    if (!memchr(line.text, '=', line.length))
        return;
    array_reserve(&events->formulas, line.length + 1);
    memcpy(events->formulas.data + events->formulas.count, line.text, line.length);
    events->formulas.count += (uint32_t)line.length;
    events->formulas.data[events->formulas.count++] = '\n';
}

/* "10 L1m", "10*L1m" or "Ir"; events are known by the time that formulas are read. */
static bool parse_term(const struct callgrind_events *events, struct build *build,
                       struct slice text, struct formula *formula)
{
    struct slice name = slice_trim(text);
    uint64_t times = 1;
    size_t digits = 0;
    while (digits < name.length && name.text[digits] >= '0' && name.text[digits] <= '9')
        digits++;
    if (digits && (!decimal_count(name.text, digits, &times) || times > INT32_MAX))
        return false;
    name = slice_trim((struct slice){name.text + digits, name.length - digits});
    if (name.length && *name.text == '*')
        name = slice_trim((struct slice){name.text + 1, name.length - 1});
    uint32_t event = find_event(events, build_text(build, name.text, name.length));
    if (!name.length || event == events->measured.count)
        return false;
    int64_t more = (int64_t)times;
    callgraph_add(&formula->times[event], &more, 1);
    return true;
}

static bool parse_terms(const struct callgrind_events *events, struct build *build,
                        struct slice text, struct formula *formula)
{
    bool any = false;
    while (text.length) {
        const char *plus = memchr(text.text, '+', text.length);
        size_t length = plus ? (size_t)(plus - text.text) : text.length;
        if (!parse_term(events, build, (struct slice){text.text, length}, formula))
            return false;
        any = true;
        length += plus != NULL;
        text = (struct slice){text.text + length, text.length - length};
    }
    return any;
}

static int64_t evaluate(const struct formula *formula, const int64_t *row)
{
    int64_t sum = 0, value;
    for (uint32_t i = 0; i < formula->event; i++) {
        if (__builtin_mul_overflow(row[i], formula->times[i], &value))
            value = row[i] < 0 ? INT64_MIN : INT64_MAX;
        callgraph_add(&sum, &value, 1);
    }
    return sum;
}

static void derive(const struct formula *formula, struct callgraph *graph)
{
    callgraph_widen(graph, formula->event + 1);
    for (uint32_t n = 0; n < graph->nodes.count; n++) {
        int64_t *row = callgraph_row(graph, &graph->self, n);
        row[formula->event] = evaluate(formula, row);
    }
    for (uint32_t e = 0; e < graph->edges.count; e++) {
        int64_t *row = callgraph_row(graph, &graph->total, e);
        row[formula->event] = evaluate(formula, row);
    }
}

static bool take_formula(struct callgrind_events *events, struct build *build, struct slice line,
                         struct callgraph *graph)
{
    const char *equals = memchr(line.text, '=', line.length);
    struct slice name = slice_trim((struct slice){line.text, (size_t)(equals - line.text)});
    struct slice terms = {equals + 1, (size_t)(line.text + line.length - (equals + 1))};
    uint32_t text = build_text(build, name.text, name.length);
    if (find_event(events, text) < events->measured.count)
        return true; /* measured after all, or derived by another part */
    struct formula formula = {.event = events->measured.count};
    bool good = name.length && events->measured.count < CALLGRIND_EVENTS_MAX &&
                parse_terms(events, build, terms, &formula);
    if (good) {
        struct meaning meaning = {name, METRIC_COUNT, 1};
        add_event(events, build, text, &meaning);
        derive(&formula, graph);
    }
    return good;
}

/* ---- units ---- */

static void scale(struct callgraph *graph, const struct callgraph_rows *rows, uint32_t count,
                  uint32_t metric, int64_t factor)
{
    for (uint32_t i = 0; i < count; i++) {
        int64_t *value = &callgraph_row(graph, rows, i)[metric];
        if (__builtin_mul_overflow(*value, factor, value))
            *value = *value < 0 ? INT64_MIN : INT64_MAX;
    }
}

unsigned callgrind_events_finish(struct callgrind_events *events, struct build *build,
                                 struct callgraph *graph)
{
    unsigned unknown = 0;
    uint32_t measured = events->measured.count;
    struct slice rest = {events->formulas.data, events->formulas.count};
    while (rest.length) {
        size_t length = (size_t)((const char *)memchr(rest.text, '\n', rest.length) - rest.text);
        unknown += !take_formula(events, build, (struct slice){rest.text, length}, graph);
        rest = (struct slice){rest.text + length + 1, rest.length - length - 1};
    }
    for (uint32_t i = 0; i < measured; i++) {
        int64_t factor = events->measured.data[i].factor;
        if (factor == 1)
            continue;
        scale(graph, &graph->self, graph->nodes.count, i, factor);
        scale(graph, &graph->total, graph->edges.count, i, factor);
    }
    return unknown;
}

void callgrind_events_free(struct callgrind_events *events)
{
    array_free(&events->measured);
    array_free(&events->formulas);
}
