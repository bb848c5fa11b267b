#include "capture/python/functions.h"

#include "capture/channel/target.h"
#include "capture/python/choice.h"
#include "capture/python/greenlets.h"
#include "capture/python/names.h"
#include "capture/python/processes.h"
#include "capture/python/setprofile.h"

#include <stdlib.h>

/* The model's FUNCTION_PYTHON, FUNCTION_BUILTIN, FUNCTION_COROUTINE */
enum { KIND_PYTHON = 2, KIND_BUILTIN = 3, KIND_COROUTINE = 4 };
#define COROUTINE_FLAGS 0x380 /* CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR */
enum { FIRST_SLOTS = 4096 };

struct functions_table functions_table;

/* What processes.h wants to know each call of: they stay unseen. */
static struct announced {
    PyObject *code;
    uint32_t id;
} announced[PROCESSES_BEGIN_WITH];

/* Its place, or a free one; NULL: there is none. */
static struct announced *find_announced(const void *code)
{
    for (size_t i = 0; i < PROCESSES_BEGIN_WITH; i++)
        if (!announced[i].code || announced[i].code == code)
            return &announced[i];
    return NULL;
}

/* By id, 0 where it is CHOICE_INCLUDED; used with patterns only. */
static struct {
    uint8_t *list;
    uint32_t room;
} choices;

static void choose(uint32_t id, const struct names *names)
{
    uint32_t choice =
        patterns_choose(choice_rules.patterns, names->name, names->module, names->file);
    if (id >= choices.room) {
        uint32_t room = id < 2048 ? 4096 : id * 2;
        uint8_t *grown = realloc(choices.list, room);
        if (!grown)
            return; /* recorded */
        memset(grown + choices.room, 0, room - choices.room);
        choices.list = grown;
        choices.room = room;
    }
    choices.list[id] = (uint8_t)(choice ^ CHOICE_INCLUDED);
}

uint32_t functions_choice_of(uint32_t id)
{
    return (id < choices.room ? choices.list[id] : 0u) ^ CHOICE_INCLUDED;
}

uint32_t functions_choice(const void *key)
{
    const struct announced *known = find_announced(key);
    return functions_choice_of(known && known->code ? known->id : functions_find(key));
}

/* What is excluded is never in an event. */
static void define(uint32_t id, const struct names *names, unsigned kind, bool shared)
{
    if (choice_rules.patterns && !shared)
        choose(id, names);
    if (shared || !(functions_choice_of(id) & CHOICE_EXCLUDED))
        define_function(id, names->line, kind, shared ? "(no memory)" : names->name, names->module,
                        names->file);
}

static bool resize(uint32_t slots)
{
    struct functions_slot *old = functions_table.slots;
    uint32_t old_count = old ? functions_table.mask + 1 : 0;
    struct functions_slot *grown = calloc(slots, sizeof *grown);
    if (!grown)
        return false;
    functions_table.slots = grown;
    functions_table.mask = slots - 1;
    functions_table.shift = 64 - (uint32_t)__builtin_ctz(slots);
    functions_table.count = 0;
    for (uint32_t i = 0; i < old_count; i++) {
        if (!old[i].key)
            continue;
        uint32_t at = (uint32_t)((uintptr_t)old[i].key * UINT64_C(0x9e3779b97f4a7c15) >>
                                 functions_table.shift);
        while (grown[at & functions_table.mask].key)
            at++;
        grown[at & functions_table.mask] = old[i];
        functions_table.count++;
    }
    free(old);
    return true;
}

bool functions_open(void)
{
    return resize(FIRST_SLOTS);
}

void functions_forget(void)
{
    memset(functions_table.slots, 0,
           ((size_t)functions_table.mask + 1) * sizeof *functions_table.slots);
    functions_table.count = 0;
    if (choices.room)
        memset(choices.list, 0, choices.room);
}

/* The number of a function met for the first time. Without memory for a larger table, what comes
 * after it is full shares one number. */
static uint32_t insert(const void *key, bool *shared)
{
    uint32_t slots = functions_table.mask + 1, id = functions_table.count;
    *shared = false;
    if (id >= slots / 2 && !resize(slots * 2) && id >= slots - slots / 8) {
        *shared = true;
        return id;
    }
    uint32_t at =
        (uint32_t)((uintptr_t)key * UINT64_C(0x9e3779b97f4a7c15) >> functions_table.shift);
    while (functions_table.slots[at & functions_table.mask].key)
        at++;
    functions_table.slots[at & functions_table.mask] = (struct functions_slot){key, id};
    functions_table.count++;
    return id;
}

void functions_reserve(const void *key)
{
    bool shared;
    insert(key, &shared);
}

static unsigned kind_of(PyObject *code)
{
    PyObject *flags = PyObject_GetAttrString(code, "co_flags");
    long bits = flags ? PyLong_AsLong(flags) : 0;
    Py_XDECREF(flags);
    PyErr_Clear();
    return bits > 0 && (bits & COROUTINE_FLAGS) ? KIND_COROUTINE : KIND_PYTHON;
}

uint32_t functions_define_code(PyObject *code, PyObject *globals)
{
    PyObject *type, *value, *traceback;
    struct names names;
    bool shared;

    struct announced *known = find_announced(code);
    if (known && known->code) {
        processes_begin();
        return known->id;
    }
    PyErr_Fetch(&type, &value, &traceback); /* a generator may be entered with one set */
    names_of_code(&names, code, globals);
    if (!known || !processes_begin_with(names.module, names.name))
        known = NULL;
    uint32_t id = insert(known ? (const void *)known : code, &shared);
    if (known) {
        *known = (struct announced){code, id};
        processes_begin();
    }
    if (!shared)
        Py_IncRef(code);
    define(id, &names, kind_of(code), shared);
    greenlets_met(names.module, names.name);
    names_free(&names);
    PyErr_Restore(type, value, traceback);
    return id;
}

/* _interpreters, _xxsubinterpreters: profilers, and modules that are not made for it, stay out. */
static void note_interpreters(const char *name)
{
    size_t length = strlen(name), end = sizeof "interpreters.create>" - 1;
    if (length > end && strcmp(name + length - end, "interpreters.create>") == 0)
        define_note("the program makes interpreters of its own: what runs in them is not recorded");
}

uint32_t functions_define_builtin(PyMethodDef *key, PyObject *callable)
{
    PyObject *type, *value, *traceback;
    bool shared;
    uint32_t id = insert(key, &shared);

    PyErr_Fetch(&type, &value, &traceback);
    struct names names;
    names_of_builtin(&names, key, callable);
    define(id, &names, KIND_BUILTIN, shared);
    setprofile_met(key, names.name);
    note_interpreters(names.name);
    names_free(&names);
    PyErr_Restore(type, value, traceback);
    return id;
}
