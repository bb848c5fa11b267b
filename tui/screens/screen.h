/*
 * What a screen is: one file that ends in one const table of these.
 *
 * A screen shows a subject (a file, or two) and keeps a little state: the rows
 * that an analysis made for it and a cursor. The app owns the state, gives it
 * zeroed, and calls, in this order: rebuild (at first and whenever the subject
 * changes), fit (where on the screen), draw, act.
 *
 * Actions that a screen leaves alone go to its table, then to the app.
 */
#ifndef NCPROF_TUI_SCREENS_SCREEN_H
#define NCPROF_TUI_SCREENS_SCREEN_H

#include "formats/profile/profile.h"
#include "tui/actions.h"
#include "tui/analysis/compare.h"
#include "tui/widgets/canvas.h"
#include "tui/widgets/table.h"

#include <stdbool.h>
#include <stddef.h>

struct app;
struct scaling;

/* What an action led to. */
enum reaction {
    REACTION_NONE = 0,
    REACTION_HANDLED = 1 << 0,
    REACTION_REBUILD = 1 << 1, /* the rows are to be made anew */
    REACTION_FIRST = 1 << 2,   /* and the cursor goes to the first of them */
};

/* How A and B are compared. */
struct subject_pair {
    enum compare_normalise normalise;
    const char *function; /* to normalise by */
    bool allow_unlike;
};

/* Borrowed; valid during the call, the profiles until the next rebuild. */
struct subject {
    const struct profile *profile; /* the file; side by side: A */
    const struct profile *other;   /* side by side: B; else NULL */
    uint32_t metric, other_metric;
    uint32_t thread; /* PROFILE_NONE: all */
    double size, other_size;
    struct subject_pair pair;
    struct scaling *scaling;        /* of all files, for views of it; NULL: there is none */
    const struct error *no_scaling; /* why */
    unsigned scaling_number;        /* another one has another */
    double at;                      /* the size to project to; NAN: ten times the largest */
    double threshold;               /* 0: hide nothing */
    const char *filter;
    unsigned place; /* for the help: where it was opened */
};

struct screen_ops {
    const char *title;   /* in the line of views */
    const char *brief;   /* there, where it is narrow; NULL: the title */
    const char *initial; /* where it is narrower still; NULL: brief */
    unsigned place;      /* enum place: its keys */
    unsigned needs;      /* profile flags without which there is nothing to show */
    const char *lacking; /* what to do then, a sentence */
    size_t state_size;
    void (*rebuild)(void *state, const struct subject *subject);
    void (*close)(void *state);
    void (*fit)(void *state, struct rect area);
    void (*draw)(const void *state, struct canvas *canvas);

    /* The following may be NULL. */
    unsigned (*act)(void *state, struct app *app, const struct action *action);
    unsigned (*click)(void *state, int row, int column);
    /* The table that the cursor is in. */
    struct table *(*table)(void *state);
    /* The function under the cursor, of which file (side by side 0 A, 1 B); PROFILE_NONE: none. */
    uint32_t (*function)(const void *state, int *side);
    /* Shows that function, of A (0) or B (1) where the screen shows both. */
    void (*show)(void *state, int side, uint32_t function);
    /* Whether a row is one that the filter looks for; without it all are. */
    bool (*matches)(const void *state, uint32_t row);
    /* What is hidden, marked, matched; "" when nothing is. */
    void (*status)(const void *state, char *buffer, size_t size);
    /* Why there is nothing to show, and what to do; false when there is. */
    bool (*refused)(const void *state, char *buffer, size_t size);
    /* About the row under the cursor, or why there is none. */
    void (*sentence)(const void *state, char *buffer, size_t size);
};

extern const struct screen_ops scaling_screen, plot_screen, compare_screen, trees_screen,
    butterflies_screen, hotspots_screen, tree_screen, butterfly_screen, info_screen, help_screen;

/* ---- what screens share ---- */

/* A function's cell: its name, and its place dim behind it where there is room. */
void screen_name(struct canvas *canvas, struct rect area, const struct function *function,
                 int shift);

/* What a screen may ask of the app. */
void app_open_butterfly(struct app *app, int side, uint32_t function);
void app_open_trees(struct app *app, int side, uint32_t function);
void app_open_hot_path(struct app *app, uint32_t function);
void app_open_thread(struct app *app, uint32_t thread);
/* The plot of a row of the scaling; from there, the scaling screen's cursor follows. */
void app_open_plot(struct app *app, uint32_t row);
void app_plot_moved(struct app *app, uint32_t row);

#endif
