/*
 * The plan of a queue of profiling runs: a JSON file, here in memory.
 *
 *     {
 *       "command": ["python3", "backtest.py", "{start}", "{end}"],   one may stand in a run instead
 *       "shell": false,                   true: a command may be a text for /bin/sh instead
 *       "env": {"PLOT_PRICE": "true"},    what must be set; a run's own adds to it or replaces
 *       "prepare": ["./drop-caches"],     before a run whose cache is "cold"
 *       "output": "profiling",            folder of the results, beside the plan
 *       "runs": [
 *         {"id": "phase1-week-1", "phase": 1, "label": "week", "description": "",
 *          "start": "2025-01-20", "end": "2025-01-26", "inclusive": true, "size": 7,
 *          "cache": "cold", "status": "pending"}
 *       ],
 *       "results": {}                     by the run's id
 *     }
 *
 * Only "runs" and each run's "id" are needed: a plan of the YAPPI infrastructure, without a
 * command, can be read. A run that is "running" has an "owner", see owner.h; what "results" holds
 * is in result.h. All other keys are kept as they are.
 *
 * Words in commands: {id} {start} {end} {days} {size}, and {output}, the path of the run's trace
 * without ".ncp". {{ and }} are braces. Each that the run has no value for is an error.
 *
 * Loading validates all of this; nothing is ever written by it. Whoever changes the plan does so
 * within a transaction (transaction.h).
 */
#ifndef NCPROF_CAPTURE_PLAN_PLAN_H
#define NCPROF_CAPTURE_PLAN_PLAN_H

#include "formats/profile/error.h"
#include "formats/profile/memory.h"

#include <stdbool.h>
#include <stdint.h>

struct cJSON;

#define PLAN_NONE     UINT32_MAX
#define PLAN_SIZE_MAX (16u << 20) /* bytes of a plan file */

enum plan_status { PLAN_PENDING, PLAN_RUNNING, PLAN_DONE, PLAN_ERROR };
#define PLAN_STATUSES 4
extern const char *const plan_status_names[PLAN_STATUSES];

enum plan_cache { PLAN_CACHE_ANY, PLAN_CACHE_COLD, PLAN_CACHE_WARM };
extern const char *const plan_cache_names[3]; /* "", "cold", "warm" */

/* Texts are "" where the file has none, and valid as long as the plan. */
struct plan_run {
    const char *id; /* fit for a file name: no '/', no '.' in front, no control characters */
    const char *start, *end; /* YYYY-MM-DD; both or none */
    const char *label, *description;
    const char *phase; /* a number's digits or a text */
    enum plan_status status;
    enum plan_cache cache;
    uint32_t days; /* from start to end, see "inclusive"; 0: no dates */
    double size;   /* as the entry gives it; NAN: it does not */
    struct cJSON *entry;
    struct cJSON *result; /* in "results"; NULL: none */
};

struct plan {
    char *path;   /* as it was named */
    char *file;   /* the file itself, symbolic links followed, absolute */
    char *folder; /* of the file: what its relative paths begin at */
    char *text;   /* as read */
    struct cJSON *root;
    struct plan_run *runs; /* in the order of the file */
    uint32_t run_count;
    uint32_t *by_id; /* indices of runs, ordered by id */
    struct arena arena;
};

/*
 * An error is a sentence with the place: the line and column where the JSON is wrong, else the run
 * (by its id, or as runs[INDEX] from 0) and the key.
 */
int plan_load(struct plan **out, const char *path, struct error *err);
/* The same of `text` in memory, which becomes the plan's; for path, file and folder see above. */
int plan_load_text(struct plan **out, char *text, const char *path, const char *file,
                   struct error *err);
/* The file looks like a plan: JSON with a list of "runs" that have an "id", or are none. */
bool plan_probe(const char *path);
void plan_free(struct plan *plan);

uint32_t plan_find(const struct plan *plan, const char *id); /* PLAN_NONE: there is none */

/* "size", else the days; NAN when there is neither. */
double plan_run_size(const struct plan_run *run);

/* The folder of the results as the plan names it, relative to plan->folder or absolute. */
const char *plan_output_folder(const struct plan *plan);

/*
 * The file that holds what a run has given, whatever the run's status: results[id].trace, else
 * <output>/<id>.wall.pstat, else <output>/<id>.funcs.wall.csv. Only what exists counts. The
 * caller's to free; NULL when there is none.
 */
char *plan_result_path(const struct plan *plan, uint32_t run);
/* A path out of the plan, relative to the plan's folder. The caller's to free. */
char *plan_path(const struct plan *plan, const char *path);

#endif
