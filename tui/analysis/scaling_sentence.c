#include "tui/analysis/names.h"
#include "tui/analysis/scaling.h"
#include "tui/numbers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct wording {
    const struct scaling *scaling;
    uint32_t row;
    enum compare_measure measure;
};

static const struct fit *fit_of(const struct wording *wording)
{
    return &wording->scaling->rows[wording->row].fit[wording->measure];
}

/* "concat grows", "concat itself grows" */
static void subject_of(const struct wording *wording, char *buffer, size_t size)
{
    char name[256];
    function_name(scaling_function(wording->scaling, wording->row), name, sizeof name);
    if (wording->measure == COMPARE_CUMTIME)
        snprintf(buffer, size, "%s grows", name);
    else if (wording->measure == COMPARE_TOTTIME)
        snprintf(buffer, size, "%s itself grows", name);
    else
        snprintf(buffer, size, "Calls of %s grow", name);
}

static void value_text(const struct wording *wording, double value, char *buffer, size_t size)
{
    if (wording->measure == COMPARE_NCALLS)
        snprintf(buffer, size, "%.4g calls", value);
    else
        number_value(value, scaling_metric(wording->scaling), buffer, size);
}

/* "n^2.00 ± 0.02 (quadratic; 5 runs, r² 0.999)" */
static void growth_clause(const struct wording *wording, char *buffer, size_t size)
{
    const struct fit *fit = fit_of(wording);
    const struct scaling_row *row = &wording->scaling->rows[wording->row];
    const char *class = growth_name(row->growth[wording->measure]);
    char exponent[32], interval[40] = "", floor[80] = "", r2[40] = "";
    number_exponent(fit->exponent, exponent, sizeof exponent);
    if (!isnan(fit->high))
        snprintf(interval, sizeof interval, " ± %.2f", fit->high - fit->exponent);
    if (fit->model == FIT_FLOOR) {
        char value[48];
        value_text(wording, fit->floor, value, sizeof value);
        snprintf(floor, sizeof floor, " above a constant %s", value);
    }
    if (!isnan(fit->r2))
        snprintf(r2, sizeof r2, ", r² %.3f", fit->r2);
    snprintf(buffer, size, "n^%s%s%s (%s%s%" PRIu32 " runs%s)", exponent, interval, floor,
             class ? class : "", class ? "; " : "", fit->points, r2);
}

/* ": 61.0 % of the run at 16,000, 94.6 % at 160,000" */
static void share_clause(const struct wording *wording, char *buffer, size_t size)
{
    const struct scaling *scaling = wording->scaling;
    uint32_t last = scaling->size_count - 1;
    double share = scaling_share(scaling, wording->row, wording->measure, last);
    double later = scaling_projected_share(scaling, wording->row, wording->measure);
    char percent[32], at[40];
    size_t used = 0;
    buffer[0] = '\0';
    if (!isnan(share)) {
        number_percent(share, percent, sizeof percent);
        number_size(scaling->sizes[last], at, sizeof at);
        used = (size_t)snprintf(buffer, size, ": %s %% of the run at %s", percent, at);
    }
    if (isnan(later) || used >= size)
        return;
    number_percent(later, percent, sizeof percent);
    number_size(scaling->at, at, sizeof at);
    snprintf(buffer + used, size - used, "%s %s %%%s at %s", used ? "," : ":", percent,
             used ? "" : " of the run", at);
}

void scaling_edge_text(const struct profile *profile, const struct blame_edge *edge, char *buffer,
                       size_t size)
{
    char caller[256] = "(outside)", callee[256];
    if (edge->caller != PROFILE_NONE)
        function_name(&profile->functions[edge->caller], caller, sizeof caller);
    function_name(&profile->functions[edge->callee], callee, sizeof callee);
    snprintf(buffer, size, "%s → %s", caller, callee);
}

void scaling_edge_facts(const struct blame_edge *edge, char *buffer, size_t size)
{
    char from[32], to[32], share[32];
    number_exponent(edge->exponent_caller, from, sizeof from);
    number_exponent(edge->exponent_edge, to, sizeof to);
    number_percent(edge->share, share, sizeof share);
    if (edge->cause == BLAME_CALLS)
        snprintf(buffer, size, ": called n^%s times, its caller n^%s (%s %% of the run)", to, from,
                 share);
    else if (edge->samples)
        snprintf(buffer, size, ": takes n^%s, its caller n^%s%s (%s %% of the run)", to, from,
                 edge->beside ? " beside it" : "", share);
    else
        snprintf(buffer, size, ": takes n^%s in n^%s calls (%s %% of the run)", to, from, share);
}

/* A function that is there at one size only does not grow. */
static void alone_sentence(const struct wording *wording, char *buffer, size_t size)
{
    const struct scaling *scaling = wording->scaling;
    char name[256], value[48], at[40];
    function_name(scaling_function(scaling, wording->row), name, sizeof name);
    for (uint32_t s = 0; s < scaling->size_count; s++) {
        double found = scaling_value(scaling, wording->row, wording->measure, s);
        if (isnan(found) || found <= 0)
            continue;
        value_text(wording, found, value, sizeof value);
        number_size(scaling->sizes[s], at, sizeof at);
        snprintf(buffer, size, "%s is there at one size only: %s at %s.", name, value, at);
        return;
    }
    snprintf(buffer, size, "%s has no %s in any run.", name, compare_measures[wording->measure]);
}

void scaling_sentence(struct scaling *scaling, uint32_t row, enum compare_measure measure,
                      char *buffer, size_t size)
{
    const struct scaling_row *r = &scaling->rows[row];
    struct wording wording = {scaling, row, measure};
    char subject[320], growth[200], share[160], blame[512] = "";
    if (r->fit[measure].model == FIT_NONE) {
        alone_sentence(&wording, buffer, size);
        return;
    }
    subject_of(&wording, subject, sizeof subject);
    growth_clause(&wording, growth, sizeof growth);
    share_clause(&wording, share, sizeof share);
    if (r->run == scaling->run_count - 1 && r->growth[measure] >= GROWTH_RISING)
        blame_sentence(scaling_blame(scaling), r->function, blame, sizeof blame);
    snprintf(buffer, size, "%s as %s%s.%s%s", subject, growth, share, blame[0] ? " " : "", blame);
}
