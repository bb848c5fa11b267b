/* Choosing, projecting and ordering the rows of a scaling. */
#include "formats/profile/memory.h"
#include "tui/analysis/filter.h"
#include "tui/analysis/order.h"
#include "tui/analysis/scaling_project.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    enum compare_measure measure;
} measure_words[] = {
    {"ncalls", COMPARE_NCALLS},      {"calls", COMPARE_NCALLS}, {"ncall", COMPARE_NCALLS},
    {"tottime", COMPARE_TOTTIME},    {"time", COMPARE_TOTTIME}, {"tsub", COMPARE_TOTTIME},
    {"cumulative", COMPARE_CUMTIME}, {"ttot", COMPARE_CUMTIME}, {"cumtime", COMPARE_CUMTIME},
};

/* Whether the word names a measure, which is then the one shown. */
static bool is_measure(const char *word, enum compare_measure *measure)
{
    for (size_t i = 0; word && i < sizeof measure_words / sizeof *measure_words; i++) {
        if (strcmp(measure_words[i].word, word) != 0)
            continue;
        *measure = measure_words[i].measure;
        return true;
    }
    return false;
}

int scaling_check_query(const struct scaling_query *query, struct error *err)
{
    if (isinf(query->at) || query->at <= 0)
        return error_set(err, ERROR_USAGE, "the size to project to must be above zero, not %g",
                         query->at);
    return 0;
}

/* ---- shares ---- */

static enum compare_measure share_measure(enum compare_measure measure)
{
    return measure == COMPARE_NCALLS ? COMPARE_CUMTIME : measure;
}

double scaling_share(const struct scaling *scaling, uint32_t row, enum compare_measure measure,
                     uint32_t size)
{
    double total = scaling->totals[size];
    return total > 0 ? scaling_value(scaling, row, share_measure(measure), size) / total : NAN;
}

double scaling_projected_share(const struct scaling *scaling, uint32_t row,
                               enum compare_measure measure)
{
    return scaling->rows[row].projected[share_measure(measure)] / scaling->total_at;
}

/* ---- rows ---- */

static bool is_hidden(const struct scaling *scaling, uint32_t row, double threshold)
{
    for (uint32_t size = 0; size < scaling->size_count; size++)
        if (scaling_share(scaling, row, COMPARE_CUMTIME, size) >= threshold)
            return false;
    return !(scaling_projected_share(scaling, row, COMPARE_CUMTIME) >= threshold);
}

static void select_rows(struct scaling *scaling, const struct scaling_query *query)
{
    struct filter *filter = filter_new(query->filter);
    scaling->count = scaling->matched = scaling->hidden = 0;
    for (uint32_t row = 0; row < scaling->functions; row++) {
        if (filter && !filter_matches_function(filter, scaling_function(scaling, row)))
            continue;
        scaling->matched++;
        if (query->threshold > 0 && is_hidden(scaling, row, query->threshold))
            scaling->hidden++;
        else
            scaling->order[scaling->count++] = row;
    }
    filter_free(filter);
}

static const struct function *function_at(const void *table, uint32_t index)
{
    const struct scaling *scaling = table;
    return scaling_function(scaling, scaling->order[index]);
}

static void sort_rows(struct scaling *scaling)
{
    struct order order = {.table = scaling,
                          .column = scaling->sort,
                          .reverse = scaling->reverse,
                          .function = function_at};
    uint32_t *permutation = order_rows(&order, scaling->count);
    uint32_t *sorted =
        order_apply(permutation, scaling->count, scaling->order, sizeof *scaling->order);
    memcpy(scaling->order, sorted, scaling->count * sizeof *sorted);
    free(permutation);
    free(sorted);
}

void scaling_set_at(struct scaling *scaling, double at)
{
    double chosen = isnan(at) ? 10 * scaling->sizes[scaling->size_count - 1] : at;
    if (chosen != scaling->at)
        scaling_project(scaling, chosen);
    scaling_columns_title(scaling);
}

int scaling_select(struct scaling *scaling, const struct scaling_query *query, struct error *err)
{
    enum compare_measure measure = query->measure;
    if (scaling_check_query(query, err))
        return -1;
    bool by_measure = is_measure(query->sort, &measure);
    const struct scaling_columns *columns = scaling->columns;
    const struct column *sort = by_measure ? &columns->list[columns->shown_count - 1]
                                           : scaling_column(scaling, query->sort, err);
    if (!sort)
        return -1;
    scaling->measure = measure;
    scaling->sort = sort;
    scaling->reverse = query->reverse;
    scaling->threshold = query->threshold;
    scaling_set_at(scaling, query->at);
    select_rows(scaling, query);
    sort_rows(scaling);
    if (query->limit && scaling->count > query->limit)
        scaling->count = query->limit;
    return 0;
}
