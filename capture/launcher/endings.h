/*
 * How processes end that are not children of the recorder. It holds a descriptor of each (pidfd):
 * Linux keeps the status for who has one, since 6.15. Before that it is there only until the
 * parent has asked for it, so that it may be missed.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_ENDINGS_H
#define NCPROF_CAPTURE_LAUNCHER_ENDINGS_H

#include <stdint.h>

struct endings;

struct endings *endings_new(void);
void endings_free(struct endings *endings); /* NULL is allowed */

/* Looks for the end of `pid`, which is called `number`; of too many processes some are not. */
void endings_watch(struct endings *endings, int32_t pid, uint32_t number);

/* `status` as wait() says it. */
typedef void endings_visit(void *payload, uint32_t number, int status);
/* Visits each that has ended, once. */
void endings_look(struct endings *endings, endings_visit *visit, void *payload);

#endif
