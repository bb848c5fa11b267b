#include "formats/input_layers.h"
#include "formats/input.h"

#include "formats/profile/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define IN_SIZE       ((size_t)64 << 10)
#define GZIP_STEP_MAX ((size_t)1 << 30)
#define SLACK         8u /* bytes before those, where some that were taken too early are put back */

struct layer_class {
    int (*read)(struct layer *layer, uint8_t *buffer, size_t size, size_t *got, struct error *err);
    void (*close)(struct layer *layer);
    bool packs; /* the output may be much larger than the input */
};

struct layer {
    const struct layer_class *class;
    struct layer *below;
    struct layer_budget *budget;
    uint64_t produced;
    struct error failure; /* of an earlier read */

    /* Decoders: what was read from below and not yet decoded. */
    uint8_t *in;
    size_t begin, end;
    bool below_ended;
    bool unfinished; /* a frame or member has begun and not ended */

    int descriptor;
    const uint8_t *memory;
    size_t memory_left;
    struct inflate_state *gzip;
    ZSTD_DStream *zstd;
    bool big_endian;
};

static struct layer *new_layer(const struct layer_class *class, struct layer_budget *budget)
{
    struct layer *layer = memory_zeroed(1, sizeof *layer);
    layer->class = class;
    layer->budget = budget;
    return layer;
}

/* ---- the bottom ---- */

static int descriptor_read(struct layer *layer, uint8_t *buffer, size_t size, size_t *got,
                           struct error *err)
{
    ssize_t count;
    do
        count = read(layer->descriptor, buffer, size);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return error_errno(err, "cannot read");
    *got = (size_t)count;
    atomic_fetch_add_explicit(&layer->budget->packed, (uint64_t)count, memory_order_relaxed);
    return 0;
}

static void descriptor_close(struct layer *layer)
{
    if (layer->descriptor != STDIN_FILENO)
        close(layer->descriptor);
}

static int memory_read(struct layer *layer, uint8_t *buffer, size_t size, size_t *got,
                       struct error *err)
{
    (void)err;
    *got = size < layer->memory_left ? size : layer->memory_left;
    if (*got)
        memcpy(buffer, layer->memory, *got);
    layer->memory += *got;
    layer->memory_left -= *got;
    atomic_fetch_add_explicit(&layer->budget->packed, *got, memory_order_relaxed);
    return 0;
}

static const struct layer_class descriptor_class = {descriptor_read, descriptor_close, false};
static const struct layer_class memory_class = {memory_read, NULL, false};

struct layer *layer_descriptor(int descriptor, struct layer_budget *budget)
{
    struct layer *layer = new_layer(&descriptor_class, budget);
    layer->descriptor = descriptor;
    return layer;
}

struct layer *layer_memory(const void *data, size_t size, struct layer_budget *budget)
{
    struct layer *layer = new_layer(&memory_class, budget);
    layer->memory = data;
    layer->memory_left = size;
    return layer;
}

/* ---- decoders ---- */

/* More bytes from below behind those that are left. */
static int refill(struct layer *layer, struct error *err)
{
    memmove(layer->in + SLACK, layer->in + layer->begin, layer->end - layer->begin);
    layer->end = SLACK + layer->end - layer->begin;
    layer->begin = SLACK;
    size_t got = 0;
    if (layer_read(layer->below, layer->in + layer->end, SLACK + IN_SIZE - layer->end, &got, err))
        return -1;
    layer->end += got;
    layer->below_ended = !got;
    return 0;
}

/* Whether there is nothing left to decode; fails when the data stop in the middle. */
static int at_end(struct layer *layer, const char *what, bool *end, struct error *err)
{
    *end = false;
    if (layer->begin == layer->end && !layer->below_ended && refill(layer, err))
        return -1;
    if (layer->begin < layer->end)
        return 0;
    *end = true;
    return layer->unfinished ? error_set(err, ERROR_TRUNCATED, "the %s data end too early", what)
                             : 0;
}

static const char *gzip_failure(int status)
{
    switch (status) {
    case ISAL_INCORRECT_CHECKSUM:
        return "incorrect data check";
    case ISAL_INVALID_WRAPPER:
    case ISAL_UNSUPPORTED_METHOD:
        return "invalid header";
    case ISAL_INVALID_LOOKBACK:
        return "invalid distance";
    default:
        return "invalid code";
    }
}

/* Whole bytes behind a member that the decoder has taken: they are the next one's. */
static void put_back(struct layer *layer)
{
    uint64_t bits = layer->gzip->read_in;
    unsigned count = (unsigned)layer->gzip->read_in_length / 8;
    layer->begin -= count;
    for (unsigned i = 0; i < count; i++, bits >>= 8)
        layer->in[layer->begin + i] = (uint8_t)bits;
}

static int gzip_step(struct layer *layer, uint8_t *buffer, size_t size, size_t *got,
                     struct error *err)
{
    struct inflate_state *state = layer->gzip;
    state->next_in = layer->in + layer->begin;
    state->avail_in = (uint32_t)(layer->end - layer->begin);
    state->next_out = buffer;
    state->avail_out = (uint32_t)(size < GZIP_STEP_MAX ? size : GZIP_STEP_MAX);
    int status = isal_inflate(state);
    layer->begin = layer->end - state->avail_in;
    *got = (size_t)(state->next_out - buffer);
    if (status < 0)
        return error_set(err, ERROR_FORMAT, "the gzip data are damaged: %s", gzip_failure(status));
    if (state->block_state == ISAL_BLOCK_FINISH) {
        layer->unfinished = false;
        put_back(layer);
    }
    return 0;
}

static int gzip_read(struct layer *layer, uint8_t *buffer, size_t size, size_t *got,
                     struct error *err)
{
    while (!*got) {
        bool end;
        /* All that was taken may not have come out yet. */
        if (layer->unfinished && layer->begin == layer->end &&
            gzip_step(layer, buffer, size, got, err))
            return -1;
        if (*got)
            return 0;
        if (at_end(layer, "gzip", &end, err))
            return -1;
        if (end)
            return 0;
        if (!layer->unfinished) {
            if (layer->in[layer->begin] != 0x1f) /* padding behind the last member */
                return 0;
            isal_inflate_reset(layer->gzip);
            layer->unfinished = true;
        }
        if (gzip_step(layer, buffer, size, got, err))
            return -1;
    }
    return 0;
}

static void gzip_close(struct layer *layer)
{
    free(layer->gzip);
}

static int zstd_read(struct layer *layer, uint8_t *buffer, size_t size, size_t *got,
                     struct error *err)
{
    while (!*got) {
        bool end = false;
        ZSTD_inBuffer in = {layer->in, layer->end, layer->begin};
        ZSTD_outBuffer out = {buffer, size, 0};
        size_t hint = ZSTD_decompressStream(layer->zstd, &out, &in);
        if (ZSTD_isError(hint))
            return error_set(err, ERROR_FORMAT, "the zstd data are damaged: %s",
                             ZSTD_getErrorName(hint));
        /* Without progress the hint is about a frame that has not begun. */
        if (out.pos || in.pos > layer->begin)
            layer->unfinished = hint != 0;
        layer->begin = in.pos;
        *got = out.pos;
        if (!*got && (at_end(layer, "zstd", &end, err) || end))
            return end && !layer->unfinished ? 0 : -1;
    }
    return 0;
}

static void zstd_close(struct layer *layer)
{
    ZSTD_freeDStream(layer->zstd);
}

static uint32_t utf16_unit(const struct layer *layer, size_t at)
{
    const uint8_t *p = layer->in + at;
    return layer->big_endian ? (uint32_t)(p[0] << 8 | p[1]) : (uint32_t)(p[1] << 8 | p[0]);
}

static size_t utf8_put(uint8_t *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length; i-- > 1; c >>= 6)
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
    out[0] = (uint8_t)(lead[length] | c);
    return length;
}

/* One character at layer->begin, which at least two bytes are left of; lone surrogates: U+FFFD. */
static uint32_t utf16_next(struct layer *layer)
{
    uint32_t unit = utf16_unit(layer, layer->begin);
    layer->begin += 2;
    if (unit < 0xd800 || unit > 0xdfff)
        return unit;
    if (unit > 0xdbff || layer->end - layer->begin < 2)
        return 0xfffd;
    uint32_t low = utf16_unit(layer, layer->begin);
    if (low < 0xdc00 || low > 0xdfff)
        return 0xfffd;
    layer->begin += 2;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

static int utf16_read(struct layer *layer, uint8_t *buffer, size_t size, size_t *got,
                      struct error *err)
{
    while (!*got) {
        while (layer->end - layer->begin < 4 && !layer->below_ended)
            if (refill(layer, err))
                return -1;
        if (layer->end - layer->begin < 2)
            return layer->end == layer->begin
                       ? 0
                       : error_set(err, ERROR_TRUNCATED, "the UTF-16 data end within a character");
        /* A pair must not be cut by the end of what was read. */
        size_t keep = layer->below_ended ? 2 : 4;
        while (layer->end - layer->begin >= keep && size - *got >= 4)
            *got += utf8_put(buffer + *got, utf16_next(layer));
    }
    return 0;
}

static const struct layer_class gzip_class = {gzip_read, gzip_close, true};
static const struct layer_class zstd_class = {zstd_read, zstd_close, true};
static const struct layer_class utf16_class = {utf16_read, NULL, false};

static const struct layer_class *class_of(const uint8_t *head, size_t size)
{
    static const uint8_t gzip[] = {0x1f, 0x8b, 8}, zstd[] = {0x28, 0xb5, 0x2f, 0xfd};
    if (size >= sizeof gzip && !memcmp(head, gzip, sizeof gzip))
        return &gzip_class;
    if (size >= sizeof zstd && !memcmp(head, zstd, sizeof zstd))
        return &zstd_class;
    if (size >= 2 && ((head[0] == 0xff && head[1] == 0xfe) || (head[0] == 0xfe && head[1] == 0xff)))
        return &utf16_class;
    return NULL;
}

bool layer_is_packed(const uint8_t *head, size_t size)
{
    return class_of(head, size) != NULL;
}

static bool start(struct layer *layer)
{
    layer->unfinished = layer->class->packs;
    if (layer->class == &gzip_class) {
        layer->gzip = memory_alloc(sizeof *layer->gzip);
        isal_inflate_init(layer->gzip);
        layer->gzip->crc_flag = ISAL_GZIP;
        return true;
    }
    if (layer->class == &zstd_class)
        return (layer->zstd = ZSTD_createDStream()) != NULL;
    layer->big_endian = layer->in[SLACK] == 0xfe;
    layer->begin += 2;
    return true;
}

struct layer *layer_unpack(struct layer *below, const uint8_t *head, size_t size)
{
    const struct layer_class *class = class_of(head, size);
    if (!class || size > IN_SIZE)
        return NULL;
    struct layer *layer = new_layer(class, below->budget);
    layer->below = below;
    layer->in = memory_alloc(SLACK + IN_SIZE);
    memcpy(layer->in + SLACK, head, size);
    layer->begin = SLACK;
    layer->end = SLACK + size;
    if (!start(layer))
        error_set(&layer->failure, ERROR_LIMIT, "no memory to unpack");
    return layer;
}

static int check_budget(const struct layer *layer, struct error *err)
{
    if (!layer->class->packs)
        return 0;
    if (layer->produced > layer->budget->limit)
        return error_set(err, ERROR_LIMIT,
                         "unpacks to more than the limit of %" PRIu64 " bytes; see --max-unpacked",
                         layer->budget->limit);
    if (!layer->budget->any_ratio &&
        layer->produced > layer->budget->packed * LAYER_RATIO_MAX + LAYER_RATIO_SLACK)
        return error_set(err, ERROR_LIMIT,
                         "unpacks to more than %u times its size, as no profile does; with "
                         "--max-unpacked SIZE it is read up to that",
                         LAYER_RATIO_MAX);
    return 0;
}

int layer_read(struct layer *layer, uint8_t *buffer, size_t size, size_t *got, struct error *err)
{
    *got = 0;
    if (layer->failure.code == ERROR_NONE) {
        struct error failure = {0};
        if (!layer->class->read(layer, buffer, size, got, &failure)) {
            layer->produced += *got;
            if (!check_budget(layer, &failure))
                return 0;
        }
        layer->failure = failure;
        *got = 0;
    }
    *err = layer->failure;
    return -1;
}

void layer_free(struct layer *layer)
{
    while (layer) {
        struct layer *below = layer->below;
        if (layer->class->close)
            layer->class->close(layer);
        free(layer->in);
        free(layer);
        layer = below;
    }
}

const char *input_zstd_version(void)
{
    return ZSTD_versionString();
}
