#include "tui/widgets/canvas.h"

#include "formats/profile/memory.h"
#include "tui/widgets/glyph.h"

#include <stdlib.h>
#include <string.h>

static const struct cell blank = {.code = ' ', .width = 1};

static struct cell *cell_at(struct canvas *canvas, int row, int column)
{
    if (row < 0 || column < 0 || row >= canvas->rows || column >= canvas->columns)
        return NULL;
    return &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
}

void canvas_clear(struct canvas *canvas)
{
    size_t count = (size_t)canvas->rows * (size_t)canvas->columns;
    for (size_t i = 0; i < count; i++)
        canvas->cells[i] = blank;
}

void canvas_resize(struct canvas *canvas, int rows, int columns)
{
    rows = rows > 0 ? rows : 0;
    columns = columns > 0 ? columns : 0;
    canvas->cells =
        memory_resize(canvas->cells, (size_t)rows * (size_t)columns + 1, sizeof *canvas->cells);
    canvas->rows = rows;
    canvas->columns = columns;
    canvas_clear(canvas);
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->cells);
    *canvas = (struct canvas){0};
}

/* Writing over one half of a wide character blanks the other. */
static void detach(struct canvas *canvas, int row, int column)
{
    struct cell *cell = cell_at(canvas, row, column);
    struct cell *left = cell_at(canvas, row, column - 1);
    struct cell *right = cell_at(canvas, row, column + 1);
    if (cell->width == 0 && left)
        left->code = ' ', left->width = 1;
    if (cell->width == 2 && right)
        right->code = ' ', right->width = 1;
}

static void put(struct canvas *canvas, int row, int column, unsigned style, uint32_t code,
                int width)
{
    struct cell *cell = cell_at(canvas, row, column);
    if (!cell)
        return;
    detach(canvas, row, column);
    *cell = (struct cell){.code = code, .width = 1, .style = (uint8_t)style};
    if (width < 2)
        return;
    struct cell *right = cell_at(canvas, row, column + 1);
    if (!right) {
        cell->code = ' ';
        return;
    }
    detach(canvas, row, column + 1);
    cell->width = 2;
    *right = (struct cell){.code = ' ', .width = 0, .style = (uint8_t)style};
}

static void put_combining(struct canvas *canvas, int row, int column, uint32_t code)
{
    struct cell *cell = cell_at(canvas, row, column);
    if (cell && cell->width == 0)
        cell = cell_at(canvas, row, column - 1);
    if (!cell)
        return;
    for (size_t i = 0; i < sizeof cell->combining / sizeof *cell->combining; i++) {
        if (!cell->combining[i]) {
            cell->combining[i] = code;
            return;
        }
    }
}

static void put_glyph(struct canvas *canvas, int row, int column, unsigned style,
                      const struct glyph *glyph)
{
    if (!glyph->code) {
        for (int i = 0; glyph->ascii[i]; i++)
            put(canvas, row, column + i, style, (unsigned char)glyph->ascii[i], 1);
    } else if (glyph->width == 0) {
        put_combining(canvas, row, column - 1, glyph->code);
    } else {
        put(canvas, row, column, style, glyph->code, glyph->width);
    }
}

int canvas_text(struct canvas *canvas, int row, int column, int width, unsigned style,
                const char *text)
{
    int used = 0;
    for (struct glyph p = glyph_next(text); p.bytes; p = glyph_next(text)) {
        if (p.width > width - used)
            break;
        if (p.width > 0 || used > 0)
            put_glyph(canvas, row, column + used, style, &p);
        used += p.width;
        text += p.bytes;
    }
    return used;
}

int canvas_text_right(struct canvas *canvas, int row, int column, int width, unsigned style,
                      const char *text)
{
    int needed = glyph_width(text);
    int gap = needed < width ? width - needed : 0;
    return gap + canvas_text(canvas, row, column + gap, width - gap, style, text);
}

int canvas_text_cut(struct canvas *canvas, int row, int column, int width, unsigned style,
                    const char *text)
{
    int needed = glyph_width(text);
    if (needed <= width || width < 4)
        return canvas_text(canvas, row, column, width, style, text);
    int head = width / 2;
    int used = canvas_text(canvas, row, column, head, style, text);
    used += canvas_text(canvas, row, column + used, width - used, style, "…");
    const char *tail = text;
    for (int left = needed; left > width - used;) {
        struct glyph p = glyph_next(tail);
        left -= p.width;
        tail += p.bytes;
    }
    return used + canvas_text(canvas, row, column + used, width - used, style, tail);
}

void canvas_fill(struct canvas *canvas, struct rect area, unsigned style, uint32_t code)
{
    for (int y = area.row; y < area.row + area.rows; y++)
        for (int x = area.column; x < area.column + area.columns; x++)
            put(canvas, y, x, style, code, 1);
}

void canvas_restyle(struct canvas *canvas, struct rect area, unsigned style)
{
    for (int y = area.row; y < area.row + area.rows; y++) {
        for (int x = area.column; x < area.column + area.columns; x++) {
            struct cell *cell = cell_at(canvas, y, x);
            if (cell)
                cell->style = (uint8_t)(style == STYLE_SELECTED ? cell->style | style : style);
        }
    }
}

void canvas_box(struct canvas *canvas, struct rect area, unsigned style)
{
    int bottom = area.row + area.rows - 1, right = area.column + area.columns - 1;
    canvas_fill(canvas, area, style, ' ');
    for (int x = area.column + 1; x < right; x++) {
        canvas_text(canvas, area.row, x, 1, style, "─");
        canvas_text(canvas, bottom, x, 1, style, "─");
    }
    for (int y = area.row + 1; y < bottom; y++) {
        canvas_text(canvas, y, area.column, 1, style, "│");
        canvas_text(canvas, y, right, 1, style, "│");
    }
    canvas_text(canvas, area.row, area.column, 1, style, "┌");
    canvas_text(canvas, area.row, right, 1, style, "┐");
    canvas_text(canvas, bottom, area.column, 1, style, "└");
    canvas_text(canvas, bottom, right, 1, style, "┘");
}

static void print_cell(const struct cell *cell, FILE *out)
{
    char bytes[4] = "";
    fwrite(bytes, 1, glyph_encode(cell->code, bytes), out);
    for (size_t i = 0; i < sizeof cell->combining / sizeof *cell->combining; i++)
        if (cell->combining[i])
            fwrite(bytes, 1, glyph_encode(cell->combining[i], bytes), out);
}

void canvas_print(const struct canvas *canvas, FILE *out)
{
    for (int row = 0; row < canvas->rows; row++) {
        const struct cell *cells = &canvas->cells[(size_t)row * (size_t)canvas->columns];
        int end = canvas->columns;
        while (end > 0 && cells[end - 1].code == ' ' && cells[end - 1].width == 1)
            end--;
        for (int column = 0; column < end; column++)
            if (cells[column].width)
                print_cell(&cells[column], out);
        fputc('\n', out);
    }
}
