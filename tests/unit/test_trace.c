/* The trace container: what is written is what is read, and the sums are those of the events. */
#include "formats/trace/replay.h"
#include "formats/trace/trace_writer_internal.h"
#include "tests/unit/trace_fixture.h"

#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

static const char metadata[] =
    "{\"command\": [\"python3\", \"a b.py\", \"it's\"], \"cwd\": \"/tmp\", \"host\": \"h\","
    " \"start\": \"1700000000123456789\", \"size\": 4.29, \"git\": {\"revision\": \"abc\","
    " \"dirty\": true}, \"tag\": {\"k\": \"v\"}, \"none\": null}";

/* ---- round trip ---- */

static void a_small_trace_comes_back(void **state)
{
    (void)state;
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("small.ncp");
    /* 2 ns a tick */
    assert_ok(trace_writer_open(&w, path, false, metadata, 1000, 5000, &err));
    uint32_t process = trace_writer_process(w, 42, 1, "python3");
    uint32_t thread = trace_writer_thread(w, process, 43, "");
    uint32_t main = trace_writer_function(w, "main", "m", "m.py", 7, FUNCTION_PYTHON);
    uint32_t work = trace_writer_function(w, "work", "m", "m.py", 9, FUNCTION_PYTHON);
    assert_ok(trace_writer_enter(w, thread, main, 1100, &err));
    trace_writer_thread_name(w, thread, "MainThread");
    assert_ok(trace_writer_enter(w, thread, work, 1110, &err));
    assert_ok(trace_writer_flush(w, &err));
    assert_ok(trace_writer_leave(w, thread, 1200, &err));
    assert_ok(trace_writer_enter(w, thread, work, 1300, &err));
    assert_ok(trace_writer_note(w, "3 events were lost", &err));
    trace_writer_sync(w, 2000, 7000);
    assert_ok(trace_writer_thread_end(w, thread, 1500, &err));
    struct trace_totals totals = trace_writer_totals(w);
    assert_int_equal(totals.calls, 3);
    assert_int_equal(totals.functions, 2);
    assert_int_equal(totals.threads, 1);
    assert_ok(trace_writer_close(w, "{\"exit\": 3}", &err));

    struct profile *p = fixture_load_path(path);
    assert_int_equal(p->flags & (PROFILE_HAS_TREE | PROFILE_HAS_CALLS | PROFILE_HAS_TIMELINE |
                                 PROFILE_HAS_LATENCY | PROFILE_TRUNCATED),
                     PROFILE_HAS_TREE | PROFILE_HAS_CALLS | PROFILE_HAS_TIMELINE |
                         PROFILE_HAS_LATENCY);
    assert_int_equal(p->function_count, 2);
    uint32_t f = fixture_function(p, "work");
    struct values values = profile_function(p, f, 0);
    assert_int_equal(values.calls, 2);
    assert_int_equal(values.self, (90 + 200) * 2);
    assert_int_equal(p->latency[f].min, 180);
    assert_int_equal(p->latency[f].max, 400);
    assert_int_equal(p->functions[f].line, 9);
    assert_int_equal(p->functions[f].kind, FUNCTION_PYTHON);
    values = profile_function(p, fixture_function(p, "main"), 0);
    assert_int_equal(values.calls, 1);
    assert_int_equal(values.self, (10 + 100) * 2);
    assert_int_equal(values.total, 800);
    assert_string_equal(p->threads[0].name, "MainThread");
    assert_int_equal(p->threads[0].id, 43);
    assert_int_equal(p->processes[0].id, 42);
    assert_int_equal(p->wall_ns, 800);
    assert_true(p->start_ns == 1700000000123456789);
    assert_true(p->size == 4.29);
    assert_string_equal(profile_metadata(p, "command"), "python3 'a b.py' 'it'\\''s'");
    assert_string_equal(profile_metadata(p, "git.revision"), "abc");
    assert_string_equal(profile_metadata(p, "git.dirty"), "true");
    assert_string_equal(profile_metadata(p, "tag.k"), "v");
    assert_string_equal(profile_metadata(p, "start"), "2023-11-14T22:13:20Z");
    assert_string_equal(profile_metadata(p, "exit"), "3");
    assert_null(profile_metadata(p, "none"));
    assert_non_null(fixture_note(p, "3 events were lost"));
    profile_free(p);
    unlink(path);
    free(path);
}

static void an_empty_recording_says_so(void **state)
{
    (void)state;
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("empty.ncp");
    assert_ok(trace_writer_open(&w, path, false, NULL, 0, 0, &err));
    assert_ok(trace_writer_close(w, NULL, &err));
    struct profile *p = fixture_load_path(path);
    assert_int_equal(p->function_count, 0);
    assert_non_null(fixture_note(p, "holds no events"));
    profile_free(p);
    unlink(path);
    free(path);
}

/* ---- sums against events ---- */

struct happening {
    uint32_t function; /* 0: a leave */
    int64_t ns;
};

struct log {
    ARRAY(struct happening) happenings;
    size_t checked;
};

static void record(struct log *log, uint32_t function, int64_t ns)
{
    *array_push(&log->happenings) = (struct happening){function, ns};
}

static void expect_enter(void *payload, uint32_t function, int64_t ns)
{
    struct log *log = payload;
    assert_true(log->checked < log->happenings.count);
    struct happening expected = log->happenings.data[log->checked++];
    assert_int_equal(function, expected.function);
    assert_int_equal(ns, expected.ns);
}

static void expect_leave(void *payload, uint32_t function, int64_t ns)
{
    struct log *log = payload;
    (void)function;
    assert_true(log->checked < log->happenings.count);
    struct happening expected = log->happenings.data[log->checked++];
    assert_int_equal(expected.function, 0);
    assert_int_equal(ns, expected.ns);
}

static const struct replay_visitor expecting = {expect_enter, expect_leave};

struct scenario {
    uint64_t seed;
    uint32_t threads, functions, events; /* events a thread, before its end */
    uint32_t deepest;
    uint32_t flush_every; /* events of all threads; 0 never */
    uint64_t longest;     /* ticks between two events */
};

static void same_functions(const struct profile *a, const struct profile *b)
{
    assert_int_equal(a->function_count, b->function_count);
    assert_int_equal(a->context_count, b->context_count);
    assert_int_equal(a->edge_count, b->edge_count);
    for (uint32_t i = 0; i < a->function_count; i++) {
        uint32_t j = fixture_function(b, a->functions[i].name);
        assert_int_not_equal(j, PROFILE_NONE);
        struct values x = profile_function(a, i, 0), y = profile_function(b, j, 0);
        assert_int_equal(x.calls, y.calls);
        assert_int_equal(x.primitive, y.primitive);
        assert_int_equal(x.self, y.self);
        assert_int_equal(x.total, y.total);
        const struct histogram *h = &a->latency[i], *g = &b->latency[j];
        assert_int_equal(h->total, g->total);
        assert_int_equal(h->min, g->min);
        assert_int_equal(h->max, g->max);
        assert_int_equal(h->count, g->count);
        for (uint32_t k = 0; k < h->count; k++) {
            assert_int_equal(h->buckets[k].bucket, g->buckets[k].bucket);
            assert_int_equal(h->buckets[k].count, g->buckets[k].count);
        }
    }
}

static void replay_equals(const char *path, struct log *logs, uint32_t threads)
{
    struct error err = {0};
    struct trace *trace;
    struct fixture_file file = fixture_read(path);
    assert_ok(trace_load(&trace, file.data, file.size, &err));
    assert_true(trace->indexed && trace->closed);
    for (uint32_t i = 0; i < threads; i++) {
        logs[i].checked = 0;
        assert_ok(trace_replay(trace, i, &expecting, &logs[i], &err));
        assert_int_equal(logs[i].checked, logs[i].happenings.count);
    }
    trace_free(trace);
    free(file.data);
}

static void without_index(const char *path, const struct profile *expected)
{
    struct error err = {0};
    struct fixture_file file = fixture_read(path);
    struct profile *scanned = fixture_load(file.data, file.size - 1, &err);
    assert_non_null(scanned);
    assert_int_equal(scanned->flags & PROFILE_TRUNCATED, 0);
    same_functions(scanned, expected);
    profile_free(scanned);
    free(file.data);
}

struct run {
    struct trace_writer *writer;
    struct build *build;
    struct log *logs;
    uint64_t random;
    int64_t *now;
    uint32_t *depth;
    uint32_t ids[256], expected[256];
};

static void one_event(struct run *run, const struct scenario *scenario, uint32_t thread)
{
    struct error err = {0};
    uint64_t *random = &run->random;
    run->now[thread] += (int64_t)random_below(random, random_below(random, scenario->longest) + 1);
    int64_t now = run->now[thread];
    bool enter = run->depth[thread] == 0 ||
                 (run->depth[thread] < scenario->deepest && random_below(random, 2));
    if (!enter) {
        run->depth[thread]--;
        assert_ok(trace_writer_leave(run->writer, thread, (uint64_t)now, &err));
        build_leave(run->build, thread, now);
        record(&run->logs[thread], 0, now);
        return;
    }
    uint32_t f = (uint32_t)random_below(random, scenario->functions);
    run->depth[thread]++;
    assert_ok(trace_writer_enter(run->writer, thread, run->ids[f], (uint64_t)now, &err));
    build_enter(run->build, thread, run->expected[f], now);
    record(&run->logs[thread], run->ids[f], now);
}

static void begin(struct run *run, const struct scenario *scenario, const char *path)
{
    struct error err = {0};
    run->random = scenario->seed;
    assert_ok(trace_writer_open(&run->writer, path, true, metadata, 0, 0, &err));
    run->build = build_new();
    build_metric(run->build, "wall", "s", METRIC_TIME, 1e-9);
    uint32_t process = trace_writer_process(run->writer, 1, 0, "p");
    build_process(run->build, "p", 1);
    for (uint32_t i = 0; i < scenario->threads; i++) {
        trace_writer_thread(run->writer, process, i, "t");
        build_thread(run->build, "t", i, 0);
    }
    for (uint32_t i = 0; i < scenario->functions; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%u", i);
        run->ids[i] = trace_writer_function(run->writer, name, "", "", i, FUNCTION_NATIVE);
        run->expected[i] = build_function(run->build, name, "", "", i, FUNCTION_NATIVE);
    }
}

static void play(const struct scenario *scenario)
{
    struct error err = {0};
    struct run run = {0};
    char *path = fixture_path("random.ncp");
    run.logs = memory_zeroed(scenario->threads, sizeof *run.logs);
    run.now = memory_zeroed(scenario->threads, sizeof *run.now);
    run.depth = memory_zeroed(scenario->threads, sizeof *run.depth);
    begin(&run, scenario, path);
    for (uint32_t i = 1; i <= scenario->events * scenario->threads; i++) {
        one_event(&run, scenario, (uint32_t)random_below(&run.random, scenario->threads));
        if (scenario->flush_every && i % scenario->flush_every == 0)
            assert_ok(trace_writer_flush(run.writer, &err));
    }
    for (uint32_t i = 0; i < scenario->threads; i++) {
        run.now[i] += 5;
        assert_ok(trace_writer_thread_end(run.writer, i, (uint64_t)run.now[i], &err));
        for (; run.depth[i] > 0; run.depth[i]--) {
            build_leave(run.build, i, run.now[i]);
            record(&run.logs[i], 0, run.now[i]);
        }
    }
    trace_writer_sync(run.writer, 1u << 30, 1 << 30);
    assert_ok(trace_writer_close(run.writer, NULL, &err));
    struct profile *expected;
    assert_ok(build_finish(run.build, &expected, &err));
    struct profile *got = fixture_load_path(path);
    same_functions(expected, got);
    without_index(path, expected);
    replay_equals(path, run.logs, scenario->threads);
    profile_free(expected);
    profile_free(got);
    for (uint32_t i = 0; i < scenario->threads; i++)
        array_free(&run.logs[i].happenings);
    free(run.logs);
    free(run.now);
    free(run.depth);
    unlink(path);
    free(path);
}

static void sums_equal_the_events(void **state)
{
    (void)state;
    static const struct scenario scenarios[] = {
        {.seed = 1, .threads = 1, .functions = 1, .events = 50, .deepest = 3, .longest = 10},
        {.seed = 2, .threads = 1, .functions = 5, .events = 5000, .deepest = 20, .longest = 300},
        {.seed = 3,
         .threads = 4,
         .functions = 9,
         .events = 3000,
         .deepest = 6,
         .longest = 40000,
         .flush_every = 500},
        {.seed = 4,
         .threads = 3,
         .functions = 40,
         .events = 900,
         .deepest = 4,
         .longest = 3000000,
         .flush_every = 7},
        {.seed = 5, .threads = 2, .functions = 200, .events = 30000, .deepest = 3, .longest = 99},
        {.seed = 6, .threads = 1, .functions = 3, .events = 600000, .deepest = 9, .longest = 200},
        {.seed = 7, .threads = 300, .functions = 7, .events = 90, .deepest = 5, .longest = 200},
    };
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
        play(&scenarios[i]);
}

/* ---- special cases ---- */

static void a_million_levels(void **state)
{
    (void)state;
    enum { LEVELS = 1000000 };
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("deep.ncp");
    assert_ok(trace_writer_open(&w, path, false, "{}", 0, 0, &err));
    uint32_t thread = trace_writer_thread(w, trace_writer_process(w, 1, 0, ""), 1, "");
    uint32_t f = trace_writer_function(w, "down", "", "", 0, FUNCTION_NATIVE);
    for (uint64_t i = 0; i < LEVELS; i++)
        assert_ok(trace_writer_enter(w, thread, f, i, &err));
    assert_ok(trace_writer_thread_end(w, thread, LEVELS, &err));
    assert_ok(trace_writer_close(w, NULL, &err));
    struct profile *p = fixture_load_path(path);
    struct values values = profile_function(p, 0, 0);
    assert_int_equal(values.calls, LEVELS);
    assert_int_equal(values.primitive, 1);
    assert_int_equal(values.total, LEVELS);
    assert_int_equal(p->latency[0].max, LEVELS);
    profile_free(p);
    without_index(path, p = fixture_load_path(path));
    profile_free(p);
    unlink(path);
    free(path);
}

static void contexts_beyond_the_limit_are_folded(void **state)
{
    (void)state;
    struct error err = {0};
    struct trace_writer *w;
    struct log log = {0};
    uint64_t random = 9, now = 0;
    uint32_t depth = 0, ids[20];
    char *path = fixture_path("folded.ncp");
    assert_ok(trace_writer_open(&w, path, false, "{}", 0, 0, &err));
    trace_writer_limit_contexts(w, 30);
    uint32_t thread = trace_writer_thread(w, trace_writer_process(w, 1, 0, ""), 1, "");
    for (uint32_t i = 0; i < 20; i++)
        ids[i] = trace_writer_function(w, "f", "", "", i, FUNCTION_NATIVE);
    for (uint32_t i = 0; i < 5000; i++) {
        now += 3;
        if (depth == 0 || (depth < 12 && random_below(&random, 2))) {
            uint32_t f = ids[random_below(&random, 20)];
            assert_ok(trace_writer_enter(w, thread, f, now, &err));
            record(&log, f, (int64_t)now);
            depth++;
        } else {
            assert_ok(trace_writer_leave(w, thread, now, &err));
            record(&log, 0, (int64_t)now);
            depth--;
        }
        if (i % 77 == 0)
            assert_ok(trace_writer_flush(w, &err));
    }
    for (; depth > 0; depth--)
        record(&log, 0, (int64_t)now);
    uint64_t calls = trace_writer_totals(w).calls;
    assert_ok(trace_writer_thread_end(w, thread, now, &err));
    assert_ok(trace_writer_close(w, NULL, &err));
    struct profile *p = fixture_load_path(path);
    uint64_t counted = 0;
    for (uint32_t i = 0; i < p->function_count; i++)
        counted += p->function_calls[i];
    assert_int_equal(counted, calls);
    assert_true(p->context_count < 30 + 32);
    assert_int_not_equal(fixture_function(p, "[deeper contexts folded]"), PROFILE_NONE);
    assert_non_null(fixture_note(p, "30 contexts"));
    profile_free(p);
    replay_equals(path, &log, 1);
    array_free(&log.happenings);
    unlink(path);
    free(path);
}

static void odd_events_are_counted(void **state)
{
    (void)state;
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("odd.ncp");
    assert_ok(trace_writer_open(&w, path, false, "{}", 0, 0, &err));
    uint32_t thread = trace_writer_thread(w, 99, 1, NULL);
    uint32_t f = trace_writer_function(w, "f", NULL, NULL, 0, FUNCTION_UNKNOWN);
    assert_ok(trace_writer_leave(w, thread, 5, &err));
    assert_ok(trace_writer_enter(w, thread, f, 100, &err));
    assert_ok(trace_writer_leave(w, thread, 90, &err)); /* backwards: taken as 100 */
    assert_int_equal(trace_writer_enter(w, thread, f + 1, 110, &err), -1);
    assert_int_equal(trace_writer_enter(w, thread + 1, f, 110, &err), -1);
    assert_ok(trace_writer_thread_end(w, thread, 110, &err));
    assert_ok(trace_writer_enter(w, thread, f, 120, &err));
    assert_ok(trace_writer_close(w, NULL, &err));
    struct profile *p = fixture_load_path(path);
    assert_int_equal(p->function_calls[0], 1);
    assert_int_equal(p->function_self[0], 0);
    assert_non_null(fixture_note(p, "1 returns"));
    assert_non_null(fixture_note(p, "1 events of threads that were over"));
    profile_free(p);
    unlink(path);
    free(path);
}

/* ---- chunks alone ---- */

static void keep_enter(void *payload, uint32_t function, int64_t ns)
{
    record(payload, function, ns);
}

static void keep_leave(void *payload, uint32_t function, int64_t ns)
{
    (void)function;
    record(payload, 0, ns);
}

/* The stack after the first `count` happenings. */
static uint32_t stack_after(const struct log *log, size_t count, uint32_t *stack)
{
    uint32_t depth = 0;
    for (size_t i = 0; i < count; i++) {
        if (log->happenings.data[i].function)
            stack[depth++] = log->happenings.data[i].function;
        else
            depth--;
    }
    return depth;
}

/* Each chunk of a thread, replayed without those before it, enters the frames that were open. */
static void chunks_alone(struct trace *trace, const struct log *log)
{
    static const struct replay_visitor keeping = {keep_enter, keep_leave};
    struct error err = {0};
    uint32_t stack[64], count = trace->table.chunks.count;
    size_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct chunk_place *place = &trace->table.chunks.data[i];
        uint32_t depth = stack_after(log, before, stack);
        struct log alone = {0};
        if (place->type != CHUNK_DATA)
            continue;
        for (uint32_t j = 0; j < i; j++)
            trace->table.chunks.data[j].type = CHUNK_NOTE;
        assert_ok(trace_replay(trace, 0, &keeping, &alone, &err));
        assert_int_equal(alone.happenings.count, log->happenings.count - before + depth);
        for (uint32_t j = 0; j < depth; j++)
            assert_int_equal(alone.happenings.data[j].function, stack[j]);
        array_free(&alone.happenings);
        before += place->events;
    }
}

static void chunks_are_decoded_alone(void **state)
{
    (void)state;
    for (uint32_t limit = 8; limit <= 8000; limit *= 1000) {
        struct error err = {0};
        struct trace_writer *w;
        struct trace *trace;
        struct log log = {0};
        uint64_t random = limit, now = 0;
        uint32_t depth = 0, ids[6];
        char *path = fixture_path("alone.ncp");
        assert_ok(trace_writer_open(&w, path, true, "{}", 0, 0, &err));
        trace_writer_limit_contexts(w, limit);
        uint32_t thread = trace_writer_thread(w, trace_writer_process(w, 1, 0, ""), 1, "");
        for (uint32_t i = 0; i < 6; i++)
            ids[i] = trace_writer_function(w, "f", "", "", i, FUNCTION_NATIVE);
        for (uint32_t i = 0; i < 400; i++, now += random_below(&random, 500)) {
            bool enter = depth == 0 || (depth < 40 && random_below(&random, 2));
            uint32_t f = ids[random_below(&random, 6)];
            depth = enter ? depth + 1 : depth - 1;
            record(&log, enter ? f : 0, (int64_t)now);
            if (enter)
                assert_ok(trace_writer_enter(w, thread, f, now, &err));
            else
                assert_ok(trace_writer_leave(w, thread, now, &err));
            if (i % 23 == 0)
                assert_ok(trace_writer_flush(w, &err));
        }
        assert_ok(trace_writer_close(w, NULL, &err));
        struct fixture_file file = fixture_read(path);
        assert_ok(trace_load(&trace, file.data, file.size, &err));
        chunks_alone(trace, &log);
        trace_free(trace);
        free(file.data);
        array_free(&log.happenings);
        unlink(path);
        free(path);
    }
}

/* ---- a foreign tool ---- */

static void zstd_decompresses_it(void **state)
{
    (void)state;
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("tool.ncp"), *output = fixture_path("tool.out");
    assert_ok(trace_writer_open(&w, path, false, "{\"host\": \"first\"}", 0, 0, &err));
    uint32_t thread = trace_writer_thread(w, trace_writer_process(w, 1, 0, ""), 1, "");
    uint32_t f = trace_writer_function(w, "a function", "", "", 0, FUNCTION_NATIVE);
    assert_ok(trace_writer_enter(w, thread, f, 1, &err));
    assert_ok(trace_writer_close(w, "{\"exit\": 7}", &err));
    char *arguments[] = {"zstd", "-dqf", "--no-progress", path, "-o", output, NULL};
    pid_t child;
    int status = -1;
    if (posix_spawnp(&child, "zstd", NULL, NULL, arguments, environ) != 0)
        skip();
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    struct fixture_file file = fixture_read(output);
    assert_memory_equal(file.data, "{\"host\": \"first\"}", 17);
    assert_non_null(memmem(file.data, file.size, "a function", 10));
    assert_non_null(memmem(file.data, file.size, "{\"exit\": 7}", 11));
    free(file.data);
    unlink(path);
    unlink(output);
    free(path);
    free(output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_trace_comes_back),
        cmocka_unit_test(an_empty_recording_says_so),
        cmocka_unit_test(sums_equal_the_events),
        cmocka_unit_test(a_million_levels),
        cmocka_unit_test(contexts_beyond_the_limit_are_folded),
        cmocka_unit_test(odd_events_are_counted),
        cmocka_unit_test(chunks_are_decoded_alone),
        cmocka_unit_test(zstd_decompresses_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
