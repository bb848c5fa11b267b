#include "tui/analysis/compare_internal.h"

void compare_judge(const struct compare_work *work, struct compare_row *row)
{
    (void)work;
    row->uncertain = false;
}

void compare_measure_noise(struct compare_work *work)
{
    (void)work;
}

const struct compare_noise *compare_noise(const struct comparison *comparison, uint32_t row,
                                          enum compare_measure measure)
{
    if (!comparison->noise)
        return NULL;
    return &comparison->noise[(size_t)comparison->rows[row].pair * COMPARE_MEASURES + measure];
}
