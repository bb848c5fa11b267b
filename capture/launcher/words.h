/* Lists of words, as execve() wants them. */
#ifndef NCPROF_CAPTURE_LAUNCHER_WORDS_H
#define NCPROF_CAPTURE_LAUNCHER_WORDS_H

#include "formats/profile/memory.h"

struct words {
    ARRAY(char *) list;
};

/* The word is copied. */
void words_add(struct words *words, const char *word);
/* Adds the parts of `text` between blanks. */
void words_split(struct words *words, const char *text);
/* Adds all of a NULL-terminated list. */
void words_add_all(struct words *words, char *const *from);
/* The NULL-terminated list, now the caller's; `words` is empty afterwards. */
char **words_finish(struct words *words);
void words_free(char **list); /* NULL is allowed */

#endif
