/* Parts of a recording: wherever it is cut, the parts add up to the whole. */
#include "formats/trace/trace_limit.h"
#include "formats/trace/trace_writer_internal.h"
#include "tests/unit/trace_fixture.h"

#define FUNCTIONS 7u

static struct fixture_file make_file(uint32_t context_limit)
{
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("limit.ncp"), name[16];
    uint64_t random = 3, ticks = 1000;
    uint32_t depth[2] = {0}, first = 0;
    assert_ok(trace_writer_open(&w, path, true, "{}", 900, 900, &err));
    if (context_limit)
        trace_writer_limit_contexts(w, context_limit);
    uint32_t process = trace_writer_process(w, 7, 0, "p");
    trace_writer_thread(w, process, 7, "a");
    trace_writer_thread(w, process, 8, "b");
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        snprintf(name, sizeof name, "f%u", i);
        uint32_t id = trace_writer_function(w, name, "", "", i, FUNCTION_NATIVE);
        first = i ? first : id;
    }
    for (int i = 0; i < 20000; i++) {
        uint32_t t = (uint32_t)random_below(&random, 2);
        ticks += random_below(&random, 50);
        if (depth[t] == 0 || (depth[t] < 9 && random_below(&random, 2))) {
            uint32_t function = first + (uint32_t)random_below(&random, FUNCTIONS);
            assert_ok(trace_writer_enter(w, t, function, ticks, &err));
            depth[t]++;
        } else {
            assert_ok(trace_writer_leave(w, t, ticks, &err));
            depth[t]--;
        }
        if (random_below(&random, 700) == 0)
            assert_ok(trace_writer_flush(w, &err));
    }
    trace_writer_sync(w, ticks, (int64_t)ticks);
    assert_ok(trace_writer_close(w, "{}", &err));
    struct fixture_file file = fixture_read(path);
    unlink(path);
    free(path);
    return file;
}

struct sums {
    uint64_t calls[16], self[16], returned[16];
};

static void add(struct sums *sums, const struct trace *trace)
{
    for (uint32_t t = 0; t < trace->definitions.threads.count; t++) {
        const struct trace_tree *tree = &trace->definitions.threads.data[t].tree;
        for (uint32_t i = 1; i < tree->contexts.count; i++) {
            sums->calls[tree->contexts.data[i].function] += tree->contexts.data[i].calls;
            sums->self[tree->contexts.data[i].function] += tree->contexts.data[i].self;
        }
    }
    for (uint32_t i = 0; i < trace->latency_count; i++)
        sums->returned[i] += trace->latency[i].total;
}

static void add_part(struct sums *sums, const struct fixture_file *file, int64_t from, int64_t to)
{
    struct error err = {0};
    struct trace *trace;
    assert_ok(trace_load(&trace, file->data, file->size, &err));
    assert_ok(trace_limit(trace, from, to, &err));
    add(sums, trace);
    trace_free(trace);
}

static void check_parts(uint32_t context_limit)
{
    struct fixture_file file = make_file(context_limit);
    struct error err = {0};
    struct trace *trace;
    struct sums whole = {0}, all = {0};
    assert_ok(trace_load(&trace, file.data, file.size, &err));
    add(&whole, trace);
    int64_t end = trace_clock_at(&trace->clock, trace->last);
    trace_free(trace);
    add_part(&all, &file, 0, end + 1);
    assert_memory_equal(&all, &whole, sizeof whole);
    uint64_t random = 8;
    for (int parts = 2; parts < 30; parts += 9) {
        struct sums sum = {0};
        int64_t from = 0;
        for (int i = 1; i < parts; i++) {
            int64_t to = end * i / parts + (int64_t)random_below(&random, 40);
            add_part(&sum, &file, from, to);
            from = to;
        }
        add_part(&sum, &file, from, INT64_MAX);
        assert_memory_equal(sum.calls, whole.calls, sizeof sum.calls);
        assert_memory_equal(sum.self, whole.self, sizeof sum.self);
        for (int i = 0; i < 16; i++)
            assert_true(sum.returned[i] <= whole.returned[i]);
    }
    free(file.data);
}

static void parts_add_up(void **state)
{
    (void)state;
    check_parts(0);
}

static void folded_contexts_too(void **state)
{
    (void)state;
    check_parts(20);
}

static void beyond_the_end_is_refused(void **state)
{
    (void)state;
    struct fixture_file file = make_file(0);
    struct error err = {0};
    struct trace *trace;
    assert_ok(trace_load(&trace, file.data, file.size, &err));
    assert_int_equal(trace_limit(trace, INT64_MAX - 1, INT64_MAX, &err), -1);
    assert_non_null(strstr(err.text, "before the range begins"));
    trace_free(trace);
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(folded_contexts_too),
        cmocka_unit_test(beyond_the_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
