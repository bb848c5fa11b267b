#include "capture/runtime/made_stacks.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <ucontext.h>

#define HIDDEN    __attribute__((visibility("hidden")))
#define ROWS_BITS 17
#define ROWS      (1u << ROWS_BITS)
#define PROBES    16u
#define PAGE_BITS 12
#define PAGES     16u /* from the upper end down to the first call that is recorded */

/* By the page of the upper end. A row that is read while it is written is of no stack. */
struct row {
    _Atomic uintptr_t low, high; /* high 0: none */
};

static struct row *_Atomic rows;

/* makecontext.S: */
HIDDEN void made_stacks_note(const ucontext_t *context);
extern HIDDEN void (*made_stacks_next)(void);
void (*made_stacks_next)(void);

__attribute__((constructor)) static void find_next(void)
{
    made_stacks_next = (void (*)(void))dlsym(RTLD_NEXT, "makecontext");
}

static struct row *open_rows(void)
{
    struct row *now = atomic_load(&rows), *none = NULL;
    if (now)
        return now;
    void *memory = mmap(NULL, ROWS * sizeof *now, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    if (atomic_compare_exchange_strong(&rows, &none, memory))
        return memory;
    munmap(memory, ROWS * sizeof *now);
    return none;
}

static struct row *row_of(struct row *all, uintptr_t page, unsigned probe)
{
    uint64_t hash = page * UINT64_C(0x9e3779b97f4a7c15) >> (64 - ROWS_BITS);
    return &all[(hash + probe) % ROWS];
}

/* The one that ends here, else a free one, else the first: what it was is forgotten. */
static struct row *choose_row(struct row *all, uintptr_t high)
{
    struct row *chosen = NULL;
    for (unsigned probe = 0; probe < PROBES; probe++) {
        struct row *row = row_of(all, (high - 1) >> PAGE_BITS, probe);
        uintptr_t end = atomic_load(&row->high);
        if (end == high)
            return row;
        if (!end && !chosen)
            chosen = row;
    }
    return chosen ? chosen : row_of(all, (high - 1) >> PAGE_BITS, 0);
}

void made_stacks_note(const ucontext_t *context)
{
    if (!made_stacks_next) /* a library is initialised before this one */
        find_next();
    uintptr_t low = (uintptr_t)context->uc_stack.ss_sp, high = low + context->uc_stack.ss_size;
    struct row *all = high > low ? open_rows() : NULL;
    if (!all)
        return;
    struct row *row = choose_row(all, high);
    atomic_store(&row->high, 0);
    atomic_store(&row->low, low);
    atomic_store(&row->high, high);
}

bool made_stacks_find(uintptr_t place, uintptr_t *low, uintptr_t *high)
{
    struct row *all = atomic_load(&rows);
    for (unsigned i = 0; all && i < PAGES * PROBES; i++) {
        const struct row *row = row_of(all, (place >> PAGE_BITS) + i / PROBES, i % PROBES);
        *high = atomic_load(&row->high);
        *low = atomic_load(&row->low);
        if (place < *high && place >= *low)
            return true;
    }
    return false;
}
