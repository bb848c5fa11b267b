#include "formats/readers/chrome_samples.h"

#include <inttypes.h>
#include <stdlib.h>

#define NANOSECONDS 3 /* decimals of a microsecond */

struct frame {
    struct label id, parent;
    bool has_parent;
    uint32_t name;
    uint32_t context; /* + 1; of the thread that is being stated */
    uint32_t thread;
};

struct sample {
    struct label process, thread, frame;
    int64_t at;
    uint32_t number; /* its thread in the build */
    uint32_t order;
};

struct samples {
    struct build *build;
    ARRAY(struct frame) frames;
    struct place_list index; /* of frames, by id */
    ARRAY(struct sample) list;
    uint64_t unknown;
};

struct samples *samples_new(struct build *build)
{
    struct samples *samples = memory_zeroed(1, sizeof *samples);
    samples->build = build;
    return samples;
}

void samples_free(struct samples *samples)
{
    if (!samples)
        return;
    array_free(&samples->frames);
    array_free(&samples->list);
    array_free(&samples->index.items);
    index_free(&samples->index.index);
    free(samples);
}

static struct label label_of(struct build *build, struct slice text)
{
    struct label label = {0};
    struct decimal number;
    if (!decimal_parse(text.text, text.length, '.', &number) ||
        !decimal_scaled(&number, 0, &label.number))
        label.text = build_text(build, text.text, text.length);
    return label;
}

static void read_frame(struct samples *samples, struct scan *scan, struct label id)
{
    struct frame frame = {.id = id};
    struct slice key, text;
    bool added;
    if (!scan_object(scan))
        return;
    while (scan_key(scan, &key)) {
        if (slice_is(key, "name")) {
            if (scan_string(scan, &text))
                frame.name = build_text(samples->build, text.text, text.length);
        } else if (slice_is(key, "parent") && scan_type(scan) != SCAN_NULL) {
            frame.parent = label_read(scan, samples->build);
            frame.has_parent = true;
        } else {
            scan_skip(scan);
        }
    }
    *place_number(&samples->index, &(struct place_key){.id = id}, &added) = samples->frames.count;
    *array_push(&samples->frames) = frame;
}

void samples_frames(struct samples *samples, struct scan *scan)
{
    struct slice key;
    if (!scan_object(scan))
        return;
    while (scan_key(scan, &key))
        read_frame(samples, scan, label_of(samples->build, key));
}

static void read_sample(struct samples *samples, struct scan *scan)
{
    struct sample sample = {.order = samples->list.count};
    struct slice key;
    bool timed = false;
    if (!scan_object(scan))
        return;
    while (scan_key(scan, &key)) {
        if (slice_is(key, "pid"))
            sample.process = label_read(scan, samples->build);
        else if (slice_is(key, "tid"))
            sample.thread = label_read(scan, samples->build);
        else if (slice_is(key, "sf"))
            sample.frame = label_read(scan, samples->build);
        else if (slice_is(key, "ts"))
            timed = scan_scaled(scan, NANOSECONDS, &sample.at);
        else
            scan_skip(scan);
    }
    if (timed)
        *array_push(&samples->list) = sample;
    else
        samples->unknown++;
}

void samples_list(struct samples *samples, struct scan *scan)
{
    if (!scan_array(scan))
        return;
    while (scan_item(scan))
        read_sample(samples, scan);
}

bool samples_any(const struct samples *samples)
{
    return samples->list.count > 0;
}

static struct frame *frame_of(struct samples *samples, struct label id)
{
    bool added;
    uint32_t *number = place_number(&samples->index, &(struct place_key){.id = id}, &added);
    if (added)
        *number = UINT32_MAX;
    return *number == UINT32_MAX ? NULL : &samples->frames.data[*number];
}

/* Made on first sight in this thread, with those of its callers. */
static uint32_t context_of(struct samples *samples, uint32_t thread, struct frame *frame)
{
    uint32_t context = build_root(samples->build, thread);
    ARRAY(struct frame *) path = {0};
    while (frame && path.count < samples->frames.count) {
        if (frame->context && frame->thread == thread) {
            context = frame->context - 1;
            break;
        }
        *array_push(&path) = frame;
        frame = frame->has_parent ? frame_of(samples, frame->parent) : NULL;
    }
    while (path.count) {
        frame = path.data[--path.count];
        context = build_context(
            samples->build, context,
            build_function_of(samples->build, frame->name, 0, 0, 0, FUNCTION_UNKNOWN));
        frame->context = context + 1;
        frame->thread = thread;
    }
    array_free(&path);
    return context;
}

static int by_thread_and_time(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

void samples_state(struct samples *samples, struct places *places)
{
    for (uint32_t i = 0; i < samples->list.count; i++) {
        struct sample *sample = &samples->list.data[i];
        sample->number = places_thread(places, sample->process, sample->thread, 0);
    }
    qsort(samples->list.data, samples->list.count, sizeof *samples->list.data, by_thread_and_time);
    for (uint32_t i = 0; i < samples->list.count; i++) {
        const struct sample *sample = &samples->list.data[i], *next = sample + 1;
        struct frame *frame = frame_of(samples, sample->frame);
        int64_t time = 0;
        if (i + 1 < samples->list.count && next->number == sample->number &&
            __builtin_sub_overflow(next->at, sample->at, &time))
            time = INT64_MAX;
        samples->unknown += !frame;
        if (frame)
            build_context_self(samples->build, context_of(samples, sample->number, frame), 0, time);
    }
    if (samples->unknown)
        build_note(samples->build,
                   "%" PRIu64 " samples are left out: they have no time or no frame",
                   samples->unknown);
}
