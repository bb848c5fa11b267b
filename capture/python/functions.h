/*
 * Functions of the traced program: a pointer (code object, or the PyMethodDef of
 * a C function, which is what cProfile tells them apart by) to a small number,
 * which is defined in the channel when it is first met.
 *
 * Code objects are kept alive, so that no pointer is ever used twice. All calls
 * are made with the GIL held.
 */
#ifndef NCPROF_CAPTURE_PYTHON_FUNCTIONS_H
#define NCPROF_CAPTURE_PYTHON_FUNCTIONS_H

#include "capture/python/cpython.h"

#define FUNCTIONS_UNSEEN UINT32_MAX

struct functions_slot {
    const void *key; /* NULL: free */
    uint32_t id;
};

struct functions_table {
    struct functions_slot *slots;
    uint32_t mask; /* slots - 1; a power of two less one */
    uint32_t shift;
    uint32_t count;
};
extern struct functions_table functions_table;

/* False: no memory. */
bool functions_open(void);
/* Everything is to be defined again. */
void functions_forget(void);

/* What names say of a function, a set of enum channel_choice; without patterns and before its
 * definition it is included. */
uint32_t functions_choice(const void *key);
uint32_t functions_choice_of(uint32_t id);

/* A number without a definition, until functions_forget(): what has one is not kept alive. */
void functions_reserve(const void *key);

/* The callable is a C function or a method descriptor whose definition is `key`. */
uint32_t functions_define_builtin(PyMethodDef *key, PyObject *callable);
/* `globals` of its frame; NULL: it is the current one. */
uint32_t functions_define_code(PyObject *code, PyObject *globals);

static inline uint32_t functions_find(const void *key)
{
    const struct functions_slot *slots = functions_table.slots;
    uint32_t mask = functions_table.mask;
    uint32_t i = (uint32_t)((uintptr_t)key * UINT64_C(0x9e3779b97f4a7c15) >> functions_table.shift);
    for (;; i++) {
        const struct functions_slot *slot = &slots[i & mask];
        if (__builtin_expect(slot->key == key, 1))
            return slot->id;
        if (!slot->key)
            return FUNCTIONS_UNSEEN;
    }
}

static inline uint32_t functions_of_code(PyObject *code, PyObject *globals)
{
    uint32_t id = functions_find(code);
    return __builtin_expect(id != FUNCTIONS_UNSEEN, 1) ? id : functions_define_code(code, globals);
}

static inline uint32_t functions_of_builtin(PyMethodDef *definition, PyObject *callable)
{
    uint32_t id = functions_find(definition);
    return __builtin_expect(id != FUNCTIONS_UNSEEN, 1)
               ? id
               : functions_define_builtin(definition, callable);
}

#endif
