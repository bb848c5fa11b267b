/* Callgrind's format: what its writers write, what is derived of it, and what nobody should. */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIXTURES "tests/fuzz/corpus/"

static struct profile *load_fixture(const char *name)
{
    struct error err = {0};
    struct profile *profile = NULL;
    char *path = memory_printf(FIXTURES "%s", name);
    if (profile_load(&profile, path, NULL, &err))
        fail_msg("%s: %s", path, err.text);
    assert_string_equal(profile->format, "callgrind");
    assert_int_equal(profile_check(profile, &err), 0);
    free(path);
    return profile;
}

static int load_text(const char *text, struct profile **profile, struct error *err)
{
    *err = (struct error){0};
    *profile = NULL;
    int status =
        profile_load_memory(profile, text, strlen(text), "made.callgrind", "callgrind", err);
    if (!status)
        assert_int_equal(profile_check(*profile, err), 0);
    return status;
}

static struct profile *load_good(const char *text)
{
    struct error err;
    struct profile *profile;
    if (load_text(text, &profile, &err))
        fail_msg("%s", err.text);
    return profile;
}

static uint32_t find(const struct profile *p, const char *name)
{
    for (uint32_t f = 0; f < p->function_count; f++)
        if (!strcmp(p->functions[f].name, name))
            return f;
    fail_msg("no function %s", name);
    return 0;
}

static void assert_values(const struct profile *p, const char *name, uint32_t metric,
                          struct values expected)
{
    struct values values = profile_function(p, find(p, name), metric);
    assert_int_equal(values.calls, expected.calls);
    assert_int_equal(values.primitive, expected.primitive);
    assert_int_equal(values.self, expected.self);
    assert_int_equal(values.total, expected.total);
}

static void assert_edge(const struct profile *p, const char *caller, const char *callee,
                        uint64_t calls, int64_t total)
{
    uint32_t first, end, f = find(p, callee);
    profile_callees(p, find(p, caller), &first, &end);
    for (; first < end; first++) {
        if (p->edges[first].callee != f)
            continue;
        assert_int_equal(p->edges[first].calls, calls);
        assert_int_equal(profile_edge(p, first, 0).total, total);
        return;
    }
    fail_msg("no call of %s by %s", callee, caller);
}

static bool has_note(const struct profile *p, const char *words)
{
    for (uint32_t i = 0; i < p->note_count; i++)
        if (strstr(p->notes[i], words))
            return true;
    return false;
}

static void names_positions_jumps_and_levels(void **state)
{
    (void)state;
    struct profile *p = load_fixture("compressed.callgrind");
    assert_int_equal(p->function_count, 3);
    assert_values(p, "main", 0, (struct values){0, 0, 20, 100});
    assert_values(p, "work", 0, (struct values){6, 1, 40, 60});
    assert_values(p, "load", 0, (struct values){3, 3, 40, 40});
    assert_edge(p, "main", "work", 1, 60);
    assert_edge(p, "main", "load", 2, 20);
    assert_edge(p, "work", "work", 5, 50);
    assert_edge(p, "work", "load", 1, 20);
    const struct function *load = &p->functions[find(p, "load")];
    assert_string_equal(load->module, "libx.so");
    assert_string_equal(load->file, "x.c");
    assert_string_equal(p->functions[find(p, "main")].file, "work.c");
    assert_string_equal(profile_metadata(p, "command"), "./work big");
    assert_true(p->flags & PROFILE_HAS_PRIMITIVE);
    assert_int_equal(p->note_count, 0);
    profile_free(p);
}

static void several_events_and_derived_ones(void **state)
{
    (void)state;
    struct profile *p = load_fixture("compressed.callgrind");
    assert_int_equal(p->metric_count, 3);
    assert_string_equal(p->metrics[1].name, "Dr");
    assert_string_equal(p->metrics[2].name, "Cost");
    assert_int_equal(profile_total(p, 1, PROFILE_NONE), 10);
    assert_int_equal(profile_total(p, 2, PROFILE_NONE), 200);
    assert_int_equal(profile_function(p, find(p, "load"), 2).self, 100);
    profile_free(p);
}

static void cachegrind_has_no_calls(void **state)
{
    (void)state;
    struct profile *p = load_fixture("plain.cachegrind");
    assert_int_equal(p->flags & (PROFILE_HAS_CALLS | PROFILE_HAS_EDGES), 0);
    assert_values(p, "main", 0, (struct values){0, 0, 12, 12});
    assert_values(p, "???", 1, (struct values){0, 0, -3, -3});
    assert_string_equal(p->functions[find(p, "???")].file, "");
    profile_free(p);
}

static void xdebug_units_and_a_cycle(void **state)
{
    (void)state;
    struct profile *p = load_fixture("xdebug.callgrind");
    assert_string_equal(p->metrics[0].name, "time");
    assert_int_equal(p->metrics[0].kind, METRIC_TIME);
    assert_string_equal(p->metrics[1].name, "memory");
    assert_int_equal(p->metrics[1].kind, METRIC_BYTES);
    /* even is called for 60 by main and for 20 by odd, which is in these 60 already. */
    assert_values(p, "even", 0, (struct values){3, 3, 300, 600});
    assert_values(p, "odd", 0, (struct values){1, 1, 300, 500});
    assert_values(p, "{main}", 0, (struct values){0, 0, 50, 650});
    assert_int_equal(p->flags & PROFILE_HAS_PRIMITIVE, 0);
    profile_free(p);
}

static void yappi_names_hold_file_and_line(void **state)
{
    (void)state;
    struct profile *p = load_fixture("yappi.callgrind");
    const struct function *decode = &p->functions[find(p, "decode")];
    assert_string_equal(decode->file, "<frozen codecs>");
    assert_int_equal(decode->line, 3);
    assert_int_equal(decode->kind, FUNCTION_PYTHON);
    assert_values(p, "main", 0, (struct values){0, 0, 10000, 31000});
    assert_values(p, "(9)", 0, (struct values){1, 1, 0, 1000});
    assert_true(has_note(p, "2 compressed names were never explained"));
    profile_free(p);
}

static void file_after_function_and_before(void **state)
{
    (void)state;
    struct profile *p = load_fixture("lsprof.callgrind");
    assert_int_equal(p->function_count, 3);
    assert_string_equal(p->functions[find(p, "step a:9")].file, "/srv/b.py");
    assert_edge(p, "run a:1", "<built-in method decompress>", 4, 30);
    assert_values(p, "run a:1", 0, (struct values){0, 0, 10, 60});
    profile_free(p);
}

static void relative_costs(void **state)
{
    (void)state;
    struct profile *p = load_fixture("relative.callgrind");
    assert_values(p, "main", 0, (struct values){0, 0, 20, 820});
    assert_values(p, "func1", 0, (struct values){1, 1, 100, 400});
    assert_values(p, "func2", 0, (struct values){5, 5, 700, 700});
    profile_free(p);
}

static void parts_are_added_up(void **state)
{
    (void)state;
    struct profile *p = load_good("version: 1\npart: 1\nevents: A B\nfn=(1) f\n1 1 2\ntotals: 1 2\n"
                                  "part: 2\nevents: B C\nfn=(1)\n1 10 20\ntotals: 10 20\n");
    assert_int_equal(p->metric_count, 3);
    assert_int_equal(profile_function(p, 0, 0).self, 1);
    assert_int_equal(profile_function(p, 0, 1).self, 12);
    assert_int_equal(profile_function(p, 0, 2).self, 20);
    assert_true(has_note(p, "2 parts"));
    profile_free(p);
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    struct error err;
    struct profile *p;
    assert_int_equal(load_text("fn=f\n1 2\n", &p, &err), -1);
    assert_int_equal(err.line, 2);
    assert_non_null(strstr(err.text, "events"));
    assert_int_equal(load_text("events: A\nfn=f\nwhat is this\n", &p, &err), -1);
    assert_int_equal(err.line, 3);
    p = load_good("creator: callgrind-3\nevents: A\nfn=f\n1 2\n1 2 3\n1 x\n");
    assert_true(has_note(p, "is cut short"));
    assert_true(p->flags & PROFILE_TRUNCATED);
    assert_true(has_note(p, "2 lines are not understood and are left out, the first is line 5"));
    profile_free(p);
}

static void too_large(void **state)
{
    (void)state;
    struct error err;
    struct profile *p = load_good("events: A_(ms)\nfn=f\n1 9000000000000000000\ncfn=g\n"
                                  "calls=18446744073709551615 1\n1 9000000000000000000\n"
                                  "fn=(18446744073709551615) h\n1 7\n1 99999999999999999999\n");
    assert_int_equal(profile_function(p, find(p, "f"), 0).self, 0);
    assert_int_equal(profile_function(p, find(p, "h"), 0).self, 7000000);
    assert_true(has_note(p, "too large"));
    profile_free(p);
    char text[1024] = "events:";
    for (int i = 0; i < 65; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), " e%d", i);
    assert_int_equal(load_text(text, &p, &err), -1);
    assert_non_null(strstr(err.text, "more than 64 events"));
}

/* A chain of calls and back: one cycle of 200,000 functions. */
static void a_long_cycle_takes_linear_time(void **state)
{
    (void)state;
    enum { FUNCTIONS = 200000 };
    size_t size = (size_t)FUNCTIONS * 48 + 64, used = 0;
    char *text = memory_alloc(size);
    used += (size_t)snprintf(text, size, "events: A\nfl=f\n");
    for (int i = 0; i < FUNCTIONS; i++)
        used += (size_t)snprintf(text + used, size - used, "fn=%d\n1 1\ncfn=%d\ncalls=1 1\n1 5\n",
                                 i, (i + 1) % FUNCTIONS);
    clock_t before = clock();
    struct profile *p = load_good(text);
    assert_true(clock() - before < 20 * CLOCKS_PER_SEC);
    assert_values(p, "7", 0, (struct values){1, 1, 1, 6});
    profile_free(p);
    free(text);
}

/* ---- the writer ---- */

static struct profile *rewritten(const struct profile *p)
{
    char *text = NULL;
    size_t size = 0;
    struct error err = {0};
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    assert_int_equal(writer_by_name("callgrind")->write(p, file, &err), 0);
    fclose(file);
    struct profile *again = load_good(text);
    free(text);
    return again;
}

/* Equal but for primitive calls, which the format does not hold. */
static void assert_same(const struct profile *a, const struct profile *b)
{
    assert_int_equal(a->metric_count, b->metric_count);
    assert_int_equal(a->function_count, b->function_count);
    assert_int_equal(a->edge_count, b->edge_count);
    for (uint32_t m = 0; m < a->metric_count; m++) {
        assert_string_equal(a->metrics[m].name, b->metrics[m].name);
        assert_int_equal(a->metrics[m].kind, b->metrics[m].kind);
        for (uint32_t f = 0; f < a->function_count; f++) {
            struct values x = profile_function(a, f, m);
            struct values y = profile_function(b, find(b, a->functions[f].name), m);
            assert_int_equal(x.calls, y.calls);
            assert_int_equal(x.self, y.self);
            assert_int_equal(x.total, y.total);
        }
    }
    for (uint32_t e = 0; e < a->edge_count; e++)
        assert_edge(b, a->functions[a->edges[e].caller].name, a->functions[a->edges[e].callee].name,
                    a->edges[e].calls, profile_edge(a, e, 0).total);
}

static void round_trips(void **state)
{
    (void)state;
    static const char *const names[] = {"plain.cachegrind", "xdebug.callgrind", "lsprof.callgrind",
                                        "yappi.callgrind", "relative.callgrind"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct profile *p = load_fixture(names[i]), *again = rewritten(p);
        assert_same(p, again);
        assert_int_equal(p->flags & PROFILE_HAS_CALLS, again->flags & PROFILE_HAS_CALLS);
        profile_free(again);
        profile_free(p);
    }
}

static void samples_have_no_calls(void **state)
{
    (void)state;
    struct error err = {0};
    struct profile *p;
    assert_int_equal(profile_load(&p, FIXTURES "simple.folded", NULL, &err), 0);
    struct profile *again = rewritten(p);
    assert_int_equal(again->flags & PROFILE_HAS_CALLS, 0);
    assert_int_equal(again->metrics[0].kind, METRIC_SAMPLES);
    assert_same(p, again);
    profile_free(again);
    profile_free(p);
}

static void same_names_are_told_apart(void **state)
{
    (void)state;
    struct error err;
    struct build *build = build_new();
    uint32_t time = build_metric(build, "time", "s", METRIC_TIME, 1e-9);
    for (uint32_t line = 1; line < 3; line++) {
        uint32_t f = build_function(build, "<lambda>", "", "a.py", line, FUNCTION_PYTHON);
        build_function_values(build, f, time, (struct values){1, 1, line, line});
    }
    struct profile *p;
    assert_int_equal(build_finish(build, &p, &err), 0);
    struct profile *again = rewritten(p);
    assert_int_equal(again->function_count, 2);
    assert_int_equal(profile_function(again, find(again, "<lambda>:2"), 0).self, 2);
    assert_int_equal(again->functions[find(again, "<lambda>:2")].line, 2);
    profile_free(again);
    profile_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_positions_jumps_and_levels),
        cmocka_unit_test(several_events_and_derived_ones),
        cmocka_unit_test(cachegrind_has_no_calls),
        cmocka_unit_test(xdebug_units_and_a_cycle),
        cmocka_unit_test(yappi_names_hold_file_and_line),
        cmocka_unit_test(file_after_function_and_before),
        cmocka_unit_test(relative_costs),
        cmocka_unit_test(parts_are_added_up),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(too_large),
        cmocka_unit_test(a_long_cycle_takes_linear_time),
        cmocka_unit_test(round_trips),
        cmocka_unit_test(samples_have_no_calls),
        cmocka_unit_test(same_names_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
