#include "tui/queue.h"

#include "capture/plan/schedule.h"
#include "formats/profile/text.h"
#include "tui/analysis/names.h"
#include "tui/lines.h"
#include "tui/numbers.h"
#include "tui/screens/screen.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table ---- */

static enum style style(const void *owner, uint32_t row, const struct column *column)
{
    static const enum style styles[PLAN_STATUSES] = {STYLE_DIM, STYLE_WARM, STYLE_BETTER,
                                                     STYLE_WORSE};
    const struct queue_screen *screen = owner;
    enum plan_status status = screen->plan->runs[screen->queue->rows[row].run].status;
    return !strcmp(column->id, "status") ? styles[status] : STYLE_NORMAL;
}

static bool is_marked(const void *owner, uint32_t row)
{
    const struct queue_screen *screen = owner;
    return marks_has(&screen->marks, screen->queue->rows[row].run);
}

uint32_t queue_screen_run(const struct queue_screen *screen)
{
    uint32_t row = screen->table.list.cursor;
    return row < screen->queue->count ? screen->queue->rows[row].run : PLAN_NONE;
}

static void go_to(struct queue_screen *screen, uint32_t run)
{
    for (uint32_t row = 0; row < screen->queue->count; row++)
        if (screen->queue->rows[row].run == run)
            list_go(&screen->table.list, row);
}

static void show_rows(struct queue_screen *screen)
{
    const struct queue_query query = {
        .sort = screen->table.sort ? screen->table.sort->id : NULL,
        .reverse = screen->table.reverse,
    };
    struct error err;
    struct queue *queue;
    if (queue_new(&queue, screen->plan, &query, &err))
        return; /* only an unknown column fails, and this one is the table's own */
    queue_free(screen->queue);
    screen->queue = queue;
    screen->table.columns = queue_columns;
    table_show(&screen->table, queue);
    screen->table.owner = screen;
    screen->table.style = style;
    screen->table.marked = is_marked;
    screen->table.name_least = 6; /* rather than the id, the result is cut */
    list_count(&screen->table.list, queue->count);
}

void queue_screen_rebuild(struct queue_screen *screen)
{
    uint32_t run = queue_screen_run(screen);
    show_rows(screen);
    go_to(screen, run);
}

/* ---- following the file ---- */

static bool has_changed(const struct stat *a, const struct stat *b)
{
    return a->st_ino != b->st_ino || a->st_size != b->st_size ||
           a->st_mtim.tv_sec != b->st_mtim.tv_sec || a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

static bool same_runs(const struct plan *a, const struct plan *b)
{
    bool same = a->run_count == b->run_count;
    for (uint32_t i = 0; same && i < a->run_count; i++)
        same = strcmp(a->runs[i].id, b->runs[i].id) == 0;
    return same;
}

/* Marks are of places in the plan: they hold as long as the same runs stand there. */
static void take_plan(struct queue_screen *screen, struct plan *plan)
{
    struct plan *old = screen->plan;
    uint32_t run = queue_screen_run(screen);
    char *id = run == PLAN_NONE ? NULL : memory_string(old->runs[run].id);
    if (!same_runs(old, plan))
        marks_clear(&screen->marks);
    screen->plan = plan;
    show_rows(screen);
    if (id)
        go_to(screen, plan_find(plan, id));
    free(id);
    if (!screen->message_is_error)
        screen->message[0] = '\0'; /* what it announced has happened */
    plan_free(old);
}

static void read_again(struct queue_screen *screen)
{
    struct stat now;
    struct plan *plan;
    struct error err = {0};
    if (stat(screen->path, &now) != 0)
        error_errno(&err, "%s", screen->path);
    else if (!has_changed(&now, &screen->seen))
        return;
    else if (plan_load(&plan, screen->path, &err) == 0)
        take_plan(screen, plan);
    screen->seen = now;
    if (err.code) /* it may be in the middle of being edited: what was there stays shown */
        queue_screen_say_error(screen, &err);
}

void queue_screen_poll(struct queue_screen *screen)
{
    queue_screen_reap(screen);
    read_again(screen);
    if (screen->queue->counts[PLAN_RUNNING])
        queue_screen_rebuild(screen); /* their seconds count on */
}

int queue_screen_open(struct queue_screen *screen, const char *path, struct error *err)
{
    *screen = (struct queue_screen){.path = path};
    if (stat(path, &screen->seen) != 0)
        return error_errno(err, "%s", path);
    if (plan_load(&screen->plan, path, err))
        return -1;
    show_rows(screen);
    return 0;
}

void queue_screen_opened(struct queue_screen *screen)
{
    for (uint32_t i = 0; i < screen->open_count; i++)
        free(screen->open_paths[i]);
    free(screen->open_paths);
    free(screen->open_sizes);
    screen->open_paths = NULL;
    screen->open_sizes = NULL;
    screen->open_count = 0;
}

static void close_help(struct queue_screen *screen)
{
    if (screen->help)
        help_screen.close(screen->help);
    free(screen->help);
    screen->help = NULL;
}

void queue_screen_close(struct queue_screen *screen)
{
    queue_screen_opened(screen);
    close_help(screen);
    queue_free(screen->queue);
    plan_free(screen->plan);
    marks_free(&screen->marks);
    canvas_free(&screen->canvas);
    array_free(&screen->runners);
    free(screen->asked);
}

/* ---- events ---- */

void queue_screen_say(struct queue_screen *screen, const char *format, ...)
{
    char text[sizeof screen->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    text_escape(text, strlen(text), screen->message, sizeof screen->message);
    screen->message_is_error = false;
}

void queue_screen_say_error(struct queue_screen *screen, const struct error *err)
{
    error_text(err, screen->message, sizeof screen->message);
    screen->message_is_error = true;
}

static void open_help(struct queue_screen *screen)
{
    const struct subject subject = {.place = PLACE_QUEUE};
    screen->help = memory_zeroed(1, help_screen.state_size);
    help_screen.rebuild(screen->help, &subject);
}

static void key_in_help(struct queue_screen *screen, enum action_id action)
{
    if (action == ACTION_QUIT || action == ACTION_CANCEL || action == ACTION_HELP)
        close_help(screen);
    else
        help_screen.act(screen->help, NULL, &(const struct action){.id = action});
}

static void do_action(struct queue_screen *screen, enum action_id action)
{
    if (screen->help)
        key_in_help(screen, action);
    else if (action == ACTION_HELP)
        open_help(screen);
    else if (action == ACTION_QUIT)
        screen->quit = true;
    else if (!list_act(&screen->table.list, action))
        queue_screen_act(screen, action);
}

static void on_mouse(struct queue_screen *screen, const struct event *event)
{
    if (event->key == KEYS_WHEEL) {
        list_wheel(&screen->table.list, event->delta);
        return;
    }
    if (screen->help || event->row < screen->table.area.row ||
        event->row >= screen->table.area.row + screen->table.area.rows)
        return;
    const struct column *column = table_click(&screen->table, event->row, event->column);
    if (column && column->compare) {
        screen->table.reverse = column == screen->table.sort && !screen->table.reverse;
        screen->table.sort = column;
        queue_screen_rebuild(screen);
    } else if (!column && event->key == KEYS_DOUBLE_CLICK) {
        do_action(screen, ACTION_OPEN);
    }
}

static void forget_question(struct queue_screen *screen)
{
    free(screen->asked);
    screen->asked = NULL;
}

void queue_screen_event(struct queue_screen *screen, const struct event *event)
{
    const struct action *action = NULL;
    if (event->kind == EVENT_KEY || event->kind == EVENT_MOUSE)
        screen->message[0] = '\0';
    if (event->kind == EVENT_KEY)
        action = action_for_key(event->key, PLACE_QUEUE, 0);
    if (event->kind == EVENT_KEY && !(action && action->id == ACTION_RESET))
        forget_question(screen);
    if (action)
        do_action(screen, action->id);
    else if (event->kind == EVENT_MOUSE)
        on_mouse(screen, event);
    else if (event->kind == EVENT_RESIZE)
        canvas_resize(&screen->canvas, event->row, event->column);
    else if (event->kind == EVENT_SIGNAL)
        screen->quit = true;
}

/* ---- drawing ---- */

static void phases_text(const struct queue *queue, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (uint32_t i = 0; i < queue->phase_count && used < size; i++) {
        char name[64], counts[160];
        const char *phase = queue->phases[i].phase;
        text_escape(phase, strlen(phase), name, sizeof name);
        queue_counts_text(queue->phases[i].counts, counts, sizeof counts);
        used += (size_t)snprintf(buffer + used, size - used, "%s%s%s%s%s", used ? "  " : "",
                                 *name ? "phase " : "", name, *name ? ": " : "", counts);
    }
}

/* "week: a week in winter. Expected 12 s, from earlier runs scaled by size." */
static void sentence_text(const struct queue_screen *screen, char *buffer, size_t size)
{
    uint32_t run = queue_screen_run(screen);
    buffer[0] = '\0';
    if (run == PLAN_NONE) {
        snprintf(buffer, size, "This plan has no runs.");
        return;
    }
    const struct plan_run *chosen = &screen->plan->runs[run];
    const struct plan_result *result = &screen->queue->rows[screen->table.list.cursor].result;
    double expected = schedule_expected_seconds(screen->plan, run);
    char text[512], id[200];
    const char *about = chosen->status == PLAN_ERROR ? result->error : chosen->description;
    text_escape(about, strlen(about), text, sizeof text);
    text_escape(chosen->id, strlen(chosen->id), id, sizeof id);
    size_t used = (size_t)snprintf(buffer, size, "%s: %s%s%s.", id,
                                   plan_status_names[chosen->status], *text ? " · " : "", text);
    if (used >= size)
        return;
    if (chosen->status == PLAN_DONE && result->calls >= 0 && result->functions >= 0) {
        char functions[40], calls[40];
        number_count((uint64_t)result->functions, functions, sizeof functions);
        number_count((uint64_t)result->calls, calls, sizeof calls);
        text_escape(result->started, strlen(result->started), text, sizeof text);
        snprintf(buffer + used, size - used, " %s functions, %s calls, started %s.", functions,
                 calls, text);
    } else if (chosen->status <= PLAN_RUNNING && !isnan(expected)) {
        queue_seconds_text(expected, text, sizeof text);
        snprintf(buffer + used, size - used,
                 " Expected to take %s, by earlier runs and their sizes.", text);
    }
}

static void draw_title(struct queue_screen *screen, struct canvas *canvas)
{
    char counts[160], path[512], phases[512];
    const char *base = path_base(screen->path);
    text_escape(base, strlen(base), path, sizeof path);
    queue_counts_text(screen->queue->counts, counts, sizeof counts);
    int used = canvas_text_cut(canvas, 0, 1, canvas->columns - 2, STYLE_TITLE, path);
    canvas_text(canvas, 0, used + 3, canvas->columns - used - 4, STYLE_NORMAL, counts);
    phases_text(screen->queue, phases, sizeof phases);
    if (screen->queue->phase_count > 1 && canvas->rows > 7)
        lines_wrapped(canvas, 1, 1, STYLE_DIM, phases);
}

void queue_screen_draw(struct queue_screen *screen)
{
    struct canvas *canvas = &screen->canvas;
    char sentence[1024];
    bool phases = screen->queue->phase_count > 1;
    int rows = canvas->rows, top = rows > 7 && phases ? 2 : rows > 2;
    int bottom = rows > 7 ? 3 : rows > 4;
    struct rect body = {top, 0, rows - top - bottom, canvas->columns};
    canvas_clear(canvas);
    if (screen->help) {
        help_screen.fit(screen->help, body);
        help_screen.draw(screen->help, canvas);
    } else {
        table_fit(&screen->table, body);
        table_draw(&screen->table, canvas);
    }
    if (top)
        draw_title(screen, canvas);
    if (screen->help)
        help_screen.sentence(screen->help, sentence, sizeof sentence);
    else
        sentence_text(screen, sentence, sizeof sentence);
    if (bottom)
        lines_wrapped(canvas, rows - bottom, bottom > 1 ? bottom - 1 : 1,
                      screen->message[0] && screen->message_is_error ? STYLE_ERROR : STYLE_SENTENCE,
                      screen->message[0] ? screen->message : sentence);
    if (bottom > 1)
        lines_keys(canvas, rows - 1, PLACE_QUEUE, 0);
}
