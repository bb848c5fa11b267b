#include "tui/reports/text.h"

#include "formats/profile/text.h"
#include "tui/analysis/process_tree.h"
#include "tui/corrections.h"
#include "tui/losses.h"
#include "tui/numbers.h"

#include <string.h>

int report_format_by_name(const char *name, enum report_format *format, struct error *err)
{
    static const struct {
        const char *name;
        enum report_format format;
    } names[] = {{"text", REPORT_TEXT},
                 {"markdown", REPORT_MARKDOWN},
                 {"md", REPORT_MARKDOWN},
                 {"csv", REPORT_CSV},
                 {"json", REPORT_JSON}};
    *format = REPORT_TEXT;
    if (!name)
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i].name, name)) {
            *format = names[i].format;
            return 0;
        }
    return error_set(err, ERROR_USAGE,
                     "no format \"%.64s\"; there are text, markdown, csv and json", name);
}

void text_table(FILE *out, const struct report_table *table, const struct report_style *style)
{
    struct report_table styled = *table;
    styled.yappi = style->yappi;
    styled.width = style->width;
    if (style->format == REPORT_MARKDOWN)
        table_markdown(out, &styled);
    else
        table_text(out, &styled);
}

void text_plain(FILE *out, const char *text, const struct report_style *style)
{
    if (style->format == REPORT_MARKDOWN)
        table_markdown_text(out, text);
    else
        fputs(text, out);
}

void text_line(FILE *out, const char *line, const struct report_style *style)
{
    if (!line[0])
        return;
    fputs(style->format == REPORT_MARKDOWN ? "\n" : "", out);
    text_plain(out, line, style);
    putc('\n', out);
}

void text_closing(FILE *out, const char *line, const struct report_style *style)
{
    if (line[0] && style->format != REPORT_MARKDOWN)
        putc('\n', out);
    text_line(out, line, style);
}

static uint64_t all_calls(const struct profile *profile)
{
    uint64_t calls = 0;
    for (uint32_t f = 0; f < profile->function_count; f++)
        calls += profile->function_calls[f];
    return calls;
}

static uint64_t all_primitive(const struct profile *profile)
{
    uint64_t calls = 0;
    for (uint32_t f = 0; f < profile->function_count; f++)
        calls += profile->function_primitive[f];
    return calls;
}

/* ", 1,000 calls (412 primitive)"; nothing when the file holds no calls or a thread is picked. */
static void calls_clause(const struct profile *profile, char *buffer, size_t size)
{
    char calls[40], primitive[40];
    buffer[0] = '\0';
    if (!(profile->flags & PROFILE_HAS_CALLS))
        return;
    number_count(all_calls(profile), calls, sizeof calls);
    number_count(all_primitive(profile), primitive, sizeof primitive);
    if (strcmp(calls, primitive) != 0)
        snprintf(buffer, size, ", %s calls (%s primitive)", calls, primitive);
    else
        snprintf(buffer, size, ", %s call%s", calls, strcmp(calls, "1") ? "s" : "");
}

static void threads_clause(const struct profile *profile, uint32_t thread, char *buffer,
                           size_t size)
{
    char text[256], name[256];
    buffer[0] = '\0';
    process_tree_choice_text(profile, thread, name, sizeof name);
    if (name[0]) {
        text_escape(name, strlen(name), text, sizeof text);
        snprintf(buffer, size, ", %s", text);
    } else if (profile->thread_count) {
        number_count(profile->thread_count, text, sizeof text);
        snprintf(buffer, size, ", %s thread%s", text, profile->thread_count == 1 ? "" : "s");
        if (profile->process_count < 2)
            return;
        number_count(profile->process_count, text, sizeof text);
        size_t used = strlen(buffer);
        snprintf(buffer + used, size - used, " of %s processes", text);
    }
}

static void losses_clause(const struct profile *profile, char *buffer, size_t size)
{
    char events[100], cut[100];
    losses_events(profile, events, sizeof events);
    losses_cut(profile, cut, sizeof cut);
    snprintf(buffer, size, "%s%s%s%s", events[0] ? ", " : "", events, cut[0] ? ", " : "", cut);
}

void text_title(FILE *out, const struct profile *profile, uint32_t metric, uint32_t thread,
                const struct report_style *style)
{
    char path[1024], total[64], calls[128] = "", threads[320], functions[40], losses[256];
    const struct metric *m = &profile->metrics[metric];
    text_escape(profile->path, strlen(profile->path), path, sizeof path);
    number_value(number_in_unit(profile_total(profile, metric, thread), m), m, total, sizeof total);
    if (thread == PROFILE_NONE)
        calls_clause(profile, calls, sizeof calls);
    threads_clause(profile, thread, threads, sizeof threads);
    number_count(profile->function_count, functions, sizeof functions);
    losses_clause(profile, losses, sizeof losses);
    fputs(style->format == REPORT_MARKDOWN ? "## " : "", out);
    text_plain(out, path[0] ? path : "(memory)", style);
    fprintf(out, ": %s", total);
    snprintf(path, sizeof path, " %s%s%s, %s function%s%s", m->name, calls, threads, functions,
             profile->function_count == 1 ? "" : "s", losses);
    text_plain(out, path, style);
    putc('\n', out);
    corrections_sentence(profile, metric, path, sizeof path);
    text_line(out, path, style);
    putc('\n', out);
}

/* Of which file, where that has to be said. */
static void note_line(FILE *out, const struct profile *of, const char *note, bool first,
                      const struct report_style *style)
{
    char line[2048] = "note: ";
    size_t used = strlen(line);
    if (of) {
        text_escape(of->path, strlen(of->path), line + used, 1024);
        used = strlen(line);
        used += (size_t)snprintf(line + used, sizeof line - used, ": ");
    }
    text_escape(note, strlen(note), line + used, sizeof line - used);
    if (first)
        text_closing(out, line, style);
    else
        text_line(out, line, style);
}

void text_notes(FILE *out, const struct profile *profile, const struct report_style *style)
{
    for (uint32_t i = 0; i < profile->note_count; i++)
        note_line(out, NULL, profile->notes[i], !i, style);
}

void text_notes_of(FILE *out, const struct profile *const *profiles, uint32_t count,
                   const struct report_style *style)
{
    bool first = true;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t note = 0; note < profiles[i]->note_count; note++, first = false)
            note_line(out, profiles[i], profiles[i]->notes[note], first, style);
    }
}

void text_branch(const struct calltree_row *row, char *buffer, size_t size)
{
    enum { INDENT_MAX = 60 }; /* levels; deeper rows say how deep they are */
    uint32_t levels = row->depth > INDENT_MAX ? INDENT_MAX : row->depth;
    char level[16] = "";
    if (row->depth > INDENT_MAX)
        snprintf(level, sizeof level, "[%u] ", row->depth);
    snprintf(buffer, size, "%*s%s%s%s", (int)levels * 2, "", level,
             !row->has_children ? "• "
             : row->open        ? "▾ "
                                : "▸ ",
             row->recursive ? "↻ " : "");
}

void text_rows_shown(FILE *out, uint32_t shown, uint32_t count, const struct report_style *style)
{
    char line[128], all[40], first[40];
    if (shown == count)
        return;
    number_count(shown, first, sizeof first);
    number_count(count, all, sizeof all);
    snprintf(line, sizeof line, "%s of %s rows shown", first, all);
    text_closing(out, line, style);
}

void text_functions_shown(uint32_t shown, uint32_t count, uint32_t hidden, double threshold,
                          char *buffer, size_t size)
{
    char first[40], all[40], rest[40];
    buffer[0] = '\0';
    if (shown == count)
        return;
    number_count(shown, first, sizeof first);
    number_count(count, all, sizeof all);
    number_count(hidden, rest, sizeof rest);
    int used = snprintf(buffer, size, "%s of %s functions shown", first, all);
    if (hidden && used > 0 && (size_t)used < size)
        snprintf(buffer + used, size - (size_t)used, "; %s below %g %% hidden", rest,
                 threshold * 100);
}
