#include "tui/widgets/table.h"

#include "tui/widgets/glyph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GUTTER = 2,
    WIDE = 140,
    NAME_LEAST = 8,
    NAME_MOST = 40,
    CELL_MAX = 128,
    MEASURED = 500,
    ROOM = 40
};

struct placed {
    const struct column *column;
    int at, width;
};

struct layout {
    struct placed placed[TABLE_COLUMNS_MAX];
    int count, gap;
};

bool column_is_share(const struct column *column)
{
    return column->title[0] == '%' && !column->title[1];
}

static bool is_wanted(const struct table *table, const struct column *column)
{
    if ((column->needs & ~table->flags) != 0)
        return false;
    if (column == table->sort || column->width == 0)
        return true;
    if (table->hide && !strcmp(column->id, table->hide))
        return false;
    if (table->show == TABLE_SHARES)
        return column_is_share(column);
    return table->show != TABLE_VALUES || !column_is_share(column);
}

static const char *sort_mark(const struct table *table)
{
    bool falls = table->sort->descending != table->reverse;
    if (MB_CUR_MAX == 1)
        return falls ? " v" : " ^"; /* beside a letter they would be one */
    return falls ? "▼" : "▲";
}

static void title_text(const struct table *table, const struct column *column, char *buffer,
                       size_t size)
{
    snprintf(buffer, size, "%s%s", column->title, column == table->sort ? sort_mark(table) : "");
}

/* Widens columns to what `count` rows from `first` on need. */
static void measure(struct table *table, uint32_t first, uint32_t count)
{
    char text[CELL_MAX];
    for (int i = 0; i < TABLE_COLUMNS_MAX && table->columns[i].id; i++) {
        const struct column *column = &table->columns[i];
        for (uint32_t row = first; column->width && row - first < count; row++) {
            if (row >= table->list.count)
                break;
            column->text(table->data, row, text, sizeof text);
            int needed = glyph_width(text);
            table->seen[i] = needed > table->seen[i] ? needed : table->seen[i];
        }
    }
}

static int widest(const struct table *table, const struct column *column)
{
    char title[CELL_MAX];
    title_text(table, column, title, sizeof title);
    int width = glyph_width(title), seen = table->seen[column - table->columns];
    width = seen > width ? seen : width;
    return column->width > width ? column->width : width;
}

/* On the smallest screens only one number has room: the one that is sorted by. */
static bool is_told(const struct table *table, const struct column *column)
{
    return table->told && table->area.columns >= ROOM && !strcmp(table->told, column->id);
}

/* The column to give up next: the largest priority, the rightmost of equals. -1: none may leave. */
static int least_wanted(const struct table *table, const struct layout *layout)
{
    int worst = -1;
    for (int i = 0; i < layout->count; i++) {
        const struct column *column = layout->placed[i].column;
        if ((column == table->sort && !is_told(table, column)) || column->width == 0)
            continue;
        if (worst < 0 || column->priority >= layout->placed[worst].column->priority)
            worst = i;
    }
    return worst;
}

static int needed_width(const struct layout *layout)
{
    int needed = GUTTER;
    for (int i = 0; i < layout->count; i++)
        needed += layout->placed[i].width + (i ? layout->gap : 0);
    return needed;
}

static void drop(struct layout *layout, int index)
{
    layout->count--;
    memmove(&layout->placed[index], &layout->placed[index + 1],
            (size_t)(layout->count - index) * sizeof *layout->placed);
}

/* Gives the name what is left and everything its place. */
static void place(struct layout *layout, int width)
{
    int left = width - needed_width(layout);
    int at = GUTTER;
    for (int i = 0; i < layout->count; i++) {
        struct placed *placed = &layout->placed[i];
        if (placed->column->width == 0) {
            placed->width += left;
            placed->width = placed->width > 0 ? placed->width : 0;
        }
        placed->at = at;
        at += placed->width + layout->gap;
    }
}

/* What the name is to have at least, before columns have to leave for it. */
static int name_width(const struct table *table)
{
    int wanted = table->area.columns * 24 / 100;
    if (table->name_least)
        return table->name_least;
    return wanted < NAME_LEAST ? NAME_LEAST : wanted > NAME_MOST ? NAME_MOST : wanted;
}

static void lay_out(const struct table *table, struct layout *layout)
{
    int width = table->area.columns;
    layout->count = 0;
    layout->gap = width < WIDE ? 1 : 2;
    for (const struct column *c = table->columns; c->id; c++) {
        if (!is_wanted(table, c) || c - table->columns == TABLE_COLUMNS_MAX)
            continue;
        struct placed *placed = &layout->placed[layout->count++];
        *placed = (struct placed){c, 0, c->width ? widest(table, c) : name_width(table)};
    }
    while (needed_width(layout) > width) {
        int worst = least_wanted(table, layout);
        if (worst < 0)
            break;
        drop(layout, worst);
    }
    place(layout, width);
}

static int header_rows(const struct table *table)
{
    return table->headless || table->area.rows < 2 ? 0 : 1;
}

void table_show(struct table *table, const void *data)
{
    table->data = data;
    table->measured = false;
    memset(table->seen, 0, sizeof table->seen);
}

void table_fit(struct table *table, struct rect area)
{
    table->area = area;
    int rows = area.rows - header_rows(table);
    list_fit(&table->list, rows > 0 ? (uint32_t)rows : 0);
    if (!table->measured)
        measure(table, 0, MEASURED);
    table->measured = true;
    measure(table, table->list.top, table->list.height);
}

static int place_of_sort(const struct table *table, const struct layout *layout)
{
    for (int i = 0; i < layout->count; i++)
        if (layout->placed[i].column == table->sort)
            return i;
    return -1;
}

/* "function  by delta▼" */
static void name_title(const struct table *table, const struct layout *layout,
                       const struct placed *placed, char *buffer, size_t size)
{
    char wide[CELL_MAX];
    title_text(table, placed->column, buffer, size);
    if (!table->sort || place_of_sort(table, layout) >= 0)
        return;
    snprintf(wide, sizeof wide, "%s  by %s%s", placed->column->title, table->sort->title,
             sort_mark(table));
    if (glyph_width(wide) > placed->width)
        snprintf(wide, sizeof wide, "by %s%s", table->sort->title, sort_mark(table));
    if (glyph_width(wide) <= placed->width)
        snprintf(buffer, size, "%s", wide);
}

static void draw_header(const struct table *table, const struct layout *layout,
                        struct canvas *canvas)
{
    struct rect line = {table->area.row, table->area.column, 1, table->area.columns};
    canvas_fill(canvas, line, STYLE_HEADER, ' ');
    for (int i = 0; i < layout->count; i++) {
        const struct placed *placed = &layout->placed[i];
        char title[CELL_MAX];
        if (placed->column->width == 0)
            name_title(table, layout, placed, title, sizeof title);
        else
            title_text(table, placed->column, title, sizeof title);
        enum style style = placed->column == table->sort ? STYLE_HEADER_SORTED : STYLE_HEADER;
        int at = table->area.column + placed->at;
        if (placed->column->align == COLUMN_RIGHT)
            canvas_text_right(canvas, line.row, at, placed->width, style, title);
        else
            canvas_text(canvas, line.row, at, placed->width, style, title);
    }
}

static void draw_cell(const struct table *table, const struct placed *placed, uint32_t row,
                      struct canvas *canvas, int line)
{
    const struct column *column = placed->column;
    int at = table->area.column + placed->at;
    if (column->width == 0 && table->name) {
        table->name(table->owner, row, canvas, (struct rect){line, at, 1, placed->width});
        return;
    }
    char text[CELL_MAX * 4];
    column->text(table->data, row, text, sizeof text);
    enum style style = table->style ? table->style(table->owner, row, column) : STYLE_NORMAL;
    if (column->align == COLUMN_RIGHT)
        canvas_text_right(canvas, line, at, placed->width, style, text);
    else
        canvas_text_cut(canvas, line, at, placed->width, style, text);
}

static void draw_row(const struct table *table, const struct layout *layout, uint32_t row,
                     struct canvas *canvas, int line)
{
    for (int i = 0; i < layout->count; i++)
        draw_cell(table, &layout->placed[i], row, canvas, line);
    bool selected = row == table->list.cursor && !table->unfocused;
    if (selected) {
        struct rect all = {line, table->area.column, 1, table->area.columns};
        canvas_restyle(canvas, all, STYLE_SELECTED);
        canvas_text(canvas, line, table->area.column, 1, STYLE_SELECTED, "▌");
    }
    if (table->marked && table->marked(table->owner, row))
        canvas_text(canvas, line, table->area.column + 1, 1,
                    STYLE_MARKED | (selected ? STYLE_SELECTED : 0), "*");
}

void table_draw(const struct table *table, struct canvas *canvas)
{
    struct layout layout;
    lay_out(table, &layout);
    if (header_rows(table))
        draw_header(table, &layout, canvas);
    const struct list *list = &table->list;
    for (uint32_t i = 0; i < list->height && list->top + i < list->count; i++)
        draw_row(table, &layout, list->top + i, canvas,
                 table->area.row + header_rows(table) + (int)i);
}

const struct column *table_click(struct table *table, int row, int column)
{
    int line = row - table->area.row - header_rows(table);
    if (line >= 0 && (uint32_t)line < table->list.height)
        list_go(&table->list, (int64_t)table->list.top + line);
    if (line >= 0 || row != table->area.row)
        return NULL;
    struct layout layout;
    lay_out(table, &layout);
    for (int i = 0; i < layout.count; i++) {
        int start = table->area.column + layout.placed[i].at;
        if (column >= start - layout.gap && column < start + layout.placed[i].width)
            return layout.placed[i].column->compare ? layout.placed[i].column : NULL;
    }
    return NULL;
}

const struct column *table_neighbour(const struct table *table, int direction)
{
    struct layout layout;
    lay_out(table, &layout);
    int at = place_of_sort(table, &layout);
    if (at < 0 && direction < 0)
        at = layout.count; /* not to be seen: as if it stood behind the name */
    for (int i = at + direction; i >= 0 && i < layout.count; i += direction)
        if (layout.placed[i].column->compare)
            return layout.placed[i].column;
    return table->sort;
}
