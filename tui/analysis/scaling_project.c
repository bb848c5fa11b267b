/* What the fits say of another size. */
#include "tui/analysis/scaling_project.h"

#include "formats/profile/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_CHANGE 1e-3  /* of a value; smaller ones are not passed on to callers */
#define MANY_CALLS   100.0 /* of so many the median tells what a call takes, whatever the size */
#define PASSES_MAX   64 /* callers above a function that learn of it, however deep the calls are */

/* The middle of the sizes, where a line through noisy points is known best. */
static double middle_size(const struct scaling *scaling)
{
    double sum = 0;
    for (uint32_t run = 0; run < scaling->run_count; run++)
        sum += log(scaling->runs[run].size);
    return exp(sum / scaling->run_count);
}

struct projection {
    struct scaling *scaling;
    double middle;   /* middle_size() */
    double *scratch; /* room for a value a size */
};

/* By the fit; where that is not clear, with the most ordinary growth that it allows. */
static double fit_projected(const struct projection *to, const struct fit *fit)
{
    if (fit_is_clear(fit))
        return fit_at(fit, to->scaling->at);
    double exponent = fmin(fmax(1, fit->low), fit->high);
    return fit_at(fit, to->middle) * pow(to->scaling->at / to->middle, exponent);
}

/* The median over the sizes of what a call takes; NAN when none has calls and time. */
static double time_a_call(const struct projection *to, uint32_t row)
{
    const struct scaling *scaling = to->scaling;
    uint32_t count = 0;
    for (uint32_t size = 0; size < scaling->size_count; size++) {
        double calls = scaling_value(scaling, row, COMPARE_NCALLS, size);
        double time = scaling_value(scaling, row, COMPARE_TOTTIME, size);
        if (calls > 0 && !isnan(time))
            to->scratch[count++] = time / calls;
    }
    return scaling_median(to->scratch, count);
}

static double value_at(const struct projection *to, uint32_t row, enum compare_measure measure)
{
    const struct scaling *scaling = to->scaling;
    const struct fit *fit = &scaling->rows[row].fit[measure];
    const struct fit *calls = &scaling->rows[row].fit[COMPARE_NCALLS];
    double each = NAN;
    if (!scaling_has_sizes(scaling, fit))
        return NAN;
    if (measure == COMPARE_TOTTIME && !fit_is_clear(fit) && fit_is_clear(calls) &&
        scaling_value(scaling, row, COMPARE_NCALLS, scaling->size_count - 1) >= MANY_CALLS)
        each = time_a_call(to, row);
    return isnan(each) ? fit_projected(to, fit) : fit_at(calls, scaling->at) * each;
}

static void project_rows(struct scaling *scaling)
{
    struct projection to = {scaling, middle_size(scaling),
                            memory_alloc(scaling->size_count * sizeof(double))};
    double rest = fit_projected(&to, &scaling->rest);
    scaling->total_at = scaling->stays + (isnan(rest) ? 0 : rest);
    for (uint32_t i = 0; i < scaling->functions; i++) {
        struct scaling_row *row = &scaling->rows[i];
        for (int m = 0; m < COMPARE_MEASURES; m++)
            row->projected[m] = value_at(&to, i, (enum compare_measure)m);
        if (row->alone)
            scaling->total_at += row->projected[COMPARE_TOTTIME];
    }
    free(to.scratch);
}

/* A function takes at least what it takes itself, and at most the whole. */
static double within(const struct scaling *scaling, double cumtime, double least)
{
    double value = cumtime >= least || isnan(least) ? cumtime : least;
    return value > scaling->total_at ? scaling->total_at : value;
}

/* What is the whole of every run is the whole of the next. */
static bool is_always_all(const struct scaling *scaling, uint32_t row)
{
    for (uint32_t size = 0; size < scaling->size_count; size++)
        if (!(scaling_share(scaling, row, COMPARE_CUMTIME, size) >= 0.999))
            return false;
    return true;
}

static void bound_by_tottime(struct scaling *scaling)
{
    for (uint32_t i = 0; i < scaling->functions; i++) {
        struct scaling_row *row = &scaling->rows[i];
        double least = row->alone ? row->projected[COMPARE_TOTTIME] : NAN;
        if (is_always_all(scaling, i))
            least = scaling->total_at;
        row->projected[COMPARE_CUMTIME] = within(scaling, row->projected[COMPARE_CUMTIME], least);
    }
}

/* The edges of the last run, by row and packed: they are gone through again and again. */
struct parts {
    uint32_t count;
    uint32_t *callers, *callees; /* rows; edges stand by caller */
    double *shares;              /* of the callee's cumtime */
    double *cumtimes;            /* by row */
};

/* How much of a callee's cumtime an edge is; what makes no sense weighs nothing. */
static double share_of(const struct scaling_run *last, uint32_t e)
{
    const struct edge *edge = &last->profile->edges[e];
    int64_t part = profile_edge(last->profile, e, last->metric).total;
    int64_t whole = profile_function(last->profile, edge->callee, last->metric).total;
    if (edge->caller == edge->callee || part <= 0 || whole <= 0)
        return 0;
    return fmin(1, (double)part / (double)whole);
}

/*
 * Where the edges of a caller hold more than the caller itself, as in recursion, they say nothing
 * of it. Edges stand by caller.
 */
static void leave_out_recursion(const struct scaling_run *last, double *shares)
{
    const struct profile *profile = last->profile;
    for (uint32_t e = 0, first; e < profile->edge_count;) {
        uint32_t function = profile->edges[e].caller;
        double passed = 0;
        for (first = e; e < profile->edge_count && profile->edges[e].caller == function; e++)
            if (profile->edges[e].callee != function)
                passed += (double)profile_edge(profile, e, last->metric).total;
        if (passed > 1.01 * (double)profile_function(profile, function, last->metric).total)
            memset(&shares[first], 0, (e - first) * sizeof *shares);
    }
}

static struct parts parts_new(const struct scaling *scaling, const struct scaling_run *last)
{
    const struct profile *profile = last->profile;
    const uint32_t *in_run = scaling->in_run + scaling->run_count - 1;
    struct parts parts = {.count = profile->edge_count};
    parts.callers = memory_alloc(parts.count * sizeof *parts.callers);
    parts.callees = memory_alloc(parts.count * sizeof *parts.callees);
    parts.shares = memory_alloc(parts.count * sizeof *parts.shares);
    parts.cumtimes = memory_alloc(scaling->functions * sizeof *parts.cumtimes);
    uint32_t *rows = memory_zeroed(profile->function_count, sizeof *rows);
    for (uint32_t row = 0; row < scaling->functions; row++) {
        uint32_t function = in_run[(size_t)row * scaling->run_count];
        parts.cumtimes[row] = scaling->rows[row].projected[COMPARE_CUMTIME];
        if (function != PROFILE_NONE)
            rows[function] = row;
    }
    for (uint32_t e = 0; e < parts.count; e++) {
        parts.callers[e] = rows[profile->edges[e].caller];
        parts.callees[e] = rows[profile->edges[e].callee];
        parts.shares[e] = share_of(last, e);
    }
    leave_out_recursion(last, parts.shares);
    free(rows);
    return parts;
}

static void parts_free(struct parts *parts)
{
    free(parts->callers);
    free(parts->callees);
    free(parts->shares);
    free(parts->cumtimes);
}

/* Whether any caller takes more than was thought: the sum of its parts. */
static bool bound_by_parts(const struct scaling *scaling, const struct parts *parts)
{
    bool changed = false;
    for (uint32_t e = 0; e < parts->count;) {
        uint32_t row = parts->callers[e];
        const struct scaling_row *caller = &scaling->rows[row];
        double sum = 0;
        for (; e < parts->count && parts->callers[e] == row; e++) {
            double callee = parts->cumtimes[parts->callees[e]];
            sum += isnan(callee) ? 0 : callee * parts->shares[e];
        }
        sum = within(scaling, caller->alone ? caller->projected[COMPARE_TOTTIME] + sum : sum, NAN);
        if (!(sum > parts->cumtimes[row] * (1 + LEAST_CHANGE)))
            continue;
        parts->cumtimes[row] = sum;
        changed = true;
    }
    return changed;
}

void scaling_project(struct scaling *scaling, double at)
{
    const struct scaling_run *last = &scaling->runs[scaling->run_count - 1];
    scaling->at = at;
    project_rows(scaling);
    bound_by_tottime(scaling);
    if (!(last->profile->flags & PROFILE_HAS_EDGES))
        return;
    struct parts parts = parts_new(scaling, last);
    for (int pass = 0; pass < PASSES_MAX && bound_by_parts(scaling, &parts);)
        pass++;
    for (uint32_t row = 0; row < scaling->functions; row++)
        scaling->rows[row].projected[COMPARE_CUMTIME] = parts.cumtimes[row];
    parts_free(&parts);
}
