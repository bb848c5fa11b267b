#include "tui/screens/screen.h"

#include "tui/analysis/names.h"
#include "tui/widgets/glyph.h"

#include <string.h>

enum { PLACE_LEAST = 14 }; /* a place that has to be cut is worth showing from here on */

void screen_name(struct canvas *canvas, struct rect area, const struct function *function,
                 int shift)
{
    char name[4096], place[512];
    function_name(function, name, sizeof name);
    function_place(function, place, sizeof place);
    const char *shown = name;
    if (shift > 0 && glyph_width(name) > area.columns)
        shown += glyph_prefix(name, shift);
    int used = canvas_text_cut(canvas, area.row, area.column, area.columns, STYLE_NORMAL, shown);
    int left = area.columns - used - 2;
    if (left >= PLACE_LEAST || left >= glyph_width(place))
        canvas_text_cut(canvas, area.row, area.column + used + 2, left, STYLE_DIM, place);
}
