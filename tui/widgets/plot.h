/*
 * A log-log plot in braille, eight dots a cell: points, a line through them, and guides that show
 * how steep n and n² are. Axes and their labels leave when there is little room.
 */
#ifndef NCPROF_TUI_WIDGETS_PLOT_H
#define NCPROF_TUI_WIDGETS_PLOT_H

#include "tui/widgets/canvas.h"

#include <stddef.h>
#include <stdint.h>

struct plot_point {
    double x, y; /* both above zero and finite; others are not drawn */
};

struct plot {
    const struct plot_point *points;
    uint32_t count;
    const double *marks; /* x that get a label, ascending */
    uint32_t mark_count;
    const void *owner;                            /* what these take */
    double (*curve)(const void *owner, double x); /* NAN: no line there */
    void (*x_text)(const void *owner, double x, char *buffer, size_t size);
    /* "": no label there */
    void (*y_text)(const void *owner, double y, char *buffer, size_t size);
};

void plot_draw(const struct plot *plot, struct canvas *canvas, struct rect area);

#endif
