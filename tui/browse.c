#include "tui/browse.h"

#include "capture/plan/plan.h"
#include "tui/app.h"
#include "tui/browse_queue.h"
#include "tui/restore.h"
#include "tui/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRESS_MS = 100, DUMP_MAX = 1000 };

int browse_dump_size(const char *text, int *columns, int *rows, struct error *err)
{
    char *end;
    long width = strtol(text, &end, 10);
    long height = end != text && *end == 'x' ? strtol(end + 1, &end, 10) : 0;
    if (*end || width < 1 || height < 1 || width > DUMP_MAX || height > DUMP_MAX)
        return error_set(err, ERROR_USAGE,
                         "a screen's size is COLUMNSxROWS, as 80x24, at most %dx%d", DUMP_MAX,
                         DUMP_MAX);
    *columns = (int)width;
    *rows = (int)height;
    return 0;
}

/* Where nothing is said about the language UTF-8 is the better guess; a chosen C stays C. */
static void set_locale(void)
{
    const char *all = getenv("LC_ALL"), *type = getenv("LC_CTYPE"), *language = getenv("LANG");
    bool said = (all && *all) || (type && *type) || (language && *language);
    if (!said || !setlocale(LC_CTYPE, ""))
        setlocale(LC_CTYPE, "C.UTF-8");
    if (MB_CUR_MAX > 1 && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C"); /* other multibyte encodings get ASCII */
}

static bool wants_color(const struct browse_options *options)
{
    const char *no_color = getenv("NO_COLOR");
    if (options->color != BROWSE_COLOR_AUTO)
        return options->color == BROWSE_COLOR_ALWAYS;
    return !no_color || !*no_color;
}

static void print(struct app *app)
{
    app_draw(app);
    canvas_print(&app->canvas, stdout);
}

/* Before each key the screen is drawn: where things are depends on it, as it does for a user. */
int browse_script(struct app *app, const char **keys, struct error *err)
{
    struct event event;
    app_draw(app);
    while (!app->quit) {
        if (keys_script_next(keys, &event, err))
            return -1;
        if (event.kind == EVENT_NONE)
            return 0;
        if (event.kind == EVENT_PRINT)
            print(app);
        else
            app_event(app, &event);
        app_draw(app);
    }
    return 0;
}

static int dump(struct app *app, const struct browse_options *options, struct error *err)
{
    app_resize(app, options->dump_rows, options->dump_columns);
    const char *keys = options->keys ? options->keys : "";
    int result = browse_script(app, &keys, err);
    if (!result)
        print(app);
    if (!result && fflush(stdout) != 0)
        result = error_errno(err, "cannot print the screen");
    return result;
}

/* Whoever looks sees each change; nothing happens, nothing runs. */
int browse_in_terminal(struct app *app, struct terminal *terminal, const char *keys,
                       struct error *err)
{
    int rows, columns, ended_by = 0;
    terminal_size(terminal, &rows, &columns);
    app_resize(app, rows, columns);
    while (!app->quit) {
        app_draw(app);
        terminal_show(terminal, &app->canvas);
        if (!app->loader && keys) {
            int result = browse_script(app, &keys, err);
            keys = NULL;
            if (result)
                return -1;
            continue;
        }
        int wake = app->loader ? loader_wake(app->loader) : -1;
        struct event event = terminal_wait(terminal, wake, app->loader ? PROGRESS_MS : -1);
        if (event.kind == EVENT_KEY && event.key == KEYS_CONTROL('l'))
            terminal_refresh(terminal);
        if (event.kind == EVENT_SIGNAL)
            ended_by = event.signal;
        app_event(app, &event);
    }
    return ended_by;
}

static int browse_terminal(const char *const *paths, size_t count,
                           const struct browse_options *options, struct error *err)
{
    struct terminal *terminal = NULL;
    struct app app;
    if (terminal_open(&terminal, wants_color(options), err))
        return -1;
    if (app_open(&app, paths, count, options, true, err)) {
        terminal_close(terminal);
        return -1;
    }
    int result = browse_in_terminal(&app, terminal, options->keys, err);
    terminal_close(terminal);
    if (app.failure.code) {
        *err = app.failure;
        result = -1;
    }
    app_close(&app);
    if (result > 0)
        restore_raise(result);
    return result < 0 ? -1 : 0;
}

int browse_run(const char *const *paths, size_t count, const struct browse_options *options,
               struct error *err)
{
    if (count < 1)
        return error_set(err, ERROR_USAGE, "there is no file to browse");
    set_locale();
    if (count == 1 && !options->how.from && plan_probe(paths[0]))
        return browse_queue(paths[0], options, wants_color(options), err);
    if (options->dump_columns < 1 || options->dump_rows < 1)
        return browse_terminal(paths, count, options, err);
    struct app app;
    if (app_open(&app, paths, count, options, false, err))
        return -1;
    int result = dump(&app, options, err);
    app_close(&app);
    return result;
}
