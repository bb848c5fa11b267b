/* The title line: which run, how long, of what; both runs when they stand side by side. */
#ifndef NCPROF_TUI_TITLE_H
#define NCPROF_TUI_TITLE_H

#include "tui/app.h"

void title_draw(const struct app *app, struct canvas *canvas, int row);

#endif
