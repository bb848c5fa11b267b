#include "tui/analysis/scaling.h"

#include "formats/profile/memory.h"
#include "tui/analysis/align.h"
#include "tui/analysis/order.h"
#include "tui/analysis/scaling_project.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct metric *scaling_metric(const struct scaling *scaling)
{
    const struct scaling_run *last = &scaling->runs[scaling->run_count - 1];
    return &last->profile->metrics[last->metric];
}

const struct function *scaling_function(const struct scaling *scaling, uint32_t row)
{
    const struct scaling_row *r = &scaling->rows[row];
    return &scaling->runs[r->run].profile->functions[r->function];
}

double scaling_value(const struct scaling *scaling, uint32_t row, enum compare_measure measure,
                     uint32_t size)
{
    return scaling->values[((size_t)row * COMPARE_MEASURES + measure) * scaling->size_count + size];
}

static double value_in(const struct scaling_run *run, uint32_t function,
                       enum compare_measure measure)
{
    if (function == PROFILE_NONE)
        return NAN;
    const struct metric *metric = &run->profile->metrics[run->metric];
    struct values values = profile_function(run->profile, function, run->metric);
    switch (measure) {
    case COMPARE_NCALLS:
        return run->profile->flags & PROFILE_HAS_CALLS ? (double)values.calls : NAN;
    case COMPARE_TOTTIME:
        return number_in_unit(values.self, metric);
    default:
        return number_in_unit(values.total, metric);
    }
}

double scaling_run_value(const struct scaling *scaling, uint32_t row, enum compare_measure measure,
                         uint32_t run)
{
    uint32_t function = scaling->in_run[(size_t)row * scaling->run_count + run];
    return value_in(&scaling->runs[run], function, measure);
}

/* ---- the runs and their sizes ---- */

static int size_of(const struct scaling_input *input, double *size, struct error *err)
{
    *size = input->size;
    if (isnan(*size) && compare_read_size(input->profile, size, err))
        return -1;
    if (isfinite(*size) && *size > 0)
        return 0;
    if (isnan(*size))
        error_set(err, ERROR_USAGE,
                  "the size of its input is not known: --sizes tells it, or `ncprof record "
                  "--size`, or a name as run@n=1000.ncp");
    else
        error_set(err, ERROR_USAGE, "the size of its input must be above zero, not %g", *size);
    return error_in_file(err, input->profile->path);
}

static int by_size(const void *left, const void *right)
{
    const struct scaling_run *a = left, *b = right;
    return a->size != b->size ? ORDER_OF(a->size, b->size) : ORDER_OF(a->input, b->input);
}

static int take_runs(struct scaling *scaling, const struct scaling_input *inputs, uint32_t count,
                     struct error *err)
{
    for (uint32_t i = 0; i < count; i++) {
        struct scaling_run *run = &scaling->runs[i];
        *run = (struct scaling_run){.profile = inputs[i].profile, .metric = inputs[i].metric};
        run->input = i;
        if (size_of(&inputs[i], &run->size, err))
            return -1;
        run->total = number_in_unit(profile_total(run->profile, run->metric, PROFILE_NONE),
                                    &run->profile->metrics[run->metric]);
    }
    qsort(scaling->runs, count, sizeof *scaling->runs, by_size);
    for (uint32_t i = 0; i < count; i++) {
        struct scaling_run *run = &scaling->runs[i];
        if (!i || run->size != scaling->sizes[scaling->size_count - 1])
            scaling->sizes[scaling->size_count++] = run->size;
        run->size_index = scaling->size_count - 1;
    }
    return 0;
}

static int check_metrics(const struct scaling_input *inputs, uint32_t count, struct error *err)
{
    const struct metric *first = &inputs[0].profile->metrics[inputs[0].metric];
    for (uint32_t i = 1; i < count; i++) {
        const struct metric *metric = &inputs[i].profile->metrics[inputs[i].metric];
        if (compare_is_alike(first, metric))
            continue;
        error_set(err, ERROR_USAGE,
                  "is measured in %.64s and the first run in %.64s, which cannot be compared; "
                  "--metric picks another of a file's metrics",
                  metric->name, first->name);
        return error_in_file(err, inputs[i].profile->path);
    }
    return 0;
}

static int check_sizes(const struct scaling *scaling, struct error *err)
{
    if (scaling->size_count > 1)
        return 0;
    if (scaling->run_count == 1)
        return error_set(err, ERROR_USAGE,
                         "one run says nothing of growth; it takes two or more, "
                         "of different sizes");
    return error_set(err, ERROR_USAGE,
                     "all %u runs are of size %g; growth takes two different sizes or more",
                     scaling->run_count, scaling->sizes[0]);
}

/* ---- the rows ---- */

static int compare_values(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return ORDER_OF(a, b);
}

/* Of the values that there are; sorts them. NAN: there is none. */
double scaling_median(double *values, uint32_t count)
{
    if (count < 2)
        return count ? values[0] : NAN;
    if (count > 1)
        qsort(values, count, sizeof *values, compare_values);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* The median of each size's runs; `values` has one a run, `scratch` as much room. */
static void medians(const struct scaling *scaling, const double *values, double *scratch,
                    double *out)
{
    uint32_t run = 0;
    for (uint32_t size = 0; size < scaling->size_count; size++) {
        uint32_t count = 0;
        for (; run < scaling->run_count && scaling->runs[run].size_index == size; run++)
            if (!isnan(values[run]))
                scratch[count++] = values[run];
        out[size] = scaling_median(scratch, count);
    }
}

/* What it takes to go through all rows. */
struct rows_maker {
    struct scaling *scaling;
    struct fit_sizes *sizes;
    double *values[COMPARE_MEASURES], *scratch, *rest; /* one a run */
};

static bool reaches_share(const struct scaling *scaling, const double *values)
{
    for (uint32_t run = 0; run < scaling->run_count; run++)
        if (values[run] >= GROWTH_LEAST_SHARE * scaling->runs[run].total && values[run] > 0)
            return true;
    return false;
}

static bool is_called(const struct scaling *scaling, const double *calls)
{
    double all = 0;
    for (uint32_t run = 0; run < scaling->run_count; run++) {
        if (calls[run] >= GROWTH_LEAST_CALLS ||
            !(scaling->runs[run].profile->flags & PROFILE_HAS_CALLS))
            return true;
        all += isnan(calls[run]) ? 0 : calls[run];
    }
    return scaling->run_count > 2 && all >= GROWTH_LEAST_CALLS;
}

bool scaling_has_sizes(const struct scaling *scaling, const struct fit *fit)
{
    return fit->sizes >= (scaling->size_count < 3 ? 2u : 3u);
}

static void fill_values(struct rows_maker *maker, struct scaling_row *row, const uint32_t *in_run)
{
    const struct scaling *scaling = maker->scaling;
    for (uint32_t run = 0; run < scaling->run_count; run++) {
        for (int m = 0; m < COMPARE_MEASURES; m++)
            maker->values[m][run] =
                value_in(&scaling->runs[run], in_run[run], (enum compare_measure)m);
        if (in_run[run] == PROFILE_NONE)
            continue;
        row->run = run;
        row->function = in_run[run];
    }
}

/* Alone, together with others, or not at all: how its tottime is projected. */
static void sort_tottime(struct rows_maker *maker, struct scaling_row *row, const double *medians)
{
    struct scaling *scaling = maker->scaling;
    const double *tottime = maker->values[COMPARE_TOTTIME];
    double last = medians[scaling->size_count - 1];
    bool known = scaling_has_sizes(scaling, &row->fit[COMPARE_TOTTIME]);
    row->alone = known && reaches_share(scaling, tottime);
    if (!known)
        scaling->stays += isnan(last) ? 0 : last;
    for (uint32_t run = 0; run < scaling->run_count && known && !row->alone; run++)
        maker->rest[run] += isnan(tottime[run]) ? 0 : tottime[run];
}

static void make_row(struct rows_maker *maker, uint32_t index)
{
    struct scaling *scaling = maker->scaling;
    struct scaling_row *row = &scaling->rows[index];
    double *shown = &scaling->values[(size_t)index * COMPARE_MEASURES * scaling->size_count];
    fill_values(maker, row, &scaling->in_run[(size_t)index * scaling->run_count]);
    bool heavy = reaches_share(scaling, maker->values[COMPARE_CUMTIME]);
    bool classed = heavy && is_called(scaling, maker->values[COMPARE_NCALLS]);
    for (int m = 0; m < COMPARE_MEASURES; m++, shown += scaling->size_count) {
        row->fit[m] = fit_values(maker->sizes, maker->values[m], heavy);
        if (classed && scaling_has_sizes(scaling, &row->fit[m]) && fit_is_clear(&row->fit[m]))
            row->growth[m] = growth_of(row->fit[m].exponent);
        medians(scaling, maker->values[m], maker->scratch, shown);
    }
    sort_tottime(maker, row, shown - 2 * scaling->size_count);
}

static void make_totals(struct rows_maker *maker)
{
    struct scaling *scaling = maker->scaling;
    for (uint32_t run = 0; run < scaling->run_count; run++)
        maker->values[0][run] = scaling->runs[run].total;
    medians(scaling, maker->values[0], maker->scratch, scaling->totals);
}

static void make_rows(struct scaling *scaling)
{
    struct rows_maker maker = {.scaling = scaling};
    double *sizes = memory_zeroed(scaling->run_count, sizeof *sizes);
    for (uint32_t run = 0; run < scaling->run_count; run++)
        sizes[run] = scaling->runs[run].size;
    maker.sizes = fit_sizes_new(sizes, scaling->run_count);
    for (int m = 0; m < COMPARE_MEASURES; m++)
        maker.values[m] = memory_zeroed(scaling->run_count, sizeof(double));
    maker.scratch = sizes; /* its content has been copied */
    maker.rest = memory_zeroed(scaling->run_count, sizeof(double));
    make_totals(&maker);
    for (uint32_t row = 0; row < scaling->functions; row++)
        make_row(&maker, row);
    scaling->rest = fit_values(maker.sizes, maker.rest, true);
    for (int m = 0; m < COMPARE_MEASURES; m++)
        free(maker.values[m]);
    free(maker.rest);
    free(sizes);
    fit_sizes_free(maker.sizes);
}

static void align_runs(struct scaling *scaling)
{
    const struct profile **profiles = memory_zeroed(scaling->run_count, sizeof(struct profile *));
    for (uint32_t run = 0; run < scaling->run_count; run++)
        profiles[run] = scaling->runs[run].profile;
    struct alignment *alignment = align_functions(profiles, scaling->run_count);
    scaling->functions = alignment->count;
    scaling->in_run = alignment->functions;
    alignment->functions = NULL;
    alignment_free(alignment);
    free(profiles);
}

static int prepare(struct scaling *scaling, const struct scaling_input *inputs, uint32_t count,
                   struct error *err)
{
    if (!count)
        return error_set(err, ERROR_USAGE, "there is no run");
    scaling->run_count = count;
    scaling->runs = memory_zeroed(count, sizeof *scaling->runs);
    scaling->sizes = memory_zeroed(count, sizeof *scaling->sizes);
    if (check_metrics(inputs, count, err) || take_runs(scaling, inputs, count, err))
        return -1;
    return check_sizes(scaling, err);
}

int scaling_new(struct scaling **out, const struct scaling_input *inputs, uint32_t count,
                struct error *err)
{
    struct scaling *scaling = memory_zeroed(1, sizeof *scaling);
    if (prepare(scaling, inputs, count, err)) {
        scaling_free(scaling);
        return -1;
    }
    align_runs(scaling);
    scaling->rows = memory_zeroed(scaling->functions, sizeof *scaling->rows);
    scaling->order = memory_zeroed(scaling->functions, sizeof *scaling->order);
    scaling->totals = memory_zeroed(scaling->size_count, sizeof(double));
    scaling->values = memory_zeroed((size_t)scaling->functions * scaling->size_count,
                                    COMPARE_MEASURES * sizeof(double));
    make_rows(scaling);
    scaling->columns = scaling_columns_new(scaling);
    *out = scaling;
    return 0;
}

void scaling_free(struct scaling *scaling)
{
    if (!scaling)
        return;
    blame_free(scaling->blame);
    free(scaling->edges);
    free(scaling->columns);
    free(scaling->runs);
    free(scaling->sizes);
    free(scaling->rows);
    free(scaling->in_run);
    free(scaling->values);
    free(scaling->totals);
    free(scaling->order);
    free(scaling);
}

const struct blame *scaling_blame(struct scaling *scaling)
{
    const struct scaling_run *a = &scaling->runs[0], *b = &scaling->runs[scaling->run_count - 1];
    struct blame_query query = {a->metric, b->metric, a->size, b->size};
    if (!scaling->blame)
        scaling->blame = blame_new(a->profile, b->profile, &query);
    return scaling->blame;
}

const struct blame_edge *scaling_edges(struct scaling *scaling, uint32_t *count)
{
    if (!scaling->knows_edges)
        scaling->edge_count = blame_edges(scaling_blame(scaling), PROFILE_NONE, &scaling->edges);
    scaling->knows_edges = true;
    *count = scaling->edge_count;
    return scaling->edges;
}
