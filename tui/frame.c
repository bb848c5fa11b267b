/*
 * The screen around a view, from the top:
 *
 *   title      which run, how long, of what
 *   views      their digits and names
 *   body       the view's own
 *   status     what is hidden, marked or matched; absent when nothing is
 *   sentence   about the row under the cursor, one to three lines; or a message, or a question
 *   keys       those that matter here
 *
 * On a low screen they leave in the order keys, views, sentence, title: at last
 * only the row under the cursor is there.
 */
#include "tui/analysis/filter.h"
#include "tui/analysis/names.h"
#include "tui/app.h"
#include "tui/lines.h"
#include "tui/loading.h"
#include "tui/title.h"
#include "tui/widgets/glyph.h"

#include <string.h>

enum {
    ROWS_FOR_TITLE = 3,
    ROWS_FOR_SENTENCE = 5,
    ROWS_FOR_VIEWS = 7,
    ROWS_FOR_KEYS = 8,
    ROWS_FOR_TWO_SENTENCES = 12,
    ROWS_FOR_LONG_SENTENCES = 24,
    TEXT_MAX = 2048,
};

struct frame {
    int title, views, status, sentence, sentence_rows, keys; /* rows; -1: not shown */
    struct rect body;
};

/* `sentence`: that is shown, if it may have a line more than usual. */
static struct frame lay_out(const struct app *app, bool has_status, const char *sentence)
{
    int rows = app->canvas.rows, top = 0, bottom = rows;
    struct frame frame = {.title = -1, .views = -1, .status = -1, .sentence = -1, .keys = -1};
    if (rows >= ROWS_FOR_TITLE)
        frame.title = top++;
    if (rows >= ROWS_FOR_VIEWS)
        frame.views = top++;
    if (rows >= ROWS_FOR_KEYS)
        frame.keys = --bottom;
    frame.sentence_rows = rows >= ROWS_FOR_TWO_SENTENCES ? 2 : rows >= ROWS_FOR_SENTENCE;
    if (rows >= ROWS_FOR_LONG_SENTENCES)
        frame.sentence_rows += lines_needed(sentence, app->canvas.columns - 2) > 2;
    if (frame.sentence_rows)
        frame.sentence = bottom -= frame.sentence_rows;
    if (frame.sentence_rows >= 2 && has_status)
        frame.status = --bottom;
    frame.body = (struct rect){top, 0, bottom - top, app->canvas.columns};
    return frame;
}

/* ---- views ---- */

/* How much of the names of the views there is room for. */
enum tabs { TABS_WIDE, TABS_CLOSE, TABS_BRIEF, TABS_INITIAL, TABS_DIGITS };

static const char *tab_title(const struct screen_ops *ops, enum tabs tabs)
{
    if (tabs == TABS_INITIAL && ops->initial)
        return ops->initial;
    return tabs >= TABS_BRIEF && ops->brief ? ops->brief : ops->title;
}

/* The text of a view's tab; the view shown has its name in full in any case. */
static int place_tab(const struct app *app, int view, enum tabs tabs, char *buffer, size_t size)
{
    int digit = 0;
    bool shown = view == (int)app->view;
    const char *title = tab_title(app_ops((enum view_kind)view), shown ? TABS_WIDE : tabs);
    for (int v = 0; v <= view; v++)
        digit += app_view_exists(app, (enum view_kind)v);
    if (tabs == TABS_DIGITS && !shown)
        snprintf(buffer, size, " %d ", digit);
    else
        snprintf(buffer, size, " %d %s%s", digit, title,
                 tabs == TABS_WIDE || tabs == TABS_DIGITS ? " " : "");
    return digit;
}

/* The tab of a view that has no digit: "" when it is another that is shown. */
static void extra_tab(const struct app *app, char *buffer, size_t size)
{
    buffer[0] = '\0';
    if (!app_view_exists(app, app->view))
        snprintf(buffer, size, " %s ", app_ops(app->view)->title);
}

static enum tabs room_for_tabs(const struct app *app)
{
    char text[64], extra[64];
    extra_tab(app, extra, sizeof extra);
    for (int tabs = TABS_WIDE; tabs < TABS_DIGITS; tabs++) {
        int width = glyph_width(extra);
        for (int view = 0; view < VIEW_COUNT; view++) {
            if (!app_view_exists(app, (enum view_kind)view))
                continue;
            place_tab(app, view, (enum tabs)tabs, text, sizeof text);
            width += glyph_width(text);
        }
        if (width <= app->canvas.columns)
            return (enum tabs)tabs;
    }
    return TABS_DIGITS;
}

/* Draws the views (with a canvas), and says which one stands at `column`. */
static int each_tab(const struct app *app, struct canvas *canvas, int row, int column)
{
    int at = 0, hit = 0;
    enum tabs tabs = room_for_tabs(app);
    for (int view = 0; view < VIEW_COUNT; view++) {
        char text[64];
        if (!app_view_exists(app, (enum view_kind)view))
            continue;
        int digit = place_tab(app, view, tabs, text, sizeof text);
        int width = glyph_width(text);
        enum style style = view == (int)app->view ? STYLE_TAB_ACTIVE : STYLE_TAB;
        if (canvas)
            canvas_text(canvas, row, at, canvas->columns - at, style, text);
        if (column >= at && column < at + width)
            hit = digit;
        at += width;
    }
    char extra[64];
    extra_tab(app, extra, sizeof extra);
    if (canvas)
        canvas_text(canvas, row, at, canvas->columns - at, STYLE_TAB_ACTIVE, extra);
    return hit;
}

int app_tab_at(const struct app *app, int row, int column)
{
    struct frame frame = lay_out(app, false, "");
    return row == frame.views && frame.views >= 0 ? each_tab(app, NULL, row, column) : 0;
}

/* ---- sentence ---- */

static void sentence_text(const struct app *app, const void *state, char *buffer, size_t size)
{
    const struct screen_ops *ops = app_ops(app->view);
    buffer[0] = '\0';
    if (app->message[0])
        snprintf(buffer, size, "%s", app->message);
    else if (state && ops->sentence)
        ops->sentence(state, buffer, size);
}

static void draw_prompt(const struct app *app, struct canvas *canvas, struct frame frame,
                        const char *status)
{
    int row = frame.sentence >= 0 ? frame.sentence : canvas->rows - 1;
    struct rect line = {row, 0, 1, canvas->columns};
    char note[TEXT_MAX + 64];
    bool literal = !app->prompt_note[0] && filter_is_literal(app->prompt.text);
    snprintf(note, sizeof note, "%s%s", app->prompt_note[0] ? app->prompt_note : status,
             literal ? " · no expression, taken as it stands" : "");
    prompt_draw(&app->prompt, canvas, line, note);
}

/* ---- all of it ---- */

static void draw_loading(const struct app *app, struct canvas *canvas)
{
    int all = app->file_count + 1 + (int)app->waiting_count;
    bool several = app->starting && all > 1;
    struct loading loading = {.path = app->loading ? app->loading : "",
                              .file = several ? app->file_count + 1 : 0,
                              .files = several ? all : 0,
                              .progress = loader_progress(app->loader),
                              .look = loader_look(app->loader)};
    if (app->starting)
        loading_draw(&loading, canvas);
    else
        loading_draw_line(&loading, canvas);
}

/* While a question is open its keys are the only ones. */
static void draw_keys(const struct app *app, struct canvas *canvas, int row)
{
    static const char *const in_filter[] = {"⏎",     "keep it", "Esc",         "as before", "^U",
                                            "clear", "^W",      "a word less", NULL};
    static const char *const in_prompt[] = {"⏎", "do it", "Esc", "cancel", "^U", "clear", NULL};
    static const char *const in_menu[] = {"⏎", "choose", "j k", "move", "Esc", "cancel", NULL};
    if (app->mode == MODE_PROMPT)
        lines_hints(canvas, row, app->prompt_note[0] ? in_prompt : in_filter);
    else if (app->mode == MODE_MENU)
        lines_hints(canvas, row, in_menu);
    else
        lines_keys(canvas, row, app_place(app), app_has(app));
}

/* What there is room for; a line above it where there is more. */
static void draw_reason(struct canvas *canvas, struct rect body, const char *reason)
{
    enum { ROWS = 6 };
    int above = body.rows > 2, rows = body.rows - above;
    lines_wrapped(canvas, body.row + above, rows < ROWS ? rows : ROWS, STYLE_NORMAL, reason);
}

static void draw_view(struct app *app, struct canvas *canvas)
{
    const struct screen_ops *ops = app_ops(app->view);
    char status[TEXT_MAX] = "", sentence[TEXT_MAX], reason[TEXT_MAX];
    bool refused = app_refused(app, reason, sizeof reason);
    void *state = refused ? NULL : app_view(app)->state;
    if (state && ops->status)
        ops->status(state, status, sizeof status);
    bool filtering = app->mode == MODE_PROMPT && !app->prompt_note[0];
    sentence_text(app, state, sentence, sizeof sentence);
    struct frame frame =
        lay_out(app, status[0] && !filtering, app->mode == MODE_PROMPT ? "" : sentence);
    if (state) {
        ops->fit(state, frame.body);
        ops->draw(state, canvas);
    } else if (refused) {
        draw_reason(canvas, frame.body, reason);
    }
    if (frame.title >= 0)
        title_draw(app, canvas, frame.title);
    if (frame.views >= 0)
        each_tab(app, canvas, frame.views, -1);
    if (frame.status >= 0)
        canvas_text_right(canvas, frame.status, 1, canvas->columns - 2, STYLE_STATUS, status);
    if (frame.keys >= 0)
        draw_keys(app, canvas, frame.keys);
    if (app->mode == MODE_PROMPT)
        draw_prompt(app, canvas, frame, status);
    else if (frame.sentence >= 0)
        lines_wrapped(canvas, frame.sentence, frame.sentence_rows,
                      app->message_is_error && app->message[0] ? STYLE_ERROR : STYLE_SENTENCE,
                      sentence);
}

void app_resize(struct app *app, int rows, int columns)
{
    canvas_resize(&app->canvas, rows, columns);
}

void app_draw(struct app *app)
{
    struct canvas *canvas = &app->canvas;
    canvas_clear(canvas);
    if (app->file_count && !app->starting)
        draw_view(app, canvas);
    if (app->loader)
        draw_loading(app, canvas);
    if (app->mode == MODE_MENU) {
        menu_fit(&app->menu, canvas->rows, canvas->columns);
        menu_draw(&app->menu, canvas);
    }
}
