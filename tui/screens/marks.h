/* Rows that the user has marked, by what they stand for. Kept sorted: asking is cheap. */
#ifndef NCPROF_TUI_SCREENS_MARKS_H
#define NCPROF_TUI_SCREENS_MARKS_H

#include <stdbool.h>
#include <stdint.h>

struct marks {
    uint32_t *ids;
    uint32_t count;
};

bool marks_has(const struct marks *marks, uint32_t id);
void marks_toggle(struct marks *marks, uint32_t id);
/* Whether there were any. */
bool marks_clear(struct marks *marks);
void marks_free(struct marks *marks);

#endif
