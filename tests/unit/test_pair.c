/* What the views of two files do: trees and butterflies of both, how they are compared. */
#include "tests/unit/browser.h"
#include "tests/unit/growing.h"

#include <locale.h>

static void start_growing(struct app *app)
{
    start(app, growing_profile(10), growing_profile(40));
}

static void drills_into_both_trees(void **state)
{
    struct app app;
    (void)state;
    start_growing(&app);
    assert_on_screen(&app, "2 Tree A|B 3 Butterfly A|B");
    press(&app, "/concat\\n");
    assert_on_screen(&app, "concat took 4.500 s more");
    press(&app, "\\n");
    assert_on_screen(&app, "concat  app:20");
    assert_on_screen(&app, "⇐ n^2.0");
    assert_on_screen(&app, "concat took 4.500 s (×16.0) more here in 100 → 1,600 calls");
    press(&app, "<size 120x24>");
    assert_on_screen(&app, "⇐ n^1.0 → n^2.0 enters here");
    press(&app, "<Backspace>");
    assert_on_screen(&app, "1 Side by side");
    assert_on_screen(&app, "concat took 4.500 s more");
    app_close(&app);
}

static void unfolds_where_most_changed(void **state)
{
    struct app app;
    (void)state;
    start_growing(&app);
    press(&app, "2H");
    assert_on_screen(&app, "concat took");
    press(&app, "E");
    assert_on_screen(&app, "linear  app:50");
    press(&app, "E");
    assert_not_on_screen(&app, "linear  app:50");
    press(&app, "/scan\\nu");
    assert_on_screen(&app, "only branches with /scan/ · by cumtime B");
    assert_on_screen(&app, "scan  app:40");
    press(&app, "\\u");
    assert_not_on_screen(&app, "by cumtime B");
    app_close(&app);
}

static void walks_both_butterflies(void **state)
{
    struct app app;
    (void)state;
    start_growing(&app);
    press(&app, "/concat\\nb");
    assert_on_screen(&app, "── concat  app:20");
    assert_on_screen(&app, "cumtime 300 ms → 4.800 s ×16.0");
    assert_on_screen(&app, "the extra factor n enters at run_loop → concat.");
    press(&app, "x");
    assert_on_screen(&app, "A  b.ncp");
    assert_on_screen(&app, "── concat  app:20");
    assert_on_screen(&app, "cumtime 4.800 s → 300 ms ×0.06");
    press(&app, "xkk\\n");
    assert_on_screen(&app, "── run_loop  app:10");
    press(&app, "<Backspace>");
    assert_on_screen(&app, "── concat  app:20");
    press(&app, "/nothing\\n");
    assert_on_screen(&app, "0 of 1 callers · 0 of 1 callees");
    app_close(&app);
}

static void normalises(void **state)
{
    struct app app;
    (void)state;
    start_growing(&app);
    press(&app, "%");
    assert_on_screen(&app, "B is scaled to A by total.");
    assert_on_screen(&app, "by total: B × 0.0667");
    press(&app, "%");
    assert_on_screen(&app, "B is scaled to A by calls.");
    press(&app, "%");
    assert_on_screen(&app, "by size: B × 0.25");
    press(&app, "/linear\\n%");
    assert_on_screen(&app, "B is scaled so that linear takes as long as in A.");
    assert_on_screen(&app, "by linear: B × 0.25");
    /* and the other views of both go along */
    press(&app, "2");
    assert_on_screen(&app, "by linear: B × 0.25");
    assert_on_screen(&app, "1.631 s");
    press(&app, "3");
    assert_on_screen(&app, "by linear: B × 0.25");
    press(&app, "%");
    assert_on_screen(&app, "Both as measured.");
    assert_not_on_screen(&app, "B × ");
    press(&app, "<size 120x24>");
    assert_on_screen(&app, "as measured");
    app_close(&app);
}

static void filters_by_class(void **state)
{
    struct app app;
    (void)state;
    start(&app, growing_profile(10), small_profile(1)); /* main alone is in both */
    press(&app, "f");
    assert_on_screen(&app, "only changed · 1 of 10 functions");
    press(&app, "f");
    assert_on_screen(&app, "only matched");
    press(&app, "f");
    assert_on_screen(&app, "only new");
    assert_on_screen(&app, "parse is only in B");
    press(&app, "f");
    assert_on_screen(&app, "only gone");
    press(&app, "f");
    assert_not_on_screen(&app, "only gone");
    app_close(&app);
}

static struct profile *sampled_profile(void)
{
    struct build *build = build_new();
    build_metric(build, "samples", "samples", METRIC_SAMPLES, 1);
    uint32_t top = build_function(build, "main", "", "app.py", 5, FUNCTION_PYTHON);
    uint32_t thread = build_thread(build, "", 1, build_process(build, "app", 1));
    build_stack(build, thread, &top, 1, 0, 80);
    return sample_finish(build);
}

static void unlike_units_want_a_word(void **state)
{
    struct app app;
    (void)state;
    start(&app, sampled_profile(), growing_profile(10));
    app_resize(&app, 24, 120);
    for (const char *view = "123"; *view; view++) {
        press(&app, (char[]){*view, 0});
        assert_on_screen(&app, "A is measured in samples and B in wall (s): not the same thing.");
        assert_on_screen(&app, "a compares them all the same.");
        press(&app, "jG<PgUp>\\neE%%%%%"); /* nothing to move through, nothing falls over */
        press(&app, (char[]){*view, 0});
    }
    press(&app, "1a");
    assert_not_on_screen(&app, "not the same thing");
    for (const char *view = "123"; *view; view++) {
        press(&app, (char[]){*view, 0});
        assert_on_screen(&app, "unlike: A in samples, B in wall (s)");
        assert_on_screen(&app, "main");
    }
    press(&app, "a");
    assert_on_screen(&app, "not the same thing");
    app_close(&app);
}

static void a_new_second_file_takes_its_place(void **state)
{
    struct app app;
    (void)state;
    start_growing(&app);
    press(&app, "2E3");
    app.replaces = true;
    app_take(&app, "c.ncp", growing_profile(20));
    app_refresh(&app);
    press(&app, "2");
    assert_on_screen(&app, "B  c.ncp");
    press(&app, "E3");
    assert_on_screen(&app, "cumtime");
    app_close(&app);
}

static void fits_small_screens(void **state)
{
    struct app app;
    (void)state;
    start_growing(&app);
    press(&app, "<size 40x10>2H");
    assert_on_screen(&app, "concat");
    assert_on_screen(&app, "cumtime B");
    press(&app, "<size 20x5>");
    assert_on_screen(&app, "concat");
    press(&app, "1");
    assert_on_screen(&app, "delta▼");
    app_close(&app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drills_into_both_trees),
        cmocka_unit_test(unfolds_where_most_changed),
        cmocka_unit_test(walks_both_butterflies),
        cmocka_unit_test(normalises),
        cmocka_unit_test(filters_by_class),
        cmocka_unit_test(unlike_units_want_a_word),
        cmocka_unit_test(a_new_second_file_takes_its_place),
        cmocka_unit_test(fits_small_screens),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests_name("pair", tests, NULL, NULL);
}
