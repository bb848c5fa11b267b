#include "capture/launcher/ledger.h"
#include "formats/profile/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define ENTRIES_OFFSET CHANNEL_TAIL_SIZE
#define ENTRIES_BLOCK  (CHANNEL_TAIL_BLOCK / (uint32_t)sizeof(struct ledger_entry)) /* for each */
#define STEP           1024u /* entries that get memory at once */
_Static_assert(sizeof(struct ledger_trace) <= ENTRIES_OFFSET, "the trace's place has room");

struct ledger {
    struct session *session;
    struct ledger_trace *trace;
    struct ledger_entry *entries;
    uint32_t reserved; /* entries that have memory */
    ARRAY(uint32_t) free;
};

/* Streams at a time: each has a block, at least. */
static uint32_t entry_max(const struct ledger *ledger)
{
    return ledger->session->blocks * ENTRIES_BLOCK;
}

struct ledger *ledger_new(struct session *session)
{
    struct ledger *ledger = memory_zeroed(1, sizeof *ledger);
    char *base = (char *)session->channel + channel_tail(session->blocks);
    ledger->session = session;
    ledger->trace = (struct ledger_trace *)(void *)base;
    ledger->entries = (struct ledger_entry *)(void *)(base + ENTRIES_OFFSET);
    ledger->reserved = (ledger_count(ledger) + STEP - 1) / STEP * STEP;
    for (uint32_t i = 0; i < ledger_count(ledger); i++)
        if (!ledger_entry(ledger, i))
            *array_push(&ledger->free) = i;
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    array_free(&ledger->free);
    free(ledger);
}

/* ---- the trace ---- */

static void keep_path(char kept[PATH_MAX], const char *path)
{
    char *whole = path ? realpath(path, NULL) : NULL;
    snprintf(kept, PATH_MAX, "%s", whole ? whole : "");
    free(whole);
}

void ledger_set_trace(struct ledger *ledger, const char *path, const char *target)
{
    struct stat status;
    if (!path || stat(path, &status) != 0)
        return;
    ledger->trace->device = status.st_dev;
    ledger->trace->inode = status.st_ino;
    keep_path(ledger->trace->path, path);
    keep_path(ledger->trace->target, target);
}

const struct ledger_trace *ledger_trace(const struct ledger *ledger)
{
    return ledger->trace;
}

/* ---- streams ---- */

uint32_t ledger_count(const struct ledger *ledger)
{
    uint32_t count = atomic_load(&ledger->trace->entries);
    return count < entry_max(ledger) ? count : entry_max(ledger);
}

const struct ledger_entry *ledger_entry(const struct ledger *ledger, uint32_t entry)
{
    return atomic_load(&ledger->entries[entry].stream) ? &ledger->entries[entry] : NULL;
}

struct ledger_progress ledger_progress(const struct ledger_entry *entry)
{
    return entry->progress[atomic_load(&entry->turn) & 1];
}

/* A number that is free and has memory, LEDGER_NONE when there is none. */
static uint32_t free_entry(struct ledger *ledger)
{
    if (ledger->free.count)
        return ledger->free.data[--ledger->free.count];
    uint32_t entry = ledger_count(ledger);
    if (entry == entry_max(ledger) || !*ledger->trace->path)
        return LEDGER_NONE;
    if (entry == ledger->reserved) {
        uint32_t more = entry_max(ledger) - entry < STEP ? entry_max(ledger) - entry : STEP;
        if (!session_reserve(ledger->session, ENTRIES_OFFSET + entry * sizeof(struct ledger_entry),
                             more * sizeof(struct ledger_entry)))
            return LEDGER_NONE;
        ledger->reserved += more;
    }
    atomic_store(&ledger->trace->entries, entry + 1);
    return entry;
}

uint32_t ledger_add(struct ledger *ledger, uint32_t stream, uint32_t thread)
{
    uint32_t number = free_entry(ledger);
    if (number == LEDGER_NONE)
        return number;
    struct ledger_entry *entry = &ledger->entries[number];
    entry->thread = thread;
    entry->progress[0] = (struct ledger_progress){0};
    atomic_store(&entry->turn, 0);
    atomic_store(&entry->stream, stream + 1);
    return number;
}

void ledger_advance(struct ledger *ledger, uint32_t number, const struct ledger_progress *progress)
{
    struct ledger_entry *entry = &ledger->entries[number];
    uint32_t turn = atomic_load(&entry->turn) + 1;
    entry->progress[turn & 1] = *progress;
    atomic_store(&entry->turn, turn);
}

void ledger_remove(struct ledger *ledger, uint32_t entry)
{
    atomic_store(&ledger->entries[entry].stream, 0);
    *array_push(&ledger->free) = entry;
}
