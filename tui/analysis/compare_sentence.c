#include "tui/analysis/compare.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>

struct wording {
    const struct comparison *comparison;
    const struct compare_row *row;
    const struct metric *metric;
    char name[256];
};

static void signed_value(const struct wording *wording, double value, char *buffer, size_t size)
{
    char number[48];
    number_value(value, wording->metric, number, sizeof number);
    snprintf(buffer, size, "%s%s", value > 0 ? "+" : "", number);
}

static void one_sided(const struct wording *wording, char *buffer, size_t size)
{
    char value[64], calls[40], count[64] = "";
    const struct compare_row *row = wording->row;
    bool is_new = row->status == COMPARE_NEW;
    const struct compare_change *cumtime = &row->change[COMPARE_CUMTIME];
    const struct compare_change *ncalls = &row->change[COMPARE_NCALLS];
    double number = is_new ? ncalls->b : ncalls->a;
    number_value(is_new ? cumtime->b : cumtime->a, wording->metric, value, sizeof value);
    if (number > 0) {
        number_count((uint64_t)llround(number), calls, sizeof calls);
        snprintf(count, sizeof count, " in %s call%s", calls, number == 1 ? "" : "s");
    }
    snprintf(buffer, size, "%s is only in %s: %s%s.", wording->name, is_new ? "B" : "A", value,
             count);
}

/* ": +1,020.0 s by ×18.0 the calls, +720.0 s by calls ×1.67 as slow" */
static void blame_clause(const struct wording *wording, char *buffer, size_t size)
{
    const struct compare_row *row = wording->row;
    char more[64], slower[64], calls[40], time[40];
    buffer[0] = '\0';
    const struct compare_change *ncalls = &row->change[COMPARE_NCALLS];
    if (isnan(row->more_calls) || !(ncalls->a > 0) || !(ncalls->b > 0))
        return;
    double per_call =
        (row->change[COMPARE_CUMTIME].b / ncalls->b) / (row->change[COMPARE_CUMTIME].a / ncalls->a);
    signed_value(wording, row->more_calls, more, sizeof more);
    signed_value(wording, row->slower_calls, slower, sizeof slower);
    number_ratio(row->change[COMPARE_NCALLS].ratio, calls, sizeof calls);
    number_ratio(per_call, time, sizeof time);
    snprintf(buffer, size, ": %s from calls %s, %s from time a call %s", more, calls, slower, time);
}

static void growth_clause(const struct wording *wording, char *buffer, size_t size)
{
    const struct compare_change *cumtime = &wording->row->change[COMPARE_CUMTIME];
    const char *class = growth_name(cumtime->growth);
    char exponent[32];
    buffer[0] = '\0';
    number_exponent(cumtime->exponent, exponent, sizeof exponent);
    if (!isnan(cumtime->exponent))
        snprintf(buffer, size, "; cumtime grows as n^%s%s%s%s", exponent, class ? " (" : "",
                 class ? class : "", class ? ")" : "");
}

void compare_sentence(const struct comparison *comparison, uint32_t row, char *buffer, size_t size)
{
    struct wording wording = {comparison, &comparison->rows[row],
                              &comparison->a->metrics[comparison->metric_a], ""};
    char delta[64], blame[256], growth[128];
    double change = wording.row->change[COMPARE_CUMTIME].delta;
    function_name(compare_function(comparison, row), wording.name, sizeof wording.name);
    if (wording.row->status == COMPARE_NEW || wording.row->status == COMPARE_GONE) {
        one_sided(&wording, buffer, size);
        return;
    }
    number_value(fabs(change), wording.metric, delta, sizeof delta);
    blame_clause(&wording, blame, sizeof blame);
    growth_clause(&wording, growth, sizeof growth);
    snprintf(buffer, size, "%s took %s %s in B%s%s.", wording.name, delta,
             change < 0 ? "less" : "more", blame, growth);
}
