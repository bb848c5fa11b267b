/*
 * The loaded files of one traced program over time, and a cache from addresses to functions.
 *
 * Definitions are read ahead of events, so an address is resolved at the event's time: a module
 * holds from the moment it was defined until it is gone.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_MODULES_H
#define NCPROF_CAPTURE_LAUNCHER_MODULES_H

#include "capture/launcher/symbols.h"
#include "formats/profile/memory.h"
#include "formats/trace/trace_writer.h"

#include <stdint.h>

/* A file and the functions of the trace that its symbols have become; shared by all programs. */
struct module_file {
    char *path, *build_id;
    const char *name;          /* the path's last part */
    struct symbols *symbols;   /* opened by the first address in it */
    ARRAY(uint32_t) functions; /* by symbol index; PROFILE_NONE: not yet */
    uint32_t table;            /* of choices.h; 0: nobody has asked for it */
};
struct symbols *module_file_symbols(struct module_file *file);

struct module_files {
    ARRAY(struct module_file *) list;
};
void module_files_free(struct module_files *files);

struct module {
    uint64_t first, end, bias;
    uint64_t from, until; /* ticks; until is exclusive */
    struct module_file *file;
};

struct address {
    uint64_t address; /* 0: free */
    uint64_t from, until;
    uint32_t function;
};

struct modules {
    ARRAY(struct module) list;
    struct address *slots;
    uint32_t slot_count, used;
};

void modules_add(struct modules *modules, struct module_files *files, struct module module,
                 const char *path, const char *build_id);
void modules_remove(struct modules *modules, uint64_t first, uint64_t ticks);
void modules_free(struct modules *modules);

/* NULL: not seen yet (at that time). */
static inline const struct address *modules_cached(const struct modules *modules, uint64_t address,
                                                   uint64_t ticks)
{
    uint32_t mask = modules->slot_count - 1;
    if (!modules->slot_count)
        return NULL;
    uint32_t at = (uint32_t)(address * UINT64_C(0x9E3779B97F4A7C15) >> 32) & mask;
    while (modules->slots[at].address != address) {
        if (!modules->slots[at].address)
            return NULL;
        at = (at + 1) & mask;
    }
    const struct address *found = &modules->slots[at];
    return ticks >= found->from && ticks < found->until ? found : NULL;
}

/* The file of the module that holds an address at a time; NULL: none. Arguments as below. */
struct module_file *modules_file(const struct modules *modules, const struct modules *inherited,
                                 uint64_t address, uint64_t ticks);
/*
 * Finds the function and remembers it. `inherited` (may be NULL) is asked for modules that this
 * program does not have: those of the program it was forked from.
 */
uint32_t modules_resolve(struct modules *modules, const struct modules *inherited,
                         struct trace_writer *writer, uint64_t address, uint64_t ticks);

#endif
