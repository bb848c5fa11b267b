/*
 * The call graph of FreeBSD's `pmcstat -G`: a block a sampled function, below it, each one blank
 * further right, those that called it.
 *
 *     @ inst_retired.any [35705 samples]
 *
 *     20.86%  [7447]     zfs_lz4_compress @ /boot/kernel/zfs.ko
 *      100.0%  [7447]      zio_compress_data
 *       100.0%  [7447]       zio_write_compress
 *
 * The source: pmcstat(8) and usr.sbin/pmcstat/pmcpl_callgraph.c of FreeBSD.
 *
 *   - Each "@ event" is a metric. An image ("@ /boot/kernel/zfs.ko") holds for the lines below it
 *     until another one is named.
 *   - What a line has more than those below it are samples whose callers pmcstat does not list (its
 *     -e threshold): stacks that begin there. speedscope takes the last lines alone and loses
 *     these samples.
 *   - Lines that begin with '#' or "//" are comments.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/outline.h"
#include "formats/readers/slice.h"
#include "formats/readers/text_lines.h"

#include <inttypes.h>
#include <stdlib.h>

#define DEPTH_MAX  1024 /* FreeBSD records 512 frames at most */
#define EVENTS_MAX 31u

struct caller {
    size_t column;
    uint32_t function;
    int64_t left; /* samples not seen in a line below */
};

struct graph_line {
    size_t column;
    uint64_t samples;
    struct slice name, image;
};

struct pmcstat {
    struct build *build;
    ARRAY(struct caller) open; /* the sampled function first */
    ARRAY(uint32_t) stack;
    char *image; /* of the line before */
    size_t image_length;
    uint32_t metrics, thread;
    uint64_t lines, excess, beyond, announced, listed, more;
    bool skipped; /* the event whose lines come is one too many */
    struct odd_lines odd;
};

/* ---- lines, also for the probe ---- */

/* "100.0%  [7447]      zio_compress_data"; false: it is no such line. */
static bool split_line(struct slice line, struct graph_line *out)
{
    struct decimal percent;
    *out = (struct graph_line){.column = outline_column(line.text, line.length)};
    line = slice_trim(line);
    const char *sign = memchr(line.text, '%', line.length);
    size_t digits = sign ? (size_t)(sign - line.text) : 0;
    if (!digits || !decimal_parse(line.text, digits, '.', &percent))
        return false;
    line = slice_trim(slice_behind(line, digits + 1));
    const char *close = memchr(line.text, ']', line.length);
    if (!close || line.text[0] != '[')
        return false;
    struct slice count = {line.text + 1, (size_t)(close - line.text) - 1};
    count = slice_trim(count);
    out->name = slice_trim(slice_behind(line, (size_t)(close + 1 - line.text)));
    if (!out->name.length)
        return false;
    const char *at = memmem(out->name.text, out->name.length, " @ ", 3);
    if (at) {
        out->image = slice_trim(slice_behind(out->name, (size_t)(at + 3 - out->name.text)));
        out->name.length = (size_t)(at - out->name.text);
    }
    return out->name.length && decimal_count(count.text, count.length, &out->samples) &&
           out->samples <= INT64_MAX;
}

/* "@ inst_retired.any [35705 samples]" */
static bool is_event(struct slice line, struct slice *name, uint64_t *samples)
{
    static const char unit[] = " samples]";
    const char *open = memrchr(line.text, '[', line.length);
    size_t length = line.length, tail = sizeof unit - 1;
    if (!slice_begins(line, "@ ") || !open || length < tail ||
        memcmp(line.text + length - tail, unit, tail))
        return false;
    size_t at = (size_t)(open - line.text);
    *name = slice_trim((struct slice){line.text + 2, at - 2});
    return at + 1 < length - tail && decimal_count(open + 1, length - tail - at - 1, samples);
}

/* ---- reading ---- */

/* Samples that end, outwards, at the last open line. */
static void state_stack(struct pmcstat *p, int64_t samples)
{
    p->stack.count = 0;
    for (uint32_t i = p->open.count; i-- > 0;)
        *array_push(&p->stack) = p->open.data[i].function;
    build_stack(p->build, p->thread, p->stack.data, p->stack.count, p->metrics - 1, samples);
}

static void close_lines(struct pmcstat *p, size_t column)
{
    while (p->open.count && p->open.data[p->open.count - 1].column >= column) {
        int64_t left = p->open.data[p->open.count - 1].left;
        p->excess += left < 0;
        if (left > 0)
            state_stack(p, left);
        p->open.count--;
    }
}

static void begin_event(struct pmcstat *p, struct slice name, uint64_t samples)
{
    close_lines(p, 0);
    p->skipped = p->metrics == EVENTS_MAX;
    if (p->skipped) {
        p->more++;
        return;
    }
    char *text = memory_printf("%.*s", (int)name.length, name.text);
    (void)build_metric(p->build, text, "samples", METRIC_SAMPLES, 1);
    p->metrics++;
    free(text);
    if (__builtin_add_overflow(p->announced, samples, &p->announced))
        p->announced = UINT64_MAX;
}

static void keep_image(struct pmcstat *p, struct slice image)
{
    if (!image.length)
        return;
    p->image = memory_resize(p->image, image.length, 1);
    memcpy(p->image, image.text, image.length);
    p->image_length = image.length;
}

static bool take_line(struct pmcstat *p, struct slice text)
{
    struct graph_line line;
    if (!split_line(text, &line))
        return false;
    if (p->skipped)
        return true;
    if (!p->metrics)
        begin_event(p, (struct slice){"samples", 7}, 0);
    close_lines(p, line.column);
    keep_image(p, line.image);
    if (p->open.count == DEPTH_MAX) {
        p->beyond++;
        return true;
    }
    struct caller caller = {line.column, 0, (int64_t)line.samples};
    caller.function = build_function_n(p->build, line.name.text, line.name.length, p->image,
                                       p->image_length, "", 0, 0, FUNCTION_NATIVE);
    if (p->open.count) {
        struct caller *callee = &p->open.data[p->open.count - 1];
        callee->left = callee->left < caller.left ? -1 : callee->left - caller.left;
    } else if (__builtin_add_overflow(p->listed, line.samples, &p->listed)) {
        p->listed = UINT64_MAX;
    }
    *array_push(&p->open) = caller;
    p->lines++;
    return true;
}

static void state_notes(const struct pmcstat *p)
{
    odd_lines_note(&p->odd, p->build, "are no lines of a call graph and are left out");
    build_note_count(p->build, p->excess, "lines have fewer samples than their callers together");
    build_note_count(p->build, p->more, "events are left out: 31 are kept");
    build_note_count(p->build, p->beyond, "lines are deeper than 1024 callers and are left out");
    if (p->listed < p->announced)
        build_note(p->build, "lists %" PRIu64 " of the %" PRIu64 " samples that were taken",
                   p->listed, p->announced);
    if (!p->lines)
        build_note(p->build, "holds no call graph");
}

static int read_pmcstat(struct input *input, struct build *build, struct error *err)
{
    struct pmcstat p = {.build = build};
    struct slice line, name;
    uint64_t samples;
    int more;
    p.image = memory_alloc(1);
    p.thread = build_thread(build, "all", 0, build_process(build, "", 0));
    while ((more = input_line(input, &line.text, &line.length, err)) > 0) {
        struct slice text = slice_trim(line);
        if (!text.length || text.text[0] == '#' || slice_begins(text, "//"))
            continue;
        if (is_event(text, &name, &samples))
            begin_event(&p, name, samples);
        else if (!take_line(&p, line))
            odd_lines_add(&p.odd, input_line_number(input));
    }
    close_lines(&p, 0);
    int status = text_lines_end(build, more, p.lines > 0, err);
    if (!p.metrics)
        (void)build_metric(build, "samples", "samples", METRIC_SAMPLES, 1);
    if (!status)
        status = odd_lines_refuse(&p.odd, p.lines > 0, "is no line of a call graph", err);
    if (!status)
        state_notes(&p);
    free(p.image);
    array_free(&p.open);
    array_free(&p.stack);
    return status;
}

static int probe_pmcstat(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size}, line, name;
    struct graph_line parts;
    uint64_t samples;
    while (text.length) {
        const char *end = memchr(text.text, '\n', text.length);
        line = (struct slice){text.text, end ? (size_t)(end - text.text) : text.length};
        text = slice_behind(text, line.length + (end != NULL));
        struct slice words = slice_trim(line);
        if (is_event(words, &name, &samples))
            return 80;
        if (words.length && words.text[0] != '#' && !slice_begins(words, "//"))
            return split_line(line, &parts) ? 50 : 0;
    }
    return 0;
}

const struct reader pmcstat_reader = {
    .name = "pmcstat",
    .description = "the call graph of FreeBSD's pmcstat -G",
    .suffixes = "graph txt",
    .probe = probe_pmcstat,
    .read = read_pmcstat,
};
