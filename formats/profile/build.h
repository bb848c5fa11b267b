/*
 * The one protocol between whatever holds a profile and the model.
 *
 * A reader states facts in any order it finds them and calls build_finish():
 *
 *     struct build *b = build_new();
 *     uint32_t time = build_metric(b, "wall", "s", METRIC_TIME, 1e-9);
 *     uint32_t main = build_function(b, "main", "", "a.py", 1, FUNCTION_PYTHON);
 *     uint32_t work = build_function(b, "work", "", "a.py", 9, FUNCTION_PYTHON);
 *     uint32_t t    = build_thread(b, "MainThread", 77, 0);
 *
 * then exactly one of three kinds of facts for a thread, finest first:
 *
 *   events    build_enter(b, t, main, 0);        t=0    main
 *             build_enter(b, t, work, 10);       t=10     work
 *             build_leave(b, t, 30);             t=30     leaves: self 20
 *             build_leave(b, t, 35);             t=35   leaves: self 15, total 35
 *
 *   contexts  c = build_context(b, build_root(b, t), main);
 *             d = build_context(b, c, work);
 *             build_context_add(b, c, 1, time, 15);
 *             build_context_add(b, d, 1, time, 20);
 *             (or build_stack(): one sample, a context a distinct stack)
 *
 *   sums      build_function_values(b, main, ...), build_edge_values(b, main, work, ...)
 *             as pstats or callgrind have them: no tree, numbers kept as the file has them
 *
 * Events and contexts give a tree; functions and edges are then derived from it
 * at build_finish(), recursion counted once. With sums, nothing is derived.
 *
 * Unmatched leaves are ignored and counted, frames open at the end are closed
 * at the last time seen and counted, times running backwards are taken as equal to
 * the last one and counted; a note tells each.
 */
#ifndef NCPROF_FORMATS_PROFILE_BUILD_H
#define NCPROF_FORMATS_PROFILE_BUILD_H

#include "formats/profile/preview.h"
#include "formats/profile/profile.h"

#include <stddef.h>

struct build;

struct build *build_new(void);
/* From now on `preview` is answered; it lives as long as the builder. NULL: none. */
void build_preview(struct build *build, struct preview *preview);
/* Frees what is built so far; for readers that fail. NULL is allowed. */
void build_free(struct build *build);
/*
 * Turns what was stated into a profile and frees the builder, also on failure
 * (ERROR_TRUNCATED when not one fact was stated and no note explains why).
 */
int build_finish(struct build *build, struct profile **out, struct error *err);

/* About how many will come: room is made once. Bounded by what the input can hold. */
void build_expect(struct build *build, uint32_t functions, uint32_t edges);

/*
 * State metrics before values; the first is the default one. Returns its index. Name and unit are
 * kept as text_escape() has them.
 */
uint32_t build_metric(struct build *build, const char *name, const char *unit,
                      enum metric_kind kind, double scale);
/* Metric 0 is `correction.raw` without what the recorder cost. */
void build_correction(struct build *build, const struct correction *correction);
/* Multiplies every value of a metric so far by `factor` and divides its scale by it. */
void build_rescale(struct build *build, uint32_t metric, int64_t factor);

/* Same name, module, file, line and kind: same function. Strings are copied; NULL is "". */
uint32_t build_function(struct build *build, const char *name, const char *module, const char *file,
                        uint32_t line, enum function_kind kind);
/* Same with lengths, for names that are slices of a buffer. */
uint32_t build_function_n(struct build *build, const char *name, size_t name_length,
                          const char *module, size_t module_length, const char *file,
                          size_t file_length, uint32_t line, enum function_kind kind);

/*
 * The same by texts that have a number already, for readers that meet the same ones again and
 * again. Text 0 is "".
 */
uint32_t build_text(struct build *build, const char *text, size_t length);
const char *build_text_of(const struct build *build, uint32_t text); /* until the next text */
uint32_t build_function_of(struct build *build, uint32_t name, uint32_t module, uint32_t file,
                           uint32_t line, enum function_kind kind);

/*
 * While one thread states contexts and their values, another may state texts and functions, which
 * it does between these two. It states nothing else.
 */
void build_lock(struct build *build);
void build_unlock(struct build *build);

uint32_t build_process(struct build *build, const char *name, uint64_t id);
/* Further facts, each once they are known; a parent that would make a cycle is forgotten. */
void build_process_name(struct build *build, uint32_t process, const char *name);
void build_process_parent(struct build *build, uint32_t process, uint32_t parent);
void build_process_command(struct build *build, uint32_t process, const char *command);
void build_process_end(struct build *build, uint32_t process, enum process_end end,
                       uint32_t status);
void build_process_next(struct build *build, uint32_t process, const char *next);
uint32_t build_thread(struct build *build, const char *name, uint64_t id, uint32_t process);
void build_thread_name(struct build *build, uint32_t thread, const char *name);

/* Events; times in the value unit of metric 0. */
void build_enter(struct build *build, uint32_t thread, uint32_t function, int64_t time);
void build_leave(struct build *build, uint32_t thread, int64_t time);

/* From one moment to one that is not before it; at most what a value can be. */
static inline int64_t build_elapsed(int64_t from, int64_t to)
{
    int64_t time;
    return __builtin_sub_overflow(to, from, &time) ? INT64_MAX : time;
}

/* Contexts. A context is named by its parent and its function; asking twice gives the same. */
uint32_t build_root(struct build *build, uint32_t thread);
uint32_t build_context(struct build *build, uint32_t parent, uint32_t function);
/* About so many times as many as there are will come: growing an array of millions takes time. */
void build_expect_contexts(struct build *build, double times);
/* The root of a tree, which has to become a thread's before the end: of one that has none. */
uint32_t build_tree(struct build *build);
void build_thread_tree(struct build *build, uint32_t thread, uint32_t root);
/*
 * The contexts that many stacks lead to. They stand one behind the other: the place of its root in
 * `roots`, and its functions, outermost first; lengths[i] counts all of these. Sorted, so that a
 * context is looked up once and not once a stack: the more at once the better.
 */
void build_paths(struct build *build, const uint32_t *roots, const uint32_t *stacks,
                 const uint32_t *lengths, uint32_t count, uint32_t *contexts);
/* A row of calls from a context, outermost first. */
struct build_walk {
    const uint32_t *functions;
    uint32_t count, known; /* how many have been found already; 0 at first */
    uint32_t context;      /* from where it goes; then, where it leads to */
};
/*
 * The contexts that some rows lead to, as if each was followed on its own: but they wait for what
 * is far from the processor together. For some hundred at a time, of stacks that come and go.
 */
void build_walks(struct build *build, struct build_walk *walks, uint32_t count);
void build_context_calls(struct build *build, uint32_t context, uint64_t calls);
void build_context_self(struct build *build, uint32_t context, uint32_t metric, int64_t self);
/* One stack, outermost first, weighing `self` in `metric` at its leaf. */
void build_stack(struct build *build, uint32_t thread, const uint32_t *functions, size_t count,
                 uint32_t metric, int64_t self);

/* Sums; values are added to what was stated before, in any order. */
void build_function_values(struct build *build, uint32_t function, uint32_t metric,
                           struct values values);
void build_edge_values(struct build *build, uint32_t caller, uint32_t callee, uint32_t metric,
                       struct values values);

/*
 * Numbers the functions `first` from 0 in this order, the others behind them. For readers of sums,
 * with ids that functions were given before; nothing but notes and flags may be stated afterwards.
 */
void build_order_functions(struct build *build, const uint32_t *first, uint32_t count);

/* One latency histogram a function; borrowed, merged into the function's own. In ns. */
void build_latency(struct build *build, uint32_t function, const struct histogram *histogram);

void build_flags(struct build *build, unsigned flags); /* adds HAS_CALLS, HAS_TIMELINE, ... */
/*
 * How many bytes were read, the most stated counts: the profile is to take at most 64 times as much
 * memory and 64 MB. When it would take more, the last of its metrics are left out, all but one, and
 * a note says so. Without it there is no bound. build_fits() tells readers whether it holds with so
 * many more contexts.
 */
void build_bound(struct build *build, uint64_t input);
bool build_fits(const struct build *build, uint64_t contexts);
void build_size(struct build *build, double size);
void build_times(struct build *build, int64_t start_ns, int64_t wall_ns);
void build_losses(struct build *build, uint64_t lost_events, uint64_t open_frames);
void build_cut_at(struct build *build, int64_t cut_ns); /* since the recording began */
void build_missing_calls(struct build *build, uint64_t calls);
void build_metadata(struct build *build, const char *key, const char *value);
/* The source is cut short, as `err` says; what came before counts. */
void build_cut(struct build *build, const struct error *err);
/* "COUNT what", unless there are none. */
void build_note_count(struct build *build, uint64_t count, const char *what);
__attribute__((format(printf, 2, 3))) void build_note(struct build *build, const char *format, ...);

#endif
