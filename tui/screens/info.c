/* What a file is: format, totals, what was recorded and how, losses, threads. */
#include "capture/launcher/recover.h"
#include "formats/profile/memory.h"
#include "tui/analysis/process_tree.h"
#include "tui/numbers.h"
#include "tui/recording_costs.h"
#include "tui/screens/screen.h"
#include "tui/widgets/glyph.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define INDENT_MOST 8u

struct line {
    char *label, *text; /* a title has no text */
    uint32_t thread;    /* or a whole process; PROFILE_NONE: neither */
};

struct info_state {
    ARRAY(struct line) lines;
    struct list list;
    struct rect area;
    int label_width;
};

static void add_text(struct info_state *state, const char *label, const char *text)
{
    *array_push(&state->lines) =
        (struct line){memory_string(label), memory_string(text), PROFILE_NONE};
}

__attribute__((format(printf, 3, 4))) static void add(struct info_state *state, const char *label,
                                                      const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add_text(state, label, text);
}

static void add_count(struct info_state *state, const char *label, uint64_t count)
{
    char number[40];
    number_count(count, number, sizeof number);
    add_text(state, label, number);
}

static void add_metrics(struct info_state *state, const struct profile *profile)
{
    for (uint32_t m = 0; m < profile->metric_count; m++) {
        const struct metric *metric = &profile->metrics[m];
        char value[128];
        number_of_unit(number_in_unit(profile_total(profile, m, PROFILE_NONE), metric), metric,
                       value, sizeof value);
        bool has_unit = metric->kind == METRIC_TIME || metric->kind == METRIC_BYTES;
        bool says_more = has_unit ? strcmp(metric->name, "time") != 0
                                  : metric->unit[0] && strcmp(metric->name, metric->unit) != 0;
        add(state, m ? "" : "total", "%s%s%s", value,
            !says_more ? ""
            : has_unit ? " "
                       : " of ",
            says_more ? metric->name : "");
    }
}

static void add_holdings(struct info_state *state, const struct profile *profile)
{
    static const struct {
        unsigned flag;
        const char *word;
    } holdings[] = {
        {PROFILE_HAS_CALLS, "calls"},       {PROFILE_HAS_PRIMITIVE, "primitive calls"},
        {PROFILE_HAS_TREE, "call tree"},    {PROFILE_HAS_EDGES, "callers and callees"},
        {PROFILE_HAS_LATENCY, "latencies"}, {PROFILE_HAS_TIMELINE, "timeline"},
    };
    char text[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < sizeof holdings / sizeof *holdings; i++)
        if (profile->flags & holdings[i].flag)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? ", " : "",
                                     holdings[i].word);
    add_text(state, "holds", used ? text : "sums a function");
}

static void add_times(struct info_state *state, const struct profile *profile)
{
    static const struct metric seconds = {"wall", "s", METRIC_TIME, 1e-9};
    time_t start = (time_t)(profile->start_ns / 1000000000);
    struct tm utc;
    char text[64];
    if (profile->start_ns > 0 && gmtime_r(&start, &utc) &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc))
        add_text(state, "started", text);
    if (profile->wall_ns > 0) {
        number_value((double)profile->wall_ns / 1e9, &seconds, text, sizeof text);
        add_text(state, "lasted", text);
    }
    if (!isnan(profile->size))
        add(state, "size", "%.10g", profile->size);
}

static void add_title(struct info_state *state, const char *title)
{
    if (state->lines.count)
        add_text(state, "", "");
    add_text(state, title, "");
}

static void add_process(struct info_state *state, const struct subject *subject,
                        const struct process_row *row)
{
    const struct process *process = &subject->profile->processes[row->process];
    const struct metric *metric = &subject->profile->metrics[subject->metric];
    int indent = 2 * (int)(row->depth < INDENT_MOST ? row->depth : INDENT_MOST);
    char label[64], value[40], calls[40], end[PROCESS_END_TEXT];
    snprintf(label, sizeof label, "%*s%" PRIu64, indent, "", process->id);
    number_value(number_in_unit(row->total, metric), metric, value, sizeof value);
    number_count(row->calls, calls, sizeof calls);
    process_tree_end_text(process, end, sizeof end);
    add(state, label, "%12s  %13s calls  %s%s%s", value, calls, end, end[0] ? "  " : "",
        process_tree_command(process));
    state->lines.data[state->lines.count - 1].thread = profile_whole_process(row->process);
}

static void add_processes(struct info_state *state, const struct subject *subject)
{
    uint32_t count;
    if (process_tree_is_trivial(subject->profile) || !(subject->profile->flags & PROFILE_HAS_TREE))
        return;
    struct process_row *rows = process_tree_rows(subject->profile, subject->metric, &count);
    add_title(state, "Processes");
    for (uint32_t i = 0; i < count; i++)
        add_process(state, subject, &rows[i]);
    free(rows);
}

static void add_threads(struct info_state *state, const struct subject *subject)
{
    const struct profile *profile = subject->profile;
    const struct metric *metric = &profile->metrics[subject->metric];
    if (!profile->thread_count)
        return;
    add_title(state, "Threads");
    for (uint32_t t = 0; t < profile->thread_count; t++) {
        const struct thread *thread = &profile->threads[t];
        char value[40] = "", process[300] = "", id[32] = "";
        if (profile->flags & PROFILE_HAS_TREE)
            number_value(number_in_unit(profile_total(profile, subject->metric, t), metric), metric,
                         value, sizeof value);
        if (profile->process_count > 1 && thread->process < profile->process_count)
            snprintf(process, sizeof process, "  %.200s %" PRIu64,
                     profile->processes[thread->process].name,
                     profile->processes[thread->process].id);
        if (thread->id)
            snprintf(id, sizeof id, "%" PRIu64, thread->id);
        add(state, thread->name[0] ? thread->name : "(thread)", "%12s  %s%s", value, id, process);
        if (profile->flags & PROFILE_HAS_TREE)
            state->lines.data[state->lines.count - 1].thread = t;
    }
}

static void free_lines(struct info_state *state)
{
    for (uint32_t i = 0; i < state->lines.count; i++) {
        free(state->lines.data[i].label);
        free(state->lines.data[i].text);
    }
    array_free(&state->lines);
}

static void add_facts(struct info_state *state, const struct profile *profile)
{
    add_text(state, "file", profile->path);
    add_text(state, "format", profile->format);
    add_metrics(state, profile);
    add_times(state, profile);
    add_count(state, "functions", profile->function_count);
    if (profile->flags & PROFILE_HAS_TREE)
        add_count(state, "contexts", profile->context_count);
    if (profile->flags & PROFILE_HAS_EDGES)
        add_count(state, "edges", profile->edge_count);
    add_holdings(state, profile);
}

static void add_metadata(struct info_state *state, const struct profile *profile)
{
    char label[128], cost[128];
    for (uint32_t i = 0; i < profile->metadata_count; i++) {
        if (!recording_costs_told(profile, i, label, cost, sizeof cost))
            add_text(state, profile->metadata[i].key, profile->metadata[i].value);
        else if (*label)
            add_text(state, label, cost);
    }
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct info_state *state = opaque;
    const struct profile *profile = subject->profile;
    free_lines(state);
    add_title(state, "File");
    add_facts(state, profile);
    if (profile->note_count)
        add_title(state, "Notes");
    for (uint32_t i = 0; i < profile->note_count; i++)
        add_text(state, i ? "" : "!", profile->notes[i]);
    if (profile->flags & PROFILE_TRUNCATED && recover_possible(profile->path))
        add_text(state, "", RECOVER_HINT);
    if (profile->metadata_count)
        add_title(state, "Recorded");
    add_metadata(state, profile);
    add_processes(state, subject);
    add_threads(state, subject);
    state->label_width = 0;
    for (uint32_t i = 0; i < state->lines.count; i++) {
        int width = glyph_width(state->lines.data[i].label);
        state->label_width = width > state->label_width ? width : state->label_width;
    }
    list_count(&state->list, state->lines.count);
}

static void close_state(void *opaque)
{
    free_lines(opaque);
}

static void fit(void *opaque, struct rect area)
{
    struct info_state *state = opaque;
    state->area = area;
    list_fit(&state->list, area.rows > 0 ? (uint32_t)area.rows : 0);
}

static void draw_line(const struct info_state *state, uint32_t number, struct canvas *canvas,
                      int row)
{
    const struct line *line = &state->lines.data[number];
    int width = state->area.columns;
    int labels = state->label_width < width / 3 ? state->label_width : width / 3;
    if (!line->text[0]) {
        canvas_text_cut(canvas, row, 1, width - 1, STYLE_TITLE, line->label);
    } else {
        enum style style = line->label[0] == '!' ? STYLE_WORSE : STYLE_DIM;
        canvas_text_cut(canvas, row, 3, labels, style, line->label);
        (line->thread == PROFILE_NONE ? canvas_text_cut : canvas_text)(
            canvas, row, 5 + labels, width - 5 - labels, STYLE_NORMAL, line->text);
    }
    if (number != state->list.cursor)
        return;
    canvas_restyle(canvas, (struct rect){row, 0, 1, width}, STYLE_SELECTED);
    canvas_text(canvas, row, 0, 1, STYLE_SELECTED, "▌");
}

static void draw(const void *opaque, struct canvas *canvas)
{
    const struct info_state *state = opaque;
    const struct list *list = &state->list;
    for (uint32_t i = 0; i < list->height && list->top + i < list->count; i++)
        draw_line(state, list->top + i, canvas, state->area.row + (int)i);
}

static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct info_state *state = opaque;
    if (list_act(&state->list, action->id))
        return REACTION_HANDLED;
    if (action->id != ACTION_OPEN || !state->list.count)
        return REACTION_NONE;
    uint32_t thread = state->lines.data[state->list.cursor].thread;
    if (thread != PROFILE_NONE)
        app_open_thread(app, thread);
    return REACTION_HANDLED;
}

static unsigned click(void *opaque, int row, int column)
{
    struct info_state *state = opaque;
    (void)column;
    if (row < state->area.row || row >= state->area.row + state->area.rows)
        return REACTION_NONE;
    list_go(&state->list, (int64_t)state->list.top + row - state->area.row);
    return REACTION_HANDLED;
}

/* "22245: 180 ms 18,443 calls exit 0 make -j4. ", which may be cut above. */
static void process_clause(const struct line *line, char *buffer, size_t size)
{
    size_t used = (size_t)snprintf(buffer, size, "%s:", line->label + strspn(line->label, " "));
    bool apart = true;
    for (const char *c = line->text; *c && used + 4 < size; c++) {
        if (*c != ' ' && apart)
            buffer[used++] = ' ';
        apart = *c == ' ';
        if (!apart)
            buffer[used++] = *c;
    }
    snprintf(buffer + used, size - used, ". ");
}

/* The whole of a line that may be cut above. */
static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct info_state *state = opaque;
    const struct line *line = &state->lines.data[state->list.cursor];
    char clause[400] = "";
    bool process = profile_chosen_process(line->thread) != PROFILE_NONE;
    buffer[0] = '\0';
    if (line->thread != PROFILE_NONE && process)
        process_clause(line, clause, sizeof clause);
    if (line->thread != PROFILE_NONE)
        snprintf(buffer, size, "%sEnter: the hotspots of this %s alone.", clause,
                 process ? "process" : "thread");
    else if (line->text[0])
        snprintf(buffer, size, "%s%s%s", line->label[0] == '!' ? "" : line->label,
                 line->label[0] && line->label[0] != '!' ? ": " : "", line->text);
}

const struct screen_ops info_screen = {
    .title = "Info",
    .place = PLACE_INFO,
    .state_size = sizeof(struct info_state),
    .rebuild = rebuild,
    .close = close_state,
    .fit = fit,
    .draw = draw,
    .act = act,
    .click = click,
    .sentence = sentence,
};
