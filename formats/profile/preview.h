/*
 * What a reader has stated so far, for whoever waits for it: the functions that spent most
 * themselves. The thread that waits looks; the one that builds answers when it states its next
 * value, and spends little of its time on it however often it is asked.
 */
#ifndef NCPROF_FORMATS_PROFILE_PREVIEW_H
#define NCPROF_FORMATS_PROFILE_PREVIEW_H

#include "formats/profile/profile.h"

#define PREVIEW_ROWS     100u
#define PREVIEW_TEXT_MAX 1000u /* bytes; longer texts are cut */

struct preview_row {
    struct function function;
    int64_t self;
};

/* Of the default metric alone. */
struct preview_look {
    struct metric metric;
    int64_t self; /* of all functions */
    uint32_t function_count, row_count;
    struct preview_row rows[PREVIEW_ROWS]; /* by `self`, then as the functions came */
};

struct preview;
struct build;

struct preview *preview_new(void);
void preview_free(struct preview *preview); /* NULL is allowed */

/* The last answer, valid until the next look, and asks for another. NULL: there is none yet. */
const struct preview_look *preview_look(struct preview *preview);

/* ---- for the thread that builds ---- */

bool preview_is_asked(const struct preview *preview);
void preview_answer(struct preview *preview, const struct build *build);

#endif
