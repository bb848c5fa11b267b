/*
 * memory_profiler's mprofile_*.dat (`mprof run`): lines of a word and its values, memory in MiB,
 * times in seconds.
 *
 *     CMDLINE python app.py
 *     MEM 12.500000 1700000000.1000                the process
 *     CHLD 4242 3.000000 1700000000.1000           a child of it
 *     FUNC app.work 12.5 1700000000.2 80.25 1700000001.0 0     a call: before and after, nesting
 *
 * What that tells of functions is of calls: how often, how long with their callees, and by how
 * much memory was larger (or smaller) afterwards. Calls lie in one another by their times, which
 * gives a tree; own times and own memory are what the calls inside do not have. Of memory between
 * calls only the peak is told, in a note.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/names.h"
#include "formats/readers/numbered.h"

#include <inttypes.h>
#include <stdlib.h>

#define MEBIBYTE   (INT64_C(1) << 20)
#define PLACES     6 /* of a number of MiB that are kept */
#define NANOPLACES 9

struct call {
    uint32_t function;
    int64_t start, end, grown;
};

struct memory_profile {
    struct build *build;
    struct names names;
    ARRAY(struct call) calls;
    struct numbered children; /* processes: their index in `peaks` */
    ARRAY(int64_t) peaks;
    int64_t peak, first, last; /* of MEM; bytes, ns */
    uint64_t samples, odd;
};

static bool next_word(struct slice *line, struct slice *word)
{
    *line = slice_trim(*line);
    size_t length = 0;
    while (length < line->length && !is_blank(line->text[length]))
        length++;
    *word = (struct slice){line->text, length};
    *line = (struct slice){line->text + length, line->length - length};
    return length > 0;
}

static bool take_scaled(struct slice *line, int places, int64_t *value)
{
    struct slice word;
    struct decimal number;
    return next_word(line, &word) && decimal_parse(word.text, word.length, '.', &number) &&
           decimal_scaled(&number, places, value);
}

static bool take_memory(struct slice *line, int64_t *bytes)
{
    int64_t value;
    if (!take_scaled(line, PLACES, &value) || value > INT64_MAX / MEBIBYTE ||
        value < INT64_MIN / MEBIBYTE)
        return false;
    *bytes = value * MEBIBYTE / 1000000;
    return true;
}

static void cover(struct memory_profile *m, int64_t time)
{
    if (time < m->first)
        m->first = time;
    if (time > m->last)
        m->last = time;
}

static bool take_sample(struct memory_profile *m, struct slice line)
{
    int64_t bytes, time;
    if (!take_memory(&line, &bytes) || !take_scaled(&line, NANOPLACES, &time))
        return false;
    cover(m, time);
    if (!m->samples++ || bytes > m->peak)
        m->peak = bytes;
    return true;
}

static bool take_child(struct memory_profile *m, struct slice line)
{
    struct slice word;
    int64_t bytes;
    uint64_t number;
    if (!next_word(&line, &word) || !decimal_count(word.text, word.length, &number) ||
        !take_memory(&line, &bytes))
        return false;
    uint32_t child = numbered_get(&m->children, number);
    if (child == NUMBERED_NONE) {
        child = m->peaks.count;
        *array_push(&m->peaks) = bytes;
        numbered_put(&m->children, number, child);
    }
    if (bytes > m->peaks.data[child])
        m->peaks.data[child] = bytes;
    return true;
}

/* "app.Tree.work": what is before the last '.' is the module. */
static uint32_t function_of(struct memory_profile *m, struct slice name)
{
    bool added;
    uint32_t *function = names_value(&m->names, name, &added);
    if (!added)
        return *function;
    const char *dot = memrchr(name.text, '.', name.length);
    size_t module = dot ? (size_t)(dot - name.text) : 0, skip = dot ? module + 1 : 0;
    *function = build_function_n(m->build, name.text + skip, name.length - skip, name.text, module,
                                 "", 0, 0, FUNCTION_PYTHON);
    return *function;
}

static bool take_call(struct memory_profile *m, struct slice line)
{
    struct slice name;
    struct call call;
    int64_t before, after;
    if (!next_word(&line, &name) || !take_memory(&line, &before) ||
        !take_scaled(&line, NANOPLACES, &call.start) || !take_memory(&line, &after) ||
        !take_scaled(&line, NANOPLACES, &call.end) || call.end < call.start || call.start < 0)
        return false;
    call.function = function_of(m, name);
    call.grown = after - before;
    cover(m, call.start);
    cover(m, call.end);
    *array_push(&m->calls) = call;
    return true;
}

static void take_command(struct memory_profile *m, struct slice line)
{
    line = slice_trim(line);
    char *text = memory_printf("%.*s", (int)(line.length & 0xfff), line.text);
    build_metadata(m->build, "program", text);
    free(text);
}

static bool take_line(struct memory_profile *m, struct slice line)
{
    struct slice word;
    if (!next_word(&line, &word))
        return true;
    if (slice_is(word, "MEM"))
        return take_sample(m, line);
    if (slice_is(word, "FUNC"))
        return take_call(m, line);
    if (slice_is(word, "CHLD"))
        return take_child(m, line);
    if (slice_is(word, "CMDLINE"))
        take_command(m, line);
    return slice_is(word, "CMDLINE");
}

/* ---- calls ---- */

/* By their start; of those that start together the longer is outside. */
static int compare_calls(const void *a, const void *b)
{
    const struct call *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    return 0;
}

struct open_call {
    uint32_t context;
    int64_t end, time, grown; /* time, grown: without the calls inside, so far */
};

static int64_t less(int64_t a, int64_t b)
{
    int64_t difference;
    return __builtin_sub_overflow(a, b, &difference) ? 0 : difference;
}

static void close_call(struct memory_profile *m, const struct open_call *call)
{
    build_context_self(m->build, call->context, 0, call->time);
    build_context_self(m->build, call->context, 1, call->grown);
}

/* A call that goes on after the one it begins in is beside that one, not inside it. */
static void state_calls(struct memory_profile *m)
{
    ARRAY(struct open_call) open = {0};
    uint32_t thread = build_thread(m->build, "", 0, build_process(m->build, "", 0));
    uint32_t root = build_root(m->build, thread);
    if (m->calls.count)
        qsort(m->calls.data, m->calls.count, sizeof *m->calls.data, compare_calls);
    for (uint32_t i = 0; i < m->calls.count; i++) {
        const struct call *call = &m->calls.data[i];
        int64_t length = call->end - call->start;
        while (open.count && open.data[open.count - 1].end < call->end)
            close_call(m, &open.data[--open.count]);
        struct open_call *outer = open.count ? &open.data[open.count - 1] : NULL;
        uint32_t context = build_context(m->build, outer ? outer->context : root, call->function);
        build_context_calls(m->build, context, 1);
        if (outer) {
            outer->time = less(outer->time, length);
            outer->grown = less(outer->grown, call->grown);
        }
        *array_push(&open) = (struct open_call){context, call->end, length, call->grown};
    }
    while (open.count)
        close_call(m, &open.data[--open.count]);
    array_free(&open);
    if (m->calls.count)
        build_flags(m->build, PROFILE_HAS_CALLS);
}

/* ---- the file ---- */

static void state_notes(struct memory_profile *m)
{
    if (m->samples)
        build_note(m->build, "memory was %.1f MiB at its peak, sampled %" PRIu64 " times",
                   (double)m->peak / (double)MEBIBYTE, m->samples);
    int64_t peak = 0;
    for (uint32_t i = 0; i < m->peaks.count; i++)
        peak = m->peaks.data[i] > peak ? m->peaks.data[i] : peak;
    if (m->peaks.count)
        build_note(m->build, "of %u child processes the largest had %.1f MiB", m->peaks.count,
                   (double)peak / (double)MEBIBYTE);
    if (!m->calls.count)
        build_note(m->build, "holds no call of a function: those are only told of functions "
                             "that @profile decorates");
    if (m->odd)
        build_note(m->build, "%" PRIu64 " lines are not understood and are left out", m->odd);
}

static int read_lines(struct memory_profile *m, struct input *input, struct error *err)
{
    struct slice line;
    int more;
    build_metric(m->build, "wall", "s", METRIC_TIME, 1e-9);
    build_metric(m->build, "grown", "bytes", METRIC_BYTES, 1);
    while ((more = input_line(input, &line.text, &line.length, err)) > 0)
        m->odd += !take_line(m, line);
    if (more < 0 && (err->code != ERROR_TRUNCATED || (!m->samples && !m->calls.count)))
        return -1;
    if (more < 0)
        build_cut(m->build, err);
    state_calls(m);
    int64_t wall;
    if (m->first < m->last && !__builtin_sub_overflow(m->last, m->first, &wall))
        build_times(m->build, 0, wall);
    state_notes(m);
    return 0;
}

static int read_mprofile(struct input *input, struct build *build, struct error *err)
{
    struct memory_profile m = {.build = build, .first = INT64_MAX, .last = INT64_MIN};
    int status = read_lines(&m, input, err);
    names_free(&m.names);
    numbered_free(&m.children);
    array_free(&m.calls);
    array_free(&m.peaks);
    return status;
}

static int probe_mprofile(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    struct slice line = text, word;
    const char *end = memchr(text.text, '\n', text.length);
    int64_t value;
    if (memchr(head, '\0', size))
        return 0;
    if (slice_begins(text, "CMDLINE "))
        return slice_holds(text, "\nMEM ") || slice_holds(text, "\nFUNC ") ? 90 : 40;
    line.length = end ? (size_t)(end - text.text) : text.length;
    return slice_begins(text, "MEM ") && next_word(&line, &word) && take_memory(&line, &value) &&
                   take_scaled(&line, NANOPLACES, &value) && !slice_trim(line).length
               ? 80
               : 0;
}

const struct reader mprofile_reader = {
    .name = "mprofile",
    .description = "memory_profiler's mprofile_*.dat",
    .suffixes = "dat",
    .probe = probe_mprofile,
    .read = read_mprofile,
};
