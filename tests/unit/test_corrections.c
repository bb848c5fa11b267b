/* What is said of the recorder's own cost, in sentences and in `info`. */
#include "tests/unit/test.h"
#include "tui/corrections.h"
#include "tui/recording_costs.h"

#include <string.h>

static void nothing_is_said_of_nothing_taken_off(void **state)
{
    (void)state;
    struct metric metrics[] = {{"wall", "s", METRIC_TIME, 1e-9},
                               {"wall, raw", "s", METRIC_TIME, 1e-9}};
    struct profile empty = {.metrics = metrics, .metric_count = 2, .correction = {.raw = 1}};
    char text[200];
    for (uint32_t metric = 0; metric < 2; metric++) {
        corrections_sentence(&empty, metric, text, sizeof text);
        assert_string_equal(text, "");
    }
    corrections_brief(&empty, 0, PROFILE_NONE, text, sizeof text);
    assert_string_equal(text, "");
}

static void costs_are_said_in_words(void **state)
{
    (void)state;
    struct metadata metadata[] = {
        {"host", "example"},
        {"cost.native.hook", "pg"},
        {"cost.native.inside", "10.4"},
        {"cost.native.outside", "20.4"},
        {"cost.python.inside", "30"},
        {"cost.python.outside", "170"},
        {"cost.python.slowdown", "1.75"},
        {"cost.process.3.python.slowdown", "1"},
        {"cost.class.inside", "0"},
        {"cost.class.outside", "61.5"},
        {"cost.other", "5"},
        {"cost.natives.inside", "5"},
    };
    static const struct {
        bool told;
        const char *label, *text;
    } expected[] = {
        {false, NULL, NULL},
        {true, "recorded native call",
         "31 ns, 10 of them in its own time, the rest in its caller's, by pg"},
        {true, "", ""},
        {true, "", ""},
        {true, "recorded Python call",
         "200 ns, 30 of them in its own time, the rest in its caller's; 1.75 times as long between "
         "calls"},
        {true, "", ""},
        {true, "", ""},
        {true, "recorded Python call, process 3", "no slower between calls"},
        {true, "unrecorded call of a class", "62 ns, in its caller's time"},
        {true, "", ""},
        {false, NULL, NULL},
        {false, NULL, NULL},
    };
    struct profile profile = {.metadata = metadata,
                              .metadata_count = sizeof metadata / sizeof *metadata};
    for (uint32_t i = 0; i < profile.metadata_count; i++) {
        char label[128], text[128];
        assert_true(recording_costs_told(&profile, i, label, text, sizeof text) ==
                    expected[i].told);
        if (!expected[i].told)
            continue;
        assert_string_equal(label, expected[i].label);
        assert_string_equal(text, expected[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_of_nothing_taken_off),
        cmocka_unit_test(costs_are_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
