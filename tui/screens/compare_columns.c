#include "tui/screens/compare_columns.h"

#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BAR_CELLS = RATIO_BAR_WIDTH / 2, BAR_HALVES = 2 * BAR_CELLS };
#define BAR_FULL 5.0 /* doublings: ×32 */

static size_t repeat(char *buffer, size_t size, size_t used, const char *text, int times)
{
    for (int i = 0; i < times && used + strlen(text) < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s", text);
    return used;
}

void ratio_bar(double ratio, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    if (!(ratio > 0) || !isfinite(ratio))
        return;
    int halves = (int)lround(fmin(fabs(log2(ratio)) / BAR_FULL, 1) * BAR_HALVES);
    if (!halves && fabs(ratio - 1) > 0.05)
        halves = 1; /* what differs is seen */
    int left = ratio < 1 ? halves : 0, right = ratio > 1 ? halves : 0;
    used = repeat(buffer, size, used, " ", BAR_CELLS - (left + 1) / 2);
    used = repeat(buffer, size, used, "▐", left % 2);
    used = repeat(buffer, size, used, "█", left / 2);
    used = repeat(buffer, size, used, "│", 1);
    used = repeat(buffer, size, used, "█", right / 2);
    used = repeat(buffer, size, used, "▌", right % 2);
    repeat(buffer, size, used, " ", BAR_CELLS - (right + 1) / 2);
}

static const struct compare_change *change_of_row(const void *table, uint32_t row,
                                                  enum compare_measure measure)
{
    return &((const struct comparison *)table)->rows[row].change[measure];
}

static void bar_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    ratio_bar(change_of_row(table, row, COMPARE_CUMTIME)->ratio, buffer, size);
}

static void ncalls_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct compare_change *calls = change_of_row(table, row, COMPARE_NCALLS);
    char a[40], b[40];
    number_mean_count(calls->a, a, sizeof a);
    number_mean_count(calls->b, b, sizeof b);
    snprintf(buffer, size, "%s → %s", a, b);
}

static const struct column bar_column = {.id = "bar",
                                         .title = "",
                                         .help = "cumtime B / A around 1, each cell ×3.2",
                                         .width = RATIO_BAR_WIDTH,
                                         .priority = 3,
                                         .text = bar_text};

/* Where a column of the comparison stands on the screen, and what is other there. */
static const struct spot {
    const char *id, *title;
    int priority, width;
    void (*text)(const void *table, uint32_t row, char *buffer, size_t size);
} places[] = {
    {"cumtime_a", NULL, 2, 9, NULL},
    {"cumtime_b", NULL, 1, 9, NULL},
    {"cumtime_ratio", NULL, 1, 6, NULL},
    {"bar", NULL, 5, RATIO_BAR_WIDTH, NULL},
    {"cumtime_exponent", NULL, 3, 5, NULL},
    {"cumtime_class", NULL, 3, 9, NULL},
    {"ncalls_b", "ncalls A → B", 4, 12, ncalls_text},
    {"ncalls_exponent", "n^", 4, 5, NULL},
    {"ncalls_ratio", NULL, 9, 7, NULL},
    {"ncalls_class", NULL, 9, 9, NULL},
    {"tottime_a", NULL, 7, 9, NULL},
    {"tottime_b", NULL, 6, 9, NULL},
    {"tottime_ratio", NULL, 8, 7, NULL},
    {"tottime_exponent", NULL, 6, 5, NULL},
    {"tottime_class", NULL, 9, 9, NULL},
    {"delta", NULL, 5, 9, NULL},
    {"more_calls", NULL, 11, 9, NULL},
    {"slower_calls", NULL, 11, 9, NULL},
    {"function", NULL, 0, 0, NULL},
};

void compare_screen_columns(const struct pairing *pairing,
                            struct column columns[TABLE_COLUMNS_MAX + 1])
{
    struct column known[TABLE_COLUMNS_MAX + 1];
    int count = 0;
    pairing_columns(pairing, compare_columns, known);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const struct spot *place = &places[i];
        const struct column *column =
            !strcmp(place->id, bar_column.id) ? &bar_column : column_find(known, place->id);
        if (!column || strcmp(column->id, place->id) != 0)
            continue;
        columns[count] = *column;
        columns[count].title = place->title ? place->title : column->title;
        columns[count].priority = place->priority;
        columns[count].width = place->width;
        columns[count].text = place->text ? place->text : column->text;
        count++;
    }
    columns[count] = (struct column){.id = NULL};
}
