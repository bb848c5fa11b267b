#include "tests/unit/test.h"

#include "capture/launcher/words.h"
#include "capture/plan/command.h"
#include "capture/plan/dates.h"
#include "capture/plan/document.h"
#include "capture/plan/owner.h"
#include "capture/plan/placeholders.h"
#include "capture/plan/plan.h"
#include "capture/plan/result.h"
#include "capture/plan/schedule.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct plan *plan_of(const char *text)
{
    struct plan *plan;
    struct error err = {0};
    if (plan_load_text(&plan, memory_string(text), "plan.json", "/x/plan.json", &err))
        fail_msg("%s", err.text);
    return plan;
}

/* The sentence that the plan is refused with. */
static const char *refusal(const char *text)
{
    static char sentence[1200];
    struct plan *plan;
    struct error err = {0};
    if (plan_load_text(&plan, memory_string(text), "plan.json", "/x/plan.json", &err) == 0) {
        plan_free(plan);
        return "it is a plan";
    }
    error_text(&err, sentence, sizeof sentence);
    return sentence;
}

static void days_count_both_dates(void **state)
{
    (void)state;
    static const struct {
        const char *start, *end, *inclusive;
        uint32_t days;
    } cases[] = {
        {"2025-01-20", "2025-01-26", "", 7},
        {"2025-01-20", "2025-01-26", ", \"inclusive\": true", 7},
        {"2025-01-20", "2025-01-26", ", \"inclusive\": false", 6},
        {"2025-01-20", "2025-01-20", "", 1},
        {"2024-02-01", "2024-02-29", "", 29},
        {"2024-09-01", "2025-06-30", "", 303},
        {"2024-12-31", "2025-01-01", "", 2},
        {"1900-02-28", "1900-03-01", "", 2},
        {"2000-02-28", "2000-03-01", "", 3},
        {"0001-01-01", "9999-12-31", "", 3652059},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text =
            memory_printf("{\"runs\": [{\"id\": \"a\", \"start\": \"%s\", \"end\": \"%s\"%s}]}",
                          cases[i].start, cases[i].end, cases[i].inclusive);
        struct plan *plan = plan_of(text);
        assert_int_equal(plan->runs[0].days, cases[i].days);
        assert_true(plan_run_size(&plan->runs[0]) == cases[i].days);
        plan_free(plan);
        free(text);
    }
}

static void size_is_its_own_else_the_days(void **state)
{
    (void)state;
    struct plan *plan =
        plan_of("{\"runs\": [{\"id\": \"a\", \"size\": 2.5, \"start\": \"2025-01-20\","
                " \"end\": \"2025-01-26\"}, {\"id\": \"b\", \"size\": null}]}");
    assert_true(plan_run_size(&plan->runs[0]) == 2.5);
    assert_true(isnan(plan_run_size(&plan->runs[1])));
    plan_free(plan);
}

static void dates(void **state)
{
    (void)state;
    int64_t days;
    time_t when;
    char text[DATE_TIME_SIZE];
    assert_true(date_parse("1970-01-01", &days) && days == 0);
    assert_true(date_parse("2000-03-01", &days) && days == 11017);
    static const char *const none[] = {"",           "2025-02-30", "2025-02-29", "2025-13-01",
                                       "2025-00-01", "2025-01-00", "2025-1-1",   "2025-01-01 ",
                                       "0000-01-01", "2025/01/01", "20250101",   "abcd-ef-gh"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(date_parse(none[i], &days));
    date_time_text(1738404000, text);
    assert_string_equal(text, "2025-02-01T10:00:00Z");
    assert_true(date_time_parse(text, &when) && when == 1738404000);
    assert_false(date_time_parse("2025-02-01 10:00:00Z", &when));
    assert_false(date_time_parse("2025-02-01T25:00:00Z", &when));
}

static void a_yappi_plan_needs_no_command(void **state)
{
    (void)state;
    struct plan *plan =
        plan_of("{\"runs\": [{\"id\": \"phase0-cold-2024-09\", \"start\": \"2024-09-01\", \"end\": "
                "\"2024-09-30\", \"label\": \"month\", \"phase\": 0, \"description\": \"cold\", "
                "\"status\": "
                "\"done\"}, {\"id\": \"x\", \"phase\": \"one\", \"label\": null}], \"results\": "
                "{\"x\": null, "
                "\"gone\": {}, \"phase0-cold-2024-09\": {\"seconds\": 60.5, \"trace\": 7}}}");
    char **words;
    struct error err;
    assert_string_equal(plan->runs[0].phase, "0");
    assert_string_equal(plan->runs[1].phase, "one");
    assert_string_equal(plan->runs[1].label, "");
    assert_int_equal(plan->runs[0].status, PLAN_DONE);
    assert_int_equal(plan->runs[1].status, PLAN_PENDING);
    assert_int_equal(plan_expand_command(plan, &plan->runs[0], "o", &words, &err), 0);
    assert_null(words);
    struct plan_result result = plan_result(plan, 0);
    assert_true(result.seconds == 60.5);
    assert_string_equal(result.trace, "");
    assert_true(isnan(plan_result(plan, 1).seconds));
    assert_string_equal(plan_output_folder(plan), "profiling");
    assert_int_equal(plan_find(plan, "x"), 1);
    assert_int_equal(plan_find(plan, "gone"), PLAN_NONE);
    plan_free(plan);
}

static void refusals_tell_the_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"", "plan.json: the JSON ends too early at column 1 (line 1)"},
        {"{\"runs\": [\n  7,, 8]}", "plan.json: this is no JSON at column 5 (line 2)"},
        {"[]", "plan.json: this is no plan: a JSON object is wanted"},
        {"{}", "plan.json: this is no plan: it has no \"runs\""},
        {"{\"runs\": {}}", "plan.json: runs must be a list"},
        {"{\"runs\": [7]}", "plan.json: runs[0] must be an object"},
        {"{\"runs\": [{}]}", "plan.json: runs[0]: id is missing"},
        {"{\"runs\": [{\"id\": 1}]}", "plan.json: runs[0]: id must be a text"},
        {"{\"runs\": [{\"id\": \"\"}]}", "plan.json: runs[0]: id is empty"},
        {"{\"runs\": [{\"id\": \"../x\"}]}",
         "plan.json: runs[0]: id begins with a '.' or has a '/' in it: files are named by it"},
        {"{\"runs\": [{\"id\": \"a\"}, {\"id\": \"b\"}, {\"id\": \"a\"}]}",
         "plan.json: runs[0] and runs[2] have the same id \"a\""},
        {"{\"runs\": [{\"id\": \"a\", \"id\": \"b\"}]}",
         "plan.json: the key \"id\" stands twice in one object"},
        {"{\"runs\": [{\"id\": \"a\", \"status\": \"finished\"}]}",
         "plan.json: run \"a\": status \"finished\" is unknown; known are pending, running, done, "
         "error"},
        {"{\"runs\": [{\"id\": \"a\", \"cache\": \"hot\"}]}",
         "plan.json: run \"a\": cache \"hot\" is unknown; known are cold, warm"},
        {"{\"runs\": [{\"id\": \"a\", \"start\": \"2025-02-30\", \"end\": \"2025-03-01\"}]}",
         "plan.json: run \"a\": start \"2025-02-30\" is no date (YYYY-MM-DD)"},
        {"{\"runs\": [{\"id\": \"a\", \"start\": \"2025-02-02\", \"end\": \"2025-02-01\"}]}",
         "plan.json: run \"a\": end 2025-02-01 is before start 2025-02-02"},
        {"{\"runs\": [{\"id\": \"a\", \"start\": \"2025-02-02\"}]}",
         "plan.json: run \"a\": end is missing"},
        {"{\"runs\": [{\"id\": \"a\", \"start\": 20250202}]}",
         "plan.json: run \"a\": start must be a text"},
        {"{\"runs\": [{\"id\": \"a\", \"size\": 0}]}",
         "plan.json: run \"a\": size must be above 0, not 0"},
        {"{\"runs\": [{\"id\": \"a\", \"size\": -1.50}]}",
         "plan.json: run \"a\": size must be above 0, not -1.50"},
        {"{\"runs\": [{\"id\": \"a\", \"size\": 1e999}]}",
         "plan.json: run \"a\": size must be above 0, not 1e999"},
        {"{\"runs\": [{\"id\": \"a\", \"size\": \"7\"}]}",
         "plan.json: run \"a\": size must be a number"},
        {"{\"runs\": [{\"id\": \"a\", \"size\": NaN}]}",
         "plan.json: this is no JSON at column 31 (line 1)"},
        {"{\"runs\": [{\"id\": \"a\", \"size\": 01}]}",
         "plan.json: this is no number in JSON at column 31 (line 1)"},
        {"{\"x\": \"a\\u0000b\", \"runs\": []}",
         "plan.json: \\u0000 in a text at column 9 (line 1)"},
        {"{\"runs\": [{\"id\": \"a\", \"phase\": []}]}",
         "plan.json: run \"a\": phase must be a number or a text"},
        {"{\"runs\": [{\"id\": \"a\", \"inclusive\": 1}]}",
         "plan.json: run \"a\": inclusive must be true or false"},
        {"{\"command\": \"ls\", \"runs\": []}",
         "plan.json: command must be a list of texts; one text only with \"shell\": true"},
        {"{\"command\": [], \"runs\": []}",
         "plan.json: command must be a list of texts, the program's name first"},
        {"{\"command\": [\"ls\", 7], \"runs\": []}",
         "plan.json: command must be a list of texts, the program's name first"},
        {"{\"env\": {\"A\": 1}, \"runs\": []}", "plan.json: env: A must be a text"},
        {"{\"env\": {\"A=B\": \"\"}, \"runs\": []}",
         "plan.json: env: \"A=B\" cannot be a variable's name"},
        {"{\"env\": [], \"runs\": []}", "plan.json: env must be an object of texts"},
        {"{\"output\": 1, \"runs\": []}", "plan.json: output must be a text"},
        {"{\"results\": [], \"runs\": []}",
         "plan.json: results must be an object, keyed by the runs' ids"},
        {"{\"results\": {\"a\": 1}, \"runs\": []}", "plan.json: results: \"a\" must be an object"},
        {"{\"command\": [\"a\", \"{unknown}\"], \"runs\": [{\"id\": \"r\"}]}",
         "plan.json: run \"r\": command: {unknown} is unknown; {{ is a brace"},
        {"{\"command\": [\"a\", \"{start}\"], \"runs\": [{\"id\": \"r\"}]}",
         "plan.json: run \"r\": command: {start} has no value in this run"},
        {"{\"prepare\": [\"a\", \"x}\"], \"runs\": [{\"id\": \"r\"}]}",
         "plan.json: run \"r\": prepare: a } without its {; }} is a brace"},
        {"{\"runs\": [{\"id\": \"r\", \"command\": [\"a\", \"{id\"]}]}",
         "plan.json: run \"r\": command: {id is not closed; {{ is a brace"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(refusal(cases[i].text), cases[i].sentence);
}

static void placeholders(void **state)
{
    (void)state;
    static const struct placeholder list[] = {{"id", "it's"}, {"days", "7"}, {"no", NULL}, {0}};
    static const struct {
        const char *text, *plain, *shell;
    } cases[] = {
        {"", "", ""},
        {"x {days} y", "x 7 y", "x 7 y"},
        {"{id}{id}", "it'sit's", "'it'\\''s''it'\\''s'"},
        {"{{days}} {{{days}}}", "{days} {7}", "{days} {7}"},
        {"{{}}", "{}", "{}"},
    };
    struct error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *plain = placeholders_expand(cases[i].text, list, false, &err);
        char *shell = placeholders_expand(cases[i].text, list, true, &err);
        assert_string_equal(plain, cases[i].plain);
        assert_string_equal(shell, cases[i].shell);
        free(plain);
        free(shell);
    }
    static const char *const wrong[] = {"{", "}", "{days", "{ days}", "{}", "{no}", "a}b", "{{}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(placeholders_expand(wrong[i], list, false, &err));
}

static void commands_are_words(void **state)
{
    (void)state;
    struct plan *plan = plan_of(
        "{\"command\": [\"run\", \"{id} {days}\", \"{start}..{end}\", \"{size}\", "
        "\"{output}.csv\"],"
        " \"env\": {\"A\": \"1\", \"B\": \"2\"}, \"runs\": [{\"id\": \"a b\", \"start\": "
        "\"2025-01-20\", \"end\": \"2025-01-26\"}, {\"id\": \"c d\", \"shell\": true, \"command\": "
        "\"echo {id} > {output}\", \"env\": {\"B\": \"3\"}}]}");
    char **words;
    struct error err;
    assert_int_equal(plan_expand_command(plan, &plan->runs[0], "p/x", &words, &err), 0);
    static const char *const wanted[] = {"run", "a b 7", "2025-01-20..2025-01-26", "7", "p/x.csv"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_string_equal(words[i], wanted[i]);
    assert_null(words[5]);
    words_free(words);
    assert_int_equal(plan_expand_command(plan, &plan->runs[1], "p/x", &words, &err), 0);
    assert_string_equal(words[1], "-c");
    assert_string_equal(words[2], "echo 'c d' > p/x");
    words_free(words);
    words = plan_environment(plan, &plan->runs[1]);
    assert_string_equal(words[0], "A=1");
    assert_string_equal(words[1], "B=3");
    assert_null(words[2]);
    words_free(words);
    plan_free(plan);
}

/* What is written back is the same text, but for what was changed. */
static void texts_survive(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\n  \"z\": 1.0,\n  \"a\": [1, 2.50, 1e3, 12345678901234567890, -0],\n  \"m\": {\n    "
        "\"b\": null,\n    \"a\": true\n  },\n  \"runs\": []\n}\n",
        "{\n    \"runs\": [\n        {\"id\": \"a\", \"x\": {\"y\": [0.1]}},\n        {\"id\": "
        "\"b\"}\n    ],\n    \"e\": {}\n}\n",
        "{\n\t\"runs\": [\n\t\t{\n\t\t\t\"id\": \"\xc3\xa9\"\n\t\t}\n\t]\n}\n",
        "{\"runs\": [{\"id\": \"a\"}]}\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct plan *plan = plan_of(texts[i]);
        char *printed = document_print(plan->root, plan->text);
        assert_string_equal(printed, texts[i]);
        free(printed);
        plan_free(plan);
    }
}

static void changes_stay_small(void **state)
{
    (void)state;
    struct plan *plan = plan_of("{\n \"x\": 0.10,\n \"runs\": [\n  {\"id\": \"a\", \"status\": "
                                "\"pending\", \"note\": 1}\n ]\n}\n");
    struct error err;
    const struct schedule_entry entry = {.id = "b", .phase = "01", .size = 7.5};
    const struct schedule_entry other = {.id = "c", .phase = "1", .size = NAN};
    assert_int_equal(schedule_add(plan, &entry, &err), 0);
    assert_int_equal(schedule_add(plan, &other, &err), 0);
    assert_int_equal(schedule_add(plan, &(struct schedule_entry){.id = "a"}, &err), -1);
    schedule_start(plan, 0, getpid());
    document_remove(plan->runs[0].entry, "owner");
    char *printed = document_print(plan->root, plan->text);
    assert_string_equal(
        printed, "{\n \"x\": 0.10,\n \"runs\": [\n  {\"id\": \"a\", \"status\": \"running\", "
                 "\"note\": 1},\n  {\"id\": \"b\", \"phase\": \"01\", \"size\": 7.5, "
                 "\"status\": \"pending\"},\n  {\"id\": \"c\", \"phase\": 1, \"status\": "
                 "\"pending\"}\n ]\n}\n");
    free(printed);
    plan_free(plan);
}

static void owners(void **state)
{
    (void)state;
    cJSON *owner = owner_new(getpid());
    assert_int_equal(owner_state(owner), OWNER_ALIVE);
    assert_true(owner_is_self(owner));
    document_set_number(owner, "start", document_number(owner, "start") + 1);
    assert_int_equal(owner_state(owner), OWNER_DEAD); /* another process of the same number */
    assert_false(owner_is_self(owner));
    document_set_text(owner, "boot", "00000000-0000-0000-0000-000000000000");
    assert_int_equal(owner_state(owner), OWNER_DEAD);
    document_set_text(owner, "host", "elsewhere.example");
    assert_int_equal(owner_state(owner), OWNER_ELSEWHERE);
    cJSON_Delete(owner);
    owner = owner_new(getpid());
    document_set_number(owner, "namespace", 1);
    assert_int_equal(owner_state(owner), OWNER_ELSEWHERE);
    cJSON_Delete(owner);
    assert_int_equal(owner_state(NULL), OWNER_UNKNOWN);
    owner = cJSON_Parse("{\"pid\": -1, \"boot\": \"x\", \"start\": 1}");
    assert_int_equal(owner_state(owner), OWNER_UNKNOWN);
    cJSON_Delete(owner);
}

static void the_next_run(void **state)
{
    (void)state;
    struct plan *plan = plan_of(
        "{\"runs\": [{\"id\": \"a\", \"phase\": 0, \"status\": \"done\"}, {\"id\": \"b\", "
        "\"phase\": "
        "0, \"status\": \"running\", \"owner\": {\"pid\": 4194300, \"start\": 1, \"boot\": "
        "\"old\", "
        "\"host\": \"HOST\"}}, {\"id\": \"c\", \"phase\": 1, \"status\": \"running\"}, {\"id\": "
        "\"d\", \"phase\": 1}, {\"id\": \"e\", \"phase\": 1, \"status\": \"error\"}]}");
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    document_set_text(cJSON_GetObjectItemCaseSensitive(plan->runs[1].entry, "owner"), "host", host);
    struct schedule_selection all = {0}, zero = {.phase = "0"}, resume = {.resume = true},
                              over = {.take_over = true}, named = {.id = "e"};
    assert_int_equal(schedule_next(plan, &all), 3);
    assert_int_equal(schedule_next(plan, &zero), PLAN_NONE);
    assert_int_equal(schedule_left_behind(plan, &zero), 1);
    assert_int_equal(schedule_next(plan, &resume), 1);
    assert_int_equal(schedule_left_behind(plan, &resume), 2);
    assert_int_equal(schedule_next(plan, &over), 2);
    assert_int_equal(schedule_next(plan, &named), PLAN_NONE);
    struct error err = {0};
    assert_int_equal(schedule_reset(plan, 1, false, &err), 0);
    assert_string_equal(document_text(plan->runs[1].entry, "status"), "pending");
    assert_null(cJSON_GetObjectItemCaseSensitive(plan->runs[1].entry, "owner"));
    schedule_start(plan, 3, getpid());
    plan->runs[3].status = PLAN_RUNNING;
    assert_int_equal(schedule_reset(plan, 3, true, &err), -1);
    plan_free(plan);
}

static void results_replace_only_what_is_ours(void **state)
{
    (void)state;
    struct plan *plan =
        plan_of("{\"runs\": [{\"id\": \"a\"}, {\"id\": \"b\"}], \"results\": {\"a\": "
                "{\"error\": \"old\", \"exit\": 3, \"mine\": 1.50}}}");
    schedule_start(plan, 0, getpid());
    assert_true(schedule_finish(plan, "a", cJSON_Parse("{\"exit\": 0, \"seconds\": 2}")));
    assert_false(schedule_finish(plan, "b", cJSON_Parse("{\"exit\": 0}"))); /* it is not ours */
    char *printed = cJSON_PrintUnformatted(plan->root);
    assert_non_null(
        strstr(printed, "\"runs\":[{\"id\":\"a\",\"status\":\"done\"},{\"id\":\"b\"}]"));
    assert_non_null(strstr(printed, "{\"a\":{\"mine\":1.5,\"exit\":0,\"seconds\":2}}"));
    cJSON_free(printed);
    plan_free(plan);
}

static void expected_seconds_go_by_size(void **state)
{
    (void)state;
    struct plan *plan = plan_of(
        "{\"runs\": [{\"id\": \"week\", \"size\": 7, \"status\": \"done\"}, {\"id\": \"month\", "
        "\"size\": 30, \"status\": \"done\"}, {\"id\": \"quarter\", \"size\": 90}, {\"id\": "
        "\"day\","
        " \"size\": 1}, {\"id\": \"none\"}, {\"id\": \"failed\", \"size\": 89, \"status\": "
        "\"error\"}], \"results\": {\"week\": {\"seconds\": 14}, \"month\": {\"seconds\": 120}, "
        "\"failed\": {\"seconds\": 1}}}");
    assert_true(schedule_expected_seconds(plan, 2) == 360); /* as the month */
    assert_true(schedule_expected_seconds(plan, 3) == 2);   /* as the week */
    assert_true(schedule_expected_seconds(plan, 4) == 120); /* without a size: the last one */
    plan_free(plan);
    plan = plan_of("{\"runs\": [{\"id\": \"a\"}]}");
    assert_true(isnan(schedule_expected_seconds(plan, 0)));
    plan_free(plan);
}

static void touch(const char *folder, const char *name)
{
    char *path = memory_printf("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    free(path);
}

static void expect_result(const struct plan *plan, const char *wanted)
{
    char *path = plan_result_path(plan, 0);
    if (wanted) {
        assert_non_null(path);
        assert_string_equal(path + strlen(plan->folder) + 1, wanted);
    } else {
        assert_null(path);
    }
    free(path);
}

static void results_of_yappi_stand_in(void **state)
{
    (void)state;
    char folder[] = "/tmp/ncprof-plan-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *output = memory_printf("%s/profiling", folder), *file = memory_printf("%s/p", folder);
    assert_int_equal(mkdir(output, 0700), 0);
    struct plan *plan;
    struct error err;
    assert_int_equal(plan_load_text(&plan,
                                    memory_string("{\"runs\": [{\"id\": \"a\"}], \"results\": "
                                                  "{\"a\": {\"trace\": \"profiling/t.ncp\"}}}"),
                                    file, file, &err),
                     0);
    expect_result(plan, NULL);
    touch(output, "a.funcs.wall.csv");
    expect_result(plan, "profiling/a.funcs.wall.csv");
    touch(output, "a.wall.pstat");
    expect_result(plan, "profiling/a.wall.pstat");
    touch(output, "t.ncp");
    expect_result(plan, "profiling/t.ncp");
    plan_free(plan);
    static const char *const made[] = {"a.funcs.wall.csv", "a.wall.pstat", "t.ncp"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        char *path = memory_printf("%s/%s", output, made[i]);
        unlink(path);
        free(path);
    }
    rmdir(output);
    rmdir(folder);
    free(output);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_count_both_dates),
        cmocka_unit_test(size_is_its_own_else_the_days),
        cmocka_unit_test(dates),
        cmocka_unit_test(a_yappi_plan_needs_no_command),
        cmocka_unit_test(refusals_tell_the_place),
        cmocka_unit_test(placeholders),
        cmocka_unit_test(commands_are_words),
        cmocka_unit_test(texts_survive),
        cmocka_unit_test(changes_stay_small),
        cmocka_unit_test(owners),
        cmocka_unit_test(the_next_run),
        cmocka_unit_test(results_replace_only_what_is_ours),
        cmocka_unit_test(expected_seconds_go_by_size),
        cmocka_unit_test(results_of_yappi_stand_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
