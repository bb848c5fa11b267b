#include "tui/widgets/plot.h"

#include "formats/profile/memory.h"
#include "tui/widgets/glyph.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    DOTS_X = 2, /* in a cell */
    DOTS_Y = 4,
    BRAILLE = 0x2800,
    LABEL_MAX = 64,
    ROWS_FOR_AXIS = 6,
    COLUMNS_FOR_AXIS = 30,
    GUIDE_STEP = 4, /* of so many dots of a guide one is drawn */
};

#define X_MARGIN 0.04 /* of the span of sizes, on both sides */

struct grid {
    struct rect area;      /* where the dots are */
    double x0, x1, y0, y1; /* logarithms at its edges */
    uint8_t *dots, *faint; /* one byte a cell */
};

/* ---- what is to be seen ---- */

static bool is_drawable(const struct plot_point *point)
{
    return isfinite(point->x) && isfinite(point->y) && point->x > 0 && point->y > 0;
}

static void widen(double value, double *low, double *high)
{
    if (!isfinite(value))
        return;
    *low = fmin(*low, value);
    *high = fmax(*high, value);
}

/* Some room around, and never less than `least`. */
static void set_margins(double *low, double *high, double least, double part)
{
    double span = *high - *low;
    if (span < least) {
        *low -= (least - span) / 2;
        *high += (least - span) / 2;
    }
    span = *high - *low;
    *low -= span * part;
    *high += span * part;
}

/* False when there is nothing to see. */
static bool set_range(const struct plot *plot, struct grid *grid)
{
    grid->x0 = grid->y0 = INFINITY;
    grid->x1 = grid->y1 = -INFINITY;
    for (uint32_t i = 0; i < plot->count; i++) {
        if (!is_drawable(&plot->points[i]))
            continue;
        widen(log(plot->points[i].x), &grid->x0, &grid->x1);
        widen(log(plot->points[i].y), &grid->y0, &grid->y1);
    }
    if (isinf(grid->x0))
        return false;
    for (uint32_t i = 0; i < plot->mark_count; i++)
        widen(log(plot->marks[i]), &grid->x0, &grid->x1);
    widen(log(plot->curve(plot->owner, exp(grid->x0))), &grid->y0, &grid->y1);
    widen(log(plot->curve(plot->owner, exp(grid->x1))), &grid->y0, &grid->y1);
    set_margins(&grid->x0, &grid->x1, log(2), X_MARGIN);
    /* What does not grow is to look flat, whatever its noise. */
    set_margins(&grid->y0, &grid->y1, fmax(log(2), (grid->x1 - grid->x0) / 2), 0.08);
    return true;
}

/* ---- dots ---- */

static int width_in_dots(const struct grid *grid)
{
    return grid->area.columns * DOTS_X;
}

static int height_in_dots(const struct grid *grid)
{
    return grid->area.rows * DOTS_Y;
}

static double x_of_dot(const struct grid *grid, int dot)
{
    return grid->x0 + (grid->x1 - grid->x0) * (dot + 0.5) / width_in_dots(grid);
}

/* From the top; may lie outside. */
static int dot_of_y(const struct grid *grid, double y)
{
    double part = (grid->y1 - y) / (grid->y1 - grid->y0);
    double dot = floor(part * height_in_dots(grid));
    if (!(dot > -1e6)) /* also what is no number */
        return -1000000;
    return dot > 1e6 ? 1000000 : (int)dot;
}

static int dot_of_x(const struct grid *grid, double x)
{
    return (int)floor((x - grid->x0) / (grid->x1 - grid->x0) * width_in_dots(grid));
}

static void set_dot(const struct grid *grid, uint8_t *dots, int x, int y)
{
    static const uint8_t bits[DOTS_Y][DOTS_X] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    if (x < 0 || y < 0 || x >= width_in_dots(grid) || y >= height_in_dots(grid))
        return;
    dots[y / DOTS_Y * grid->area.columns + x / DOTS_X] |= bits[y % DOTS_Y][x % DOTS_X];
}

/* From the dot before to this one, so that a steep line has no gaps. */
static void draw_curve(const struct plot *plot, const struct grid *grid)
{
    int before = 0;
    bool has_before = false;
    for (int x = 0; x < width_in_dots(grid); x++) {
        double y = log(plot->curve(plot->owner, exp(x_of_dot(grid, x))));
        if (!isfinite(y)) {
            has_before = false;
            continue;
        }
        int dot = dot_of_y(grid, y), step = has_before && before > dot ? 1 : -1;
        int from = dot < 0 ? 0 : dot >= height_in_dots(grid) ? height_in_dots(grid) - 1 : dot;
        set_dot(grid, grid->dots, x, dot);
        for (int i = from; has_before && i != before && i >= 0 && i < height_in_dots(grid);
             i += step)
            set_dot(grid, grid->dots, x, i);
        before = dot;
        has_before = true;
    }
}

/* Through the line's beginning. */
static double guide_y(const struct plot *plot, const struct grid *grid, double slope, int x)
{
    double span = grid->x1 - grid->x0, first = grid->x0 + span * X_MARGIN / (1 + 2 * X_MARGIN);
    return log(plot->curve(plot->owner, exp(first))) + slope * (x_of_dot(grid, x) - first);
}

static void draw_guide(const struct plot *plot, const struct grid *grid, double slope)
{
    for (int x = 0; x < width_in_dots(grid); x += GUIDE_STEP) {
        double y = guide_y(plot, grid, slope, x);
        if (isfinite(y))
            set_dot(grid, grid->faint, x, dot_of_y(grid, y));
    }
}

static bool is_on_curve(const struct grid *grid, int row, int column, int width)
{
    for (int i = 0; i < width; i++)
        if (grid->dots[row * grid->area.columns + column + i])
            return true;
    return false;
}

/* Beside the end of the guide: at the right edge, or where it leaves through the top. */
static void name_guide(const struct plot *plot, const struct grid *grid, double slope,
                       const char *name, struct canvas *canvas)
{
    int x = width_in_dots(grid) - 1, width = glyph_width(name);
    while (x > 0 && dot_of_y(grid, guide_y(plot, grid, slope, x)) < 0)
        x--;
    int row = dot_of_y(grid, guide_y(plot, grid, slope, x)) / DOTS_Y;
    int column = x / DOTS_X + 1 - width;
    if (x < width_in_dots(grid) / 4 || column < 0)
        return;
    while (row < grid->area.rows && is_on_curve(grid, row, column, width))
        row++; /* the line itself is this steep */
    if (row >= grid->area.rows)
        return;
    canvas_text(canvas, grid->area.row + row, grid->area.column + column, width, STYLE_DIM, name);
}

static void show_dots(const struct grid *grid, struct canvas *canvas)
{
    for (int row = 0; row < grid->area.rows; row++)
        for (int column = 0; column < grid->area.columns; column++) {
            size_t cell = (size_t)row * (size_t)grid->area.columns + (size_t)column;
            char text[5] = "";
            unsigned dots = grid->dots[cell] ? grid->dots[cell] : grid->faint[cell];
            if (!dots)
                continue;
            text[glyph_encode(BRAILLE + dots, text)] = '\0';
            canvas_text(canvas, grid->area.row + row, grid->area.column + column, 1,
                        grid->dots[cell] ? STYLE_NORMAL : STYLE_DIM, text);
        }
}

static void show_points(const struct plot *plot, const struct grid *grid, struct canvas *canvas)
{
    for (uint32_t i = 0; i < plot->count; i++) {
        if (!is_drawable(&plot->points[i]))
            continue;
        int x = dot_of_x(grid, log(plot->points[i].x)) / DOTS_X;
        int y = dot_of_y(grid, log(plot->points[i].y)) / DOTS_Y;
        canvas_text(canvas, grid->area.row + y, grid->area.column + x, 1, STYLE_TITLE, "●");
    }
}

/* ---- axes ---- */

/* Powers of ten, or with few of them also twice and five times these. */
struct ticks {
    double at[64];
    int count;
};

static void collect_ticks(struct ticks *ticks, double low, double high, const double *steps,
                          int step_count)
{
    ticks->count = 0;
    for (int power = (int)floor(low / log(10)) - 1; power * log(10) <= high; power++)
        for (int i = 0; i < step_count; i++) {
            double value = pow(10, power) * steps[i];
            if (log(value) >= low && log(value) <= high && ticks->count < 64)
                ticks->at[ticks->count++] = value;
        }
}

static struct ticks y_ticks(const struct grid *grid)
{
    static const double steps[] = {1, 2, 5},
                        many[] = {1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9};
    struct ticks ticks;
    collect_ticks(&ticks, grid->y0, grid->y1, steps, 1);
    if (ticks.count < 2)
        collect_ticks(&ticks, grid->y0, grid->y1, steps, 3);
    if (ticks.count < 2)
        collect_ticks(&ticks, grid->y0, grid->y1, many, sizeof many / sizeof *many);
    return ticks;
}

static int label_width(const struct plot *plot, const struct ticks *ticks)
{
    int widest = 0;
    for (int i = 0; i < ticks->count; i++) {
        char text[LABEL_MAX];
        plot->y_text(plot->owner, ticks->at[i], text, sizeof text);
        int width = glyph_width(text);
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* Upwards; a label that would stand on the one before is left out. */
static void draw_y_axis(const struct plot *plot, const struct grid *grid, const struct ticks *ticks,
                        struct canvas *canvas)
{
    int last = grid->area.rows;
    for (int row = 0; row < grid->area.rows; row++)
        canvas_text(canvas, grid->area.row + row, grid->area.column - 1, 1, STYLE_DIM, "│");
    for (int i = 0; i < ticks->count; i++) {
        char text[LABEL_MAX];
        int row = dot_of_y(grid, log(ticks->at[i])) / DOTS_Y;
        if (row < 0 || row >= last)
            continue;
        plot->y_text(plot->owner, ticks->at[i], text, sizeof text);
        if (!text[0])
            continue;
        last = row - (grid->area.rows > 6);
        canvas_text_right(canvas, grid->area.row + row, 0, grid->area.column - 2, STYLE_NORMAL,
                          text);
        canvas_text(canvas, grid->area.row + row, grid->area.column - 1, 1, STYLE_DIM, "┤");
    }
}

/* The last label first, it matters most; then from the left what has room. */
static void draw_x_label(const struct plot *plot, const struct grid *grid, double x, int *left,
                         int *right, bool is_last, struct canvas *canvas)
{
    char text[LABEL_MAX];
    plot->x_text(plot->owner, x, text, sizeof text);
    int width = glyph_width(text), row = grid->area.row + grid->area.rows;
    int cell = grid->area.column + dot_of_x(grid, log(x)) / DOTS_X, at = cell - width / 2;
    int most = canvas->columns - width;
    at = at > most ? most : at;
    canvas_text(canvas, row, cell, 1, STYLE_DIM, "┬");
    if (at < *left || at + width > *right)
        return;
    canvas_text(canvas, row + 1, at, width, STYLE_NORMAL, text);
    if (is_last)
        *right = at - 1;
    else
        *left = at + width + 1;
}

static void draw_x_axis(const struct plot *plot, const struct grid *grid, struct canvas *canvas)
{
    int left = 0, right = canvas->columns + 1, row = grid->area.row + grid->area.rows;
    canvas_text(canvas, row, grid->area.column - 1, 1, STYLE_DIM, "└");
    for (int i = 0; i < grid->area.columns; i++)
        canvas_text(canvas, row, grid->area.column + i, 1, STYLE_DIM, "─");
    uint32_t last = plot->mark_count - 1;
    if (plot->mark_count)
        draw_x_label(plot, grid, plot->marks[last], &left, &right, true, canvas);
    for (uint32_t i = 0; i < last && plot->mark_count; i++)
        draw_x_label(plot, grid, plot->marks[i], &left, &right, false, canvas);
}

/* ---- all of it ---- */

static void draw_inside(const struct plot *plot, struct grid *grid, struct canvas *canvas)
{
    size_t cells = (size_t)grid->area.rows * (size_t)grid->area.columns;
    grid->dots = memory_zeroed(cells, 1);
    grid->faint = memory_zeroed(cells, 1);
    draw_guide(plot, grid, 1);
    draw_guide(plot, grid, 2);
    draw_curve(plot, grid);
    show_dots(grid, canvas);
    if (grid->area.rows >= ROWS_FOR_AXIS) {
        name_guide(plot, grid, 1, "n", canvas);
        name_guide(plot, grid, 2, "n²", canvas);
    }
    show_points(plot, grid, canvas);
    free(grid->dots);
    free(grid->faint);
}

void plot_draw(const struct plot *plot, struct canvas *canvas, struct rect area)
{
    struct grid grid = {.area = area};
    if (area.rows < 1 || area.columns < 1 || !set_range(plot, &grid))
        return;
    bool axes = area.rows >= ROWS_FOR_AXIS && area.columns >= COLUMNS_FOR_AXIS;
    if (axes) {
        struct ticks ticks = y_ticks(&grid);
        int labels = label_width(plot, &ticks) + 3;
        grid.area =
            (struct rect){area.row, area.column + labels, area.rows - 2, area.columns - labels - 1};
        draw_y_axis(plot, &grid, &ticks, canvas);
        draw_x_axis(plot, &grid, canvas);
    }
    draw_inside(plot, &grid, canvas);
}
