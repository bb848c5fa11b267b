/* build_order_functions(): the functions of sums in the order of their file. */
#include "formats/profile/build_internal.h"

#include <stdlib.h>
#include <string.h>

void build_order_functions(struct build *build, const uint32_t *first, uint32_t count)
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
    free(build->numbers);
    build->numbers = numbers;
}
