/* One line that the user edits: the filter, a file's name. */
#ifndef NCPROF_TUI_WIDGETS_PROMPT_H
#define NCPROF_TUI_WIDGETS_PROMPT_H

#include "tui/widgets/canvas.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROMPT_MAX 1024

struct prompt {
    char label[64];
    char text[PROMPT_MAX];
    size_t cursor; /* byte offset */
};

enum prompt_result { PROMPT_IGNORED, PROMPT_MOVED, PROMPT_CHANGED, PROMPT_DONE, PROMPT_CANCELLED };

void prompt_open(struct prompt *prompt, const char *label, const char *text);
/* Editing keys: arrows, Home End, Backspace Delete, ^A ^E ^U ^K ^W; Enter and Esc end it. */
enum prompt_result prompt_key(struct prompt *prompt, uint32_t key);
/* `note` stands at the right, where there is room. */
void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct rect line,
                 const char *note);

#endif
