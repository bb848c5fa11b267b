#include "formats/trace/trace_timeline.h"

#include "formats/profile/memory.h"
#include "formats/trace/replay.h"
#include "formats/trace/trace_file.h"
#include "formats/trace/trace_limit.h"

#include <stdlib.h>

/* No thread of the system's has such a number: for those that would have another one's. */
#define OWN_TID (UINT64_C(1) << 22)

struct telling {
    struct trace *trace;
    const struct timeline_visitor *visitor;
    void *payload;
    struct profile_part part; /* nanoseconds; `to` INT64_MAX: up to the end */
    bool *told;               /* functions, by id */
    ARRAY(uint32_t) open;     /* frames of the thread */
    uint32_t entered;         /* of these: the visitor knows of them */
    bool over;                /* the part */
    struct replay_part ticks; /* the same part */
};

/* ---- a thread's calls ---- */

static void tell_function(struct telling *telling, uint32_t id)
{
    const struct strings *strings = &telling->trace->definitions.strings;
    const struct trace_function *f = &telling->trace->definitions.functions.data[id];
    if (telling->told[id])
        return;
    telling->told[id] = true;
    telling->visitor->function(telling->payload, id,
                               &(struct function){.name = strings_get(strings, f->name),
                                                  .module = strings_get(strings, f->module),
                                                  .file = strings_get(strings, f->file),
                                                  .line = f->line,
                                                  .kind = f->kind <= FUNCTION_COROUTINE
                                                              ? (enum function_kind)f->kind
                                                              : FUNCTION_UNKNOWN});
}

/* Enters what is open and not told yet. */
static void tell_open(struct telling *telling, int64_t ns)
{
    for (; telling->entered < telling->open.count; telling->entered++) {
        uint32_t id = telling->open.data[telling->entered];
        tell_function(telling, id);
        telling->visitor->enter(telling->payload, id, ns);
    }
}

static void tell_end(struct telling *telling)
{
    tell_open(telling, telling->part.from);
    for (uint32_t i = telling->open.count; i-- > 0;)
        telling->visitor->leave(telling->payload, telling->open.data[i], telling->part.to);
    telling->over = true;
}

/* Whether an event at `ns` is told; what was open before the part is by then. */
static bool is_within(struct telling *telling, int64_t ns)
{
    if (!telling->over && ns > telling->part.to)
        tell_end(telling);
    if (telling->over || ns < telling->part.from)
        return false;
    tell_open(telling, telling->part.from);
    return true;
}

static void enter(void *payload, uint32_t function, int64_t ns)
{
    struct telling *telling = payload;
    bool within = is_within(telling, ns);
    *array_push(&telling->open) = function;
    if (within)
        tell_open(telling, ns);
}

static void leave(void *payload, uint32_t function, int64_t ns)
{
    struct telling *telling = payload;
    if (is_within(telling, ns)) {
        telling->visitor->leave(telling->payload, function, ns);
        telling->entered--;
    }
    telling->open.count--;
}

/* ---- threads ---- */

struct number {
    uint64_t pid, tid;
    uint32_t thread;
};

static int compare_numbers(const void *a, const void *b)
{
    const struct number *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    if (x->tid != y->tid)
        return x->tid < y->tid ? -1 : 1;
    return x->thread < y->thread ? -1 : x->thread > y->thread;
}

/* The numbers that threads are told under: two of a process with the same one are told apart. */
static uint64_t *number_threads(const struct definitions *definitions)
{
    uint32_t count = definitions->threads.count;
    struct number *numbers = memory_zeroed(count, sizeof *numbers);
    uint64_t *tids = memory_zeroed(count, sizeof *tids);
    for (uint32_t t = 0; t < count; t++) {
        const struct trace_thread *thread = &definitions->threads.data[t];
        numbers[t] =
            (struct number){definitions->processes.data[thread->process].pid, thread->tid, t};
    }
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    for (uint32_t i = 0; i < count; i++) {
        bool again =
            i && numbers[i - 1].pid == numbers[i].pid && numbers[i - 1].tid == numbers[i].tid;
        tids[numbers[i].thread] = again ? OWN_TID + numbers[i].thread : numbers[i].tid;
    }
    free(numbers);
    return tids;
}

static int tell_thread(struct telling *telling, uint32_t t, uint64_t tid, struct error *err)
{
    static const struct replay_visitor visitor = {enter, leave};
    const struct definitions *definitions = &telling->trace->definitions;
    const struct trace_thread *thread = &definitions->threads.data[t];
    const struct trace_process *process = &definitions->processes.data[thread->process];
    telling->visitor->thread(
        telling->payload,
        &(struct timeline_thread){.process = strings_get(&definitions->strings, process->name),
                                  .name = strings_get(&definitions->strings, thread->name),
                                  .pid = process->pid,
                                  .tid = tid});
    telling->open.count = telling->entered = 0;
    telling->over = false;
    if (trace_replay_part(telling->trace, t, &telling->ticks, &visitor, telling, err))
        return -1;
    if (!telling->over && telling->part.to < INT64_MAX)
        tell_end(telling);
    return 0;
}

static int limit(struct telling *telling, const struct profile_part *part, struct error *err)
{
    const struct trace *trace = telling->trace;
    int64_t last = trace_clock_at(&trace->clock, trace->last);
    telling->part = (struct profile_part){0, INT64_MAX};
    telling->ticks = (struct replay_part){.to = UINT64_MAX};
    if (!part)
        return 0;
    if (trace->first > trace->last || part->from > last)
        return error_set(err, ERROR_USAGE, "ends at %.3f s, before the range begins",
                         (double)last * 1e-9);
    telling->part.from = part->from;
    telling->ticks.from = trace_ticks_at(trace, part->from) - trace->clock.start;
    if (part->to >= last)
        return 0;
    telling->part.to = part->to;
    telling->ticks.to = trace_ticks_at(trace, part->to) - trace->clock.start;
    return 0;
}

static int tell(struct telling *telling, struct error *err)
{
    const struct definitions *definitions = &telling->trace->definitions;
    uint64_t *tids = number_threads(definitions);
    int status = 0;
    telling->told = memory_zeroed(definitions->functions.count, sizeof *telling->told);
    for (uint32_t t = 0; t < definitions->threads.count && !status; t++)
        status = tell_thread(telling, t, tids[t], err);
    free(tids);
    free(telling->told);
    array_free(&telling->open);
    return status;
}

int trace_timeline_replay(struct input *input, const struct profile_part *part,
                          const struct timeline_visitor *visitor, void *payload, struct error *err)
{
    const uint8_t *data;
    size_t size;
    struct telling telling = {.visitor = visitor, .payload = payload};
    if (input_all(input, &data, &size, err) < 0 || trace_load(&telling.trace, data, size, err) < 0)
        return -1;
    int status = limit(&telling, part, err);
    if (!status)
        status = tell(&telling, err);
    trace_free(telling.trace);
    return status;
}
