#include "tui/loading.h"

#include "tui/analysis/names.h"
#include "tui/lines.h"
#include "tui/numbers.h"

#include <stdio.h>

enum {
    TEXT_MAX = 2048,
    VALUE_WIDTH = 12,
    SHARE_WIDTH = 6,
    NAME_AT = VALUE_WIDTH + SHARE_WIDTH + 2
};

static void headline(const struct loading *loading, char *buffer, size_t size)
{
    char percent[24] = "", which[48] = "";
    if (loading->progress >= 0)
        snprintf(percent, sizeof percent, " %.0f %%", loading->progress * 100);
    if (loading->files)
        snprintf(which, sizeof which, " file %d of %d,", loading->file, loading->files);
    snprintf(buffer, size, "Loading%s%s · %s · q stops", which, percent, path_base(loading->path));
}

static void draw_headline(const struct loading *loading, struct canvas *canvas, int row)
{
    char text[TEXT_MAX];
    int indent = canvas->columns > 20 ? 2 : 0;
    headline(loading, text, sizeof text);
    canvas_fill(canvas, (struct rect){row, 0, 1, canvas->columns}, STYLE_NORMAL, ' ');
    canvas_text_cut(canvas, row, indent, canvas->columns - 2 * indent, STYLE_TITLE, text);
}

void loading_draw_line(const struct loading *loading, struct canvas *canvas)
{
    draw_headline(loading, canvas, canvas->rows / 2);
}

static void draw_row(const struct preview_look *look, const struct preview_row *row,
                     struct canvas *canvas, int at)
{
    char value[40], share[40], label[TEXT_MAX];
    double part = look->self > 0 ? (double)row->self / (double)look->self : 0;
    number_column(number_in_unit(row->self, &look->metric), &look->metric, value, sizeof value);
    number_percent(part, share, sizeof share);
    function_label(&row->function, label, sizeof label);
    canvas_text_right(canvas, at, 0, VALUE_WIDTH, STYLE_NORMAL, value);
    canvas_text_right(canvas, at, VALUE_WIDTH, SHARE_WIDTH, theme_heat(part), share);
    canvas_text_cut(canvas, at, NAME_AT, canvas->columns - NAME_AT, STYLE_NORMAL, label);
}

static void draw_look(const struct preview_look *look, struct canvas *canvas, struct rect area)
{
    canvas_fill(canvas, (struct rect){area.row, 0, 1, area.columns}, STYLE_HEADER, ' ');
    canvas_text_right(canvas, area.row, 0, VALUE_WIDTH, STYLE_HEADER_SORTED, "tottime▼");
    canvas_text_right(canvas, area.row, VALUE_WIDTH, SHARE_WIDTH, STYLE_HEADER, "%");
    canvas_text(canvas, area.row, NAME_AT, area.columns - NAME_AT, STYLE_HEADER,
                "function, so far");
    for (int i = 0; i + 1 < area.rows && i < (int)look->row_count; i++)
        draw_row(look, &look->rows[i], canvas, area.row + 1 + i);
}

static void draw_counts(const struct preview_look *look, struct canvas *canvas, int row)
{
    char value[80], functions[40], text[TEXT_MAX];
    number_of_unit(number_in_unit(look->self, &look->metric), &look->metric, value, sizeof value);
    number_count(look->function_count, functions, sizeof functions);
    snprintf(text, sizeof text, "%s in %s functions; cumtime, calls and trees come at the end",
             value, functions);
    lines_wrapped(canvas, row, 1, STYLE_SENTENCE, text);
}

void loading_draw(const struct loading *loading, struct canvas *canvas)
{
    int below = canvas->rows > 6;
    draw_headline(loading, canvas, 0);
    if (!loading->look || canvas->rows < 3)
        return;
    struct rect area = {1 + below, 0, canvas->rows - 1 - 3 * below, canvas->columns};
    draw_look(loading->look, canvas, area);
    if (below)
        draw_counts(loading->look, canvas, canvas->rows - 1);
}
