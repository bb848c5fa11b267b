/* Searched by hooks: no vector registers here. */
#include "capture/runtime/module_list.h"
#include "capture/runtime/modules.h"

#include <sys/mman.h>

#define FIRST_CAPACITY 128u
#define WINDOW         ((uintptr_t)UINT32_MAX)

static struct {
    _Atomic uint32_t version; /* odd: being changed */
    _Atomic uint32_t count;
    uint32_t capacity;
    struct module *_Atomic modules; /* outgrown arrays are kept: someone may be reading them */
} list;

static void begin_change(void)
{
    atomic_fetch_add(&list.version, 1);
}

static void end_change(void)
{
    atomic_fetch_add(&list.version, 1);
}

/* The first module that ends above `address`. */
static uint32_t position(const struct module *modules, uint32_t count, uintptr_t address)
{
    uint32_t first = 0, end = count;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (modules[middle].high <= address)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

bool modules_find(struct thread *thread, uintptr_t function)
{
    uint32_t version = atomic_load(&list.version);
    const struct module *modules = atomic_load(&list.modules);
    uint32_t count = atomic_load(&list.count);
    uint32_t at = position(modules, count, function);
    if (at >= count || modules[at].low > function)
        return false;
    uintptr_t low = modules[at].low, high = modules[at].high;
    atomic_thread_fence(memory_order_acquire);
    if (version & 1 || atomic_load(&list.version) != version)
        return false;
    /* Only what shares the upper half of its addresses. */
    uintptr_t window = function & ~WINDOW;
    low = low < window ? window : low;
    high = high - 1 > (window | WINDOW) ? (window | WINDOW) + 1 : high;
    thread->module_low = low;
    thread->module_size = high - low;
    return true;
}

uint32_t module_list_version(void)
{
    return atomic_load(&list.version);
}

bool module_list_asked(uintptr_t function, struct module_question *out)
{
    uint32_t version = atomic_load(&list.version);
    const struct module *modules = atomic_load(&list.modules);
    uint32_t count = atomic_load(&list.count), at = position(modules, count, function);
    if (at >= count || modules[at].low > function)
        return false;
    *out = (struct module_question){atomic_load(&modules[at].question), modules[at].bias};
    atomic_thread_fence(memory_order_acquire);
    return !(version & 1) && atomic_load(&list.version) == version && out->question != 0;
}

struct module *module_list_at(uintptr_t address)
{
    uint32_t at = position(list.modules, list.count, address);
    bool holds = at < list.count && list.modules[at].low <= address;
    return holds ? &list.modules[at] : NULL;
}

void module_list_forget_met(void)
{
    for (uint32_t i = 0; i < list.count; i++)
        list.modules[i].met = false;
}

bool module_list_meet(const struct module *module)
{
    uint32_t at = position(list.modules, list.count, module->low);
    if (at >= list.count)
        return false;
    struct module *known = &list.modules[at];
    if (known->low != module->low || known->high != module->high || known->name != module->name)
        return false;
    known->met = true;
    return true;
}

static bool grow(void)
{
    uint32_t capacity = list.capacity ? list.capacity * 2 : FIRST_CAPACITY;
    void *memory = mmap(NULL, capacity * sizeof(struct module), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    struct module *modules = memory;
    for (uint32_t i = 0; i < list.count; i++)
        modules[i] = list.modules[i];
    list.modules = modules;
    list.capacity = capacity;
    return true;
}

void module_list_add(const struct module *module)
{
    if (list.count == list.capacity && !grow())
        return;
    begin_change();
    struct module *modules = list.modules;
    uint32_t at = position(modules, list.count, module->low);
    for (uint32_t i = list.count; i > at; i--)
        modules[i] = modules[i - 1];
    modules[at] = *module;
    modules[at].met = true;
    list.count++;
    end_change();
}

void module_list_drop_unmet(void (*gone)(uint64_t low))
{
    uint32_t kept = 0;
    begin_change();
    for (uint32_t i = 0; i < list.count; i++) {
        if (list.modules[i].met)
            list.modules[kept++] = list.modules[i];
        else
            gone(list.modules[i].low);
    }
    list.count = kept;
    end_change();
}
