#include "tui/analysis/butterflies.h"

#include "formats/profile/memory.h"
#include "tui/analysis/butterfly.h"
#include "tui/analysis/names.h"
#include "tui/analysis/order.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct work {
    struct butterflies *out;
    const struct blame *blame;
    struct butterfly *a, *b; /* NULL: the function is missing there */
    uint32_t *row_of;        /* by function of B: its row + 1; cleared after each half */
};

const struct function *butterflies_row_function(const struct butterflies *butterflies,
                                                const struct butterflies_row *row)
{
    if (row->itself)
        return NULL;
    return row->in_b ? &butterflies->b->functions[row->function_b]
                     : &butterflies->a->functions[row->function_a];
}

const struct function *butterflies_function(const struct butterflies *butterflies)
{
    return butterflies->function_b != PROFILE_NONE
               ? &butterflies->b->functions[butterflies->function_b]
               : &butterflies->a->functions[butterflies->function_a];
}

/* ---- rows ---- */

struct half {
    const struct butterfly_row *rows;
    uint32_t count;
};

static struct half half_of(const struct butterfly *butterfly, bool callers)
{
    if (!butterfly)
        return (struct half){NULL, 0};
    return callers ? (struct half){butterfly->callers, butterfly->caller_count}
                   : (struct half){butterfly->callees, butterfly->callee_count};
}

/* The rows of B, then what A alone has; which row of A belongs to which of B stands in `from_a`. */
static uint32_t pair_halves(struct work *work, struct half a, struct half b,
                            struct butterflies_row *rows, const struct values **from_a,
                            const struct values **from_b)
{
    uint32_t count = 0, itself = PROFILE_NONE;
    for (uint32_t i = 0; i < b.count; i++) {
        uint32_t function = b.rows[i].function;
        rows[count] = (struct butterflies_row){PROFILE_NONE, function, .in_b = true,
                                               .itself = function == PROFILE_NONE};
        from_b[count++] = &b.rows[i].values;
        if (function == PROFILE_NONE)
            itself = i;
        else
            work->row_of[function] = count;
    }
    for (uint32_t i = 0; i < a.count; i++) {
        uint32_t function = a.rows[i].function, row = PROFILE_NONE;
        uint32_t in_b = function == PROFILE_NONE ? function : blame_in_b(work->blame, function);
        if (function == PROFILE_NONE)
            row = itself;
        else if (in_b != PROFILE_NONE && work->row_of[in_b])
            row = work->row_of[in_b] - 1;
        if (row == PROFILE_NONE) {
            row = count++;
            rows[row] = (struct butterflies_row){PROFILE_NONE, in_b, .in_b = false,
                                                 .itself = function == PROFILE_NONE};
        }
        rows[row].function_a = function;
        rows[row].in_a = true;
        from_a[row] = &a.rows[i].values;
    }
    for (uint32_t i = 0; i < b.count; i++)
        if (b.rows[i].function != PROFILE_NONE)
            work->row_of[b.rows[i].function] = 0;
    return count;
}

static void lay_blame(struct work *work, struct butterflies_row *row, bool callers)
{
    const struct butterflies *out = work->out;
    row->exponent_caller = NAN;
    if (row->itself || !row->in_a || !row->in_b)
        return;
    uint32_t edge = callers ? blame_find_edge(out->b, row->function_b, out->function_b)
                            : blame_find_edge(out->b, out->function_b, row->function_b);
    if (edge != PROFILE_NONE)
        row->blame = blame_causes(work->blame, edge, &row->exponent_caller);
}

static double share_of(const struct work *work, const struct values *a, const struct values *b)
{
    if (b && work->b)
        return (double)b->total / (double)work->b->values.total;
    return a && work->a ? (double)a->total / (double)work->a->values.total : NAN;
}

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct butterflies *butterflies = context;
    const struct butterflies_row *a = left, *b = right;
    double change_a = fabs(a->change[COMPARE_CUMTIME].delta);
    double change_b = fabs(b->change[COMPARE_CUMTIME].delta);
    if (change_a != change_b)
        return ORDER_OF(change_b, change_a);
    if (a->itself || b->itself)
        return ORDER_OF(a->itself, b->itself);
    return function_compare(butterflies_row_function(butterflies, a),
                            butterflies_row_function(butterflies, b));
}

static void add_half(struct work *work, bool callers)
{
    struct butterflies *out = work->out;
    struct half a = half_of(work->a, callers), b = half_of(work->b, callers);
    size_t most = (size_t)a.count + b.count;
    struct butterflies_row *rows = memory_zeroed(most, sizeof *rows);
    const struct values **from_a = memory_zeroed(most, sizeof *from_a);
    const struct values **from_b = memory_zeroed(most, sizeof *from_b);
    uint32_t count = pair_halves(work, a, b, rows, from_a, from_b);
    for (uint32_t i = 0; i < count; i++) {
        change_of(&out->scale, from_a[i], from_b[i], rows[i].change);
        if (rows[i].itself) /* the function itself is no call of it */
            rows[i].change[COMPARE_NCALLS] =
                (struct compare_change){NAN, NAN, NAN, NAN, NAN, GROWTH_NONE};
        rows[i].share = share_of(work, from_a[i], from_b[i]);
        lay_blame(work, &rows[i], callers);
    }
    if (count > 1)
        qsort_r(rows, count, sizeof *rows, compare_rows, out);
    *(callers ? &out->callers : &out->callees) = rows;
    *(callers ? &out->caller_count : &out->callee_count) = count;
    free(from_a);
    free(from_b);
}

struct butterflies *butterflies_new(const struct blame *blame, uint32_t function_a,
                                    uint32_t function_b, double time_factor, double calls_factor)
{
    struct butterflies *out = memory_zeroed(1, sizeof *out);
    struct work work = {.out = out, .blame = blame};
    *out = (struct butterflies){.a = blame_profile(blame, 0),
                                .b = blame_profile(blame, 1),
                                .scale = *blame_scale(blame),
                                .function_a = function_a,
                                .function_b = function_b};
    out->scale.time_factor = time_factor;
    out->scale.calls_factor = calls_factor;
    if (function_a != PROFILE_NONE)
        work.a = butterfly_new(out->a, function_a, blame_metric(blame, 0));
    if (function_b != PROFILE_NONE)
        work.b = butterfly_new(out->b, function_b, blame_metric(blame, 1));
    work.row_of = memory_zeroed(out->b->function_count, sizeof *work.row_of);
    change_of(&out->scale, work.a ? &work.a->values : NULL, work.b ? &work.b->values : NULL,
              out->change);
    add_half(&work, true);
    add_half(&work, false);
    butterfly_free(work.a);
    butterfly_free(work.b);
    free(work.row_of);
    return out;
}

void butterflies_free(struct butterflies *butterflies)
{
    if (!butterflies)
        return;
    free(butterflies->callers);
    free(butterflies->callees);
    free(butterflies);
}

void butterflies_sentence(const struct butterflies *butterflies, const struct blame *blame,
                          char *buffer, size_t size)
{
    const struct compare_change *time = &butterflies->change[COMPARE_CUMTIME];
    const struct metric *metric = butterflies->scale.metric_a;
    char name[256], a[128], b[128], ratio[48], where[600] = "";
    function_name(butterflies_function(butterflies), name, sizeof name);
    number_of_unit(time->a, metric, a, sizeof a);
    number_of_unit(time->b, metric, b, sizeof b);
    number_ratio(time->ratio, ratio, sizeof ratio);
    if (isnan(time->a) || isnan(time->b)) {
        snprintf(buffer, size, "%s is only in %s: %s.", name, isnan(time->a) ? "B" : "A",
                 isnan(time->a) ? b : a);
        return;
    }
    blame_sentence(blame, butterflies->function_b, where, sizeof where);
    snprintf(buffer, size, "%s takes %s in A and %s in B (%s).%s%s", name, a, b, ratio,
             where[0] ? " " : "", where);
}
