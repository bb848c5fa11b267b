#include "tui/screens/wing.h"

#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/screens/screen.h"

#include <string.h>

enum { BAR_WIDTH = 20 };

const struct butterfly_row *wing_row(const void *wing, uint32_t row)
{
    const struct wing *w = wing;
    const struct butterfly *butterfly = w->butterfly;
    return &(w->callers ? butterfly->callers : butterfly->callees)[w->rows[row]];
}

static const struct metric *metric_of(const void *wing)
{
    const struct butterfly *butterfly = ((const struct wing *)wing)->butterfly;
    return &butterfly->profile->metrics[butterfly->metric];
}

static void ncalls_text(const void *wing, uint32_t row, char *buffer, size_t size)
{
    const struct butterfly_row *r = wing_row(wing, row);
    if (r->function == PROFILE_NONE)
        buffer[0] = '\0';
    else
        number_calls(r->values.calls, r->values.primitive, buffer, size);
}

static void cumtime_text(const void *wing, uint32_t row, char *buffer, size_t size)
{
    const struct metric *metric = metric_of(wing);
    number_column(number_in_unit(wing_row(wing, row)->values.total, metric), metric, buffer, size);
}

static void tottime_text(const void *wing, uint32_t row, char *buffer, size_t size)
{
    const struct metric *metric = metric_of(wing);
    number_column(number_in_unit(wing_row(wing, row)->values.self, metric), metric, buffer, size);
}

static void share_text(const void *wing, uint32_t row, char *buffer, size_t size)
{
    number_percent(wing_row(wing, row)->share, buffer, size);
}

static void bar_text(const void *wing, uint32_t row, char *buffer, size_t size)
{
    double share = wing_row(wing, row)->share;
    int cells = share > 0 && share <= 1 ? (int)(share * BAR_WIDTH + 0.5)
                : share > 1             ? BAR_WIDTH
                                        : 0;
    size_t used = 0;
    buffer[0] = '\0';
    for (int i = 0; i < cells && used + 4 < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "━");
}

static void name_text(const void *wing, uint32_t row, char *buffer, size_t size)
{
    const struct butterfly_row *r = wing_row(wing, row);
    const struct butterfly *butterfly = ((const struct wing *)wing)->butterfly;
    if (r->function == PROFILE_NONE)
        snprintf(buffer, size, "(itself)");
    else
        function_label(&butterfly->profile->functions[r->function], buffer, size);
}

#define NUMBER(name, heading, cells, rank)                                                         \
    .id = #name, .title = heading, .width = cells, .priority = rank, .align = COLUMN_RIGHT,        \
    .text = name##_text

#define WING_COLUMNS(heading)                                                                      \
    {                                                                                              \
        {.id = "function", .title = heading, .text = name_text},                                   \
            {NUMBER(ncalls, "ncalls", 11, 2), .needs = PROFILE_HAS_CALLS},                         \
            {NUMBER(tottime, "tottime", 10, 5)}, {NUMBER(cumtime, "cumtime", 10, 0)},              \
            {NUMBER(share, "%", 5, 1)},                                                            \
            {.id = "bar", .title = "", .width = BAR_WIDTH, .priority = 4, .text = bar_text},       \
            {.id = NULL},                                                                          \
    }

const struct column caller_columns[] = WING_COLUMNS("called by");
const struct column callee_columns[] = WING_COLUMNS("calls");

enum style wing_style(const void *owner, uint32_t row, const struct column *column)
{
    if (column->id[0] == '%' || !strcmp(column->id, "share") || !strcmp(column->id, "bar"))
        return theme_heat(wing_row(owner, row)->share);
    return STYLE_NORMAL;
}

void wing_name(const void *owner, uint32_t row, struct canvas *canvas, struct rect area)
{
    const struct wing *wing = owner;
    const struct butterfly_row *r = wing_row(wing, row);
    if (r->function == PROFILE_NONE)
        canvas_text(canvas, area.row, area.column, area.columns, STYLE_DIM, "(itself)");
    else
        screen_name(canvas, area, &wing->butterfly->profile->functions[r->function], 0);
}
