#include "tui/analysis/compare.h"

#include "formats/profile/memory.h"
#include "tui/analysis/filter.h"
#include "tui/analysis/match.h"
#include "tui/analysis/names.h"
#include "tui/analysis/order.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Below these, on both sides, an exponent is noise and gets no class. */
#define CLASSED_SHARE 0.001
#define CLASSED_CALLS 3

const char *compare_status_name(enum compare_status status)
{
    static const char *const names[] = {"matched", "moved", "new", "gone"};
    return names[status];
}

const struct function *compare_function(const struct comparison *comparison, uint32_t row)
{
    const struct compare_row *r = &comparison->rows[row];
    return r->function_b != PROFILE_NONE ? &comparison->b->functions[r->function_b]
                                         : &comparison->a->functions[r->function_a];
}

static double log_ratio(double ratio, double size_ratio)
{
    bool sizes = isfinite(size_ratio) && size_ratio > 0 && size_ratio != 1;
    bool defined = sizes && isfinite(ratio) && ratio > 0;
    return defined ? log(ratio) / log(size_ratio) : NAN;
}

/* A missing side is worth 0 for the delta, but gives no ratio. */
static struct compare_change change_of(double a, double b, double size_ratio)
{
    struct compare_change change = {.a = a, .b = b};
    change.delta = (isnan(b) ? 0 : b) - (isnan(a) ? 0 : a);
    change.ratio = a > 0 && !isnan(b) ? b / a : NAN;
    change.exponent = log_ratio(change.ratio, size_ratio);
    return change;
}

static bool has_calls(const struct comparison *comparison)
{
    return comparison->a->flags & comparison->b->flags & PROFILE_HAS_CALLS;
}

static bool is_classed(const struct comparison *comparison, const struct compare_row *row)
{
    double share_a = row->change[COMPARE_CUMTIME].a / comparison->total_a;
    double share_b = row->change[COMPARE_CUMTIME].b / comparison->total_b;
    if (!(share_a >= CLASSED_SHARE || share_b >= CLASSED_SHARE))
        return false;
    return !has_calls(comparison) || row->a.calls >= CLASSED_CALLS || row->b.calls >= CLASSED_CALLS;
}

/*
 * delta = (calls B - calls A) x time a call in A + calls B x (time a call in B - in A).
 * In whole units of the metric, so that the two add up to the delta exactly.
 */
static void split_blame(const struct comparison *comparison, struct compare_row *row)
{
    const struct metric *metric_a = &comparison->a->metrics[comparison->metric_a];
    const struct metric *metric_b = &comparison->b->metrics[comparison->metric_b];
    double delta = row->change[COMPARE_CUMTIME].delta, more = delta;
    row->more_calls = row->slower_calls = NAN;
    if (!has_calls(comparison))
        return;
    if (row->a.calls)
        more = ((double)row->b.calls - (double)row->a.calls) / (double)row->a.calls *
               row->change[COMPARE_CUMTIME].a;
    if (row->function_b == PROFILE_NONE || row->function_a == PROFILE_NONE)
        more = delta;
    row->more_calls = more;
    row->slower_calls = delta - more;
    if (metric_a->scale != metric_b->scale)
        return;
    int64_t delta_units = row->b.total - row->a.total;
    int64_t more_units = (int64_t)llround(more / metric_a->scale);
    row->more_calls = number_in_unit(more_units, metric_a);
    row->slower_calls = number_in_unit(delta_units - more_units, metric_a);
}

static double known_calls(const struct profile *profile, uint32_t function, uint64_t calls)
{
    bool known = function != PROFILE_NONE && profile->flags & PROFILE_HAS_CALLS;
    return known ? (double)calls : NAN;
}

static double in_unit(const struct profile *profile, uint32_t metric, uint32_t function,
                      int64_t value)
{
    return function != PROFILE_NONE ? number_in_unit(value, &profile->metrics[metric]) : NAN;
}

static enum compare_status status_of(const struct match *match)
{
    if (match->a == PROFILE_NONE)
        return COMPARE_NEW;
    if (match->b == PROFILE_NONE)
        return COMPARE_GONE;
    return match->moved ? COMPARE_MOVED : COMPARE_MATCHED;
}

static void fill_changes(const struct comparison *comparison, struct compare_row *row)
{
    const struct profile *a = comparison->a, *b = comparison->b;
    double size_ratio = comparison->size_ratio;
    uint32_t metric_a = comparison->metric_a, metric_b = comparison->metric_b;
    row->change[COMPARE_NCALLS] =
        change_of(known_calls(a, row->function_a, row->a.calls),
                  known_calls(b, row->function_b, row->b.calls), size_ratio);
    if (!has_calls(comparison))
        row->change[COMPARE_NCALLS].delta = NAN;
    row->change[COMPARE_TOTTIME] =
        change_of(in_unit(a, metric_a, row->function_a, row->a.self),
                  in_unit(b, metric_b, row->function_b, row->b.self), size_ratio);
    row->change[COMPARE_CUMTIME] =
        change_of(in_unit(a, metric_a, row->function_a, row->a.total),
                  in_unit(b, metric_b, row->function_b, row->b.total), size_ratio);
    if (a->metrics[metric_a].scale != b->metrics[metric_b].scale)
        return;
    /* Whole units differ exactly; their quotients do not. */
    row->change[COMPARE_TOTTIME].delta =
        number_in_unit(row->b.self - row->a.self, &a->metrics[metric_a]);
    row->change[COMPARE_CUMTIME].delta =
        number_in_unit(row->b.total - row->a.total, &a->metrics[metric_a]);
}

static struct compare_row row_of(const struct comparison *comparison, const struct match *match)
{
    struct compare_row row = {status_of(match), match->a, match->b, .more_calls = NAN};
    if (match->a != PROFILE_NONE)
        row.a = profile_function(comparison->a, match->a, comparison->metric_a);
    if (match->b != PROFILE_NONE)
        row.b = profile_function(comparison->b, match->b, comparison->metric_b);
    fill_changes(comparison, &row);
    split_blame(comparison, &row);
    for (int m = 0; m < COMPARE_MEASURES; m++)
        if (is_classed(comparison, &row))
            row.change[m].growth = growth_of(row.change[m].exponent);
    return row;
}

static bool reaches(double value, double total, double threshold)
{
    return !isnan(value) && value >= threshold * total;
}

static bool is_hidden(const struct comparison *comparison, const struct compare_row *row,
                      double threshold)
{
    for (int m = COMPARE_TOTTIME; m <= COMPARE_CUMTIME; m++)
        if (reaches(row->change[m].a, comparison->total_a, threshold) ||
            reaches(row->change[m].b, comparison->total_b, threshold))
            return false;
    return true;
}

static void select_rows(struct comparison *comparison, const struct compare_query *query)
{
    struct match *matches = match_functions(comparison->a, comparison->b, &comparison->functions);
    struct filter *filter = filter_new(query->filter);
    comparison->rows = memory_zeroed(comparison->functions, sizeof *comparison->rows);
    for (uint32_t i = 0; i < comparison->functions; i++) {
        const struct match *match = &matches[i];
        const struct function *function = match->b != PROFILE_NONE
                                              ? &comparison->b->functions[match->b]
                                              : &comparison->a->functions[match->a];
        if (!filter_matches_function(filter, function))
            continue;
        comparison->matched++;
        struct compare_row row = row_of(comparison, match);
        if (query->threshold > 0 && is_hidden(comparison, &row, query->threshold))
            comparison->hidden++;
        else
            comparison->rows[comparison->count++] = row;
    }
    filter_free(filter);
    free(matches);
}

static int tie_by_name(const void *table, uint32_t a, uint32_t b)
{
    return function_compare(compare_function(table, a), compare_function(table, b));
}

static void sort_rows(struct comparison *comparison)
{
    struct order order = {comparison, comparison->sort, comparison->reverse, tie_by_name};
    uint32_t *permutation = order_rows(&order, comparison->count);
    struct compare_row *sorted =
        order_apply(permutation, comparison->count, comparison->rows, sizeof *sorted);
    free(permutation);
    free(comparison->rows);
    comparison->rows = sorted;
}

/* Wall and CPU time have one unit but are not one thing. */
static int check_units(const struct comparison *comparison, struct error *err)
{
    const struct metric *a = &comparison->a->metrics[comparison->metric_a];
    const struct metric *b = &comparison->b->metrics[comparison->metric_b];
    bool clocks = (!strcmp(a->name, "wall") && !strcmp(b->name, "cpu")) ||
                  (!strcmp(a->name, "cpu") && !strcmp(b->name, "wall"));
    if (a->kind == b->kind && !strcmp(a->unit, b->unit) && !clocks)
        return 0;
    return error_set(err, ERROR_USAGE,
                     "A is measured in %.64s%s%.32s%s and B in %.64s%s%.32s%s, which cannot be "
                     "compared; --metric picks another of a file's metrics",
                     a->name, a->unit[0] ? " (" : "", a->unit, a->unit[0] ? ")" : "", b->name,
                     b->unit[0] ? " (" : "", b->unit, b->unit[0] ? ")" : "");
}

static int set_sizes(struct comparison *comparison, const struct compare_query *query,
                     struct error *err)
{
    if (query->size_a <= 0 || query->size_b <= 0)
        return error_set(err, ERROR_USAGE, "the sizes of both runs must be above zero");
    comparison->size_a = isnan(query->size_a) ? compare_size(comparison->a) : query->size_a;
    comparison->size_b = isnan(query->size_b) ? compare_size(comparison->b) : query->size_b;
    comparison->size_ratio = comparison->size_b / comparison->size_a;
    return 0;
}

static double total_of(const struct profile *profile, uint32_t metric)
{
    return number_in_unit(profile_total(profile, metric, PROFILE_NONE), &profile->metrics[metric]);
}

int compare_new(struct comparison **out, const struct profile *a, const struct profile *b,
                const struct compare_query *query, struct error *err)
{
    struct comparison comparison = {.a = a,
                                    .b = b,
                                    .metric_a = query->metric_a,
                                    .metric_b = query->metric_b,
                                    .reverse = query->reverse};
    comparison.sort = column_for_sort(compare_columns, query->sort, "delta", err);
    if (!comparison.sort || check_units(&comparison, err) || set_sizes(&comparison, query, err))
        return -1;
    comparison.total_a = total_of(a, query->metric_a);
    comparison.total_b = total_of(b, query->metric_b);
    select_rows(&comparison, query);
    sort_rows(&comparison);
    if (query->limit && comparison.count > query->limit)
        comparison.count = query->limit;
    *out = memory_alloc(sizeof comparison);
    **out = comparison;
    return 0;
}

void compare_free(struct comparison *comparison)
{
    if (comparison)
        free(comparison->rows);
    free(comparison);
}
