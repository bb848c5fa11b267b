#include "formats/readers/callgrind_costs.h"

#include "formats/readers/callgraph.h"

#include <string.h>

static void skip_blanks(struct slice *rest)
{
    while (rest->length && is_blank(*rest->text)) {
        rest->text++;
        rest->length--;
    }
}

static bool skip_position(struct slice *rest)
{
    const char *start = rest->text, *at = start, *end = start + rest->length;
    while (at < end && !is_blank(*at))
        at++;
    *rest = (struct slice){at, (size_t)(end - at)};
    skip_blanks(rest);
    return at > start;
}

static bool take_number(struct slice *rest, int64_t *number)
{
    uint64_t value = 0;
    size_t at = 0;
    for (; at < rest->length && rest->text[at] >= '0' && rest->text[at] <= '9'; at++) {
        if (value > INT64_MAX / 10 - 1)
            return false;
        value = value * 10 + (uint64_t)(rest->text[at] - '0');
    }
    *number = (int64_t)value;
    *rest = (struct slice){rest->text + at, rest->length - at};
    return at > 0;
}

static bool take_cost(struct callgrind_costs *costs, struct slice *rest, int64_t *cost)
{
    int64_t before = *cost;
    char sign = *rest->text;
    if (sign == '*' || sign == '+' || sign == '-') {
        rest->text++;
        rest->length--;
        costs->relative |= sign != '-';
    }
    if (sign == '*')
        return true;
    if (!take_number(rest, cost))
        return false;
    if (sign == '-')
        *cost = -*cost;
    if (costs->relative && (sign == '-' || sign == '+'))
        callgraph_add(cost, &before, 1);
    return true;
}

bool callgrind_costs_line(struct callgrind_costs *costs, struct slice rest)
{
    for (unsigned i = 0; i < costs->positions; i++)
        if (!skip_position(&rest))
            return false;
    uint32_t column = 0, columns = costs->count;
    for (; rest.length; column++) {
        if (column == columns || !take_cost(costs, &rest, &costs->values[column]) ||
            (rest.length && !is_blank(*rest.text)))
            return false;
        skip_blanks(&rest);
    }
    memset(&costs->values[column], 0, (columns - column) * sizeof *costs->values);
    return true;
}
