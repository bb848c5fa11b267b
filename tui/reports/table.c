#include "tui/reports/table.h"

#include "formats/profile/profile.h"

#include <string.h>

#define COLUMNS_MAX    32
#define CELL_MAX       1024
#define FUNCTION_LEAST 8 /* cells that the open-ended column keeps; it is never cut */
#define LATENCY_FROM   7 /* columns of this priority leave when the profile lacks their values */

struct layout {
    const struct column *columns[COLUMNS_MAX];
    size_t widths[COLUMNS_MAX];
    uint32_t count;
};

/* Characters of valid UTF-8, which are cells for numbers and titles. */
static size_t cells(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0u) != 0x80;
    return count;
}

static void title_text(const struct report_table *table, const struct column *column, char *buffer,
                       size_t size)
{
    const char *title = table->yappi && column->yappi ? column->yappi : column->title;
    const char *mark = column != table->sort ? "" : table->ascending ? "▲" : "▼";
    snprintf(buffer, size, "%s%s", title, mark);
}

static void cell_text(const struct report_table *table, const struct column *column, uint32_t row,
                      char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    if (!column->width && table->prefix) {
        table->prefix(table->table, row, buffer, size);
        used = strlen(buffer);
    }
    column->text(table->table, row, buffer + used, size - used);
}

static bool is_shown(const struct report_table *table, const struct column *column)
{
    bool has = (column->needs & table->flags) == column->needs;
    if (table->is_void && table->is_void(table->table, column))
        return false;
    return has || column->priority < LATENCY_FROM;
}

static size_t column_width(const struct report_table *table, const struct column *column)
{
    char text[CELL_MAX];
    title_text(table, column, text, sizeof text);
    size_t width = cells(text);
    for (uint32_t row = 0; column->width && row < table->rows; row++) {
        cell_text(table, column, row, text, sizeof text);
        size_t length = cells(text);
        width = length > width ? length : width;
    }
    return column->width || width > FUNCTION_LEAST ? width : FUNCTION_LEAST;
}

/* Columns of one importance belong together and go together. */
static void leave(struct layout *layout, const struct column *stays, int priority)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < layout->count; i++) {
        if (layout->columns[i]->priority == priority && layout->columns[i] != stays)
            continue;
        layout->columns[kept] = layout->columns[i];
        layout->widths[kept++] = layout->widths[i];
    }
    layout->count = kept;
}

/* The least important columns go, until the rest fits. */
static void fit(struct layout *layout, const struct report_table *table)
{
    for (;;) {
        size_t total = 0;
        int least = 0;
        for (uint32_t i = 0; i < layout->count; i++) {
            const struct column *column = layout->columns[i];
            total += layout->widths[i] + (i ? 2 : 0);
            if (column != table->sort && column->priority > least)
                least = column->priority;
        }
        if (!table->width || total <= (size_t)table->width || !least)
            return;
        leave(layout, table->sort, least);
    }
}

static void lay_out(struct layout *layout, const struct report_table *table)
{
    layout->count = 0;
    for (const struct column *c = table->columns; c->id && layout->count < COLUMNS_MAX; c++) {
        if (!is_shown(table, c))
            continue;
        layout->columns[layout->count] = c;
        layout->widths[layout->count] = column_width(table, c);
        layout->count += layout->widths[layout->count] > 0; /* nothing in it: not a column */
    }
    fit(layout, table);
}

/* The last column is not padded: no blanks at the end of a line. */
static void print_cell(FILE *out, const struct layout *layout, uint32_t index, const char *text)
{
    size_t used = cells(text);
    size_t blanks = layout->widths[index] > used ? layout->widths[index] - used : 0;
    bool last = index + 1 == layout->count;
    if (layout->columns[index]->align == COLUMN_RIGHT)
        fprintf(out, "%*s%s", (int)blanks, "", text);
    else
        fprintf(out, "%s%*s", text, last ? 0 : (int)blanks, "");
    fputs(last ? "\n" : "  ", out);
}

static void line_text(const struct report_table *table, uint32_t row, char *buffer, size_t size)
{
    buffer[0] = '\0';
    if (table->line)
        table->line(table->table, row, buffer, size);
}

void table_text(FILE *out, const struct report_table *table)
{
    struct layout layout;
    char text[CELL_MAX];
    lay_out(&layout, table);
    for (uint32_t i = 0; i < layout.count; i++) {
        title_text(table, layout.columns[i], text, sizeof text);
        print_cell(out, &layout, i, text);
    }
    for (uint32_t row = 0; row < table->rows; row++) {
        line_text(table, row, text, sizeof text);
        if (text[0])
            fprintf(out, "── %s ──\n", text);
        for (uint32_t i = 0; i < layout.count; i++) {
            cell_text(table, layout.columns[i], row, text, sizeof text);
            print_cell(out, &layout, i, text);
        }
    }
}

void table_markdown_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("|`\\*_<>[]#~&", *text))
            putc('\\', out);
        putc(*text, out);
    }
}

/* A row of a table must have all its cells: the line stands in the last. */
static void markdown_line(FILE *out, const struct layout *layout, const char *line)
{
    if (!line[0])
        return;
    for (uint32_t i = 0; i + 1 < layout->count; i++)
        fputs("| ", out);
    fputs("| **", out);
    table_markdown_text(out, line);
    fputs("** |\n", out);
}

void table_markdown(FILE *out, const struct report_table *table)
{
    struct layout layout;
    char text[CELL_MAX];
    lay_out(&layout, table);
    for (uint32_t i = 0; i < layout.count; i++) {
        title_text(table, layout.columns[i], text, sizeof text);
        fputs("| ", out);
        table_markdown_text(out, text);
        putc(' ', out);
    }
    fputs("|\n", out);
    for (uint32_t i = 0; i < layout.count; i++)
        fputs(layout.columns[i]->align == COLUMN_RIGHT ? "|---:" : "|:---", out);
    fputs("|\n", out);
    for (uint32_t row = 0; row < table->rows; row++) {
        line_text(table, row, text, sizeof text);
        markdown_line(out, &layout, text);
        for (uint32_t i = 0; i < layout.count; i++) {
            cell_text(table, layout.columns[i], row, text, sizeof text);
            fputs("| ", out);
            table_markdown_text(out, text);
            putc(' ', out);
        }
        fputs("|\n", out);
    }
}
