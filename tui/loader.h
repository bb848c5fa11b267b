/* Loading a profile in a thread of its own, so that the screen stays alive meanwhile. */
#ifndef NCPROF_TUI_LOADER_H
#define NCPROF_TUI_LOADER_H

#include "formats/format.h"
#include "formats/profile/error.h"
#include "formats/profile/preview.h"
#include "formats/profile/profile.h"

struct loader;

/*
 * Begins. `how` and `part` as for profile_load_part() live as long as the program. NULL when no
 * thread is to be had.
 */
struct loader *loader_start(const char *path, const struct opening *how,
                            const struct profile_part *part);
/* Becomes readable when the loader has finished. */
int loader_wake(const struct loader *loader);
/* 0..1, or -1 when it cannot be known. */
double loader_progress(struct loader *loader);
/* What there is so far, valid until the next call; NULL: nothing yet. */
const struct preview_look *loader_look(struct loader *loader);
/* Waits for the end, takes the result and frees the loader. */
int loader_take(struct loader *loader, struct profile **out, struct error *err);
/* Nobody waits for it any more; it frees itself at its end. NULL is allowed. */
void loader_abandon(struct loader *loader);

#endif
