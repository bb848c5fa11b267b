/* Lines at the bottom of every screen: the keys that matter there, and sentences. */
#ifndef NCPROF_TUI_LINES_H
#define NCPROF_TUI_LINES_H

#include "tui/widgets/canvas.h"

/*
 * The actions of the place with what there is (actions.h), as many as fit in the order of their
 * ranks; help and quit stand at the end, where they are looked for.
 */
void lines_keys(struct canvas *canvas, int row, unsigned place, unsigned has);

/* Keys and what they do, in turn, to a NULL; as many as fit. */
void lines_hints(struct canvas *canvas, int row, const char *const *hints);

/* How many lines of this width the words take. */
int lines_needed(const char *text, int width);
/* Words over at most `rows` lines, the last one cut. */
void lines_wrapped(struct canvas *canvas, int row, int rows, unsigned style, const char *text);

#endif
