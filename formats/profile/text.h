/*
 * Text from files on its way to a person: nothing reaches a terminal raw.
 */
#ifndef NCPROF_FORMATS_PROFILE_TEXT_H
#define NCPROF_FORMATS_PROFILE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes one UTF-8 character; returns its length in bytes, or 0 when the bytes are not valid
 * UTF-8 (overlong, surrogate, beyond U+10FFFF, cut) or `size` is 0.
 */
size_t text_decode(const char *text, size_t size, uint32_t *character);

/* Zero cells wide, but meant to be seen by nobody: would hide or reorder what is shown. */
bool text_is_invisible(uint32_t character);

/*
 * Copies `text` with control characters (C0, DEL, C1), invisible ones and line separators as
 * \n \t \r \xNN \uNNNN \UNNNNNN and invalid bytes as \xNN. Cut at a whole character to fit
 * `size`, always terminated; returns the length written.
 */
size_t text_escape(const char *text, size_t length, char *buffer, size_t size);

/*
 * Valid UTF-8 for documents: what is not becomes \xNN, and unless `controls` DEL and C1 too,
 * which a terminal takes for commands. `buffer` has 4 * length + 1 bytes; returns the length
 * written.
 */
size_t text_make_valid(const char *text, size_t length, bool controls, char *buffer);

#endif
