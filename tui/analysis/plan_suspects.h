/*
 * What names and growth together hint at: habits that are known to be slow.
 *
 *   concatenation   something is joined, appended or copied, and that grows like a square: what is
 *                   there already is copied again each time
 *   files           one is opened and closed as often as the input is long
 *   conversion      values are converted one at a time, as often as the input is long
 *
 * Hints only: whoever knows the program decides.
 */
#ifndef NCPROF_TUI_ANALYSIS_PLAN_SUSPECTS_H
#define NCPROF_TUI_ANALYSIS_PLAN_SUSPECTS_H

#include "tui/analysis/scaling.h"

enum suspicion { SUSPECT_CONCATENATION, SUSPECT_FILES, SUSPECT_CONVERSION, SUSPICIONS };

struct plan_suspect {
    enum suspicion suspicion;
    uint32_t row;   /* of scaling->rows */
    uint32_t other; /* files: what closes them; else PROFILE_NONE */
    double share;   /* of cumtime at the largest size, of both rows */
};

struct plan_suspects {
    const struct scaling *scaling;
    struct plan_suspect *rows; /* by suspicion, then by share, the largest first */
    uint32_t count;
};

struct plan_suspects *plan_suspects_new(const struct scaling *scaling);
void plan_suspects_free(struct plan_suspects *suspects);

const char *plan_suspicion_name(enum suspicion suspicion); /* "concatenation" ... */
/* What was seen and what might help, one sentence. */
void plan_suspect_sentence(const struct plan_suspects *suspects, uint32_t index, char *buffer,
                           size_t size);

#endif
