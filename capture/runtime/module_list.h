/*
 * Where modules lie, ordered by address. Hooks search it without a lock while it
 * is changed: an odd version says that a change is under way.
 */
#ifndef NCPROF_CAPTURE_RUNTIME_MODULE_LIST_H
#define NCPROF_CAPTURE_RUNTIME_MODULE_LIST_H

#include <stdbool.h>
#include <stdint.h>

struct module {
    uintptr_t low, high;
    uint32_t name; /* hash of its name */
    bool met;
};

#pragma GCC visibility push(hidden)

/* The following are for one caller at a time. */
void module_list_forget_met(void);
/* Marks a module that is in the list as met; false: it is not in the list. */
bool module_list_meet(const struct module *module);
/* Adds it, met. When no memory is to be had it stays unknown. */
void module_list_add(const struct module *module);
void module_list_drop_unmet(void (*gone)(uint64_t low));

#pragma GCC visibility pop

#endif
