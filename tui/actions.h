/*
 * What the user can do: THE list of keys. The browser looks keys up here, the
 * help screen, the bar at the bottom, README's table and the man page are
 * printed from it. No other file names a key.
 */
#ifndef NCPROF_TUI_ACTIONS_H
#define NCPROF_TUI_ACTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum action_id {
    ACTION_NONE,
    ACTION_UP,
    ACTION_DOWN,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_FIRST,
    ACTION_LAST,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_OPEN,
    ACTION_BACK,
    ACTION_CANCEL, /* Esc: takes back the last thing, then goes back */
    ACTION_QUIT,   /* back, and out at the end */
    ACTION_NEXT_VIEW,
    ACTION_PREVIOUS_VIEW,
    ACTION_VIEW, /* by its digit */
    ACTION_HELP,
    ACTION_REDRAW,
    ACTION_FILTER,
    ACTION_CLEAR_FILTER,
    ACTION_NEXT_MATCH,
    ACTION_PREVIOUS_MATCH,
    ACTION_SORT_MENU,
    ACTION_SORT_LEFT,
    ACTION_SORT_RIGHT,
    ACTION_REVERSE,
    ACTION_SORT_NCALLS,
    ACTION_SORT_TOTTIME,
    ACTION_SORT_CUMTIME,
    ACTION_SHARES,
    ACTION_THRESHOLD,
    ACTION_MARK,
    ACTION_EXPAND,
    ACTION_EXPAND_ALL,
    ACTION_HOT_PATH,
    ACTION_BUTTERFLY,
    ACTION_COMPARE_WITH,
    ACTION_SWAP,
    ACTION_NORMALISE,
    ACTION_CLASS,
    ACTION_ORDER,
    ACTION_ANYWAY,
    ACTION_OTHER_FILE,
    ACTION_CHOOSE_RUN,
    ACTION_PROJECT,
    ACTION_METRIC,
    ACTION_RAW,
    ACTION_THREAD,
    ACTION_WRITE,
    ACTION_START,
    ACTION_START_ALL,
    ACTION_RESET,
    ACTION_CLICK,
    ACTION_WHEEL,
    ACTION_COUNT,
};

/* Where the user is: one bit a screen. */
enum place {
    PLACE_HOTSPOTS = 1 << 0,
    PLACE_TREE = 1 << 1,
    PLACE_BUTTERFLY = 1 << 2,
    PLACE_INFO = 1 << 3,
    PLACE_COMPARE = 1 << 4,
    PLACE_HELP = 1 << 5,
    PLACE_SCALING = 1 << 6,
    PLACE_PLOT = 1 << 7,
    PLACE_TREES = 1 << 8,
    PLACE_BUTTERFLIES = 1 << 9,
    PLACE_QUEUE = 1 << 10,   /* a plan's runs: a program of its own around the views */
    PLACE_NOTHING = 1 << 11, /* a view that says why it has nothing to show */
    PLACE_UNLIKE = 1 << 12,  /* likewise, one of A and B: they cannot be compared as they are */
};
#define PLACE_SORTED    ((unsigned)PLACE_HOTSPOTS | PLACE_COMPARE | PLACE_SCALING)
#define PLACE_BRANCHES  ((unsigned)PLACE_TREE | PLACE_TREES)
#define PLACE_WINGS     ((unsigned)PLACE_BUTTERFLY | PLACE_BUTTERFLIES)
#define PLACE_PAIR      ((unsigned)PLACE_COMPARE | PLACE_TREES | PLACE_BUTTERFLIES | PLACE_UNLIKE)
#define PLACE_FUNCTIONS (PLACE_SORTED | PLACE_BRANCHES | PLACE_WINGS)
#define PLACE_VIEWS     (PLACE_FUNCTIONS | PLACE_INFO | PLACE_NOTHING | PLACE_UNLIKE)
#define PLACE_ALL       (PLACE_VIEWS | PLACE_HELP | PLACE_PLOT)
#define PLACE_ANY       (PLACE_ALL | PLACE_QUEUE)

/* Without what a profile or session has, an action is not offered. */
enum action_needs {
    NEEDS_NOTHING = 0,
    NEEDS_TWO_FILES = 1 << 0,
    NEEDS_ONE_FILE = 1 << 1,
    NEEDS_THREADS = 1 << 2,    /* more than one, with a tree */
    NEEDS_METRICS = 1 << 3,    /* more than one */
    NEEDS_BACK = 1 << 4,       /* somewhere to go back to */
    NEEDS_RUNS = 1 << 5,       /* three files or more */
    NEEDS_UNLIKE = 1 << 6,     /* A and B are measured in unlike units, or by unlike clocks */
    NEEDS_CORRECTION = 1 << 7, /* times from which the recorder's cost was taken */
};

struct action {
    enum action_id id;
    const char *keys;  /* names as in keys.h, blank-separated; the first is shown in the bar */
    unsigned places;   /* enum place */
    unsigned needs;    /* enum action_needs */
    int bar;           /* order in the bar, the smallest stays to the last; 0: not there */
    const char *label; /* in the bar */
    const char *help;  /* a sentence */
};

/* One row may give an action another key or sentence in another place. NULL help at the end. */
extern const struct action actions[];
/* Titles over groups of the table: the group that begins at this row, or NULL. */
const char *action_group(const struct action *action);

/* The action of a key at a place with what there `is` (enum action_needs); NULL when none. */
const struct action *action_for_key(uint32_t key, unsigned place, unsigned is);
/* The keys as people read them: "j Down". */
void action_keys(const struct action *action, char *buffer, size_t size);

enum action_format { ACTIONS_TEXT, ACTIONS_MARKDOWN, ACTIONS_MAN };
/* The whole list, for README and the man page. */
void actions_write(FILE *out, enum action_format format);

#endif
