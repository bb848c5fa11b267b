#include "tests/unit/test.h"

#include "formats/documents/records.h"
#include "tests/unit/sample.h"
#include "tui/analysis/risk.h"

#include <string.h>

static int read_text(const char *text, struct score_records *records, struct error *err)
{
    struct input *input = input_from_memory(text, strlen(text), "scores.txt");
    int status = records_read(records, input, err);
    input_close(input);
    return status;
}

static void records(void **state)
{
    struct score_records list;
    struct error err = {0};
    (void)state;
    assert_int_equal(
        read_text("\xef\xbb\xbf a b ,\t5,ok\r\n\r\n , 4.99 ,x y\n\nz,1e1,Critical", &list, &err),
        0);
    struct risk_summary *summary = risk_of_records(&list);
    assert_int_equal(summary->count, 3);
    assert_int_equal(summary->high, 2);
    assert_string_equal(summary->records[0].name, "a b");
    assert_false(summary->records[0].is_high_risk); /* 5 is not below 5 */
    assert_string_equal(summary->records[1].severity, "x y");
    assert_true(summary->records[1].is_high_risk);
    assert_true(summary->records[2].is_high_risk);
    assert_true(summary->average == 6.66);
    risk_free(summary);
    records_free(&list);
}

static void refused_records(void **state)
{
    static const struct {
        const char *text, *said;
        uint64_t line;
    } cases[] = {
        {"", "holds no record", 0},
        {" \n\t\n", "holds no record", 0},
        {"a,1,ok\n\nb,2", "has 2 fields", 3},
        {"a,1,ok\nb,2,ok,", "has 4 fields", 2},
        {"alone", "has 1 field ", 1},
        {"name,score,severity\n", "the score \"score\" is no number", 1},
        {"a,,ok", "the score \"\" is no number", 1},
        {"a,0x10,ok", "is no number", 1},
        {"a,inf,ok", "is no number", 1},
        {"a,1e999,ok", "is no number", 1},
        {"a,1 2,ok", "is no number", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct score_records list;
        struct error err = {0};
        assert_int_equal(read_text(cases[i].text, &list, &err), -1);
        if (!strstr(err.text, cases[i].said) || err.line != cases[i].line)
            fail_msg("case %zu: %s, line %d", i, err.text, (int)err.line);
    }
}

static struct risk_summary *summarise(const struct profile *profile, const struct profile *base,
                                      double size_a, double size_b)
{
    struct risk_summary *summary;
    struct error err = {0};
    struct risk_query query = {
        .min_share = 0.05, .base = base, .base_size = size_a, .size = size_b};
    assert_int_equal(risk_of_profile(&summary, profile, &query, &err), 0);
    return summary;
}

/* Of 120 s main, walk and sum have 30 themselves, parse 20, run 10. */
static void shares(void **state)
{
    (void)state;
    struct profile *profile = sample_profile();
    struct risk_summary *summary = summarise(profile, NULL, NAN, NAN);
    assert_int_equal(summary->count, 5);
    assert_string_equal(summary->records[0].name, "main (app.py)");
    assert_true(summary->records[0].score == 7.5);
    assert_string_equal(summary->records[0].severity, "warn");
    assert_string_equal(summary->records[1].name, "sum (builtins)");
    assert_string_equal(summary->records[4].name, "run (__init__.py)");
    assert_true(summary->records[4].score == 9.17);
    assert_string_equal(summary->records[4].severity, "ok");
    assert_int_equal(summary->high, 3);
    assert_true(summary->average == 8);
    risk_free(summary);
    profile_free(profile);
}

static struct profile *two_functions(int64_t steady, int64_t growing)
{
    struct build *build = build_new();
    uint32_t metric = build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    uint32_t a = build_function(build, "steady", "", "a.py", 1, FUNCTION_PYTHON);
    uint32_t b = build_function(build, "growing", "", "a.py", 9, FUNCTION_PYTHON);
    build_function_values(build, a, metric,
                          (struct values){1, 1, SECONDS(steady), SECONDS(steady)});
    build_function_values(build, b, metric,
                          (struct values){1, 1, SECONDS(growing), SECONDS(growing)});
    build_flags(build, PROFILE_HAS_CALLS);
    return sample_finish(build);
}

static void growth(void **state)
{
    (void)state;
    struct profile *base = two_functions(90, 5), *now = two_functions(90, 10);
    /* 10 x 0.9 - 4 x log2(2) */
    struct risk_summary *summary = summarise(now, base, NAN, NAN);
    assert_string_equal(summary->records[0].name, "steady (a.py)");
    assert_true(summary->records[0].score == 1);
    assert_true(summary->records[1].score == 5);
    assert_string_equal(summary->records[1].severity, "critical");
    risk_free(summary);
    /* Twice the time for twice the input is linear; from sqrt(2) times the input it is quadratic.
     */
    summary = summarise(now, base, 10, 20);
    assert_true(summary->records[1].score == 9);
    assert_string_equal(summary->records[1].severity, "ok");
    risk_free(summary);
    summary = summarise(now, base, 10, 14.142135623730951);
    assert_true(summary->records[1].score == 5);
    assert_string_equal(summary->records[1].severity, "critical");
    risk_free(summary);
    profile_free(base);
    profile_free(now);
}

static void nothing_measured(void **state)
{
    struct risk_summary *summary;
    struct error err = {0};
    struct risk_query query = {.min_share = 0.05, .base_size = NAN, .size = NAN};
    (void)state;
    struct profile *profile = two_functions(0, 0);
    assert_int_equal(risk_of_profile(&summary, profile, &query, &err), -1);
    assert_int_equal(err.code, ERROR_USAGE);
    profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records), cmocka_unit_test(refused_records),  cmocka_unit_test(shares),
        cmocka_unit_test(growth),  cmocka_unit_test(nothing_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
