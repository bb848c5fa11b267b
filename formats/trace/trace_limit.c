#include "formats/trace/trace_limit.h"

#include "formats/trace/event_log.h"
#include "formats/trace/replay.h"

#include <stdlib.h>
#include <string.h>

struct open_call {
    uint64_t start; /* ticks */
    uint32_t context;
    bool counted;
};

/* Counts on their way to a histogram, whose buckets are found by a search. */
struct pending {
    uint32_t function, bucket;
    uint64_t count;
};

#define PENDING 4096u

struct bounds {
    uint64_t min, max;
};

struct part {
    struct trace *trace;
    struct pending *pending; /* by a hash of what they are of */
    struct bounds *bounds;   /* one a function; min > max: none */
    uint64_t from, to, last; /* ticks */
    uint32_t folded;         /* the function of folded contexts; 0: there is none */
    struct trace_context *contexts;
    uint32_t context_count;
    uint32_t *slots; /* hash of (parent, function) -> context; 0: free */
    uint32_t mask;
    ARRAY(struct open_call) open;
};

/* ---- contexts ---- */

static uint32_t *find_slot(const struct part *part, uint32_t parent, uint32_t function)
{
    uint64_t key = ((uint64_t)parent << 32 | function) * UINT64_C(0x9e3779b97f4a7c15);
    for (uint32_t at = (uint32_t)(key >> 32);; at++) {
        uint32_t *slot = &part->slots[at & part->mask];
        if (!*slot ||
            (part->contexts[*slot].parent == parent && part->contexts[*slot].function == function))
            return slot;
    }
}

static void begin_thread(struct part *part, struct trace_tree *tree)
{
    uint32_t slots = 64;
    while (slots < 4 * tree->contexts.count)
        slots *= 2;
    part->contexts = tree->contexts.data;
    part->context_count = tree->contexts.count;
    part->slots = memory_zeroed(slots, sizeof *part->slots);
    part->mask = slots - 1;
    part->last = part->from;
    part->open.count = 0;
    for (uint32_t i = 1; i < part->context_count; i++) {
        *find_slot(part, part->contexts[i].parent, part->contexts[i].function) = i;
        part->contexts[i].calls = 0;
        part->contexts[i].self = 0;
    }
}

static uint32_t context_of(const struct part *part, uint32_t function)
{
    uint32_t parent = part->open.count ? part->open.data[part->open.count - 1].context : 0;
    if (parent && part->contexts[parent].function == part->folded)
        return parent;
    uint32_t context = *find_slot(part, parent, function);
    return context ? context : *find_slot(part, parent, part->folded);
}

/* What calls and time are in: the way to the root of every context that has some. */
static void drop_empty(struct trace_tree *tree)
{
    uint32_t count = tree->contexts.count, kept = 1;
    struct trace_context *contexts = tree->contexts.data;
    uint32_t *ids = memory_zeroed(count, sizeof *ids);
    for (uint32_t i = count; i-- > 1;) {
        ids[i] = ids[i] || contexts[i].calls || contexts[i].self;
        if (ids[i])
            ids[contexts[i].parent] = 1;
    }
    ids[0] = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (!ids[i])
            continue;
        contexts[kept] = contexts[i];
        contexts[kept].parent = ids[contexts[i].parent];
        ids[i] = kept++;
    }
    tree->contexts.count = kept;
    free(ids);
}

/* ---- latencies ---- */

static void settle(const struct part *part, struct pending *pending)
{
    if (pending->count)
        histogram_add_bucket(&part->trace->latency[pending->function], pending->bucket,
                             pending->count);
    pending->count = 0;
}

static void add_latency(const struct part *part, uint32_t function, uint64_t ticks)
{
    struct bounds *bounds = &part->bounds[function];
    uint32_t bucket = histogram_bucket_of(ticks);
    struct pending *pending = &part->pending[(function * 61 + bucket) % PENDING];
    if (ticks < bounds->min)
        bounds->min = ticks;
    if (ticks > bounds->max)
        bounds->max = ticks;
    if (pending->function != function || pending->bucket != bucket) {
        settle(part, pending);
        pending->function = function;
        pending->bucket = bucket;
    }
    pending->count++;
}

static void begin_latencies(struct part *part)
{
    struct trace *trace = part->trace;
    part->pending = memory_zeroed(PENDING, sizeof *part->pending);
    part->bounds = memory_alloc(trace->latency_count * sizeof *part->bounds);
    for (uint32_t i = 0; i < trace->latency_count; i++) {
        histogram_free(&trace->latency[i]);
        trace->latency[i] = (struct histogram){0};
        part->bounds[i] = (struct bounds){UINT64_MAX, 0};
    }
}

static void end_latencies(struct part *part)
{
    for (uint32_t i = 0; i < PENDING; i++)
        settle(part, &part->pending[i]);
    for (uint32_t i = 0; i < part->trace->latency_count; i++) {
        part->trace->latency[i].min = part->bounds[i].min;
        part->trace->latency[i].max = part->bounds[i].max;
    }
    free(part->pending);
    free(part->bounds);
}

/* ---- events ---- */

static void elapse(struct part *part, uint64_t ticks)
{
    if (ticks > part->to)
        ticks = part->to;
    if (ticks <= part->last)
        return;
    if (part->open.count)
        part->contexts[part->open.data[part->open.count - 1].context].self += ticks - part->last;
    part->last = ticks;
}

static void go_on(void *payload, uint32_t function, int64_t ticks)
{
    struct part *part = payload;
    elapse(part, (uint64_t)ticks);
    uint32_t context = context_of(part, function);
    *array_push(&part->open) = (struct open_call){(uint64_t)ticks, context, false};
}

static void enter(void *payload, uint32_t function, int64_t signed_ticks)
{
    struct part *part = payload;
    uint64_t ticks = (uint64_t)signed_ticks;
    elapse(part, ticks);
    uint32_t context = context_of(part, function);
    bool counted = ticks >= part->from && ticks < part->to;
    part->contexts[context].calls += counted;
    *array_push(&part->open) = (struct open_call){ticks, context, counted};
}

static void leave(void *payload, uint32_t function, int64_t signed_ticks)
{
    struct part *part = payload;
    uint64_t ticks = (uint64_t)signed_ticks;
    elapse(part, ticks);
    struct open_call call = part->open.data[--part->open.count];
    (void)function;
    if (call.counted && ticks <= part->to)
        add_latency(part, part->contexts[call.context].function, ticks - call.start);
}

/* ---- all of it ---- */

static uint32_t folded_function(const struct definitions *definitions)
{
    uint32_t name =
        strings_find(&definitions->strings, event_log_folded_name, strlen(event_log_folded_name));
    for (uint32_t i = 1; i < definitions->functions.count && name != UINT32_MAX; i++)
        if (definitions->functions.data[i].name == name && !definitions->functions.data[i].module)
            return i;
    return 0;
}

static int replay_part(struct part *part, uint32_t thread, struct error *err)
{
    static const struct replay_visitor visitor = {enter, leave};
    const struct replay_part chunks = {.from = part->from, .to = part->to, .open = go_on};
    struct trace_tree *tree = &part->trace->definitions.threads.data[thread].tree;
    begin_thread(part, tree);
    int result = trace_replay_part(part->trace, thread, &chunks, &visitor, part, err);
    free(part->slots);
    if (result == 0)
        drop_empty(tree);
    return result;
}

uint64_t trace_ticks_at(const struct trace *trace, int64_t ns)
{
    uint64_t low = trace->clock.start, high = trace->last;
    if (high < low || trace_clock_at(&trace->clock, high) < ns)
        return high + 1;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (trace_clock_at(&trace->clock, middle) < ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int trace_limit(struct trace *trace, int64_t from, int64_t to, struct error *err)
{
    struct part part = {.trace = trace, .folded = folded_function(&trace->definitions)};
    const struct trace_clock clock = trace->clock;
    int result = 0;
    part.from = trace_ticks_at(trace, from) - clock.start;
    part.to = trace_ticks_at(trace, to) - clock.start;
    if (trace->first > trace->last || part.from > trace->last - clock.start)
        return error_set(err, ERROR_USAGE, "ends at %.3f s, before the range begins",
                         (double)trace_clock_at(&clock, trace->last) * 1e-9);
    begin_latencies(&part);
    trace_clock_init(&trace->clock, clock.start, 1); /* the visitor gets ticks */
    for (uint32_t i = 0; i < trace->definitions.threads.count && result == 0; i++)
        result = replay_part(&part, i, err);
    end_latencies(&part);
    array_free(&part.open);
    trace->clock = clock;
    trace->limited = true;
    trace->to_end = clock.start + part.to >= trace->last;
    trace->first = clock.start + part.from;
    trace->last = clock.start + part.to < trace->last ? clock.start + part.to : trace->last;
    return result;
}
