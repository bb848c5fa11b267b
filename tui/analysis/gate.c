#include "tui/analysis/gate.h"

#include "tui/analysis/gate_internal.h"
#include "tui/analysis/order.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_CALLS_RATIO 1.0
#define USUAL_TIME_RATIO  1.2
#define USUAL_EXPONENT    1.3
#define EXPONENT_CALLS    3    /* fewer on both sides say nothing of growth */
#define ROUNDING          1e-9 /* 0.12 / 0.1 is above 1.2 */

const char *gate_verdict_name(enum gate_verdict verdict)
{
    static const char *const names[] = {"pass", "regressed", "not judged"};
    return names[verdict];
}

/* ---- sentences ---- */

__attribute__((format(printf, 2, 3))) static void add_reason(struct gate *gate, const char *format,
                                                             ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (uint32_t i = 0; i < gate->reasons.count; i++)
        if (!strcmp(gate->reasons.data[i], text))
            return;
    *array_push(&gate->reasons) = memory_string(text);
}

__attribute__((format(printf, 2, 3))) static void add_note(struct gate *gate, const char *format,
                                                           ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    *array_push(&gate->notes) = memory_string(text);
}

/* ---- limits ---- */

static bool has_calls(const struct comparison *comparison)
{
    for (uint32_t i = 0; i < comparison->count_a + comparison->count_b; i++)
        if (!(comparison->captures[i]->flags & PROFILE_HAS_CALLS))
            return false;
    return true;
}

static bool is_stated(const struct limit_set *set)
{
    for (int m = 0; m < LIMIT_MEASURES; m++)
        for (int k = 0; k < LIMIT_KINDS; k++)
            if (!isnan(set->max[m][k]))
                return true;
    return false;
}

static void set_usual(struct limit_set *set, const struct comparison *comparison)
{
    bool by_growth =
        compare_has_sizes(comparison) && comparison->normalise == COMPARE_NORMALISE_NONE;
    enum limit_kind kind = by_growth ? LIMIT_EXPONENT : LIMIT_RATIO;
    if (has_calls(comparison))
        set->max[LIMIT_NCALLS][kind] = by_growth ? USUAL_EXPONENT : USUAL_CALLS_RATIO;
    set->max[LIMIT_CUMTIME][kind] = by_growth ? USUAL_EXPONENT : USUAL_TIME_RATIO;
}

static void list_set(struct gate *gate, const char *function, const struct limit_set *set)
{
    for (int m = 0; m < LIMIT_MEASURES; m++)
        for (int k = 0; k < LIMIT_KINDS; k++)
            if (!isnan(set->max[m][k]))
                *array_push(&gate->limits) = (struct gate_limit){
                    function, (enum compare_measure)m, (enum limit_kind)k, set->max[m][k]};
}

/* ---- one function ---- */

static double share_of(const struct comparison *comparison, const struct compare_row *row)
{
    const struct compare_change *change = &row->change[COMPARE_CUMTIME];
    double a = change->a / comparison->total_a;
    double b = change->b / comparison->time_factor / comparison->total_b;
    return fmax(a, b); /* of the one there is when the other is NAN */
}

/* What is left of a difference that comes with the captures' own spread is no violation. */
static bool is_noise(const struct gate *gate, uint32_t row, enum compare_measure measure)
{
    const struct compare_noise *noise = compare_noise(gate->comparison, row, measure);
    return noise && !gate->comparison->needed && !noise->significant;
}

static void violate(struct gate *gate, struct gate_violation violation)
{
    const struct compare_row *row = &gate->comparison->rows[violation.row];
    if (is_noise(gate, violation.row, violation.measure)) {
        gate->noisy++;
        return;
    }
    uint32_t before = gate->violations.count; /* a function's stand together as yet */
    gate->at_fault += !before || gate->violations.data[before - 1].row != violation.row;
    violation.base = row->change[violation.measure].a;
    violation.now = row->change[violation.measure].b;
    *array_push(&gate->violations) = violation;
}

static double ratio_of(const struct compare_change *change)
{
    if (change->a > 0)
        return change->b / change->a;
    return change->b > 0 ? INFINITY : 1;
}

/* Whether there was something to hold against the limit. */
static bool judge_ratio(struct gate *gate, uint32_t row, enum compare_measure measure, double limit)
{
    const struct comparison *comparison = gate->comparison;
    const struct compare_change *change = &comparison->rows[row].change[measure];
    if (compare_has_sizes(comparison) && comparison->normalise == COMPARE_NORMALISE_NONE) {
        add_reason(gate,
                   "limits of a ratio say nothing about runs of different sizes (%g and %g); give "
                   "--max-exponent or --normalise size",
                   comparison->size_a, comparison->size_b);
        return false;
    }
    double ratio = ratio_of(change);
    if (ratio > limit * (1 + ROUNDING))
        violate(gate, (struct gate_violation){row, GATE_RATIO, measure, .value = ratio,
                                              .limit = limit, .excess = ratio / limit});
    return true;
}

static bool judge_exponent(struct gate *gate, uint32_t row, enum compare_measure measure,
                           double limit)
{
    const struct comparison *comparison = gate->comparison;
    const struct compare_change *change = &comparison->rows[row].change[measure];
    if (!compare_has_sizes(comparison)) {
        add_reason(gate, isnan(comparison->size_ratio)
                             ? "limits of an exponent need the sizes of both runs (--sizes A,B)"
                             : "limits of an exponent need runs of two sizes, and these are equal");
        return false;
    }
    if (measure == COMPARE_NCALLS && change->a < EXPONENT_CALLS && change->b < EXPONENT_CALLS)
        return false;
    if (isnan(change->exponent))
        return false;
    /* Above 1 in the direction of growth, whichever of the two runs is the larger. */
    double excess = exp((change->exponent - limit) * fabs(log(comparison->size_ratio)));
    if (change->exponent > limit + ROUNDING)
        violate(gate,
                (struct gate_violation){row, GATE_EXPONENT, measure, .value = change->exponent,
                                        .limit = limit, .excess = excess});
    return true;
}

static void judge_row(struct gate *gate, uint32_t row, const struct limit_set *set)
{
    bool judged = false;
    for (int m = 0; m < COMPARE_MEASURES; m++) {
        double ratio = set->max[m][LIMIT_RATIO], exponent = set->max[m][LIMIT_EXPONENT];
        bool limited = isfinite(ratio) || isfinite(exponent);
        if (m == COMPARE_NCALLS && limited && !has_calls(gate->comparison)) {
            add_reason(gate, "limits of ncalls need files that hold calls, and these do not");
            continue;
        }
        if (isfinite(ratio))
            judged |= judge_ratio(gate, row, (enum compare_measure)m, ratio);
        if (isfinite(exponent))
            judged |= judge_exponent(gate, row, (enum compare_measure)m, exponent);
    }
    if (judged)
        *array_push(&gate->judged) = row;
}

static void judge_new(struct gate *gate, uint32_t row, double share)
{
    violate(gate, (struct gate_violation){row, GATE_NEW_FUNCTION, COMPARE_CUMTIME, .value = NAN,
                                          .limit = NAN, .excess = share});
    *array_push(&gate->judged) = row;
}

static void judge_function(struct gate *gate, const struct gate_query *query,
                           struct gate_rules *rules, uint32_t row)
{
    const struct compare_row *r = &gate->comparison->rows[row];
    const struct gate_rule *rule = gate_rules_find(rules, gate->comparison, row);
    double share = share_of(gate->comparison, r);
    bool large = share >= gate->min_share;
    if (r->status == COMPARE_GONE) {
        if (large)
            *array_push(&gate->gone) = row;
    } else if (r->status == COMPARE_NEW) {
        if (large && !query->allow_new)
            judge_new(gate, row, share);
    } else if (large || (rule && rule->limits_anything)) {
        judge_row(gate, row, rule ? &rule->set : &rules->defaults);
    }
}

/* ---- the whole ---- */

static void check_rules(struct gate *gate, const struct gate_rules *rules)
{
    for (uint32_t i = 0; i < rules->limits->rules.count; i++) {
        const struct gate_rule *rule = &rules->rules[i];
        if (!rule->limits_anything || rule->in_both)
            continue;
        add_reason(gate, "the limits name \"%.200s\", which %s",
                   rules->limits->rules.data[i].function,
                   rule->in_a   ? "the new run lacks"
                   : rule->in_b ? "the base lacks"
                                : "neither run has");
    }
}

static int compare_violations(const void *left, const void *right, void *context)
{
    const struct comparison *comparison = context;
    const struct gate_violation *a = left, *b = right;
    if (a->excess != b->excess)
        return ORDER_OF(b->excess, a->excess);
    int order = function_compare(compare_function(comparison, a->row),
                                 compare_function(comparison, b->row));
    if (order)
        return order;
    if (a->row != b->row)
        return ORDER_OF(a->row, b->row);
    return a->measure != b->measure ? ORDER_OF(a->measure, b->measure)
                                    : ORDER_OF(a->fault, b->fault);
}

static void add_notes(struct gate *gate)
{
    const struct comparison *comparison = gate->comparison;
    if (gate->noisy)
        add_note(gate, "%" PRIu32 " value%s above %s limit within the captures' own spread",
                 gate->noisy, gate->noisy == 1 ? " lies" : "s lie",
                 gate->noisy == 1 ? "its" : "their");
    if (comparison->repeated && comparison->needed)
        add_note(gate,
                 "too few captures to tell a difference from noise at 95 %%: %" PRIu32
                 " a side would do; judged by medians",
                 comparison->needed);
    if (gate->usual && !has_calls(comparison))
        add_note(gate, "the files hold no calls: times alone are judged");
}

static void judge(struct gate *gate, const struct gate_query *query)
{
    struct comparison *comparison = gate->comparison;
    struct limit_set defaults = query->limits->defaults;
    struct gate_rules rules;
    gate->usual = !is_stated(&defaults);
    if (gate->usual)
        set_usual(&defaults, comparison);
    list_set(gate, NULL, &defaults);
    gate_rules_open(&rules, query->limits, &defaults, comparison);
    for (uint32_t i = 0; i < query->limits->rules.count; i++)
        list_set(gate, query->limits->rules.data[i].function, &query->limits->rules.data[i].set);
    for (uint32_t row = 0; row < comparison->count; row++)
        judge_function(gate, query, &rules, row);
    check_rules(gate, &rules);
    gate_rules_close(&rules);
    if (gate->violations.count > 1)
        qsort_r(gate->violations.data, gate->violations.count, sizeof *gate->violations.data,
                compare_violations, comparison);
    add_notes(gate);
}

/* "exit status 1", "signal 9"; "" when the file does not tell. */
static void ending(const struct profile *profile, char *buffer, size_t size)
{
    const char *status = profile_metadata(profile, "exit");
    const char *signal = profile_metadata(profile, "signal");
    buffer[0] = '\0';
    if (signal)
        snprintf(buffer, size, "signal %s", signal);
    else if (status)
        snprintf(buffer, size, "exit status %s", status);
}

/* A run that stopped half-way calls less and takes less time, and has not got better by it. */
static void check_captures(struct gate *gate)
{
    const struct comparison *comparison = gate->comparison;
    char base[64], now[64];
    ending(comparison->a, base, sizeof base);
    for (uint32_t i = 0; i < comparison->count_a + comparison->count_b; i++) {
        const struct profile *capture = comparison->captures[i];
        ending(capture, now, sizeof now);
        if (capture->flags & PROFILE_TRUNCATED)
            add_reason(gate, "%.300s is cut short, so that calls are missing in it", capture->path);
        if (base[0] && now[0] && strcmp(base, now) != 0)
            add_reason(gate, "%.200s ended with %s, %.200s with %s", capture->path, now,
                       comparison->a->path, base);
    }
}

static void check_measured(struct gate *gate)
{
    const struct comparison *comparison = gate->comparison;
    if (!(comparison->total_a > 0))
        add_reason(gate, "nothing was measured in the base");
    if (!(comparison->total_b > 0))
        add_reason(gate, "nothing was measured in the new run");
}

struct gate *gate_new(const struct compare_side *base, const struct compare_side *now,
                      const struct gate_query *query)
{
    struct gate *gate = memory_zeroed(1, sizeof *gate);
    struct compare_query side_by_side = {.normalise = query->normalise,
                                         .normalise_function = query->normalise_function,
                                         .name_a = "the base",
                                         .name_b = "the new run"};
    struct error err = {0};
    char text[1200];
    double min_share = query->limits->min_share;
    gate->min_share = isnan(min_share) ? GATE_MIN_SHARE : min_share;
    if (compare_new(&gate->comparison, base, now, &side_by_side, &err)) {
        error_text(&err, text, sizeof text);
        add_reason(gate, "%s", text);
    } else {
        check_captures(gate);
        check_measured(gate);
        judge(gate, query);
        if (!gate->judged.count && !gate->reasons.count)
            add_reason(gate,
                       "no function with %g %% of the time on either side (--min-share) could be "
                       "held against a limit",
                       gate->min_share * 100);
    }
    gate->verdict = gate->violations.count ? GATE_REGRESSED
                    : gate->reasons.count  ? GATE_NOT_JUDGED
                                           : GATE_PASS;
    return gate;
}

static void free_texts(char **texts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

void gate_free(struct gate *gate)
{
    if (!gate)
        return;
    compare_free(gate->comparison);
    free_texts(gate->reasons.data, gate->reasons.count);
    free_texts(gate->notes.data, gate->notes.count);
    array_free(&gate->limits);
    array_free(&gate->violations);
    array_free(&gate->judged);
    array_free(&gate->gone);
    free(gate);
}
