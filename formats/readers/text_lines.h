/*
 * What readers of text share: lines that are not understood are left out and told of, and a text
 * that is cut short counts as far as it goes.
 */
#ifndef NCPROF_FORMATS_READERS_TEXT_LINES_H
#define NCPROF_FORMATS_READERS_TEXT_LINES_H

#include "formats/profile/build.h"

struct odd_lines {
    uint64_t count, first; /* first: a line's number */
};

void odd_lines_add(struct odd_lines *odd, uint64_t line);
/* When there was nothing else: error_at_line() of the first one. Otherwise 0. */
int odd_lines_refuse(const struct odd_lines *odd, bool usable, const char *what, struct error *err);
/* "3 lines WHAT, the first is line 7", unless there are none. */
void odd_lines_note(const struct odd_lines *odd, struct build *build, const char *what);

/*
 * After the last call of input_line(), whose answer is `more`: -1 when it failed, but for a text
 * cut short that held something usable; a note says so then.
 */
int text_lines_end(struct build *build, int more, bool usable, struct error *err);

#endif
