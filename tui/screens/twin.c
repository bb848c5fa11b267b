#include "tui/screens/twin.h"

#include "formats/profile/memory.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/screens/branches.h"
#include "tui/screens/compare_columns.h"
#include "tui/screens/screen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct butterflies_row *twin_row(const void *twin, uint32_t row)
{
    const struct twin *t = twin;
    return &(t->callers ? t->butterflies->callers : t->butterflies->callees)[t->rows[row]];
}

void twin_fill(struct twin *twin, const struct butterflies *butterflies, bool callers,
               const struct filter *filter)
{
    uint32_t count = callers ? butterflies->caller_count : butterflies->callee_count;
    const struct butterflies_row *rows = callers ? butterflies->callers : butterflies->callees;
    uint32_t *kept = memory_zeroed(count, sizeof *kept), kept_count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].itself ||
            filter_matches_function(filter, butterflies_row_function(butterflies, &rows[i])))
            kept[kept_count++] = i;
    free(twin->rows);
    *twin = (struct twin){butterflies, kept, kept_count, callers};
}

void twin_free(struct twin *twin)
{
    free(twin->rows);
}

int64_t twin_first_function(const struct twin *twin)
{
    for (uint32_t row = 0; row < twin->count; row++)
        if (!twin_row(twin, row)->itself)
            return row;
    return -1;
}

uint32_t twin_itself(const struct twin *twin)
{
    for (uint32_t row = 0; row < twin->count; row++)
        if (twin_row(twin, row)->itself)
            return 1;
    return 0;
}

uint32_t twin_functions(const struct twin *twin)
{
    return twin->count - twin_itself(twin);
}

static const struct metric *metric_of(const void *twin)
{
    return ((const struct twin *)twin)->butterflies->scale.metric_a;
}

static void name_text(const void *twin, uint32_t row, char *buffer, size_t size)
{
    const struct butterflies *both = ((const struct twin *)twin)->butterflies;
    const struct function *function = butterflies_row_function(both, twin_row(twin, row));
    if (function)
        function_label(function, buffer, size);
    else
        snprintf(buffer, size, "(itself)");
}

static void ncalls_text(const void *twin, uint32_t row, char *buffer, size_t size)
{
    const struct compare_change *calls = &twin_row(twin, row)->change[COMPARE_NCALLS];
    char a[40], b[40];
    number_mean_count(calls->a, a, sizeof a);
    number_mean_count(calls->b, b, sizeof b);
    snprintf(buffer, size, "%s → %s", a, b);
    if (twin_row(twin, row)->itself)
        buffer[0] = '\0';
}

static void ncalls_exponent_text(const void *twin, uint32_t row, char *buffer, size_t size)
{
    number_exponent(twin_row(twin, row)->change[COMPARE_NCALLS].exponent, buffer, size);
}

static void cumtime_a_text(const void *twin, uint32_t row, char *buffer, size_t size)
{
    number_value(twin_row(twin, row)->change[COMPARE_CUMTIME].a, metric_of(twin), buffer, size);
}

static void cumtime_b_text(const void *twin, uint32_t row, char *buffer, size_t size)
{
    number_value(twin_row(twin, row)->change[COMPARE_CUMTIME].b, metric_of(twin), buffer, size);
}

static void ratio_text(const void *twin, uint32_t row, char *buffer, size_t size)
{
    number_ratio(twin_row(twin, row)->change[COMPARE_CUMTIME].ratio, buffer, size);
}

static void bar_text(const void *twin, uint32_t row, char *buffer, size_t size)
{
    ratio_bar(twin_row(twin, row)->change[COMPARE_CUMTIME].ratio, buffer, size);
}

static void cumtime_exponent_text(const void *twin, uint32_t row, char *buffer, size_t size)
{
    number_exponent(twin_row(twin, row)->change[COMPARE_CUMTIME].exponent, buffer, size);
}

static void share_text(const void *twin, uint32_t row, char *buffer, size_t size)
{
    number_percent(twin_row(twin, row)->share, buffer, size);
}

#define NUMBER(name, heading, cells, rank)                                                         \
    .id = #name, .title = heading, .width = cells, .priority = rank, .align = COLUMN_RIGHT,        \
    .text = name##_text

#define TWIN_COLUMNS(heading)                                                                      \
    {                                                                                              \
        {.id = "function", .title = heading, .text = name_text},                                   \
            {NUMBER(ncalls, "ncalls A → B", 12, 2), .needs = PROFILE_HAS_CALLS},                   \
            {NUMBER(ncalls_exponent, "n^", 5, 2), .needs = PROFILE_HAS_CALLS},                     \
            {NUMBER(cumtime_a, "cumtime A", 9, 2)}, {NUMBER(cumtime_b, "cumtime B", 9, 0)},        \
            {NUMBER(ratio, "ratio", 6, 1)},                                                        \
            {.id = "bar", .title = "", .width = RATIO_BAR_WIDTH, .priority = 5, .text = bar_text}, \
            {NUMBER(cumtime_exponent, "n^", 5, 3)}, {NUMBER(share, "%", 5, 4)}, {.id = NULL},      \
    }

const struct column twin_caller_columns[] = TWIN_COLUMNS("called by");
const struct column twin_callee_columns[] = TWIN_COLUMNS("calls");

enum style twin_style(const void *owner, uint32_t row, const struct column *column)
{
    const struct twin *twin = owner;
    const struct butterflies_row *r = twin_row(owner, row);
    bool sized = change_has_exponents(&twin->butterflies->scale);
    if (!strcmp(column->id, "share"))
        return theme_heat(r->share);
    if (!strcmp(column->id, "ncalls_exponent"))
        return pairing_style(sized, &r->change[COMPARE_NCALLS]);
    if (!strcmp(column->id, "ratio") || !strcmp(column->id, "bar") ||
        !strcmp(column->id, "cumtime_exponent"))
        return pairing_style(sized, &r->change[COMPARE_CUMTIME]);
    return STYLE_NORMAL;
}

void twin_name(const void *owner, uint32_t row, struct canvas *canvas, struct rect area)
{
    const struct twin *twin = owner;
    const struct butterflies_row *r = twin_row(owner, row);
    char mark[64], brief[64], note[80] = "", brief_note[80] = "";
    if (r->itself) {
        canvas_text(canvas, area.row, area.column, area.columns, STYLE_DIM, "(itself)");
        return;
    }
    blame_mark(r->blame, r->exponent_caller, r->change, false, mark, sizeof mark);
    blame_mark(r->blame, r->exponent_caller, r->change, true, brief, sizeof brief);
    if (r->blame) {
        snprintf(note, sizeof note, "  %s", mark);
        snprintf(brief_note, sizeof brief_note, " %s", brief);
    }
    area.columns -= branches_draw_note(canvas, area, note, brief_note);
    int tag = pairing_tag(canvas, area,
                          r->in_a && r->in_b ? COMPARE_MATCHED
                          : r->in_b          ? COMPARE_NEW
                                             : COMPARE_GONE);
    area.column += tag;
    area.columns -= tag;
    screen_name(canvas, area, butterflies_row_function(twin->butterflies, r), 0);
}
