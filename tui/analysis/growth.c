#include "tui/analysis/compare.h"
#include "tui/analysis/names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *growth_name(enum growth growth)
{
    static const char *const names[] = {NULL,          "constant",  "sublinear",
                                        "linear",      "n log n",   "rising",
                                        "superlinear", "quadratic", "cubic or worse"};
    return names[growth];
}

enum growth growth_of(double exponent)
{
    static const struct {
        double below;
        enum growth growth;
    } classes[] = {
        {0.1, GROWTH_CONSTANT},  {0.9, GROWTH_SUBLINEAR},  {1.1, GROWTH_LINEAR},
        {1.3, GROWTH_N_LOG_N},   {1.5, GROWTH_RISING},     {1.8, GROWTH_SUPERLINEAR},
        {2.8, GROWTH_QUADRATIC}, {INFINITY, GROWTH_CUBIC},
    };
    if (isnan(exponent))
        return GROWTH_NONE;
    size_t i = 0;
    while (i + 1 < sizeof classes / sizeof *classes && exponent >= classes[i].below)
        i++;
    return classes[i].growth;
}

double compare_size(const struct profile *profile)
{
    static const char *const marks[] = {"@n=", "@size="};
    if (isfinite(profile->size) && profile->size > 0)
        return profile->size;
    const char *base = path_base(profile->path);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *mark = strstr(base, marks[i]);
        char *end;
        if (!mark)
            continue;
        const char *digits = mark + strlen(marks[i]);
        double size = strtod(digits, &end);
        if (end != digits && isfinite(size) && size > 0)
            return size;
    }
    return NAN;
}
