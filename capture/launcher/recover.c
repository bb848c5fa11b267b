#include "capture/launcher/recover.h"
#include "capture/launcher/drain.h"
#include "capture/launcher/ledger.h"
#include "capture/launcher/metadata.h"
#include "formats/profile/memory.h"
#include "formats/trace/chunk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct search {
    const char *trace; /* NULL: all */
    struct stat status;
    char *whole; /* its path, resolved; NULL: there is no such file */
    recover_visit *visit;
    void *payload;
    int found;
};

/* ---- one trace ---- */

static void remove_session(struct session *session)
{
    unlink(session->path);
    session_detach(session);
}

/* Of the same file, wherever it is now, or of the one that it was to replace. */
static bool concerns(const struct search *search, const struct ledger_trace *trace)
{
    if (!search->trace)
        return true;
    if (!search->whole)
        return false;
    return (trace->device == search->status.st_dev && trace->inode == search->status.st_ino) ||
           strcmp(trace->target, search->whole) == 0 || strcmp(trace->path, search->whole) == 0;
}

static int find_trace(const struct search *search, const struct ledger_trace *trace,
                      struct trace_cut *cut, struct error *err)
{
    struct stat status;
    cut->path = trace->path;
    cut->target = *trace->target ? trace->target : NULL;
    if (stat(cut->path, &status) == 0 && status.st_dev == trace->device &&
        status.st_ino == trace->inode)
        return 0;
    if (search->trace && search->status.st_dev == trace->device &&
        search->status.st_ino == trace->inode) {
        cut->path = search->whole;
        cut->target = NULL;
        return 0;
    }
    return error_set(
        err, ERROR_IO,
        "%s: this trace is gone; if it was moved, say where it is: ncprof recover FILE",
        trace->path);
}

static uint32_t *list_threads(struct session *session, uint32_t *count)
{
    struct ledger *ledger = ledger_new(session);
    uint32_t entries = ledger_count(ledger);
    uint32_t *threads = memory_alloc(entries * sizeof *threads);
    *count = 0;
    for (uint32_t i = 0; i < entries; i++)
        if (ledger_entry(ledger, i))
            threads[(*count)++] = ledger_entry(ledger, i)->thread;
    ledger_free(ledger);
    return threads;
}

static int note_recovery(struct trace_writer *writer, const struct recovery *recovery,
                         struct error *err)
{
    char *text = memory_printf("The recorder was killed; ncprof recover added %" PRIu64
                               " call%s that it had not written",
                               recovery->added, recovery->added == 1 ? "" : "s");
    int result = trace_writer_note(writer, text, err);
    free(text);
    return result;
}

static int close_trace(struct trace_writer *writer, const char *closing,
                       const struct recovery *recovery, const struct drain_state *state,
                       cJSON *costs, struct error *err)
{
    struct error later;
    int result = note_recovery(writer, recovery, err);
    char *metadata = closing ? NULL : metadata_recovered(state, costs);
    if (closing)
        cJSON_Delete(costs);
    if (trace_writer_close(writer, closing ? closing : metadata, &later) != 0 && result == 0) {
        *err = later;
        result = -1;
    }
    free(metadata);
    return result;
}

/* Takes over the session; it is removed when all of it is in the trace. */
static int fold_in(struct session *session, struct trace_writer *writer, const char *closing,
                   struct recovery *recovery, struct error *err)
{
    uint64_t before = trace_writer_totals(writer).calls;
    struct drain *drain = drain_resume(session, writer);
    struct error later;
    int result = drain_rest(drain, err);
    struct drain_state state = drain_state(drain);
    recovery->calls = trace_writer_totals(writer).calls;
    recovery->added = recovery->calls - before;
    recovery->lost = state.lost;
    recovery->open = state.open;
    if (close_trace(writer, closing, recovery, &state, drain_costs(drain), &later) != 0 &&
        result == 0) {
        *err = later;
        result = -1;
    }
    if (result == 0)
        drain_close(drain);
    else
        drain_leave(drain);
    return result;
}

static int recover_session(const struct search *search, struct session *session,
                           const struct ledger_trace *trace, struct error *err)
{
    struct trace_cut cut = {0};
    struct trace_writer *writer;
    char *closing;
    struct recovery recovery = {.trace = trace->path};
    if (find_trace(search, trace, &cut, err) != 0) {
        session_detach(session);
        return -1;
    }
    uint32_t *threads = list_threads(session, &cut.thread_count);
    cut.threads = threads;
    char *named = memory_string(cut.target ? cut.target : cut.path);
    recovery.trace = named;
    int result = trace_writer_resume(&writer, &cut, &closing, err);
    free(threads);
    if (result == 0) {
        result = fold_in(session, writer, closing, &recovery, err);
        free(closing);
    } else if (err->code == ERROR_USAGE) { /* killed after it had closed the trace */
        recovery.complete = true;
        remove_session(session);
        result = 0;
    } else {
        session_detach(session);
    }
    if (result == 0)
        search->visit(search->payload, &recovery);
    free(named);
    return result;
}

/* ---- looking for what was left ---- */

#define PREFIX "ncprof-"

typedef int look(void *payload, const char *path, const char *name, struct error *err);

static bool is_mine(const char *path, const char *name)
{
    struct stat status;
    return strncmp(name, PREFIX, strlen(PREFIX)) == 0 && lstat(path, &status) == 0 &&
           S_ISREG(status.st_mode) && status.st_uid == geteuid();
}

static int each_in_folder(const char *folder, look *visit, void *payload, struct error *err)
{
    int result = 0;
    struct error later;
    DIR *list = opendir(folder);
    for (struct dirent *entry; list && (entry = readdir(list));) {
        char *path = memory_printf("%s/%s", folder, entry->d_name);
        if (is_mine(path, entry->d_name) && visit(payload, path, entry->d_name, &later) != 0 &&
            result == 0) {
            *err = later;
            result = -1;
        }
        free(path);
    }
    if (list)
        closedir(list);
    return result;
}

/* Every file of this user that is named as sessions are. The first error; all are visited. */
static int each_session(look *visit, void *payload, struct error *err)
{
    const char *folders[SESSION_FOLDERS];
    struct error later;
    int result = 0;
    session_folders(folders);
    for (int i = 0; i < SESSION_FOLDERS; i++) {
        if (folders[i] && each_in_folder(folders[i], visit, payload, &later) != 0 && result == 0) {
            *err = later;
            result = -1;
        }
    }
    return result;
}

/* A copy of the session's page: its strings come out of a file and are ended here. */
static struct ledger_trace *copy_trace(struct session *session)
{
    struct ledger *ledger = ledger_new(session);
    struct ledger_trace *trace = memory_alloc(sizeof *trace);
    memcpy(trace, ledger_trace(ledger), sizeof *trace);
    trace->path[PATH_MAX - 1] = trace->target[PATH_MAX - 1] = '\0';
    ledger_free(ledger);
    return trace;
}

/* What a living recorder writes is seen through its lock, for the sake of a clear answer. */
static bool busy_concerns(const struct search *search, const char *path)
{
    struct session session = {0};
    bool concerned = false;
    if (!search->trace || session_look(&session, path) != 0)
        return false;
    struct ledger_trace *trace = copy_trace(&session);
    concerned = concerns(search, trace);
    free(trace);
    session_detach(&session);
    return concerned;
}

static int try_session(void *payload, const char *path, const char *name, struct error *err)
{
    struct search *search = payload;
    struct session session;
    bool busy;
    struct error ignored;
    (void)name;
    if (session_attach(&session, path, &busy, &ignored) != 0) {
        if (!busy || !busy_concerns(search, path))
            return 0;
        return error_set(err, ERROR_USAGE, "%s is still being written by its recorder",
                         search->trace);
    }
    struct ledger_trace *trace = copy_trace(&session);
    int result = 0;
    if (!*trace->path || !concerns(search, trace)) {
        session_detach(&session);
    } else {
        search->found++;
        result = recover_session(search, &session, trace, err);
    }
    free(trace);
    return result;
}

int recover_run(const char *trace, recover_visit *visit, void *payload, struct error *err)
{
    struct search search = {.trace = trace, .visit = visit, .payload = payload};
    if (trace && stat(trace, &search.status) != 0) {
        error_errno(err, "cannot open");
        return error_in_file(err, trace);
    }
    search.whole = trace ? realpath(trace, NULL) : NULL;
    int result = each_session(try_session, &search, err);
    free(search.whole);
    return result == 0 ? search.found : -1;
}

static int look_for(void *payload, const char *path, const char *name, struct error *err)
{
    struct search *search = payload;
    struct session session;
    (void)name, (void)err;
    if (session_look(&session, path) != 0)
        return 0;
    struct ledger_trace *trace = copy_trace(&session);
    int32_t recorder = session.channel->recorder_pid;
    bool dead = recorder > 0 && kill(recorder, 0) != 0 && errno == ESRCH;
    search->found += dead && *trace->path && concerns(search, trace);
    free(trace);
    session_detach(&session);
    return 0;
}

bool recover_possible(const char *trace)
{
    struct search search = {.trace = trace};
    struct error ignored;
    if (!trace || stat(trace, &search.status) != 0)
        return false;
    search.whole = realpath(trace, NULL);
    each_session(look_for, &search, &ignored);
    free(search.whole);
    return search.found > 0;
}

/* ---- what is of no use to anybody ---- */

#define UNFINISHED_SECONDS 10 /* no recorder takes so long to make its file */

static bool is_complete(const char *path, off_t size)
{
    uint8_t footer[CHUNK_HEADER_SIZE];
    struct chunk_header header;
    struct error ignored;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool whole =
        fd >= 0 && size >= (off_t)sizeof footer &&
        pread(fd, footer, sizeof footer, size - (off_t)sizeof footer) == (ssize_t)sizeof footer &&
        chunk_decode(&header, footer, sizeof footer, 0, &ignored) == 0 &&
        header.type == CHUNK_FOOTER;
    if (fd >= 0)
        close(fd);
    return whole;
}

/* A trace that was moved is as good as gone: nobody knows where. */
static bool is_useless(const struct ledger_trace *trace)
{
    struct stat status;
    return !*trace->path || stat(trace->path, &status) != 0 || !S_ISREG(status.st_mode) ||
           status.st_ino != trace->inode || status.st_dev != trace->device ||
           is_complete(trace->path, status.st_size);
}

/* Not made to the end, or of another version: when its recorder is no more. */
static bool is_stillborn(const char *path, const char *name)
{
    struct stat status;
    long pid = strtol(name + strlen(PREFIX), NULL, 10);
    return stat(path, &status) == 0 && time(NULL) - status.st_mtime > UNFINISHED_SECONDS &&
           pid > 0 && pid <= INT_MAX && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static int tidy_session(void *payload, const char *path, const char *name, struct error *err)
{
    struct session session;
    bool busy;
    (void)payload;
    if (session_attach(&session, path, &busy, err) != 0) {
        if (!busy && is_stillborn(path, name))
            unlink(path);
        return 0;
    }
    struct ledger_trace *trace = copy_trace(&session);
    if (is_useless(trace))
        remove_session(&session);
    else
        session_detach(&session);
    free(trace);
    return 0;
}

void recover_tidy(void)
{
    struct error ignored;
    each_session(tidy_session, NULL, &ignored);
}
