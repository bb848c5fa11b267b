/* The columns of a scaling: one a size, then how it grows. */
#include "formats/profile/memory.h"
#include "tui/analysis/names.h"
#include "tui/analysis/order.h"
#include "tui/analysis/scaling.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* When it is narrow the largest leaves first; the sizes in the middle go before the ends. */
enum {
    RANK_FUNCTION,
    RANK_EXPONENT,
    RANK_CLASS,
    RANK_PROJECTED,
    RANK_LAST_SIZE,
    RANK_SHARE,
    RANK_FIRST_SIZE,
    RANK_INTERVAL,
    RANK_MIDDLE_SIZES,
    RANK_REST = RANK_MIDDLE_SIZES + 8,
};

static uint32_t row_at(const void *table, uint32_t index)
{
    return ((const struct scaling *)table)->order[index];
}

static const struct scaling_row *row_of(const void *table, uint32_t index)
{
    return &((const struct scaling *)table)->rows[row_at(table, index)];
}

static const struct fit *fit_of(const void *table, uint32_t index)
{
    return &row_of(table, index)->fit[((const struct scaling *)table)->measure];
}

/* What has no value comes before all that has. */
static int compare_doubles(double a, double b)
{
    return isnan(a) || isnan(b) ? ORDER_OF(!isnan(a), !isnan(b)) : ORDER_OF(a, b);
}

static double key_of(double value)
{
    return isnan(value) ? -INFINITY : value;
}

static void value_text(const struct scaling *scaling, double value, char *buffer, size_t size)
{
    if (isnan(value))
        snprintf(buffer, size, "-");
    else if (scaling->measure == COMPARE_NCALLS && value == floor(value) && value < 1e18)
        number_count((uint64_t)value, buffer, size);
    else if (scaling->measure == COMPARE_NCALLS)
        snprintf(buffer, size, "%.3g", value);
    else
        number_value(value, scaling_metric(scaling), buffer, size);
}

static double size_value(const void *table, uint32_t index, uint32_t column)
{
    const struct scaling *scaling = table;
    return scaling_value(scaling, row_at(table, index), scaling->measure,
                         scaling->columns->shown[column]);
}

/* A column has no closure, so each has functions of its own. */
#define SIZE_COLUMN(n)                                                                             \
    static void size_text_##n(const void *table, uint32_t row, char *buffer, size_t size)          \
    {                                                                                              \
        value_text(table, size_value(table, row, n), buffer, size);                                \
    }                                                                                              \
    static int size_compare_##n(const void *table, uint32_t a, uint32_t b)                         \
    {                                                                                              \
        return compare_doubles(size_value(table, a, n), size_value(table, b, n));                  \
    }                                                                                              \
    static double size_key_##n(const void *table, uint32_t row)                                    \
    {                                                                                              \
        return key_of(size_value(table, row, n));                                                  \
    }

SIZE_COLUMN(0)
SIZE_COLUMN(1)
SIZE_COLUMN(2)
SIZE_COLUMN(3)
SIZE_COLUMN(4)
SIZE_COLUMN(5)
SIZE_COLUMN(6)
SIZE_COLUMN(7)
SIZE_COLUMN(8)
SIZE_COLUMN(9)
SIZE_COLUMN(10)
SIZE_COLUMN(11)
SIZE_COLUMN(12)
SIZE_COLUMN(13)
SIZE_COLUMN(14)
SIZE_COLUMN(15)

#define SIZE_FUNCTIONS(n)                                                                          \
    {                                                                                              \
        size_text_##n, size_compare_##n, size_key_##n                                              \
    }

static const struct {
    void (*text)(const void *table, uint32_t row, char *buffer, size_t size);
    int (*compare)(const void *table, uint32_t a, uint32_t b);
    double (*key)(const void *table, uint32_t row);
} size_functions[SCALING_SIZES_SHOWN] = {
    SIZE_FUNCTIONS(0),  SIZE_FUNCTIONS(1),  SIZE_FUNCTIONS(2),  SIZE_FUNCTIONS(3),
    SIZE_FUNCTIONS(4),  SIZE_FUNCTIONS(5),  SIZE_FUNCTIONS(6),  SIZE_FUNCTIONS(7),
    SIZE_FUNCTIONS(8),  SIZE_FUNCTIONS(9),  SIZE_FUNCTIONS(10), SIZE_FUNCTIONS(11),
    SIZE_FUNCTIONS(12), SIZE_FUNCTIONS(13), SIZE_FUNCTIONS(14), SIZE_FUNCTIONS(15),
};

/* A column of one number: `value` of a row, written by `write`. */
#define NUMBER_COLUMN(word)                                                                        \
    static int word##_compare(const void *table, uint32_t a, uint32_t b)                           \
    {                                                                                              \
        return compare_doubles(word##_value(table, a), word##_value(table, b));                    \
    }                                                                                              \
    static double word##_key(const void *table, uint32_t row)                                      \
    {                                                                                              \
        return key_of(word##_value(table, row));                                                   \
    }

static double exponent_value(const void *table, uint32_t row)
{
    return fit_of(table, row)->exponent;
}

static void exponent_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    number_exponent(exponent_value(table, row), buffer, size);
}

static double interval_value(const void *table, uint32_t row)
{
    return fit_of(table, row)->high - fit_of(table, row)->exponent;
}

static void interval_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    number_exponent(interval_value(table, row), buffer, size);
}

static double r2_value(const void *table, uint32_t row)
{
    return fit_of(table, row)->r2;
}

static void r2_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    double r2 = r2_value(table, row);
    snprintf(buffer, size, isnan(r2) ? "-" : "%.3f", r2);
}

static double floor_value(const void *table, uint32_t row)
{
    const struct fit *fit = fit_of(table, row);
    return fit->model == FIT_FLOOR ? fit->floor : NAN;
}

static void floor_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    value_text(table, floor_value(table, row), buffer, size);
}

/* The class, and within it the exponent. */
static double class_value(const void *table, uint32_t row)
{
    const struct scaling *scaling = table;
    enum growth growth = row_of(table, row)->growth[scaling->measure];
    double exponent = exponent_value(table, row), within = isnan(exponent) ? 0 : exponent;
    return (double)growth * 100.0 + (within > 49 ? 49 : within < -49 ? -49 : within);
}

static void class_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct scaling *scaling = table;
    enum growth growth = row_of(table, row)->growth[scaling->measure];
    const char *name = growth_name(growth);
    snprintf(buffer, size, "%s%s", name ? name : "-", growth >= GROWTH_SUPERLINEAR ? " ▲" : "");
}

static void percent_text(double share, char *buffer, size_t size)
{
    char number[32];
    number_percent(share, number, sizeof number);
    snprintf(buffer, size, "%s%s", number, isfinite(share) ? " %" : "");
}

static double share_value(const void *table, uint32_t row)
{
    const struct scaling *scaling = table;
    return scaling_share(scaling, row_at(table, row), scaling->measure, scaling->size_count - 1);
}

static void share_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    percent_text(share_value(table, row), buffer, size);
}

static double projected_value(const void *table, uint32_t row)
{
    const struct scaling *scaling = table;
    return scaling_projected_share(scaling, row_at(table, row), scaling->measure);
}

static void projected_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    percent_text(projected_value(table, row), buffer, size);
}

/* Rows whose share is cut to the whole stay in the order of what was cut. */
static double projected_order(const void *table, uint32_t row)
{
    const struct scaling *scaling = table;
    const double *projected = row_of(table, row)->projected;
    return projected[scaling->measure == COMPARE_TOTTIME ? COMPARE_TOTTIME : COMPARE_CUMTIME];
}

static int projected_compare(const void *table, uint32_t a, uint32_t b)
{
    return compare_doubles(projected_order(table, a), projected_order(table, b));
}

static double projected_key(const void *table, uint32_t row)
{
    return key_of(projected_order(table, row));
}

static double at_value(const void *table, uint32_t row)
{
    return row_of(table, row)->projected[((const struct scaling *)table)->measure];
}

static void at_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct scaling *scaling = table;
    double value = at_value(table, row);
    bool counts = scaling->measure == COMPARE_NCALLS;
    value_text(scaling, counts && value < 1e15 ? nearbyint(value) : value, buffer, size);
}

NUMBER_COLUMN(exponent)
NUMBER_COLUMN(interval)
NUMBER_COLUMN(r2)
NUMBER_COLUMN(floor)
NUMBER_COLUMN(class)
NUMBER_COLUMN(share)
NUMBER_COLUMN(at)

static void function_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    function_label(scaling_function(table, row_at(table, row)), buffer, size);
}

static int function_order(const void *table, uint32_t a, uint32_t b)
{
    return function_compare(scaling_function(table, row_at(table, a)),
                            scaling_function(table, row_at(table, b)));
}

#define NUMBER(word, name, heading, cells, rank, words)                                            \
    {                                                                                              \
        .id = name, .title = heading, .help = words, .width = cells, .priority = rank,             \
        .align = COLUMN_RIGHT, .descending = true, .text = word##_text, .compare = word##_compare, \
        .key = word##_key                                                                          \
    }

static const struct column after_sizes[] = {
    NUMBER(exponent, "exponent", "n^", 5, RANK_EXPONENT, "how it grows with the size"),
    NUMBER(interval, "interval", "±", 4, RANK_INTERVAL, "95 % interval of the exponent"),
    NUMBER(r2, "r2", "r²", 5, RANK_REST + 1, "how well the points fit the line"),
    NUMBER(floor, "floor", "floor", 7, RANK_REST + 2, "constant part, where one hides growth"),
    NUMBER(class, "class", "growth", 9, RANK_CLASS, "class of the exponent"),
    NUMBER(share, "share", "share", 7, RANK_SHARE, "share of the run at the largest size"),
    NUMBER(projected, "projected", "", 7, RANK_PROJECTED, "share at the size projected to"),
    NUMBER(at, "projected_value", "", 9, RANK_REST, "value at the size projected to"),
    {.id = "function",
     .title = "function",
     .help = "name, file and line",
     .priority = RANK_FUNCTION,
     .text = function_text,
     .compare = function_order,
     .by_name = true},
    {.id = NULL},
};

/* How often the range between the ends is halved until this place is met: 0 in the middle. */
static int halvings(uint32_t place, uint32_t count)
{
    uint32_t low = 0, high = count - 1;
    int depth = 0;
    for (;; depth++) {
        uint32_t middle = (low + high) / 2;
        if (place == middle)
            return depth;
        if (place < middle)
            high = middle;
        else
            low = middle;
        if (high - low < 2)
            return depth + 1;
    }
}

static int rank_of_size(uint32_t place, uint32_t count)
{
    if (place == count - 1)
        return RANK_LAST_SIZE;
    return place ? RANK_MIDDLE_SIZES + halvings(place, count) : RANK_FIRST_SIZE;
}

static void add_size(struct scaling_columns *columns, const struct scaling *scaling, uint32_t place)
{
    uint32_t last = scaling->size_count - 1;
    uint32_t index = (uint32_t)((uint64_t)place * last / (columns->shown_count - 1));
    double size = scaling->sizes[index];
    columns->shown[place] = index;
    number_shortest(size, columns->ids[place], sizeof columns->ids[place]);
    number_size(size, columns->titles[place], sizeof columns->titles[place]);
    columns->list[place] = (struct column){
        .id = columns->ids[place],
        .title = columns->titles[place],
        .help = "value at this size",
        .width = 7,
        .priority = rank_of_size(place, columns->shown_count),
        .align = COLUMN_RIGHT,
        .descending = true,
        .text = size_functions[place].text,
        .compare = size_functions[place].compare,
        .key = size_functions[place].key,
    };
}

struct scaling_columns *scaling_columns_new(const struct scaling *scaling)
{
    struct scaling_columns *columns = memory_zeroed(1, sizeof *columns);
    columns->shown_count =
        scaling->size_count < SCALING_SIZES_SHOWN ? scaling->size_count : SCALING_SIZES_SHOWN;
    for (uint32_t place = 0; place < columns->shown_count; place++)
        add_size(columns, scaling, place);
    memcpy(&columns->list[columns->shown_count], after_sizes, sizeof after_sizes);
    return columns;
}

/* Of the head: were there no blank, "share" and it would read as one. */
enum { MARK_AND_BLANK = 2 };

void scaling_columns_title(struct scaling *scaling)
{
    struct scaling_columns *columns = scaling->columns;
    char size[32];
    number_size_short(scaling->at, size, sizeof size);
    snprintf(columns->at, sizeof columns->at, "at %.24s", size);
    snprintf(columns->value_at, sizeof columns->value_at, "at %.24s", size);
    for (struct column *column = columns->list; column->id; column++) {
        if (!strcmp(column->id, "projected")) {
            column->title = columns->at;
            column->width = (int)strlen(columns->at) + MARK_AND_BLANK;
        }
        if (!strcmp(column->id, "projected_value"))
            column->title = columns->value_at;
    }
}

const struct column *scaling_column(const struct scaling *scaling, const char *word,
                                    struct error *err)
{
    return column_for_sort(scaling->columns->list, word, "projected", err);
}
