#include "tests/unit/test.h"

#include "tests/unit/sample.h"
#include "tui/analysis/butterfly.h"

#include <string.h>

static void assert_row(const struct butterfly *butterfly, const struct butterfly_row *row,
                       const char *name, uint64_t calls, int64_t self, int64_t total, double share)
{
    const struct profile *profile = butterfly->profile;
    const char *found =
        row->function == PROFILE_NONE ? "(itself)" : profile->functions[row->function].name;
    assert_string_equal(found, name);
    assert_int_equal(row->values.calls, calls);
    assert_int_equal(row->values.self, self);
    assert_int_equal(row->values.total, total);
    assert_true(row->share > share - 1e-9 && row->share < share + 1e-9);
}

static void callers_and_callees(void **state)
{
    struct profile *profile = sample_profile();
    struct butterfly *butterfly = butterfly_new(profile, MAIN, 0);
    (void)state;
    assert_int_equal(butterfly->caller_count, 0);
    assert_int_equal(butterfly->unaccounted_calls, 1);
    assert_int_equal(butterfly->callee_count, 3);
    assert_row(butterfly, &butterfly->callees[0], "parse", 1, SECONDS(20), SECONDS(60), 0.6);
    assert_row(butterfly, &butterfly->callees[1], "(itself)", 0, SECONDS(30), SECONDS(30), 0.3);
    assert_row(butterfly, &butterfly->callees[2], "sum", 1, SECONDS(10), SECONDS(10), 0.1);
    butterfly_free(butterfly);
    profile_free(profile);
}

static void several_callers(void **state)
{
    struct profile *profile = sample_profile();
    struct butterfly *butterfly = butterfly_new(profile, SUM, 0);
    char text[512];
    (void)state;
    assert_int_equal(butterfly->caller_count, 3);
    assert_int_equal(butterfly->unaccounted_calls, 0);
    /* 10 s each: by name */
    assert_row(butterfly, &butterfly->callers[0], "main", 1, SECONDS(10), SECONDS(10), 1.0 / 3);
    assert_row(butterfly, &butterfly->callers[1], "run", 1, SECONDS(10), SECONDS(10), 1.0 / 3);
    assert_row(butterfly, &butterfly->callers[2], "walk", 1, SECONDS(10), SECONDS(10), 1.0 / 3);
    assert_int_equal(butterfly->callee_count, 1);
    butterfly_sentence(butterfly, text, sizeof text);
    assert_string_equal(text,
                        "sum takes 30.0 s, 30.0 s of it itself; most of it for main (33.3 %).");
    butterfly_free(butterfly);
    profile_free(profile);
}

static void recursion(void **state)
{
    struct profile *profile = sample_profile();
    struct butterfly *butterfly = butterfly_new(profile, WALK, 0);
    (void)state;
    assert_int_equal(butterfly->caller_count, 2);
    assert_row(butterfly, &butterfly->callers[0], "parse", 1, SECONDS(20), SECONDS(40), 1);
    assert_string_equal(profile->functions[butterfly->callers[1].function].name, "walk");
    assert_int_equal(butterfly->callers[1].values.calls, 1);
    butterfly_free(butterfly);
    profile_free(profile);
}

static void cells(void **state)
{
    struct profile *profile = sample_profile();
    struct butterfly *butterfly = butterfly_new(profile, MAIN, 0);
    struct butterfly_side callees = butterfly_callees(butterfly);
    static const char *const expected[2][5] = {
        {"1", "20.000 s", "60.000 s", "60.0", "parse  parse:12"},
        {"", "30.000 s", "30.000 s", "30.0", "(itself)"}};
    char text[128];
    (void)state;
    for (uint32_t row = 0; row < 2; row++)
        for (size_t i = 0; butterfly_columns[i].id; i++) {
            butterfly_columns[i].text(&callees, row, text, sizeof text);
            assert_string_equal(text, expected[row][i]);
        }
    butterfly_free(butterfly);
    profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callers_and_callees),
        cmocka_unit_test(several_callers),
        cmocka_unit_test(recursion),
        cmocka_unit_test(cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
