#include "formats/documents/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double number_in_unit(int64_t value, const struct metric *metric)
{
    /* 4812000000 / 1e9 is 4.812; times 1e-9 it is not. */
    double inverse = nearbyint(1 / metric->scale);
    if (metric->scale < 1 && fabs(inverse * metric->scale - 1) < 1e-12)
        return (double)value / inverse;
    return (double)value * metric->scale;
}

void number_shortest(double number, char *buffer, size_t size)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buffer, size, "%.*g", digits, number + 0.0);
        if (strtod(buffer, NULL) == number)
            break;
    }
    /* The program may run in a locale with another decimal point. */
    for (char *c = buffer; *c; c++)
        if (!strchr("0123456789+-e", *c))
            *c = '.';
}

int64_t number_whole(int64_t value, const struct metric *metric)
{
    double scale = metric->kind == METRIC_TIME ? metric->scale * 1e9 : metric->scale;
    double scaled = (double)value * scale;
    return fabs(scale - 1) < 1e-9 || fabs(scaled) > 9e18 ? value : llround(scaled);
}
