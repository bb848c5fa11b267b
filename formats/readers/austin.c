/*
 * austin's text (https://github.com/P403n1x87/austin): one line a sample, outermost frame first,
 * and lines "# key: value" about the run.
 *
 *     P42;T0:7f01;/lib/threading.py:run:870;/srv/app.py:work:32 10058      since 3.0
 *     Process 42;Thread 7f01;run (threading.py);L870;work (app.py);L32 10058     before
 *     Thread 7f01;run (threading.py:870);work (app.py:32) 10058            with --alt-format
 *
 * "T0:7f01" names the interpreter and the thread, "T7f01" the thread alone. A line ends with one
 * number, with "time,idle,memory", or, before 3.0, with "time gained freed". See austin_samples.h.
 */
#include "formats/format.h"
#include "formats/readers/austin_samples.h"
#include "formats/readers/decimal.h"

#include <inttypes.h>

/* A line taken apart. */
struct sample {
    uint64_t process, interpreter;
    struct slice thread, frames; /* frames: with the ';' before each, or empty */
    struct austin_values values;
    bool old; /* the words of austin before 3.0 */
};

static bool parse_number(struct slice s, int64_t *value)
{
    struct decimal number;
    return decimal_parse(s.text, s.length, '.', &number) && decimal_scaled(&number, 0, value);
}

/* Takes the last word off a line, when it is a number. */
static bool take_last(struct slice *line, int64_t *value)
{
    size_t at = line->length;
    while (at && !is_blank(line->text[at - 1]))
        at--;
    if (at < 2 || !parse_number(slice_behind(*line, at), value))
        return false;
    *line = slice_trim((struct slice){line->text, at - 1});
    return true;
}

/* "10058", or "10058,0,-4096" */
static bool take_columns(struct slice *line, struct austin_values *v)
{
    size_t at = line->length;
    while (at && !is_blank(line->text[at - 1]))
        at--;
    struct slice word = slice_behind(*line, at);
    const char *comma = memchr(word.text, ',', word.length);
    const char *second = comma ? memrchr(word.text, ',', word.length) : NULL;
    int64_t idle;
    if (at < 2 || second - comma < 2 ||
        !parse_number((struct slice){word.text, (size_t)(comma - word.text)}, &v->time) ||
        !parse_number((struct slice){comma + 1, (size_t)(second - comma - 1)}, &idle) ||
        !parse_number((struct slice){second + 1, (size_t)(word.text + word.length - second - 1)},
                      &v->memory))
        return false;
    v->idle = idle != 0;
    v->three = true;
    *line = slice_trim((struct slice){line->text, at - 1});
    return true;
}

static bool take_values(struct slice *line, struct austin_values *v)
{
    int64_t last, middle, first;
    if (take_columns(line, v))
        return true;
    if (!take_last(line, &last))
        return false;
    struct slice shorter = *line;
    v->time = v->memory = last;
    if (!take_last(&shorter, &middle) || !take_last(&shorter, &first))
        return true;
    v->time = first;
    v->memory = middle ? middle : -(last < 0 ? -last : last);
    v->three = true;
    *line = shorter;
    return true;
}

/* "P42;" or "Process 42;" */
static bool take_process(struct slice *line, uint64_t *process)
{
    size_t skip = slice_begins(*line, "Process ") ? 8 : 1;
    const char *end = memchr(line->text, ';', line->length);
    if (!end || (size_t)(end - line->text) <= skip || *line->text != 'P' ||
        !decimal_count(line->text + skip, (size_t)(end - line->text) - skip, process))
        return false;
    *line = slice_behind(*line, (size_t)(end - line->text) + 1);
    return true;
}

/* "T7f01", "T0:7f01" or "Thread 7f01" */
static bool take_thread(struct slice *line, struct sample *s)
{
    const char *end = memchr(line->text, ';', line->length);
    size_t length = end ? (size_t)(end - line->text) : line->length;
    s->old = slice_begins(*line, "Thread ");
    size_t skip = s->old ? 7 : 1;
    if (length <= skip || *line->text != 'T')
        return false;
    s->thread = (struct slice){line->text + skip, length - skip};
    const char *colon = memchr(s->thread.text, ':', s->thread.length);
    size_t before = colon ? (size_t)(colon - s->thread.text) : 0;
    if (colon && decimal_count(s->thread.text, before, &s->interpreter))
        s->thread = slice_behind(s->thread, before + 1);
    s->frames = slice_behind(*line, length);
    return true;
}

static bool parse_sample(struct slice line, struct sample *s)
{
    *s = (struct sample){0};
    if (!take_values(&line, &s->values))
        return false;
    bool process = take_process(&line, &s->process);
    return take_thread(&line, s) && (process || s->old) && !slice_is(s->frames, ";Bad sample");
}

/* ---- frames ---- */

/* "L32" follows a frame of the old layout. */
static bool is_line(struct slice frame)
{
    uint64_t line;
    return frame.length > 1 && *frame.text == 'L' &&
           decimal_count(frame.text + 1, frame.length - 1, &line);
}

/* "work (app.py)"; "work (app.py:32)" is known by name_locate(). */
static bool split_old(struct slice frame, struct slice *name, struct slice *file)
{
    uint32_t line;
    if (name_locate(frame, name, file, &line))
        return true;
    const char *open = memrchr(frame.text, '(', frame.length);
    size_t at = open ? (size_t)(open - frame.text) : 0;
    if (at < 2 || frame.text[at - 1] != ' ' || frame.text[frame.length - 1] != ')')
        return false;
    *name = (struct slice){frame.text, at - 1};
    *file = (struct slice){open + 1, frame.length - at - 2};
    return true;
}

/* "app.py:work:32", ":GC:" */
static bool split_new(struct slice frame, struct slice *name, struct slice *file)
{
    const char *line = memrchr(frame.text, ':', frame.length);
    const char *colon = line ? memrchr(frame.text, ':', (size_t)(line - frame.text)) : NULL;
    if (!colon)
        return false;
    *file = (struct slice){frame.text, (size_t)(colon - frame.text)};
    *name = (struct slice){colon + 1, (size_t)(line - colon - 1)};
    return true;
}

static uint32_t function_of(struct austin *a, struct names *frames, struct slice frame)
{
    struct slice name = frame, file = {"", 0};
    bool added;
    uint32_t *function = names_value(frames, frame, &added);
    if (!added)
        return *function;
    if (!split_old(frame, &name, &file))
        (void)split_new(frame, &name, &file);
    *function = austin_function(a, name, file);
    return *function;
}

static void add_sample(struct austin *a, struct names *frames, const struct sample *s)
{
    int base = s->old || memchr(s->thread.text, 'x', s->thread.length) ? 16 : 10;
    uint32_t thread = austin_thread(a, s->process, s->interpreter, s->thread, base);
    uint32_t context = a->thread.data[thread].root;
    for (struct slice rest = s->frames; rest.length;) {
        const char *end = memchr(rest.text + 1, ';', rest.length - 1);
        size_t length = end ? (size_t)(end - rest.text) : rest.length;
        struct slice frame = {rest.text + 1, length - 1};
        if (frame.length && !is_line(frame))
            context = build_context(a->build, context, function_of(a, frames, frame));
        rest = slice_behind(rest, length);
    }
    austin_sample(a, thread, context, &s->values);
}

/* ---- the file ---- */

static void take_comment(struct austin *a, struct slice line)
{
    line = slice_trim(slice_behind(line, 1));
    const char *colon = memmem(line.text, line.length, ": ", 2);
    if (!colon)
        return;
    size_t length = (size_t)(colon - line.text);
    austin_metadata(a, (struct slice){line.text, length},
                    slice_trim(slice_behind(line, length + 1)));
}

static int read_lines(struct austin *a, struct names *frames, struct input *input,
                      struct error *err)
{
    struct slice line;
    struct sample sample;
    uint64_t odd = 0;
    int more;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0) {
        line = slice_trim(line);
        if (line.length && *line.text == '#')
            take_comment(a, line);
        else if (line.length && parse_sample(line, &sample))
            add_sample(a, frames, &sample);
        else
            odd += line.length > 0;
    }
    if (more < 0 && (err->code != ERROR_TRUNCATED || !a->samples))
        return -1;
    if (more < 0)
        build_cut(a->build, err);
    if (odd)
        build_note(a->build, "%" PRIu64 " lines are no sample and are left out", odd);
    austin_finish(a);
    return 0;
}

static int read_austin(struct input *input, struct build *build, struct error *err)
{
    struct austin austin = {.build = build};
    struct names frames = {0};
    int status = read_lines(&austin, &frames, input, err);
    names_free(&frames);
    austin_free(&austin);
    return status;
}

/* The first sample, and no NUL. */
static int probe_austin(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    struct sample sample;
    if (memchr(head, '\0', size))
        return 0;
    if (slice_begins(text, "# austin:"))
        return 100;
    while (text.length) {
        const char *end = memchr(text.text, '\n', text.length);
        size_t length = end ? (size_t)(end - text.text) : text.length;
        struct slice line = slice_trim((struct slice){text.text, length});
        if (line.length && *line.text != '#')
            return parse_sample(line, &sample) && (sample.frames.length || sample.old) ? 80 : 0;
        text = slice_behind(text, length + (end != NULL));
    }
    return 0;
}

const struct reader austin_reader = {
    .name = "austin",
    .description = "austin's text",
    .suffixes = "austin",
    .probe = probe_austin,
    .read = read_austin,
};
