/* Questions to the user: what to filter, how to order, which thread, which file. */
#include "formats/format.h"
#include "tui/analysis/names.h"
#include "tui/analysis/process_tree.h"
#include "tui/app.h"
#include "tui/commands/select.h"
#include "tui/corrections.h"
#include "tui/numbers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void ask(struct app *app, const char *label, const char *text, void (*changed)(struct app *),
                void (*done)(struct app *), void (*cancelled)(struct app *))
{
    app->mode = MODE_PROMPT;
    app->prompt_changed = changed;
    app->prompt_done = done;
    app->prompt_cancelled = cancelled;
    prompt_open(&app->prompt, label, text);
}

static void offer(struct app *app, const char *title, void (*done)(struct app *, uint32_t))
{
    app->mode = MODE_MENU;
    app->menu_done = done;
    menu_open(&app->menu, title);
}

static void rebuild_from_top(struct app *app)
{
    app_view(app)->stale = true;
    app_refresh(app);
    struct table *table = app_table(app);
    if (table)
        list_go(&table->list, 0);
}

/* ---- filter ---- */

void app_set_filter(struct app *app, const char *filter)
{
    struct view *view = app_view(app);
    if (!strcmp(view->filter, filter))
        return;
    snprintf(view->filter, sizeof view->filter, "%s", filter);
    if (filter[0]) {
        rebuild_from_top(app);
    } else {
        view->stale = true; /* what was selected stays so among all */
        app_refresh(app);
    }
}

static void filter_changed(struct app *app)
{
    app_set_filter(app, app->prompt.text);
}

static void filter_cancelled(struct app *app)
{
    app_set_filter(app, app->filter_before);
}

void request_filter(struct app *app)
{
    const char *filter = app_view(app)->filter;
    snprintf(app->filter_before, sizeof app->filter_before, "%s", filter);
    app->prompt_note[0] = '\0';
    ask(app, "/ ", filter, filter_changed, filter_changed, filter_cancelled);
}

/* ---- order ---- */

void app_sort_by(struct app *app, const struct column *column)
{
    struct table *table = app_table(app);
    if (!table)
        return;
    table->reverse = column == table->sort && !table->reverse;
    table->sort = column;
    rebuild_from_top(app);
}

static bool can_sort(const struct table *table, const struct column *column)
{
    return column->compare && !(column->needs & ~table->flags);
}

static void sort_chosen(struct app *app, uint32_t item)
{
    const struct table *table = app_table(app);
    for (const struct column *column = table->columns; column->id; column++) {
        if (!can_sort(table, column) || item--)
            continue;
        if (column != table->sort)
            app_sort_by(app, column);
        return;
    }
}

void request_sort(struct app *app)
{
    const struct table *table = app_table(app);
    if (!table)
        return;
    offer(app, "Sort by", sort_chosen);
    for (const struct column *column = table->columns; column->id; column++) {
        if (!can_sort(table, column))
            continue;
        menu_add(&app->menu, "%s\t%s", column->id, column->help);
        if (column == table->sort)
            list_go(&app->menu.list, (int64_t)app->menu.list.count - 1);
    }
}

/* ---- thread and metric ---- */

#define INDENT_MOST 8u

static void changed_file(struct app *app)
{
    app_stale(app, app->shown);
    app_refresh(app);
}

/* The list that the menu was made of stands behind "all threads". */
static void thread_chosen(struct app *app, uint32_t item)
{
    struct app_file *file = app_file(app);
    uint32_t count;
    struct process_choice *choices = process_tree_choices(file->profile, file->metric, &count);
    file->thread = item && item <= count ? choices[item - 1].threads : PROFILE_NONE;
    free(choices);
    changed_file(app);
}

static void add_value(struct app *app, const char *name, int64_t total)
{
    const struct app_file *file = app_file(app);
    const struct metric *metric = &file->profile->metrics[file->metric];
    char value[40];
    number_value(number_in_unit(total, metric), metric, value, sizeof value);
    menu_add(&app->menu, "%s\t%s", name, value);
}

static void choice_name(const struct profile *profile, const struct process_choice *choice,
                        char *buffer, size_t size)
{
    uint32_t chosen = profile_chosen_process(choice->threads);
    int indent = 2 * (int)(choice->depth < INDENT_MOST ? choice->depth : INDENT_MOST);
    if (chosen != PROFILE_NONE) {
        const struct process *process = &profile->processes[chosen];
        snprintf(buffer, size, "%*s%" PRIu64 "  %.100s", indent, "", process->id,
                 process_tree_command(process));
    } else {
        const struct thread *thread = &profile->threads[choice->threads];
        char id[24] = "";
        if (thread->id)
            snprintf(id, sizeof id, "  %" PRIu64, thread->id);
        snprintf(buffer, size, "%*s%.150s%s", indent, "", thread->name[0] ? thread->name : "thread",
                 id);
    }
}

void request_thread(struct app *app)
{
    const struct app_file *file = app_file(app);
    uint32_t count, chosen = 0;
    struct process_choice *choices = process_tree_choices(file->profile, file->metric, &count);
    offer(app, file->profile->process_count > 1 ? "Process or thread" : "Thread", thread_chosen);
    add_value(app, "all threads", profile_total(file->profile, file->metric, PROFILE_NONE));
    for (uint32_t i = 0; i < count; i++) {
        char name[256];
        choice_name(file->profile, &choices[i], name, sizeof name);
        add_value(app, name, choices[i].total);
        if (choices[i].threads == file->thread)
            chosen = i + 1;
    }
    free(choices);
    list_go(&app->menu.list, chosen);
}

static void metric_chosen(struct app *app, uint32_t item)
{
    app_file(app)->metric = item;
    changed_file(app);
}

static uint32_t metric_named(const struct profile *profile, const char *name)
{
    for (uint32_t m = 0; m < profile->metric_count; m++)
        if (!strcmp(profile->metrics[m].name, name))
            return m;
    return PROFILE_NONE;
}

/* Where several files stand beside each other the metric of that name is chosen in all of them. */
static void metric_chosen_in_all(struct app *app, uint32_t item)
{
    const char *name = app_file(app)->profile->metrics[item].name;
    for (int i = 0; i < app->file_count; i++) {
        if (metric_named(app->files[i].profile, name) != PROFILE_NONE)
            continue;
        app_say(app, "%s has no metric \"%s\".", path_base(app->files[i].path), name);
        return;
    }
    for (int i = 0; i < app->file_count; i++)
        app->files[i].metric = metric_named(app->files[i].profile, name);
    app_stale(app, -1);
    app_refresh(app);
}

void request_metric(struct app *app)
{
    const struct app_file *file = app_file(app);
    bool in_all = app_is_of_pair(app->view) || app->view == VIEW_SCALING;
    offer(app, "Metric", in_all ? metric_chosen_in_all : metric_chosen);
    for (uint32_t m = 0; m < file->profile->metric_count; m++) {
        const struct metric *metric = &file->profile->metrics[m];
        char value[128];
        int64_t total = profile_total(file->profile, m, PROFILE_NONE);
        bool named = !metric->unit[0] || !strcmp(metric->unit, metric->name);
        (named ? number_value : number_of_unit)(number_in_unit(total, metric), metric, value,
                                                sizeof value);
        menu_add(&app->menu, "%s\t%s", metric->name, value);
    }
    list_go(&app->menu.list, file->metric);
}

static void say_correction(struct app *app)
{
    char sentence[128];
    corrections_sentence(app_file(app)->profile, app_file(app)->metric, sentence, sizeof sentence);
    if (sentence[0])
        app_say(app, "%c%s.", sentence[0] - 'a' + 'A', sentence + 1);
}

/* The first file that has a choice says which way it goes; files without one stay as they are. */
void app_toggle_raw(struct app *app)
{
    uint32_t first_raw = 0, now = 0;
    for (int i = app->file_count; i-- > 0;) {
        if (!app->files[i].profile->correction.raw)
            continue;
        first_raw = app->files[i].profile->correction.raw;
        now = app->files[i].metric;
    }
    bool to_raw = now != first_raw;
    for (int i = 0; i < app->file_count; i++)
        if (app->files[i].profile->correction.raw)
            app->files[i].metric = to_raw ? app->files[i].profile->correction.raw : 0;
    app_stale(app, -1);
    app_refresh(app);
    say_correction(app);
}

/* ---- files ---- */

static void file_named(struct app *app)
{
    if (!app->prompt.text[0])
        return;
    app->replaces = app->file_count == 2;
    app_load(app, app->prompt.text);
}

void request_file(struct app *app)
{
    snprintf(app->prompt_note, sizeof app->prompt_note, "a profile of any format");
    ask(app, "Side by side with: ", "", NULL, file_named, NULL);
}

static void offer_runs(struct app *app, const char *title, void (*done)(struct app *, uint32_t),
                       int first)
{
    offer(app, title, done);
    for (int i = 0; i < app->file_count; i++) {
        const struct app_file *file = &app->files[i];
        char size[40];
        number_size(app_size(file), size, sizeof size);
        menu_add(&app->menu, "size %s\t%s", size, app_name(app, i));
    }
    list_go(&app->menu.list, first);
}

static void run_chosen(struct app *app, uint32_t item)
{
    if (app->view == VIEW_SCALING)
        app_go(app, VIEW_HOTSPOTS, (int)item, true);
    else
        app_show_file(app, (int)item);
}

void request_run(struct app *app)
{
    offer_runs(app, "Look at the run of", run_chosen, app->shown);
}

static void at_named(struct app *app)
{
    struct error err = {0};
    double at;
    if (select_size(app->prompt.text[0] ? app->prompt.text : NULL, "the size to project to", &at,
                    &err)) {
        app_say_error(app, &err);
        return;
    }
    app->at = at;
    app->views[VIEW_SCALING].stale = app->views[VIEW_PLOT].stale = true;
    app_refresh(app);
}

void request_at(struct app *app)
{
    char size[40] = "";
    if (!isnan(app->at))
        number_shortest(app->at, size, sizeof size);
    snprintf(app->prompt_note, sizeof app->prompt_note, "empty: ten times the largest");
    ask(app, "Project to size: ", size, NULL, at_named, NULL);
}

static void second_chosen(struct app *app, uint32_t item)
{
    app_side_by_side(app, app->first_chosen, (int)item);
}

static void first_chosen(struct app *app, uint32_t item)
{
    if ((int)item == app->file_count) {
        request_file(app);
        return;
    }
    app->first_chosen = (int)item; /* nothing changes until the second is chosen, too */
    offer_runs(app, "B: the second run", second_chosen, app->pair[1]);
}

void request_pair(struct app *app)
{
    offer_runs(app, "A: the first run", first_chosen, app->pair[0]);
    menu_add(&app->menu, "another file …");
}

/* ".prof .folded", what can be written. */
static void name_formats(char *buffer, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; writers[i] && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s.%.*s", i ? " " : "",
                                 (int)strcspn(writers[i]->suffixes, " "), writers[i]->suffixes);
}

static void write_named(struct app *app)
{
    const char *path = app->prompt.text;
    struct error err = {0};
    if (!path[0])
        return;
    const struct writer *writer = writer_for_path(path);
    bool again = app->overwrite && !strcmp(app->overwrite, path);
    free(app->overwrite);
    app->overwrite = NULL;
    if (!writer) {
        char known[80];
        name_formats(known, sizeof known);
        error_set(&err, ERROR_USAGE, "no format has the suffix of '%s'; there are %s", path, known);
        app_say_error(app, &err);
        return;
    }
    if (!again && access(path, F_OK) == 0) {
        app->overwrite = memory_string(path);
        app_say(app, "%s exists already. w and Enter replace it.", path);
        return;
    }
    if (profile_save(app_file(app)->profile, path, writer, again, &err)) {
        app_say_error(app, &err);
        return;
    }
    const char *lost = writer->loses ? writer->loses(app_file(app)->profile) : NULL;
    app_say(app, "Wrote %s (%s). %s", path, writer->name, lost ? lost : "");
}

void request_write(struct app *app)
{
    name_formats(app->prompt_note, sizeof app->prompt_note);
    char label[64] = "Write to: ";
    if (app->file_count > 1)
        snprintf(label, sizeof label, "Write %.48s to: ", app_name(app, app->shown));
    ask(app, label, app->overwrite ? app->overwrite : "", NULL, write_named, NULL);
}
