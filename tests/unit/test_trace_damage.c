/* Traces that are cut, damaged, foreign or hostile: what they hold is shown, or a sentence says why
 * not. */
#include "formats/trace/replay.h"
#include "formats/trace/trace_writer.h"
#include "tests/unit/trace_fixture.h"

#include <zlib.h>

/* A file of some chunks: two threads, a note, calls open across chunks; the same bytes each time.
 */
static struct fixture_file make(bool closed)
{
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("damage.ncp");
    assert_ok(trace_writer_open(&w, path, true, "{\"host\": \"h\"}", 0, 0, &err));
    uint32_t process = trace_writer_process(w, 1, 0, "p");
    uint32_t threads[2], ids[4];
    threads[0] = trace_writer_thread(w, process, 1, "one");
    threads[1] = trace_writer_thread(w, process, 2, "two");
    static const char *const names[] = {"alpha", "beta", "gamma", "delta"};
    ids[0] = trace_writer_function(w, names[0], "m", "f", 1, FUNCTION_NATIVE);
    for (uint64_t i = 0; i < 60; i++) {
        if (i % 20 == 0 && i / 20 + 1 < 4)
            ids[i / 20 + 1] =
                trace_writer_function(w, names[i / 20 + 1], "", "", 0, FUNCTION_NATIVE);
        uint64_t now = i * 50000000 + 1;
        assert_ok(trace_writer_enter(w, threads[i % 2], ids[i / 20], now, &err));
        if (i % 3)
            assert_ok(trace_writer_leave(w, threads[i % 2], now + 1000, &err));
        if (i % 15 == 14)
            assert_ok(trace_writer_flush(w, &err));
        if (i == 31)
            assert_ok(trace_writer_note(w, "a note", &err));
    }
    trace_writer_sync(w, 4000000000, 4000000000);
    struct fixture_file file;
    if (closed) {
        assert_ok(trace_writer_close(w, "{\"exit\": 0}", &err));
        file = fixture_read(path);
    } else {
        file = fixture_read(path); /* as if killed here */
        assert_ok(trace_writer_close(w, NULL, &err));
    }
    unlink(path);
    free(path);
    return file;
}

static uint64_t calls_of(const struct profile *profile)
{
    uint64_t calls = 0;
    for (uint32_t i = 0; i < profile->function_count; i++)
        calls += profile->function_calls[i];
    return calls;
}

static void count_event(void *payload, uint32_t function, int64_t ns)
{
    (void)function;
    (void)ns;
    ++*(uint64_t *)payload;
}

/* Whatever can be replayed is replayed; that it ends is enough. */
static void replay_all(const uint8_t *data, size_t size)
{
    static const struct replay_visitor counting = {count_event, count_event};
    struct error err = {0};
    struct trace *trace;
    uint64_t events = 0;
    if (trace_load(&trace, data, size, &err) < 0)
        return;
    for (uint32_t i = 0; i < trace->definitions.threads.count; i++)
        trace_replay(trace, i, &counting, &events, &err);
    trace_free(trace);
}

/* ---- cut ---- */

static void cut_at_every_byte(void **state)
{
    (void)state;
    struct fixture_file file = make(true);
    uint64_t before = 0;
    bool closed_before = false;
    for (size_t size = 0; size <= file.size; size++) {
        struct error err = {0};
        struct profile *p = fixture_load(file.data, size, &err);
        replay_all(file.data, size);
        if (!p) {
            assert_int_equal(err.code, ERROR_TRUNCATED);
            assert_true(err.text[0] && before == 0);
            continue;
        }
        uint64_t calls = calls_of(p);
        assert_true(calls >= before);
        before = calls;
        bool closed = !(p->flags & PROFILE_TRUNCATED);
        assert_true(closed || !closed_before);
        closed_before = closed;
        assert_true(closed || fixture_note(p, calls ? "Cut at t = " : "holds no events"));
        profile_free(p);
    }
    assert_true(closed_before);
    assert_int_equal(before, 60);
    free(file.data);
}

static void a_killed_recording_says_where(void **state)
{
    (void)state;
    struct error err = {0};
    struct fixture_file file = make(false);
    struct profile *p = fixture_load(file.data, file.size, &err);
    assert_non_null(p);
    assert_true(p->flags & PROFILE_TRUNCATED);
    assert_int_equal(calls_of(p), 60);
    assert_string_equal(p->notes[0],
                        "Cut at t = 2.95 s, 20 frames were open: the recording was not closed");
    profile_free(p);
    free(file.data);
}

static void cut_events_leave_the_sums(void **state)
{
    (void)state;
    struct error err = {0};
    struct fixture_file file = make(false);
    struct profile *p = fixture_load(file.data, file.size - 1, &err);
    assert_non_null(p);
    assert_int_equal(calls_of(p), 60);
    assert_non_null(fixture_note(p, "events are cut off; the sums still count them"));
    profile_free(p);
    free(file.data);
}

/* ---- damaged ---- */

static void flipped_bits(void **state)
{
    (void)state;
    struct fixture_file file = make(true);
    uint64_t random = 1;
    for (int round = 0; round < 6000; round++) {
        struct error err = {0};
        uint8_t *copy = memory_alloc(file.size);
        memcpy(copy, file.data, file.size);
        uint64_t flips = 1 + random_below(&random, 4);
        for (uint64_t i = 0; i < flips; i++)
            copy[random_below(&random, file.size)] ^= (uint8_t)(1u << random_below(&random, 8));
        /* Without the footer every other time: the chunks themselves are read then. */
        size_t size = file.size - (round % 2 ? 200 : 0);
        struct profile *p = fixture_load(copy, size, &err);
        assert_true(p || err.text[0]);
        profile_free(p);
        replay_all(copy, size);
        free(copy);
    }
    free(file.data);
}

/* The offsets of all chunks, found by going through them. */
static uint32_t chunk_offsets(struct fixture_file file, uint64_t *offsets,
                              struct chunk_header *headers)
{
    struct error err = {0};
    uint32_t count = 0;
    for (uint64_t at = 0; at < file.size; at += chunk_size(&headers[count++])) {
        assert_ok(chunk_decode(&headers[count], file.data, file.size, at, &err));
        offsets[count] = at;
    }
    return count;
}

static void a_damaged_chunk_is_left_out(void **state)
{
    (void)state;
    struct fixture_file file = make(true);
    uint64_t offsets[64];
    struct chunk_header headers[64];
    uint32_t count = chunk_offsets(file, offsets, headers);
    for (uint32_t i = 1; i < count; i++) {
        struct error err = {0};
        if (headers[i].type != CHUNK_DATA)
            continue;
        for (size_t inside = 20; inside <= CHUNK_HEADER_SIZE + 20; inside += CHUNK_HEADER_SIZE) {
            uint8_t *copy = memory_alloc(file.size);
            memcpy(copy, file.data, file.size);
            copy[offsets[i] + inside] ^= 0x55;
            struct profile *p = fixture_load(copy, file.size, &err);
            assert_int_equal(calls_of(p), 60); /* the index has the sums */
            profile_free(p);
            p = fixture_load(copy, file.size - 1, &err);
            assert_true(p->flags & PROFILE_TRUNCATED);
            assert_true(calls_of(p) < 60);
            assert_non_null(fixture_note(p, "damaged chunk"));
            profile_free(p);
            replay_all(copy, file.size);
            free(copy);
        }
    }
    free(file.data);
}

static void a_damaged_index_is_rebuilt(void **state)
{
    (void)state;
    struct error err = {0};
    struct fixture_file file = make(true);
    uint64_t offsets[64];
    struct chunk_header headers[64];
    uint32_t count = chunk_offsets(file, offsets, headers);
    assert_int_equal(headers[count - 2].type, CHUNK_INDEX);
    file.data[offsets[count - 2] + CHUNK_HEADER_SIZE + 15] ^= 1;
    struct profile *p = fixture_load(file.data, file.size, &err);
    assert_int_equal(calls_of(p), 60);
    assert_int_equal(p->flags & PROFILE_TRUNCATED, 0);
    profile_free(p);
    free(file.data);
}

/* ---- other versions ---- */

static void put_header(uint8_t *at, const struct chunk_header *header, unsigned major)
{
    chunk_encode(at, header);
    at[12] = (uint8_t)major;
    uint32_t sum = (uint32_t)crc32(crc32(0, NULL, 0), at, CHUNK_HEADER_SIZE - 4);
    for (int i = 0; i < 4; i++)
        at[CHUNK_HEADER_SIZE - 4 + i] = (uint8_t)(sum >> 8 * i);
}

static void unknown_chunks_are_skipped(void **state)
{
    (void)state;
    struct error err = {0};
    struct fixture_file file = make(false);
    uint64_t offsets[64];
    struct chunk_header headers[64];
    chunk_offsets(file, offsets, headers);
    struct chunk_header strange = {.type = 77, .thread = 5, .frames = {30, 0, 7}};
    size_t extra = CHUNK_HEADER_SIZE + 37, at = offsets[2];
    uint8_t *copy = memory_zeroed(file.size + extra, 1);
    memcpy(copy, file.data, at);
    put_header(copy + at, &strange, TRACE_MAJOR);
    memcpy(copy + at + extra, file.data + at, file.size - at);
    struct profile *p = fixture_load(copy, file.size + extra, &err);
    assert_int_equal(calls_of(p), 60);
    assert_null(fixture_note(p, "damaged"));
    profile_free(p);
    free(copy);
    free(file.data);
}

static void an_unknown_major_version_is_refused(void **state)
{
    (void)state;
    struct error err = {0};
    struct fixture_file file = make(true);
    struct chunk_header header;
    assert_ok(chunk_decode(&header, file.data, file.size, 0, &err));
    put_header(file.data, &header, 2);
    assert_int_equal(trace_reader.probe(file.data, file.size), 100);
    assert_null(fixture_load(file.data, file.size, &err));
    assert_int_equal(err.code, ERROR_UNSUPPORTED);
    assert_string_equal(err.text, "written in version 2.1 of the trace format; this ncprof reads "
                                  "version 1");
    free(file.data);
}

static void a_second_recording_is_not_read(void **state)
{
    (void)state;
    struct error err = {0};
    struct fixture_file file = make(true);
    uint8_t *twice = memory_alloc(file.size * 2);
    memcpy(twice, file.data, file.size);
    memcpy(twice + file.size, file.data, file.size);
    struct profile *p = fixture_load(twice, file.size * 2, &err);
    assert_int_equal(calls_of(p), 60);
    assert_non_null(fixture_note(p, "A second recording begins"));
    profile_free(p);
    free(twice);
    free(file.data);
}

static void others_are_not_traces(void **state)
{
    (void)state;
    static const uint8_t zstd[32] = {0x28, 0xb5, 0x2f, 0xfd};
    static const uint8_t skippable[32] = {0x5a, 0x2a, 0x4d, 0x18, 88};
    assert_int_equal(trace_reader.probe(zstd, sizeof zstd), 0);
    assert_int_equal(trace_reader.probe(skippable, sizeof skippable), 0);
    assert_int_equal(trace_reader.probe(zstd, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(a_killed_recording_says_where),
        cmocka_unit_test(cut_events_leave_the_sums),
        cmocka_unit_test(flipped_bits),
        cmocka_unit_test(a_damaged_chunk_is_left_out),
        cmocka_unit_test(a_damaged_index_is_rebuilt),
        cmocka_unit_test(unknown_chunks_are_skipped),
        cmocka_unit_test(an_unknown_major_version_is_refused),
        cmocka_unit_test(a_second_recording_is_not_read),
        cmocka_unit_test(others_are_not_traces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
