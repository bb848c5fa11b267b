#include "tui/columns.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *id;
} other_words[] = {
    {"calls", "ncalls"},        {"cumulative", "cumtime"},   {"cumtime", "cumtime_b"},
    {"time", "tottime"},        {"tottime", "tottime_b"},    {"ncalls", "ncalls_b"},
    {"name", "function"},       {"ratio", "cumtime_ratio"},  {"exponent", "cumtime_exponent"},
    {"class", "cumtime_class"}, {"growth", "cumtime_class"},
};

static const struct column *find(const struct column *columns, const char *name)
{
    for (; columns->id; columns++)
        if (!strcmp(columns->id, name) || (columns->yappi && !strcmp(columns->yappi, name)))
            return columns;
    return NULL;
}

const struct column *column_find(const struct column *columns, const char *name)
{
    const struct column *column = find(columns, name);
    for (size_t i = 0; !column && i < sizeof other_words / sizeof *other_words; i++)
        if (!strcmp(other_words[i].word, name))
            column = column_find(columns, other_words[i].id);
    return column;
}

const struct column *column_for_sort(const struct column *columns, const char *name,
                                     const char *fallback, struct error *err)
{
    char known[320] = "";
    const struct column *column = column_find(columns, name ? name : fallback);
    if (column && column->compare)
        return column;
    for (size_t used = 0; columns->id; columns++)
        if (columns->compare && used < sizeof known)
            used += (size_t)snprintf(known + used, sizeof known - used, " %s", columns->id);
    error_set(err, ERROR_USAGE, "no column \"%.64s\" to sort by; there are%s",
              name ? name : fallback, known);
    return NULL;
}
