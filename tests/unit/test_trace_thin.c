/* Thinned traces: sums as if every call had its events, and of those only the calls that are
 * wanted. */
#include "formats/trace/replay.h"
#include "formats/trace/trace_writer_internal.h"
#include "tests/unit/trace_fixture.h"

#define FUNCTIONS 12u

/* A walk of calls, the same for every writer: from calls of a tick to some of many thousand. */
struct walk {
    uint64_t random, ticks;
    uint32_t depth;
};

static uint32_t state_functions(struct trace_writer *w)
{
    char name[16];
    uint32_t first = 0;
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        snprintf(name, sizeof name, "f%u", i);
        uint32_t id = trace_writer_function(w, name, "", "", i, FUNCTION_NATIVE);
        first = i ? first : id;
    }
    return first;
}

static bool walk_enters(struct walk *walk)
{
    if (walk->depth == 0)
        return true;
    return walk->depth < 10 && random_below(&walk->random, 16) < 8;
}

static void walk_on(struct walk *walk, struct trace_writer *w, uint32_t thread, uint32_t first)
{
    struct error err = {0};
    walk->ticks += random_below(&walk->random, 20);
    if (random_below(&walk->random, 100) == 0)
        walk->ticks += random_below(&walk->random, 20000);
    if (walk_enters(walk)) {
        /* Few of all contexts that could be. */
        uint32_t which = walk->depth * 5 + (uint32_t)random_below(&walk->random, 2);
        uint32_t function = first + which % FUNCTIONS;
        walk->depth++;
        assert_ok(trace_writer_enter(w, thread, function, walk->ticks, &err));
    } else {
        walk->depth--;
        assert_ok(trace_writer_leave(w, thread, walk->ticks, &err));
    }
}

struct plan {
    const char *metadata;
    uint32_t events, flush_every;
};

static struct fixture_file make_file(const struct plan *plan)
{
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("thin.ncp");
    struct walk walks[2] = {{.random = 1, .ticks = 1000}, {.random = 2, .ticks = 1000}};
    assert_ok(trace_writer_open(&w, path, true, plan->metadata, 500, 500, &err));
    uint32_t process = trace_writer_process(w, 7, 0, "p");
    trace_writer_thread(w, process, 7, "a");
    trace_writer_thread(w, process, 8, "b");
    uint32_t first = state_functions(w);
    for (uint32_t i = 0; i < plan->events; i++) {
        for (uint32_t t = 0; t < 2; t++)
            walk_on(&walks[t], w, t, first);
        if (plan->flush_every && i % plan->flush_every == 1)
            assert_ok(trace_writer_flush(w, &err));
    }
    trace_writer_sync(w, walks[0].ticks, (int64_t)walks[0].ticks);
    assert_ok(trace_writer_close(w, "{}", &err));
    struct fixture_file file = fixture_read(path);
    unlink(path);
    free(path);
    return file;
}

/* ---- comparing ---- */

static struct trace *load(const struct fixture_file *file, size_t size)
{
    struct error err = {0};
    struct trace *trace;
    assert_ok(trace_load(&trace, file->data, size, &err));
    trace_clock_init(&trace->clock, 0, 1);
    assert_int_equal(trace->damaged, 0);
    return trace;
}

static void check_tree(const struct trace_tree *a, const struct trace_tree *b)
{
    assert_int_equal(a->contexts.count, b->contexts.count);
    for (uint32_t i = 1; i < a->contexts.count; i++) {
        assert_int_equal(a->contexts.data[i].function, b->contexts.data[i].function);
        assert_int_equal(a->contexts.data[i].parent, b->contexts.data[i].parent);
        assert_int_equal(a->contexts.data[i].calls, b->contexts.data[i].calls);
        assert_int_equal(a->contexts.data[i].self, b->contexts.data[i].self);
    }
}

static void check_sums(const struct trace *a, const struct trace *b)
{
    assert_int_equal(a->definitions.threads.count, b->definitions.threads.count);
    for (uint32_t i = 0; i < a->definitions.threads.count; i++)
        check_tree(&a->definitions.threads.data[i].tree, &b->definitions.threads.data[i].tree);
    for (uint32_t i = 0; i < a->definitions.functions.count; i++) {
        const struct histogram *left = &a->latency[i], *right = &b->latency[i];
        assert_int_equal(left->total, right->total);
        assert_int_equal(left->count, right->count);
        assert_int_equal(left->min, right->min);
        assert_int_equal(left->max, right->max);
        for (uint32_t k = 0; k < left->count; k++)
            assert_memory_equal(&left->buckets[k], &right->buckets[k], sizeof *left->buckets);
    }
}

/* ---- replaying ---- */

/* Every call that a thread's events hold, with its length; open ones have none. */
struct call {
    uint32_t function, depth;
    int64_t begin, end;
};

struct calls {
    ARRAY(struct call) list;
    ARRAY(uint32_t) open;
};

static void on_enter(void *payload, uint32_t function, int64_t ticks)
{
    struct calls *calls = payload;
    *array_push(&calls->open) = calls->list.count;
    *array_push(&calls->list) =
        (struct call){.function = function, .depth = calls->open.count, .begin = ticks, .end = -1};
}

static void on_leave(void *payload, uint32_t function, int64_t ticks)
{
    struct calls *calls = payload;
    struct call *call = &calls->list.data[calls->open.data[--calls->open.count]];
    assert_int_equal(call->function, function);
    call->end = ticks;
}

static struct calls replay(struct trace *trace, uint32_t thread)
{
    static const struct replay_visitor visitor = {on_enter, on_leave};
    struct error err = {0};
    struct calls calls = {0};
    assert_ok(trace_replay(trace, thread, &visitor, &calls, &err));
    return calls;
}

static void free_calls(struct calls *calls)
{
    array_free(&calls->list);
    array_free(&calls->open);
}

/* The thinned calls are those of the whole trace in order, and none of `least` ticks is missing. */
static uint32_t check_calls(const struct calls *whole, const struct calls *thin, int64_t least)
{
    uint32_t at = 0, shorter = 0;
    for (uint32_t i = 0; i < whole->list.count; i++) {
        const struct call *call = &whole->list.data[i];
        if (at < thin->list.count && memcmp(call, &thin->list.data[at], sizeof *call) == 0) {
            at++;
            shorter += call->end >= 0 && call->end - call->begin < least;
        } else {
            assert_true(call->end >= 0 && call->end - call->begin < least);
        }
    }
    assert_int_equal(at, thin->list.count);
    return shorter;
}

/* ---- tests ---- */

static void check_thinned(const struct plan *plain, const struct plan *thin, int64_t least,
                          uint32_t most_shorter)
{
    struct fixture_file whole_file = make_file(plain), thin_file = make_file(thin);
    struct trace *whole = load(&whole_file, whole_file.size);
    struct trace *thinned = load(&thin_file, thin_file.size);
    check_sums(whole, thinned);
    assert_int_equal(whole->thinned, 0);
    uint64_t missing = 0;
    for (uint32_t t = 0; t < 2; t++) {
        struct calls a = replay(whole, t), b = replay(thinned, t);
        uint32_t shorter = check_calls(&a, &b, least);
        assert_true(shorter <= most_shorter);
        missing += a.list.count - b.list.count;
        free_calls(&a);
        free_calls(&b);
    }
    assert_int_equal(thinned->thinned, missing);
    assert_true(missing > 0);
    assert_true(thin_file.size < whole_file.size);
    trace_free(thinned);
    /* Without the footer, from chunk to chunk. */
    thinned = load(&thin_file, thin_file.size - 96);
    assert_false(thinned->indexed);
    check_sums(whole, thinned);
    assert_int_equal(thinned->thinned, missing);
    trace_free(whole);
    trace_free(thinned);
    free(whole_file.data);
    free(thin_file.data);
}

static void short_calls_leave_no_events(void **state)
{
    (void)state;
    static const struct plan plain = {"{}", 200000, 0},
                             thin = {"{\"thin\": {\"min_time_ns\": 300}}", 200000, 0};
    check_thinned(&plain, &thin, 300, 0);
}

/* Calls that are open where a chunk ends keep their events. */
static void chunks_end_anywhere(void **state)
{
    (void)state;
    for (uint32_t every = 3; every < 3000; every *= 7) {
        const struct plan plain = {"{}", 20000, every},
                          thin = {"{\"thin\": {\"min_time_ns\": 300}}", 20000, every};
        check_thinned(&plain, &thin, 300, 20000);
    }
}

static void a_file_stays_below_its_budget(void **state)
{
    (void)state;
    static const struct plan plain = {"{}", 600000, 5000};
    static const uint32_t budgets[] = {800000, 300000, 120000};
    struct fixture_file whole_file = make_file(&plain);
    struct trace *whole = load(&whole_file, whole_file.size);
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
        char *metadata = memory_printf("{\"thin\": {\"budget\": %u}}", budgets[i]);
        const struct plan thin = {metadata, 600000, 5000};
        struct fixture_file thin_file = make_file(&thin);
        struct trace *thinned = load(&thin_file, thin_file.size);
        assert_true(thin_file.size <= budgets[i]);
        assert_true(thinned->indexed);
        check_sums(whole, thinned);
        assert_true(thinned->thinned > 0);
        struct error err = {0};
        struct profile *p = fixture_load(thin_file.data, thin_file.size, &err);
        assert_non_null(p);
        assert_non_null(fixture_note(p, "only calls that take long enough have events"));
        assert_non_null(fixture_note(p, "calls have no events: a timeline lacks them"));
        profile_free(p);
        trace_free(thinned);
        free(thin_file.data);
        free(metadata);
    }
    trace_free(whole);
    free(whole_file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_calls_leave_no_events),
        cmocka_unit_test(chunks_end_anywhere),
        cmocka_unit_test(a_file_stays_below_its_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
