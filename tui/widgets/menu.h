/* A choice among a few things, in a box over the screen. */
#ifndef NCPROF_TUI_WIDGETS_MENU_H
#define NCPROF_TUI_WIDGETS_MENU_H

#include "tui/widgets/canvas.h"
#include "tui/widgets/list.h"

#include <stdint.h>

struct menu {
    char title[64];
    char **items; /* owned; each may hold a tab, what follows it is shown dim */
    struct list list;
    struct rect area;
};

/* A zeroed struct is an empty menu. */
void menu_open(struct menu *menu, const char *title);
__attribute__((format(printf, 2, 3))) void menu_add(struct menu *menu, const char *format, ...);
void menu_close(struct menu *menu);

/* In the middle of a screen of that size. */
void menu_fit(struct menu *menu, int rows, int columns);
void menu_draw(const struct menu *menu, struct canvas *canvas);
/* Whether a place on the screen is one of its rows, which then is under the cursor. */
int menu_click(struct menu *menu, int row, int column);

#endif
