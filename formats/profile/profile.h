/*
 * A profile in memory: plain data in flat arrays, addressed by 32-bit indices.
 *
 * Built only through build.h, immutable afterwards, owned by one arena and
 * freed in one call. Every pointer reached from a profile is borrowed and
 * lives as long as the profile does.
 *
 * Values. Each metric has one column of int64_t for functions, contexts and
 * edges. A value times metric.scale is in metric.unit: time is kept in
 * nanoseconds with scale 1e-9 and unit "s"; folded counts with three decimals
 * are kept as thousandths with scale 1e-3.
 *
 *   self   what the function itself spent (tottime)
 *   total  callees included (cumtime); a recursive function counts once, at
 *          its outermost activation
 *
 * Contexts are the nodes of the call trees, of one thread after the other, each
 * tree depth first: what is called from a context, directly or not, is the range
 * behind it, up to its `end`. So a walk over a tree is a loop, sums up the tree
 * are one loop backwards, and no recursion is needed however deep it is. Every
 * thread has one root context whose function is PROFILE_NONE and whose total is
 * the thread's.
 *
 *     index     0     1     2     3     4          main calls work twice, from
 *     function  -     main  work  read  write      two places: work reads, main
 *     parent    -     0     1     2     1          writes
 *     end       5     5     4     4     5
 */
#ifndef NCPROF_FORMATS_PROFILE_PROFILE_H
#define NCPROF_FORMATS_PROFILE_PROFILE_H

#include "formats/profile/error.h"
#include "formats/profile/histogram.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define PROFILE_NONE UINT32_MAX

/* What the source held. A view whose flag is missing says so; nothing is invented. */
enum profile_flag {
    PROFILE_HAS_TREE = 1 << 0,      /* contexts were measured */
    PROFILE_HAS_EDGES = 1 << 1,     /* caller/callee pairs: measured, or derived from the tree */
    PROFILE_HAS_CALLS = 1 << 2,     /* ncalls */
    PROFILE_HAS_PRIMITIVE = 1 << 3, /* calls told apart from recursive ones */
    PROFILE_HAS_TIMELINE = 1 << 4,  /* the file holds events in time order */
    PROFILE_HAS_LATENCY = 1 << 5,   /* histograms a function */
    PROFILE_TRUNCATED = 1 << 6,     /* the source was cut short; a note says where */
    PROFILE_THINNED = 1 << 7,       /* sums hold calls that have no events; a note says which */
};

enum metric_kind { METRIC_TIME, METRIC_SAMPLES, METRIC_BYTES, METRIC_COUNT };

struct metric {
    const char *name; /* "wall", "cpu", "samples", "Ir", ...; without controls */
    const char *unit; /* "s", "samples", "bytes", ""; likewise */
    enum metric_kind kind;
    double scale; /* value * scale is in `unit` */
};

enum function_kind {
    FUNCTION_UNKNOWN,
    FUNCTION_NATIVE,   /* compiled code */
    FUNCTION_PYTHON,   /* Python code */
    FUNCTION_BUILTIN,  /* C code called from Python */
    FUNCTION_COROUTINE /* Python code that gives way to others meanwhile: async def */
};

struct function {
    const char *name;   /* qualified name; never NULL, may be "" */
    const char *module; /* Python module, shared object; "" when unknown */
    const char *file;   /* source file as the source names it; "" when unknown */
    uint32_t line;      /* first line; 0 unknown */
    enum function_kind kind;
};

/* A row of any table for one metric. */
struct values {
    uint64_t calls;     /* 0 without PROFILE_HAS_CALLS */
    uint64_t primitive; /* calls made while the function was not active; = calls when unknown */
    int64_t self;
    int64_t total;
};

struct context {
    uint32_t parent;   /* PROFILE_NONE: a thread's root */
    uint32_t function; /* PROFILE_NONE: a thread's root */
    uint32_t end;      /* behind the last context under it */
};

struct edge {
    uint32_t caller, callee;
    uint64_t calls, primitive;
};

struct thread {
    const char *name;
    uint64_t id; /* the system's, or the format's own; 0 unknown */
    uint32_t process;
    uint32_t root; /* its root context; PROFILE_NONE without a tree */
};

/* How a process ended, as far as the source knows. */
enum process_end {
    PROCESS_END_UNKNOWN,
    PROCESS_EXITED,   /* `status` is its exit status */
    PROCESS_KILLED,   /* `status` is the signal; 0: it ended without exiting, of what is unknown */
    PROCESS_REPLACED, /* by exec: another process with the same id goes on */
    PROCESS_RUNNING,  /* still, when the recording ended */
};

struct process {
    const char *name;
    const char *command; /* with its arguments, as a shell would read it; "" unknown */
    uint64_t id;
    uint32_t parent; /* who started it, directly or not; PROFILE_NONE: unknown. No cycles */
    enum process_end end;
    uint32_t status;
    const char *next; /* REPLACED: what it went on with, if that is no process of these; or "" */
};

struct metadata {
    const char *key, *value; /* "command", "host", "git.revision", "tag.k", "exit", ... */
};

/*
 * Metric 0 is an estimate: what the recorder's hooks are known to cost is taken off what was
 * recorded, which is another metric. Times a call below `resolution` mean little.
 */
struct correction {
    uint32_t raw;                              /* the metric as recorded; 0: nothing is corrected */
    double resolution[FUNCTION_COROUTINE + 1]; /* ns, by kind of function; 0 unknown */
};

struct profile {
    const char *path;   /* as the user named it; "" when from memory */
    const char *format; /* the reader's name */
    unsigned flags;     /* enum profile_flag */
    double size;        /* of the input that the program worked on; NAN unknown */
    int64_t start_ns;   /* since the Unix epoch; 0 unknown */
    int64_t wall_ns;    /* from first to last event; 0 unknown */

    uint64_t lost_events; /* that the recorder knows not to have kept */
    uint64_t open_frames; /* where the recording was cut: calls that had not returned */
    int64_t cut_ns;       /* when that was, since the recording began; 0: it was not cut */
    uint64_t
        missing_calls; /* of the recording, that a part of it cannot show: they have no events */

    struct metric *metrics; /* [0] is the default one */
    uint32_t metric_count;
    struct correction correction;

    struct function *functions;
    uint32_t function_count;
    uint64_t *function_calls, *function_primitive;
    int64_t *function_self, *function_total; /* [metric * function_count + function] */
    struct histogram *latency;               /* one a function, in ns; NULL without the flag */

    struct context *contexts;
    uint32_t context_count;
    uint64_t *context_calls; /* NULL: none has any */
    /*
     * [metric * (context_count + 1) + context]: the self values of all contexts before it. With one
     * more at the end the differences are what a context, or all of a range, has.
     */
    int64_t *context_before;

    struct edge *edges; /* ordered by caller, then callee */
    uint32_t edge_count;
    int64_t *edge_self, *edge_total; /* the callee's, when called by the caller */
    uint32_t *edges_by_callee;       /* indices into edges, ordered by callee, then caller */

    struct thread *threads;
    uint32_t thread_count;
    struct process *processes;
    uint32_t process_count;

    struct metadata *metadata;
    uint32_t metadata_count;
    const char **notes; /* sentences for the user: losses, repairs, guesses */
    uint32_t note_count;

    struct arena *arena;
};

void profile_free(struct profile *profile);

/* Verifies every invariant stated above; for tests. */
int profile_check(const struct profile *profile, struct error *err);

struct values profile_function(const struct profile *profile, uint32_t function, uint32_t metric);
struct values profile_context(const struct profile *profile, uint32_t context, uint32_t metric);

static inline const int64_t *profile_context_before(const struct profile *profile, uint32_t metric)
{
    return profile->context_before + (size_t)metric * ((size_t)profile->context_count + 1);
}

static inline int64_t profile_context_self(const struct profile *profile, uint32_t context,
                                           uint32_t metric)
{
    const int64_t *before = profile_context_before(profile, metric);
    return before[context + 1] - before[context];
}

static inline int64_t profile_context_total(const struct profile *profile, uint32_t context,
                                            uint32_t metric)
{
    const int64_t *before = profile_context_before(profile, metric);
    return before[profile->contexts[context].end] - before[context];
}

static inline uint64_t profile_context_calls(const struct profile *profile, uint32_t context)
{
    return profile->context_calls ? profile->context_calls[context] : 0;
}

struct values profile_edge(const struct profile *profile, uint32_t edge, uint32_t metric);

/*
 * Which threads a view is about: PROFILE_NONE (all), a thread's index, or
 * profile_whole_process() of a process' index (all of its threads).
 */
#define PROFILE_PROCESS_BIT 0x80000000u

static inline uint32_t profile_whole_process(uint32_t process)
{
    return PROFILE_PROCESS_BIT | process;
}

/* The process chosen as a whole; PROFILE_NONE: all threads or one. */
static inline uint32_t profile_chosen_process(uint32_t threads)
{
    return threads != PROFILE_NONE && (threads & PROFILE_PROCESS_BIT)
               ? threads & ~PROFILE_PROCESS_BIT
               : PROFILE_NONE;
}

static inline bool profile_chosen(const struct profile *profile, uint32_t threads, uint32_t thread)
{
    uint32_t process = profile_chosen_process(threads);
    if (process != PROFILE_NONE)
        return profile->threads[thread].process == process;
    return threads == PROFILE_NONE || threads == thread;
}

/*
 * The whole of a metric: the sum of all self values. With threads chosen (not PROFILE_NONE) the
 * totals of their roots.
 */
int64_t profile_total(const struct profile *profile, uint32_t metric, uint32_t threads);

/*
 * Values of every function within the threads chosen, from their trees; calls, primitive,
 * self and total as above. `out` has function_count elements.
 */
void profile_thread_functions(const struct profile *profile, uint32_t threads, uint32_t metric,
                              struct values *out);

/* PROFILE_NONE when nothing is called from the context, or it is the last of its siblings. */
static inline uint32_t profile_first_child(const struct context *contexts, uint32_t context)
{
    return context + 1 < contexts[context].end ? context + 1 : PROFILE_NONE;
}

static inline uint32_t profile_next_sibling(const struct context *contexts, uint32_t context)
{
    uint32_t parent = contexts[context].parent, end = contexts[context].end;
    return parent != PROFILE_NONE && end < contexts[parent].end ? end : PROFILE_NONE;
}

/*
 * One step through the tree under `root`: the context after `c` (`root` itself begins),
 * PROFILE_NONE at the end. So many frames, `c` and outwards, end before it.
 */
uint32_t profile_next_context(const struct context *contexts, uint32_t root, uint32_t c,
                              uint32_t *left);

/* Whether a call's own time is below what the recorder can resolve (struct correction). */
bool profile_is_below_resolution(const struct profile *profile, uint32_t function);

/* The range of a function's edges: as caller in edges[], as callee in edges_by_callee[]. */
void profile_callees(const struct profile *profile, uint32_t function, uint32_t *first,
                     uint32_t *end);
void profile_callers(const struct profile *profile, uint32_t function, uint32_t *first,
                     uint32_t *end);

/* The order of functions in which every other tie is broken: name, file, module, line. */
int function_compare(const struct function *a, const struct function *b);

/* NULL when the profile has no such key. */
const char *profile_metadata(const struct profile *profile, const char *key);

#endif
