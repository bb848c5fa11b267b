/*
 * Very Sleepy's captures: a zip archive of texts.
 *
 *     Symbols.txt      sym3 "val3" "main" "/src/val3.c" 55         up to 0.82
 *                      0x401590 "val3" "main" "/src/val3.c" 55     since 0.90, a line an address
 *     Callstacks.txt   0.074062 sym1 sym3 sym0                     seconds and a stack, leaf first
 *                      0x401590 0x401601                           since 0.90 a stack and below it
 *                       1234 0.25 1240 0.5                         threads and their seconds
 *     Threads.txt      1234, and below it the thread's name        since 0.90
 *     Stats.txt        "Filename: ...", "Duration: 14.43", "Samples: 14357"
 *
 * Functions are symbols by module, name and file, as Very Sleepy groups them; a line is that of a
 * sample. IPCounts.txt and a minidump are left out. The archive is unpacked piece by piece, within
 * the limits of any packed input, by what it says of its sizes and by what really comes.
 *
 * Source: src/profiler/profilerthread.cpp of github.com/VerySleepy/verysleepy.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/archive.h"
#include "formats/readers/decimal.h"
#include "formats/readers/names.h"

#include <inttypes.h>
#include <stdlib.h>

/* Contexts that all threads of a stack may take, for so many bytes of text. */
#define STEPS_MAX(bytes) ((bytes)*UINT64_C(64) + 100000)

struct sleepy {
    struct build *build;
    struct archive *archive;
    uint64_t steps;
    struct names symbols, threads;
    ARRAY(uint32_t) stack; /* functions, leaf first */
    ARRAY(char) text;      /* a quoted one, without its escapes */
    uint32_t process;
    bool pending; /* a stack whose threads are on the next line */
    uint64_t stacks, odd, first_odd, unknown, number;
};

/* ---- symbols ---- */

static uint32_t text_of(struct sleepy *s, struct slice quoted)
{
    s->text.count = 0;
    array_reserve(&s->text, quoted.length + 1);
    for (size_t i = 0; i < quoted.length; i++) {
        char c = quoted.text[i], next = i + 1 < quoted.length ? quoted.text[i + 1] : '\0';
        if (c == '\\' && (next == '\\' || next == '"'))
            i++;
        s->text.data[s->text.count++] = c == '\\' && next == '"' ? '"' : c;
    }
    if (slice_is((struct slice){s->text.data, s->text.count}, "[unknown]"))
        return 0;
    return build_text(s->build, s->text.data, s->text.count);
}

static bool take_quoted(struct slice *line, struct slice *quoted)
{
    size_t at = 1;
    *line = slice_trim(*line);
    if (!line->length || *line->text != '"')
        return false;
    while (at < line->length && line->text[at] != '"')
        at += line->text[at] == '\\' && at + 1 < line->length &&
                      (line->text[at + 1] == '"' || line->text[at + 1] == '\\')
                  ? 2
                  : 1;
    if (at >= line->length)
        return false;
    *quoted = (struct slice){line->text + 1, at - 1};
    *line = slice_behind(*line, at + 1);
    return true;
}

static void odd_line(struct sleepy *s, uint64_t number)
{
    if (!s->odd++)
        s->first_odd = number;
}

static void take_symbol(void *context, struct slice line, uint64_t number)
{
    struct sleepy *s = context;
    char order[24];
    struct slice id, module, name, file;
    bool added;
    if (!line.length)
        return;
    /* The first versions number symbols by their order. */
    if (*line.text == '"')
        id = (struct slice){order, (size_t)snprintf(order, sizeof order, "%" PRIu64, number - 1)};
    else
        id = slice_take_word(&line);
    if (!take_quoted(&line, &module) || !take_quoted(&line, &name) || !take_quoted(&line, &file)) {
        odd_line(s, number);
        return;
    }
    uint32_t *function = names_value(&s->symbols, id, &added);
    if (!added)
        return;
    uint32_t module_text = text_of(s, module), file_text = text_of(s, file),
             name_text = text_of(s, name);
    if (!name_text)
        name_text = build_text(s->build, "[unknown]", 9);
    *function = build_function_of(s->build, name_text, module_text, file_text, 0, FUNCTION_NATIVE);
}

/* ---- threads ---- */

static uint32_t root_of(struct sleepy *s, struct slice id)
{
    bool added;
    uint64_t number = 0;
    uint32_t *root = names_value(&s->threads, id, &added);
    if (added) {
        (void)decimal_count(id.text, id.length, &number);
        uint32_t thread = build_thread(s->build, id.length ? "" : "all", number, s->process);
        *root = build_root(s->build, thread);
    }
    return *root;
}

static void take_thread(void *context, struct slice line, uint64_t number)
{
    struct sleepy *s = context;
    static const struct slice none = {"", 0};
    uint64_t id;
    bool added;
    if (number % 2) {
        s->number = decimal_count(line.text, line.length, &id) ? id : 0;
        return;
    }
    char *name = memory_printf("%.*s", (int)line.length, line.text), digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, s->number);
    uint32_t *root =
        names_value(&s->threads, s->number ? (struct slice){digits, (size_t)length} : none, &added);
    if (added)
        *root = build_root(s->build, build_thread(s->build, name, s->number, s->process));
    free(name);
}

/* ---- stacks ---- */

static void take_stack(struct sleepy *s, struct slice line)
{
    struct slice id;
    s->stack.count = 0;
    while ((id = slice_take_word(&line)).length) {
        bool added;
        uint32_t *function = names_value(&s->symbols, id, &added);
        s->unknown += added;
        if (added)
            *function =
                build_function_n(s->build, id.text, id.length, "", 0, "", 0, 0, FUNCTION_NATIVE);
        *array_push(&s->stack) = *function;
    }
}

static bool take_seconds(struct slice word, int64_t *time)
{
    struct decimal number;
    return decimal_parse(word.text, word.length, '.', &number) && !number.negative &&
           decimal_scaled(&number, 9, time);
}

static void state_stack(struct sleepy *s, uint32_t root, int64_t time)
{
    uint32_t context = root;
    s->steps += s->stack.count;
    if (s->steps > STEPS_MAX(archive_unpacked(s->archive)))
        return; /* read_archive() refuses it */
    for (uint32_t i = s->stack.count; i-- > 0;)
        context = build_context(s->build, context, s->stack.data[i]);
    if (context == root)
        context = build_context(
            s->build, root, build_function(s->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
    build_context_self(s->build, context, 0, time);
    s->stacks++;
}

/* "1234 0.25 1240 0.5" */
static bool take_thread_times(struct sleepy *s, struct slice line)
{
    struct slice id, seconds;
    int64_t time;
    while ((id = slice_take_word(&line)).length) {
        seconds = slice_take_word(&line);
        if (!take_seconds(seconds, &time))
            return false;
        state_stack(s, root_of(s, id), time);
    }
    return true;
}

static void take_callstack(void *context, struct slice line, uint64_t number)
{
    struct sleepy *s = context;
    int64_t time;
    if (s->pending) {
        s->pending = false;
        if (!take_thread_times(s, line))
            odd_line(s, number);
    } else if (slice_begins(line, "0x")) {
        take_stack(s, line);
        s->pending = true;
    } else if (line.length) {
        struct slice word = slice_take_word(&line);
        take_stack(s, line);
        if (take_seconds(word, &time))
            state_stack(s, root_of(s, (struct slice){"", 0}), time);
        else
            odd_line(s, number);
    }
}

/* ---- the rest ---- */

static void take_stat(void *context, struct slice line, uint64_t number)
{
    struct sleepy *s = context;
    (void)number;
    const char *colon = line.length ? memchr(line.text, ':', line.length) : NULL;
    if (!colon)
        return;
    struct slice key = {line.text, (size_t)(colon - line.text)};
    struct slice value = slice_trim(slice_behind(line, key.length + 1));
    int64_t duration;
    if (slice_is(key, "Duration") && take_seconds(value, &duration))
        build_times(s->build, 0, duration);
    const char *name = slice_is(key, "Filename")  ? "command"
                       : slice_is(key, "Date")    ? "date"
                       : slice_is(key, "Samples") ? "samples"
                                                  : NULL;
    char *text = memory_printf("%.*s", (int)value.length, value.text);
    if (name && *text && strcmp(text, "?") != 0)
        build_metadata(s->build, name, text);
    free(text);
}

static int read_archive(struct sleepy *s, struct error *err)
{
    build_metric(s->build, "wall", "s", METRIC_TIME, 1e-9);
    s->process = build_process(s->build, "", 0);
    if (archive_read(s->archive, "Stats.txt", take_stat, s, err) < 0 ||
        archive_read(s->archive, "Threads.txt", take_thread, s, err) < 0 ||
        archive_read(s->archive, "Symbols.txt", take_symbol, s, err) < 0)
        return -1;
    int status = archive_read(s->archive, "Callstacks.txt", take_callstack, s, err);
    if (status > 0)
        return error_set(err, ERROR_FORMAT,
                         "is a zip archive without Callstacks.txt, so none of "
                         "Very Sleepy's: unpack it");
    if (status < 0)
        return -1;
    if (s->steps > STEPS_MAX(archive_unpacked(s->archive)))
        return error_set(err, ERROR_LIMIT, "its threads come to too many frames for its size");
    build_note_count(s->build, s->unknown, "symbols are not in the archive");
    if (s->odd)
        build_note(s->build, "%" PRIu64 " lines are not understood, the first is line %" PRIu64,
                   s->odd, s->first_odd);
    if (!s->stacks)
        build_note(s->build, "holds no call stack");
    return 0;
}

static int read_sleepy(struct input *input, struct build *build, struct error *err)
{
    struct sleepy s = {.build = build};
    const uint8_t *data;
    size_t size;
    if (input_all(input, &data, &size, err) < 0)
        return -1;
    s.archive = archive_open(data, size, input_limit(input, size), err);
    if (!s.archive)
        return -1;
    int status = read_archive(&s, err);
    archive_close(s.archive);
    names_free(&s.symbols);
    names_free(&s.threads);
    array_free(&s.stack);
    array_free(&s.text);
    return status;
}

/* The name of the archive's first text tells. */
static int probe_sleepy(const uint8_t *head, size_t size)
{
    static const char *const names[] = {"stats.txt",   "ipcounts.txt", "callstacks.txt",
                                        "symbols.txt", "threads.txt",  "version "};
    if (size < 30 || memcmp(head, "PK\3\4", 4) != 0)
        return 0;
    size_t length = head[26] | (size_t)head[27] << 8;
    struct slice name = {(const char *)head + 30, size - 30 < length ? size - 30 : length};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name.length >= strlen(names[i]) && !strncasecmp(name.text, names[i], strlen(names[i])))
            return 90;
    return 0;
}

const struct reader sleepy_reader = {
    .name = "sleepy",
    .description = "Very Sleepy's captures",
    .suffixes = "sleepy",
    .probe = probe_sleepy,
    .read = read_sleepy,
};
