/* What the trace is told of processes: who started whom, what they ran, how they ended. */
#include "capture/channel/lineage.h"
#include "capture/launcher/processes_internal.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define ANCESTORS_MOST 32 /* steps up that are believed */

/* ---- who started whom ---- */

/* Of the processes in the trace with this pid the last that began before `ticks`. */
static uint32_t in_trace(const struct processes *processes, int32_t pid, uint64_t ticks)
{
    const uint32_t *last = processes_last(processes, pid);
    for (uint32_t at = last ? *last : NONE; at != NONE; at = processes->list.data[at].before) {
        const struct process_entry *entry = &processes->list.data[at];
        if (entry->id != NONE && entry->start.ticks <= ticks)
            return at;
    }
    return NONE;
}

/* Who started a pid: a recorded process that did nothing, or one that is not recorded. */
static int32_t parent_of(const struct processes *processes, int32_t pid)
{
    const uint32_t *last = processes_last(processes, pid);
    const struct process_ancestor *ancestor = processes_ancestor_of(processes, pid);
    int32_t parent = last ? processes->list.data[*last].start.parent_pid : 0;
    return parent ? parent : ancestor ? ancestor->parent : 0;
}

uint32_t process_facts_parent(const struct processes *processes, const struct process_entry *entry)
{
    uint32_t found = NONE;
    int32_t pid = entry->start.parent_pid;
    for (uint32_t at = entry->before; at != NONE && found == NONE;) {
        const struct process_entry *before = &processes->list.data[at];
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

static cJSON *facts_of(const struct process_entry *entry)
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
    if (entry->end == PROCESS_REPLACED && entry->next)
        cJSON_AddStringToObject(facts, "exec", entry->next);
    return facts;
}

int processes_write(struct processes *processes, struct error *err)
{
    if (!processes->news.count)
        return 0;
    cJSON *root = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(root, "processes");
    for (uint32_t i = 0; i < processes->news.count; i++) {
        struct process_entry *entry = &processes->list.data[processes->news.data[i]];
        if (entry->parent == NONE)
            entry->parent = process_facts_parent(processes, entry);
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
