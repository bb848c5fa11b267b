/* The title line: which run, how long, of what. */
#include "tui/title.h"

#include "tui/analysis/names.h"
#include "tui/analysis/process_tree.h"
#include "tui/analysis/scaling.h"
#include "tui/corrections.h"
#include "tui/losses.h"
#include "tui/numbers.h"
#include "tui/widgets/glyph.h"

#include <string.h>

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

/* "4.8 s wall", "138 samples", "16,727,885 Ir"; of several metrics, "333 samples of cycles". */
static void total_text(const struct app_file *file, uint32_t thread, char *buffer, size_t size)
{
    const struct metric *metric = &file->profile->metrics[file->metric];
    const char *name = metric->name, *unit = metric->unit;
    int64_t total = profile_total(file->profile, file->metric, thread);
    bool has_unit = metric->kind == METRIC_TIME || metric->kind == METRIC_BYTES;
    if (!has_unit && file->profile->metric_count > 1 && unit[0] && !strstr(name, unit)) {
        char value[128];
        number_of_unit(number_in_unit(total, metric), metric, value, sizeof value);
        snprintf(buffer, size, "%s of %s", value, name);
        return;
    }
    const char *word = has_unit || strstr(name, unit) ? name : unit;
    if (has_unit && !strcmp(word, "time"))
        word = ""; /* its unit says so */
    char value[40];
    number_value(number_in_unit(total, metric), metric, value, sizeof value);
    snprintf(buffer, size, "%s%s%s", value, word[0] ? " " : "", word);
}

/* "3 threads", "40 threads of 12 processes". */
static void count_threads(const struct profile *profile, char *buffer, size_t size)
{
    char processes[64];
    if (!profile->thread_count)
        return;
    count_of(profile->thread_count, "thread", "threads", buffer, size);
    if (profile->process_count < 2)
        return;
    count_of(profile->process_count, "process", "processes", processes, sizeof processes);
    size_t used = strlen(buffer);
    snprintf(buffer + used, size - used, " of %s", processes);
}

enum { FACT_CUT = 4, FACT_CUT_WHERE = 8, FACTS = 10, FACT_MAX = 200 };

/* What the title says of a file, the most important first. */
static void facts_of(const struct app *app, const struct app_file *file,
                     char facts[FACTS][FACT_MAX])
{
    const struct profile *profile = file->profile;
    memset(facts, 0, sizeof(char[FACTS][FACT_MAX]));
    total_text(file, file->thread, facts[0], FACT_MAX);
    losses_events(profile, facts[1], FACT_MAX);
    if (app->range)
        snprintf(facts[2], FACT_MAX, "part %.40s", app->range);
    process_tree_choice_text(profile, file->thread, facts[3], FACT_MAX);
    corrections_brief(profile, file->metric, file->thread, facts[5], FACT_MAX);
    if (profile->flags & PROFILE_HAS_CALLS && file->thread == PROFILE_NONE)
        count_of(calls_of(profile), "call", "calls", facts[6], FACT_MAX);
    if (!facts[3][0])
        count_threads(profile, facts[7], FACT_MAX);
    losses_cut(profile, facts[FACT_CUT_WHERE], FACT_MAX);
    if (profile->flags & PROFILE_THINNED)
        snprintf(facts[9], FACT_MAX, "thinned");
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

/* That it is cut comes before how many calls there are, if all of where does not fit. */
static void join_facts_of_one(char facts[FACTS][FACT_MAX], int width, char *buffer, size_t size)
{
    char *where = facts[FACT_CUT_WHERE];
    join_facts(facts, width, buffer, size);
    if (!where[0] || strstr(buffer, where))
        return;
    snprintf(facts[FACT_CUT], FACT_MAX, "%.*s", (int)strcspn(where, ","), where);
    where[0] = '\0';
    join_facts(facts, width, buffer, size);
}

static void title_of_one(const struct app *app, struct canvas *canvas, int row)
{
    const struct app_file *file = &app->files[app->shown];
    char facts[FACTS][FACT_MAX], right[FACTS * FACT_MAX];
    int at = canvas_text(canvas, row, 1, canvas->columns, STYLE_TITLE, "ncprof") + 3;
    char which[24] = "";
    if (app->file_count > 2)
        snprintf(which, sizeof which, "%d/%d", app->shown + 1, app->file_count);
    else if (app->file_count > 1)
        snprintf(which, sizeof which, "%s", app->shown == app->pair[0] ? "A" : "B");
    if (which[0])
        at += canvas_text(canvas, row, at, canvas->columns, STYLE_TITLE, which) + 1;
    int room = canvas->columns - at - 1;
    const char *name = file->path;
    if (glyph_width(name) * 2 > room)
        name = app_name(app, app->shown);
    int least = glyph_width(name) < room / 2 ? glyph_width(name) : room / 2;
    facts_of(app, file, facts);
    join_facts_of_one(facts, room - least - 2, right, sizeof right);
    canvas_text_cut(canvas, row, at, room - glyph_width(right) - 2, STYLE_TITLE, name);
    canvas_text_right(canvas, row, at, room, STYLE_NORMAL, right);
}

/* "5,198,299 lost" in half a line; there is always room to say that something is missing. */
static void short_loss(const struct profile *profile, int room, char *buffer, size_t size)
{
    char count[40];
    number_count(profile->lost_events, count, sizeof count);
    snprintf(buffer, size, "%s lost", count);
    if (glyph_width(buffer) + 5 > room)
        snprintf(buffer, size, "losses");
}

/* "  size 7  60.0 s", or less where there is less room. */
static void side_facts(const struct app_file *file, int room, char *buffer, size_t size)
{
    char total[60], lost[80], run_size[40] = "";
    double value = app_size(file);
    total_text(file, PROFILE_NONE, total, sizeof total);
    if (!isnan(value) && room > 32)
        snprintf(run_size, sizeof run_size, "  size %.6g", value);
    losses_events(file->profile, lost, sizeof lost);
    if (lost[0] && room < 48)
        short_loss(file->profile, room, lost, sizeof lost);
    bool roomy = room > (lost[0] ? 28 : 20);
    snprintf(buffer, size, "%s%s%s%s%s", run_size, roomy ? "  " : "", roomy ? total : "",
             lost[0] ? "  " : "", lost);
}

/* "size ×4.29  time ×30.0", as much of it as has a meaning. */
static void ratio_text(const struct app *app, char *buffer, size_t size)
{
    const struct app_file *a = &app->files[app->pair[0]], *b = &app->files[app->pair[1]];
    const struct metric *metric_a = &a->profile->metrics[a->metric];
    const struct metric *metric_b = &b->profile->metrics[b->metric];
    double size_ratio = app_size(b) / app_size(a);
    double ratio = number_in_unit(profile_total(b->profile, b->metric, PROFILE_NONE), metric_b) /
                   number_in_unit(profile_total(a->profile, a->metric, PROFILE_NONE), metric_a);
    char sizes[40], totals[40];
    number_ratio(size_ratio, sizes, sizeof sizes);
    number_ratio(ratio, totals, sizeof totals);
    const char *word = metric_a->kind == METRIC_TIME ? "time"
                       : metric_a->unit[0]           ? metric_a->unit
                                                     : metric_a->name;
    size_t used = 0;
    buffer[0] = '\0';
    if (!isnan(size_ratio))
        used = (size_t)snprintf(buffer, size, "size %s  ", sizes);
    if (app_is_unlike(app))
        snprintf(buffer + used, size - used, "unlike units");
    else
        snprintf(buffer + used, size - used, "%s %s", word, totals);
}

/* One file of two: its name gives way, not its numbers. */
static int draw_side(const struct app *app, struct canvas *canvas, int row, int at, int width,
                     int side)
{
    const struct app_file *file = &app->files[app->pair[side]];
    char facts[FACT_MAX];
    side_facts(file, width, facts, sizeof facts);
    int end = at + width, room = width - 3 - glyph_width(facts);
    at += canvas_text(canvas, row, at, width, STYLE_TITLE, side ? "B  " : "A  ");
    char name[FACT_MAX];
    snprintf(name, sizeof name, "%s", app_name(app, app->pair[side]));
    char *suffix = strrchr(name, '.');
    if (glyph_width(name) > room && suffix && suffix > name)
        *suffix = '\0'; /* the suffix tells least */
    if (room > 0)
        at += canvas_text_cut(canvas, row, at, room, STYLE_TITLE, name);
    return at + canvas_text(canvas, row, at, end - at, STYLE_NORMAL, facts);
}

static void title_of_two(const struct app *app, struct canvas *canvas, int row)
{
    char ratio[FACT_MAX], normaliser[64], both[FACT_MAX + 120];
    enum { BAR = 5, SIDES = 44 };
    ratio_text(app, ratio, sizeof ratio);
    pair_normaliser(app, normaliser, sizeof normaliser);
    snprintf(both, sizeof both, "%s  %s%s%.40s", ratio, normaliser, app->range ? "  part " : "",
             app->range ? app->range : "");
    int room = canvas->columns - 2;
    const char *right = room > glyph_width(both) + 2 * BAR + SIDES    ? both
                        : room > glyph_width(ratio) + 2 * BAR + SIDES ? ratio
                                                                      : "";
    int half = (room - BAR - (right[0] ? glyph_width(right) + BAR : 0)) / 2;
    int at = draw_side(app, canvas, row, 1, half, 0);
    at += canvas_text(canvas, row, at, room, STYLE_DIM, "  │  ");
    at = draw_side(app, canvas, row, at, half, 1);
    if (!right[0])
        return;
    at += canvas_text(canvas, row, at, room, STYLE_DIM, "  │  ");
    canvas_text(canvas, row, at, canvas->columns - at, STYLE_NORMAL, right);
}

/* "5 runs", "size 1,000 … 16,000", "projected to 160,000", "cumtime" */
static void facts_of_runs(const struct app *app, char facts[FACTS][FACT_MAX])
{
    const struct scaling *scaling = app->scaling;
    char first[40], last[40], at[40];
    memset(facts, 0, sizeof(char[FACTS][FACT_MAX]));
    snprintf(facts[0], FACT_MAX, "%d runs", app->file_count);
    if (!scaling)
        return;
    number_size(scaling->sizes[0], first, sizeof first);
    number_size(scaling->sizes[scaling->size_count - 1], last, sizeof last);
    number_size(scaling->at, at, sizeof at);
    snprintf(facts[1], FACT_MAX, "size %s … %s", first, last);
    snprintf(facts[2], FACT_MAX, "projected to %s", at);
    const char *metric = app->files[0].profile->metrics[app->files[0].metric].name;
    bool raw =
        app->files[0].metric && app->files[0].metric == app->files[0].profile->correction.raw;
    snprintf(facts[3], FACT_MAX, "%s%s%.40s", compare_measures[scaling->measure], raw ? " · " : "",
             raw ? metric : "");
    for (int i = 0; i < app->file_count && !facts[4][0]; i++)
        losses_events(app->files[i].profile, facts[4], FACT_MAX);
}

static void title_of_runs(const struct app *app, struct canvas *canvas, int row)
{
    char facts[FACTS][FACT_MAX], text[FACTS * FACT_MAX];
    int at = canvas_text(canvas, row, 1, canvas->columns, STYLE_TITLE, "ncprof") + 3;
    facts_of_runs(app, facts);
    join_facts(facts, canvas->columns - at - 1, text, sizeof text);
    canvas_text(canvas, row, at, canvas->columns - at - 1, STYLE_TITLE, text);
}

void title_draw(const struct app *app, struct canvas *canvas, int row)
{
    if (app->view == VIEW_SCALING || app->view == VIEW_PLOT)
        title_of_runs(app, canvas, row);
    else if (app_is_of_pair(app->view))
        title_of_two(app, canvas, row);
    else
        title_of_one(app, canvas, row);
}
