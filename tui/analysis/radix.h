/* Sorting of many rows by whole numbers: least significant digit first, stable, linear. */
#ifndef NCPROF_TUI_ANALYSIS_RADIX_H
#define NCPROF_TUI_ANALYSIS_RADIX_H

#include <stdint.h>

struct radix_item {
    uint64_t key;
    uint32_t row, group; /* carried along */
};

/* `spare` has room for `count` items. */
void radix_sort(struct radix_item *items, struct radix_item *spare, uint32_t count);
void radix_sort_groups(struct radix_item *items, struct radix_item *spare, uint32_t count);

/* In the order of numbers as whole numbers are; not for NAN. -0 is 0. */
uint64_t radix_key(double number);

#endif
