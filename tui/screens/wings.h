/* A function's own line between two tables: its callers, above, and its callees, below. */
#ifndef NCPROF_TUI_SCREENS_WINGS_H
#define NCPROF_TUI_SCREENS_WINGS_H

#include "formats/profile/profile.h"
#include "tui/actions.h"
#include "tui/widgets/canvas.h"
#include "tui/widgets/table.h"

enum { CALLERS, CALLEES };

struct wings {
    struct table tables[2];
    int focus;
    int centre; /* the row of the function's own line */
    struct rect area;
};

/* Each half gets what it needs; where both want more than half, half. */
void wings_fit(struct wings *wings, struct rect area);
/* `none` is said above where there is no caller. */
void wings_draw(const struct wings *wings, struct canvas *canvas, const char *none);
/* The function's name and place, and its sums at the right, or fewer where there is less room. */
void wings_draw_centre(const struct wings *wings, struct canvas *canvas,
                       const struct function *function, const char *sums, const char *brief_sums);

/* What moves over the function's line from one table into the other, and what is of both. */
unsigned wings_act(struct wings *wings, enum action_id action);
unsigned wings_click(struct wings *wings, int row, int column);
struct table *wings_table(struct wings *wings);

#endif
