/* What the statistics of a pstats file come to once all of them are read. */
#include "formats/readers/pstats_internal.h"

#include <inttypes.h>
#include <math.h>

static void state_rows(struct pstats *p)
{
    for (uint32_t i = 0; i < p->rows.count; i++) {
        struct values values = p->rows.data[i].values;
        if (p->swapped) {
            values.calls = p->rows.data[i].values.primitive;
            values.primitive = p->rows.data[i].values.calls;
        }
        if (values.primitive > values.calls)
            values.primitive = values.calls;
        if (p->sampled)
            values.calls = values.primitive = 0;
        build_function_values(p->build, p->rows.data[i].function, p->time, values);
    }
}

/* Every sample weighs what the callee's cumulative time has a sample. */
static void state_counted(struct pstats *p)
{
    for (uint32_t i = 0; i < p->counted.count; i++) {
        const struct counted *counted = &p->counted.data[i];
        const struct row *row = &p->rows.data[counted->row];
        struct values values = {.calls = counted->count, .primitive = counted->count};
        if (p->sampled) {
            double share =
                row->values.calls ? (double)counted->count / (double)row->values.calls : 0;
            values = (struct values){.total = llrint((double)row->values.total * fmin(share, 1))};
        }
        build_edge_values(p->build, counted->caller, row->function, p->time, values);
    }
}

static void state_notes(struct pstats *p)
{
    if (p->sampled)
        build_note(p->build, "was made by sampling: it counts samples, not calls");
    else if (p->swapped)
        build_note(p->build, "total and primitive calls stand the other way round, as YAPPI "
                             "writes them; they are put right");
    if (p->counted.count && !p->sampled)
        build_note(p->build, "callers have a number of calls only, as Python's profile module "
                             "writes them; their times are unknown");
    if (p->unusable)
        build_note(p->build,
                   "%" PRIu64 " counts or times are not possible (negative, not a number, or "
                   "too large) and are taken as 0",
                   p->unusable);
    if (p->skipped)
        build_note(p->build, "%" PRIu64 " entries are no function statistics and are skipped",
                   p->skipped);
    if (!p->rows.count)
        build_note(p->build, "holds no function");
}

int pstats_accept_truncated(struct pstats *p, const struct error *err)
{
    if (err->code != ERROR_TRUNCATED || !p->rows.count)
        return -1;
    build_note(p->build, "is cut short at byte %zu; %" PRIu32 " functions came before",
               p->marshal.size, p->rows.count);
    build_flags(p->build, PROFILE_TRUNCATED);
    return 0;
}

/* A caller may come before its own entry; ties in pstats' tables are in the order of entries. */
static void order_as_in_file(struct pstats *p)
{
    uint32_t *order = memory_alloc(p->rows.count * sizeof *order);
    for (uint32_t i = 0; i < p->rows.count; i++)
        order[i] = p->rows.data[i].function;
    build_order_functions(p->build, order, p->rows.count);
    array_release(order);
}

void pstats_state(struct pstats *p)
{
    unsigned calls = p->sampled ? 0 : PROFILE_HAS_CALLS | PROFILE_HAS_PRIMITIVE;
    state_rows(p);
    state_counted(p);
    order_as_in_file(p);
    state_notes(p);
    if (p->nameless_file || (p->counted.count && !p->sampled))
        build_metadata(p->build, "recorder", "profile");
    build_flags(p->build, PROFILE_HAS_EDGES | calls);
}
