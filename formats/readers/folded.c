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
 * Memory grows with the distinct stacks and names, not with the file. One thread takes lines
 * apart (folded_lines.h), another makes contexts of them.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/folded_lines.h"
#include "formats/relay.h"

#include <inttypes.h>
#include <string.h>

#define BLOCKS 4u

/* ---- lines at the start of the file, also for the probe ---- */

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
    struct folded_text parts;
    bool any = false;
    while (next_line(&text, size < INPUT_HEAD_MAX, &line)) {
        if (!line.length || line.text[0] == '#')
            continue;
        if (!folded_split(line, 2, &parts))
            return false;
        any = true;
    }
    return any;
}

/* ---- reading ---- */

struct folded {
    struct build *build;
    unsigned columns;
    uint32_t metrics[FOLDED_COLUMNS];
    ARRAY(uint32_t) functions; /* by the number of their name */
    ARRAY(uint32_t) path;      /* the root's context and those of the last stack's frames */
};

static void add_functions(struct folded *f, const struct folded_block *block)
{
    size_t at = 0;
    for (uint32_t i = 0; i < block->lengths.count; i++) {
        size_t length = block->lengths.data[i];
        *array_push(&f->functions) =
            build_function_n(f->build, length ? block->texts.data + at : "", length, "", 0, "", 0,
                             0, FUNCTION_UNKNOWN);
        at += length;
    }
}

static void rescale(struct folded *f, const int64_t *factors)
{
    for (unsigned i = 0; i < f->columns; i++)
        if (factors[i] > 1)
            build_rescale(f->build, f->metrics[i], factors[i]);
}

static void add_stack(struct folded *f, const struct folded_stack *stack, const uint32_t *names)
{
    rescale(f, stack->factors);
    f->path.count = stack->kept + 1;
    array_reserve(&f->path, stack->added);
    uint32_t context = f->path.data[stack->kept];
    for (uint32_t i = 0; i < stack->added; i++) {
        context = build_context(f->build, context, f->functions.data[names[i]]);
        f->path.data[f->path.count++] = context;
    }
    for (unsigned i = 0; i < f->columns; i++)
        build_context_self(f->build, context, f->metrics[i], stack->values[i]);
}

static void add_block(struct folded *f, const struct folded_block *block)
{
    const uint32_t *names = block->names.data;
    add_functions(f, block);
    for (uint32_t i = 0; i < block->stacks.count; i++) {
        add_stack(f, &block->stacks.data[i], names);
        names += block->stacks.data[i].added;
    }
}

static void read_blocks(struct folded *f, struct folded_lines *lines)
{
    struct folded_block blocks[BLOCKS] = {0}, *block;
    struct relay *relay = relay_new(folded_lines_fill, lines, blocks, sizeof *blocks, BLOCKS);
    while ((block = relay_take(relay)))
        add_block(f, block);
    relay_free(relay);
    for (unsigned i = 0; i < BLOCKS; i++)
        folded_block_free(&blocks[i]);
    rescale(f, folded_lines_summary(lines)->factors);
}

/* Whether what was read is a profile, and all of it. */
static int judge(struct folded *f, const struct folded_summary *summary, struct error *err)
{
    if (summary->status) {
        *err = summary->error;
        if (err->code != ERROR_TRUNCATED || !summary->good)
            return -1;
        build_note(f->build, "is cut short after line %" PRIu64 ": %s", summary->lines, err->text);
        build_flags(f->build, PROFILE_TRUNCATED);
    }
    if (!summary->good && summary->bad)
        return error_at_line(err, summary->first_bad, "no line is a stack and a count");
    return 0;
}

static void state_notes(struct folded *f, const struct folded_summary *summary)
{
    if (summary->bad)
        build_note(f->build,
                   "%" PRIu64 " lines are not a stack and a count and are left out, the first is "
                   "line %" PRIu64,
                   summary->bad, summary->first_bad);
    if (summary->out_of_range)
        build_note(f->build, "%" PRIu64 " lines are left out: their counts are too large",
                   summary->out_of_range);
    if (summary->rounded)
        build_note(f->build, "counts are rounded to %d decimals", summary->places[0]);
    if (!summary->good)
        build_note(f->build, "holds no stack");
}

static void prepare(struct folded *f, bool two_columns)
{
    static const char *const metrics[FOLDED_COLUMNS] = {"samples", "samples before"};
    f->columns = two_columns ? 2 : 1;
    for (unsigned i = 0; i < f->columns; i++)
        f->metrics[i] = build_metric(f->build, metrics[i], "samples", METRIC_SAMPLES, 1);
    uint32_t process = build_process(f->build, "", 0);
    *array_push(&f->path) = build_root(f->build, build_thread(f->build, "all", 0, process));
}

static int read_folded(struct input *input, struct build *build, struct error *err)
{
    struct folded f = {.build = build};
    const uint8_t *head;
    size_t size;
    if (input_head(input, &head, &size, err))
        return -1;
    prepare(&f, has_two_columns(head, size));
    struct folded_lines *lines = folded_lines_new(input, f.columns);
    read_blocks(&f, lines);
    int status = judge(&f, folded_lines_summary(lines), err);
    if (!status)
        state_notes(&f, folded_lines_summary(lines));
    folded_lines_free(lines);
    array_free(&f.functions);
    array_free(&f.path);
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
    struct folded_text parts;
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
        if (!folded_split(line, 1, &parts))
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
