#include "tui/analysis/blame.h"
#include "tui/analysis/names.h"

#include <math.h>
#include <stdio.h>

#define NEARLY_ONE(jump) (fabs((jump)-1) < 0.15)

void blame_exponent(double exponent, char *buffer, size_t size)
{
    snprintf(buffer, size, "%.1f", fabs(exponent) < 0.05 ? 0.0 : exponent);
}

void blame_jump(unsigned blame, double exponent_caller,
                const struct compare_change change[COMPARE_MEASURES], double *from, double *to)
{
    double calls = change[COMPARE_NCALLS].exponent;
    bool by_calls = blame & 1u << BLAME_CALLS, has_calls = !isnan(calls);
    *from = by_calls || !has_calls ? exponent_caller : calls;
    *to = by_calls    ? calls
          : has_calls ? change[COMPARE_TOTTIME].exponent
                      : change[COMPARE_CUMTIME].exponent;
}

static bool is_itself(unsigned blame, const struct compare_change change[COMPARE_MEASURES])
{
    return !(blame & 1u << BLAME_CALLS) && !isnan(change[COMPARE_NCALLS].exponent);
}

void blame_mark(unsigned blame, double exponent_caller,
                const struct compare_change change[COMPARE_MEASURES], bool brief, char *buffer,
                size_t size)
{
    double from, to;
    char before[16], after[16];
    buffer[0] = '\0';
    if (!blame)
        return;
    blame_jump(blame, exponent_caller, change, &from, &to);
    blame_exponent(from, before, sizeof before);
    blame_exponent(to, after, sizeof after);
    if (brief)
        snprintf(buffer, size, "⇐ n^%s", after);
    else
        snprintf(buffer, size, "⇐ n^%s → n^%s enters %s", before, after,
                 is_itself(blame, change) ? "in it" : "here");
}

void blame_factor(double exponent_caller, double exponent_edge, char *buffer, size_t size)
{
    double jump = exponent_edge - exponent_caller;
    if (NEARLY_ONE(jump))
        snprintf(buffer, size, "n");
    else
        snprintf(buffer, size, "n^%.1f", jump);
}

/* "at run_loop → concat", "in concat itself" */
static void where_text(const struct blame *blame, const struct blame_edge *edge, char *buffer,
                       size_t size)
{
    char caller[160] = "", callee[160];
    function_name(&blame_profile(blame, 1)->functions[edge->callee], callee, sizeof callee);
    if (edge->caller != PROFILE_NONE)
        function_name(&blame_profile(blame, 1)->functions[edge->caller], caller, sizeof caller);
    if (edge->cause == BLAME_TIME && blame_has_calls(blame))
        snprintf(buffer, size, "in %s itself", callee);
    else
        snprintf(buffer, size, "at %s → %s", caller, callee);
}

void blame_sentence(const struct blame *blame, uint32_t function, char *buffer, size_t size)
{
    struct blame_edge edge;
    char factor[32], where[400], before[16];
    enum blame_place place = blame_function(blame, function, &edge);
    buffer[0] = '\0';
    if (place == BLAME_NOWHERE)
        return;
    blame_factor(edge.exponent_caller, edge.exponent_edge, factor, sizeof factor);
    where_text(blame, &edge, where, sizeof where);
    blame_exponent(edge.exponent_caller, before, sizeof before);
    if (place == BLAME_HERE)
        snprintf(buffer, size, "Its callers grow as n^%s%s: the extra factor %s enters %s.", before,
                 edge.beside ? " beside it" : "", factor, where);
    else if (place == BLAME_ABOVE)
        snprintf(buffer, size, "Its callers grow as fast: the extra factor %s enters above, %s.",
                 factor, where);
    else if (place == BLAME_ITSELF)
        snprintf(buffer, size, "Its calls grow as n^%s: the extra factor %s enters %s.", before,
                 factor, where);
    else
        snprintf(buffer, size, "The extra factor %s enters below, %s.", factor, where);
}
