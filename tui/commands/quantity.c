#include "tui/commands/quantity.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double factor;
};

static const struct unit times[] = {
    {"s", 1},     {"", 1},      {"ms", 1e-3}, {"us", 1e-6},
    {"µs", 1e-6}, {"ns", 1e-9}, {"min", 60},  {"h", 3600},
};

static const struct unit sizes[] = {
    {"", 1},    {"B", 1},    {"k", 1e3}, {"kB", 1e3}, {"K", 1e3},
    {"M", 1e6}, {"MB", 1e6}, {"G", 1e9}, {"GB", 1e9},
};

/* The number at the beginning of `text`; what follows up to `end` must be a unit. */
static bool parse(const char *text, const char *end, const struct unit *units, size_t count,
                  double *value)
{
    char *rest;
    if (!isdigit((unsigned char)*text) && *text != '.')
        return false;
    double number = strtod(text, &rest);
    if (rest == text || rest > end || !isfinite(number))
        return false;
    size_t length = (size_t)(end - rest);
    for (size_t i = 0; i < count; i++) {
        if (strlen(units[i].name) == length && strncmp(units[i].name, rest, length) == 0) {
            *value = number * units[i].factor;
            return true;
        }
    }
    return false;
}

static bool parse_time(const char *text, const char *end, double *seconds)
{
    return parse(text, end, times, sizeof times / sizeof *times, seconds);
}

bool quantity_seconds(const char *text, double *seconds)
{
    return parse_time(text, text + strlen(text), seconds);
}

bool quantity_range(const char *text, double *from, double *to)
{
    const char *dots = strstr(text, "..");
    *from = 0;
    *to = INFINITY;
    if (!dots || (dots == text && !dots[2]))
        return false;
    /* "1...5" is nothing, and strtod() would take a dot of the two for the number's own. */
    char *first = strndup(text, (size_t)(dots - text));
    bool valid = first && (!*first || quantity_seconds(first, from)) &&
                 (!dots[2] || quantity_seconds(dots + 2, to)) && *from < *to;
    free(first);
    return valid;
}

bool quantity_bytes(const char *text, uint64_t *bytes)
{
    double number;
    if (!parse(text, text + strlen(text), sizes, sizeof sizes / sizeof *sizes, &number) ||
        number >= 0x1p62)
        return false;
    *bytes = (uint64_t)number;
    return true;
}
