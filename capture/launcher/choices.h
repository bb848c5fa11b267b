/*
 * Answers programs' questions which functions of a module are to be recorded: a table a file, made
 * of its symbols, in the session's shared memory (channel/layout.h).
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_CHOICES_H
#define NCPROF_CAPTURE_LAUNCHER_CHOICES_H

#include "capture/launcher/modules.h"
#include "capture/launcher/session.h"

#include <stdbool.h>

struct choices;

/* By the patterns in the session's header; NULL when there are none. Borrows the session. */
struct choices *choices_new(struct session *session);
void choices_free(struct choices *choices); /* NULL is allowed */

/*
 * Answers question `number` about a module of `file` (NULL: it is not known). False when there was
 * no memory for the table: all of the module is recorded then.
 */
bool choices_answer(struct choices *choices, uint32_t number, struct module_file *file);

/* Whether a program has asked what nobody answered: a recorder died, or there was no memory. */
bool choices_are_owed(const struct session *session);

#endif
