/* What a recording lacks, in the few words that a title has room for. */
#ifndef NCPROF_TUI_LOSSES_H
#define NCPROF_TUI_LOSSES_H

#include "formats/profile/profile.h"

#include <stddef.h>

/* "5,437,742 events lost"; "" when none are. */
void losses_events(const struct profile *profile, char *buffer, size_t size);
/* "cut at 8.310 s, 12 frames open", "cut short"; "" for one that came to its end. */
void losses_cut(const struct profile *profile, char *buffer, size_t size);

/* Says on standard error that events were lost, if any were: for outputs with no place for it. */
void losses_warn(const struct profile *profile);

#endif
