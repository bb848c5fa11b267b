#include "formats/trace/costs.h"

#include "formats/trace/event_log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Above this no hook is: what a hostile file says must not make sums that mean nothing. */
#define COST_MAX     1e7
#define SLOWDOWN_MAX 10.0
#define CALLS_MAX    1e18

static const char *const kinds[] = {
    [FUNCTION_NATIVE] = "native", [FUNCTION_PYTHON] = "python", [FUNCTION_BUILTIN] = "builtin"};

/* ---- from the metadata ---- */

/* Moves on behind `word` and the dot after it. */
static bool skip(const char **key, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*key, word, length) != 0 || (*key)[length] != '.')
        return false;
    *key += length + 1;
    return true;
}

/* What the metadata say of processes stands there in their order, each in one place. */
static struct hook_costs *costs_of_process(struct costs *costs, uint32_t process)
{
    uint32_t count = costs->processes.count;
    struct process_costs *last = count ? &costs->processes.data[count - 1] : NULL;
    if (last && last->process >= process)
        return last->process == process ? &last->costs : NULL;
    *array_push(&costs->processes) = (struct process_costs){process, costs->most};
    return &costs->processes.data[count].costs;
}

static bool skip_process(const char **key, uint32_t *process)
{
    char *end;
    if (!skip(key, "process"))
        return false;
    unsigned long number = strtoul(*key, &end, 10);
    if (end == *key || *end != '.' || number > UINT32_MAX)
        return false;
    *process = (uint32_t)number;
    *key = end + 1;
    return true;
}

/* Where it belongs; NULL: nowhere. */
static double *member(struct hook_cost *of, const char *key, double value)
{
    if (strcmp(key, "inside") == 0)
        return &of->inside;
    if (strcmp(key, "outside") == 0)
        return &of->outside;
    bool sensible = value >= 1 && value <= SLOWDOWN_MAX;
    return sensible && strcmp(key, "slowdown") == 0 ? &of->slowdown : NULL;
}

/* Function, calls, function, calls... The later list replaces the earlier one. */
static void take_class_calls(struct costs *costs, const char *value)
{
    costs->class_calls.count = 0;
    for (char *end; *value; value = end) {
        unsigned long function = strtoul(value, &end, 10);
        double calls = end > value && *end == ' ' ? strtod(end, &end) : -1;
        if (!(calls >= 0 && calls <= CALLS_MAX) || function >= PROFILE_NONE)
            return;
        *array_push(&costs->class_calls) = (struct class_calls){(uint32_t)function, calls};
    }
}

void costs_take(struct costs *costs, const char *key, const char *value)
{
    uint32_t process = PROFILE_NONE;
    enum function_kind kind = FUNCTION_NATIVE;
    char *end;
    double cost = strtod(value, &end);
    if (strcmp(key, COSTS_CLASS_CALLS) == 0)
        take_class_calls(costs, value);
    if (strcmp(key, "cost.class.outside") == 0 && end > value && !*end && cost >= 0 &&
        cost <= COST_MAX)
        costs->class_call = cost;
    if (!skip(&key, "cost") || end == value || *end || !(cost >= 0 && cost <= COST_MAX))
        return;
    skip_process(&key, &process);
    while (kind <= FUNCTION_BUILTIN && !skip(&key, kinds[kind]))
        kind++;
    if (kind > FUNCTION_BUILTIN || !member(&(struct hook_cost){0}, key, cost))
        return;
    struct hook_costs *of =
        process == PROFILE_NONE ? &costs->most : costs_of_process(costs, process);
    if (of)
        *member(&of->of[kind], key, cost) = cost;
}

void costs_free(struct costs *costs)
{
    array_free(&costs->processes);
    array_free(&costs->class_calls);
    free(costs->told);
}

/* How often each function was called, in all threads. */
static double *count_calls(const struct definitions *definitions)
{
    double *calls = memory_zeroed(definitions->functions.count, sizeof *calls);
    for (uint32_t t = 0; t < definitions->threads.count; t++) {
        const struct trace_tree *tree = &definitions->threads.data[t].tree;
        for (uint32_t c = 1; c < tree->contexts.count; c++)
            calls[tree->contexts.data[c].function] += (double)tree->contexts.data[c].calls;
    }
    return calls;
}

void costs_settle(struct costs *costs, const struct definitions *definitions)
{
    uint32_t count = definitions->functions.count;
    free(costs->told);
    costs->told = NULL;
    if (costs->class_calls.count == 0 || costs->class_call <= 0 || count == 0)
        return;
    double *calls = count_calls(definitions);
    costs->told = memory_zeroed(count, sizeof *costs->told);
    for (uint32_t i = 0; i < costs->class_calls.count; i++) {
        const struct class_calls *of = &costs->class_calls.data[i];
        if (of->function < count && calls[of->function] > 0)
            costs->told[of->function] = of->calls * costs->class_call / calls[of->function];
    }
    free(calls);
}

static bool is_known(const struct hook_costs *costs)
{
    for (int kind = 0; kind <= FUNCTION_BUILTIN; kind++)
        if (costs->of[kind].inside + costs->of[kind].outside > 0)
            return true;
    return false;
}

bool costs_known(const struct costs *costs)
{
    return is_known(&costs->most) || costs->processes.count > 0;
}

static int compare_process(const void *key, const void *item)
{
    uint32_t process = *(const uint32_t *)key,
             other = ((const struct process_costs *)item)->process;
    return (process > other) - (process < other);
}

const struct hook_costs *costs_of(const struct costs *costs, uint32_t process)
{
    const struct process_costs *found =
        costs->processes.count ? bsearch(&process, costs->processes.data, costs->processes.count,
                                         sizeof *costs->processes.data, compare_process)
                               : NULL;
    return found ? &found->costs : &costs->most;
}

/* ---- the correction ---- */

/* What the contexts of one thread are corrected by. */
struct charges {
    const struct definitions *definitions;
    const struct trace_context *contexts;
    struct hook_costs costs;
    const double *told; /* as in struct costs */
    struct charge {
        double cost;     /* what the hooks took of its self time */
        double slowdown; /* of what is left */
        double calls;    /* its own and those that it made: so many stretches its self time has */
    } * of;              /* a context */
};

/* Names without a function behind them: the recorder's own. */
static bool is_named(const struct charges *charges, const struct trace_function *function,
                     const char *name)
{
    return function->kind == FUNCTION_UNKNOWN &&
           strcmp(strings_get(&charges->definitions->strings, function->name), name) == 0;
}

/* The part inside is in its own self time, the part outside in its caller's. */
static void add_context(struct charges *charges, uint32_t c)
{
    const struct trace_context *context = &charges->contexts[c];
    const struct trace_function *function =
        &charges->definitions->functions.data[context->function];
    if (is_named(charges, function, COSTS_WAITING)) {
        charges->of[c].cost = INFINITY;
        return;
    }
    uint32_t kind = function->kind <= FUNCTION_BUILTIN     ? function->kind
                    : function->kind == FUNCTION_COROUTINE ? FUNCTION_PYTHON
                                                           : FUNCTION_UNKNOWN;
    const struct hook_cost *cost = &charges->costs.of[kind];
    /* The callers of what is folded are folded with it. */
    uint32_t caller = is_named(charges, function, event_log_folded_name) ? c : context->parent;
    double calls = (double)context->calls;
    charges->of[c].slowdown = cost->slowdown;
    charges->of[c].cost += calls * cost->inside;
    if (charges->told)
        charges->of[c].cost += calls * charges->told[context->function];
    charges->of[c].calls += calls;
    charges->of[caller].cost += calls * cost->outside;
    charges->of[caller].calls += calls;
}

/* Functions without a kind are those that nobody could name. */
static struct hook_costs with_unknown(struct hook_costs costs)
{
    const struct hook_cost *native = &costs.of[FUNCTION_NATIVE];
    bool has_native = native->inside + native->outside > 0;
    costs.of[FUNCTION_UNKNOWN] = has_native ? *native : costs.of[FUNCTION_PYTHON];
    return costs;
}

static int64_t left_of(int64_t self, const struct charge *charge)
{
    double left = (double)self - charge->cost;
    double slowed = fmin(left, charge->calls * COSTS_STRETCH);
    if (charge->slowdown > 1 && slowed > 0)
        left -= slowed - slowed / charge->slowdown;
    int64_t rounded = left > 0 ? (int64_t)left : 0;
    return rounded < self ? rounded : self;
}

void costs_correct(const struct costs *costs, const struct definitions *definitions,
                   uint32_t thread, const struct trace_clock *clock, int64_t *self)
{
    const struct trace_thread *of = &definitions->threads.data[thread];
    uint32_t count = of->tree.contexts.count;
    struct charges charges = {.definitions = definitions,
                              .contexts = of->tree.contexts.data,
                              .costs = with_unknown(*costs_of(costs, of->process)),
                              .told = costs->told,
                              .of = memory_zeroed(count, sizeof *charges.of)};
    for (uint32_t c = 1; c < count; c++)
        add_context(&charges, c);
    self[0] = 0;
    for (uint32_t c = 1; c < count; c++)
        self[c] = left_of(trace_clock_span(clock, charges.contexts[c].self), &charges.of[c]);
    free(charges.of);
}
