#include "tests/unit/test.h"

#include "formats/documents/limits.h"
#include "formats/profile/build.h"
#include "tui/analysis/gate.h"

#include <math.h>
#include <string.h>

struct fact {
    const char *name;
    uint64_t calls;
    double self, total; /* seconds */
};

static struct profile *profile_of(const struct fact *facts, size_t count, double size, bool calls)
{
    struct profile *profile;
    struct error err = {0};
    struct build *build = build_new();
    uint32_t metric = build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    build_flags(build, calls ? PROFILE_HAS_CALLS : 0);
    for (size_t i = 0; i < count; i++) {
        uint32_t function = build_function(build, facts[i].name, "", "a.py", 1, FUNCTION_PYTHON);
        struct values values = {facts[i].calls, facts[i].calls, (int64_t)(facts[i].self * 1e9),
                                (int64_t)(facts[i].total * 1e9)};
        build_function_values(build, function, metric, values);
    }
    if (!isnan(size))
        build_size(build, size);
    assert_int_equal(build_finish(build, &profile, &err), 0);
    return profile;
}

#define PROFILE(facts, size) profile_of(facts, sizeof(facts) / sizeof *(facts), size, true)

static struct limits limits_of(const char *text)
{
    struct limits limits;
    struct error err = {0};
    assert_int_equal(limits_parse(&limits, text, strlen(text), &err), 0);
    return limits;
}

/* Judges and frees the profiles' borrowers in one go; the caller frees the gate. */
static struct gate *judge(const struct profile *a, const struct profile *b, const char *text,
                          enum compare_normalise normalise)
{
    static struct limits limits; /* the gate borrows from it */
    struct compare_side base = {&a, 1, NULL, NAN}, now = {&b, 1, NULL, NAN};
    limits_free(&limits);
    limits = limits_of(text);
    struct gate_query query = {.limits = &limits, .normalise = normalise};
    struct gate *gate = gate_new(&base, &now, &query);
    return gate;
}

static const char *name_of(const struct gate *gate, uint32_t violation)
{
    return compare_function(gate->comparison, gate->violations.data[violation].row)->name;
}

static const struct fact before[] = {
    {"main", 1, 1, 100}, {"work", 10, 59, 60}, {"leaf", 1000, 36, 36}, {"small", 7, 4, 4}};

static void usual_limits(void **state)
{
    static const struct fact now[] = {
        {"main", 1, 1, 119}, {"work", 10, 70, 73}, {"leaf", 1001, 36, 36}, {"small", 70, 4, 4}};
    (void)state;
    struct profile *a = PROFILE(before, NAN), *b = PROFILE(now, NAN);
    struct gate *gate = judge(a, b, "{}", COMPARE_NORMALISE_NONE);
    assert_int_equal(gate->verdict, GATE_REGRESSED);
    assert_true(gate->usual);
    /* work: 60 s to 73 s is more than 20 %, leaf: one call more; small has 4 % only. */
    assert_int_equal(gate->violations.count, 2);
    assert_int_equal(gate->at_fault, 2);
    assert_int_equal(gate->judged.count, 3);
    assert_string_equal(name_of(gate, 0), "work");
    assert_int_equal(gate->violations.data[0].measure, COMPARE_CUMTIME);
    assert_string_equal(name_of(gate, 1), "leaf");
    assert_int_equal(gate->violations.data[1].measure, COMPARE_NCALLS);
    assert_true(gate->violations.data[1].value == 1.001);
    gate_free(gate);
    profile_free(a);
    profile_free(b);
}

static void a_limit_itself_holds(void **state)
{
    static const struct fact now[] = {
        {"main", 1, 1, 120}, {"work", 10, 72, 72}, {"leaf", 1000, 43.2, 43.2}, {"small", 7, 4, 4}};
    (void)state;
    struct profile *a = PROFILE(before, NAN), *b = PROFILE(now, NAN);
    struct gate *gate = judge(a, b, "{}", COMPARE_NORMALISE_NONE);
    assert_int_equal(gate->verdict, GATE_PASS);
    gate_free(gate);
    profile_free(a);
    profile_free(b);
}

static void growth_between_sizes(void **state)
{
    static const struct fact now[] = {{"main", 1, 1, 1000},
                                      {"work", 20, 118, 120},
                                      {"leaf", 4000, 800, 800},
                                      {"small", 14, 8, 8}};
    (void)state;
    struct profile *a = PROFILE(before, 10), *b = PROFILE(now, 20);
    struct gate *gate = judge(a, b, "{}", COMPARE_NORMALISE_NONE);
    assert_int_equal(gate->verdict, GATE_REGRESSED);
    assert_string_equal(name_of(gate, 0), "leaf");
    assert_int_equal(gate->violations.data[0].fault, GATE_EXPONENT);
    gate_free(gate);
    gate =
        judge(a, b, "{\"defaults\": {\"ncalls\": {\"max_exponent\": 2}}}", COMPARE_NORMALISE_NONE);
    assert_int_equal(gate->verdict, GATE_PASS);
    gate_free(gate);
    gate = judge(a, b, "{\"defaults\": {\"ncalls\": {\"max_ratio\": 9}}}", COMPARE_NORMALISE_NONE);
    assert_int_equal(gate->verdict, GATE_NOT_JUDGED);
    assert_non_null(strstr(gate->reasons.data[0], "--max-exponent"));
    gate_free(gate);
    /* Scaled by size, 4000 calls are 2000: twice what they were. */
    gate =
        judge(a, b, "{\"defaults\": {\"ncalls\": {\"max_ratio\": 1.5}}}", COMPARE_NORMALISE_SIZE);
    assert_int_equal(gate->violations.count, 1);
    assert_true(gate->violations.data[0].value == 2);
    gate_free(gate);
    profile_free(a);
    profile_free(b);
}

static void limits_of_functions(void **state)
{
    static const struct fact now[] = {
        {"main", 1, 1, 100}, {"work", 15, 59, 60}, {"leaf", 2000, 36, 36}, {"small", 9, 4, 4}};
    static const struct {
        const char *limits;
        enum gate_verdict verdict;
        uint32_t violations;
    } cases[] = {
        {"{\"functions\": {\"leaf\": {\"ncalls\": {\"max_ratio\": 2}}}}", GATE_REGRESSED, 1},
        {"{\"functions\": {\"leaf|work\": {\"ncalls\": {\"max_ratio\": 2}}}}", GATE_PASS, 0},
        {"{\"functions\": {\"leaf|work\": {\"ncalls\": {\"max_ratio\": null}}}}", GATE_PASS, 0},
        /* A function that is named is judged however small it is. */
        {"{\"functions\": {\"small\": {\"ncalls\": {\"max_ratio\": 1}}, "
         "\"leaf|work\": {\"ncalls\": {\"max_ratio\": null}}}}",
         GATE_REGRESSED, 1},
        {"{\"functions\": {\"nowhere\": {\"ncalls\": {\"max_ratio\": 1}}}, "
         "\"defaults\": {\"cumtime\": {\"max_ratio\": 2}}}",
         GATE_NOT_JUDGED, 0},
        /* Nothing is asked of it, so that it need not be there. */
        {"{\"functions\": {\"nowhere\": {\"ncalls\": {\"max_ratio\": null}}}, "
         "\"defaults\": {\"cumtime\": {\"max_ratio\": 2}}}",
         GATE_PASS, 0},
        {"{\"min_share\": 100, \"defaults\": {\"ncalls\": {\"max_ratio\": 1}}}", GATE_PASS, 0},
        {"{\"defaults\": {\"ncalls\": {\"max_ratio\": null}}}", GATE_NOT_JUDGED, 0},
    };
    (void)state;
    struct profile *a = PROFILE(before, NAN), *b = PROFILE(now, NAN);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate *gate = judge(a, b, cases[i].limits, COMPARE_NORMALISE_NONE);
        if (gate->verdict != cases[i].verdict || gate->violations.count != cases[i].violations)
            fail_msg("case %zu: %s, %u violations", i, gate_verdict_name(gate->verdict),
                     gate->violations.count);
        gate_free(gate);
    }
    profile_free(a);
    profile_free(b);
}

static void without_calls(void **state)
{
    (void)state;
    struct profile *a = profile_of(before, 4, NAN, false), *b = profile_of(before, 4, NAN, false);
    struct gate *gate = judge(a, b, "{}", COMPARE_NORMALISE_NONE);
    assert_int_equal(gate->verdict, GATE_PASS);
    assert_int_equal(gate->notes.count, 1);
    gate_free(gate);
    gate = judge(a, b, "{\"defaults\": {\"ncalls\": {\"max_ratio\": 2}}}", COMPARE_NORMALISE_NONE);
    assert_int_equal(gate->verdict, GATE_NOT_JUDGED);
    gate_free(gate);
    profile_free(a);
    profile_free(b);
}

static void new_and_gone(void **state)
{
    static const struct fact now[] = {
        {"main", 1, 1, 100}, {"work", 10, 59, 60}, {"other", 9, 40, 40}};
    (void)state;
    struct profile *a = PROFILE(before, NAN), *b = PROFILE(now, NAN);
    struct gate *gate = judge(a, b, "{}", COMPARE_NORMALISE_NONE);
    assert_int_equal(gate->violations.count, 1);
    assert_int_equal(gate->violations.data[0].fault, GATE_NEW_FUNCTION);
    assert_string_equal(name_of(gate, 0), "other");
    assert_int_equal(gate->gone.count, 1);
    assert_string_equal(compare_function(gate->comparison, gate->gone.data[0])->name, "leaf");
    gate_free(gate);
    profile_free(a);
    profile_free(b);
}

/* From nothing to something has no ratio, and is more than any. */
static void from_nothing(void **state)
{
    static const struct fact was[] = {{"main", 1, 10, 10}, {"late", 1, 0, 10}};
    static const struct fact now[] = {{"main", 1, 10, 10}, {"late", 1, 1, 10}};
    (void)state;
    struct profile *a = PROFILE(was, NAN), *b = PROFILE(now, NAN);
    struct gate *gate =
        judge(a, b, "{\"defaults\": {\"tottime\": {\"max_ratio\": 1000}}}", COMPARE_NORMALISE_NONE);
    assert_int_equal(gate->violations.count, 1);
    assert_true(isinf(gate->violations.data[0].value));
    gate_free(gate);
    profile_free(a);
    profile_free(b);
}

static void refused_limits(void **state)
{
    static const struct {
        const char *text, *said;
        uint64_t line;
    } cases[] = {
        {"", "is no valid JSON", 1},
        {"{\n \"defaults\": {\n  oops}}", "is no valid JSON", 3},
        {"{} {}", "is no valid JSON", 1},
        {"[]", "holds no JSON object", 0},
        {"{\"default\": {}}", "unknown key \"default\"", 0},
        {"{\"defaults\": 7}", "defaults is no object", 0},
        {"{\"defaults\": {\"calls\": {}}}", "defaults has the unknown key \"calls\"", 0},
        {"{\"defaults\": {\"ncalls\": 1}}", "defaults.ncalls is no object", 0},
        {"{\"functions\": {\"f\": {\"ncalls\": {\"max\": 1}}}}",
         "functions.\"f\".ncalls has the unknown key \"max\"", 0},
        {"{\"functions\": {\"f\": {\"ncalls\": {\"max_ratio\": \"1\"}}}}",
         "functions.\"f\".ncalls.max_ratio is not a number", 0},
        {"{\"functions\": {\"f\": {\"ncalls\": {\"max_ratio\": -1}}}}", "from 0 on", 0},
        {"{\"functions\": {\"f\": {\"ncalls\": {\"max_ratio\": 1e999}}}}", "is not a number", 0},
        {"{\"functions\": {\"\": {}}}", "empty name", 0},
        {"{\"functions\": []}", "functions is no object", 0},
        {"{\"min_share\": 101}", "min_share is no percentage", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct limits limits;
        struct error err = {0};
        assert_int_equal(limits_parse(&limits, cases[i].text, strlen(cases[i].text), &err), -1);
        if (!strstr(err.text, cases[i].said) || err.line != cases[i].line)
            fail_msg("case %zu: %s, line %d", i, err.text, (int)err.line);
    }
}

static void command_line_limits(void **state)
{
    static const char *const refused[] = {"",          "cumtime",      "cumtime=", "calls=1",
                                          "ncalls=-1", "ncalls=1.2.3", "ncalls=x", "ncalls=inf"};
    struct limits limits;
    struct error err = {0};
    (void)state;
    limits_init(&limits);
    assert_int_equal(limits_set(&limits.defaults, LIMIT_RATIO, "cumtime=1.25", &err), 0);
    assert_true(limits.defaults.max[LIMIT_CUMTIME][LIMIT_RATIO] == 1.25);
    assert_int_equal(limits_set(&limits.defaults, LIMIT_EXPONENT, "ncalls=-0.5", &err), 0);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (!limits_set(&limits.defaults, LIMIT_RATIO, refused[i], &err))
            fail_msg("%s is taken", refused[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_limits),         cmocka_unit_test(a_limit_itself_holds),
        cmocka_unit_test(growth_between_sizes), cmocka_unit_test(limits_of_functions),
        cmocka_unit_test(without_calls),        cmocka_unit_test(new_and_gone),
        cmocka_unit_test(from_nothing),         cmocka_unit_test(refused_limits),
        cmocka_unit_test(command_line_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
