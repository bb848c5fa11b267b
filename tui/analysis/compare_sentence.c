#include "tui/analysis/compare.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that grows clause by clause; what does not fit is cut. */
struct wording {
    const struct comparison *comparison;
    uint32_t index;
    const struct compare_row *row;
    const struct compare_change *change; /* of the blamed measure */
    const struct metric *metric;
    char *buffer;
    size_t size, used;
};

__attribute__((format(printf, 2, 3))) static void add(struct wording *wording, const char *format,
                                                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(wording->buffer + wording->used, wording->size - wording->used, format,
                           arguments);
    va_end(arguments);
    wording->used += length > 0 ? (size_t)length : 0;
    if (wording->used >= wording->size)
        wording->used = wording->size - 1;
}

static void add_signed(struct wording *wording, double value)
{
    char number[64];
    number_value(value, wording->metric, number, sizeof number);
    add(wording, "%s%s", value > 0 ? "+" : "", number);
}

/* "18×", "1.67×" */
static void add_times(struct wording *wording, double ratio)
{
    char text[48];
    number_ratio(ratio, text, sizeof text);
    size_t sign = strspn(text, "\xc3\x97");
    char *point = strchr(text, '.');
    if (point && strspn(point, ".0") == strlen(point))
        *point = '\0'; /* 18, not 18.0 */
    add(wording, "%s×", text + sign);
}

static void one_sided(struct wording *wording)
{
    char value[128], calls[40];
    bool is_new = wording->row->status == COMPARE_NEW;
    const struct compare_change *ncalls = &wording->row->change[COMPARE_NCALLS];
    const struct compare_change *cumtime = &wording->row->change[COMPARE_CUMTIME];
    double number = is_new ? ncalls->b : ncalls->a;
    number_of_unit(is_new ? cumtime->b : cumtime->a, wording->metric, value, sizeof value);
    add(wording, " is only in %s: %s", is_new ? "B" : "A", value);
    if (number > 0) {
        number_mean_count(number, calls, sizeof calls);
        add(wording, " in %s call%s", calls, number == 1 ? "" : "s");
    }
    add(wording, ".");
}

/* ": +1,020.0 s because it is called 18× as often, +720.0 s because each call is 1.67× slower" */
static void blame_clause(struct wording *wording)
{
    const struct compare_row *row = wording->row;
    const struct compare_change *ncalls = &row->change[COMPARE_NCALLS];
    const char *before = ": ";
    if (isnan(row->more_calls) || !(ncalls->a > 0) || !(ncalls->b > 0))
        return;
    double per_call = (wording->change->b / ncalls->b) / (wording->change->a / ncalls->a);
    if (row->more_calls != 0) {
        add(wording, "%s", before);
        add_signed(wording, row->more_calls);
        add(wording, " because it is called ");
        add_times(wording, ncalls->ratio);
        add(wording, " as often");
        before = ", ";
    }
    if (row->slower_calls != 0 && per_call > 0 && isfinite(per_call)) {
        add(wording, "%s", before);
        add_signed(wording, row->slower_calls);
        add(wording, " because each call is ");
        add_times(wording, per_call < 1 ? 1 / per_call : per_call);
        add(wording, " %s", per_call < 1 ? "faster" : "slower");
    }
}

/* Of a function that is called something else, or lies elsewhere, in A. */
static void moved_clause(struct wording *wording)
{
    char label[512];
    if (wording->row->status != COMPARE_MOVED)
        return;
    function_label(compare_function_a(wording->comparison, wording->index), label, sizeof label);
    add(wording, " (in A: %s)", label);
}

static void growth_clause(struct wording *wording)
{
    const struct compare_change *cumtime = &wording->row->change[COMPARE_CUMTIME];
    const char *class = growth_name(cumtime->growth);
    char exponent[32];
    if (isnan(cumtime->exponent))
        return;
    number_exponent(cumtime->exponent, exponent, sizeof exponent);
    add(wording, " It grows as n^%s%s%s%s.", exponent, class ? " (" : "", class ? class : "",
        class ? ")" : "");
}

static void noise_clause(struct wording *wording)
{
    const struct compare_noise *noise =
        compare_noise(wording->comparison, wording->index, wording->comparison->blame);
    if (!noise || isnan(noise->low))
        return;
    if (!noise->judged)
        add(wording, " The captures differ by ");
    else if (noise->significant)
        add(wording, " That is significant (p %.2g), 95 %% of it from ", noise->p);
    else
        add(wording, " That is not significant (p %.2g), 95 %% of it from ", noise->p);
    add_signed(wording, noise->low);
    add(wording, " to ");
    add_signed(wording, noise->high);
    add(wording, ".");
}

static void tell(const struct comparison *comparison, uint32_t row, bool growth, char *buffer,
                 size_t size)
{
    struct wording wording = {.comparison = comparison,
                              .index = row,
                              .row = &comparison->rows[row],
                              .change = &comparison->rows[row].change[comparison->blame],
                              .metric = &comparison->a->metrics[comparison->metric_a],
                              .buffer = buffer,
                              .size = size};
    char name[256], value[128];
    function_name(compare_function(comparison, row), name, sizeof name);
    add(&wording, "%s", name);
    if (wording.row->status == COMPARE_NEW || wording.row->status == COMPARE_GONE) {
        one_sided(&wording);
        return;
    }
    const char *itself = comparison->blame == COMPARE_TOTTIME ? " itself" : "";
    double change = wording.change->delta;
    number_of_unit(change == 0 ? wording.change->b : fabs(change), wording.metric, value,
                   sizeof value);
    moved_clause(&wording);
    if (change == 0)
        add(&wording, " took the same%s, %s", itself, value);
    else
        add(&wording, " took %s %s%s", value, change < 0 ? "less" : "more", itself);
    blame_clause(&wording);
    add(&wording, ".");
    if (growth)
        growth_clause(&wording);
    noise_clause(&wording);
}

void compare_sentence(const struct comparison *comparison, uint32_t row, char *buffer, size_t size)
{
    tell(comparison, row, true, buffer, size);
}

void compare_change_sentence(const struct comparison *comparison, uint32_t row, char *buffer,
                             size_t size)
{
    tell(comparison, row, false, buffer, size);
}

void compare_normaliser(const struct comparison *comparison, char *buffer, size_t size)
{
    static const char *const by[] = {"", "the total", "the number of calls", "", "the size"};
    if (comparison->normalise == COMPARE_NORMALISE_NONE)
        snprintf(buffer, size, "as measured");
    else if (comparison->time_factor == comparison->calls_factor)
        snprintf(buffer, size, "B scaled by %s%s (×%.4g)", by[comparison->normalise],
                 comparison->normalise_function, comparison->time_factor);
    else
        snprintf(buffer, size, "B scaled by %s%s (times ×%.4g, calls ×%.4g)",
                 by[comparison->normalise], comparison->normalise_function, comparison->time_factor,
                 comparison->calls_factor);
}

void compare_group_title(const struct comparison *comparison, enum compare_group group,
                         char *buffer, size_t size)
{
    static const char *const titles[] = {"in both", "not significant at 95 %", "only in B",
                                         "only in A"};
    const struct compare_group_rows *rows = &comparison->groups[group];
    char count[40], value[64];
    number_count(rows->count, count, sizeof count);
    number_value(rows->tottime, &comparison->a->metrics[comparison->metric_a], value, sizeof value);
    snprintf(buffer, size, "%s: %s function%s, %s", titles[group], count,
             rows->count == 1 ? "" : "s", value);
}
