/* Going on with a trace whose writer was killed, wherever that was: as if nothing had happened. */
#include "formats/trace/replay.h"
#include "formats/trace/trace_writer_internal.h"
#include "tests/unit/trace_fixture.h"

#define EVENTS    400u
#define THREADS   2u
#define FUNCTIONS 9u

static void state_functions(struct trace_writer *w, uint32_t *ids)
{
    char name[16];
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        snprintf(name, sizeof name, "f%u", i);
        ids[i] = trace_writer_function(w, name, i % 2 ? "m" : "", "", i, FUNCTION_NATIVE);
    }
}

/* Event i of both threads: a wandering walk that goes deep and returns, the same every time. */
static bool enters(uint64_t i)
{
    static const uint8_t pattern[] = {1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0};
    return pattern[(i + i / 64) % sizeof pattern] || i % 64 < 3;
}

static void feed(struct trace_writer *w, uint32_t thread, const uint32_t *ids, uint64_t i,
                 uint32_t *depth)
{
    struct error err = {0};
    uint64_t ticks = 1000 + i * 977 + thread * 5;
    if (enters(i)) {
        assert_ok(trace_writer_enter(w, thread, ids[(i * 7 + thread) % FUNCTIONS], ticks, &err));
        ++*depth;
    } else if (*depth > 0) {
        assert_ok(trace_writer_leave(w, thread, ticks, &err));
        --*depth;
    }
}

/* Writer events (leaves without a frame are none) among the first i. */
static uint64_t count_before(uint64_t end, uint32_t *depth)
{
    uint64_t events = 0;
    *depth = 0;
    for (uint64_t i = 0; i < end; i++) {
        if (!enters(i) && *depth == 0)
            continue;
        *depth += enters(i) ? 1 : UINT32_MAX;
        events++;
    }
    return events;
}

struct variant {
    const char *metadata;
    uint32_t context_limit; /* 0: none */
    bool thinned;           /* which events there are depends on where chunks end */
};

/* Threads share the limit of contexts, so with one there is one thread: which gets them is chance.
 */
static uint32_t thread_count(uint32_t context_limit)
{
    return context_limit ? 1 : THREADS;
}

static struct fixture_file make_file(const struct variant *variant)
{
    struct error err = {0};
    struct trace_writer *w;
    uint32_t ids[FUNCTIONS], depth[THREADS] = {0};
    char *path = fixture_path("resume-whole.ncp");
    assert_ok(trace_writer_open(&w, path, true, variant->metadata, 500, 500, &err));
    uint32_t count = thread_count(variant->context_limit);
    if (variant->context_limit)
        trace_writer_limit_contexts(w, variant->context_limit);
    uint32_t process = trace_writer_process(w, 7, 0, "p");
    for (uint32_t t = 0; t < count; t++)
        trace_writer_thread(w, process, 7 + t, "t");
    state_functions(w, ids);
    for (uint64_t i = 0; i < EVENTS; i++) {
        for (uint32_t t = 0; t < count; t++)
            feed(w, t, ids, i, &depth[t]);
        trace_writer_sync(w, 1000 + i * 977, 1000 + (int64_t)i * 977);
        if (i % 37 == 11)
            assert_ok(trace_writer_flush_thread(w, i / 37 % count, &err));
        if (i == 200) {
            assert_ok(trace_writer_note(w, "a note", &err));
            assert_ok(trace_writer_state(w, "{\"lost_events\": 3}", &err));
        }
    }
    assert_ok(trace_writer_close(w, "{\"exit\": 5}", &err));
    struct fixture_file file = fixture_read(path);
    unlink(path);
    free(path);
    return file;
}

/* ---- what a trace holds, as one text ---- */

struct listing {
    FILE *out;
    const struct trace *trace;
};

static void list_enter(void *payload, uint32_t function, int64_t ns)
{
    struct listing *listing = payload;
    const struct definitions *definitions = &listing->trace->definitions;
    fprintf(listing->out, "%s@%lld ",
            strings_get(&definitions->strings, definitions->functions.data[function].name),
            (long long)ns);
}

static void list_leave(void *payload, uint32_t function, int64_t ns)
{
    (void)function;
    fprintf(((struct listing *)payload)->out, "<@%lld ", (long long)ns);
}

static char *list(const struct fixture_file *file, const struct variant *variant, bool indexed)
{
    static const struct replay_visitor visitor = {list_enter, list_leave};
    struct error err = {0};
    struct trace *trace;
    char *text = NULL;
    size_t size = 0;
    assert_ok(trace_load(&trace, file->data, file->size, &err));
    assert_int_equal(trace->indexed, indexed);
    assert_int_equal(trace->damaged, 0);
    struct listing listing = {open_memstream(&text, &size), trace};
    trace_clock_init(&trace->clock, 0, 1);
    for (uint32_t t = 0; t < trace->definitions.threads.count; t++) {
        const struct trace_tree *tree = &trace->definitions.threads.data[t].tree;
        if (!variant->thinned)
            assert_ok(trace_replay(trace, t, &visitor, &listing, &err));
        fprintf(listing.out, "\nthread %u, last %llu:", t, (unsigned long long)trace->last);
        for (uint32_t c = 1; c < tree->contexts.count; c++)
            fprintf(listing.out, " %u<%u:%llu:%llu", tree->contexts.data[c].function,
                    tree->contexts.data[c].parent, (unsigned long long)tree->contexts.data[c].calls,
                    (unsigned long long)tree->contexts.data[c].self);
    }
    for (uint32_t f = 0; f < trace->latency_count; f++)
        fprintf(listing.out, "\nlatency %u: %llu %llu %llu", f,
                (unsigned long long)trace->latency[f].total,
                (unsigned long long)trace->latency[f].min,
                (unsigned long long)(trace->latency[f].total ? trace->latency[f].max : 0));
    for (uint32_t i = 0; i < trace->notes.count; i++)
        fprintf(listing.out, "\nnote %s", trace->notes.data[i].text);
    fclose(listing.out);
    trace_free(trace);
    return text;
}

/* ---- going on ---- */

static void write_file(const char *path, const struct fixture_file *file, size_t size)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(file->data, 1, size, out), size);
    fclose(out);
}

static void go_on(struct trace_writer *w, uint32_t count)
{
    uint32_t ids[FUNCTIONS];
    uint32_t process = trace_writer_find_process(w, 7);
    if (process == PROFILE_NONE)
        process = trace_writer_process(w, 7, 0, "p");
    for (uint32_t t = trace_writer_thread_count(w); t < count; t++)
        trace_writer_thread(w, process, 7 + t, "t");
    state_functions(w, ids);
    for (uint32_t t = 0; t < count; t++) {
        uint64_t written = trace_writer_written(w, t), from = 0;
        uint32_t depth = 0;
        while (count_before(from, &depth) < written)
            from++;
        count_before(from, &depth);
        for (uint64_t i = from; i < EVENTS; i++)
            feed(w, t, ids, i, &depth);
    }
    trace_writer_sync(w, 1000 + (EVENTS - 1) * 977, 1000 + (EVENTS - 1) * 977);
}

/* The same as the whole file, when `size` bytes of it were written. */
static void check_cut(const struct fixture_file *file, size_t size, const struct variant *variant,
                      const char *expected)
{
    static const uint32_t all[THREADS] = {0, 1};
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("resume.ncp"), *closing;
    write_file(path, file, size);
    const struct trace_cut cut = {
        .path = path, .threads = all, .thread_count = thread_count(variant->context_limit)};
    assert_ok(trace_writer_resume(&w, &cut, &closing, &err));
    if (variant->context_limit)
        trace_writer_limit_contexts(w, variant->context_limit);
    go_on(w, thread_count(variant->context_limit));
    assert_ok(trace_writer_close(w, closing, &err));
    free(closing);
    struct fixture_file result = fixture_read(path);
    char *indexed = list(&result, variant, true);
    size_t length = (size_t)(strstr(expected, "\nnote") - expected); /* it may be cut off */
    assert_int_equal(strncmp(indexed, expected, length), 0);
    free(indexed);
    result.size -= 96; /* without the footer: what the chunks add up to */
    char *scanned = list(&result, variant, false);
    assert_int_equal(strncmp(scanned, expected, length), 0);
    free(scanned);
    free(result.data);
    unlink(path);
    free(path);
}

/* Everywhere in the first chunks, then at places all over the file. */
static void check_everywhere(const struct variant *variant)
{
    struct fixture_file file = make_file(variant);
    char *expected = list(&file, variant, true);
    uint64_t random = 4;
    size_t first = 8;
    while (memcmp(file.data + first + 88, "NCPF", 4) != 0) /* past the header */
        first++;
    for (size_t size = first + 80; size < first + 600; size += 7)
        check_cut(&file, size, variant, expected);
    for (int i = 0; i < 150; i++)
        check_cut(&file, first + 80 + random_below(&random, file.size - first - 80 - 96), variant,
                  expected);
    free(expected);
    free(file.data);
}

static const struct variant plain = {"{\"clock\": {\"unit\": 7}}", 0, false};

static void test_everywhere(void **state)
{
    (void)state;
    check_everywhere(&plain);
}

static void test_folded(void **state)
{
    (void)state;
    const struct variant folded = {plain.metadata, .context_limit = 6};
    check_everywhere(&folded);
}

static void test_thinned(void **state)
{
    (void)state;
    static const struct variant some = {
        "{\"clock\": {\"unit\": 7}, \"thin\": {\"min_time_ns\": 400}}", 0, true};
    static const struct variant none = {"{\"thin\": {\"min_time_ns\": 1000000}}", 0, true};
    check_everywhere(&some);
    check_everywhere(&none);
}

static void test_refused(void **state)
{
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("resume.ncp"), *closing;
    static const uint32_t all[THREADS] = {0, 1};
    const struct trace_cut cut = {.path = path, .threads = all, .thread_count = THREADS};
    (void)state;
    struct fixture_file file = make_file(&plain);
    write_file(path, &file, file.size);
    assert_int_equal(trace_writer_resume(&w, &cut, &closing, &err), -1);
    assert_int_equal(err.code, ERROR_USAGE);
    file.data[file.size / 3] ^= 0x55; /* in a frame or a header */
    write_file(path, &file, file.size - 200);
    assert_int_equal(trace_writer_resume(&w, &cut, &closing, &err), -1);
    write_file(path, &file, 50);
    assert_int_equal(trace_writer_resume(&w, &cut, &closing, &err), -1);
    unlink(path);
    assert_int_equal(trace_writer_resume(&w, &cut, &closing, &err), -1);
    free(path);
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everywhere),
        cmocka_unit_test(test_folded),
        cmocka_unit_test(test_thinned),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
