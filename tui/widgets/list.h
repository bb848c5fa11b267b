/* A cursor over rows of which only some fit the screen. */
#ifndef NCPROF_TUI_WIDGETS_LIST_H
#define NCPROF_TUI_WIDGETS_LIST_H

#include "tui/actions.h"

#include <stdbool.h>
#include <stdint.h>

struct list {
    uint32_t count, cursor; /* cursor < count, or both 0 */
    uint32_t top;           /* the first row shown */
    uint32_t height;        /* rows shown */
};

/* There are `count` rows now; the cursor stays where it can. */
void list_count(struct list *list, uint32_t count);
/* `height` rows fit now. */
void list_fit(struct list *list, uint32_t height);
/* To a row; beyond the ends is at the ends. */
void list_go(struct list *list, int64_t row);
/* Moves by an action. False when it is none that moves; true also when the cursor stayed. */
bool list_act(struct list *list, enum action_id action);
void list_wheel(struct list *list, int rows);

#endif
