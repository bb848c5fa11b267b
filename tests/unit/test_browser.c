/*
 * The browser without a terminal, on profiles built here: what keys do, at every size, and that
 * a frame of a hundred thousand functions is drawn in time.
 */
#include "tests/unit/browser.h"
#include "tests/unit/sample.h"

#include <locale.h>

static void shows_hotspots_first(void **state)
{
    struct app app;
    (void)state;
    start(&app, small_profile(1), NULL);
    assert_on_screen(&app, "tottime▼");
    assert_on_screen(&app, "2 threads");
    assert_on_screen(&app, "compute takes");
    assert_on_screen(&app, "l\\x1b[31moad"); /* a name cannot steer the terminal */
    app_close(&app);
}

static void sorts_and_reverses(void **state)
{
    struct app app;
    (void)state;
    start(&app, small_profile(1), NULL);
    press(&app, "c");
    assert_on_screen(&app, "ncalls▼");
    press(&app, "u");
    assert_on_screen(&app, "main takes");
    press(&app, "r");
    assert_on_screen(&app, "cumtime▲");
    press(&app, "<");
    assert_not_on_screen(&app, "cumtime▲");
    press(&app, "s<Home>\\n");
    assert_on_screen(&app, "ncalls▼");
    app_close(&app);
}

static void filters_while_typing(void **state)
{
    struct app app;
    (void)state;
    start(&app, small_profile(1), NULL);
    press(&app, "/wa");
    assert_on_screen(&app, "1 of 5");
    assert_not_on_screen(&app, "compute");
    press(&app, "\\nq"); /* q quits nothing but the first screen: this is it */
    assert_true(app.quit);
    app_close(&app);
    start(&app, small_profile(1), NULL);
    press(&app, "/xyz\\n");
    assert_on_screen(&app, "No function matches /xyz/. Esc clears the filter.");
    press(&app, "\\e");
    assert_on_screen(&app, "compute");
    press(&app, "/wa\\e");
    assert_on_screen(&app, "compute");
    app_close(&app);
}

static void start_three(struct app *app)
{
    start(app, small_profile(4), small_profile(1));
    app_take(app, "c.ncp", small_profile(2));
    app_refresh(app);
    app_draw(app);
}

static void three_files_stand_by_size(void **state)
{
    struct app app;
    (void)state;
    start_three(&app);
    assert_int_equal(app.view, VIEW_SCALING);
    assert_string_equal(app.files[0].path, "b.ncp");
    assert_string_equal(app.files[2].path, "a.ncp");
    assert_on_screen(&app, "3 runs · size 1 … 4");
    press(&app, "2");
    assert_on_screen(&app, "A  b.ncp");
    press(&app, "x");
    assert_on_screen(&app, "A  a.ncp");
    app_close(&app);
}

static void growth_is_shown_at_any_size(void **state)
{
    static const int sizes[][2] = {{24, 80}, {30, 100}, {10, 40}, {5, 20}, {50, 200},
                                   {3, 10},  {2, 5},    {1, 1},   {12, 25}};
    struct app app;
    (void)state;
    start_three(&app);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        app_resize(&app, sizes[i][0], sizes[i][1]);
        app_draw(&app);
        press(&app, "\\nncnutn<Left>q"); /* the plot, on and back */
        assert_int_equal(app.view, VIEW_SCALING);
    }
    app_close(&app);
}

static void chooses_what_is_projected(void **state)
{
    struct app app;
    (void)state;
    start_three(&app);
    assert_on_screen(&app, "projected to 40");
    press(&app, "a1000\\n");
    assert_on_screen(&app, "projected to 1,000");
    press(&app, "a<C-u>0\\n");
    assert_on_screen(&app, "must be above zero");
    press(&app, "a<C-u>\\n");
    assert_on_screen(&app, "projected to 40");
    press(&app, "c");
    assert_on_screen(&app, "ncalls");
    press(&app, "\\n");
    assert_on_screen(&app, "ncalls over size");
    press(&app, "q<Space><Space>");
    assert_on_screen(&app, "2 marked: tottime ");
    press(&app, "\\e/walk\\n");
    assert_on_screen(&app, "1 of 5 functions");
    press(&app, "b");
    assert_int_equal(app.view, VIEW_BUTTERFLY);
    assert_on_screen(&app, "3/3 a.ncp");
    app_close(&app);
}

/* Another metric of the files, another scaling; a file more likewise. */
static void a_fourth_file_joins(void **state)
{
    struct app app;
    (void)state;
    start_three(&app);
    app_take(&app, "d.ncp", small_profile(8));
    app_refresh(&app);
    app_draw(&app);
    assert_on_screen(&app, "4 runs · size 1 … 8");
    press(&app, "s<Home>\\n"); /* by a size that stays */
    app_take(&app, "e.ncp", small_profile(16));
    app_refresh(&app);
    app_draw(&app);
    assert_on_screen(&app, "5 runs · size 1 … 16");
    app_close(&app);
}

static void any_two_of_three_stand_side_by_side(void **state)
{
    struct app app;
    (void)state;
    start_three(&app);
    press(&app, "dj\\ng\\n"); /* A: the second, B: the first */
    assert_on_screen(&app, "A  c.ncp");
    assert_on_screen(&app, "B  b.ncp");
    press(&app, "1xG\\n");
    assert_on_screen(&app, "3/3 a.ncp");
    press(&app, "xg\\n");
    assert_on_screen(&app, "1/3 b.ncp");
    app_close(&app);
}

static void walks_the_butterfly_and_back(void **state)
{
    struct app app;
    (void)state;
    start(&app, small_profile(1), NULL);
    press(&app, "/^parse$\\n\\n");
    assert_on_screen(&app, "── parse  parse:12");
    press(&app, "\\n");
    assert_on_screen(&app, "── walk  parse:31");
    press(&app, "\\b");
    assert_on_screen(&app, "── parse  parse:12");
    press(&app, "q");
    assert_on_screen(&app, "tottime▼");
    assert_false(app.quit);
    app_close(&app);
}

static void unfolds_the_tree(void **state)
{
    struct app app;
    (void)state;
    start(&app, small_profile(1), NULL);
    press(&app, "2");
    assert_not_on_screen(&app, "compute  features");
    press(&app, "H");
    assert_on_screen(&app, "compute  features:88");
    assert_on_screen(&app, "←");
    assert_on_screen(&app, "↻");
    press(&app, "hhhhhh");
    assert_not_on_screen(&app, "compute  features");
    press(&app, "E");
    assert_on_screen(&app, "compute  features:88");
    press(&app, "/load\\n");
    assert_not_on_screen(&app, "compute  features");
    app_close(&app);
}

static void lays_two_side_by_side(void **state)
{
    struct app app;
    (void)state;
    start(&app, small_profile(1), small_profile(4));
    assert_on_screen(&app, "A  a.ncp");
    assert_on_screen(&app, "size ×4.00");
    press(&app, "x");
    assert_on_screen(&app, "A  b.ncp");
    assert_on_screen(&app, "size ×0.25");
    press(&app, "x/compute\\nj6");
    assert_on_screen(&app, "── compute  features:88");
    assert_on_screen(&app, "B b.ncp");
    press(&app, "x");
    assert_on_screen(&app, "A a.ncp");
    assert_on_screen(&app, "── compute  features:88");
    app_close(&app);
}

static struct profile *two_runs(const char *first, const char *second)
{
    struct build *build = build_new();
    uint32_t metric = build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    const char *const names[] = {"main", first, second};
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t function =
            build_function(build, names[i], "", "work.py", 5 + 5 * i, FUNCTION_PYTHON);
        int64_t time = 9000000 - 2000000 * (int64_t)i;
        build_function_values(build, function, metric, (struct values){1, 1, time, time});
    }
    struct profile *profile = NULL;
    struct error err;
    assert_int_equal(build_finish(build, &profile, &err), 0);
    return profile;
}

/* The other file knows no qualified names, as pstats does. */
static void stays_at_the_function_in_the_other_file(void **state)
{
    struct app app;
    int file;
    (void)state;
    start(&app, two_runs("A.run", "B.run"), two_runs("run", "run"));
    press(&app, "4");
    for (int i = 0; i < 2; i++) {
        press(&app, i ? "gjj" : "gj");
        uint32_t here = app_function(&app, &file);
        uint32_t line = app.files[file].profile->functions[here].line;
        press(&app, "x");
        uint32_t there = app_function(&app, &file);
        assert_int_equal(app.files[file].profile->functions[there].line, line);
    }
    app_close(&app);
}

static void chooses_a_thread(void **state)
{
    struct app app;
    (void)state;
    start(&app, small_profile(1), NULL);
    press(&app, "T");
    assert_on_screen(&app, "worker  12");
    press(&app, "G\\n");
    assert_on_screen(&app, "thread worker");
    assert_not_on_screen(&app, "compute");
    app_close(&app);
}

static void hides_below_the_threshold(void **state)
{
    struct app app;
    (void)state;
    start(&app, small_profile(100), NULL);
    press(&app, "p");
    assert_on_screen(&app, "1 function below 5 % hidden");
    press(&app, "p");
    assert_not_on_screen(&app, "hidden");
    app_close(&app);
}

static void marks_are_summed(void **state)
{
    struct app app;
    (void)state;
    start(&app, small_profile(1), NULL);
    press(&app, "<Space><Space>");
    assert_on_screen(&app, "2 marked: ");
    press(&app, "\\e");
    assert_not_on_screen(&app, "marked");
    app_close(&app);
}

/* sum takes 30 s in the run, 10 s of the helper's 20 s. */
static void marks_are_summed_within_a_thread(void **state)
{
    struct app app;
    (void)state;
    start(&app, sample_profile(), NULL);
    press(&app, "/sum\\n<Space>");
    assert_on_screen(&app, "1 marked: 30.0 s of tottime, 25.0 %");
    press(&app, "TG\\n");
    assert_on_screen(&app, "thread helper");
    assert_on_screen(&app, "1 marked: 10.0 s of tottime, 50.0 %");
    press(&app, "T<Home>\\n");
    assert_on_screen(&app, "1 marked: 30.0 s of tottime, 25.0 %");
    app_close(&app);
}

static void obeys_the_mouse(void **state)
{
    struct app app;
    (void)state;
    start(&app, small_profile(1), NULL);
    press(&app, "<click 10,2>");
    assert_on_screen(&app, "ncalls▼");
    press(&app, "<click 14,1>");
    assert_on_screen(&app, "cumtime ");
    assert_int_equal(app.view, VIEW_TREE);
    press(&app, "1<double 40,4>");
    assert_int_equal(app.view, VIEW_BUTTERFLY);
    press(&app, "q<wheel 2>");
    assert_int_equal(app_table(&app)->list.cursor, 3);
    app_close(&app);
}

/* Any keys at any size: nothing may crash, nothing be painted outside (the sanitizers watch). */
static void survives_every_size(void **state)
{
    static const int sizes[][2] = {{1, 1}, {1, 300}, {5, 20}, {2, 7}, {100, 300}, {3, 3}, {10, 40}};
    static const char *const keys[] = {"jkGg",  "?jG q", "2HEEhl", "3\\njk\\b", "4jjG", "s\\n",
                                       "/a\\n", "T\\n",  "\\e\\e", "w\\e",      "d\\e", "%%%p<>"};
    struct app app;
    (void)state;
    start(&app, small_profile(1), small_profile(3));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        app_resize(&app, sizes[i][0], sizes[i][1]);
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            press(&app, keys[k]);
        for (const char *view = "1234567"; *view; view++)
            press(&app, (char[]){*view, 'j', 0});
        app.quit = false;
    }
    app_close(&app);
}

static void small_screens_show_name_and_order(void **state)
{
    struct app app;
    (void)state;
    start(&app, small_profile(1), NULL);
    press(&app, "<size 20x5>");
    assert_on_screen(&app, "compute");
    assert_on_screen(&app, "tottime▼");
    press(&app, "<size 20x1>");
    assert_on_screen(&app, "compute");
    app_close(&app);
}

static struct profile *large_profile(uint32_t count)
{
    struct build *build = build_new();
    uint32_t time = build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    uint32_t thread = build_thread(build, "t", 1, build_process(build, "p", 1));
    for (uint32_t i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof name, "function_number_%u", i);
        uint32_t function = build_function(build, name, "module", "file.py", i, FUNCTION_PYTHON);
        uint32_t context = build_context(build, build_root(build, thread), function);
        build_context_self(build, context, time, 1000 + i);
    }
    struct profile *profile = NULL;
    struct error err;
    assert_int_equal(build_finish(build, &profile, &err), 0);
    return profile;
}

/*
 * How long a frame takes is measured by `make bench`; here it has to be right at the far end.
 * Expanding all row by row would run into the time limit of a test program.
 */
static void large_profiles_scroll_to_their_end(void **state)
{
    struct app app;
    (void)state;
    start(&app, large_profile(100000), NULL);
    app_resize(&app, 100, 300);
    const char *views[] = {"1", "2E"};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        press(&app, views[i]);
        press(&app, "<End><PgUp><PgDn><Up>G");
        const struct list *list = &app_table(&app)->list;
        assert_true(list->count >= 100000);
        assert_int_equal(list->cursor, list->count - 1);
    }
    app_close(&app);
}

/* Two threads of one process each, of a recording that lacks something. */
static struct profile *odd_profile(void)
{
    struct build *build = build_new();
    build_metric(build, "instructions", "samples", METRIC_SAMPLES, 1);
    build_metric(build, "memory", "bytes", METRIC_BYTES, 1);
    uint32_t top = build_function(build, "main", "", "app.c", 5, FUNCTION_NATIVE);
    for (uint64_t pid = 1; pid <= 2; pid++) {
        uint32_t process = build_process(build, "app", pid);
        uint32_t thread = build_thread(build, "worker", pid, process);
        uint32_t node = build_context(build, build_root(build, thread), top);
        build_context_calls(build, node, 100000000);
        build_context_self(build, node, 0, 500);
        build_context_self(build, node, 1, 68400);
        build_process_command(build, process, "/usr/local/bin/app --with a --long command line");
        build_process_end(build, process, PROCESS_EXITED, 3);
    }
    build_flags(build, PROFILE_THINNED);
    build_times(build, 0, 361000000);
    build_losses(build, 0, 12);
    build_cut_at(build, 361000000);
    struct profile *profile = NULL;
    struct error err;
    assert_int_equal(build_finish(build, &profile, &err), 0);
    return profile;
}

static void the_title_says_what_is_lacking(void **state)
{
    (void)state;
    struct app app;
    start(&app, odd_profile(), NULL);
    assert_on_screen(&app, "1,000 samples of instructions · cut at 361 ms");
    assert_on_screen(&app, "main takes 100.0 % of the run itself (1,000 samples)");
    app_resize(&app, 24, 200);
    app_draw(&app);
    assert_on_screen(&app, "2 threads of 2 processes · cut at 361 ms, 12 frames open · "
                           "thinned");
    press(&app, "m");
    assert_on_screen(&app, "136.8 kB  ");
    app_close(&app);
    const struct browse_options part = {.range = "1s..2s", .part = {1000000000, 2000000000}};
    struct error err;
    assert_int_equal(app_open(&app, NULL, 0, &part, false, &err), 0);
    app_take(&app, "a.ncp", odd_profile());
    app_refresh(&app);
    app_resize(&app, 24, 100);
    app_draw(&app);
    assert_on_screen(&app, "instructions · part 1s..2s");
    app_close(&app);
}

static void processes_and_threads_have_sentences(void **state)
{
    (void)state;
    struct app app;
    start(&app, odd_profile(), NULL);
    press(&app, "2");
    assert_on_screen(&app, " Thread worker of 1 takes 500 samples (50.0 %).");
    press(&app, "4Gkkkk");
    assert_on_screen(&app, "2: 500 100,000,000 calls exit 3 /usr/local/bin/app");
    app_close(&app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_hotspots_first),
        cmocka_unit_test(sorts_and_reverses),
        cmocka_unit_test(filters_while_typing),
        cmocka_unit_test(three_files_stand_by_size),
        cmocka_unit_test(any_two_of_three_stand_side_by_side),
        cmocka_unit_test(growth_is_shown_at_any_size),
        cmocka_unit_test(chooses_what_is_projected),
        cmocka_unit_test(a_fourth_file_joins),
        cmocka_unit_test(walks_the_butterfly_and_back),
        cmocka_unit_test(unfolds_the_tree),
        cmocka_unit_test(lays_two_side_by_side),
        cmocka_unit_test(stays_at_the_function_in_the_other_file),
        cmocka_unit_test(chooses_a_thread),
        cmocka_unit_test(hides_below_the_threshold),
        cmocka_unit_test(marks_are_summed),
        cmocka_unit_test(marks_are_summed_within_a_thread),
        cmocka_unit_test(obeys_the_mouse),
        cmocka_unit_test(survives_every_size),
        cmocka_unit_test(small_screens_show_name_and_order),
        cmocka_unit_test(large_profiles_scroll_to_their_end),
        cmocka_unit_test(the_title_says_what_is_lacking),
        cmocka_unit_test(processes_and_threads_have_sentences),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests_name("browser", tests, NULL, NULL);
}
