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
 * Memory grows with the distinct stacks and names, not with the file. Two threads take lines
 * apart (folded_lines.h); one of them makes contexts of them, in the order of the file.
 */
#include "formats/crew.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/folded_counts.h"
#include "formats/readers/folded_lines.h"

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
    struct folded_line parts;
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

/* ---- stacks ---- */

/* A worker's name. It becomes a function when a stack that counts has it. */
struct known {
    struct slice text;
    uint32_t function; /* PROFILE_NONE: none yet */
};

struct value {
    int64_t value, factor; /* all values before are to be multiplied by `factor` first */
};

struct folded {
    struct build *build;
    unsigned columns;
    uint32_t metrics[FOLDED_COLUMNS], root;
    struct folded_counts counts[FOLDED_COLUMNS];
    int64_t factors[FOLDED_COLUMNS];         /* of values before that no stack has told */
    ARRAY(struct known) names[CREW_WORKERS]; /* by each worker's numbers */
    ARRAY(struct build_walk) walks;          /* of a block's stacks, those that count */
    ARRAY(struct value) values;              /* theirs, by column */
    uint64_t good, bad, first_bad, out_of_range;
};

static void learn_names(struct folded *f, const struct folded_block *block)
{
    for (uint32_t i = 0; i < block->fresh.count; i++)
        *array_push(&f->names[block->worker]) = (struct known){block->fresh.data[i], PROFILE_NONE};
}

static inline uint32_t function_of(struct folded *f, struct known *name)
{
    if (name->function == PROFILE_NONE)
        name->function = build_function_n(f->build, name->text.text, name->text.length, "", 0, "",
                                          0, 0, FUNCTION_UNKNOWN);
    return name->function;
}

/* Keeps a stack's values for later; false: one is too large, and the stack is left out. */
static bool keep_values(struct folded *f, const struct folded_stack *stack)
{
    int64_t values[FOLDED_COLUMNS], factor;
    for (unsigned i = 0; i < f->columns; i++) {
        bool fits = folded_value(&f->counts[i], &stack->counts[i], &values[i], &factor);
        f->factors[i] *= factor;
        if (!fits)
            return false;
    }
    for (unsigned i = 0; i < f->columns; i++) {
        *array_push(&f->values) = (struct value){values[i], f->factors[i]};
        f->factors[i] = 1;
    }
    return true;
}

/* Turns a stack's names into functions. */
static void keep_path(struct folded *f, uint32_t *names, uint32_t depth, unsigned worker)
{
    for (uint32_t i = 0; i < depth; i++)
        names[i] = function_of(f, &f->names[worker].data[names[i]]);
    *array_push(&f->walks) =
        (struct build_walk){.functions = names, .count = depth, .context = f->root};
}

static void rescale(struct folded *f, unsigned column, int64_t factor)
{
    if (factor > 1)
        build_rescale(f->build, f->metrics[column], factor);
}

static void add_values(struct folded *f, uint32_t context, const struct value *values)
{
    for (unsigned i = 0; i < f->columns; i++) {
        rescale(f, i, values[i].factor);
        build_context_self(f->build, context, f->metrics[i], values[i].value);
    }
}

static void add_block(struct folded *f, struct folded_block *block)
{
    uint32_t *names = block->names.data;
    f->walks.count = f->values.count = 0;
    learn_names(f, block);
    for (uint32_t i = 0; i < block->stacks.count; i++) {
        const struct folded_stack *stack = &block->stacks.data[i];
        if (keep_values(f, stack))
            keep_path(f, names, stack->depth, block->worker);
        else
            f->out_of_range++;
        names += stack->depth;
    }
    build_walks(f->build, f->walks.data, f->walks.count);
    for (uint32_t i = 0; i < f->walks.count; i++)
        add_values(f, f->walks.data[i].context, &f->values.data[(size_t)i * f->columns]);
    f->good += f->walks.count;
    f->first_bad = f->first_bad ? f->first_bad : block->first_bad;
    f->bad += block->bad;
}

/* ---- reading ---- */

static void read_blocks(struct folded *f, struct folded_source *source)
{
    struct folded_block blocks[BLOCKS] = {0}, *block;
    struct crew_job job = {.fetch = folded_fetch,
                           .work = folded_work,
                           .source = source,
                           .blocks = blocks,
                           .size = sizeof *blocks,
                           .count = BLOCKS};
    for (unsigned i = 0; i < CREW_WORKERS; i++)
        job.workers[i] = folded_worker_new(i, f->columns);
    struct crew *crew = crew_new(&job);
    while ((block = crew_take(crew)))
        add_block(f, block);
    crew_free(crew);
    for (unsigned i = 0; i < f->columns; i++)
        rescale(f, i, f->factors[i]);
    for (unsigned i = 0; i < CREW_WORKERS; i++)
        folded_worker_free(job.workers[i]);
    for (unsigned i = 0; i < BLOCKS; i++)
        folded_block_free(&blocks[i]);
}

/* Whether what was read is a profile, and all of it. */
static int judge(struct folded *f, const struct folded_source *source, struct error *err)
{
    if (source->status) {
        *err = source->error;
        if (err->code != ERROR_TRUNCATED || !f->good)
            return -1;
        build_note(f->build, "is cut short after line %" PRIu64 ": %s",
                   input_line_number(source->input), err->text);
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
    if (f->counts[0].rounded || f->counts[1].rounded)
        build_note(f->build, "counts are rounded to %d decimals", f->counts[0].places);
    if (!f->good)
        build_note(f->build, "holds no stack");
}

static void prepare(struct folded *f, bool two_columns)
{
    static const char *const metrics[FOLDED_COLUMNS] = {"samples", "samples before"};
    f->columns = two_columns ? 2 : 1;
    for (unsigned i = 0; i < f->columns; i++) {
        f->metrics[i] = build_metric(f->build, metrics[i], "samples", METRIC_SAMPLES, 1);
        f->factors[i] = 1;
    }
    uint32_t process = build_process(f->build, "", 0);
    f->root = build_root(f->build, build_thread(f->build, "all", 0, process));
}

static int read_folded(struct input *input, struct build *build, struct error *err)
{
    struct folded f = {.build = build};
    struct folded_source source = {.input = input};
    const uint8_t *head;
    size_t size;
    if (input_head(input, &head, &size, err))
        return -1;
    prepare(&f, has_two_columns(head, size));
    read_blocks(&f, &source);
    int status = judge(&f, &source, err);
    if (!status)
        state_notes(&f);
    for (unsigned i = 0; i < CREW_WORKERS; i++)
        array_free(&f.names[i]);
    array_free(&f.walks);
    array_free(&f.values);
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
    struct folded_line parts;
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
