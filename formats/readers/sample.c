/*
 * The text of macOS' sample (and of Activity Monitor): a tree a thread, the deeper the further
 * right, each line with how many samples it was in.
 *
 *     Analysis of sampling rg (pid 64751) every 1 millisecond
 *     Call graph:
 *         825 Thread_15758523   DispatchQueue_1: com.apple.main-thread  (serial)
 *         + 825 start  (in libdyld.dylib) + 1  [0x7fff737cf3d5]
 *         +   825 main  (in rg) + 41  [0x10384b549]
 *
 * What a line has more than those below it are its own samples. Offsets and addresses are left out,
 * so what was called from several places of a function is one callee.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/slice.h"

#include <inttypes.h>
#include <stdlib.h>

struct open_line {
    size_t column;
    uint32_t context;
    int64_t left; /* samples not seen in a line below */
};

struct sample {
    struct build *build;
    ARRAY(struct open_line) open;
    uint32_t metric, process;
    uint64_t lines, odd, excess;
    bool graph;
};

static void close_lines(struct sample *s, size_t column)
{
    while (s->open.count && s->open.data[s->open.count - 1].column >= column) {
        struct open_line line = s->open.data[--s->open.count];
        bool thread = !s->open.count && line.left > 0;
        if (thread)
            line.context =
                build_context(s->build, line.context,
                              build_function(s->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
        s->excess += line.left < 0;
        if (line.left > 0)
            build_context_self(s->build, line.context, s->metric, line.left);
    }
}

/* "main  (in rg) + 41  [0x10384b549]" */
static uint32_t function_of(struct sample *s, struct slice text)
{
    struct slice name = text, module = {"", 0};
    const char *in = memmem(text.text, text.length, "  (in ", 6);
    const char *address = memmem(text.text, text.length, "  [0x", 5);
    if (in) {
        name.length = (size_t)(in - text.text);
        module.text = in + 6;
        const char *close =
            memchr(module.text, ')', (size_t)(text.text + text.length - module.text));
        module.length = close ? (size_t)(close - module.text) : 0;
    } else if (address) {
        name.length = (size_t)(address - text.text);
    }
    name = slice_trim(name);
    return build_function_n(s->build, name.text, name.length, module.text, module.length, "", 0, 0,
                            FUNCTION_NATIVE);
}

static uint32_t open_context(struct sample *s, struct slice text)
{
    if (s->open.count)
        return build_context(s->build, s->open.data[s->open.count - 1].context,
                             function_of(s, text));
    char *name = memory_printf("%.*s", (int)text.length, text.text);
    uint32_t thread = build_thread(s->build, name, s->lines + 1, s->process);
    free(name);
    return build_root(s->build, thread);
}

static bool take_count(struct sample *s, struct slice line)
{
    size_t column = 0, digits = 0;
    uint64_t count;
    while (column < line.length && line.text[column] && strchr(" +!|:", line.text[column]))
        column++;
    struct slice rest = {line.text + column, line.length - column};
    while (digits < rest.length && rest.text[digits] >= '0' && rest.text[digits] <= '9')
        digits++;
    if (!column || digits == rest.length || rest.text[digits] != ' ' ||
        !decimal_count(rest.text, digits, &count) || count > INT32_MAX)
        return false;
    close_lines(s, column);
    rest = slice_trim((struct slice){rest.text + digits, rest.length - digits});
    if (s->open.count)
        s->open.data[s->open.count - 1].left -= (int64_t)count;
    struct open_line open = {column, open_context(s, rest), (int64_t)count};
    *array_push(&s->open) = open;
    s->lines++;
    return true;
}

static void take_line(struct sample *s, struct slice line)
{
    if (slice_is(slice_trim(line), "Call graph:")) {
        s->graph = true;
    } else if (s->graph && !slice_trim(line).length) {
        close_lines(s, 0);
        s->graph = false;
    } else if (s->graph && !take_count(s, line)) {
        s->odd++;
    }
}

static int read_sample(struct input *input, struct build *build, struct error *err)
{
    struct sample s = {.build = build};
    struct slice line;
    int more;
    s.metric = build_metric(build, "samples", "samples", METRIC_SAMPLES, 1);
    s.process = build_process(build, "", 0);
    while ((more = input_line(input, &line.text, &line.length, err)) > 0)
        take_line(&s, line);
    close_lines(&s, 0);
    array_free(&s.open);
    if (more < 0 && (err->code != ERROR_TRUNCATED || !s.lines))
        return -1;
    if (more < 0)
        build_cut(build, err);
    if (s.odd)
        build_note(build, "%" PRIu64 " lines of the call graph are not understood", s.odd);
    if (s.excess)
        build_note(build, "%" PRIu64 " lines have fewer samples than those below them", s.excess);
    if (!s.lines)
        build_note(build, "holds no call graph");
    return 0;
}

static int probe_sample(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    if (slice_begins(text, "Analysis of sampling ") || slice_begins(text, "Sampling process "))
        return 80;
    return slice_holds(text, "\nCall graph:\n") && slice_holds(text, "  (in ") ? 60 : 0;
}

const struct reader sample_reader = {
    .name = "sample",
    .description = "the text of macOS' sample",
    .suffixes = "txt",
    .probe = probe_sample,
    .read = read_sample,
};
