#include "formats/readers/pprof_samples.h"

#include "formats/readers/pprof_threads.h"
#include "formats/relay.h"

#define SUM_MAX (INT64_C(1) << 62)

/* Frames that inlining may make of the locations in so many bytes. */
#define FRAMES_MAX(size) ((size)*UINT64_C(4) + 100000)

/* A batch is full when one of its arrays has so many elements: what many stacks share is looked up
 * once a batch. */
#define BATCHES   3u
#define BATCH_MAX (UINT32_C(1) << 20)

/* Samples taken apart. */
struct batch {
    ARRAY(uint32_t) stacks;  /* each the number of its thread, then functions, outermost first */
    ARRAY(uint32_t) lengths; /* of the stacks */
    ARRAY(int64_t) values;   /* one of each type a sample; 0 for none */
    uint32_t threads;        /* so far */
    uint64_t read, left;     /* bytes of the message up to here, and behind it */
    bool failed;
    struct error error;
};

/* Takes samples apart: the tables are its own meanwhile. */
struct decoder {
    struct pprof_samples *samples;
    struct pprof_tables *tables;
    const uint8_t *data;
    struct protobuf rest;
    uint64_t frames_left;
    struct pprof_threads threads;
    ARRAY(uint32_t) locations;       /* of the sample at hand, as pprof_location() has them */
    int64_t values[PPROF_TYPES_MAX]; /* its */
    uint32_t value_count;
    struct pprof_thread thread;
    bool labelled; /* with something else than its thread */
};

/* ---- taking apart ---- */

static bool take_locations(struct decoder *d, struct protobuf_field field)
{
    struct protobuf packed = field.body;
    if (field.wire != PROTOBUF_BYTES) {
        *array_push(&d->locations) = pprof_location(d->tables, field.value);
        return true;
    }
    if (packed.at == packed.end)
        return true;
    array_reserve(&d->locations, (size_t)(packed.end - packed.at));
    uint32_t *at = d->locations.data + d->locations.count;
    uint64_t number;
    while (protobuf_varint(&packed, &number))
        *at++ = pprof_location(d->tables, number);
    d->locations.count = (uint32_t)(at - d->locations.data);
    return packed.at == packed.end;
}

static bool take_values(struct decoder *d, struct protobuf_field field)
{
    uint64_t value;
    while (protobuf_number(&field, &value)) {
        if (d->value_count < PPROF_TYPES_MAX)
            d->values[d->value_count] = (int64_t)value;
        d->value_count += d->value_count < UINT32_MAX;
    }
    return field.body.at == field.body.end;
}

static bool take_fields(struct decoder *d, struct protobuf body)
{
    struct protobuf_field field;
    int more;
    d->locations.count = 0;
    d->value_count = 0;
    d->labelled = false;
    d->thread = (struct pprof_thread){0};
    while ((more = protobuf_next(&body, &field)) > 0) {
        if (field.number == 1 && !take_locations(d, field))
            return false;
        if (field.number == 2 && !take_values(d, field))
            return false;
        if (field.number == 3 && field.wire == PROTOBUF_BYTES)
            d->labelled |= !pprof_thread_label(d->tables, field.body, &d->thread);
    }
    return more == 0;
}

/* False when there are more frames than so many bytes should hold. */
static bool put_stack(struct decoder *d, struct batch *batch)
{
    uint32_t before = batch->stacks.count;
    *array_push(&batch->stacks) = pprof_thread_number(&d->threads, d->thread);
    for (uint32_t i = d->locations.count; i-- > 0;) {
        struct pprof_span span = pprof_frames(d->tables, d->locations.data[i]);
        if (span.count > d->frames_left)
            return false;
        if (!span.count)
            continue;
        d->frames_left -= span.count;
        array_reserve(&batch->stacks, span.count);
        uint32_t *to = batch->stacks.data + batch->stacks.count;
        batch->stacks.count += span.count;
        if (span.count == 1)
            *to = span.at;
        else
            while (span.count-- > 0)
                *to++ = d->tables->frames.data[span.at + span.count];
    }
    if (batch->stacks.count == before + 1)
        *array_push(&batch->stacks) = pprof_no_frame(d->tables);
    *array_push(&batch->lengths) = batch->stacks.count - before;
    return true;
}

static bool scaled(struct pprof_metric *type, int64_t value, int64_t *out)
{
    if (__builtin_mul_overflow(value, type->factor, out) || *out == INT64_MIN)
        return false;
    int64_t size = *out < 0 ? -*out : *out;
    if (size > SUM_MAX - type->sum)
        return false;
    type->sum += size;
    return true;
}

static void put_values(struct decoder *d, struct batch *batch)
{
    struct pprof_samples *samples = d->samples;
    array_reserve(&batch->values, samples->type_count);
    int64_t *to = batch->values.data + batch->values.count;
    batch->values.count += samples->type_count;
    for (uint32_t i = 0; i < samples->type_count; i++) {
        to[i] = 0;
        if (i < d->value_count && !scaled(&samples->types[i], d->values[i], &to[i])) {
            to[i] = 0;
            samples->out_of_range++;
        }
    }
}

static int take_sample(struct decoder *d, struct protobuf body, struct batch *batch)
{
    uint64_t offset = (uint64_t)(body.at - d->data);
    if (!take_fields(d, body))
        return error_at_offset(&batch->error, offset, "is no pprof profile: a sample is malformed");
    if (!put_stack(d, batch)) {
        error_at_offset(&batch->error, offset,
                        "its inlined calls come to too many frames for its size");
        batch->error.code = ERROR_LIMIT;
        return -1;
    }
    put_values(d, batch);
    d->samples->labelled += d->labelled;
    d->samples->unlike += d->value_count != d->tables->types.count;
    d->samples->count++;
    return 0;
}

static bool is_full(const struct batch *batch)
{
    return batch->stacks.count >= BATCH_MAX || batch->lengths.count >= BATCH_MAX / 4 ||
           batch->values.count >= BATCH_MAX;
}

static bool fill(void *worker, void *block)
{
    struct decoder *d = worker;
    struct batch *batch = block;
    struct protobuf_field field;
    batch->stacks.count = batch->lengths.count = batch->values.count = 0;
    while (!is_full(batch)) {
        if (protobuf_next(&d->rest, &field) <= 0)
            break;
        if (field.number == PPROF_SAMPLE && field.wire == PROTOBUF_BYTES)
            batch->failed = take_sample(d, field.body, batch) != 0;
        if (batch->failed)
            break;
    }
    batch->threads = d->threads.threads.count;
    batch->read = (uint64_t)(d->rest.at - d->data);
    batch->left = (uint64_t)(d->rest.end - d->rest.at);
    return !batch->failed && is_full(batch);
}

/* ---- stating ---- */

/* What becomes of batches. */
struct stating {
    struct build *build;
    const struct pprof_samples *samples;
    ARRAY(uint32_t) trees;    /* by thread */
    ARRAY(uint32_t) contexts; /* of the samples of a batch */
    bool expecting;           /* more, as the first batch lets it */
};

static void state_values(const struct stating *s, uint32_t context, const int64_t *values)
{
    for (uint32_t i = 0; i < s->samples->type_count; i++) {
        uint32_t metric = s->samples->types[i].metric;
        if (metric != PPROF_CALLS) {
            build_context_self(s->build, context, metric, values[i]);
        } else if (values[i] > 0) {
            build_context_calls(s->build, context, (uint64_t)values[i]);
            build_flags(s->build, PROFILE_HAS_CALLS);
        }
    }
}

static int refuse_frames(struct error *err)
{
    return error_set(err, ERROR_LIMIT, "its inlined calls come to too many frames for its size");
}

/* What would take too much memory if all its contexts were new is added sample by sample. */
static int state_stacks(struct stating *s, const struct batch *batch, struct error *err)
{
    const uint32_t *stacks = batch->stacks.data, *lengths = batch->lengths.data;
    uint32_t count = batch->lengths.count;
    uint32_t step = build_fits(s->build, batch->stacks.count) ? count : 1;
    for (uint32_t i = 0; i < count; i += step) {
        if (step == 1 && !build_fits(s->build, lengths[i]))
            return refuse_frames(err);
        build_paths(s->build, s->trees.data, stacks, lengths + i, step, s->contexts.data + i);
        stacks += lengths[i];
    }
    return 0;
}

static int state_batch(struct stating *s, const struct batch *batch, struct error *err)
{
    uint32_t count = batch->lengths.count, types = s->samples->type_count;
    if (batch->failed) {
        *err = batch->error;
        return -1;
    }
    while (s->trees.count < batch->threads)
        *array_push(&s->trees) = build_tree(s->build);
    s->contexts.count = 0;
    array_reserve(&s->contexts, count);
    if (state_stacks(s, batch, err))
        return -1;
    for (uint32_t i = 0; i < count; i++)
        state_values(s, s->contexts.data[i], batch->values.data + (size_t)i * types);
    if (!s->expecting && count)
        build_expect_contexts(s->build, (double)batch->left / (double)batch->read);
    s->expecting = true;
    return 0;
}

static int relay_samples(struct decoder *decoder, struct stating *stating, struct error *err)
{
    struct batch batches[BATCHES] = {0}, *batch;
    int status = 0;
    struct relay *relay = relay_new(fill, decoder, batches, sizeof *batches, BATCHES);
    while (!status && (batch = relay_take(relay)))
        status = state_batch(stating, batch, err);
    relay_free(relay);
    for (uint32_t i = 0; i < BATCHES; i++) {
        array_free(&batches[i].stacks);
        array_free(&batches[i].lengths);
        array_free(&batches[i].values);
    }
    return status;
}

int pprof_samples_read(struct pprof_samples *samples, struct pprof_tables *tables,
                       const uint8_t *data, size_t size, struct error *err)
{
    struct decoder decoder = {.samples = samples,
                              .tables = tables,
                              .data = data,
                              .rest = {data, data + size},
                              .frames_left = FRAMES_MAX(size)};
    struct stating stating = {.build = tables->build, .samples = samples};
    int status = relay_samples(&decoder, &stating, err);
    if (!status)
        pprof_threads_state(&decoder.threads, tables, stating.trees.data);
    array_free(&decoder.locations);
    pprof_threads_free(&decoder.threads);
    array_free(&stating.trees);
    array_free(&stating.contexts);
    return status;
}
