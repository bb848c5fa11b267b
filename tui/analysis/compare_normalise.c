#include "formats/profile/text.h"
#include "tui/analysis/compare_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {"none", "total", "calls", "function", "size"};

const char *compare_normalise_name(enum compare_normalise normalise)
{
    return names[normalise];
}

static int lacks(const struct compare_work *work, const char *what, const char *side,
                 const char *why, struct error *err)
{
    return error_set(err, ERROR_USAGE, "%s cannot be scaled to %s by %s: %s %s",
                     compare_name_b(work), compare_name_a(work), what, side, why);
}

/* A quotient for every scale: above zero on both sides. */
static int set_factor(const struct compare_work *work, double *factor, double a, double b,
                      const char *what, const char *why, struct error *err)
{
    if (!(a > 0))
        return lacks(work, what, compare_name_a(work), why, err);
    if (!(b > 0))
        return lacks(work, what, compare_name_b(work), why, err);
    *factor = a / b;
    return 0;
}

static int by_total(struct compare_work *work, struct error *err)
{
    struct comparison *comparison = work->comparison;
    struct whole a = captures_sums(&work->a, work->unit->scale);
    struct whole b = captures_sums(&work->b, work->unit->scale);
    if (work->a.has_calls && work->b.has_calls && a.calls > 0 && b.calls > 0)
        comparison->calls_factor = a.calls / b.calls;
    return set_factor(work, &comparison->time_factor, (double)a.self, (double)b.self, "the total",
                      "has nothing measured", err);
}

static int by_calls(struct compare_work *work, struct error *err)
{
    struct comparison *comparison = work->comparison;
    struct whole a = captures_sums(&work->a, work->unit->scale);
    struct whole b = captures_sums(&work->b, work->unit->scale);
    if (set_factor(work, &comparison->calls_factor, work->a.has_calls ? a.calls : 0,
                   work->b.has_calls ? b.calls : 0, "its calls", "holds no calls", err))
        return -1;
    comparison->time_factor = comparison->calls_factor;
    return 0;
}

static bool is_named(const struct captures *captures, uint32_t row, const char *name)
{
    return row != PROFILE_NONE && !strcmp(captures->known.functions[row].name, name);
}

/* Of several with that name the one that both sides have, with the largest cumtime in A. */
static const struct match *find_function(const struct compare_work *work, const char *name)
{
    const struct match *found = NULL;
    double best = -1;
    for (uint32_t i = 0; i < work->pair_count; i++) {
        const struct match *pair = &work->pairs[i];
        if (!is_named(&work->a, pair->a, name) && !is_named(&work->b, pair->b, name))
            continue;
        double weight = 0;
        if (pair->a != PROFILE_NONE && pair->b != PROFILE_NONE)
            weight = 1 + (double)captures_values(&work->a, pair->a, work->unit->scale).total;
        if (weight > best) {
            best = weight;
            found = pair;
        }
    }
    return found;
}

static int by_function(struct compare_work *work, struct error *err)
{
    struct comparison *comparison = work->comparison;
    char what[320];
    const char *name = work->query->normalise_function ? work->query->normalise_function : "";
    const struct match *pair = find_function(work, name);
    size_t size = sizeof comparison->normalise_function;
    text_escape(name, strlen(name), comparison->normalise_function, size);
    snprintf(what, sizeof what, "function \"%.200s\"", comparison->normalise_function);
    if (!pair)
        return lacks(work, what, "neither side", "has it", err);
    if (pair->a == PROFILE_NONE)
        return lacks(work, what, compare_name_a(work), "does not have it", err);
    if (pair->b == PROFILE_NONE)
        return lacks(work, what, compare_name_b(work), "does not have it", err);
    struct whole a = captures_values(&work->a, pair->a, work->unit->scale);
    struct whole b = captures_values(&work->b, pair->b, work->unit->scale);
    if (work->a.has_calls && work->b.has_calls &&
        set_factor(work, &comparison->calls_factor, a.calls, b.calls, what, "never calls it", err))
        return -1;
    return set_factor(work, &comparison->time_factor, (double)a.total, (double)b.total, what,
                      "spends no time in it", err);
}

static int by_size(struct compare_work *work, struct error *err)
{
    struct comparison *comparison = work->comparison;
    if (set_factor(work, &comparison->time_factor, comparison->size_a, comparison->size_b,
                   "its size", "has none that is known", err))
        return -1;
    comparison->calls_factor = comparison->time_factor;
    return 0;
}

/* Seconds and samples have nothing in common but their shares of a whole. */
static int check_units(const struct compare_work *work, struct error *err)
{
    struct comparison *comparison = work->comparison;
    const struct metric *a = captures_metric(&work->a, 0), *b = captures_metric(&work->b, 0);
    if (work->one_unit)
        return 0;
    if (comparison->normalise == COMPARE_NORMALISE_NONE)
        comparison->normalise = COMPARE_NORMALISE_TOTAL;
    if (comparison->normalise == COMPARE_NORMALISE_TOTAL ||
        comparison->normalise == COMPARE_NORMALISE_FUNCTION)
        return 0;
    return error_set(
        err, ERROR_USAGE,
        "values in %.32s and in %.32s can only be scaled by the total or by a function",
        a->unit[0] ? a->unit : a->name, b->unit[0] ? b->unit : b->name);
}

int compare_normalise(struct compare_work *work, struct error *err)
{
    struct comparison *comparison = work->comparison;
    comparison->normalise = work->query->normalise;
    comparison->time_factor = comparison->calls_factor = 1;
    if (check_units(work, err))
        return -1;
    switch (comparison->normalise) {
    case COMPARE_NORMALISE_NONE:
        return 0;
    case COMPARE_NORMALISE_TOTAL:
        return by_total(work, err);
    case COMPARE_NORMALISE_CALLS:
        return by_calls(work, err);
    case COMPARE_NORMALISE_FUNCTION:
        return by_function(work, err);
    case COMPARE_NORMALISE_SIZE:
        return by_size(work, err);
    }
    return 0;
}
