/*
 * The text of Java's hprof agent (-agentlib:hprof, up to JDK 8): stacks with a number each, leaf
 * first, and tables that count by that number.
 *
 *     THREAD START (obj=5000013b, id = 200001, name="main", group="main")
 *     TRACE 300556: (thread=200001)                     the thread with thread=y only
 *     <tab>java.io.RandomAccessFile.close0(RandomAccessFile.java:Unknown line)
 *     <tab>org.h2.store.FileStore.close(FileStore.java:312)
 *     CPU SAMPLES BEGIN (total = 3362) ...              samples
 *     rank   self  accum   count trace method
 *        1 78.94% 78.94%    2654 300556 java.io.RandomAccessFile.close0
 *     CPU TIME (ms) BEGIN (total = 1200) ...            calls; their time is the share of the total
 *     SITES BEGIN (ordered by live bytes) ...           bytes and objects alive, bytes and objects
 *        1 12.20% 12.20%   53000   90    53000    90 300012 byte[]
 *
 * Decisions:
 *
 *   - Functions are methods by name and file; a line is one of the stack, not of the method.
 *   - hprof keeps 4 frames of a stack unless told otherwise (depth=): where no stack has more, a
 *     note says so, as cumtime ends there.
 *   - The time of CPU TIME is printed as a share with two decimals, so it is that exact; a note
 *     says so. Its calls are a metric, "count", of each stack, not ncalls: stacks below 0.01 % are
 * missing.
 *   - Heap dumps within the text are left out; a binary dump (format=b) is refused.
 *
 * Source: what hprof prints about itself at the head of each file.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/numbered.h"
#include "formats/readers/slice.h"

#include <inttypes.h>
#include <stdlib.h>

#define DEFAULT_DEPTH 4

enum table { NO_TABLE, CPU_SAMPLES, CPU_TIME, SITES };
#define COLUMNS_MAX 4

/* What a table's rows become. */
struct column {
    const char *name, *unit;
    enum metric_kind kind;
    double scale;
};

static const struct column columns[][COLUMNS_MAX] = {
    [CPU_SAMPLES] = {{"samples", "samples", METRIC_SAMPLES, 1}},
    [CPU_TIME] = {{"cpu", "s", METRIC_TIME, 1e-9}, {"count", "", METRIC_COUNT, 1}},
    [SITES] = {{"live", "bytes", METRIC_BYTES, 1},
               {"live objects", "", METRIC_COUNT, 1},
               {"allocated", "bytes", METRIC_BYTES, 1},
               {"allocated objects", "", METRIC_COUNT, 1}},
};

struct trace {
    uint32_t first, count; /* of the frames */
    uint64_t thread;       /* 0: unknown */
};

struct java_thread {
    uint64_t id;
    char *name;
    uint32_t root; /* context; PROFILE_NONE until a stack of it counts */
};

struct row {
    enum table table;
    uint64_t trace;
    int64_t values[COLUMNS_MAX];
    uint32_t class; /* what was allocated, as a function */
};

struct hprof {
    struct build *build;
    ARRAY(struct trace) traces;
    ARRAY(struct java_thread) threads;
    struct numbered trace_of, thread_of; /* by their numbers */
    ARRAY(uint32_t) frames;
    ARRAY(struct row) rows;
    uint32_t process, all, deepest, metrics[SITES + 1][COLUMNS_MAX];
    bool in_trace, untimed, used[SITES + 1];
    enum table table;
    int64_t total; /* of CPU TIME, in ns */
    uint64_t odd, first_odd, unknown;
};

/* ---- pieces of a line ---- */

static bool take_count(struct slice *line, int64_t *value)
{
    struct slice word = slice_take_word(line);
    uint64_t count;
    if (!decimal_count(word.text, word.length, &count) || count > INT64_MAX)
        return false;
    *value = (int64_t)count;
    return true;
}

/* The number behind `key`; 0 without one. */
static uint64_t number_behind(struct slice line, const char *key)
{
    size_t length = strlen(key), digits = 0;
    const char *at = slice_find(line, key);
    uint64_t number = 0;
    if (!at)
        return 0;
    struct slice rest = slice_trim(slice_behind(line, (size_t)(at - line.text) + length));
    while (digits < rest.length && rest.text[digits] >= '0' && rest.text[digits] <= '9')
        digits++;
    return decimal_count(rest.text, digits, &number) ? number : 0;
}

/* ---- threads and stacks ---- */

static void take_thread(struct hprof *h, struct slice line)
{
    static const char key[] = "name=\"", end_key[] = "\", group=";
    uint64_t id = number_behind(line, "id = ");
    const char *name = slice_find(line, key);
    const char *end = slice_find(line, end_key);
    if (!id || !name || (name += sizeof key - 1, end && end < name))
        return;
    size_t length = (size_t)((end ? end : line.text + line.length) - name);
    numbered_put(&h->thread_of, id, h->threads.count);
    *array_push(&h->threads) =
        (struct java_thread){id, memory_printf("%.*s", (int)length, name), PROFILE_NONE};
}

/* "org.h2.store.FileStore.close(FileStore.java:312)" */
static void take_frame(struct hprof *h, struct slice line)
{
    line = slice_trim(line);
    struct slice name = line, file = {"", 0};
    const char *open = slice_last(line, '(');
    if (!line.length || slice_is(line, "<empty>"))
        return;
    if (open && open > line.text && line.text[line.length - 1] == ')') {
        name.length = (size_t)(open - line.text);
        file = (struct slice){open + 1, line.length - name.length - 2};
        const char *colon = slice_last(file, ':');
        if (colon)
            file.length = (size_t)(colon - file.text);
    }
    if (slice_begins(file, "<Unknown") || slice_is(file, "Native Method") ||
        slice_is(file, "Unknown Source"))
        file.length = 0;
    *array_push(&h->frames) = build_function_n(h->build, name.text, name.length, "", 0, file.text,
                                               file.length, 0, FUNCTION_UNKNOWN);
    struct trace *trace = &h->traces.data[h->traces.count - 1];
    if (++trace->count > h->deepest)
        h->deepest = trace->count;
}

static bool begin_trace(struct hprof *h, struct slice line)
{
    struct slice rest = slice_behind(line, strlen("TRACE ")), word = slice_take_word(&rest);
    uint64_t number;
    if (!word.length || word.text[word.length - 1] != ':' ||
        !decimal_count(word.text, word.length - 1, &number))
        return false;
    numbered_put(&h->trace_of, number, h->traces.count);
    *array_push(&h->traces) = (struct trace){h->frames.count, 0, number_behind(line, "(thread=")};
    return true;
}

/* ---- tables ---- */

/* "1 78.94% 78.94%" of every table */
static bool take_rank(struct slice *line, struct decimal *share)
{
    int64_t rank;
    if (!take_count(line, &rank))
        return false;
    struct slice self = slice_take_word(line), sum = slice_take_word(line);
    return self.length > 1 && self.text[self.length - 1] == '%' && sum.length &&
           (decimal_parse(self.text, self.length - 1, '.', share) ||
            decimal_parse(self.text, self.length - 1, ',', share)); /* as the locale has it */
}

static bool take_values(struct hprof *h, struct slice *line, struct row *row,
                        const struct decimal *share)
{
    int64_t hundredths;
    if (row->table == SITES) {
        for (int i = 0; i < COLUMNS_MAX; i++)
            if (!take_count(line, &row->values[i]))
                return false;
        return true;
    }
    if (!take_count(line, &row->values[row->table == CPU_TIME]))
        return false;
    if (row->table == CPU_SAMPLES)
        return true;
    if (!decimal_scaled(share, 2, &hundredths) || hundredths < 0 || hundredths > 10000)
        return false;
    row->values[0] = h->total / 10000 * hundredths;
    return true;
}

static bool take_row(struct hprof *h, struct slice line)
{
    struct row row = {.table = h->table, .class = PROFILE_NONE};
    struct decimal share;
    int64_t trace;
    if (!take_rank(&line, &share) || !take_values(h, &line, &row, &share) ||
        !take_count(&line, &trace))
        return false;
    line = slice_trim(line);
    row.trace = (uint64_t)trace;
    if (row.table == SITES && line.length)
        row.class =
            build_function_n(h->build, line.text, line.length, "", 0, "", 0, 0, FUNCTION_UNKNOWN);
    h->used[row.table] = true;
    *array_push(&h->rows) = row;
    return true;
}

static bool begin_table(struct hprof *h, struct slice line)
{
    static const struct {
        const char *title;
        enum table table;
    } titles[] = {{"CPU SAMPLES BEGIN", CPU_SAMPLES},
                  {"CPU TIME (ms) BEGIN", CPU_TIME},
                  {"SITES BEGIN", SITES}};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        if (!slice_begins(line, titles[i].title))
            continue;
        h->table = titles[i].table;
        uint64_t total = number_behind(line, "(total = ");
        if (h->table == CPU_TIME)
            h->total = total < INT64_MAX / 1000000 ? (int64_t)total * 1000000 : 0;
        h->untimed |= h->table == CPU_TIME && !h->total;
        return true;
    }
    return false;
}

/* What stands above the rows, and the line at their end. */
static bool is_title(struct slice line)
{
    struct slice word = slice_take_word(&line);
    return slice_is(word, "rank") || slice_is(word, "percent");
}

static void take_line(struct hprof *h, struct slice line, uint64_t number)
{
    if (h->in_trace && line.length && *line.text == '\t') {
        take_frame(h, line);
        return;
    }
    h->in_trace = false;
    if (h->table && (slice_begins(line, "CPU ") || slice_begins(line, "SITES "))) {
        h->table = NO_TABLE;
    } else if (h->table) {
        if (slice_trim(line).length && !is_title(line) && !take_row(h, line) && !h->odd++)
            h->first_odd = number;
    } else if (slice_begins(line, "TRACE ")) {
        h->in_trace = begin_trace(h, line);
    } else if (slice_begins(line, "THREAD START (")) {
        take_thread(h, line);
    } else {
        (void)begin_table(h, line);
    }
}

/* ---- what they mean ---- */

static void state_metrics(struct hprof *h)
{
    for (enum table table = CPU_SAMPLES; table <= SITES; table++)
        for (int i = 0; h->used[table] && i < COLUMNS_MAX && columns[table][i].name; i++) {
            const struct column *c = &columns[table][i];
            h->metrics[table][i] = build_metric(h->build, c->name, c->unit, c->kind, c->scale);
        }
    if (!h->used[CPU_SAMPLES] && !h->used[CPU_TIME] && !h->used[SITES])
        build_metric(h->build, "samples", "samples", METRIC_SAMPLES, 1);
    if (h->used[CPU_TIME])
        build_note(h->build, "times are hprof's shares of the total, to a hundredth of a percent");
}

static uint32_t root_of(struct hprof *h, uint64_t id)
{
    uint32_t at = id ? numbered_get(&h->thread_of, id) : NUMBERED_NONE;
    struct java_thread *thread = at == NUMBERED_NONE ? NULL : &h->threads.data[at];
    uint32_t *root = thread ? &thread->root : &h->all;
    if (*root == PROFILE_NONE)
        *root = build_root(h->build, build_thread(h->build, thread ? thread->name : "all",
                                                  thread ? thread->id : 0, h->process));
    return *root;
}

static uint32_t context_of(struct hprof *h, const struct row *row)
{
    uint32_t at = numbered_get(&h->trace_of, row->trace);
    struct trace none = {0}, *trace = at == NUMBERED_NONE ? &none : &h->traces.data[at];
    uint32_t root = root_of(h, trace->thread), context = root;
    h->unknown += at == NUMBERED_NONE;
    for (uint32_t i = trace->count; i-- > 0;)
        context = build_context(h->build, context, h->frames.data[trace->first + i]);
    if (row->class != PROFILE_NONE)
        context = build_context(h->build, context, row->class);
    if (context == root)
        context = build_context(
            h->build, root, build_function(h->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
    return context;
}

static void state_rows(struct hprof *h)
{
    for (uint32_t i = 0; i < h->rows.count; i++) {
        const struct row *row = &h->rows.data[i];
        uint32_t context = context_of(h, row);
        for (int c = 0; c < COLUMNS_MAX && columns[row->table][c].name; c++)
            build_context_self(h->build, context, h->metrics[row->table][c], row->values[c]);
    }
}

static int conclude(struct hprof *h, struct error *err)
{
    if (!h->rows.count && h->odd)
        return error_at_line(err, h->first_odd, "is no row of hprof's tables");
    state_metrics(h);
    state_rows(h);
    if (h->odd)
        build_note(h->build, "%" PRIu64 " rows are not understood, the first is line %" PRIu64,
                   h->odd, h->first_odd);
    build_note_count(h->build, h->unknown, "rows have a stack that is not in the file");
    if (h->untimed)
        build_note(h->build, "the total time is missing or impossible: there are no times");
    if (h->deepest == DEFAULT_DEPTH)
        build_note(h->build, "no stack has more than 4 frames, which is what hprof keeps of one "
                             "unless told otherwise (depth=): callers above are missing");
    if (!h->rows.count)
        build_note(h->build, "holds no CPU SAMPLES, CPU TIME or SITES");
    return 0;
}

static int read_lines(struct hprof *h, struct input *input, struct error *err)
{
    struct slice line;
    int more;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0) {
        if (input_line_number(input) == 1 && line.length && memchr(line.text, '\0', line.length))
            return error_set(err, ERROR_UNSUPPORTED,
                             "is a binary heap dump of hprof's (format=b), no profile");
        take_line(h, line, input_line_number(input));
    }
    if (more < 0 && err->code == ERROR_TRUNCATED && h->rows.count) {
        build_cut(h->build, err);
        more = 0;
    }
    return more;
}

static int read_hprof(struct input *input, struct build *build, struct error *err)
{
    struct hprof h = {.build = build, .all = PROFILE_NONE};
    h.process = build_process(build, "", 0);
    int status = read_lines(&h, input, err);
    if (!status)
        status = conclude(&h, err);
    for (uint32_t i = 0; i < h.threads.count; i++)
        free(h.threads.data[i].name);
    array_free(&h.threads);
    array_free(&h.traces);
    array_free(&h.frames);
    array_free(&h.rows);
    numbered_free(&h.trace_of);
    numbered_free(&h.thread_of);
    return status;
}

static int probe_hprof(const uint8_t *head, size_t size)
{
    return slice_begins((struct slice){(const char *)head, size}, "JAVA PROFILE 1.0") ? 90 : 0;
}

const struct reader hprof_reader = {
    .name = "hprof",
    .description = "the text of Java's hprof agent",
    .suffixes = "hprof txt",
    .probe = probe_hprof,
    .read = read_hprof,
};
