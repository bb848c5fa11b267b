/*
 * What Apple's Instruments puts on the clipboard at "Deep Copy" of a call tree: a table with tabs,
 * a row a call path, the name indented by its depth (measured; there is no specification).
 *
 *     Weight<TAB>Self Weight<TAB><TAB>Symbol Name
 *     47.82 Gc   49.7%<TAB>-<TAB> <TAB>    example_a
 *     46.92 Gc   48.8%<TAB>404.75 Mc<TAB> <TAB>     elapsed
 *
 * The first column is "Weight", "Running Time" or "Bytes Used" and has its unit in every cell:
 * a time, cycles (Kc, Mc, Gc), bytes, or nothing for samples.
 *
 *   - What a row itself spent is in the column "Self", which is finer than a weight ("846.00 ms"
 *     below "4.93 s"). Only without it, as for allocations, it is the weight less those of the rows
 *     below, both rounded to what is shown. (speedscope takes weights alone and cuts off their
 *     decimals: 4.93 s are 4 s there.)
 *   - "Count" of allocations is a metric of its own, and exact.
 *   - A row "app (40414)" at the left is a process, one below it that ends in two blanks and an
 *     address ("Main Thread  0x5ad2d7") a thread; neither is a function.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/text_lines.h"
#include "formats/readers/units.h"

#include <inttypes.h>
#include <stdlib.h>

#define NO_COLUMN  UINT32_MAX
#define MILLIONTHS 6

struct columns {
    uint32_t weight, self, count, symbol, path;
    const struct unit *self_unit; /* of the header "Self (ms)" */
};

struct amount {
    int64_t value;
    enum metric_kind kind;
};

struct row {
    size_t column;
    uint32_t context; /* PROFILE_NONE: a process whose frames are in no thread so far */
    uint32_t process; /* PROFILE_NONE: a thread or a function */
    bool function;
    int64_t weight, count; /* not seen in a row below */
};

struct instruments {
    struct build *build;
    struct columns columns;
    ARRAY(struct row) open;
    enum metric_kind kind;
    uint32_t weight, count; /* metrics */
    uint32_t process, root; /* of rows that are in no process */
    char *name;             /* of the process last seen */
    int64_t whole, own;
    uint64_t rows;
    struct odd_lines odd;
};

/* ---- cells ---- */

static struct slice cell_of(struct slice line, uint32_t column)
{
    struct slice none = {"", 0};
    if (column == NO_COLUMN)
        return none;
    for (;; column--) {
        const char *tab = memchr(line.text, '\t', line.length);
        size_t length = tab ? (size_t)(tab - line.text) : line.length;
        if (!column)
            return (struct slice){line.text, length};
        if (!tab)
            return none;
        line = (struct slice){tab + 1, line.length - length - 1};
    }
}

static const struct unit *unit_of(struct slice word)
{
    static const struct unit units[] = {
        {"", METRIC_SAMPLES, 1},
        {"\xce\xbcs", METRIC_TIME, 1000},
        {"min", METRIC_TIME, INT64_C(60000000000)},
        {"h", METRIC_TIME, INT64_C(3600000000000)},
        {"cycles", METRIC_COUNT, 1},
        {"Kc", METRIC_COUNT, 1000},
        {"Mc", METRIC_COUNT, 1000000},
        {"Gc", METRIC_COUNT, 1000000000},
        {"Tc", METRIC_COUNT, INT64_C(1000000000000)},
        {"KiB", METRIC_BYTES, 1 << 10},
        {"MiB", METRIC_BYTES, 1 << 20},
        {"GiB", METRIC_BYTES, 1 << 30},
        {"TB", METRIC_BYTES, INT64_C(1) << 40},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (slice_is(word, units[i].word))
            return &units[i];
    return unit_find(word);
}

/* In nanoseconds, bytes or ones; false: too large. */
static bool scale(const struct decimal *number, const struct unit *unit, int64_t *value)
{
    int64_t millionths;
    if (!decimal_scaled(number, MILLIONTHS, &millionths) || millionths < 0)
        return false;
    __extension__ unsigned __int128 product = (uint64_t)millionths;
    product = (product * (uint64_t)unit->factor + 500000) / 1000000;
    *value = (int64_t)product;
    return product <= INT64_MAX;
}

/* "47.82 Gc   49.7%", "4273.0ms   99.9%", "-" */
static bool amount_of(struct slice cell, const struct unit *unit, struct amount *out)
{
    struct decimal number;
    struct slice digits = slice_trim(cell), word;
    size_t length = 0;
    *out = (struct amount){0, METRIC_SAMPLES};
    if (!digits.length || slice_is(digits, "-"))
        return true;
    while (length < digits.length && ((digits.text[length] >= '0' && digits.text[length] <= '9') ||
                                      digits.text[length] == '.'))
        length++;
    word = slice_trim((struct slice){digits.text + length, digits.length - length});
    digits.length = length;
    const char *blank = memchr(word.text, ' ', word.length);
    if (blank)
        word.length = (size_t)(blank - word.text);
    if (word.length && word.text[word.length - 1] == '%')
        word.length = 0;
    if (word.length || !unit)
        unit = unit_of(word);
    if (!unit || !decimal_parse(digits.text, digits.length, '.', &number))
        return false;
    out->kind = unit->kind;
    return scale(&number, unit, &out->value);
}

/* ---- the header ---- */

static bool is_weight(struct slice title)
{
    return slice_is(title, "Weight") || slice_is(title, "Running Time") ||
           slice_is(title, "Bytes Used");
}

/* "Self (ms)" */
static const struct unit *unit_in_title(struct slice title)
{
    const char *open = memchr(title.text, '(', title.length);
    if (!open || title.text[title.length - 1] != ')')
        return NULL;
    return unit_of((struct slice){open + 1, (size_t)(title.text + title.length - open - 2)});
}

/* False: the line is no header. */
static bool read_titles(struct slice line, struct columns *columns)
{
    *columns = (struct columns){NO_COLUMN, NO_COLUMN, NO_COLUMN, NO_COLUMN, NO_COLUMN, NULL};
    for (uint32_t i = 0; line.length; i++) {
        struct slice title = cell_of(line, 0);
        size_t used = title.length < line.length ? title.length + 1 : title.length;
        line = (struct slice){line.text + used, line.length - used};
        title = slice_trim(title);
        if (is_weight(title)) {
            columns->weight = i;
        } else if (slice_begins(title, "Self")) {
            columns->self = i;
            columns->self_unit = unit_in_title(title);
        } else if (slice_is(title, "Count")) {
            columns->count = i;
        } else if (slice_is(title, "Symbol Name") || slice_is(title, "Symbol Names")) {
            columns->symbol = i;
        } else if (slice_is(title, "Source Path")) {
            columns->path = i;
        }
    }
    return columns->weight != NO_COLUMN && columns->symbol != NO_COLUMN;
}

static void state_metrics(struct instruments *i, enum metric_kind kind)
{
    static const char *const names[] = {[METRIC_TIME] = "cpu",
                                        [METRIC_SAMPLES] = "samples",
                                        [METRIC_BYTES] = "allocated",
                                        [METRIC_COUNT] = "cycles"};
    static const struct unit milliseconds = {"ms", METRIC_TIME, 1000000};
    i->kind = kind;
    i->weight = build_metric(i->build, names[kind], unit_name(kind), kind, unit_scale(kind));
    if (i->columns.count != NO_COLUMN)
        i->count = build_metric(i->build, "count", "", METRIC_COUNT, 1);
    if (kind == METRIC_TIME && !i->columns.self_unit)
        i->columns.self_unit = &milliseconds;
}

/* ---- rows ---- */

static uint32_t new_root(struct instruments *i, struct slice name, uint64_t id, uint32_t process)
{
    char *text = memory_printf("%.*s", (int)name.length, name.text);
    uint32_t root = build_root(i->build, build_thread(i->build, text, id, process));
    free(text);
    return root;
}

/* The context that the next row is called by. */
static uint32_t parent_context(struct instruments *i)
{
    struct row *row = i->open.count ? &i->open.data[i->open.count - 1] : NULL;
    if (row && row->context == PROFILE_NONE)
        row->context = new_root(i, (struct slice){i->name, strlen(i->name)}, 0, row->process);
    if (row)
        return row->context;
    if (i->root == PROFILE_NONE) {
        i->process = build_process(i->build, "", 0);
        i->root = new_root(i, (struct slice){"all", 3}, 0, i->process);
    }
    return i->root;
}

/* Where the last row's own values go: processes and threads are no functions. */
static uint32_t own_context(struct instruments *i)
{
    uint32_t context = parent_context(i);
    if (i->open.data[i->open.count - 1].function)
        return context;
    return build_context(i->build, context,
                         build_function(i->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
}

static void close_rows(struct instruments *i, size_t column)
{
    while (i->open.count && i->open.data[i->open.count - 1].column >= column) {
        const struct row row = i->open.data[i->open.count - 1];
        if (row.weight > 0 && i->columns.self == NO_COLUMN)
            build_context_self(i->build, own_context(i), i->weight, row.weight);
        if (row.count > 0)
            build_context_self(i->build, own_context(i), i->count, row.count);
        i->open.count--;
    }
}

/* "app (40414)" taken apart. */
static bool is_process(struct slice *name, uint64_t *id)
{
    const char *open = memrchr(name->text, '(', name->length);
    if (!open || open - name->text < 2 || open[-1] != ' ' || name->text[name->length - 1] != ')' ||
        !decimal_count(open + 1, (size_t)(name->text + name->length - open - 2), id))
        return false;
    name->length = (size_t)(open - name->text) - 1;
    return true;
}

/* "Main Thread  0x5ad2d7" taken apart. */
static bool is_thread(struct slice *name, uint64_t *id)
{
    const char *last = memrchr(name->text, ' ', name->length);
    const char *end = name->text + name->length;
    if (!last || last == name->text || last[-1] != ' ' || end - last < 4 || end - last > 18 ||
        memcmp(last, " 0x", 3))
        return false;
    *id = 0;
    for (const char *at = last + 3; at < end; at++) {
        int digit = *at >= '0' && *at <= '9' ? *at - '0' : (*at | 0x20) - 'a' + 10;
        if (digit < 0 || digit > 15)
            return false;
        *id = *id << 4 | (unsigned)digit;
    }
    *name = slice_trim((struct slice){name->text, (size_t)(last - name->text)});
    return true;
}

static void open_row(struct instruments *i, struct slice line, struct row row)
{
    struct slice name = slice_trim(cell_of(line, i->columns.symbol));
    struct slice path = slice_trim(cell_of(line, i->columns.path));
    uint64_t id;
    bool in_process = i->open.count == 1 && i->open.data[0].process != PROFILE_NONE;
    row.context = row.process = PROFILE_NONE;
    if (!i->open.count && is_process(&name, &id)) {
        free(i->name);
        i->name = memory_printf("%.*s", (int)name.length, name.text);
        row.process = build_process(i->build, i->name, id);
    } else if (in_process && is_thread(&name, &id)) {
        row.context = new_root(i, name, id, i->open.data[0].process);
    } else {
        row.function = true;
        row.context = build_context(i->build, parent_context(i),
                                    build_function_n(i->build, name.text, name.length, "", 0,
                                                     path.text, path.length, 0, FUNCTION_NATIVE));
    }
    *array_push(&i->open) = row;
}

static void state_own(struct instruments *i, int64_t own)
{
    i->own = build_elapsed(-own, i->own);
    if (own)
        build_context_self(i->build, own_context(i), i->weight, own);
}

/* What is left of a row; -1 once those below it have more. */
static void take_off(int64_t *left, int64_t amount)
{
    *left = *left < amount ? -1 : *left - amount;
}

static bool take_row(struct instruments *i, struct slice line)
{
    struct slice symbol = cell_of(line, i->columns.symbol);
    struct slice count_cell = slice_trim(cell_of(line, i->columns.count));
    struct amount weight, own;
    uint64_t count = 0;
    if (!slice_trim(symbol).length || !amount_of(cell_of(line, i->columns.weight), NULL, &weight))
        return false;
    if (!i->rows)
        state_metrics(i, weight.kind);
    if (weight.kind != i->kind && weight.value)
        return false;
    if (!amount_of(cell_of(line, i->columns.self), i->columns.self_unit, &own) ||
        (own.kind != i->kind && own.value) ||
        (count_cell.length && !decimal_count(count_cell.text, count_cell.length, &count)) ||
        count > INT64_MAX)
        return false;
    struct row row = {.weight = weight.value, .count = (int64_t)count};
    while (row.column < symbol.length && symbol.text[row.column] == ' ')
        row.column++;
    close_rows(i, row.column);
    i->rows++;
    if (i->open.count) {
        take_off(&i->open.data[i->open.count - 1].weight, row.weight);
        take_off(&i->open.data[i->open.count - 1].count, row.count);
    } else {
        i->whole = build_elapsed(-row.weight, i->whole);
    }
    open_row(i, line, row);
    if (i->columns.self != NO_COLUMN)
        state_own(i, own.value);
    return true;
}

/* ---- reading ---- */

static int read_rows(struct instruments *i, struct input *input, struct error *err)
{
    struct slice line;
    int more;
    bool titles = false;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0) {
        if (!slice_trim(line).length)
            continue;
        if (!titles && !read_titles(line, &i->columns))
            return error_at_line(err, input_line_number(input),
                                 "is no header of a call tree: it has no column 'Symbol Name' or "
                                 "no 'Weight', 'Running Time' or 'Bytes Used'");
        if (titles && !take_row(i, line))
            odd_lines_add(&i->odd, input_line_number(input));
        titles = true;
    }
    close_rows(i, 0);
    return text_lines_end(i->build, more, i->rows > 0, err);
}

static void state_notes(const struct instruments *i)
{
    odd_lines_note(&i->odd, i->build, "are no rows of the table and are left out");
    if (i->columns.self != NO_COLUMN && i->own < i->whole - i->whole / 20)
        build_note(i->build, "what the rows themselves spent is less than the whole: not all rows "
                             "were copied (Deep Copy copies all)");
    if (i->columns.self == NO_COLUMN && i->rows)
        build_note(i->build,
                   "own values are not in the table: they are differences of rounded weights");
    if (!i->rows)
        build_note(i->build, "holds no row of a call tree");
}

static int read_instruments(struct input *input, struct build *build, struct error *err)
{
    struct instruments i = {.build = build, .root = PROFILE_NONE};
    int status = read_rows(&i, input, err);
    if (!status && !i.rows)
        state_metrics(&i, METRIC_SAMPLES);
    if (!status)
        state_notes(&i);
    array_free(&i.open);
    free(i.name);
    return status;
}

static int probe_instruments(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    struct columns columns;
    const char *end = memchr(head, '\n', size);
    if (end)
        text.length = (size_t)(end - text.text);
    return memchr(head, '\t', text.length) && read_titles(slice_trim(text), &columns) ? 80 : 0;
}

const struct reader instruments_reader = {
    .name = "instruments",
    .description = "a call tree copied from Apple's Instruments (Deep Copy)",
    .suffixes = "txt",
    .probe = probe_instruments,
    .read = read_instruments,
};
