/*
 * MOJO, austin's binary form (https://github.com/P403n1x87/austin/wiki/The-MOJO-file-format),
 * versions 1 to 4: "MOJ", a version, then events of a byte and what belongs to them: integers of
 * a variable length and texts that end with a NUL.
 *
 * Texts and frames have numbers within their process. A sample is all between one STACK event
 * and the next, its frames outermost first. STACK_REPEAT (version 4) says that the sample begins
 * with the frames that the thread's sample before had, but for native ones at its end; all we
 * keep of that is a context, so repeating costs nothing.
 */
#include "formats/format.h"
#include "formats/readers/austin_samples.h"

#include <inttypes.h>

#define VERSION_MAX 4

enum event {
    METADATA = 1,
    STACK,
    FRAME,
    FRAME_INVALID,
    FRAME_REF,
    FRAME_KERNEL,
    GARBAGE,
    IDLE,
    METRIC_OF_TIME,
    METRIC_OF_MEMORY,
    STRING,
    STRING_REF,
    STACK_REPEAT
};

struct mojo_frame {
    uint32_t function;
    bool native;
};

/* Texts are kept as slices of the file. */
struct mojo_process {
    struct numbered strings, frames;
};

struct mojo {
    struct austin austin;
    const uint8_t *data;
    size_t size, at;
    uint64_t version;
    bool cut; /* the data end within an event */
    ARRAY(struct slice) strings;
    ARRAY(struct mojo_frame) frames;
    ARRAY(struct mojo_process) processes;
    struct numbered process_of; /* by pid */
    uint32_t process;
    bool open; /* a sample is being read */
    bool repeat;
    bool measured; /* its time or memory is there, which end a sample */
    uint32_t thread;
    ARRAY(struct mojo_frame) stack;
    struct austin_values values;
    uint64_t unknown;
};

/* ---- integers and texts ---- */

/* Six bits and the sign, then seven bits a byte; what is beyond 63 bits is dropped. */
static int64_t take_signed(struct mojo *m)
{
    uint64_t value = 0;
    unsigned shift = 6;
    if (m->at >= m->size) {
        m->cut = true;
        return 0;
    }
    uint8_t byte = m->data[m->at++];
    bool negative = byte & 0x40;
    value = byte & 0x3f;
    while (byte & 0x80) {
        if (m->at >= m->size) {
            m->cut = true;
            return 0;
        }
        byte = m->data[m->at++];
        if (shift < 62)
            value |= (uint64_t)(byte & 0x7f) << shift;
        shift += shift < 62 ? 7 : 0;
    }
    value &= INT64_MAX;
    return negative ? -(int64_t)value : (int64_t)value;
}

static uint64_t take_integer(struct mojo *m)
{
    int64_t value = take_signed(m);
    return value > 0 ? (uint64_t)value : 0;
}

static struct slice take_text(struct mojo *m)
{
    const uint8_t *text = m->data + m->at, *end = memchr(text, 0, m->size - m->at);
    if (!end) {
        m->cut = true;
        return (struct slice){"", 0};
    }
    m->at += (size_t)(end - text) + 1;
    return (struct slice){(const char *)text, (size_t)(end - text)};
}

/* ---- samples ---- */

static void close_sample(struct mojo *m)
{
    if (!m->open)
        return;
    struct austin_thread *thread = &m->austin.thread.data[m->thread];
    uint32_t context = m->repeat ? thread->base : thread->root;
    thread->base = context;
    for (uint32_t i = 0; i < m->stack.count; i++) {
        context = build_context(m->austin.build, context, m->stack.data[i].function);
        if (!m->stack.data[i].native)
            thread->base = context;
    }
    austin_sample(&m->austin, m->thread, context, &m->values);
    m->open = false;
}

/* What is defined before the first process is of that one. */
static void enter_process(struct mojo *m, uint64_t pid)
{
    m->process = numbered_get(&m->process_of, pid);
    if (m->process != NUMBERED_NONE)
        return;
    bool first = m->processes.count && !m->process_of.count;
    m->process = first ? 0 : m->processes.count;
    if (!first)
        *array_push(&m->processes) = (struct mojo_process){0};
    numbered_put(&m->process_of, pid, m->process);
}

static void take_stack(struct mojo *m)
{
    close_sample(m);
    uint64_t pid = take_integer(m);
    uint64_t interpreter = m->version >= 3 ? take_integer(m) : 0;
    struct slice thread = take_text(m);
    if (m->cut)
        return;
    enter_process(m, pid);
    m->thread = austin_thread(&m->austin, pid, interpreter, thread, 16);
    m->stack.count = 0;
    m->values = (struct austin_values){0};
    m->open = true;
    m->repeat = m->measured = false;
}

static void push_frame(struct mojo *m, struct mojo_frame frame)
{
    if (m->open)
        *array_push(&m->stack) = frame;
    else
        m->unknown++;
}

static void push_named(struct mojo *m, struct slice name, struct slice file)
{
    push_frame(m, (struct mojo_frame){austin_function(&m->austin, name, file), true});
}

/* ---- texts and frames ---- */

static struct mojo_process *process_of(struct mojo *m)
{
    if (!m->processes.count)
        *array_push(&m->processes) = (struct mojo_process){0};
    return &m->processes.data[m->process];
}

static struct slice string_of(struct mojo *m, uint64_t number)
{
    uint32_t string = numbered_get(&process_of(m)->strings, number);
    if (string != NUMBERED_NONE)
        return m->strings.data[string];
    m->unknown += number > 1;
    return number ? (struct slice){"<unknown>", 9} : (struct slice){"", 0};
}

static void take_string(struct mojo *m)
{
    uint64_t number = take_integer(m);
    struct slice text = take_text(m);
    if (m->cut)
        return;
    numbered_put(&process_of(m)->strings, number, m->strings.count);
    *array_push(&m->strings) = text;
}

static bool is_native(struct slice file)
{
    bool script = file.length > 3 && !memcmp(file.text + file.length - 3, ".py", 3);
    bool frozen = file.length > 1 && *file.text == '<' && file.text[file.length - 1] == '>';
    return !script && !frozen;
}

static void take_frame(struct mojo *m)
{
    uint64_t number = take_integer(m), file_number = take_integer(m), name_number = take_integer(m);
    for (int skipped = m->version >= 2 ? 4 : 1; skipped; skipped--)
        (void)take_integer(m); /* line, its end, columns */
    if (m->cut)
        return;
    struct slice file = string_of(m, file_number), name = string_of(m, name_number);
    numbered_put(&process_of(m)->frames, number, m->frames.count);
    *array_push(&m->frames) =
        (struct mojo_frame){austin_function(&m->austin, name, file), is_native(file)};
}

static void take_frame_ref(struct mojo *m)
{
    uint32_t frame = numbered_get(&process_of(m)->frames, take_integer(m));
    if (m->cut)
        return;
    if (frame == NUMBERED_NONE)
        m->unknown++;
    else
        push_frame(m, m->frames.data[frame]);
}

static void take_metadata(struct mojo *m)
{
    struct slice key = take_text(m), value = take_text(m);
    if (!m->cut)
        austin_metadata(&m->austin, key, value);
}

/* ---- events ---- */

static bool take_event(struct mojo *m, uint8_t event)
{
    switch (event) {
    case METADATA:
        take_metadata(m);
        break;
    case STACK:
        take_stack(m);
        break;
    case FRAME:
        take_frame(m);
        break;
    case FRAME_INVALID:
        push_named(m, (struct slice){"INVALID", 7}, (struct slice){"", 0});
        break;
    case FRAME_REF:
        take_frame_ref(m);
        break;
    case FRAME_KERNEL:
        push_named(m, take_text(m), (struct slice){"kernel", 6});
        break;
    case GARBAGE:
        push_named(m, (struct slice){"GC", 2}, (struct slice){"", 0});
        break;
    case IDLE:
        m->values.idle = true;
        break;
    case METRIC_OF_TIME:
        m->values.time = take_signed(m);
        m->measured = true;
        break;
    case METRIC_OF_MEMORY:
        m->values.memory = take_signed(m);
        m->measured = true;
        break;
    case STRING:
        take_string(m);
        break;
    case STRING_REF:
        (void)take_integer(m);
        break;
    case STACK_REPEAT:
        m->repeat = true;
        break;
    default:
        return false;
    }
    return true;
}

static int read_events(struct mojo *m, struct error *err)
{
    size_t start = m->at;
    while (m->at < m->size && !m->cut) {
        start = m->at++;
        if (!take_event(m, m->data[start]))
            return error_at_offset(err, start, "there is no event of type %u", m->data[start]);
    }
    if (m->cut)
        return error_at_offset(err, start, "the data end within an event");
    if (m->open && !m->measured)
        return error_at_offset(err, start, "the data end within a sample");
    close_sample(m);
    return 0;
}

static int read_all(struct mojo *m, struct input *input, struct error *err)
{
    struct error odd = {0};
    int packed = input_all(input, &m->data, &m->size, err);
    if (packed < 0)
        return -1;
    if (m->size < 3 || memcmp(m->data, "MOJ", 3))
        return error_at_offset(err, 0, "is not MOJO: the first bytes are not \"MOJ\"");
    m->at = 3;
    m->version = take_integer(m);
    if (m->version > VERSION_MAX)
        return error_set(err, ERROR_UNSUPPORTED,
                         "is MOJO of version %" PRIu64 ", known are 1 to %d", m->version,
                         VERSION_MAX);
    int status = read_events(m, &odd);
    if (status && !m->austin.samples) {
        *err = odd;
        return -1;
    }
    if (status || packed)
        build_cut(m->austin.build, status ? &odd : err);
    if (m->unknown)
        build_note(m->austin.build, "%" PRIu64 " frames or texts are none that the file defines",
                   m->unknown);
    austin_finish(&m->austin);
    return 0;
}

static int read_mojo(struct input *input, struct build *build, struct error *err)
{
    struct mojo mojo = {.austin = {.build = build}};
    int status = read_all(&mojo, input, err);
    for (uint32_t i = 0; i < mojo.processes.count; i++) {
        numbered_free(&mojo.processes.data[i].strings);
        numbered_free(&mojo.processes.data[i].frames);
    }
    numbered_free(&mojo.process_of);
    array_free(&mojo.processes);
    array_free(&mojo.strings);
    array_free(&mojo.frames);
    array_free(&mojo.stack);
    austin_free(&mojo.austin);
    return status;
}

static int probe_mojo(const uint8_t *head, size_t size)
{
    return size > 4 && !memcmp(head, "MOJ", 3) && head[3] && head[3] <= VERSION_MAX ? 100 : 0;
}

const struct reader mojo_reader = {
    .name = "mojo",
    .description = "MOJO, austin's binary form",
    .suffixes = "mojo",
    .probe = probe_mojo,
    .read = read_mojo,
};
