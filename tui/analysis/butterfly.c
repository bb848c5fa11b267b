#include "tui/analysis/butterfly.h"

#include "formats/profile/memory.h"
#include "tui/analysis/names.h"
#include "tui/analysis/order.h"
#include "tui/numbers.h"

#include <stdio.h>
#include <stdlib.h>

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct butterfly_row *a = left, *b = right;
    const struct profile *profile = context;
    if (a->values.total != b->values.total)
        return ORDER_OF(b->values.total, a->values.total);
    if (a->function == PROFILE_NONE || b->function == PROFILE_NONE)
        return ORDER_OF(a->function == PROFILE_NONE, b->function == PROFILE_NONE);
    return function_compare(&profile->functions[a->function], &profile->functions[b->function]);
}

static void sort_rows(const struct butterfly *butterfly, struct butterfly_row *rows, uint32_t count)
{
    if (count > 1)
        qsort_r(rows, count, sizeof *rows, compare_rows, (void *)(uintptr_t)butterfly->profile);
}

static struct butterfly_row row_of(const struct butterfly *butterfly, uint32_t function,
                                   struct values values)
{
    double share = (double)values.total / (double)butterfly->values.total;
    return (struct butterfly_row){function, values, share};
}

static void add_callers(struct butterfly *butterfly)
{
    const struct profile *profile = butterfly->profile;
    uint64_t calls = 0;
    uint32_t first, end;
    profile_callers(profile, butterfly->function, &first, &end);
    butterfly->callers = memory_zeroed(end - first, sizeof *butterfly->callers);
    for (uint32_t i = first; i < end; i++) {
        uint32_t edge = profile->edges_by_callee[i];
        struct values values = profile_edge(profile, edge, butterfly->metric);
        calls += values.calls;
        butterfly->callers[butterfly->caller_count++] =
            row_of(butterfly, profile->edges[edge].caller, values);
    }
    if (butterfly->values.calls > calls)
        butterfly->unaccounted_calls = butterfly->values.calls - calls;
    sort_rows(butterfly, butterfly->callers, butterfly->caller_count);
}

static void add_callees(struct butterfly *butterfly)
{
    const struct profile *profile = butterfly->profile;
    uint32_t first, end;
    profile_callees(profile, butterfly->function, &first, &end);
    butterfly->callees = memory_zeroed((size_t)(end - first) + 1, sizeof *butterfly->callees);
    for (uint32_t e = first; e < end; e++)
        butterfly->callees[butterfly->callee_count++] = row_of(
            butterfly, profile->edges[e].callee, profile_edge(profile, e, butterfly->metric));
    struct values itself = {.self = butterfly->values.self, .total = butterfly->values.self};
    if (butterfly->values.self)
        butterfly->callees[butterfly->callee_count++] = row_of(butterfly, PROFILE_NONE, itself);
    sort_rows(butterfly, butterfly->callees, butterfly->callee_count);
}

struct butterfly *butterfly_new(const struct profile *profile, uint32_t function, uint32_t metric)
{
    struct butterfly *butterfly = memory_zeroed(1, sizeof *butterfly);
    butterfly->profile = profile;
    butterfly->function = function;
    butterfly->metric = metric;
    butterfly->values = profile_function(profile, function, metric);
    add_callers(butterfly);
    add_callees(butterfly);
    return butterfly;
}

void butterfly_free(struct butterfly *butterfly)
{
    if (!butterfly)
        return;
    free(butterfly->callers);
    free(butterfly->callees);
    free(butterfly);
}

struct butterfly_side butterfly_callers(const struct butterfly *butterfly)
{
    return (struct butterfly_side){butterfly, butterfly->callers, butterfly->caller_count};
}

struct butterfly_side butterfly_callees(const struct butterfly *butterfly)
{
    return (struct butterfly_side){butterfly, butterfly->callees, butterfly->callee_count};
}

/* "; called most by transform (100.0 %)" */
static void caller_clause(const struct butterfly *butterfly, char *buffer, size_t size)
{
    char name[256], share[32], calls[40];
    buffer[0] = '\0';
    if (butterfly->caller_count) {
        const struct butterfly_row *most = &butterfly->callers[0];
        function_name(&butterfly->profile->functions[most->function], name, sizeof name);
        number_percent(most->share, share, sizeof share);
        snprintf(buffer, size, "; most of it for %s (%s %%)", name, share);
    } else if (butterfly->unaccounted_calls) {
        number_count(butterfly->unaccounted_calls, calls, sizeof calls);
        snprintf(buffer, size, "; no caller recorded for its %s call%s", calls,
                 butterfly->unaccounted_calls == 1 ? "" : "s");
    }
}

void butterfly_sentence(const struct butterfly *butterfly, char *buffer, size_t size)
{
    const struct metric *metric = &butterfly->profile->metrics[butterfly->metric];
    char name[256], self[128], total[128], caller[400];
    function_name(&butterfly->profile->functions[butterfly->function], name, sizeof name);
    number_value(number_in_unit(butterfly->values.self, metric), metric, self, sizeof self);
    number_of_unit(number_in_unit(butterfly->values.total, metric), metric, total, sizeof total);
    caller_clause(butterfly, caller, sizeof caller);
    snprintf(buffer, size, "%s takes %s, %s of it itself%s.", name, total, self, caller);
}
