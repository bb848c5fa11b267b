#include "tui/browse_queue.h"

#include "tui/app.h"
#include "tui/queue.h"
#include "tui/restore.h"
#include "tui/terminal.h"

#include <string.h>

#define POLL_MS 1000 /* how late a change of the plan is seen at most */

static struct browse_options options_of(const struct queue_screen *screen,
                                        const struct browse_options *options)
{
    struct browse_options opened = *options;
    opened.sizes = screen->open_sizes;
    opened.size_count = screen->open_count;
    opened.keys = NULL;
    return opened;
}

/* What cannot be read is told here; the way back is to the queue. */
static void tell_failure(struct queue_screen *screen, const struct app *app)
{
    if (app->failure.code)
        queue_screen_say_error(screen, &app->failure);
}

static void print(struct canvas *canvas)
{
    canvas_print(canvas, stdout);
}

/* ---- by a script ---- */

/* True: the script has ended among the profiles, whose screen is printed. */
static bool open_by_script(struct queue_screen *screen, const struct browse_options *options,
                           const char **keys, struct error *err)
{
    struct app app;
    const struct browse_options opened = options_of(screen, options);
    if (app_open(&app, (const char *const *)screen->open_paths, screen->open_count, &opened, false,
                 err)) {
        queue_screen_say_error(screen, err);
        queue_screen_opened(screen);
        *err = (struct error){0};
        return false;
    }
    app_resize(&app, options->dump_rows, options->dump_columns);
    bool over = browse_script(&app, keys, err) != 0 || !app.quit;
    if (over && !err->code)
        print(&app.canvas);
    tell_failure(screen, &app);
    app_close(&app);
    queue_screen_opened(screen);
    return over;
}

static int by_script(struct queue_screen *screen, const struct browse_options *options,
                     struct error *err)
{
    const char *keys = options->keys ? options->keys : "";
    struct event event = {.kind = EVENT_KEY};
    canvas_resize(&screen->canvas, options->dump_rows, options->dump_columns);
    while (!screen->quit && event.kind != EVENT_NONE) {
        queue_screen_draw(screen);
        if (keys_script_next(&keys, &event, err))
            return -1;
        if (event.kind == EVENT_PRINT)
            print(&screen->canvas);
        else
            queue_screen_event(screen, &event);
        if (screen->open_count && open_by_script(screen, options, &keys, err))
            return err->code ? -1 : 0;
    }
    queue_screen_draw(screen);
    print(&screen->canvas);
    return 0;
}

/* ---- in a terminal ---- */

/* The signal that ended it; 0: the user is back. */
static int open_in_terminal(struct queue_screen *screen, struct terminal *terminal,
                            const struct browse_options *options)
{
    struct app app;
    struct error err = {0};
    int result = 0;
    const struct browse_options opened = options_of(screen, options);
    if (app_open(&app, (const char *const *)screen->open_paths, screen->open_count, &opened, true,
                 &err)) {
        queue_screen_say_error(screen, &err);
    } else {
        result = browse_in_terminal(&app, terminal, NULL, &err);
        tell_failure(screen, &app);
        app_close(&app);
    }
    queue_screen_opened(screen);
    return result;
}

static void resize(struct queue_screen *screen, const struct terminal *terminal)
{
    int rows, columns;
    terminal_size(terminal, &rows, &columns);
    canvas_resize(&screen->canvas, rows, columns);
}

/* Keys that are pressed for the user, at first. */
static int press(struct queue_screen *screen, const char *keys, struct error *err)
{
    struct event event = {.kind = EVENT_KEY};
    while (keys && event.kind != EVENT_NONE) {
        queue_screen_draw(screen);
        if (keys_script_next(&keys, &event, err))
            return -1;
        queue_screen_event(screen, &event);
    }
    return 0;
}

static int in_terminal(struct queue_screen *screen, struct terminal *terminal,
                       const struct browse_options *options, struct error *err)
{
    int ended_by = 0;
    resize(screen, terminal);
    if (press(screen, options->keys, err))
        return -1;
    while (!screen->quit && !ended_by) {
        queue_screen_draw(screen);
        terminal_show(terminal, &screen->canvas);
        struct event event = terminal_wait(terminal, -1, POLL_MS);
        if (event.kind == EVENT_KEY && event.key == KEYS_CONTROL('l'))
            terminal_refresh(terminal);
        if (event.kind == EVENT_SIGNAL)
            ended_by = event.signal;
        queue_screen_event(screen, &event);
        if (screen->open_count) {
            ended_by = open_in_terminal(screen, terminal, options);
            resize(screen, terminal);
        }
        queue_screen_poll(screen);
    }
    return ended_by;
}

int browse_queue(const char *path, const struct browse_options *options, bool color,
                 struct error *err)
{
    struct queue_screen screen;
    struct terminal *terminal = NULL;
    int result;
    if (queue_screen_open(&screen, path, err))
        return -1;
    if (options->dump_columns > 0 && options->dump_rows > 0) {
        result = by_script(&screen, options, err);
    } else {
        result = terminal_open(&terminal, color, err);
        if (result == 0)
            result = in_terminal(&screen, terminal, options, err);
        terminal_close(terminal);
    }
    queue_screen_close(&screen);
    if (result > 0)
        restore_raise(result);
    return result < 0 ? -1 : 0;
}
