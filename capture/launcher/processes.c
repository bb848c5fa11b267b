#include "capture/channel/process.h"
#include "capture/launcher/processes_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct processes *processes_new(struct trace_writer *writer)
{
    struct processes *processes = memory_zeroed(1, sizeof *processes);
    struct stat space;
    processes->writer = writer;
    processes->endings = endings_new();
    processes->pid_namespace = stat("/proc/self/ns/pid", &space) == 0 ? (uint32_t)space.st_ino : 0;
    return processes;
}

void processes_resumed(struct processes *processes)
{
    processes->resumed = true;
}

static void free_texts(const struct process_start *start)
{
    free((void *)(uintptr_t)start->name);
    free((void *)(uintptr_t)start->command);
}

void processes_free(struct processes *processes)
{
    if (!processes)
        return;
    for (uint32_t i = 0; i < processes->list.count; i++) {
        free_texts(&processes->list.data[i].start);
        free(processes->list.data[i].next);
    }
    endings_free(processes->endings);
    array_free(&processes->list);
    array_free(&processes->last);
    index_free(&processes->by_pid);
    array_free(&processes->ancestors);
    index_free(&processes->by_ancestor);
    array_free(&processes->news);
    free(processes);
}

/* ---- finding them ---- */

static uint64_t hash_of(int32_t pid)
{
    return (uint64_t)(uint32_t)pid * UINT64_C(0x9E3779B97F4A7C15) >> 16;
}

static bool has_pid(const void *items, uint32_t at, const void *key)
{
    const struct processes *processes = items;
    return processes->list.data[processes->last.data[at]].start.pid == *(const int32_t *)key;
}

static bool is_ancestor(const void *items, uint32_t at, const void *key)
{
    return ((const struct process_ancestor *)items)[at].pid == *(const int32_t *)key;
}

uint32_t *processes_last(const struct processes *processes, int32_t pid)
{
    uint32_t at = index_find(&processes->by_pid, hash_of(pid), processes, has_pid, &pid);
    return at == NONE ? NULL : &processes->last.data[at];
}

const struct process_ancestor *processes_ancestor_of(const struct processes *processes, int32_t pid)
{
    uint32_t at = index_find(&processes->by_ancestor, hash_of(pid), processes->ancestors.data,
                             is_ancestor, &pid);
    return at == NONE ? NULL : &processes->ancestors.data[at];
}

void processes_ancestor(struct processes *processes, int32_t pid, int32_t parent)
{
    if (processes_ancestor_of(processes, pid))
        return;
    index_add(&processes->by_ancestor, hash_of(pid), processes->ancestors.count);
    *array_push(&processes->ancestors) = (struct process_ancestor){pid, parent};
}

/* ---- what is known of them ---- */

static void tell(struct processes *processes, uint32_t number)
{
    struct process_entry *entry = &processes->list.data[number];
    if (!entry->news && entry->id != NONE)
        *array_push(&processes->news) = number;
    entry->news = true;
}

static void set_end(struct processes *processes, uint32_t number, enum process_end end,
                    uint32_t status)
{
    struct process_entry *entry = &processes->list.data[number];
    entry->end = end;
    entry->status = status;
    tell(processes, number);
}

/* A second look at the same process may know more. */
static void merge(struct processes *processes, uint32_t number, const struct process_start *start)
{
    struct process_start *known = &processes->list.data[number].start;
    known->image = known->image ? known->image : start->image;
    known->parent_pid = known->parent_pid ? known->parent_pid : start->parent_pid;
    if (known->command[0] || !start->command[0])
        return;
    free((void *)(uintptr_t)known->command);
    known->command = memory_string(start->command);
    tell(processes, number);
}

/* Another program of a process may say late who it is: it has begun before the end. */
static bool is_same(const struct process_entry *entry, const struct process_start *start)
{
    bool ended = entry->end == PROCESS_EXITED || entry->end == PROCESS_KILLED;
    return (!entry->start.image || !start->image || entry->start.image == start->image) &&
           (!ended || start->ticks <= entry->end_ticks);
}

/* What it went on with is recorded. */
static void go_on(struct processes *processes, uint32_t number)
{
    struct process_entry *before = &processes->list.data[number];
    if (before->end != PROCESS_END_UNKNOWN && before->end != PROCESS_REPLACED)
        return;
    free(before->next);
    before->next = NULL;
    set_end(processes, number, PROCESS_REPLACED, 0);
}

uint32_t processes_start(struct processes *processes, const struct process_start *start)
{
    uint32_t number = processes->list.count, *last = processes_last(processes, start->pid);
    uint32_t before = last ? *last : NONE;
    if (last && is_same(&processes->list.data[before], start)) {
        merge(processes, before, start);
        return before;
    }
    if (last)
        go_on(processes, before);
    struct process_entry *entry = array_push(&processes->list);
    *entry = (struct process_entry){
        .start = *start, .id = NONE, .before = before, .parent = NONE, .how = CHANNEL_EXIT_AT_ONCE};
    entry->start.name = memory_string(start->name);
    entry->start.command = memory_string(start->command);
    if (last) {
        *last = number;
    } else {
        *array_push(&processes->last) = number;
        index_add(&processes->by_pid, hash_of(start->pid), processes->last.count - 1);
    }
    if (!processes->resumed && start->pid_namespace == processes->pid_namespace)
        endings_watch(processes->endings, start->pid, number);
    return number;
}

uint32_t processes_id(struct processes *processes, uint32_t number)
{
    struct process_entry *entry = &processes->list.data[number];
    const struct process_start *start = &entry->start;
    if (entry->id != NONE)
        return entry->id;
    if (processes->resumed)
        entry->id = trace_writer_find_process(processes->writer, (uint64_t)start->pid);
    if (entry->id == NONE)
        entry->id = trace_writer_process(processes->writer, (uint64_t)start->pid,
                                         (uint64_t)start->parent_pid, start->name);
    entry->news = false;
    tell(processes, number);
    return entry->id;
}

uint32_t processes_known_id(const struct processes *processes, uint32_t number)
{
    return processes->list.data[number].id;
}

int32_t processes_pid(const struct processes *processes, uint32_t number)
{
    return processes->list.data[number].start.pid;
}

const char *processes_command(const struct processes *processes, uint32_t number)
{
    return processes->list.data[number].start.command;
}

void processes_exited(struct processes *processes, uint32_t number, uint32_t status,
                      enum channel_exit how, uint64_t ticks)
{
    processes->list.data[number].how = how;
    processes->list.data[number].end_ticks = ticks;
    set_end(processes, number, PROCESS_EXITED, status & 0xff);
    processes_id(processes, number);
}

void processes_execs(struct processes *processes, uint32_t number, const char *program)
{
    struct process_entry *entry = &processes->list.data[number];
    free(entry->next);
    entry->next = *program ? memory_string(program) : NULL;
    set_end(processes, number, entry->next ? PROCESS_REPLACED : PROCESS_END_UNKNOWN, 0);
}

/* What wait() says is more trustworthy than the process' own word; after exec it is another's. */
static void end_by_status(void *payload, uint32_t number, int status)
{
    struct processes *processes = payload;
    struct process_entry *entry = &processes->list.data[number];
    if (entry->end == PROCESS_REPLACED)
        return;
    if (entry->end == PROCESS_END_UNKNOWN)
        entry->end_ticks = UINT64_MAX;
    if (WIFSIGNALED(status))
        set_end(processes, number, PROCESS_KILLED, (uint32_t)WTERMSIG(status));
    else
        set_end(processes, number, PROCESS_EXITED, (uint32_t)WEXITSTATUS(status));
}

void processes_waited(struct processes *processes, int32_t pid, int status)
{
    const uint32_t *last = processes_last(processes, pid);
    if (last)
        end_by_status(processes, *last, status);
}

void processes_look(struct processes *processes)
{
    endings_look(processes->endings, end_by_status, processes);
}

static bool has_ended(int32_t pid)
{
    char state = process_look(pid).state;
    return !state || state == 'Z' || state == 'X';
}

void processes_finish(struct processes *processes)
{
    for (uint32_t i = 0; i < processes->list.count; i++) {
        struct process_entry *entry = &processes->list.data[i];
        if (entry->id == NONE)
            continue;
        if (entry->end == PROCESS_END_UNKNOWN)
            set_end(processes, i, has_ended(entry->start.pid) ? PROCESS_KILLED : PROCESS_RUNNING,
                    0);
        if (entry->parent == NONE && process_facts_parent(processes, entry) != NONE)
            tell(processes, i); /* its parent came into the trace after it */
    }
}

/* ---- calls that did not return ---- */

void processes_left_open(struct processes *processes, uint32_t number, uint32_t calls)
{
    processes->list.data[number].open += calls;
}

static uint64_t *open_of(struct processes_open *open, const struct process_entry *entry)
{
    switch (entry->end) {
    case PROCESS_END_UNKNOWN:
    case PROCESS_KILLED:
        break;
    case PROCESS_EXITED:
        return entry->how == CHANNEL_EXIT_HANDLERS ? &open->by_exit : &open->by_exit_at_once;
    case PROCESS_REPLACED:
        return &open->by_exec;
    case PROCESS_RUNNING:
        return &open->running;
    }
    return &open->cut;
}

struct processes_open processes_open(const struct processes *processes)
{
    struct processes_open open = {0};
    for (uint32_t i = 0; i < processes->list.count; i++)
        *open_of(&open, &processes->list.data[i]) += processes->list.data[i].open;
    return open;
}
