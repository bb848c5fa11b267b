#include "tui/analysis/hotspots.h"

#include "formats/documents/latency.h"
#include "formats/profile/memory.h"
#include "tui/analysis/filter.h"
#include "tui/analysis/hotspot_columns.h"
#include "tui/analysis/order.h"
#include "tui/corrections.h"
#include "tui/numbers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct function *function_of(const void *table, uint32_t row)
{
    const struct hotspots *hotspots = table;
    return &hotspots->profile->functions[hotspots->rows[row].function];
}

static bool is_nothing(const struct values *values)
{
    return !values->calls && !values->self && !values->total;
}

static bool below(const struct hotspots *hotspots, const struct values *values, double threshold)
{
    double limit = threshold * fabs((double)hotspots->total);
    return fabs((double)values->self) < limit && fabs((double)values->total) < limit;
}

/* What the query lets through, in the order of the profile; the counters on the way. */
static void select_rows(struct hotspots *hotspots, const struct hotspots_query *query,
                        const struct values *values)
{
    struct filter *filter = filter_new(query->filter);
    for (uint32_t f = 0; f < hotspots->profile->function_count; f++) {
        if (hotspots->thread != PROFILE_NONE && is_nothing(&values[f]))
            continue;
        hotspots->functions++;
        if (filter && !filter_matches_function(filter, &hotspots->profile->functions[f]))
            continue;
        hotspots->matched++;
        hotspots->matched_self += values[f].self;
        if (below(hotspots, &values[f], query->threshold)) {
            hotspots->hidden++;
            hotspots->hidden_self += values[f].self;
            continue;
        }
        hotspots->rows[hotspots->count++] = (struct hotspot){f, values[f], 0};
    }
    filter_free(filter);
}

static void sort_rows(struct hotspots *hotspots)
{
    double quantile = hotspot_column_quantile(hotspots->sort);
    for (uint32_t i = 0; quantile >= 0 && i < hotspots->count; i++)
        hotspots->rows[i].sorted_latency =
            latency_ns(hotspots->profile, hotspots->rows[i].function, quantile);
    struct order order = {hotspots, hotspots->sort, hotspots->reverse, .function = function_of};
    uint32_t *permutation = order_rows(&order, hotspots->count);
    struct hotspot *sorted =
        order_apply(permutation, hotspots->count, hotspots->rows, sizeof *sorted);
    free(permutation);
    free(hotspots->rows);
    hotspots->rows = sorted;
}

static struct values *all_values(const struct hotspots *hotspots)
{
    const struct profile *profile = hotspots->profile;
    struct values *values = memory_zeroed(profile->function_count, sizeof *values);
    if (hotspots->thread != PROFILE_NONE) {
        profile_thread_functions(profile, hotspots->thread, hotspots->metric, values);
        return values;
    }
    for (uint32_t f = 0; f < profile->function_count; f++)
        values[f] = profile_function(profile, f, hotspots->metric);
    return values;
}

int hotspots_new(struct hotspots **out, const struct profile *profile,
                 const struct hotspots_query *query, struct error *err)
{
    const struct column *sort = column_for_sort(hotspot_columns, query->sort, "tottime", err);
    if (!sort)
        return -1;
    struct hotspots *hotspots = memory_zeroed(1, sizeof *hotspots);
    hotspots->profile = profile;
    hotspots->metric = query->metric;
    hotspots->thread = query->thread;
    hotspots->sort = sort;
    hotspots->reverse = query->reverse;
    hotspots->total = profile_total(profile, query->metric, query->thread);
    hotspots->rows = memory_zeroed(profile->function_count, sizeof *hotspots->rows);
    struct values *values = all_values(hotspots);
    select_rows(hotspots, query, values);
    free(values);
    sort_rows(hotspots);
    if (query->limit && hotspots->count > query->limit)
        hotspots->count = query->limit;
    *out = hotspots;
    return 0;
}

void hotspots_free(struct hotspots *hotspots)
{
    if (hotspots)
        free(hotspots->rows);
    free(hotspots);
}

double hotspots_latency(const struct hotspots *hotspots, uint32_t row, double quantile)
{
    if (hotspots->thread != PROFILE_NONE)
        return NAN;
    return latency_seconds(hotspots->profile, hotspots->rows[row].function, quantile);
}

/* "; 1 caller (transform)", "; 3 callers", "; called from outside" */
static void callers_clause(const struct profile *profile, uint32_t function, char *buffer,
                           size_t size)
{
    uint32_t first, end;
    char name[256];
    buffer[0] = '\0';
    if (!(profile->flags & PROFILE_HAS_EDGES))
        return;
    profile_callers(profile, function, &first, &end);
    if (first == end) {
        snprintf(buffer, size, "; no caller recorded");
    } else if (end - first == 1) {
        uint32_t caller = profile->edges[profile->edges_by_callee[first]].caller;
        function_name(&profile->functions[caller], name, sizeof name);
        snprintf(buffer, size, "; 1 caller (%s)", name);
    } else {
        snprintf(buffer, size, "; %" PRIu32 " callers", end - first);
    }
}

static void latency_clause(const struct hotspots *hotspots, uint32_t row, char *buffer, size_t size)
{
    static const struct metric time = {"wall", "s", METRIC_TIME, 1e-9};
    char median[32], tail[32], slowest[32];
    buffer[0] = '\0';
    if (isnan(hotspots_latency(hotspots, row, 1)))
        return;
    number_value(hotspots_latency(hotspots, row, 0.5), &time, median, sizeof median);
    number_value(hotspots_latency(hotspots, row, 0.99), &time, tail, sizeof tail);
    number_value(hotspots_latency(hotspots, row, 1), &time, slowest, sizeof slowest);
    snprintf(buffer, size, "; p50 %s, p99 %s, slowest %s", median, tail, slowest);
}

/* "; below what can be resolved (3 × what recording a call costs: 150 ns)" */
static void resolution_clause(const struct profile *profile, uint32_t function, char *buffer,
                              size_t size)
{
    static const struct metric time = {"wall", "s", METRIC_TIME, 1e-9};
    char limit[32];
    buffer[0] = '\0';
    if (!profile_is_below_resolution(profile, function))
        return;
    number_value(corrections_resolution(profile, function), &time, limit, sizeof limit);
    snprintf(buffer, size, "; ~: a call's own time is below %s, 3 × what recording it costs",
             limit);
}

void hotspots_sentence(const struct hotspots *hotspots, uint32_t row, char *buffer, size_t size)
{
    const struct profile *profile = hotspots->profile;
    const struct hotspot *hotspot = &hotspots->rows[row];
    char name[512], share[32], callers[320], latency[128], value[128], below[128];
    function_name(&profile->functions[hotspot->function], name, sizeof name);
    number_percent((double)hotspot->values.self / (double)hotspots->total, share, sizeof share);
    const struct metric *metric = &profile->metrics[hotspots->metric];
    number_of_unit(number_in_unit(hotspot->values.self, metric), metric, value, sizeof value);
    callers_clause(profile, hotspot->function, callers, sizeof callers);
    latency_clause(hotspots, row, latency, sizeof latency);
    resolution_clause(profile, hotspot->function, below, sizeof below);
    snprintf(buffer, size, "%s takes %s %% of the %s itself (%s)%s%s%s.", name, share,
             hotspots->thread == PROFILE_NONE                           ? "run"
             : profile_chosen_process(hotspots->thread) == PROFILE_NONE ? "thread"
                                                                        : "process",
             value, below, callers, latency);
}

void hotspots_hidden_sentence(const struct hotspots *hotspots, double threshold, char *buffer,
                              size_t size)
{
    char count[40], share[32];
    buffer[0] = '\0';
    if (!hotspots->hidden)
        return;
    number_count(hotspots->hidden, count, sizeof count);
    number_percent((double)hotspots->hidden_self / (double)hotspots->total, share, sizeof share);
    snprintf(buffer, size, "%s function%s below %g %% hidden (%s %%)", count,
             hotspots->hidden == 1 ? "" : "s", threshold * 100, share);
}
