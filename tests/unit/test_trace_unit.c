/* A trace's unit of time: moments are rounded down to it, and the errors do not add up. */
#include "formats/trace/replay.h"
#include "formats/trace/trace_unit.h"
#include "tests/unit/trace_fixture.h"

static void a_unit_divides_exactly(void **state)
{
    (void)state;
    static const uint64_t units[] = {1, 2, 3, 7, 10, 16, 20, 26, 30, 1000, TRACE_UNIT_MAX};
    uint64_t random = 5;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct trace_unit unit = trace_unit_make(units[i]);
        assert_true(trace_unit_of(unit, 0) == 0);
        for (int k = 0; k < 100000; k++) {
            uint64_t ticks = random_next(&random) >> (24 + random_below(&random, 40));
            assert_true(trace_unit_of(unit, ticks) == ticks / units[i]);
            ticks = ticks / units[i] * units[i];
            assert_true(trace_unit_of(unit, ticks) == ticks / units[i]);
        }
    }
}

static void an_impossible_unit_is_one_tick(void **state)
{
    (void)state;
    assert_true(trace_unit_of(trace_unit_make(0), UINT64_MAX) == UINT64_MAX);
    assert_true(trace_unit_of(trace_unit_make(TRACE_UNIT_MAX + 1ull), 77) == 77);
    assert_true(trace_unit_of(trace_unit_make(UINT64_MAX), 77) == 77);
}

/* Moments of which the file keeps 26 ticks a unit; a nanosecond is a tick of the clock. */
struct moments {
    ARRAY(uint64_t) ticks;
    uint32_t checked;
};

#define UNIT  26
#define START UINT64_C(1000003)

static void expect_moment(struct moments *moments, int64_t ns)
{
    uint64_t ticks = moments->ticks.data[moments->checked++];
    assert_int_equal(ns, (ticks / UNIT - START / UNIT) * UNIT);
}

static void expect_enter(void *payload, uint32_t function, int64_t ns)
{
    (void)function;
    expect_moment(payload, ns);
}

static void expect_leave(void *payload, uint32_t function, int64_t ns)
{
    (void)function;
    expect_moment(payload, ns);
}

static void check_events(const char *path, struct moments *moments)
{
    static const struct replay_visitor visitor = {expect_enter, expect_leave};
    struct error err = {0};
    struct trace *trace;
    struct fixture_file file = fixture_read(path);
    assert_ok(trace_load(&trace, file.data, file.size, &err));
    assert_ok(trace_replay(trace, 0, &visitor, moments, &err));
    assert_int_equal(moments->checked, moments->ticks.count);
    trace_free(trace);
    free(file.data);
}

/* Half a million calls of a few ticks each: rounded one by one, they would all be nothing. */
static void sums_stay_within_one_unit(void **state)
{
    (void)state;
    struct error err = {0};
    struct trace_writer *w;
    struct moments moments = {0};
    char *path = fixture_path("unit.ncp");
    uint64_t ticks = START, random = 11, self = 0;
    assert_ok(trace_writer_open(&w, path, false, "{\"clock\": {\"unit\": 26}}", START, 0, &err));
    uint32_t thread = trace_writer_thread(w, trace_writer_process(w, 1, 0, ""), 1, "");
    uint32_t main = trace_writer_function(w, "main", "", "", 0, FUNCTION_NATIVE);
    uint32_t tiny = trace_writer_function(w, "tiny", "", "", 0, FUNCTION_NATIVE);
    assert_ok(trace_writer_enter(w, thread, main, ticks, &err));
    *array_push(&moments.ticks) = ticks;
    for (int i = 0; i < 500000; i++) {
        ticks += 1 + random_below(&random, 30);
        assert_ok(trace_writer_enter(w, thread, tiny, ticks, &err));
        *array_push(&moments.ticks) = ticks;
        uint64_t taken = 1 + random_below(&random, 19);
        ticks += taken;
        self += taken;
        assert_ok(trace_writer_leave(w, thread, ticks, &err));
        *array_push(&moments.ticks) = ticks;
    }
    assert_ok(trace_writer_leave(w, thread, ticks, &err));
    *array_push(&moments.ticks) = ticks;
    uint64_t end = START + (ticks / UNIT - START / UNIT + 1) * UNIT;
    trace_writer_sync(w, end, (int64_t)(end / UNIT - START / UNIT) * UNIT);
    assert_ok(trace_writer_close(w, NULL, &err));

    check_events(path, &moments);
    struct profile *p = fixture_load_path(path);
    struct values values = profile_function(p, fixture_function(p, "tiny"), 0);
    assert_int_equal(values.calls, 500000);
    /* Half a million independent errors below a unit: their mean is near zero, not half a unit. */
    double error = ((double)values.self - (double)self) / 500000;
    assert_true(error > -0.05 && error < 0.05);
    values = profile_function(p, fixture_function(p, "main"), 0);
    assert_in_range(values.total, ticks - START - UNIT, ticks - START + UNIT);
    profile_free(p);
    array_free(&moments.ticks);
    unlink(path);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_divides_exactly),
        cmocka_unit_test(an_impossible_unit_is_one_tick),
        cmocka_unit_test(sums_stay_within_one_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
