#include "formats/readers/folded_lines.h"
#include "formats/profile/profile.h"
#include "formats/readers/decimal.h"
#include "formats/readers/names.h"

#include <stdlib.h>
#include <string.h>

#define PLACES_MAX 9
#define SUM_MAX    (INT64_C(1) << 62)
#define BLOCK_TEXT ((size_t)256 << 10) /* of lines in a block, about */

#define GUESSES 2u

/* A frame of the line before. */
struct frame {
    size_t end; /* within the stack's text */
    uint32_t name;
};

/* What stood below a name the last times, the latest first; and where that name's bytes are. */
struct guess {
    struct name names[GUESSES];
};

struct folded_lines {
    struct input *input;
    unsigned columns;
    struct names names;
    struct folded_block *block;
    ARRAY(struct guess) guesses; /* by name + 1; 0: what stacks begin with */
    ARRAY(struct frame) frames;  /* of the line before */
    char *before;                /* its stack */
    size_t before_length, before_capacity;
    int64_t sums[FOLDED_COLUMNS]; /* of absolute values */
    struct folded_summary summary;
};

static void add_guess(struct folded_lines *lines)
{
    struct guess *guess = array_push(&lines->guesses);
    for (unsigned i = 0; i < GUESSES; i++)
        guess->names[i] = (struct name){.function = PROFILE_NONE};
}

struct folded_lines *folded_lines_new(struct input *input, unsigned columns)
{
    struct folded_lines *lines = memory_zeroed(1, sizeof *lines);
    lines->input = input;
    lines->columns = columns;
    add_guess(lines);
    for (unsigned i = 0; i < FOLDED_COLUMNS; i++)
        lines->summary.factors[i] = 1;
    return lines;
}

void folded_lines_free(struct folded_lines *lines)
{
    names_free(&lines->names);
    array_free(&lines->guesses);
    array_free(&lines->frames);
    free(lines->before);
    free(lines);
}

void folded_block_free(struct folded_block *block)
{
    array_free(&block->stacks);
    array_free(&block->names);
    array_free(&block->lengths);
    array_free(&block->texts);
}

const struct folded_summary *folded_lines_summary(const struct folded_lines *lines)
{
    return &lines->summary;
}

/* ---- the text of a line ---- */

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

bool folded_split(struct slice line, unsigned columns, struct folded_text *out)
{
    out->stack = slice_trim(line);
    for (unsigned i = 0; i < columns; i++)
        if (!split_count(&out->stack, &out->counts[i]))
            return false;
    return true;
}

/* ---- counts ---- */

/* More decimals than any count before: all of them are kept finer from now on. */
static void refine(struct folded_lines *lines, unsigned column, int decimals)
{
    int *places = &lines->summary.places[column];
    int64_t factor = 1;
    while (*places < decimals && *places < PLACES_MAX &&
           lines->sums[column] <= SUM_MAX / 10 / factor) {
        factor *= 10;
        ++*places;
    }
    lines->summary.factors[column] *= factor;
    lines->sums[column] *= factor;
    lines->summary.rounded |= *places < decimals;
}

static bool value_of(struct folded_lines *lines, unsigned column, struct slice count,
                     int64_t *value)
{
    struct decimal number;
    if (!decimal_parse(count.text, count.length, '.', &number))
        return false;
    if (number.decimals > lines->summary.places[column])
        refine(lines, column, number.decimals);
    if (!decimal_scaled(&number, lines->summary.places[column], value))
        return false;
    int64_t size = *value < 0 ? -*value : *value;
    if (size > SUM_MAX - lines->sums[column])
        return false;
    lines->sums[column] += size;
    return true;
}

/* ---- frames ---- */

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
static size_t keep_frames(struct folded_lines *lines, struct slice stack)
{
    size_t shorter = stack.length < lines->before_length ? stack.length : lines->before_length;
    size_t common = common_prefix(stack.text, lines->before, shorter);
    /* A name that goes on in one of the two is another name. */
    bool boundary = common == stack.length || stack.text[common] == ';';
    size_t limit = boundary ? common + 1 : common;
    while (lines->frames.count && lines->frames.data[lines->frames.count - 1].end >= limit)
        lines->frames.count--;
    return lines->frames.count ? lines->frames.data[lines->frames.count - 1].end + 1 : 0;
}

static void remember(struct folded_lines *lines, struct slice stack, size_t from)
{
    if (stack.length > lines->before_capacity) {
        lines->before_capacity = stack.length * 2;
        lines->before = memory_resize(lines->before, lines->before_capacity, 1);
    }
    if (from < stack.length)
        memcpy(lines->before + from, stack.text + from, stack.length - from);
    lines->before_length = stack.length;
}

static void state_text(struct folded_block *block, struct slice name)
{
    *array_push(&block->lengths) = (uint32_t)name.length;
    array_reserve(&block->texts, name.length);
    if (name.length)
        memcpy(block->texts.data + block->texts.count, name.text, name.length);
    block->texts.count += (uint32_t)name.length;
}

/* The name of the frame that begins the text. */
static struct name look_up(struct folded_lines *lines, struct slice text)
{
    bool added;
    const char *end = memchr(text.text, ';', text.length);
    struct slice name = {text.text, end ? (size_t)(end - text.text) : text.length};
    uint32_t *number = names_value(&lines->names, name, &added);
    if (added) {
        *number = lines->names.items.count - 1;
        state_text(lines->block, name);
        add_guess(lines);
    }
    return lines->names.items.data[*number];
}

/* Whether the text begins with the frame of that name. */
static inline bool begins_with(const char *bytes, struct slice text, const struct name *name)
{
    return name->function != PROFILE_NONE && name->length <= text.length &&
           (name->length == text.length || text.text[name->length] == ';') &&
           !memcmp(text.text, bytes + name->offset, name->length);
}

/* Most functions call few others: a guess saves looking for the name's end and for the name. */
static struct name name_below(struct folded_lines *lines, uint32_t above, struct slice text)
{
    const struct guess *guess = &lines->guesses.data[above];
    if (begins_with(lines->names.bytes, text, &guess->names[0]))
        return guess->names[0];
    bool second = begins_with(lines->names.bytes, text, &guess->names[1]);
    struct name name = second ? guess->names[1] : look_up(lines, text);
    struct guess *changed = &lines->guesses.data[above];
    *changed = (struct guess){{name, changed->names[0]}};
    return name;
}

/* The frames from `at` on. */
static void add_frames(struct folded_lines *lines, struct slice stack, size_t at)
{
    uint32_t last = lines->frames.count, above = last ? lines->frames.data[last - 1].name + 1 : 0;
    while (at <= stack.length) {
        struct name name =
            name_below(lines, above, (struct slice){stack.text + at, stack.length - at});
        at += name.length;
        *array_push(&lines->frames) = (struct frame){at++, name.function};
        *array_push(&lines->block->names) = name.function;
        above = name.function + 1;
    }
}

static void add_stack(struct folded_lines *lines, struct slice text, const int64_t *values)
{
    size_t at = keep_frames(lines, text);
    struct folded_stack stack = {.kept = lines->frames.count};
    add_frames(lines, text, at);
    remember(lines, text, at);
    stack.added = lines->frames.count - stack.kept;
    for (unsigned i = 0; i < FOLDED_COLUMNS; i++) {
        stack.values[i] = values[i];
        stack.factors[i] = lines->summary.factors[i];
        lines->summary.factors[i] = 1;
    }
    *array_push(&lines->block->stacks) = stack;
}

/* ---- lines ---- */

static void add_line(struct folded_lines *lines, struct slice line)
{
    struct folded_text text = {0};
    int64_t values[FOLDED_COLUMNS] = {0};
    if (!folded_split(line, lines->columns, &text)) {
        lines->summary.bad++;
        if (!lines->summary.first_bad)
            lines->summary.first_bad = input_line_number(lines->input);
        return;
    }
    for (unsigned i = 0; i < lines->columns; i++) {
        if (!value_of(lines, i, text.counts[i], &values[i])) {
            lines->summary.out_of_range++;
            return;
        }
    }
    add_stack(lines, text.stack, values);
    lines->summary.good++;
}

bool folded_lines_fill(void *opaque, void *block)
{
    struct folded_lines *lines = opaque;
    struct slice line;
    int more = 1;
    lines->block = block;
    lines->block->stacks.count = lines->block->names.count = 0;
    lines->block->lengths.count = lines->block->texts.count = 0;
    for (size_t size = 0; size < BLOCK_TEXT; size += line.length + 1) {
        more = input_line(lines->input, &line.text, &line.length, &lines->summary.error);
        if (more <= 0)
            break;
        line = slice_trim(line);
        if (line.length && line.text[0] != '#')
            add_line(lines, line);
    }
    lines->summary.status = more < 0 ? -1 : 0;
    lines->summary.lines = input_line_number(lines->input);
    return more > 0;
}
