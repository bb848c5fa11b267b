/*
 * A plan's runs on the screen: the table, and what can be done with them. As app.h it knows no
 * terminal: events go in, a canvas comes out.
 *
 * The file is followed: queue_screen_poll() reads it again when it has changed. Runs are started
 * in processes of their own (`ncprof plan run`), which go on when the user leaves.
 */
#ifndef NCPROF_TUI_QUEUE_H
#define NCPROF_TUI_QUEUE_H

#include "tui/analysis/queue.h"
#include "tui/keys.h"
#include "tui/screens/marks.h"
#include "tui/widgets/canvas.h"
#include "tui/widgets/table.h"

#include <sys/stat.h>
#include <sys/types.h>

/* A runner that was started here. */
struct queue_runner {
    pid_t pid;
    int errors; /* what it says on standard error */
};

struct queue_screen {
    const char *path;
    struct plan *plan;
    struct queue *queue;
    struct table table;
    struct marks marks; /* runs, by their places in the plan */
    struct stat seen;   /* the file as it was read */
    void *help;         /* the help screen's state while that is shown; else NULL */
    char *asked;        /* the id of the run that may be reset by the same key again */
    ARRAY(struct queue_runner) runners;
    char message[600];
    bool message_is_error;
    struct canvas canvas;
    bool quit;

    /* What the user wants to see: results, with their sizes. Whoever shows them frees them. */
    char **open_paths;
    double *open_sizes;
    uint32_t open_count; /* 0: nothing */
};

int queue_screen_open(struct queue_screen *screen, const char *path, struct error *err);
void queue_screen_close(struct queue_screen *screen);

void queue_screen_event(struct queue_screen *screen, const struct event *event);
void queue_screen_draw(struct queue_screen *screen);
/* Looks whether the plan has changed and what became of runners; about once a second. */
void queue_screen_poll(struct queue_screen *screen);
void queue_screen_opened(struct queue_screen *screen); /* the paths to be shown are let go */

void queue_screen_say_error(struct queue_screen *screen, const struct error *err);

/* ---- queue_actions.c ---- */

/* What an action does here; moving about in the table is not among it. */
void queue_screen_act(struct queue_screen *screen, enum action_id action);
/* Takes in the runners that have ended, and tells why if they could not run. */
void queue_screen_reap(struct queue_screen *screen);
/* The run under the cursor; PLAN_NONE: the plan has none. */
uint32_t queue_screen_run(const struct queue_screen *screen);
__attribute__((format(printf, 2, 3))) void queue_screen_say(struct queue_screen *screen,
                                                            const char *format, ...);
/* Makes the rows anew, in the order that is chosen; the cursor stays at its run. */
void queue_screen_rebuild(struct queue_screen *screen);

#endif
