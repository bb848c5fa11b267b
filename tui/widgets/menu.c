#include "tui/widgets/menu.h"

#include "formats/profile/memory.h"
#include "tui/widgets/glyph.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void menu_close(struct menu *menu)
{
    for (uint32_t i = 0; i < menu->list.count; i++)
        free(menu->items[i]);
    free(menu->items);
    *menu = (struct menu){0};
}

void menu_open(struct menu *menu, const char *title)
{
    menu_close(menu);
    snprintf(menu->title, sizeof menu->title, "%s", title);
}

void menu_add(struct menu *menu, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    uint32_t count = menu->list.count;
    menu->items = memory_resize(menu->items, (size_t)count + 1, sizeof *menu->items);
    menu->items[count] = memory_string(text);
    list_count(&menu->list, count + 1);
}

/* An item's first part, and its second or "". */
static const char *split(const char *item, char *first, size_t size)
{
    const char *tab = strchr(item, '\t');
    snprintf(first, size, "%.*s", (int)(tab ? tab - item : (long)strlen(item)), item);
    return tab ? tab + 1 : "";
}

static void measure(const struct menu *menu, int *first, int *second)
{
    *first = *second = 0;
    for (uint32_t i = 0; i < menu->list.count; i++) {
        char text[512];
        int after = glyph_width(split(menu->items[i], text, sizeof text));
        int before = glyph_width(text);
        *first = before > *first ? before : *first;
        *second = after > *second ? after : *second;
    }
}

static int at_most(int value, int limit)
{
    return value < limit ? value : limit;
}

void menu_fit(struct menu *menu, int rows, int columns)
{
    int first, second;
    measure(menu, &first, &second);
    int width = first + (second ? second + 2 : 0);
    int title = glyph_width(menu->title);
    width = at_most((width > title ? width : title) + 6, columns);
    int height = at_most((int)at_most((int)menu->list.count, 1000) + 2, rows);
    menu->area = (struct rect){(rows - height) / 2, (columns - width) / 2, height, width};
    list_fit(&menu->list, height > 2 ? (uint32_t)(height - 2) : 0);
}

void menu_draw(const struct menu *menu, struct canvas *canvas)
{
    int first, second;
    struct rect area = menu->area;
    measure(menu, &first, &second);
    canvas_box(canvas, area, STYLE_POPUP);
    canvas_text(canvas, area.row, area.column + 2, area.columns - 4, STYLE_POPUP_TITLE,
                menu->title);
    for (uint32_t i = 0; i < menu->list.height && menu->list.top + i < menu->list.count; i++) {
        uint32_t item = menu->list.top + i;
        int line = area.row + 1 + (int)i, at = area.column + 3, room = area.columns - 5;
        char text[512];
        const char *rest = split(menu->items[item], text, sizeof text);
        canvas_text_cut(canvas, line, at, room, STYLE_NORMAL, text);
        if (room > first + 2)
            canvas_text_cut(canvas, line, at + first + 2, room - first - 2, STYLE_DIM, rest);
        if (item == menu->list.cursor) {
            struct rect row = {line, area.column + 1, 1, area.columns - 2};
            canvas_restyle(canvas, row, STYLE_SELECTED);
            canvas_text(canvas, line, area.column + 1, 1, STYLE_SELECTED, "▌");
        }
    }
}

int menu_click(struct menu *menu, int row, int column)
{
    struct rect area = menu->area;
    int line = row - area.row - 1;
    if (line < 0 || (uint32_t)line >= menu->list.height || column < area.column ||
        column >= area.column + area.columns)
        return 0;
    list_go(&menu->list, (int64_t)menu->list.top + line);
    return 1;
}
