/* build_order_functions(): the functions of sums in the order of their file. */
#include "formats/profile/build_internal.h"

#include <stdlib.h>
#include <string.h>

/* The number that each function gets: those of `first` in its order, then the others. */
static uint32_t *number(const struct build *build, const uint32_t *first, uint32_t count)
{
    uint32_t functions = build->functions.count, next = 0;
    uint32_t *numbers = memory_alloc(functions * sizeof *numbers);
    memset(numbers, 0xff, functions * sizeof *numbers);
    for (uint32_t i = 0; i < count; i++)
        if (numbers[first[i]] == PROFILE_NONE)
            numbers[first[i]] = next++;
    for (uint32_t f = 0; f < functions; f++)
        if (numbers[f] == PROFILE_NONE)
            numbers[f] = next++;
    return numbers;
}

static void move_functions(struct build *build, const uint32_t *numbers)
{
    uint32_t count = build->functions.count;
    struct build_function *moved = memory_alloc(count * sizeof *moved);
    for (uint32_t f = 0; f < count; f++)
        moved[numbers[f]] = build->functions.data[f];
    free(build->functions.data);
    build->functions.data = moved;
    build->functions.capacity = count;
}

static void move_values(struct values_array *values, const uint32_t *numbers, uint32_t count)
{
    if (!values->count)
        return;
    int64_t *moved = memory_zeroed(count, sizeof *moved);
    for (uint32_t f = 0; f < values->count; f++)
        moved[numbers[f]] = values->data[f];
    array_free(values);
    *values = (struct values_array){moved, count, count};
}

void build_order_functions(struct build *build, const uint32_t *first, uint32_t count)
{
    uint32_t functions = build->functions.count;
    uint32_t *numbers = number(build, first, count);
    move_functions(build, numbers);
    for (uint32_t m = 0; m < build->metrics.count; m++) {
        struct column_values *column = &build->columns[m].function;
        move_values(&column->self, numbers, functions);
        move_values(&column->total, numbers, functions);
    }
    for (uint32_t e = 0; e < build->edges.count; e++) {
        struct edge *edge = &build->edges.data[e];
        edge->caller = numbers[edge->caller];
        edge->callee = numbers[edge->callee];
    }
    free(numbers);
}
