#include "tui/analysis/aligned.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>

void aligned_mark(const struct aligned_row *row, bool brief, char *buffer, size_t size)
{
    blame_mark(row->blame, row->exponent_caller, row->change, brief, buffer, size);
}

/* " The extra factor n enters here (n^1.0 → n^2.0)." */
static void blame_clause(const struct aligned_row *row, char *buffer, size_t size)
{
    double from, to;
    char factor[32], before[16], after[16];
    bool in_itself =
        !(row->blame & 1u << BLAME_CALLS) && !isnan(row->change[COMPARE_NCALLS].exponent);
    buffer[0] = '\0';
    if (!row->blame)
        return;
    blame_jump(row->blame, row->exponent_caller, row->change, &from, &to);
    blame_factor(from, to, factor, sizeof factor);
    blame_exponent(from, before, sizeof before);
    blame_exponent(to, after, sizeof after);
    if (in_itself)
        snprintf(buffer, size,
                 " The extra factor %s enters in it: called as n^%s, its own time grows as n^%s.",
                 factor, before, after);
    else
        snprintf(buffer, size, " The extra factor %s enters here (n^%s → n^%s).", factor, before,
                 after);
}

/* " in 1,000 → 18,000 calls from run_loop" */
static void calls_clause(const struct aligned *aligned, const struct aligned_row *row, char *buffer,
                         size_t size)
{
    const struct compare_change *calls = &row->change[COMPARE_NCALLS];
    const char *about_a = aligned_is_apportioned(aligned, 0) ? "~" : "";
    const char *about_b = aligned_is_apportioned(aligned, 1) ? "~" : "";
    char a[40], b[40], caller[160] = "", counts[120] = "";
    number_mean_count(calls->a, a, sizeof a);
    number_mean_count(calls->b, b, sizeof b);
    if (calls->a == calls->b && !about_a[0] && !about_b[0])
        snprintf(counts, sizeof counts, " in as many calls (%s)", a);
    else if (!isnan(calls->a) && !isnan(calls->b))
        snprintf(counts, sizeof counts, " in %s%s → %s%s calls", about_a, a, about_b, b);
    else if (!isnan(calls->a) || !isnan(calls->b))
        snprintf(counts, sizeof counts, " in %s%s call%s", isnan(calls->a) ? about_b : about_a,
                 isnan(calls->a) ? b : a, (isnan(calls->a) ? calls->b : calls->a) == 1 ? "" : "s");
    if (row->caller)
        function_name(row->caller, caller, sizeof caller);
    snprintf(buffer, size, "%s%s%s", counts, caller[0] ? " from " : "", caller);
}

void aligned_sentence(const struct aligned *aligned, uint32_t number, char *buffer, size_t size)
{
    struct aligned_row row = aligned_row(aligned, number);
    const struct compare_change *time = &row.change[COMPARE_CUMTIME];
    const struct function *function = aligned_function(aligned, number);
    bool estimate = aligned_is_apportioned(aligned, 0) || aligned_is_apportioned(aligned, 1);
    char name[160], delta[128], calls[400], blame[500], ratio[48] = "", factor[40];
    if (function)
        function_name(function, name, sizeof name);
    else
        aligned_thread(aligned, number, name, sizeof name);
    number_of_unit(fabs(time->delta), aligned_metric(aligned), delta, sizeof delta);
    number_ratio(time->ratio, factor, sizeof factor);
    if (!isnan(time->ratio))
        snprintf(ratio, sizeof ratio, " (%s)", factor);
    calls_clause(aligned, &row, calls, sizeof calls);
    blame_clause(&row, blame, sizeof blame);
    if (row.status == COMPARE_NEW || row.status == COMPARE_GONE)
        snprintf(buffer, size, "%s is here only in %s: %s%s%s.", name,
                 row.status == COMPARE_NEW ? "B" : "A", estimate ? "~" : "", delta, calls);
    else if (time->delta == 0)
        snprintf(buffer, size, "%s took the same here%s.%s", name, calls, blame);
    else
        snprintf(buffer, size, "%s took %s%s%s %s here%s.%s", name, estimate ? "~" : "", delta,
                 ratio, time->delta < 0 ? "less" : "more", calls, blame);
}
