#include "capture/launcher/processes.h"
#include "capture/channel/lineage.h"
#include "capture/channel/process.h"
#include "formats/profile/index.h"
#include "formats/profile/memory.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define NONE           PROFILE_NONE
#define ANCESTORS_MOST 32 /* steps up that are believed */

struct entry {
    struct process_start start; /* its texts are the entry's own */
    uint32_t id;                /* in the trace; NONE: not there */
    uint32_t before;            /* the entry with the same pid before this one, or NONE */
    uint32_t parent;            /* its id in the trace as far as it is known, or NONE */
    enum process_end end;
    uint32_t status;
    enum channel_exit how; /* it exited; AT_ONCE where it has not said it */
    uint64_t open;         /* calls */
    bool news;
};

struct ancestor {
    int32_t pid, parent;
};

struct processes {
    struct trace_writer *writer;
    ARRAY(struct entry) list;
    ARRAY(uint32_t) last; /* entry by pid, found through `by_pid` */
    struct index by_pid;
    ARRAY(struct ancestor) ancestors;
    struct index by_ancestor;
    ARRAY(uint32_t) news; /* entries */
    bool resumed;
};

struct processes *processes_new(struct trace_writer *writer)
{
    struct processes *processes = memory_zeroed(1, sizeof *processes);
    processes->writer = writer;
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
    for (uint32_t i = 0; i < processes->list.count; i++)
        free_texts(&processes->list.data[i].start);
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
    return ((const struct ancestor *)items)[at].pid == *(const int32_t *)key;
}

/* Where the last entry of a pid stands; NULL: there is none. */
static uint32_t *last_of(const struct processes *processes, int32_t pid)
{
    uint32_t at = index_find(&processes->by_pid, hash_of(pid), processes, has_pid, &pid);
    return at == NONE ? NULL : &processes->last.data[at];
}

static const struct ancestor *ancestor_of(const struct processes *processes, int32_t pid)
{
    uint32_t at = index_find(&processes->by_ancestor, hash_of(pid), processes->ancestors.data,
                             is_ancestor, &pid);
    return at == NONE ? NULL : &processes->ancestors.data[at];
}

void processes_ancestor(struct processes *processes, int32_t pid, int32_t parent)
{
    if (ancestor_of(processes, pid))
        return;
    index_add(&processes->by_ancestor, hash_of(pid), processes->ancestors.count);
    *array_push(&processes->ancestors) = (struct ancestor){pid, parent};
}

/* ---- what is known of them ---- */

static void tell(struct processes *processes, uint32_t number)
{
    struct entry *entry = &processes->list.data[number];
    if (!entry->news && entry->id != NONE)
        *array_push(&processes->news) = number;
    entry->news = true;
}

static void set_end(struct processes *processes, uint32_t number, enum process_end end,
                    uint32_t status)
{
    struct entry *entry = &processes->list.data[number];
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

static bool is_same(const struct entry *entry, const struct process_start *start)
{
    return entry->end != PROCESS_EXITED && entry->end != PROCESS_KILLED &&
           (!entry->start.image || !start->image || entry->start.image == start->image);
}

uint32_t processes_start(struct processes *processes, const struct process_start *start)
{
    uint32_t number = processes->list.count, *last = last_of(processes, start->pid);
    uint32_t before = last ? *last : NONE;
    if (last && is_same(&processes->list.data[before], start)) {
        merge(processes, before, start);
        return before;
    }
    if (last && processes->list.data[before].end == PROCESS_END_UNKNOWN)
        set_end(processes, before, PROCESS_REPLACED, 0);
    struct entry *entry = array_push(&processes->list);
    *entry = (struct entry){
        .start = *start, .id = NONE, .before = before, .parent = NONE, .how = CHANNEL_EXIT_AT_ONCE};
    entry->start.name = memory_string(start->name);
    entry->start.command = memory_string(start->command);
    if (last) {
        *last = number;
    } else {
        *array_push(&processes->last) = number;
        index_add(&processes->by_pid, hash_of(start->pid), processes->last.count - 1);
    }
    return number;
}

uint32_t processes_id(struct processes *processes, uint32_t number)
{
    struct entry *entry = &processes->list.data[number];
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
                      enum channel_exit how)
{
    processes->list.data[number].how = how;
    set_end(processes, number, PROCESS_EXITED, status & 0xff);
    processes_id(processes, number);
}

void processes_waited(struct processes *processes, int32_t pid, int status)
{
    const uint32_t *last = last_of(processes, pid);
    if (!last)
        return;
    if (WIFSIGNALED(status))
        set_end(processes, *last, PROCESS_KILLED, (uint32_t)WTERMSIG(status));
    else
        set_end(processes, *last, PROCESS_EXITED, (uint32_t)WEXITSTATUS(status));
}

/* ---- who started whom ---- */

/* Of the processes in the trace with this pid the last that began before `ticks`. */
static uint32_t in_trace(const struct processes *processes, int32_t pid, uint64_t ticks)
{
    const uint32_t *last = last_of(processes, pid);
    for (uint32_t at = last ? *last : NONE; at != NONE; at = processes->list.data[at].before) {
        const struct entry *entry = &processes->list.data[at];
        if (entry->id != NONE && entry->start.ticks <= ticks)
            return at;
    }
    return NONE;
}

/* Who started a pid: a recorded process that did nothing, or one that is not recorded. */
static int32_t parent_of(const struct processes *processes, int32_t pid)
{
    const uint32_t *last = last_of(processes, pid);
    const struct ancestor *ancestor = ancestor_of(processes, pid);
    int32_t parent = last ? processes->list.data[*last].start.parent_pid : 0;
    return parent ? parent : ancestor ? ancestor->parent : 0;
}

static uint32_t find_parent(const struct processes *processes, const struct entry *entry)
{
    uint32_t found = NONE;
    int32_t pid = entry->start.parent_pid;
    for (uint32_t at = entry->before; at != NONE && found == NONE;) {
        const struct entry *before = &processes->list.data[at];
        if (before->end != PROCESS_REPLACED)
            break;
        found = before->id == NONE ? NONE : at;
        pid = before->start.parent_pid ? before->start.parent_pid : pid; /* alive at the fork */
        at = before->before;
    }
    for (int step = 0; step < ANCESTORS_MOST && pid && found == NONE; step++) {
        found = in_trace(processes, pid, entry->start.ticks);
        pid = parent_of(processes, pid);
    }
    return found == NONE ? NONE : processes->list.data[found].id;
}

static bool has_ended(int32_t pid)
{
    char state = process_look(pid).state;
    return !state || state == 'Z' || state == 'X';
}

void processes_finish(struct processes *processes)
{
    for (uint32_t i = 0; i < processes->list.count; i++) {
        struct entry *entry = &processes->list.data[i];
        if (entry->id == NONE)
            continue;
        if (entry->end == PROCESS_END_UNKNOWN)
            set_end(processes, i, has_ended(entry->start.pid) ? PROCESS_KILLED : PROCESS_RUNNING,
                    0);
        if (entry->parent == NONE && find_parent(processes, entry) != NONE)
            tell(processes, i); /* its parent came into the trace after it */
    }
}

/* ---- calls that did not return ---- */

void processes_left_open(struct processes *processes, uint32_t number, uint32_t calls)
{
    processes->list.data[number].open += calls;
}

static uint64_t *open_of(struct processes_open *open, const struct entry *entry)
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

/* ---- writing ---- */

static void add_command(cJSON *facts, const char *command)
{
    cJSON *words = cJSON_AddArrayToObject(facts, "command");
    while (true) {
        size_t length = strcspn(command, (const char[]){LINEAGE_SEPARATOR, '\0'});
        char *word = memory_printf("%.*s", (int)length, command);
        cJSON_AddItemToArray(words, cJSON_CreateString(word));
        free(word);
        if (!command[length])
            return;
        command += length + 1;
    }
}

static cJSON *facts_of(const struct entry *entry)
{
    cJSON *facts = cJSON_CreateObject();
    cJSON_AddNumberToObject(facts, "process", entry->id);
    if (entry->parent != NONE && entry->parent != entry->id)
        cJSON_AddNumberToObject(facts, "parent", entry->parent);
    if (entry->start.command[0])
        add_command(facts, entry->start.command);
    if (entry->end == PROCESS_EXITED)
        cJSON_AddNumberToObject(facts, "exit", entry->status);
    else if (entry->end == PROCESS_KILLED)
        cJSON_AddNumberToObject(facts, "signal", entry->status);
    else if (entry->end != PROCESS_END_UNKNOWN)
        cJSON_AddStringToObject(facts, "end",
                                entry->end == PROCESS_RUNNING ? "running" : "replaced");
    return facts;
}

int processes_write(struct processes *processes, struct error *err)
{
    if (!processes->news.count)
        return 0;
    cJSON *root = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(root, "processes");
    for (uint32_t i = 0; i < processes->news.count; i++) {
        struct entry *entry = &processes->list.data[processes->news.data[i]];
        if (entry->parent == NONE)
            entry->parent = find_parent(processes, entry);
        entry->news = false;
        cJSON_AddItemToArray(list, facts_of(entry));
    }
    processes->news.count = 0;
    char *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    int result = text ? trace_writer_processes(processes->writer, text, err) : 0;
    cJSON_free(text);
    return result;
}
