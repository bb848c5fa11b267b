#include "tui/screens/pairing.h"

#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool same_size(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b;
}

static bool is_same(const struct pairing *a, const struct pairing *b)
{
    return a->a == b->a && a->b == b->b && a->metric_a == b->metric_a &&
           a->metric_b == b->metric_b && same_size(a->size_a, b->size_a) &&
           same_size(a->size_b, b->size_b) && a->normalise == b->normalise &&
           !strcmp(a->function, b->function) && a->allow_unlike == b->allow_unlike;
}

/* The comparison knows what B's values are multiplied by. */
static void find_factors(struct pairing *pairing)
{
    struct comparison *comparison;
    struct compare_side a = {&pairing->a, 1, &pairing->metric_a, pairing->size_a};
    struct compare_side b = {&pairing->b, 1, &pairing->metric_b, pairing->size_b};
    struct compare_query query = {.normalise = pairing->normalise,
                                  .normalise_function = pairing->function,
                                  .allow_unlike = pairing->allow_unlike};
    pairing->time_factor = pairing->calls_factor = 1;
    if (pairing->normalise == COMPARE_NORMALISE_NONE && !pairing->unlike)
        return;
    pairing->failed = compare_new(&comparison, &a, &b, &query, &pairing->error) != 0;
    if (pairing->failed)
        return;
    pairing->time_factor = comparison->time_factor;
    pairing->calls_factor = comparison->calls_factor;
    compare_free(comparison);
}

bool pairing_update(struct pairing *pairing, const struct subject *subject)
{
    struct pairing next = {.a = subject->profile,
                           .b = subject->other,
                           .metric_a = subject->metric,
                           .metric_b = subject->other_metric,
                           .size_a = subject->size,
                           .size_b = subject->other_size,
                           .normalise = subject->pair.normalise,
                           .allow_unlike = subject->pair.allow_unlike};
    if (isnan(next.size_a))
        next.size_a = compare_size(next.a);
    if (isnan(next.size_b))
        next.size_b = compare_size(next.b);
    snprintf(next.function, sizeof next.function, "%s", subject->pair.function);
    if (is_same(pairing, &next))
        return false;
    next.unlike =
        !compare_is_alike(&next.a->metrics[next.metric_a], &next.b->metrics[next.metric_b]);
    next.failed = next.unlike && !next.allow_unlike;
    if (!next.failed)
        find_factors(&next);
    *pairing = next;
    return true;
}

bool pairing_has_sizes(const struct pairing *pairing)
{
    double ratio = pairing->size_b / pairing->size_a;
    return compare_is_one_unit(&pairing->a->metrics[pairing->metric_a],
                               &pairing->b->metrics[pairing->metric_b]) &&
           isfinite(ratio) && ratio > 0 && ratio != 1;
}

/* "wall (s)", "samples" */
static void metric_text(const struct profile *profile, uint32_t index, char *buffer, size_t size)
{
    const struct metric *metric = &profile->metrics[index];
    bool twice = !metric->unit[0] || !strcmp(metric->unit, metric->name);
    snprintf(buffer, size, "%.60s%s%.30s%s", metric->name, twice ? "" : " (",
             twice ? "" : metric->unit, twice ? "" : ")");
}

void pairing_error(const struct pairing *pairing, char *buffer, size_t size)
{
    char a[100], b[100];
    bool choice = pairing->a->metric_count > 1 || pairing->b->metric_count > 1;
    metric_text(pairing->a, pairing->metric_a, a, sizeof a);
    metric_text(pairing->b, pairing->metric_b, b, sizeof b);
    if (pairing->unlike && !pairing->allow_unlike)
        snprintf(buffer, size,
                 "A is measured in %s and B in %s: not the same thing. %sa compares them all the "
                 "same.",
                 a, b, choice ? "m chooses another metric, " : "");
    else
        error_text(&pairing->error, buffer, size);
}

void pairing_status(const struct pairing *pairing, char *buffer, size_t size)
{
    size_t used = 0;
    char a[100], b[100];
    buffer[0] = '\0';
    if (pairing->normalise != COMPARE_NORMALISE_NONE && !pairing->failed) {
        bool function = pairing->normalise == COMPARE_NORMALISE_FUNCTION;
        used = (size_t)snprintf(buffer, size, "by %.60s: B × %.3g",
                                function ? pairing->function
                                         : compare_normalise_name(pairing->normalise),
                                pairing->time_factor);
    }
    if (!pairing->unlike || !pairing->allow_unlike || used >= size)
        return;
    metric_text(pairing->a, pairing->metric_a, a, sizeof a);
    metric_text(pairing->b, pairing->metric_b, b, sizeof b);
    snprintf(buffer + used, size - used, "%sunlike: A in %s, B in %s", used ? " · " : "", a, b);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && !strcmp(text + length - tail, end);
}

void pairing_columns(const struct pairing *pairing, const struct column *from,
                     struct column to[TABLE_COLUMNS_MAX + 1])
{
    int count = 0;
    for (; from->id && count < TABLE_COLUMNS_MAX; from++)
        if (pairing_has_sizes(pairing) ||
            (!ends_with(from->id, "_exponent") && !ends_with(from->id, "_class")))
            to[count++] = *from;
    to[count] = (struct column){.id = NULL};
}

enum style pairing_style(bool has_sizes, const struct compare_change *change)
{
    if (isnan(change->delta) || change->delta == 0)
        return STYLE_NORMAL;
    if (has_sizes)
        return change->growth >= GROWTH_SUPERLINEAR ? STYLE_WORSE : STYLE_NORMAL;
    if (change->ratio > 1.2)
        return STYLE_WORSE;
    return change->ratio < 0.8 ? STYLE_BETTER : STYLE_NORMAL;
}

int pairing_tag(struct canvas *canvas, struct rect area, enum compare_status status)
{
    if (status == COMPARE_MATCHED || area.columns <= 12)
        return 0;
    enum style style = status == COMPARE_GONE ? STYLE_BETTER : STYLE_MARKED;
    return canvas_text(canvas, area.row, area.column, area.columns, style,
                       compare_status_name(status)) +
           1;
}
