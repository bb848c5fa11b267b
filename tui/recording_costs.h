/* What a trace says of its recorder's hooks (formats/trace/FORMAT.md, section 6), in words. */
#ifndef NCPROF_TUI_RECORDING_COSTS_H
#define NCPROF_TUI_RECORDING_COSTS_H

#include "formats/profile/profile.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether metadata `i` is about that. `label` and `text` are then what to show in its place: for
 * the first of a kind of call all that is known of it, "recorded native call" and "34 ns, 11 of
 * them in its own time, the rest in its caller's, by pg"; "" for the others.
 */
bool recording_costs_told(const struct profile *profile, uint32_t i, char *label, char *text,
                          size_t size);

#endif
