/*
 * The queue of runs as a table: what a plan says of each run, counts by state and phase. Shown by
 * `plan status` and the browser alike.
 */
#ifndef NCPROF_TUI_ANALYSIS_QUEUE_H
#define NCPROF_TUI_ANALYSIS_QUEUE_H

#include "capture/plan/plan.h"
#include "capture/plan/result.h"
#include "tui/columns.h"

struct queue_phase {
    const char *phase; /* "" for runs without one */
    uint32_t counts[PLAN_STATUSES];
};

struct queue_row {
    uint32_t run;
    struct plan_result result;
    double seconds; /* that it took, or has taken by now; NAN unknown */
    char *path;     /* of the result; NULL: there is none */
};

struct queue {
    const struct plan *plan;
    struct queue_row *rows; /* the plan's order, or as sorted */
    uint32_t count;
    uint32_t counts[PLAN_STATUSES];
    struct queue_phase *phases; /* in the order in which they first stand in the plan */
    uint32_t phase_count;
    const struct column *sort; /* NULL: the plan's order */
    bool reverse;
};

struct queue_query {
    const char *sort; /* a column's id; NULL: the plan's order */
    bool reverse;
};

/* Borrows the plan. ERROR_USAGE for an unknown column. Freed with queue_free(). */
int queue_new(struct queue **out, const struct plan *plan, const struct queue_query *query,
              struct error *err);
/* The result's file as the plan would name it: relative to its folder; NULL: there is none. */
const char *queue_result(const struct queue *queue, const struct queue_row *row);
void queue_free(struct queue *queue);

/* "11 runs: 3 pending, 1 running, 6 done, 1 error", states without runs left out. */
void queue_counts_text(const uint32_t counts[PLAN_STATUSES], char *buffer, size_t size);

/* "0.2 s", "12 s", "3:05", "1:02:03"; NAN is "-" */
void queue_seconds_text(double seconds, char *buffer, size_t size);

extern const struct column queue_columns[];

#endif
