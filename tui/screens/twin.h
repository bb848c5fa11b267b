/* One side of a butterfly of two profiles as a table: the callers of a function, or its callees. */
#ifndef NCPROF_TUI_SCREENS_TWIN_H
#define NCPROF_TUI_SCREENS_TWIN_H

#include "tui/analysis/butterflies.h"
#include "tui/analysis/filter.h"
#include "tui/columns.h"
#include "tui/widgets/canvas.h"

struct twin {
    const struct butterflies *butterflies;
    uint32_t *rows; /* indices of those that the filter lets through */
    uint32_t count;
    bool callers;
};

extern const struct column twin_caller_columns[], twin_callee_columns[];

/* "(itself)" always is let through. */
void twin_fill(struct twin *twin, const struct butterflies *butterflies, bool callers,
               const struct filter *filter);
void twin_free(struct twin *twin);
const struct butterflies_row *twin_row(const void *twin, uint32_t row);
/* The first row that leads somewhere; -1: none. */
int64_t twin_first_function(const struct twin *twin);
uint32_t twin_functions(const struct twin *twin); /* rows without "(itself)" */
uint32_t twin_itself(const struct twin *twin);    /* 1 where "(itself)" is among them */

/* The table's hooks; their owner is the twin. */
enum style twin_style(const void *owner, uint32_t row, const struct column *column);
void twin_name(const void *owner, uint32_t row, struct canvas *canvas, struct rect area);

#endif
