/*
 * Which functions are recorded: the patterns of --include and --exclude, POSIX extended regular
 * expressions, searched for anywhere in
 *
 *     REGEX, function:REGEX    the function's name as the trace has it
 *     module:REGEX             the module: libm.so.6, json.decoder
 *     file:REGEX               the source file's path
 *
 * (a prefix followed by another colon is part of a name: `file::open`). A function is excluded when
 * one of the --exclude matches, included when one of the --include does or there is none.
 *
 * Packed they go to traced programs in the session's header: for each '+' or '-', 'n', 'm' or 'f',
 * and the expression with a NUL behind it.
 */
#ifndef NCPROF_CAPTURE_CHANNEL_PATTERNS_H
#define NCPROF_CAPTURE_CHANNEL_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Whether `text` is a pattern; if not, `why` says what is wrong with it. */
bool patterns_check(const char *text, char *why, size_t size);
/* Packs one behind what is there; false when there is no room. */
bool patterns_pack(char *packed, uint32_t *used, uint32_t size, bool include, const char *text);

struct patterns;

/* NULL without memory, and when nothing is packed. Absurd ones are left out. */
struct patterns *patterns_compile(const char *packed, uint32_t size);
void patterns_free(struct patterns *patterns); /* NULL is allowed */
/* Whether any looks at source files. */
bool patterns_want_file(const struct patterns *patterns);
/* A set of enum channel_choice. */
uint32_t patterns_choose(const struct patterns *patterns, const char *name, const char *module,
                         const char *file);

#pragma GCC visibility pop

#endif
