/* What a profile that is still being read has so far, and the screen that shows it. */
#include "formats/profile/build.h"
#include "tests/unit/test.h"
#include "tui/loading.h"

#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static struct preview *preview;
static struct build *build;
static uint32_t functions[300];

static int begin(void **state)
{
    (void)state;
    preview = preview_new();
    build = build_new();
    build_preview(build, preview);
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    for (uint32_t f = 0; f < 300; f++) {
        char name[16];
        snprintf(name, sizeof name, "f%" PRIu32, f);
        functions[f] = build_function(build, name, "", "a.py", f + 1, FUNCTION_PYTHON);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    build_free(build);
    preview_free(preview);
    return 0;
}

static void nothing_is_known_before_the_first_value(void **state)
{
    (void)state;
    assert_null(preview_look(preview));
    assert_true(preview_is_asked(preview));
    assert_null(preview_look(preview));
}

static void contexts_are_added_up_by_function(void **state)
{
    (void)state;
    uint32_t thread = build_thread(build, "main", 1, build_process(build, "", 1));
    build_stack(build, thread, (uint32_t[]){functions[0], functions[1]}, 2, 0, 20);
    build_stack(build, thread, (uint32_t[]){functions[0]}, 1, 0, 25);
    assert_null(preview_look(preview));
    build_stack(build, thread, (uint32_t[]){functions[2], functions[1]}, 2, 0, 10);
    const struct preview_look *look = preview_look(preview);
    assert_non_null(look);
    assert_int_equal(look->row_count, 2);
    assert_int_equal(look->function_count, 300);
    assert_int_equal(look->self, 55);
    assert_string_equal(look->rows[0].function.name, "f1");
    assert_int_equal(look->rows[0].self, 30);
    assert_string_equal(look->rows[1].function.name, "f0");
    assert_string_equal(look->metric.unit, "s");
}

static void sums_are_taken_as_they_were_stated(void **state)
{
    (void)state;
    preview_look(preview);
    build_function_values(build, functions[7], 0, (struct values){1, 1, 70, 90});
    const struct preview_look *look = preview_look(preview);
    assert_int_equal(look->row_count, 1);
    assert_int_equal(look->rows[0].self, 70);
    assert_int_equal(look->rows[0].function.line, 8);
}

static void the_heaviest_come_first_and_equals_in_their_order(void **state)
{
    (void)state;
    for (uint32_t f = 0; f < 300; f++) {
        if (f == 299)
            preview_look(preview);
        build_function_values(build, functions[f], 0, (struct values){1, 1, 1 + f % 150, 0});
    }
    const struct preview_look *look = preview_look(preview);
    assert_int_equal(look->row_count, PREVIEW_ROWS);
    for (uint32_t i = 0; i < look->row_count; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%" PRIu32, 149 - i / 2 + (i % 2 ? 150 : 0));
        assert_string_equal(look->rows[i].function.name, name);
    }
}

static void an_answer_stays_until_there_is_a_newer_one(void **state)
{
    (void)state;
    preview_look(preview);
    build_function_values(build, functions[0], 0, (struct values){1, 1, 1, 1});
    assert_int_equal(preview_look(preview)->self, 1);
    assert_int_equal(preview_look(preview)->self, 1);
    const struct preview_look *look;
    do { /* it answers now and then only */
        build_function_values(build, functions[0], 0, (struct values){1, 1, 1, 1});
        look = preview_look(preview);
    } while (look->self == 1);
    assert_true(look->self > 1);
}

static void long_names_are_cut(void **state)
{
    (void)state;
    char *name = malloc(1 << 20);
    memset(name, 'n', (1 << 20) - 1);
    name[(1 << 20) - 1] = '\0';
    uint32_t function = build_function(build, name, "", "", 0, FUNCTION_NATIVE);
    free(name);
    preview_look(preview);
    build_function_values(build, function, 0, (struct values){1, 1, 5, 5});
    assert_int_equal(strlen(preview_look(preview)->rows[0].function.name), PREVIEW_TEXT_MAX);
}

static void expect_screen(const struct loading *loading, int rows, int columns,
                          const char *expected)
{
    struct canvas canvas = {0};
    char *text = NULL;
    size_t size = 0;
    canvas_resize(&canvas, rows, columns);
    loading_draw(loading, &canvas);
    FILE *out = open_memstream(&text, &size);
    canvas_print(&canvas, out);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
    canvas_free(&canvas);
}

static void the_screen_fills(void **state)
{
    (void)state;
    struct loading loading = {.path = "runs/a.prof", .progress = -1};
    expect_screen(&loading, 3, 60, "  Loading · a.prof · q stops\n\n\n");
    preview_look(preview);
    build_function_values(build, functions[3], 0, (struct values){1, 1, 3000000000, 1});
    loading = (struct loading){"runs/a.prof", 2, 3, 0.425, preview_look(preview)};
    expect_screen(&loading, 8, 60,
                  "  Loading file 2 of 3, 42 % · a.prof · q stops\n"
                  "\n"
                  "    tottime▼     %  function, so far\n"
                  "     3.000 s 100.0  f3  a:4\n"
                  "\n"
                  "\n"
                  "\n"
                  " 3.000 s in 300 functions; cumtime, calls and trees come a…\n");
    expect_screen(&loading, 3, 20,
                  "Loading fi…· q stops\n"
                  "    tottime▼     %\n"
                  "     3.000 s 100.0\n");
    expect_screen(&loading, 1, 1, "L\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_known_before_the_first_value, begin, end),
        cmocka_unit_test_setup_teardown(contexts_are_added_up_by_function, begin, end),
        cmocka_unit_test_setup_teardown(sums_are_taken_as_they_were_stated, begin, end),
        cmocka_unit_test_setup_teardown(the_heaviest_come_first_and_equals_in_their_order, begin,
                                        end),
        cmocka_unit_test_setup_teardown(an_answer_stays_until_there_is_a_newer_one, begin, end),
        cmocka_unit_test_setup_teardown(long_names_are_cut, begin, end),
        cmocka_unit_test_setup_teardown(the_screen_fills, begin, end),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
