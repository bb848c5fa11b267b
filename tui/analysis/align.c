#include "tui/analysis/align.h"

#include "formats/profile/memory.h"
#include "tui/analysis/match.h"

#include <stdlib.h>
#include <string.h>

#define FEW 64 /* rows to begin with */

/* Rows as they grow run by run; each is known by its function in the latest run that has it. */
struct rows {
    struct function *latest;
    uint32_t *functions;
    uint32_t count, capacity, runs;
};

/* Room for whatever a run may add: all of its functions. */
static void reserve(struct rows *rows, uint32_t more)
{
    size_t needed = (size_t)rows->count + more, capacity = 2 * (size_t)rows->capacity;
    if (needed <= rows->capacity)
        return;
    capacity = needed > capacity ? needed : capacity;
    rows->capacity = capacity < PROFILE_NONE ? (uint32_t)capacity : PROFILE_NONE - 1;
    rows->latest = memory_resize(rows->latest, rows->capacity, sizeof *rows->latest);
    rows->functions =
        memory_resize(rows->functions, (size_t)rows->capacity * rows->runs, sizeof(uint32_t));
}

static uint32_t add_row(struct rows *rows)
{
    uint32_t *cells = &rows->functions[(size_t)rows->count * rows->runs];
    memset(cells, 0xff, rows->runs * sizeof *cells);
    return rows->count++;
}

static void add_run(struct rows *rows, const struct profile *profile, uint32_t run)
{
    struct profile known = {.functions = rows->latest, .function_count = rows->count};
    uint32_t count;
    struct match *matches = match_functions(&known, profile, &count);
    reserve(rows, profile->function_count);
    for (uint32_t i = 0; i < count; i++) {
        if (matches[i].b == PROFILE_NONE)
            continue;
        uint32_t row = matches[i].a != PROFILE_NONE ? matches[i].a : add_row(rows);
        rows->functions[(size_t)row * rows->runs + run] = matches[i].b;
        rows->latest[row] = profile->functions[matches[i].b];
    }
    free(matches);
}

struct alignment *align_functions(const struct profile *const *profiles, uint32_t runs)
{
    struct rows rows = {.runs = runs, .capacity = FEW};
    rows.latest = memory_alloc(FEW * sizeof *rows.latest);
    rows.functions = memory_alloc((size_t)FEW * runs * sizeof *rows.functions);
    for (uint32_t run = 0; run < runs; run++)
        add_run(&rows, profiles[run], run);
    free(rows.latest);
    struct alignment *alignment = memory_alloc(sizeof *alignment);
    *alignment = (struct alignment){
        runs, rows.count,
        memory_resize(rows.functions, (size_t)rows.count * runs, sizeof *rows.functions)};
    return alignment;
}

void alignment_free(struct alignment *alignment)
{
    if (alignment)
        free(alignment->functions);
    free(alignment);
}

uint32_t align_first_run(const struct alignment *alignment, uint32_t row)
{
    const uint32_t *cells = &alignment->functions[(size_t)row * alignment->runs];
    uint32_t run = 0;
    while (run + 1 < alignment->runs && cells[run] == PROFILE_NONE)
        run++;
    return run;
}
