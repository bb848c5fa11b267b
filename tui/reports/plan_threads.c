/* The threads of one run: out of its trace, or of YAPPI's table of threads beside it. */
#include "formats/profile/memory.h"
#include "tui/analysis/order.h"
#include "tui/numbers.h"
#include "tui/reports/plan_parts.h"
#include "tui/reports/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define THREADS_SHOWN 10

struct thread_rows {
    const struct profile *profile;
    uint32_t *order; /* threads by time, the longest first */
    bool scheduled;  /* a table of YAPPI's: calls are how often one was scheduled */
};

static int64_t thread_time(const struct profile *profile, uint32_t thread)
{
    return profile_total(profile, 0, thread);
}

static int compare_threads(const void *left, const void *right, void *context)
{
    const struct profile *profile = ((const struct thread_rows *)context)->profile;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = ORDER_OF(thread_time(profile, b), thread_time(profile, a));
    return order ? order : ORDER_OF(a, b);
}

static uint32_t thread_of(const void *table, uint32_t row)
{
    return ((const struct thread_rows *)table)->order[row];
}

static void time_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct profile *profile = ((const struct thread_rows *)table)->profile;
    const struct metric *metric = &profile->metrics[0];
    number_column(number_in_unit(thread_time(profile, thread_of(table, row)), metric), metric,
                  buffer, size);
}

static void share_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct profile *profile = ((const struct thread_rows *)table)->profile;
    int64_t total = profile_total(profile, 0, PROFILE_NONE);
    int64_t time = thread_time(profile, thread_of(table, row));
    number_percent(total > 0 ? (double)time / (double)total : 0, buffer, size);
}

static void scheduled_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct profile *profile = ((const struct thread_rows *)table)->profile;
    uint32_t root = profile->threads[thread_of(table, row)].root;
    uint32_t context = profile_first_child(profile->contexts, root);
    number_count(context == PROFILE_NONE ? 0 : profile_context_calls(profile, context), buffer, size);
}

static void name_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct profile *profile = ((const struct thread_rows *)table)->profile;
    const char *name = profile->threads[thread_of(table, row)].name;
    plan_text(*name ? name : "(unnamed)", buffer, size);
}

static const struct column thread_columns[] = {
    {.id = "time", .title = "time", .width = 8, .align = COLUMN_RIGHT, .text = time_text},
    {.id = "share", .title = "%", .width = 4, .align = COLUMN_RIGHT, .text = share_text},
    {.id = "scheduled",
     .title = "scheduled",
     .width = 4,
     .align = COLUMN_RIGHT,
     .text = scheduled_text},
    {.id = "name", .title = "thread", .text = name_text},
    {.id = NULL},
};

static bool is_void(const void *table, const struct column *column)
{
    return !((const struct thread_rows *)table)->scheduled && !strcmp(column->id, "scheduled");
}

static void thread_table(FILE *out, const struct thread_rows *rows,
                         const struct report_style *style)
{
    uint32_t count = rows->profile->thread_count;
    uint32_t shown = count < THREADS_SHOWN ? count : THREADS_SHOWN;
    const struct report_table table = {
        .columns = thread_columns, .table = rows, .rows = shown, .is_void = is_void};
    char line[80];
    text_table(out, &table, style);
    snprintf(line, sizeof line, "%" PRIu32 " further threads", count - shown);
    if (shown < count)
        text_closing(out, line, style);
}

void plan_thread_part(FILE *out, const struct run_facts *run, const struct report_style *style)
{
    const struct profile *profile = run->threads ? run->threads : run->profile;
    struct thread_rows rows = {.profile = profile, .scheduled = run->threads != NULL};
    bool shown = profile->thread_count > 1 && profile->flags & PROFILE_HAS_TREE;
    char title[200], id[160], note[700];
    if (!shown && !run->threads_note)
        return;
    plan_text(run->id, id, sizeof id);
    snprintf(title, sizeof title, "Threads of %s", id);
    plan_title(out, 2, title, style);
    if (run->threads_note) {
        plan_text(run->threads_note, note, sizeof note);
        text_line(out, note, style);
        return;
    }
    rows.order = memory_zeroed(profile->thread_count, sizeof *rows.order);
    for (uint32_t t = 0; t < profile->thread_count; t++)
        rows.order[t] = t;
    qsort_r(rows.order, profile->thread_count, sizeof *rows.order, compare_threads, &rows);
    thread_table(out, &rows, style);
    free(rows.order);
}
