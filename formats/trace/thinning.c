#include "formats/trace/thinning.h"

#include "formats/trace/trace_metadata.h"
#include "formats/trace/trace_writer_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* For notes and the closing metadata. */
#define RESERVE_TEXT (16u << 10)
/* The index is measured anew whenever the file has grown by this part of its limit ... */
#define MEASURE_PART 64
/* ... and may grow by twice that until then: nothing gets into it without a chunk that holds it. */
#define RESERVE_PART 32
/* Each step leaves events to a quarter of the calls that had them, and has half the room of the one
 * before: a recording of 4^12 times the length still fits. Then no call has events. */
#define STEPS_MAX  12
#define STEP_SHARE 4

/* ---- what is wished ---- */

static void find_wish(void *payload, const char *key, const char *value)
{
    struct thinning *thinning = payload;
    double number = strtod(value, NULL);
    if (!(number > 0 && number < 0x1p62))
        return;
    if (strcmp(key, "thin.min_time_ns") == 0)
        thinning->min_ticks = (uint64_t)ceil(number);
    else if (strcmp(key, "thin.budget") == 0)
        thinning->limit = (uint64_t)number;
    else if (strcmp(key, "clock.ticks_per_second") == 0)
        thinning->ticks_per_ns = number * 1e-9;
}

struct thinning thinning_make(const char *metadata, uint64_t length)
{
    struct thinning thinning = {.ticks_per_ns = 1};
    trace_metadata_each(metadata, length, find_wish, &thinning);
    double ticks = ceil((double)thinning.min_ticks * thinning.ticks_per_ns);
    thinning.min_ticks = ticks < 0x1p62 ? (uint64_t)ticks : UINT64_C(1) << 62;
    return thinning;
}

/* ---- a step ---- */

static void add_latencies(uint64_t *calls, const struct histogram *latency)
{
    for (uint32_t i = 0; i < latency->count; i++)
        calls[latency->buckets[i].bucket] += latency->buckets[i].count;
}

/* A bucket's lower end. */
static uint64_t bucket_begin(uint32_t bucket)
{
    uint32_t shift = bucket >> HISTOGRAM_SUB_BITS;
    if (shift == 0)
        return bucket;
    return (uint64_t)((bucket & ((1u << HISTOGRAM_SUB_BITS) - 1)) | 1u << HISTOGRAM_SUB_BITS)
           << (shift - 1);
}

/* What leaves events to a quarter of the calls that would have them now, by the lengths of all
 * calls so far. */
static uint64_t next_min(const struct trace_writer *writer)
{
    uint64_t min = writer->thinning.min_ticks, sum = 0, longer = 0;
    uint64_t *calls = memory_zeroed(HISTOGRAM_BUCKETS, sizeof *calls);
    for (uint32_t i = 0; i < writer->latency_count; i++)
        add_latencies(calls, &writer->latency[i]);
    uint32_t first = histogram_bucket_of(min) + 1, bucket = HISTOGRAM_BUCKETS;
    for (uint32_t i = first - 1; i < HISTOGRAM_BUCKETS; i++)
        sum += calls[i];
    while (bucket > first && (longer + calls[bucket - 1]) * STEP_SHARE <= sum)
        longer += calls[--bucket];
    free(calls);
    return bucket < HISTOGRAM_BUCKETS ? bucket_begin(bucket) : UINT64_MAX;
}

static void set_min(struct trace_writer *writer, uint64_t min)
{
    writer->thinning.min_ticks = min;
    for (uint32_t i = 0; i < writer->logs.count; i++)
        event_log_thin(writer->logs.data[i], min);
}

static int note_first(struct trace_writer *writer, uint64_t ticks, struct error *err)
{
    struct thinning *thinning = &writer->thinning;
    if (thinning->noted)
        return 0;
    thinning->noted = true;
    double seconds = (double)(ticks - writer->start_ticks) / (thinning->ticks_per_ns * 1e9);
    char *text = memory_printf("From t = %.2f s on only calls that take long enough have events, "
                               "so that the file stays below %llu bytes",
                               seconds, (unsigned long long)thinning->limit);
    int result = trace_writer_note(writer, text, err);
    free(text);
    return result;
}

static int step(struct trace_writer *writer, uint64_t ticks, struct error *err)
{
    bool last = ++writer->thinning.steps >= STEPS_MAX;
    set_min(writer, last ? UINT64_MAX : next_min(writer));
    return note_first(writer, ticks, err);
}

/* ---- room ---- */

static int measure(struct trace_writer *writer, struct error *err)
{
    struct thinning *thinning = &writer->thinning;
    uint64_t index;
    if (trace_writer_measure_index(writer, &index, err) < 0)
        return -1;
    thinning->measured = trace_output_size(writer->output);
    thinning->reserve = index + index / 4 + thinning->limit / RESERVE_PART + RESERVE_TEXT;
    return 0;
}

static uint64_t room(const struct thinning *thinning)
{
    return thinning->limit > thinning->reserve ? thinning->limit - thinning->reserve : 0;
}

bool thinning_allows(const struct trace_writer *writer, uint64_t size)
{
    const struct thinning *thinning = &writer->thinning;
    return !thinning->limit || thinning->ending ||
           trace_output_size(writer->output) + size <= room(thinning);
}

int thinning_advance(struct trace_writer *writer, uint64_t ticks, struct error *err)
{
    struct thinning *thinning = &writer->thinning;
    uint64_t size = trace_output_size(writer->output);
    if (!thinning->limit)
        return 0;
    if ((!thinning->reserve || size - thinning->measured > thinning->limit / MEASURE_PART) &&
        measure(writer, err) < 0)
        return -1;
    while (thinning->steps < STEPS_MAX &&
           size > room(thinning) - (room(thinning) >> (thinning->steps + 1)))
        if (step(writer, ticks, err) < 0)
            return -1;
    return 0;
}

/* ---- the end ---- */

static void print_span(char *out, size_t size, double ns)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    size_t unit = 0;
    for (; unit < 3 && ns >= 1000; unit++)
        ns /= 1000;
    snprintf(out, size, "%.3g %s", ns, units[unit]);
}

int thinning_note_end(struct trace_writer *writer, struct error *err)
{
    const struct thinning *thinning = &writer->thinning;
    char span[32] = "", *text;
    if (!thinning->steps)
        return 0;
    print_span(span, sizeof span, (double)thinning->min_ticks / thinning->ticks_per_ns);
    if (thinning->min_ticks == UINT64_MAX)
        text = memory_string("At the end no call had events any more: the file was full");
    else
        text = memory_printf("At the end only calls of at least %s had events", span);
    int result = trace_writer_note(writer, text, err);
    free(text);
    return result;
}
