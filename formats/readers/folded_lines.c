#include "formats/readers/folded_lines.h"
#include "formats/profile/profile.h"
#include "formats/readers/names.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_TEXT ((size_t)256 << 10) /* of lines in a block, about */
#define GUESSES    2u

/* What stood below a name the last times, the latest first; and where that name's bytes are. */
struct guess {
    struct guessed {
        size_t offset;
        uint32_t length;
        uint32_t number; /* PROFILE_NONE: none */
    } names[GUESSES];
};

struct folded_worker {
    unsigned number, columns;
    struct names names;
    uint32_t stated;             /* of them */
    ARRAY(struct guess) guesses; /* by name + 1; 0: what stacks begin with */
    struct arena arena;          /* texts of names */
    struct folded_block *block;
    struct slice before;  /* the stack before, in this block */
    ARRAY(uint32_t) ends; /* of its frames, within its text */
};

static void add_guess(struct folded_worker *worker)
{
    struct guess *guess = array_push(&worker->guesses);
    for (unsigned i = 0; i < GUESSES; i++)
        guess->names[i] = (struct guessed){.number = PROFILE_NONE};
}

struct folded_worker *folded_worker_new(unsigned number, unsigned columns)
{
    struct folded_worker *worker = memory_zeroed(1, sizeof *worker);
    worker->number = number;
    worker->columns = columns;
    add_guess(worker);
    return worker;
}

void folded_worker_free(struct folded_worker *worker)
{
    names_free(&worker->names);
    arena_free(&worker->arena);
    array_free(&worker->guesses);
    array_free(&worker->ends);
    free(worker);
}

void folded_block_free(struct folded_block *block)
{
    array_free(&block->text);
    array_free(&block->lengths);
    array_free(&block->stacks);
    array_free(&block->names);
    array_free(&block->fresh);
}

/* ---- filling a block ---- */

static void add_line(struct folded_block *block, struct slice line)
{
    array_reserve(&block->text, line.length);
    if (line.length)
        memcpy(block->text.data + block->text.count, line.text, line.length);
    block->text.count += (uint32_t)line.length;
    *array_push(&block->lengths) = (uint32_t)line.length;
}

bool folded_fetch(void *opaque, void *opaque_block)
{
    struct folded_source *source = opaque;
    struct folded_block *block = opaque_block;
    struct slice line;
    int more = 1;
    block->text.count = block->lengths.count = 0;
    block->first_line = input_line_number(source->input);
    for (size_t size = 0; size < BLOCK_TEXT; size += line.length + 1) {
        more = input_line(source->input, &line.text, &line.length, &source->error);
        if (more <= 0)
            break;
        add_line(block, line);
    }
    source->status = more < 0 ? -1 : 0;
    return more > 0;
}

/* ---- the text of a line ---- */

/* Splits off what follows the last blank, when that is a number. */
static bool split_count(struct slice *rest, struct decimal *count)
{
    size_t at = rest->length;
    while (at && !is_blank(rest->text[at - 1]))
        at--;
    if (at < 2)
        return false;
    *count = (struct decimal){0};
    if (!decimal_count(rest->text + at, rest->length - at, &count->digits) &&
        !decimal_parse(rest->text + at, rest->length - at, '.', count))
        return false;
    rest->length = at - 1;
    return true;
}

bool folded_split(struct slice text, unsigned columns, struct folded_line *out)
{
    out->stack = slice_trim(text);
    for (unsigned i = 0; i < columns; i++)
        if (!split_count(&out->stack, &out->counts[i]))
            return false;
    return true;
}

/* ---- frames ---- */

static size_t common_prefix(struct slice a, struct slice b)
{
    size_t at = 0, length = a.length < b.length ? a.length : b.length;
    for (uint64_t x, y; at + 8 <= length; at += 8) {
        memcpy(&x, a.text + at, 8);
        memcpy(&y, b.text + at, 8);
        if (x != y)
            break;
    }
    while (at < length && a.text[at] == b.text[at])
        at++;
    return at;
}

/* Keeps the frames that the new stack begins with, too; returns where the next one begins. */
static size_t keep_frames(struct folded_worker *worker, struct slice stack)
{
    size_t common = common_prefix(stack, worker->before);
    /* A name that goes on in one of the two is another name. */
    bool boundary = common == stack.length || stack.text[common] == ';';
    size_t limit = boundary ? common + 1 : common;
    while (worker->ends.count && worker->ends.data[worker->ends.count - 1] >= limit)
        worker->ends.count--;
    return worker->ends.count ? worker->ends.data[worker->ends.count - 1] + (size_t)1 : 0;
}

/* The name of the frame that begins the text. */
static struct guessed look_up(struct folded_worker *worker, struct slice text)
{
    const char *end = memchr(text.text, ';', text.length);
    size_t length = end ? (size_t)(end - text.text) : text.length;
    uint32_t number = names_number(&worker->names, (struct slice){text.text, length});
    while (worker->guesses.count <= number + (size_t)1)
        add_guess(worker);
    const struct name *name = &worker->names.items.data[number];
    return (struct guessed){name->offset, name->length, number};
}

/* Whether the text begins with the frame of that name. */
static inline bool begins_with(const char *bytes, struct slice text, const struct guessed *name)
{
    return name->number != PROFILE_NONE && name->length <= text.length &&
           (name->length == text.length || text.text[name->length] == ';') &&
           slice_same_bytes(text.text, bytes + name->offset, name->length);
}

/* Most functions call few others: a guess saves looking for the name's end and for the name. */
static inline struct guessed name_below(struct folded_worker *worker, uint32_t above,
                                        struct slice text)
{
    const struct guess *guess = &worker->guesses.data[above];
    if (begins_with(worker->names.bytes, text, &guess->names[0]))
        return guess->names[0];
    bool second = begins_with(worker->names.bytes, text, &guess->names[1]);
    struct guessed name = second ? guess->names[1] : look_up(worker, text);
    struct guess *changed = &worker->guesses.data[above];
    *changed = (struct guess){{name, changed->names[0]}};
    return name;
}

/* The frames from `at` on, `above` + 1 being the name before them. */
static void add_frames(struct folded_worker *worker, struct slice stack, size_t at, uint32_t above)
{
    struct folded_block *block = worker->block;
    while (at <= stack.length) {
        struct guessed name = name_below(worker, above, slice_behind(stack, at));
        at += name.length;
        *array_push(&block->names) = name.number;
        *array_push(&worker->ends) = (uint32_t)at++;
        above = name.number + 1;
    }
}

/* `before` is where the names of the stack before begin in the block; returns this one's place. */
static uint32_t add_stack(struct folded_worker *worker, const struct folded_line *line,
                          uint32_t before)
{
    struct folded_block *block = worker->block;
    size_t at = keep_frames(worker, line->stack);
    uint32_t kept = worker->ends.count, first = block->names.count;
    array_reserve(&block->names, kept);
    if (kept)
        memcpy(block->names.data + first, block->names.data + before, kept * sizeof(uint32_t));
    block->names.count += kept;
    uint32_t above = kept ? block->names.data[block->names.count - 1] + 1 : 0;
    add_frames(worker, line->stack, at, above);
    worker->before = line->stack;
    struct folded_stack *stack = array_push(&block->stacks);
    stack->depth = worker->ends.count;
    memcpy(stack->counts, line->counts, sizeof stack->counts);
    return first;
}

/* ---- a block ---- */

/* The names that are new since the block before. */
static void state_names(struct folded_worker *worker)
{
    const struct names *names = &worker->names;
    for (; worker->stated < names->items.count; worker->stated++) {
        const struct name *name = &names->items.data[worker->stated];
        *array_push(&worker->block->fresh) = (struct slice){
            arena_string(&worker->arena, names->bytes + name->offset, name->length), name->length};
    }
}

static void begin(struct folded_worker *worker, struct folded_block *block)
{
    worker->block = block;
    worker->before = (struct slice){"", 0};
    worker->ends.count = 0;
    block->worker = worker->number;
    block->stacks.count = block->names.count = block->fresh.count = 0;
    block->bad = block->first_bad = 0;
}

void folded_work(void *opaque, void *opaque_block)
{
    struct folded_worker *worker = opaque;
    struct folded_block *block = opaque_block;
    struct slice rest = {block->text.data, block->text.count};
    struct folded_line line = {0};
    uint32_t last = 0;
    begin(worker, block);
    for (uint32_t i = 0; i < block->lengths.count; i++) {
        struct slice text = slice_trim((struct slice){rest.text, block->lengths.data[i]});
        rest = slice_behind(rest, block->lengths.data[i]);
        if (!text.length || text.text[0] == '#')
            continue;
        if (folded_split(text, worker->columns, &line))
            last = add_stack(worker, &line, last);
        else if (!block->bad++)
            block->first_bad = block->first_line + i + 1;
    }
    state_names(worker);
}
