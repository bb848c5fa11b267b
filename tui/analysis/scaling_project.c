/* What the fits say of another size. */
#include "tui/analysis/scaling_project.h"

#include "formats/profile/memory.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_CHANGE 1e-3 /* of a value; smaller ones are not passed on to callers */
#define PASSES_MAX   64 /* callers above a function that learn of it, however deep the calls are */

static void project_rows(struct scaling *scaling, double at)
{
    uint32_t least = scaling->size_count < 3 ? 2 : 3;
    double rest = fit_at(&scaling->rest, at);
    scaling->at = at;
    scaling->total_at = scaling->stays + (isnan(rest) ? 0 : rest);
    for (uint32_t i = 0; i < scaling->functions; i++) {
        struct scaling_row *row = &scaling->rows[i];
        for (int m = 0; m < COMPARE_MEASURES; m++) {
            const struct fit *fit = &row->fit[m];
            row->projected[m] = fit->sizes >= least ? fit_at(fit, at) : NAN;
        }
        if (row->alone)
            scaling->total_at += row->projected[COMPARE_TOTTIME];
    }
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

/* What a caller passes on along an edge, if the callee's cumtime stays shared out as it is. */
static double passed_along(const struct scaling *scaling, const struct scaling_run *last,
                           const uint32_t *rows, uint32_t e)
{
    const struct edge *edge = &last->profile->edges[e];
    int64_t part = profile_edge(last->profile, e, last->metric).total;
    int64_t whole = profile_function(last->profile, edge->callee, last->metric).total;
    double callee = scaling->rows[rows[edge->callee]].projected[COMPARE_CUMTIME];
    if (edge->caller == edge->callee || part <= 0 || whole <= 0 || isnan(callee))
        return 0;
    return callee * fmin(1, (double)part / (double)whole);
}

/*
 * Whether any caller takes more than was thought: the sum of its parts. Edges stand by caller.
 * Where they hold more than the caller itself, as in recursion, they say nothing of it.
 */
static bool bound_by_parts(const struct scaling *scaling, const struct scaling_run *last,
                           const uint32_t *rows)
{
    const struct profile *profile = last->profile;
    bool changed = false;
    for (uint32_t e = 0; e < profile->edge_count;) {
        uint32_t function = profile->edges[e].caller;
        struct scaling_row *caller = &scaling->rows[rows[function]];
        double sum = caller->alone ? caller->projected[COMPARE_TOTTIME] : 0, passed_now = 0;
        for (; e < profile->edge_count && profile->edges[e].caller == function; e++) {
            sum += passed_along(scaling, last, rows, e);
            if (profile->edges[e].callee != function)
                passed_now += (double)profile_edge(profile, e, last->metric).total;
        }
        struct values now = profile_function(profile, function, last->metric);
        sum = within(scaling, sum, NAN);
        if (passed_now > 1.01 * (double)now.total ||
            !(sum > caller->projected[COMPARE_CUMTIME] * (1 + LEAST_CHANGE)))
            continue;
        caller->projected[COMPARE_CUMTIME] = sum;
        changed = true;
    }
    return changed;
}

void scaling_project(struct scaling *scaling, double at)
{
    const struct scaling_run *last = &scaling->runs[scaling->run_count - 1];
    const uint32_t *in_run = scaling->in_run + scaling->run_count - 1;
    project_rows(scaling, at);
    bound_by_tottime(scaling);
    if (!(last->profile->flags & PROFILE_HAS_EDGES))
        return;
    uint32_t *rows = memory_zeroed(last->profile->function_count, sizeof *rows);
    for (uint32_t row = 0; row < scaling->functions; row++)
        if (in_run[(size_t)row * scaling->run_count] != PROFILE_NONE)
            rows[in_run[(size_t)row * scaling->run_count]] = row;
    for (int pass = 0; pass < PASSES_MAX && bound_by_parts(scaling, last, rows);)
        pass++;
    free(rows);
}
