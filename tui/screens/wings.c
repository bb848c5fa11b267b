#include "tui/screens/wings.h"

#include "tui/analysis/names.h"
#include "tui/screens/screen.h"
#include "tui/widgets/glyph.h"

/* A header and a line at least. */
static int wanted_rows(const struct table *table)
{
    return 1 + (table->list.count ? (int)table->list.count : 1);
}

void wings_fit(struct wings *wings, struct rect area)
{
    int room = area.rows - 1;
    int above = wanted_rows(&wings->tables[CALLERS]);
    int below = wanted_rows(&wings->tables[CALLEES]);
    wings->area = area;
    if (above + below > room) {
        int half = room / 2;
        above = below < half ? room - below : above < half ? above : half;
    }
    above = above < room ? above : room;
    above = above > 0 ? above : 0;
    wings->centre = area.row + above;
    table_fit(&wings->tables[CALLERS], (struct rect){area.row, 0, above, area.columns});
    table_fit(&wings->tables[CALLEES],
              (struct rect){wings->centre + 1, 0, room - above, area.columns});
    wings->tables[CALLERS].unfocused = wings->focus != CALLERS;
    wings->tables[CALLEES].unfocused = wings->focus != CALLEES;
}

void wings_draw(const struct wings *wings, struct canvas *canvas, const char *none)
{
    const struct table *callers = &wings->tables[CALLERS];
    table_draw(callers, canvas);
    table_draw(&wings->tables[CALLEES], canvas);
    if (!callers->list.count && callers->area.rows > 1)
        canvas_text(canvas, callers->area.row + 1, 2, canvas->columns - 2, STYLE_DIM, none);
}

void wings_draw_centre(const struct wings *wings, struct canvas *canvas,
                       const struct function *function, const char *sums, const char *brief_sums)
{
    char name[1024], place[512];
    int row = wings->centre, width = canvas->columns;
    function_name(function, name, sizeof name);
    function_place(function, place, sizeof place);
    if (glyph_width(sums) + 24 > width)
        sums = brief_sums;
    for (int column = 0; column < width; column++)
        canvas_text(canvas, row, column, 1, STYLE_DIM, "─");
    int end = width - glyph_width(sums) - 2;
    end = end > 10 ? end : width;
    int at = 2 + canvas_text(canvas, row, 2, 1, STYLE_TITLE, " ");
    at += canvas_text_cut(canvas, row, at, end - at - 2, STYLE_TITLE, name);
    if (place[0] && at + glyph_width(place) + 4 < end) {
        at += canvas_text(canvas, row, at, 2, STYLE_DIM, "  ");
        at += canvas_text(canvas, row, at, end - at, STYLE_DIM, place);
    }
    canvas_text(canvas, row, at, 1, STYLE_NORMAL, " ");
    if (end < width)
        canvas_text(canvas, row, end, width - end, STYLE_NORMAL, sums);
}

/* Over the function's own line from one table into the other. */
static bool cross(struct wings *wings, enum action_id action)
{
    const struct list *list = &wings->tables[wings->focus].list;
    int other = !wings->focus;
    if (!wings->tables[other].list.count)
        return false;
    bool down = action == ACTION_DOWN && wings->focus == CALLERS &&
                (!list->count || list->cursor + 1 == list->count);
    bool up = action == ACTION_UP && wings->focus == CALLEES && list->cursor == 0;
    if (!down && !up)
        return false;
    wings->focus = other;
    list_go(&wings->tables[other].list, down ? 0 : UINT32_MAX);
    return true;
}

unsigned wings_act(struct wings *wings, enum action_id action)
{
    if (action == ACTION_SHARES)
        wings->tables[!wings->focus].show =
            (enum table_show)((wings->tables[wings->focus].show + 1) % TABLE_SHOWS);
    return cross(wings, action) ? REACTION_HANDLED : REACTION_NONE;
}

unsigned wings_click(struct wings *wings, int row, int column)
{
    for (int side = CALLERS; side <= CALLEES; side++) {
        struct table *table = &wings->tables[side];
        if (row <= table->area.row || row >= table->area.row + table->area.rows)
            continue;
        wings->focus = side;
        table_click(table, row, column);
        return REACTION_HANDLED;
    }
    return REACTION_NONE;
}

struct table *wings_table(struct wings *wings)
{
    return &wings->tables[wings->focus];
}
