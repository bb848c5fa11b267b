/*
 * What DTrace prints of an aggregation by stacks, as in `@[ustack()] = count()`: the frames of a
 * stack, the innermost first, then its count.
 *
 *     CPU     ID                    FUNCTION:NAME
 *       8  35077                        :tick-60s
 *
 *                   libzip.dylib`ZIP_Read+0xd3
 *                   0x104e7945e
 *                     2
 *
 * The source: the printing in libdtrace (dt_consume.c of illumos and OpenDTrace).
 *
 *   - A function is a module and a name; offsets are dropped. Names are kept as they are: inferno
 *     cuts argument lists off C++ names, so that overloads are one function there, and takes
 *     "operator->" for two inlined ones.
 *   - Other keys of an aggregation, as in `@[execname, ustack()]`, stand before the stack and
 *     less indented: each value is a thread of that name.
 *   - A count without a stack is of a frame "[no frame]".
 *   - What is counted is not in the file: "samples", even if it was a sum of something else.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/names.h"
#include "formats/readers/text_lines.h"

#include <inttypes.h>
#include <stdlib.h>

#define FRAME_COLUMN 4 /* dtrace has 14 blanks before a frame and 2 before other keys */

static const char titles[] = "FUNCTION:NAME";

enum line_kind { LINE_BLANK, LINE_PROBE, LINE_MESSAGE, LINE_COUNT, LINE_FRAME, LINE_KEY };

struct dtrace {
    struct build *build;
    struct names frames, keys;
    ARRAY(uint32_t) stack; /* functions, the innermost first */
    char *key;             /* that stands before the stack being read; NULL: none */
    uint32_t process, metric;
    uint64_t stacks, messages;
    struct odd_lines odd;
};

/* ---- lines, also for the probe ---- */

static struct slice without_word(struct slice line)
{
    while (line.length && !is_blank(*line.text)) {
        line.text++;
        line.length--;
    }
    return slice_trim(line);
}

static bool is_number(struct slice word)
{
    struct decimal number;
    return decimal_parse(word.text, word.length, '.', &number);
}

/* "  8  35077                        :tick-60s" */
static bool is_probe_line(struct slice text)
{
    const char *end = text.text + text.length;
    struct slice id = without_word(text), name = without_word(id);
    struct slice cpu = slice_trim((struct slice){text.text, (size_t)(id.text - text.text)});
    id = slice_trim((struct slice){id.text, (size_t)(name.text - id.text)});
    uint64_t number;
    return name.length && name.text + name.length == end && memchr(name.text, ':', name.length) &&
           !memchr(name.text, '`', name.length) && !without_word(name).length &&
           decimal_count(cpu.text, cpu.length, &number) &&
           decimal_count(id.text, id.length, &number);
}

static bool is_address(struct slice text)
{
    size_t at = 2;
    while (at < text.length && memchr("0123456789abcdefABCDEF", text.text[at], 22))
        at++;
    return slice_begins(text, "0x") && at > 2 && at == text.length;
}

static enum line_kind kind_of(struct slice line)
{
    struct slice text = slice_trim(line);
    size_t column = text.length ? (size_t)(text.text - line.text) : 0;
    if (!text.length)
        return LINE_BLANK;
    if (is_number(text))
        return LINE_COUNT;
    if (slice_begins(line, "CPU ") && slice_holds(text, titles))
        return LINE_PROBE;
    if (slice_begins(line, "dtrace: "))
        return LINE_MESSAGE;
    if (memchr(text.text, '`', text.length) || is_address(text))
        return LINE_FRAME;
    if (is_probe_line(text))
        return LINE_PROBE;
    return column < FRAME_COLUMN ? LINE_KEY : LINE_FRAME;
}

/* ---- reading ---- */

/* "unix`trap+0x2c7" */
static uint32_t function_of(struct dtrace *d, struct slice text)
{
    bool added;
    const char *plus = memrchr(text.text, '+', text.length);
    size_t tail = plus ? (size_t)(text.text + text.length - plus - 1) : 0;
    if (plus && is_address((struct slice){plus + 1, tail}))
        text.length = (size_t)(plus - text.text);
    uint32_t *function = names_value(&d->frames, text, &added);
    if (!added)
        return *function;
    const char *tick = memchr(text.text, '`', text.length);
    size_t module = tick ? (size_t)(tick - text.text) : 0;
    struct slice name = {text.text + module + (tick != NULL),
                         text.length - module - (tick != NULL)};
    *function = build_function_n(d->build, name.text, name.length, text.text, module, "", 0, 0,
                                 FUNCTION_NATIVE);
    return *function;
}

/* The root of the key's thread. */
static uint32_t root_of_key(struct dtrace *d)
{
    bool added;
    const char *key = d->key ? d->key : "all";
    uint32_t *root = names_value(&d->keys, (struct slice){key, strlen(key)}, &added);
    if (added)
        *root = build_root(d->build, build_thread(d->build, key, 0, d->process));
    free(d->key);
    d->key = NULL;
    return *root;
}

static void end_stack(struct dtrace *d, int64_t count)
{
    uint32_t context = root_of_key(d);
    if (!d->stack.count)
        *array_push(&d->stack) =
            build_function(d->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN);
    for (uint32_t i = d->stack.count; i-- > 0;)
        context = build_context(d->build, context, d->stack.data[i]);
    build_context_self(d->build, context, d->metric, count);
    d->stack.count = 0;
    d->stacks++;
}

static bool take_count(struct dtrace *d, struct slice text)
{
    struct decimal number;
    int64_t count;
    if (!decimal_parse(text.text, text.length, '.', &number) || number.decimals ||
        !decimal_scaled(&number, 0, &count))
        return false;
    end_stack(d, count);
    return true;
}

static void take_line(struct dtrace *d, struct slice line, uint64_t number)
{
    struct slice text = slice_trim(line);
    switch (kind_of(line)) {
    case LINE_BLANK:
    case LINE_PROBE:
        return;
    case LINE_MESSAGE:
        d->messages++;
        return;
    case LINE_FRAME:
        *array_push(&d->stack) = function_of(d, text);
        return;
    case LINE_COUNT:
        if (!take_count(d, text))
            odd_lines_add(&d->odd, number);
        return;
    case LINE_KEY:
        if (d->stack.count || d->key)
            odd_lines_add(&d->odd, number);
        else
            d->key = memory_printf("%.*s", (int)text.length, text.text);
    }
}

static int read_dtrace(struct input *input, struct build *build, struct error *err)
{
    struct dtrace d = {.build = build};
    struct slice line;
    int more;
    d.metric = build_metric(build, "samples", "samples", METRIC_SAMPLES, 1);
    d.process = build_process(build, "", 0);
    while ((more = input_line(input, &line.text, &line.length, err)) > 0)
        take_line(&d, line, input_line_number(input));
    int status = text_lines_end(build, more, d.stacks > 0, err);
    if (!status)
        status = odd_lines_refuse(&d.odd, d.stacks > 0, "is neither a frame nor a count", err);
    if (!status) {
        odd_lines_note(&d.odd, build, "are neither frame nor count and are left out");
        build_note_count(build, d.messages, "messages of dtrace are in the file, as of drops");
        if (d.stack.count) {
            build_note(build, "ends in a stack without a count, which is left out");
            build_flags(build, PROFILE_TRUNCATED);
        }
        if (!d.stacks)
            build_note(build, "holds no stack");
    }
    free(d.key);
    array_free(&d.stack);
    names_free(&d.frames);
    names_free(&d.keys);
    return status;
}

/* The titles, or without them (dtrace -q) frames and counts and nothing else but keys. */
static int probe_dtrace(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    unsigned kinds[LINE_KEY + 1] = {0};
    if (memchr(head, '\0', size))
        return 0;
    for (bool first = true; text.length; first = false) {
        const char *end = memchr(text.text, '\n', text.length);
        struct slice line = {text.text, end ? (size_t)(end - text.text) : text.length};
        enum line_kind kind = kind_of(line);
        if (first && kind == LINE_PROBE)
            return 80;
        bool module = memchr(line.text, '`', line.length);
        if (kind == LINE_FRAME && !module && !is_address(slice_trim(line)))
            return 0;
        kinds[kind] += kind != LINE_FRAME || (module && is_blank(*line.text));
        text.text += line.length + (end != NULL);
        text.length -= line.length + (end != NULL);
    }
    bool stacks = kinds[LINE_FRAME] && (kinds[LINE_COUNT] || size == INPUT_HEAD_MAX);
    return stacks && kinds[LINE_KEY] <= kinds[LINE_COUNT] + 1 ? 40 : 0;
}

const struct reader dtrace_reader = {
    .name = "dtrace",
    .description = "stacks counted by DTrace",
    .suffixes = "dtrace txt",
    .probe = probe_dtrace,
    .read = read_dtrace,
};
