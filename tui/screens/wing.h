/* One side of a butterfly as a table: the callers of a function, or its callees. */
#ifndef NCPROF_TUI_SCREENS_WING_H
#define NCPROF_TUI_SCREENS_WING_H

#include "tui/analysis/butterfly.h"
#include "tui/columns.h"
#include "tui/widgets/canvas.h"

struct wing {
    const struct butterfly *butterfly;
    uint32_t *rows; /* indices of those that the filter lets through */
    uint32_t count;
    bool callers;
};

extern const struct column caller_columns[], callee_columns[];

const struct butterfly_row *wing_row(const void *wing, uint32_t row);

/* The table's hooks; their owner is the wing. */
enum style wing_style(const void *owner, uint32_t row, const struct column *column);
void wing_name(const void *owner, uint32_t row, struct canvas *canvas, struct rect area);

#endif
