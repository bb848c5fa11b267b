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
    uintptr_t bias;
    uint32_t name;             /* hash of its name */
    _Atomic uint32_t question; /* about its functions; 0: not asked. The number and one. */
    bool met;
};

#define QUESTION_NOBODYS UINT32_MAX /* it cannot be asked: all of the module is recorded */
struct module_question {
    uint32_t question; /* as above */
    uintptr_t bias;
};

#pragma GCC visibility push(hidden)

/* Another one after every change. */
uint32_t module_list_version(void);
/* Of the module that holds a function. False: unknown, or nobody has asked. For hooks. */
bool module_list_asked(uintptr_t function, struct module_question *out);

/* The following are for one caller at a time. */
void module_list_forget_met(void);
/* Marks a module that is in the list as met; false: it is not in the list. */
bool module_list_meet(const struct module *module);
/* Adds it, met. When no memory is to be had it stays unknown. */
void module_list_add(const struct module *module);
/* The module that holds an address; NULL: none. It holds until the next change. */
struct module *module_list_at(uintptr_t address);
void module_list_drop_unmet(void (*gone)(uint64_t low));

#pragma GCC visibility pop

#endif
