#include "tui/analysis/blame.h"
#include "tui/analysis/names.h"

#include <math.h>
#include <stdio.h>

#define NEARLY_ONE(jump) (fabs((jump)-1) < 0.15)

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

/* Without a negative zero. */
static double shown(double number)
{
    return fabs(number) < 0.05 ? 0 : number;
}

void blame_sentence(const struct blame *blame, uint32_t function, char *buffer, size_t size)
{
    struct blame_edge edge;
    char factor[32], where[400];
    enum blame_place place = blame_function(blame, function, &edge);
    buffer[0] = '\0';
    if (place == BLAME_NOWHERE)
        return;
    blame_factor(edge.exponent_caller, edge.exponent_edge, factor, sizeof factor);
    where_text(blame, &edge, where, sizeof where);
    if (place == BLAME_HERE)
        snprintf(buffer, size, "Its callers grow as n^%.1f: the extra factor %s enters %s.",
                 shown(edge.exponent_caller), factor, where);
    else if (place == BLAME_ABOVE)
        snprintf(buffer, size, "Its callers grow as fast: the extra factor %s enters above, %s.",
                 factor, where);
    else if (place == BLAME_ITSELF)
        snprintf(buffer, size, "Its calls grow as n^%.1f: the extra factor %s enters %s.",
                 shown(edge.exponent_caller), factor, where);
    else
        snprintf(buffer, size, "The extra factor %s enters below, %s.", factor, where);
}
