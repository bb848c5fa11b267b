/* The log-log plot: points where they belong, nothing outside of its area, at any size. */
#include "tui/widgets/plot.h"

#include "tui/numbers.h"

#include "tests/unit/test.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#define FILLER 'x'

static double line(const void *owner, double x)
{
    const double *power = owner;
    return pow(x, *power);
}

static void text_of(const void *owner, double value, char *buffer, size_t size)
{
    (void)owner;
    number_size_short(value, buffer, size);
}

static const struct plot_point square[] = {{10, 100}, {100, 1e4}, {1000, 1e6}};
static const double sizes[] = {10, 100, 1000};

static struct plot plot_of(const struct plot_point *points, uint32_t count, const double *power)
{
    return (struct plot){.points = points,
                         .count = count,
                         .marks = sizes,
                         .mark_count = 3,
                         .owner = power,
                         .curve = line,
                         .x_text = text_of,
                         .y_text = text_of};
}

static struct canvas filled(int rows, int columns)
{
    struct canvas canvas = {0};
    canvas_resize(&canvas, rows, columns);
    canvas_fill(&canvas, (struct rect){0, 0, rows, columns}, STYLE_NORMAL, FILLER);
    return canvas;
}

static uint32_t at(const struct canvas *canvas, int row, int column)
{
    return canvas->cells[row * canvas->columns + column].code;
}

static int count_of(const struct canvas *canvas, uint32_t code)
{
    int count = 0;
    for (int i = 0; i < canvas->rows * canvas->columns; i++)
        count += canvas->cells[i].code == code;
    return count;
}

static void stays_in_its_rows(void **state)
{
    static const double power = 2;
    struct plot plot = plot_of(square, 3, &power);
    (void)state;
    for (int rows = 0; rows < 40; rows++)
        for (int columns = 0; columns < 130; columns += columns < 40 ? 1 : 7) {
            struct canvas canvas = filled(rows + 4, columns);
            plot_draw(&plot, &canvas, (struct rect){2, 0, rows, columns});
            for (int column = 0; column < columns; column++) {
                assert_int_equal(at(&canvas, 1, column), FILLER);
                assert_int_equal(at(&canvas, rows + 2, column), FILLER);
            }
            if (rows && columns > 8)
                assert_true(count_of(&canvas, 0x25cf) >= 1);
            canvas_free(&canvas);
        }
}

/* Of a square the points stand on one diagonal, the middle one halfway. */
static void points_stand_where_they_belong(void **state)
{
    static const double power = 2;
    struct plot plot = plot_of(square, 3, &power);
    int found[3][2], count = 0;
    (void)state;
    struct canvas canvas = filled(24, 80);
    plot_draw(&plot, &canvas, (struct rect){0, 0, 24, 80});
    for (int column = 0; column < 80; column++)
        for (int row = 0; row < 24; row++)
            if (at(&canvas, row, column) == 0x25cf && count < 3) {
                found[count][0] = row;
                found[count++][1] = column;
            }
    assert_int_equal(count, 3);
    assert_true(abs(found[0][0] + found[2][0] - 2 * found[1][0]) <= 1);
    assert_true(abs(found[0][1] + found[2][1] - 2 * found[1][1]) <= 1);
    assert_true(found[0][0] > found[1][0] && found[1][0] > found[2][0]);
    canvas_free(&canvas);
}

static void what_has_no_logarithm_is_left_out(void **state)
{
    static const struct plot_point some[] = {{10, 0}, {100, NAN}, {1000, 5}, {1000, INFINITY}};
    static const double power = NAN;
    struct plot plot = plot_of(some, 4, &power);
    (void)state;
    struct canvas canvas = filled(20, 60);
    plot_draw(&plot, &canvas, (struct rect){0, 0, 20, 60});
    assert_int_equal(count_of(&canvas, 0x25cf), 1);
    canvas_free(&canvas);
    plot.count = 2; /* nothing at all */
    canvas = filled(20, 60);
    plot_draw(&plot, &canvas, (struct rect){0, 0, 20, 60});
    assert_int_equal(count_of(&canvas, FILLER), 20 * 60);
    canvas_free(&canvas);
}

static void extremes_do_no_harm(void **state)
{
    static const struct plot_point wide[] = {{1e-300, 1e-300}, {1e300, 1e300}};
    static const struct plot_point alike[] = {{5, 7}, {5, 7}};
    static const double power = 40;
    struct plot plot = plot_of(wide, 2, &power);
    (void)state;
    struct canvas canvas = filled(20, 60);
    plot_draw(&plot, &canvas, (struct rect){0, 0, 20, 60});
    plot.points = alike;
    plot.mark_count = 0;
    plot_draw(&plot, &canvas, (struct rect){0, 0, 20, 60});
    canvas_free(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_in_its_rows),
        cmocka_unit_test(points_stand_where_they_belong),
        cmocka_unit_test(what_has_no_logarithm_is_left_out),
        cmocka_unit_test(extremes_do_no_harm),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
