/*
 * Times from which the recorder's own cost was taken, in words (formats/profile/profile.h, struct
 * correction): estimates, and where they end.
 */
#ifndef NCPROF_TUI_CORRECTIONS_H
#define NCPROF_TUI_CORRECTIONS_H

#include "formats/profile/profile.h"

#include <stddef.h>

/* What was taken off the times of a thread, or of all (PROFILE_NONE): seconds, and which share. */
struct corrections {
    double seconds, share; /* NAN, NAN: the file's times are as recorded, or no times */
};
struct corrections corrections_of(const struct profile *profile, uint32_t thread);

/*
 * "times corrected for 1.2 s of recording overhead (18 %)", "times as recorded, with some 1.2 s of
 * recording overhead (18 %)"; "" where nothing is known of it.
 */
void corrections_sentence(const struct profile *profile, uint32_t metric, char *buffer,
                          size_t size);
/* "less 18 % overhead", for a title; "" for other metrics than the corrected one. */
void corrections_brief(const struct profile *profile, uint32_t metric, uint32_t thread,
                       char *buffer, size_t size);

/* In seconds: what profile_is_below_resolution() compares with; 0 unknown. */
double corrections_resolution(const struct profile *profile, uint32_t function);

#endif
