#include "formats/readers/gprof_graph.h"

#include <inttypes.h>
#include <stdlib.h>

/* Self times are summed up later: together at most 146 years, so that no sum overflows. */
#define SUM_MAX (INT64_C(1) << 62)

static uint32_t add_function(struct gprof_graph *graph, size_t name, uint64_t number)
{
    *array_push(&graph->functions) =
        (struct gprof_function){.name = name, .number = (uint32_t)number};
    return graph->functions.count - 1;
}

static size_t name_item(struct gprof_graph *graph, struct slice name, bool *added)
{
    const struct name *items = NULL;
    const uint32_t *value = names_value(&graph->names, name, added);
    items = graph->names.items.data;
    return (size_t)((const char *)value - (const char *)&items[0].function) / sizeof *items;
}

uint32_t gprof_named(struct gprof_graph *graph, struct slice name, bool *added)
{
    size_t item = name_item(graph, name, added);
    if (*added)
        graph->names.items.data[item].function = add_function(graph, item, 0);
    return graph->names.items.data[item].function;
}

uint32_t gprof_numbered(struct gprof_graph *graph, uint64_t number, struct slice name)
{
    uint32_t known = numbered_get(&graph->numbers, number);
    bool added;
    if (known != NUMBERED_NONE)
        return known;
    uint32_t at = gprof_named(graph, name, &added);
    /* Static functions of several files have one name; a row of the flat profile has no number. */
    if (graph->functions.data[at].number && graph->functions.data[at].number != number)
        at = add_function(graph, graph->functions.data[at].name, number);
    graph->functions.data[at].number = (uint32_t)number;
    numbered_put(&graph->numbers, number, at);
    return at;
}

void gprof_entry(struct gprof_graph *graph, const struct gprof_function *entry, uint32_t at)
{
    struct gprof_function *function = &graph->functions.data[at];
    if (function->told && !graph->graph)
        return;
    graph->sum -= function->self;
    function->calls = entry->calls;
    function->again = entry->again;
    function->cycle = entry->cycle;
    function->self = entry->self;
    function->children = entry->children;
    function->told = true;
    graph->cycles |= entry->cycle != 0;
    if (function->self > SUM_MAX - graph->sum) {
        function->self = 0;
        graph->dropped++;
    }
    graph->sum += function->self;
}

static bool same_call(const void *items, uint32_t at, const void *key)
{
    const struct gprof_call *a = (const struct gprof_call *)items + at, *b = key;
    return a->caller == b->caller && a->callee == b->callee;
}

void gprof_call(struct gprof_graph *graph, const struct gprof_call *call)
{
    uint64_t hash = ((uint64_t)call->caller << 32 | call->callee) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
    if (index_find(&graph->call_index, hash, graph->calls.data, same_call, call) != UINT32_MAX)
        return;
    index_add(&graph->call_index, hash, graph->calls.count);
    *array_push(&graph->calls) = *call;
}

static struct slice name_of(const struct gprof_graph *graph, const struct gprof_function *function)
{
    const struct name *name = &graph->names.items.data[function->name];
    return (struct slice){name->length ? graph->names.bytes + name->offset : "", name->length};
}

static uint32_t state_function(const struct gprof_graph *graph, struct build *build, uint32_t at)
{
    const struct gprof_function *function = &graph->functions.data[at];
    struct slice name = name_of(graph, function), file = {"", 0};
    uint32_t line = 0;
    (void)name_locate(name, &name, &file, &line);
    if (graph->names.items.data[function->name].function == at)
        return build_function_n(build, name.text, name.length, "", 0, file.text, file.length, line,
                                FUNCTION_NATIVE);
    char *full = memory_printf("%.*s [%" PRIu32 "]", (int)name.length, name.text, function->number);
    uint32_t stated = build_function_n(build, full, strlen(full), "", 0, file.text, file.length,
                                       line, FUNCTION_NATIVE);
    free(full);
    return stated;
}

static uint64_t sum_of(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Those that have no entry are called as often as others say. */
static void count_calls(struct gprof_graph *graph)
{
    for (uint32_t i = 0; i < graph->calls.count; i++) {
        struct gprof_function *callee = &graph->functions.data[graph->calls.data[i].callee];
        if (!callee->told)
            callee->calls = sum_of(callee->calls, graph->calls.data[i].calls);
    }
}

/* What calls from outside its cycle took, of each function; they hold what the cycle took. */
static int64_t *time_of_callers(const struct gprof_graph *graph)
{
    int64_t *times = memory_zeroed(graph->functions.count, sizeof *times);
    for (uint32_t i = 0; i < graph->calls.count; i++) {
        const struct gprof_call *call = &graph->calls.data[i];
        const struct gprof_function *callee = &graph->functions.data[call->callee];
        bool inside = graph->functions.data[call->caller].cycle == callee->cycle;
        if ((callee->told && (!callee->cycle || inside)) || call->caller == call->callee)
            continue;
        int64_t *time = &times[call->callee];
        *time = call->time > SUM_MAX - *time ? SUM_MAX : *time + call->time;
    }
    return times;
}

static uint32_t *state_functions(const struct gprof_graph *graph, struct build *build)
{
    uint32_t *stated = memory_alloc(graph->functions.count * sizeof *stated);
    int64_t *callers = time_of_callers(graph);
    for (uint32_t i = 0; i < graph->functions.count; i++) {
        const struct gprof_function *function = &graph->functions.data[i];
        struct values values = {.calls = sum_of(function->calls, function->again),
                                .primitive = function->calls,
                                .self = function->self,
                                .total = function->self + function->children};
        if (values.total < callers[i])
            values.total = callers[i];
        stated[i] = state_function(graph, build, i);
        build_function_values(build, stated[i], 0, values);
    }
    free(callers);
    return stated;
}

void gprof_state(struct gprof_graph *graph, struct build *build)
{
    count_calls(graph);
    uint32_t *stated = state_functions(graph, build);
    for (uint32_t i = 0; i < graph->calls.count; i++) {
        const struct gprof_call *call = &graph->calls.data[i];
        build_edge_values(build, stated[call->caller], stated[call->callee], 0,
                          (struct values){call->calls, call->calls, 0, call->time});
    }
    free(stated);
    build_flags(build, PROFILE_HAS_CALLS | (graph->calls.count ? PROFILE_HAS_EDGES : 0) |
                           (graph->cycles ? 0 : PROFILE_HAS_PRIMITIVE));
    if (graph->dropped)
        build_note(build, "%" PRIu64 " times are too large and are taken as 0", graph->dropped);
}

void gprof_free(struct gprof_graph *graph)
{
    array_free(&graph->functions);
    array_free(&graph->calls);
    numbered_free(&graph->numbers);
    names_free(&graph->names);
    index_free(&graph->call_index);
}
