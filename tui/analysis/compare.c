#include "tui/analysis/compare.h"

#include "formats/profile/memory.h"
#include "tui/analysis/compare_internal.h"
#include "tui/analysis/filter.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool compare_has_sizes(const struct comparison *comparison)
{
    return !isnan(comparison->size_ratio) && comparison->size_ratio != 1;
}

const char *const compare_measures[COMPARE_MEASURES] = {"ncalls", "tottime", "cumtime"};

const char *compare_status_name(enum compare_status status)
{
    static const char *const names[] = {"matched", "moved", "new", "gone"};
    return names[status];
}

const struct function *compare_function_a(const struct comparison *comparison, uint32_t row)
{
    const struct compare_row *r = &comparison->rows[row];
    return r->function_a == PROFILE_NONE
               ? NULL
               : &comparison->captures[r->capture_a]->functions[r->function_a];
}

const struct function *compare_function(const struct comparison *comparison, uint32_t row)
{
    const struct compare_row *r = &comparison->rows[row];
    if (r->function_b == PROFILE_NONE)
        return compare_function_a(comparison, row);
    return &comparison->captures[comparison->count_a + r->capture_b]->functions[r->function_b];
}

bool compare_is_one_unit(const struct metric *a, const struct metric *b)
{
    return a->kind == b->kind && !strcmp(a->unit, b->unit);
}

/* "cpu", and "cpu, raw": as recorded. */
static bool is_clock(const struct metric *metric, const char *name)
{
    size_t length = strlen(name);
    return !strncmp(metric->name, name, length) &&
           (!metric->name[length] || metric->name[length] == ',');
}

bool compare_is_alike(const struct metric *a, const struct metric *b)
{
    bool clocks = (is_clock(a, "wall") && is_clock(b, "cpu")) ||
                  (is_clock(a, "cpu") && is_clock(b, "wall"));
    return compare_is_one_unit(a, b) && !clocks;
}

const char *compare_name_a(const struct compare_work *work)
{
    return work->query->name_a ? work->query->name_a : "A";
}

const char *compare_name_b(const struct compare_work *work)
{
    return work->query->name_b ? work->query->name_b : "B";
}

static int refuse_unlike(const char *side_a, const struct metric *a, const char *side_b,
                         const struct metric *b, struct error *err)
{
    return error_set(err, ERROR_USAGE,
                     "%s is measured in %.64s%s%.32s%s and %s in %.64s%s%.32s%s, which cannot be "
                     "compared",
                     side_a, a->name, a->unit[0] ? " (" : "", a->unit, a->unit[0] ? ")" : "",
                     side_b, b->name, b->unit[0] ? " (" : "", b->unit, b->unit[0] ? ")" : "");
}

/* The captures of one side are repeats of one run: nothing makes unlike ones alike. */
static int check_repeats(const struct captures *captures, const char *name, struct error *err)
{
    const struct metric *first = captures_metric(captures, 0);
    char side[64], other[64];
    for (uint32_t i = 1; i < captures->side.count; i++) {
        const struct metric *metric = captures_metric(captures, i);
        if (compare_is_alike(first, metric))
            continue;
        snprintf(side, sizeof side, "capture 1 of %s", name);
        snprintf(other, sizeof other, "capture %u", i + 1);
        return refuse_unlike(side, first, other, metric, err);
    }
    return 0;
}

static void find_unit(struct compare_work *work)
{
    work->unit = captures_metric(&work->a, 0);
    for (uint32_t i = 0; i < work->a.side.count; i++)
        if (captures_metric(&work->a, i)->scale < work->unit->scale)
            work->unit = captures_metric(&work->a, i);
    for (uint32_t i = 0; i < work->b.side.count; i++)
        if (captures_metric(&work->b, i)->scale < work->unit->scale)
            work->unit = captures_metric(&work->b, i);
}

/*
 * Counts that are scaled, or have medians, are no whole numbers any more, as nanoseconds are for
 * all that anybody sees: a power of two of parts for each, as many as the largest sum has room for.
 */
static void split_unit(struct compare_work *work)
{
    const double room = 0x1p52;
    const int most = 20;
    bool is_coarse = work->unit->scale == 1;
    if (!is_coarse || (work->query->normalise == COMPARE_NORMALISE_NONE && work->one_unit &&
                       !work->comparison->repeated))
        return;
    double sum_a = (double)captures_sums(&work->a, 1).self;
    double sum_b = (double)captures_sums(&work->b, 1).self;
    work->parts = *work->unit;
    for (int i = 0; i < most && fmax(sum_a, sum_b) / work->parts.scale < room; i++)
        work->parts.scale /= 2;
    work->unit = &work->parts;
}

static int check_units(struct compare_work *work, struct error *err)
{
    const struct metric *a = captures_metric(&work->a, 0), *b = captures_metric(&work->b, 0);
    if (check_repeats(&work->a, compare_name_a(work), err) ||
        check_repeats(&work->b, compare_name_b(work), err))
        return -1;
    work->comparison->unlike = !compare_is_alike(a, b);
    if (work->comparison->unlike && !work->query->allow_unlike)
        return refuse_unlike(compare_name_a(work), a, compare_name_b(work), b, err);
    work->one_unit = compare_is_one_unit(a, b);
    find_unit(work);
    split_unit(work);
    /* Where a second has a whole number of units, number_in_unit() divides by it. */
    double inverse = nearbyint(1 / work->unit->scale);
    if (number_in_unit(1, work->unit) == 1 / inverse)
        work->divisor = inverse;
    return 0;
}

/* What is given, else what the captures say, which must agree. */
static int side_size(const struct compare_side *side, const char *name, double *size,
                     struct error *err)
{
    *size = side->size;
    if (side->size <= 0 || isinf(side->size))
        return error_set(err, ERROR_USAGE, "the size of %s must be above zero and finite", name);
    for (uint32_t i = 0; i < side->count && isnan(side->size); i++) {
        double said;
        if (compare_read_size(side->profiles[i], &said, err))
            return -1;
        if (!isnan(*size) && !isnan(said) && *size != said)
            return error_set(err, ERROR_USAGE,
                             "the captures of %s are of different sizes, %g and %g", name, *size,
                             said);
        *size = isnan(said) ? *size : said;
    }
    return 0;
}

static int set_sizes(struct compare_work *work, struct error *err)
{
    struct comparison *comparison = work->comparison;
    if (side_size(&work->a.side, compare_name_a(work), &comparison->size_a, err) ||
        side_size(&work->b.side, compare_name_b(work), &comparison->size_b, err))
        return -1;
    comparison->size_ratio = comparison->size_b / comparison->size_a;
    work->log_size_ratio = log(comparison->size_ratio);
    return 0;
}

static bool reaches(double value, double total, double threshold)
{
    return !isnan(value) && value >= threshold * total;
}

static bool is_hidden(const struct comparison *comparison, const struct compare_row *row,
                      double threshold)
{
    double total_b = comparison->total_b * comparison->time_factor;
    for (int m = COMPARE_TOTTIME; m <= COMPARE_CUMTIME; m++)
        if (reaches(row->change[m].a, comparison->total_a, threshold) ||
            reaches(row->change[m].b, total_b, threshold))
            return false;
    return true;
}

static bool is_changed(const struct compare_row *row)
{
    if (row->status == COMPARE_NEW || row->status == COMPARE_GONE || row->uncertain)
        return false;
    for (int m = 0; m < COMPARE_MEASURES; m++)
        if (!isnan(row->change[m].delta) && row->change[m].delta != 0)
            return true;
    return false;
}

static bool is_wanted(const struct compare_row *row, unsigned only)
{
    if (!only || only & COMPARE_ONLY(row->status))
        return true;
    return only & COMPARE_ONLY_CHANGED && is_changed(row);
}

static const struct function *function_of(const struct compare_work *work, uint32_t pair)
{
    const struct match *match = &work->pairs[pair];
    return match->b != PROFILE_NONE ? &work->b.known.functions[match->b]
                                    : &work->a.known.functions[match->a];
}

static void select_rows(struct compare_work *work)
{
    struct comparison *comparison = work->comparison;
    struct filter *filter = filter_new(work->query->filter);
    comparison->functions = work->pair_count;
    comparison->rows = memory_zeroed(work->pair_count, sizeof *comparison->rows);
    for (uint32_t i = 0; i < work->pair_count; i++) {
        struct compare_row *row = &comparison->rows[comparison->count];
        compare_fill_row(work, i, row);
        comparison->of_status[row->status]++;
        compare_judge(work, row);
        if (!is_wanted(row, work->query->only) ||
            (filter && !filter_matches_function(filter, function_of(work, i))))
            continue;
        comparison->matched++;
        if (work->query->threshold > 0 && is_hidden(comparison, row, work->query->threshold))
            comparison->hidden++;
        else
            comparison->count++;
    }
    filter_free(filter);
}

static void open_work(struct compare_work *work, const struct compare_side *a,
                      const struct compare_side *b)
{
    struct comparison *comparison = work->comparison;
    captures_open(&work->a, a);
    captures_open(&work->b, b);
    comparison->a = a->profiles[0];
    comparison->b = b->profiles[0];
    comparison->metric_a = a->metrics ? a->metrics[0] : 0;
    comparison->metric_b = b->metrics ? b->metrics[0] : 0;
    comparison->count_a = a->count;
    comparison->count_b = b->count;
    for (uint32_t i = 0; i < a->count; i++)
        comparison->captures[i] = a->profiles[i];
    for (uint32_t i = 0; i < b->count; i++)
        comparison->captures[a->count + i] = b->profiles[i];
}

static void find_pairs(struct compare_work *work)
{
    const struct compare_query *query = work->query;
    work->pairs = work->found = NULL;
    if (query->pairs && work->comparison->count_a == 1 && work->comparison->count_b == 1) {
        work->pairs = query->pairs;
        work->pair_count = query->pair_count;
        return;
    }
    work->found = match_functions(&work->a.known, &work->b.known, &work->pair_count);
    work->pairs = work->found;
}

static int fill(struct compare_work *work, struct error *err)
{
    struct comparison *comparison = work->comparison;
    uint32_t limit = work->query->limit;
    if (check_units(work, err) || set_sizes(work, err))
        return -1;
    find_pairs(work);
    comparison->total_a =
        number_in_unit(captures_sums(&work->a, work->unit->scale).self, work->unit);
    comparison->total_b =
        number_in_unit(captures_sums(&work->b, work->unit->scale).self, work->unit);
    if (compare_normalise(work, err))
        return -1;
    select_rows(work);
    compare_sort(comparison, limit);
    compare_measure_noise(work);
    return 0;
}

int compare_new(struct comparison **out, const struct compare_side *a, const struct compare_side *b,
                const struct compare_query *query, struct error *err)
{
    const struct column *sort = column_for_sort(compare_columns, query->sort, "delta", err);
    if (!sort)
        return -1;
    if (a->count > COMPARE_CAPTURES_MAX || b->count > COMPARE_CAPTURES_MAX)
        return error_set(err, ERROR_LIMIT, "%u captures on a side are too many; %d is the limit",
                         a->count > b->count ? a->count : b->count, COMPARE_CAPTURES_MAX);
    struct compare_work work = {.comparison = memory_zeroed(1, sizeof *work.comparison),
                                .query = query};
    work.comparison->sort = sort;
    work.comparison->reverse = query->reverse;
    work.comparison->blame = query->blame == COMPARE_TOTTIME ? COMPARE_TOTTIME : COMPARE_CUMTIME;
    open_work(&work, a, b);
    compare_open_noise(&work);
    int failed = fill(&work, err);
    compare_close_noise(&work);
    captures_close(&work.a);
    captures_close(&work.b);
    free(work.found);
    if (failed)
        compare_free(work.comparison);
    else
        *out = work.comparison;
    return failed;
}

void compare_free(struct comparison *comparison)
{
    if (comparison) {
        free(comparison->rows);
        free(comparison->noise);
    }
    free(comparison);
}
