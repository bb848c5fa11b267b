/*
 * A folder that uftrace recorded, opened by its name or that of the file `info` in it.
 *
 *     info            "Ftrace!" and in which byte order the rest is
 *     task.txt        SESS timestamp=1333.986618021 pid=20693 sid=4b1b70094188d068
 * exename="/bin/gp2" TASK timestamp=1333.986827322 tid=20693 pid=20693 20693.dat       of each
 * task, records of 16 bytes: time (ns), and in the second word 2 bits type (0 entry, 1 exit, 2
 * lost, 3 event), 1 bit: more follows, 3 bits 101, 10 bits depth, 48 bits address
 *     *.map, *.sym    see uftrace_symbols.h
 *
 *   - What follows a record, arguments and return values, has no length of its own: the next
 *     record is where the 3 bits, the clock and the depth fit again.
 *   - A function is left when its exit comes or another one is entered at its depth; what was on
 *     the stack at the end lasts until then.
 *   - The kernel's functions and events of perf (kernel-*.dat, perf-*.dat) are left out.
 *
 * Source: the manual of uftrace (doc/uftrace-record.md) and what its dump shows of files.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/numbered.h"
#include "formats/readers/uftrace_symbols.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC     "Ftrace!"
#define LITTLE    1
#define GAP_MAX   (UINT64_C(1) << 50) /* ns between two records: 13 days */
#define RECORD_ID 5

enum record_type { RECORD_ENTRY, RECORD_EXIT, RECORD_LOST, RECORD_EVENT };

struct session {
    uint64_t pid, since; /* ns */
    uint32_t number;     /* of the symbols */
};

struct task {
    uint64_t tid, pid;
};

struct uftrace {
    struct build *build;
    struct input *folder;
    struct uftrace_symbols *symbols;
    ARRAY(struct session) sessions; /* in the order of their times */
    ARRAY(struct task) tasks;
    struct numbered task_ids, processes, parents;
    uint64_t base, end, records, lost, odd, missing;
};

/* One task's file while it is read. */
struct stream {
    struct input *input;
    uint64_t last; /* time of the last record; 0 at first */
    bool more;     /* something follows it */
    uint32_t thread;
    const struct task *task;
    ARRAY(uint32_t) depths;         /* of the functions that are open */
    ARRAY(struct session) sessions; /* of its process */
    uint32_t session;               /* the one that is on */
};

/* ---- task.txt ---- */

/* The value of "key=" in a line, without quotes. */
static struct slice value_of(struct slice line, const char *key)
{
    const char *at = memmem(line.text, line.length, key, strlen(key));
    if (!at)
        return (struct slice){"", 0};
    struct slice value = {at + strlen(key), 0};
    size_t left = (size_t)(line.text + line.length - value.text);
    char end = ' ';
    if (left && *value.text == '"') {
        value.text++;
        left--;
        end = '"';
    }
    const char *stop = memchr(value.text, end, left);
    value.length = stop ? (size_t)(stop - value.text) : left;
    return value;
}

static bool number_of(struct slice line, const char *key, uint64_t *number)
{
    struct slice value = value_of(line, key);
    return decimal_count(value.text, value.length, number) && *number <= INT32_MAX;
}

static uint64_t time_of(struct slice line)
{
    struct slice value = value_of(line, " timestamp=");
    struct decimal number;
    int64_t ns = 0;
    if (!decimal_parse(value.text, value.length, '.', &number) || !decimal_scaled(&number, 9, &ns))
        return 0;
    return ns < 0 ? 0 : (uint64_t)ns;
}

static void take_session(struct uftrace *u, struct slice line)
{
    struct session session = {.since = time_of(line)};
    struct slice id = value_of(line, " sid="), exe = value_of(line, " exename=");
    if (!number_of(line, " pid=", &session.pid) || !id.length)
        return;
    session.number = uftrace_session(u->symbols, id);
    *array_push(&u->sessions) = session;
    if (!u->base)
        u->base = session.since;
    const char *slash = exe.length ? memrchr(exe.text, '/', exe.length) : NULL;
    struct slice name =
        slash ? (struct slice){slash + 1, exe.length - (size_t)(slash + 1 - exe.text)} : exe;
    if (numbered_get(&u->processes, session.pid) == NUMBERED_NONE) {
        char *text = memory_printf("%.*s", (int)name.length, name.text);
        numbered_put(&u->processes, session.pid, build_process(u->build, text, session.pid));
        free(text);
    }
}

static void take_task(struct uftrace *u, struct slice line)
{
    struct task task;
    uint64_t parent;
    bool forked = slice_begins(line, "FORK");
    if (!number_of(line, " pid=", &task.pid))
        return;
    if (forked)
        task.tid = task.pid;
    else if (!number_of(line, " tid=", &task.tid))
        return;
    if (forked && number_of(line, " ppid=", &parent))
        numbered_put(&u->parents, task.pid, (uint32_t)parent);
    if (numbered_get(&u->task_ids, task.tid) != NUMBERED_NONE)
        return;
    numbered_put(&u->task_ids, task.tid, 0);
    *array_push(&u->tasks) = task;
}

static void take_module(struct uftrace *u, struct slice line)
{
    struct slice id = value_of(line, " sid="), base = value_of(line, " base=");
    struct slice path = value_of(line, " libname=");
    char number[32];
    if (!id.length || !path.length || base.length >= sizeof number)
        return;
    memcpy(number, base.text, base.length);
    number[base.length] = '\0';
    uftrace_module(u->symbols, uftrace_session(u->symbols, id), path, strtoull(number, NULL, 16));
}

static int read_tasks(struct uftrace *u, struct error *err)
{
    struct input *input;
    struct slice line;
    int more;
    if (input_open_beside(&input, u->folder, "task.txt", err))
        return -1;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0) {
        if (slice_begins(line, "SESS"))
            take_session(u, line);
        else if (slice_begins(line, "TASK") || slice_begins(line, "FORK"))
            take_task(u, line);
        else if (slice_begins(line, "DLOP"))
            take_module(u, line);
    }
    input_close(input);
    return more < 0 ? -1 : 0;
}

/* The sessions of a task's process; a forked process has those of its parent. */
static void find_sessions(const struct uftrace *u, struct stream *stream)
{
    uint64_t pid = stream->task->pid;
    for (int depth = 0; depth < 64 && !stream->sessions.count; depth++) {
        for (uint32_t i = 0; i < u->sessions.count; i++)
            if (u->sessions.data[i].pid == pid)
                *array_push(&stream->sessions) = u->sessions.data[i];
        pid = numbered_get(&u->parents, pid);
        if (pid == NUMBERED_NONE)
            break;
    }
    if (!stream->sessions.count)
        *array_push(&stream->sessions) = u->sessions.data[0];
}

/* Sessions change with exec; times do not run backwards. */
static uint32_t session_at(struct stream *stream, uint64_t time)
{
    while (stream->session + 1 < stream->sessions.count &&
           stream->sessions.data[stream->session + 1].since <= time)
        stream->session++;
    return stream->sessions.data[stream->session].number;
}

/* ---- records ---- */

static uint64_t word_of(const uint8_t *bytes)
{
    uint64_t word = 0;
    for (int i = 8; i--;)
        word = word << 8 | bytes[i];
    return word;
}

static bool is_record(const struct stream *stream, uint64_t time, uint64_t word)
{
    return (word >> 3 & 7) == RECORD_ID && time && time < INT64_MAX && time >= stream->last &&
           (!stream->last || time - stream->last < GAP_MAX);
}

/* 1 and the next record, 0 at the end, -1. */
static int next_record(struct uftrace *u, struct stream *stream, uint64_t *time, uint64_t *word,
                       struct error *err)
{
    uint8_t bytes[16];
    size_t got;
    if (input_read(stream->input, bytes, 16, &got, err))
        return -1;
    bool skipped = false;
    while (got == 16 && !is_record(stream, word_of(bytes), word_of(bytes + 8))) {
        size_t rest;
        skipped = true;
        memcpy(bytes, bytes + 8, 8);
        if (input_read(stream->input, bytes + 8, 8, &rest, err))
            return -1;
        got = 8 + rest;
    }
    u->odd += skipped && !stream->more;
    if (got < 16) {
        u->odd += got && !stream->more;
        return 0;
    }
    *time = word_of(bytes);
    *word = word_of(bytes + 8);
    stream->last = *time;
    stream->more = *word >> 2 & 1;
    return 1;
}

static void leave_from(struct uftrace *u, struct stream *stream, uint32_t depth, int64_t at)
{
    while (stream->depths.count && stream->depths.data[stream->depths.count - 1] >= depth) {
        stream->depths.count--;
        build_leave(u->build, stream->thread, at);
    }
}

static void take_record(struct uftrace *u, struct stream *stream, uint32_t session, uint64_t time,
                        uint64_t word)
{
    uint32_t depth = (uint32_t)(word >> 6 & 0x3ff);
    int64_t at = (int64_t)(time - u->base);
    switch ((enum record_type)(word & 3)) {
    case RECORD_ENTRY:
        leave_from(u, stream, depth, at);
        build_enter(u->build, stream->thread, uftrace_function(u->symbols, session, word >> 16),
                    at);
        *array_push(&stream->depths) = depth;
        break;
    case RECORD_EXIT:
        leave_from(u, stream, depth, at);
        break;
    case RECORD_LOST:
        u->lost += word >> 16;
        break;
    case RECORD_EVENT:
        break;
    }
    u->records++;
    if (time > u->end)
        u->end = time;
}

static int read_records(struct uftrace *u, struct stream *stream, struct error *err)
{
    uint64_t time, word;
    int more;
    while ((more = next_record(u, stream, &time, &word, err)) > 0)
        take_record(u, stream, session_at(stream, time), time, word);
    return more;
}

static uint32_t process_of(struct uftrace *u, uint64_t pid)
{
    uint32_t process = numbered_get(&u->processes, pid);
    if (process == NUMBERED_NONE) {
        process = build_process(u->build, "", pid);
        numbered_put(&u->processes, pid, process);
    }
    return process;
}

static int read_task(struct uftrace *u, const struct task *task, struct error *err)
{
    struct stream stream = {.task = task};
    struct error ignored = {0};
    char name[32];
    snprintf(name, sizeof name, "%" PRIu64 ".dat", task->tid);
    if (input_open_beside(&stream.input, u->folder, name, &ignored)) {
        u->missing++; /* a task that called no function has no file */
        return 0;
    }
    stream.thread = build_thread(u->build, "", task->tid, process_of(u, task->pid));
    find_sessions(u, &stream);
    int status = read_records(u, &stream, err);
    input_close(stream.input);
    array_free(&stream.sessions);
    array_free(&stream.depths);
    return status;
}

/* ---- the folder ---- */

static int check_info(struct uftrace *u, struct error *err)
{
    uint8_t head[16];
    size_t got;
    if (input_read(u->folder, head, sizeof head, &got, err))
        return -1;
    if (got < sizeof head || memcmp(head, MAGIC, sizeof MAGIC) != 0)
        return error_set(err, ERROR_FORMAT, "does not begin like the info file of uftrace");
    if (head[14] != LITTLE)
        return error_set(err, ERROR_UNSUPPORTED, "was recorded by a big-endian machine");
    return 0;
}

static void conclude(struct uftrace *u)
{
    uint64_t missing = uftrace_missing(u->symbols);
    build_flags(u->build, PROFILE_HAS_CALLS | PROFILE_HAS_PRIMITIVE);
    if (u->end > u->base)
        build_times(u->build, 0, (int64_t)(u->end - u->base));
    if (u->lost)
        build_losses(u->build, u->lost, 0);
    if (!u->records)
        build_note(u->build, "holds no call");
    if (u->odd)
        build_note(u->build, "%" PRIu64 " places hold no record and are left out", u->odd);
    if (missing)
        build_note(u->build, "%" PRIu64 " symbol or map files are missing", missing);
}

static int read_all(struct uftrace *u, struct error *err)
{
    if (check_info(u, err) || read_tasks(u, err))
        return -1;
    if (!u->sessions.count)
        return error_set(err, ERROR_FORMAT, "names no session in task.txt");
    build_metric(u->build, "wall", "s", METRIC_TIME, 1e-9);
    for (uint32_t i = 0; i < u->tasks.count; i++)
        if (read_task(u, &u->tasks.data[i], err))
            return -1;
    for (uint32_t i = 0; i < u->tasks.count; i++) {
        uint32_t parent = numbered_get(&u->parents, u->tasks.data[i].pid);
        if (parent != NUMBERED_NONE && numbered_get(&u->processes, parent) != NUMBERED_NONE)
            build_process_parent(u->build, process_of(u, u->tasks.data[i].pid),
                                 numbered_get(&u->processes, parent));
    }
    conclude(u);
    return 0;
}

static int read_uftrace(struct input *input, struct build *build, struct error *err)
{
    struct uftrace u = {.build = build, .folder = input};
    u.symbols = uftrace_symbols_new(input, build);
    int status = read_all(&u, err);
    uftrace_symbols_free(u.symbols);
    array_free(&u.sessions);
    array_free(&u.tasks);
    numbered_free(&u.task_ids);
    numbered_free(&u.processes);
    numbered_free(&u.parents);
    return status;
}

static int probe_uftrace(const uint8_t *head, size_t size)
{
    return size >= sizeof MAGIC && !memcmp(head, MAGIC, sizeof MAGIC) ? 100 : 0;
}

const struct reader uftrace_reader = {
    .name = "uftrace",
    .description = "a folder recorded by uftrace",
    .suffixes = "",
    .probe = probe_uftrace,
    .read = read_uftrace,
};
