/* What the writers of call trees write, byte for byte or read back. */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/writers/tree.h"
#include "tests/unit/test.h"

#include "tests/unit/sample.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *written(const struct profile *profile, const char *writer)
{
    char *text = NULL;
    size_t size = 0;
    struct error err = {0};
    FILE *file = open_memstream(&text, &size);
    assert_int_equal(writer_by_name(writer)->write(profile, file, &err), 0);
    fclose(file);
    return text;
}

static struct profile *read_back(const char *text, const char *format)
{
    struct profile *profile = NULL;
    struct error err = {0};
    if (profile_load_memory(&profile, text, strlen(text), "written", NULL, &err))
        fail_msg("%s", err.text);
    assert_string_equal(profile->format, format);
    assert_int_equal(profile_check(profile, &err), 0);
    return profile;
}

static uint32_t function_named(const struct profile *profile, const char *name)
{
    for (uint32_t f = 0; f < profile->function_count; f++)
        if (!strcmp(profile->functions[f].name, name))
            return f;
    fail_msg("no function %s", name);
    return PROFILE_NONE;
}

static void expect_same_times(const struct profile *a, const struct profile *b)
{
    assert_int_equal(a->function_count, b->function_count);
    assert_int_equal(a->thread_count, b->thread_count);
    assert_int_equal(a->edge_count, b->edge_count);
    for (uint32_t f = 0; f < a->function_count; f++) {
        uint32_t g = function_named(b, a->functions[f].name);
        assert_int_equal(a->function_self[f], b->function_self[g]);
        assert_int_equal(a->function_total[f], b->function_total[g]);
        assert_int_equal(a->functions[f].line, b->functions[g].line);
    }
    for (uint32_t t = 0; t < a->thread_count; t++) {
        assert_string_equal(a->threads[t].name, b->threads[t].name);
        assert_int_equal(profile_total(a, 0, t), profile_total(b, 0, t));
    }
}

static void trees_come_back(void **state)
{
    (void)state;
    static const char *const formats[] = {"speedscope", "chrome"};
    for (size_t i = 0; i < 2; i++) {
        struct profile *profile = sample_profile();
        char *text = written(profile, formats[i]);
        struct profile *again = read_back(text, formats[i]);
        expect_same_times(profile, again);
        profile_free(profile);
        profile_free(again);
        free(text);
    }
}

/* A name that JSON and XML have to escape, in two metrics, below 0 and without value. */
static struct profile *odd_profile(void)
{
    struct build *b = build_new();
    build_metric(b, "samples", "samples", METRIC_SAMPLES, 1e-1);
    uint32_t bytes = build_metric(b, "space", "bytes", METRIC_BYTES, 1);
    uint32_t odd = build_function(b, "<\"a\" & 'b'>\n\xff", "lib", "", 0, FUNCTION_NATIVE);
    uint32_t leaf = build_function(b, "leaf", "", "l.c", 3, FUNCTION_NATIVE);
    uint32_t thread = build_thread(b, "", 1, build_process(b, "p", 1));
    uint32_t outer = build_context(b, build_root(b, thread), odd);
    build_context_self(b, outer, 0, 25);
    build_context_self(b, outer, bytes, 7);
    build_context_self(b, build_context(b, outer, leaf), 0, -10);
    return sample_finish(b);
}

static void speedscope_has_a_profile_for_each_kind_of_value(void **state)
{
    (void)state;
    struct profile *profile = odd_profile();
    char *text = written(profile, "speedscope");
    assert_non_null(strstr(text, "\"name\":\"<\\\"a\\\" & 'b'>\\n\\\\xff\",\"file\":\"lib\"}"));
    assert_non_null(strstr(text, "\"name\":\"thread 1\",\"unit\":\"none\",\"startValue\":0,"
                                 "\"endValue\":1.5,\n\"samples\":[\n[0],\n[0,1]\n],"
                                 "\"weights\":[\n2.5,\n-1\n]}"));
    assert_non_null(strstr(text, "\"name\":\"thread 1 (space)\",\"unit\":\"bytes\","
                                 "\"startValue\":0,\"endValue\":7,"));
    cJSON *document = cJSON_Parse(text);
    assert_non_null(document);
    cJSON_Delete(document);
    free(text);
    profile_free(profile);
}

static void chrome_says_that_it_is_no_timeline(void **state)
{
    (void)state;
    struct profile *profile = odd_profile();
    assert_string_equal(writer_by_name("chrome")->loses(profile),
                        "values below 0 are written as 0");
    char *text = written(profile, "chrome");
    cJSON *document = cJSON_Parse(text);
    assert_non_null(document);
    cJSON *other = cJSON_GetObjectItemCaseSensitive(document, "otherData");
    const char *note = cJSON_GetObjectItemCaseSensitive(other, "note")->valuestring;
    assert_non_null(strstr(note, "not a timeline"));
    assert_non_null(
        strstr(text, "\"ph\":\"B\",\"pid\":1,\"tid\":1,\"name\":\"leaf (l.c:3)\",\"ts\":0.000}"));
    assert_non_null(
        strstr(text, "\"ph\":\"E\",\"pid\":1,\"tid\":1,\"name\":\"leaf (l.c:3)\",\"ts\":0.000}"));
    cJSON_Delete(document);
    free(text);
    profile_free(profile);
}

static void a_flame_graph_has_names_numbers_and_what_is_left_out(void **state)
{
    (void)state;
    struct profile *profile = sample_profile();
    char *text = written(profile, "svg");
    assert_non_null(
        strstr(text, "<title>main\n/src/app.py:5\n100.000 s, 83.33 %, 1 calls</title>"));
    assert_null(strstr(text, "not drawn"));
    free(text);
    profile_free(profile);
    profile = odd_profile();
    text = written(profile, "svg");
    assert_non_null(
        strstr(text, "<title>&lt;\"a\" &amp; 'b'&gt;\\n\\xff\nlib\n3 samples, 100.00 %"));
    assert_non_null(strstr(text, "not drawn: 1 of 3 call paths"));
    free(text);
    profile_free(profile);
}

/* 100,000 levels: neither recursion nor a picture of two million pixels. */
static void a_flame_graph_ends_somewhere(void **state)
{
    (void)state;
    struct build *b = build_new();
    build_metric(b, "samples", "samples", METRIC_SAMPLES, 1);
    uint32_t f = build_function(b, "f", "", "", 0, FUNCTION_NATIVE);
    uint32_t c = build_root(b, build_thread(b, "t", 1, build_process(b, "p", 1)));
    for (int i = 0; i < 100000; i++)
        c = build_context(b, c, f);
    build_context_self(b, c, 0, 9);
    struct profile *profile = sample_finish(b);
    char *text = written(profile, "svg");
    assert_non_null(strstr(text, "not drawn: 99001 of 100001 call paths"));
    free(text);
    text = written(profile, "chrome");
    struct profile *again = read_back(text, "chrome");
    assert_int_equal(again->context_count, profile->context_count);
    free(text);
    profile_free(profile);
    profile_free(again);
}

/* What --strict refuses: none of these may be called complete. */
static void what_is_lost_is_said(void **state)
{
    (void)state;
    struct profile *profile = sample_profile();
    for (size_t i = 0; writers[i]; i++)
        if (writers[i]->needs & PROFILE_HAS_TREE && strcmp(writers[i]->name, "pprof") != 0)
            assert_non_null(writers[i]->loses(profile));
    profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_come_back),
        cmocka_unit_test(speedscope_has_a_profile_for_each_kind_of_value),
        cmocka_unit_test(chrome_says_that_it_is_no_timeline),
        cmocka_unit_test(a_flame_graph_has_names_numbers_and_what_is_left_out),
        cmocka_unit_test(a_flame_graph_ends_somewhere),
        cmocka_unit_test(what_is_lost_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
