/*
 * What the recorder's hooks cost, as the metadata of a trace say it (FORMAT.md, section 6), and
 * the times without that: estimates, where what was recorded is exact.
 *
 * A hook reads the clock in its middle. Of what an enter and a leave cost a call, the part between
 * their two readings (`inside`) is in the callee's own time, the rest (`outside`) in its caller's.
 * Being told of calls that are not recorded takes the caller time, too; how many there were is
 * known by function, and each of its calls has as large a part of them. And an interpreter can be
 * slower all the time while it tells of calls (CPython 3.11): what is left of a function's own time
 * is divided by that, except for stretches without any call that are longer than COSTS_STRETCH on
 * average: these are some operation in C or a wait, which nothing slows down.
 */
#ifndef NCPROF_FORMATS_TRACE_COSTS_H
#define NCPROF_FORMATS_TRACE_COSTS_H

#include "formats/profile/profile.h"
#include "formats/trace/definitions.h"
#include "formats/trace/trace_clock.h"

struct hook_cost {
    double inside, outside; /* ns a call */
    double slowdown;        /* of what these functions do between calls; 0: none */
};

/* By enum function_kind; 0: unknown. */
struct hook_costs {
    struct hook_cost of[FUNCTION_BUILTIN + 1];
};

/* A function made so many calls that the hooks are told of and do not record (of classes). */
struct class_calls {
    uint32_t function; /* in the trace */
    double calls;
};

/* Of a process whose hooks cost another sum than most. */
struct process_costs {
    uint32_t process; /* in the trace */
    struct hook_costs costs;
};

struct costs {
    struct hook_costs most;
    ARRAY(struct process_costs) processes; /* ascending */
    double class_call;                     /* ns that being told of such a call takes its caller */
    ARRAY(struct class_calls) class_calls;
    double *told; /* costs_settle(): ns a call of each function of the trace; NULL: nothing */
};

/* A list of numbers, of which costs_take() makes class_calls: a pair that need not be shown. */
#define COSTS_CLASS_CALLS "cost.class.calls"

/* The time that a thread waited for the recorder is a function's of this name, of kind unknown. */
#define COSTS_WAITING "[waiting for the recorder]"

#define COSTS_STRETCH 5e6 /* ns */

/* A pair of metadata; those that are not about costs, or make no sense, are passed over. */
void costs_take(struct costs *costs, const char *key, const char *value);
void costs_free(struct costs *costs);
/* All pairs are taken: spreads what functions were told over their calls in all threads. */
void costs_settle(struct costs *costs, const struct definitions *definitions);
/* Whether there is anything to correct by. */
bool costs_known(const struct costs *costs);
/* Of a process of the trace. */
const struct hook_costs *costs_of(const struct costs *costs, uint32_t process);

/*
 * The self times of a thread's contexts without what the hooks cost, in ns: none is below 0 or
 * above what was recorded. `self` has an element a context; that of the root is 0.
 */
void costs_correct(const struct costs *costs, const struct definitions *definitions,
                   uint32_t thread, const struct trace_clock *clock, int64_t *self);

#endif
