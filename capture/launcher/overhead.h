/*
 * What the hooks of a session's programs cost, added up over all that they measured, and what the
 * trace says of it (FORMAT.md, section 6).
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_OVERHEAD_H
#define NCPROF_CAPTURE_LAUNCHER_OVERHEAD_H

#include "capture/channel/layout.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct overhead {
    struct overhead_sums {
        double inside, outside; /* ticks */
        double pairs;
    } of[CHANNEL_HOOKS];
    double recorded, plain; /* ticks of Python code between its calls */
};

/* A program's measurement; what cannot be one is passed over. */
void overhead_add(struct overhead *overhead, uint32_t hook, uint64_t inside, uint64_t outside,
                  uint64_t pairs);
/* The same Python code, recorded and not. */
void overhead_slowdown(struct overhead *overhead, uint64_t recorded, uint64_t plain);
double overhead_pairs(const struct overhead *overhead); /* that all measurements were of */
/* Ticks of a call through the hooks that the program was met with; 0 unknown. */
double overhead_call(const struct overhead *overhead);
/* Which hooks its native functions have; CHANNEL_HOOKS: that is not known. */
enum channel_hook overhead_native(const struct overhead *overhead);

/*
 * {"native": {"hook": "...", "inside": 8.1, "outside": 24}, "python": ..., "builtin": ...} in ns a
 * call, with these hooks of native functions; NULL when nothing was measured. "python" has also its
 * "slowdown", a factor. The caller's.
 */
cJSON *overhead_json(const struct overhead *overhead, enum channel_hook native, double tick_ns);

#endif
