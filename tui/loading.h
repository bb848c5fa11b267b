/* What is shown while files load: how far that is, and of a large one what it has so far. */
#ifndef NCPROF_TUI_LOADING_H
#define NCPROF_TUI_LOADING_H

#include "formats/profile/preview.h"
#include "tui/widgets/canvas.h"

struct loading {
    const char *path;
    int file, files;                 /* the file's number of how many; 0: it alone */
    double progress;                 /* 0..1; -1 unknown */
    const struct preview_look *look; /* NULL: nothing yet */
};

/* The whole screen, when there is nothing else to be shown. */
void loading_draw(const struct loading *loading, struct canvas *canvas);
/* One line in the middle of what is shown. */
void loading_draw_line(const struct loading *loading, struct canvas *canvas);

#endif
