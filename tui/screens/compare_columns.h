/* The columns of the side-by-side screen: those of the comparison, as a screen has room for. */
#ifndef NCPROF_TUI_SCREENS_COMPARE_COLUMNS_H
#define NCPROF_TUI_SCREENS_COMPARE_COLUMNS_H

#include "tui/screens/pairing.h"

/*
 * In the ids of compare_columns, which they are sorted by. A bar stands beside the ratio, and the
 * calls of both stand in one column.
 */
void compare_screen_columns(const struct pairing *pairing,
                            struct column columns[TABLE_COLUMNS_MAX + 1]);

/* "   │█▌ ": the ratio around 1, a cell for each ×3.2, to the left for less. */
void ratio_bar(double ratio, char *buffer, size_t size);
#define RATIO_BAR_WIDTH 7

#endif
