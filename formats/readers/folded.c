/*
 * Folded stacks ("collapsed"), as stackcollapse-*.pl, inferno, py-spy and speedscope write
 * them: one line a stack, outermost frame first, then a count,
 *
 *     main;work;parse 12
 *
 * Decisions, where programs disagree:
 *
 *   - A frame is what stands between two ';', with all its blanks; an empty one has the name
 *     "". Only the blanks before the line and one before the count are not part of a frame.
 *   - The count is what follows the last blank: whole, with decimals ("3.11", "20."), negative,
 *     or with an exponent. Decimals are kept exactly, up to nine (flamegraph.pl drops the line
 *     "... 20." of difffolded's results only after the point; speedscope drops all decimals).
 *   - When every line at the start of the file has two counts, it is difffolded's output: the
 *     second one (after) is the metric "samples", the first one (before) is "samples before".
 *   - Lines beginning with '#' are comments (flamelens, py-spy); speedscope takes those that
 *     end in a number for stacks.
 *   - Lines without a count, or without a stack before it, are counted and left out.
 *   - A function that occurs several times in one stack counts once for that stack.
 *
 * Memory grows with the distinct stacks and names, not with the file. What a line has in
 * common with the one before it is not looked up again.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_MAX 9
#define SUM_MAX    (INT64_C(1) << 62)
#define COLUMNS    2

/* A line taken apart. */
struct stack_line {
    struct slice stack;
    struct slice counts[COLUMNS]; /* the last one first */
};

/* ---- lines, also for the probe ---- */

/* Splits off what follows the last blank, when that may be a number. */
static bool split_count(struct slice *rest, struct slice *count)
{
    struct decimal number;
    uint64_t whole;
    size_t at = rest->length;
    while (at && !is_blank(rest->text[at - 1]))
        at--;
    if (at < 2)
        return false;
    *count = (struct slice){rest->text + at, rest->length - at};
    if (!decimal_count(count->text, count->length, &whole) &&
        !decimal_parse(count->text, count->length, '.', &number))
        return false;
    rest->length = at - 1;
    return true;
}

static bool split_line(struct slice line, unsigned columns, struct stack_line *out)
{
    out->stack = slice_trim(line);
    for (unsigned i = 0; i < columns; i++)
        if (!split_count(&out->stack, &out->counts[i]))
            return false;
    return true;
}

/* Takes the next whole line off a text; a last one without an end only when that is all. */
static bool next_line(struct slice *text, bool all, struct slice *line)
{
    const char *end = memchr(text->text, '\n', text->length);
    if (!text->length || (!end && !all))
        return false;
    size_t length = end ? (size_t)(end - text->text) : text->length;
    *line = slice_trim((struct slice){text->text, length});
    size_t used = end ? length + 1 : length;
    *text = (struct slice){text->text + used, text->length - used};
    return true;
}

/* Whether the lines at the start have two counts each. */
static bool has_two_columns(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size}, line;
    struct stack_line parts;
    bool any = false;
    while (next_line(&text, size < INPUT_HEAD_MAX, &line)) {
        if (!line.length || line.text[0] == '#')
            continue;
        if (!split_line(line, 2, &parts))
            return false;
        any = true;
    }
    return any;
}

/* ---- reading ---- */

struct frame {
    size_t end; /* within the stack's text */
    uint32_t context;
};

struct column {
    uint32_t metric;
    int places;  /* values are kept times 10^places */
    int64_t sum; /* of absolute values */
};

struct folded {
    struct build *build;
    struct names names;
    uint32_t root;
    unsigned columns;
    struct column column[COLUMNS];
    ARRAY(struct frame) frames; /* of the line before */
    char *before;               /* its stack */
    size_t before_length, before_capacity;
    uint64_t good, bad, first_bad, out_of_range;
    bool rounded;
};

static size_t common_prefix(const char *a, const char *b, size_t length)
{
    size_t at = 0;
    for (uint64_t x, y; at + 8 <= length; at += 8) {
        memcpy(&x, a + at, 8);
        memcpy(&y, b + at, 8);
        if (x != y)
            break;
    }
    while (at < length && a[at] == b[at])
        at++;
    return at;
}

/* Drops the frames that the new stack does not begin with; returns where the next one begins. */
static size_t keep_frames(struct folded *f, struct slice stack)
{
    size_t shorter = stack.length < f->before_length ? stack.length : f->before_length;
    size_t common = common_prefix(stack.text, f->before, shorter);
    /* A name that goes on in one of the two is another name. */
    bool boundary = common == stack.length || stack.text[common] == ';';
    size_t limit = boundary ? common + 1 : common;
    while (f->frames.count && f->frames.data[f->frames.count - 1].end >= limit)
        f->frames.count--;
    return f->frames.count ? f->frames.data[f->frames.count - 1].end + 1 : 0;
}

static void remember(struct folded *f, struct slice stack, size_t from)
{
    if (stack.length > f->before_capacity) {
        f->before_capacity = stack.length * 2;
        f->before = memory_resize(f->before, f->before_capacity, 1);
    }
    if (from < stack.length)
        memcpy(f->before + from, stack.text + from, stack.length - from);
    f->before_length = stack.length;
}

/* The context of a stack. */
static uint32_t context_of(struct folded *f, struct slice stack)
{
    size_t at = keep_frames(f, stack), from = at;
    uint32_t context = f->frames.count ? f->frames.data[f->frames.count - 1].context : f->root;
    while (at <= stack.length) {
        const char *end = memchr(stack.text + at, ';', stack.length - at);
        size_t stop = end ? (size_t)(end - stack.text) : stack.length;
        struct slice name = {stack.text + at, stop - at};
        context = build_context(f->build, context, names_function(&f->names, f->build, name));
        *array_push(&f->frames) = (struct frame){stop, context};
        at = stop + 1;
    }
    remember(f, stack, from);
    return context;
}

/* More decimals than any count before: all of them are kept finer from now on. */
static void refine(struct folded *f, struct column *column, int decimals)
{
    int64_t factor = 1;
    while (column->places < decimals && column->places < PLACES_MAX &&
           column->sum <= SUM_MAX / 10 / factor) {
        factor *= 10;
        column->places++;
    }
    if (factor > 1) {
        build_rescale(f->build, column->metric, factor);
        column->sum *= factor;
    }
    f->rounded |= column->places < decimals;
}

static bool value_of(struct folded *f, struct column *column, struct slice count, int64_t *value)
{
    struct decimal number;
    if (!decimal_parse(count.text, count.length, '.', &number))
        return false;
    if (number.decimals > column->places)
        refine(f, column, number.decimals);
    if (!decimal_scaled(&number, column->places, value))
        return false;
    int64_t size = *value < 0 ? -*value : *value;
    if (size > SUM_MAX - column->sum)
        return false;
    column->sum += size;
    return true;
}

static void read_stack(struct folded *f, struct slice line, uint64_t number)
{
    struct stack_line parts;
    int64_t values[COLUMNS] = {0};
    if (!split_line(line, f->columns, &parts)) {
        f->bad++;
        if (!f->first_bad)
            f->first_bad = number;
        return;
    }
    for (unsigned i = 0; i < f->columns; i++) {
        if (!value_of(f, &f->column[i], parts.counts[i], &values[i])) {
            f->out_of_range++;
            return;
        }
    }
    uint32_t context = context_of(f, parts.stack);
    for (unsigned i = 0; i < f->columns; i++)
        build_context_self(f->build, context, f->column[i].metric, values[i]);
    f->good++;
}

static int read_lines(struct folded *f, struct input *input, struct error *err)
{
    struct slice line;
    int more;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0) {
        line = slice_trim(line);
        if (line.length && line.text[0] != '#')
            read_stack(f, line, input_line_number(input));
    }
    if (more < 0 && !(err->code == ERROR_TRUNCATED && f->good))
        return -1;
    if (more < 0) {
        build_note(f->build, "is cut short after line %" PRIu64 ": %s", input_line_number(input),
                   err->text);
        build_flags(f->build, PROFILE_TRUNCATED);
    }
    if (!f->good && f->bad)
        return error_at_line(err, f->first_bad, "no line is a stack and a count");
    return 0;
}

static void state_notes(struct folded *f)
{
    if (f->bad)
        build_note(f->build,
                   "%" PRIu64 " lines are not a stack and a count and are left out, the first is "
                   "line %" PRIu64,
                   f->bad, f->first_bad);
    if (f->out_of_range)
        build_note(f->build, "%" PRIu64 " lines are left out: their counts are too large",
                   f->out_of_range);
    if (f->rounded)
        build_note(f->build, "counts are rounded to %d decimals", f->column[0].places);
    if (!f->good)
        build_note(f->build, "holds no stack");
}

static void prepare(struct folded *f, bool two_columns)
{
    static const char *const metrics[COLUMNS] = {"samples", "samples before"};
    f->columns = two_columns ? 2 : 1;
    for (unsigned i = 0; i < f->columns; i++)
        f->column[i].metric = build_metric(f->build, metrics[i], "samples", METRIC_SAMPLES, 1);
    uint32_t process = build_process(f->build, "", 0);
    f->root = build_root(f->build, build_thread(f->build, "all", 0, process));
}

static int read_folded(struct input *input, struct build *build, struct error *err)
{
    struct folded f = {.build = build};
    const uint8_t *head;
    size_t size;
    if (input_head(input, &head, &size, err))
        return -1;
    prepare(&f, has_two_columns(head, size));
    int status = read_lines(&f, input, err);
    if (!status)
        state_notes(&f);
    free(f.before);
    names_free(&f.names);
    array_free(&f.frames);
    return status;
}

/* ---- the probe ---- */

/* "work (long_running.py:8)", as py-spy names a frame. */
static bool is_located(struct slice frame)
{
    size_t at = frame.length;
    if (at < 4 || frame.text[--at] != ')')
        return false;
    size_t digits = 0;
    while (at && frame.text[at - 1] >= '0' && frame.text[at - 1] <= '9') {
        at--;
        digits++;
    }
    return digits && at && frame.text[at - 1] == ':' && memchr(frame.text, '(', at);
}

/* A ';' as in "main;work"; in prose and programs a blank follows it. */
static bool is_joined(struct slice stack)
{
    const char *semicolon = memchr(stack.text, ';', stack.length);
    size_t at = semicolon ? (size_t)(semicolon - stack.text) + 1 : stack.length;
    return semicolon && (at == stack.length || !is_blank(stack.text[at]));
}

static bool is_word(struct slice s)
{
    struct decimal number;
    for (size_t i = 0; i < s.length; i++)
        if (is_blank(s.text[i]))
            return false;
    return !decimal_parse(s.text, s.length, '.', &number);
}

/*
 * A line that has a ';' or a located frame before its count speaks for folded stacks when a
 * third of the lines are like that; a single word and a count only when all lines are.
 */
static int probe_folded(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size}, line;
    struct stack_line parts;
    unsigned lines = 0, strong = 0, words = 0;
    if (memchr(head, '\0', size))
        return 0;
    /* A first line that is longer than the head is judged by its frames alone. */
    if (size == INPUT_HEAD_MAX && !memchr(head, '\n', size))
        return memchr(head, ';', size) ? 20 : 0;
    while (next_line(&text, size < INPUT_HEAD_MAX, &line)) {
        if (!line.length || line.text[0] == '#')
            continue;
        lines++;
        if (!split_line(line, 1, &parts))
            continue;
        if (is_joined(parts.stack) || is_located(parts.stack))
            strong++;
        else if (is_word(parts.stack))
            words++;
    }
    if (strong)
        return strong * 2 >= lines ? 50 : strong * 3 >= lines || strong + words == lines ? 30 : 0;
    return lines && words == lines ? 20 : 0;
}

const struct reader folded_reader = {
    .name = "folded",
    .description = "folded (collapsed) stacks",
    .suffixes = "folded collapsed collapse stacks",
    .probe = probe_folded,
    .read = read_folded,
};
