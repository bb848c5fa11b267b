/*
 * The screen around a view, from the top:
 *
 *   title      which run, how long, of what
 *   views      their digits and names
 *   body       the view's own
 *   status     what is hidden, marked or matched; absent when nothing is
 *   sentence   about the row under the cursor, one or two lines; or a message, or a question
 *   keys       those that matter here
 *
 * On a low screen they leave in the order keys, views, sentence, title: at last
 * only the row under the cursor is there.
 */
#include "tui/analysis/names.h"
#include "tui/app.h"
#include "tui/numbers.h"
#include "tui/widgets/glyph.h"

#include <string.h>

enum {
    ROWS_FOR_TITLE = 3,
    ROWS_FOR_SENTENCE = 5,
    ROWS_FOR_VIEWS = 7,
    ROWS_FOR_KEYS = 8,
    ROWS_FOR_TWO_SENTENCES = 12,
    TEXT_MAX = 2048,
};

struct frame {
    int title, views, status, sentence, sentence_rows, keys; /* rows; -1: not shown */
    struct rect body;
};

static struct frame lay_out(const struct app *app, bool has_status)
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
    if (frame.sentence_rows)
        frame.sentence = bottom -= frame.sentence_rows;
    if (frame.sentence_rows == 2 && has_status)
        frame.status = --bottom;
    frame.body = (struct rect){top, 0, bottom - top, app->canvas.columns};
    return frame;
}

/* ---- title ---- */

static void count_of(uint64_t count, const char *one, const char *many, char *buffer, size_t size)
{
    char number[40];
    number_count(count, number, sizeof number);
    snprintf(buffer, size, "%s %s", number, count == 1 ? one : many);
}

static uint64_t calls_of(const struct profile *profile)
{
    uint64_t calls = 0;
    for (uint32_t f = 0; f < profile->function_count; f++)
        calls += profile->function_calls[f];
    return calls;
}

static void total_text(const struct app_file *file, uint32_t thread, char *buffer, size_t size)
{
    const struct metric *metric = &file->profile->metrics[file->metric];
    char value[40];
    int64_t total = profile_total(file->profile, file->metric, thread);
    number_value(number_in_unit(total, metric), metric, value, sizeof value);
    bool has_unit = metric->kind == METRIC_TIME || metric->kind == METRIC_BYTES;
    snprintf(buffer, size, "%s %s", value, has_unit ? metric->name : metric->unit);
}

enum { FACTS = 4, FACT_MAX = 200 };

/* What the title says of a file, the most important first. */
static void facts_of(const struct app_file *file, char facts[FACTS][FACT_MAX])
{
    const struct profile *profile = file->profile;
    memset(facts, 0, FACTS * FACT_MAX);
    total_text(file, file->thread, facts[0], FACT_MAX);
    if (profile->flags & PROFILE_HAS_CALLS)
        count_of(calls_of(profile), "call", "calls", facts[1], FACT_MAX);
    if (file->thread != PROFILE_NONE)
        snprintf(facts[2], FACT_MAX, "thread %.150s", profile->threads[file->thread].name);
    else
        count_of(profile->thread_count, "thread", "threads", facts[2], FACT_MAX);
    if (profile->flags & PROFILE_TRUNCATED)
        snprintf(facts[3], FACT_MAX, "cut short");
}

/* As many facts as fit, joined; the later ones leave first. */
static void join_facts(char facts[FACTS][FACT_MAX], int width, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (int i = 0; i < FACTS; i++) {
        char more[FACT_MAX + 8];
        snprintf(more, sizeof more, "%s%.*s", used ? " · " : "", FACT_MAX, facts[i]);
        if (!facts[i][0] || glyph_width(buffer) + glyph_width(more) > width)
            continue;
        used += (size_t)snprintf(buffer + used, size - used, "%s", more);
    }
}

static void draw_title(const struct app *app, struct canvas *canvas, int row)
{
    const struct app_file *file = &app->files[app->side];
    char facts[FACTS][FACT_MAX], right[FACTS * FACT_MAX];
    int at = canvas_text(canvas, row, 1, canvas->columns, STYLE_TITLE, "ncprof") + 3;
    if (app->file_count > 1)
        at += canvas_text(canvas, row, at, canvas->columns, STYLE_TITLE, app->side ? "B" : "A") + 1;
    int room = canvas->columns - at - 1;
    const char *name = file->path;
    if (glyph_width(name) * 2 > room)
        name = path_base(name);
    int least = glyph_width(name) < room / 2 ? glyph_width(name) : room / 2;
    facts_of(file, facts);
    join_facts(facts, room - least - 2, right, sizeof right);
    canvas_text_cut(canvas, row, at, room - glyph_width(right) - 2, STYLE_TITLE, name);
    canvas_text_right(canvas, row, at, room, STYLE_NORMAL, right);
}

/* "A  week.ncp  7  60.0 s" */
static void side_text(const struct app_file *file, const char *side, char *buffer, size_t size)
{
    char total[60], run_size[40] = "";
    double value = isnan(file->size) ? file->profile->size : file->size;
    total_text(file, PROFILE_NONE, total, sizeof total);
    if (!isnan(value))
        snprintf(run_size, sizeof run_size, "  size %.6g", value);
    snprintf(buffer, size, "%s  %s%s  %s", side, path_base(file->path), run_size, total);
}

static void ratio_text(const struct app *app, char *buffer, size_t size)
{
    const struct app_file *a = &app->files[0], *b = &app->files[1];
    double size_a = isnan(a->size) ? a->profile->size : a->size;
    double size_b = isnan(b->size) ? b->profile->size : b->size;
    double total_a = number_in_unit(profile_total(a->profile, a->metric, PROFILE_NONE),
                                    &a->profile->metrics[a->metric]);
    double total_b = number_in_unit(profile_total(b->profile, b->metric, PROFILE_NONE),
                                    &b->profile->metrics[b->metric]);
    char sizes[40], totals[40];
    number_ratio(size_b / size_a, sizes, sizeof sizes);
    number_ratio(total_b / total_a, totals, sizeof totals);
    if (isnan(size_a) || isnan(size_b))
        snprintf(buffer, size, "time %s", totals);
    else
        snprintf(buffer, size, "size %s  time %s", sizes, totals);
}

static void draw_title_of_two(const struct app *app, struct canvas *canvas, int row)
{
    char parts[3][FACT_MAX * 2];
    side_text(&app->files[0], "A", parts[0], sizeof parts[0]);
    side_text(&app->files[1], "B", parts[1], sizeof parts[1]);
    ratio_text(app, parts[2], sizeof parts[2]);
    int ratio = glyph_width(parts[2]);
    int room = canvas->columns - 2;
    bool with_ratio = room > ratio + 30;
    int half = (room - (with_ratio ? ratio + 5 : 0) - 5) / 2;
    int at = 1;
    for (int i = 0; i < 2; i++) {
        at += canvas_text_cut(canvas, row, at, half, STYLE_TITLE, parts[i]);
        if (i == 0 || with_ratio)
            at += canvas_text(canvas, row, at, room, STYLE_DIM, "  │  ");
    }
    if (with_ratio)
        canvas_text(canvas, row, at, canvas->columns - at, STYLE_NORMAL, parts[2]);
}

/* ---- views ---- */

/* Where the name of each view stands; `full`: all names, else that of the shown one only. */
static int place_tab(const struct app *app, int view, bool full, char *buffer, size_t size)
{
    int digit = 0;
    for (int v = 0; v <= view; v++)
        digit += app_view_exists(app, (enum view_kind)v);
    bool named = full || view == (int)app->view;
    snprintf(buffer, size, named ? " %d %s " : " %d ", digit, app_ops((enum view_kind)view)->title);
    return digit;
}

static bool tabs_fit(const struct app *app)
{
    int width = 0;
    char text[64];
    for (int view = 0; view < VIEW_COUNT; view++) {
        if (!app_view_exists(app, (enum view_kind)view))
            continue;
        place_tab(app, view, true, text, sizeof text);
        width += glyph_width(text);
    }
    return width <= app->canvas.columns;
}

/* Draws the views (with a canvas), and says which one stands at `column`. */
static int each_tab(const struct app *app, struct canvas *canvas, int row, int column)
{
    int at = 0, hit = 0;
    bool full = tabs_fit(app);
    for (int view = 0; view < VIEW_COUNT; view++) {
        char text[64];
        if (!app_view_exists(app, (enum view_kind)view))
            continue;
        int digit = place_tab(app, view, full, text, sizeof text);
        int width = glyph_width(text);
        enum style style = view == (int)app->view ? STYLE_TAB_ACTIVE : STYLE_TAB;
        if (canvas)
            canvas_text(canvas, row, at, canvas->columns - at, style, text);
        if (column >= at && column < at + width)
            hit = digit;
        at += width;
    }
    if (app->view == VIEW_HELP && canvas)
        canvas_text(canvas, row, at, canvas->columns - at, STYLE_TAB_ACTIVE, " Help ");
    return hit;
}

int app_tab_at(const struct app *app, int row, int column)
{
    struct frame frame = lay_out(app, false);
    return row == frame.views && frame.views >= 0 ? each_tab(app, NULL, row, column) : 0;
}

/* ---- keys ---- */

/* Appends what fits of the bar: lowest order first; painted in that order. */
static void draw_keys(const struct app *app, struct canvas *canvas, int row)
{
    unsigned place = app_ops(app->view)->place, has = app_has(app);
    int at = 1;
    for (int order = 1; order < 32; order++) {
        for (const struct action *action = actions; action->help; action++) {
            if (action->bar != order || !(action->places & place) || (action->needs & ~has))
                continue;
            char key[24];
            const char *name = action->keys;
            keys_name(keys_by_name(name, strcspn(name, " ")), key, sizeof key);
            if (!strcmp(key, "Enter"))
                snprintf(key, sizeof key, "⏎");
            int width = glyph_width(key) + 1 + glyph_width(action->label);
            if (at + width > canvas->columns)
                return;
            at += canvas_text(canvas, row, at, canvas->columns, STYLE_KEY, key) + 1;
            at += canvas_text(canvas, row, at, canvas->columns, STYLE_KEY_LABEL, action->label) + 2;
        }
    }
}

/* ---- sentence ---- */

static void draw_wrapped(struct canvas *canvas, int row, int rows, unsigned style, const char *text)
{
    int width = canvas->columns - 2;
    for (int i = 0; i < rows && *text && width > 0; i++) {
        size_t bytes = i + 1 < rows ? glyph_line(text, width) : strlen(text);
        char line[TEXT_MAX];
        snprintf(line, sizeof line, "%.*s", (int)bytes, text);
        if (glyph_width(line) > width && width > 4) {
            line[glyph_prefix(line, width - 1)] = '\0';
            int used = canvas_text(canvas, row + i, 1, width, style, line);
            canvas_text(canvas, row + i, 1 + used, 1, style, "…");
        } else {
            canvas_text(canvas, row + i, 1, width, style, line);
        }
        text += bytes + strspn(text + bytes, " ");
    }
}

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
    prompt_draw(&app->prompt, canvas, line, app->prompt_note[0] ? app->prompt_note : status);
}

/* ---- all of it ---- */

static void draw_loading(const struct app *app, struct canvas *canvas)
{
    char text[TEXT_MAX], percent[24] = "";
    double progress = app->loader ? loader_progress(app->loader) : -1;
    if (progress >= 0)
        snprintf(percent, sizeof percent, " %.0f %%", progress * 100);
    snprintf(text, sizeof text, "Loading%s · %s · q stops", percent,
             app->loading ? path_base(app->loading) : "");
    int row = canvas->rows / 2;
    canvas_fill(canvas, (struct rect){row, 0, 1, canvas->columns}, STYLE_NORMAL, ' ');
    canvas_text_cut(canvas, row, canvas->columns > 20 ? 2 : 0, canvas->columns - 2, STYLE_TITLE,
                    text);
}

static void draw_view(struct app *app, struct canvas *canvas)
{
    const struct screen_ops *ops = app_ops(app->view);
    const char *lacking = app_lacking(app, app->view, app->side);
    void *state = lacking ? NULL : app_view(app)->state;
    char status[TEXT_MAX] = "", sentence[TEXT_MAX];
    if (state && ops->status)
        ops->status(state, status, sizeof status);
    bool filtering = app->mode == MODE_PROMPT && !app->prompt_note[0];
    struct frame frame = lay_out(app, status[0] && !filtering);
    if (state) {
        ops->fit(state, frame.body);
        ops->draw(state, canvas);
    } else if (lacking) {
        draw_wrapped(canvas, frame.body.row + 1, 4, STYLE_NORMAL, lacking);
    }
    if (frame.title >= 0 && app->view == VIEW_COMPARE)
        draw_title_of_two(app, canvas, frame.title);
    else if (frame.title >= 0)
        draw_title(app, canvas, frame.title);
    if (frame.views >= 0)
        each_tab(app, canvas, frame.views, -1);
    if (frame.status >= 0)
        canvas_text_right(canvas, frame.status, 1, canvas->columns - 2, STYLE_STATUS, status);
    if (frame.keys >= 0)
        draw_keys(app, canvas, frame.keys);
    sentence_text(app, state, sentence, sizeof sentence);
    if (app->mode == MODE_PROMPT)
        draw_prompt(app, canvas, frame, status);
    else if (frame.sentence >= 0)
        draw_wrapped(canvas, frame.sentence, frame.sentence_rows,
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
