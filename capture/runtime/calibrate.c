#include "capture/runtime/calibrate.h"
#include "capture/channel/target.h"
#include "capture/runtime/slow.h"

#include <string.h>
#include <sys/mman.h>

#define ROUNDS 16
#define PAIRS  1000u
#define BYTES  16384u /* 12 a pair */

void __cyg_profile_func_enter(void *function, void *call_site);
void __cyg_profile_func_exit(void *function, void *call_site);
__attribute__((visibility("hidden"))) void calibrate_fentry(void);

struct scratch {
    struct thread thread;
    struct frame frames[4];
    char events[BYTES];
};

struct cost {
    uint64_t inside, outside; /* ticks of all pairs of a round */
};

static void call_hooks(enum hook_kind kind)
{
#if defined(__x86_64__)
    if (kind == HOOK_RETURNS) {
        for (unsigned i = 0; i < PAIRS; i++)
            calibrate_fentry();
        return;
    }
#endif
    (void)kind;
    char *function = (char *)__cyg_profile_func_enter;
    for (unsigned i = 0; i < PAIRS; i++) {
        __cyg_profile_func_enter(function, NULL);
        __cyg_profile_func_exit(function, NULL);
    }
}

/* Events without time before the first: the recorder's own addresses need no module. */
static void prepare(struct scratch *scratch)
{
    struct context *on = &scratch->thread.on;
    memset(&scratch->thread.on, 0, sizeof scratch->thread.on);
    scratch->frames[0] = (struct frame){.place = UINTPTR_MAX, .function = UINTPTR_MAX};
    on->frames = on->top = scratch->frames;
    on->last = on->end = scratch->frames + 3;
    on->size = UINTPTR_MAX;
    scratch->thread.module_size = UINTPTR_MAX;
    on->stream.cursor = scratch->events;
    on->stream.limit = scratch->events + BYTES;
    on->stream.high = (uint32_t)((uintptr_t)__cyg_profile_func_enter >> 32);
    on->stream.ticks = stream_now();
}

static struct cost add_up(const struct scratch *scratch)
{
    struct cost cost = {0, 0};
    const char *at = scratch->events;
    while (at < scratch->thread.on.stream.cursor) {
        uint32_t word;
        memcpy(&word, at, sizeof word);
        if ((word & 3) == CHANNEL_ENTER)
            cost.outside += word >> 2;
        else
            cost.inside += word >> 2;
        at += (word & 3) == CHANNEL_LEAVE ? 4 : 8;
    }
    return cost;
}

static struct cost measure(struct scratch *scratch, enum hook_kind kind)
{
    struct cost best = {0, 0};
    struct thread *self = thread_self;
    thread_self = &scratch->thread;
    for (int i = 0; i < ROUNDS; i++) {
        prepare(scratch);
        call_hooks(kind);
        struct cost cost = add_up(scratch);
        if (i == 0 || cost.inside + cost.outside < best.inside + best.outside)
            best = cost;
    }
    thread_self = self;
    return best;
}

void calibrate(enum hook_kind kind)
{
    struct scratch *scratch =
        mmap(NULL, sizeof *scratch, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (scratch == MAP_FAILED)
        return;
    struct cost cost = measure(scratch, kind);
    munmap(scratch, sizeof *scratch);
    define_cost(kind == HOOK_RETURNS ? CHANNEL_HOOK_RETURN : CHANNEL_HOOK_INSTRUMENT, cost.inside,
                cost.outside, PAIRS);
}
