/* Traces whose checksums are right and whose contents are not: written by an enemy. */
#include "formats/trace/chunk.h"
#include "formats/trace/replay.h"
#include "formats/trace/trace_writer.h"
#include "tests/unit/trace_fixture.h"

struct parts {
    struct chunk_header header;
    struct bytes payloads[CHUNK_FRAMES];
};

/* A trace taken apart. */
struct apart {
    ARRAY(struct parts) chunks;
};

static struct fixture_file make(void)
{
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("hostile.ncp");
    assert_ok(trace_writer_open(&w, path, true, "{\"size\": 1}", 0, 0, &err));
    uint32_t process = trace_writer_process(w, 1, 0, "p");
    for (uint32_t i = 0; i < 2; i++)
        trace_writer_thread(w, process, i, "t");
    for (uint32_t i = 0; i < 5; i++)
        trace_writer_function(w, "f", "m", "", i, FUNCTION_NATIVE);
    uint64_t random = 3, now = 0;
    for (uint32_t i = 0; i < 120; i++) {
        now += random_below(&random, 400);
        if (random_below(&random, 5) > 1)
            assert_ok(trace_writer_enter(w, i % 2, 1 + i % 5, now, &err));
        else
            assert_ok(trace_writer_leave(w, i % 2, now, &err));
        if (i % 40 == 39)
            assert_ok(trace_writer_flush(w, &err));
    }
    assert_ok(trace_writer_close(w, "{}", &err));
    struct fixture_file file = fixture_read(path);
    unlink(path);
    free(path);
    return file;
}

static struct apart take_apart(struct fixture_file file)
{
    struct error err = {0};
    struct apart apart = {0};
    struct unpacker *unpacker = unpacker_new(&err);
    for (uint64_t at = 0; at < file.size;) {
        struct parts parts = {0};
        assert_ok(chunk_decode(&parts.header, file.data, file.size, at, &err));
        at += parts.header.header_size;
        for (int i = 0; i < CHUNK_FRAMES; i++) {
            assert_ok(unpacker_take(unpacker, &parts.payloads[i], file.data + at,
                                    parts.header.frames[i], 1 << 20, &err));
            at += parts.header.frames[i];
        }
        *array_push(&apart.chunks) = parts;
    }
    unpacker_free(unpacker);
    return apart;
}

/* With `damage` applied to one payload; the footer points to the index again. */
static struct bytes put_together(const struct apart *apart, struct packer *packer, uint32_t count,
                                 uint32_t chunk, int frame, const struct bytes *instead)
{
    struct bytes file = {0};
    struct error err = {0};
    uint64_t index = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct chunk_header header = apart->chunks.data[i].header;
        size_t at = file.size;
        bytes_room(&file, CHUNK_HEADER_SIZE);
        file.size += CHUNK_HEADER_SIZE;
        for (int j = 0; j < CHUNK_FRAMES; j++) {
            bool replaced = i == chunk && j == frame;
            assert_ok(packer_add(packer, &file,
                                 replaced ? instead : &apart->chunks.data[i].payloads[j],
                                 &header.frames[j], &err));
        }
        if (header.type == CHUNK_INDEX)
            index = at;
        if (header.type == CHUNK_FOOTER)
            header.link = index;
        chunk_encode(file.data + at, &header);
    }
    return file;
}

static void ignore_event(void *payload, uint32_t function, int64_t ns)
{
    (void)payload;
    (void)function;
    (void)ns;
}

/* Nothing but ending, cleanly, with a profile whose invariants hold. */
static void survive(const struct bytes *file)
{
    static const struct replay_visitor visitor = {ignore_event, ignore_event};
    struct error err = {0};
    struct trace *trace;
    struct profile *p = fixture_load(file->data, file->size, &err);
    assert_true(p || err.text[0]);
    profile_free(p);
    if (trace_load(&trace, file->data, file->size, &err) < 0)
        return;
    for (uint32_t i = 0; i < trace->definitions.threads.count && i < 50; i++)
        trace_replay(trace, i, &visitor, NULL, &err);
    trace_free(trace);
}

static void mutate(struct bytes *payload, uint64_t *random)
{
    static const uint8_t extremes[] = {0, 1, 2, 3, 0x7f, 0x80, 0xff, 0xfe};
    uint64_t changes = 1 + random_below(random, 3);
    for (uint64_t i = 0; i < changes && payload->size > 0; i++) {
        size_t at = random_below(random, payload->size);
        switch (random_below(random, 4)) {
        case 0:
            payload->data[at] = (uint8_t)random_next(random);
            break;
        case 1:
            payload->data[at] = extremes[random_below(random, sizeof extremes)];
            break;
        case 2:
            payload->size = at;
            break;
        default: /* a varint that is as large as can be */
            for (size_t j = at; j < payload->size && j < at + 9; j++)
                payload->data[j] = 0xff;
        }
    }
}

static void payloads_may_hold_anything(void **state)
{
    (void)state;
    struct error err = {0};
    struct fixture_file file = make();
    struct apart apart = take_apart(file);
    struct packer *packer = packer_new(&err);
    uint32_t count = apart.chunks.count;
    uint64_t random = 77;
    for (int round = 0; round < 6000; round++) {
        uint32_t chunk = (uint32_t)random_below(&random, count);
        int frame = (int)random_below(&random, CHUNK_FRAMES);
        struct bytes payload = {0};
        const struct bytes *original = &apart.chunks.data[chunk].payloads[frame];
        bytes_put(&payload, original->data, original->size);
        mutate(&payload, &random);
        /* Without index and footer every other time. */
        struct bytes hostile =
            put_together(&apart, packer, count - (round % 2 ? 2 : 0), chunk, frame, &payload);
        survive(&hostile);
        free(hostile.data);
        free(payload.data);
    }
    packer_free(packer);
    for (uint32_t i = 0; i < count; i++)
        for (int j = 0; j < CHUNK_FRAMES; j++)
            free(apart.chunks.data[i].payloads[j].data);
    array_free(&apart.chunks);
    free(file.data);
}

/* Zeros compress a thousandfold and more: the reader does not follow beyond its bound. */
static void bombs_are_not_unpacked(void **state)
{
    (void)state;
    struct error err = {0};
    struct fixture_file file = make();
    struct apart apart = take_apart(file);
    struct packer *packer = packer_new(&err);
    struct bytes zeros = {.data = memory_zeroed(400u << 20, 1), .size = 400u << 20};
    struct bytes bomb = put_together(&apart, packer, apart.chunks.count - 2, 1, 0, &zeros);
    assert_true(bomb.size < 100000);
    struct profile *p = fixture_load(bomb.data, bomb.size, &err);
    assert_non_null(p);
    assert_non_null(fixture_note(p, "damaged"));
    profile_free(p);
    free(bomb.data);
    free(zeros.data);
    packer_free(packer);
    for (uint32_t i = 0; i < apart.chunks.count; i++)
        for (int j = 0; j < CHUNK_FRAMES; j++)
            free(apart.chunks.data[i].payloads[j].data);
    array_free(&apart.chunks);
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payloads_may_hold_anything),
        cmocka_unit_test(bombs_are_not_unpacked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
