/* The browser without a terminal: keys go in, what is on the screen is compared. */
#ifndef NCPROF_TESTS_UNIT_BROWSER_H
#define NCPROF_TESTS_UNIT_BROWSER_H

#include "formats/profile/build.h"
#include "tests/unit/test.h"
#include "tui/app.h"

#include <stdlib.h>
#include <string.h>

/* main -> parse -> walk -> walk -> compute; main -> load. Two threads. */
__attribute__((unused)) static struct profile *small_profile(int64_t factor)
{
    struct build *build = build_new();
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    uint32_t top = build_function(build, "main", "", "app.py", 5, FUNCTION_PYTHON);
    uint32_t parse = build_function(build, "parse", "", "parse.py", 12, FUNCTION_PYTHON);
    uint32_t walk = build_function(build, "walk", "", "parse.py", 31, FUNCTION_PYTHON);
    uint32_t compute = build_function(build, "compute", "", "features.py", 88, FUNCTION_PYTHON);
    uint32_t load = build_function(build, "l\033[31moad", "", "io.py", 3, FUNCTION_PYTHON);
    uint32_t process = build_process(build, "app", 1);
    uint32_t first = build_thread(build, "MainThread", 11, process);
    uint32_t second = build_thread(build, "worker", 12, process);
    build_enter(build, first, top, 0);
    build_enter(build, first, parse, 1000000);
    build_enter(build, first, walk, 2000000);
    build_enter(build, first, walk, 3000000);
    build_enter(build, first, compute, 4000000);
    build_leave(build, first, 4000000 + 5000000 * factor);
    build_leave(build, first, 5000000 + 5000000 * factor);
    build_leave(build, first, 6000000 + 5000000 * factor);
    build_leave(build, first, 7000000 + 5000000 * factor);
    build_leave(build, first, 8000000 + 5000000 * factor);
    build_enter(build, second, load, 0);
    build_leave(build, second, 3000000);
    build_size(build, (double)factor);
    struct profile *profile = NULL;
    struct error err;
    assert_int_equal(build_finish(build, &profile, &err), 0);
    return profile;
}

__attribute__((unused)) static void start(struct app *app, struct profile *a, struct profile *b)
{
    struct browse_options options = {0};
    struct error err;
    assert_int_equal(app_open(app, NULL, 0, &options, false, &err), 0);
    app_take(app, "a.ncp", a);
    if (b)
        app_take(app, "b.ncp", b);
    app_refresh(app);
    app_resize(app, 24, 80);
    app_draw(app);
}

__attribute__((unused)) static void press(struct app *app, const char *keys)
{
    struct event event;
    struct error err;
    while (!keys_script_next(&keys, &event, &err) && event.kind != EVENT_NONE) {
        app_event(app, &event);
        app_draw(app);
    }
}

__attribute__((unused)) static char *screen(struct app *app)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    canvas_print(&app->canvas, out);
    fclose(out);
    return text;
}

__attribute__((unused)) static void assert_on_screen(struct app *app, const char *wanted)
{
    char *text = screen(app);
    if (!strstr(text, wanted))
        fail_msg("'%s' is not on the screen:\n%s", wanted, text);
    free(text);
}

__attribute__((unused)) static void assert_not_on_screen(struct app *app, const char *unwanted)
{
    char *text = screen(app);
    if (strstr(text, unwanted))
        fail_msg("'%s' is on the screen:\n%s", unwanted, text);
    free(text);
}

#endif
