/*
 * Which function an address of a recording by uftrace is in: sessions (a program's image in a
 * process), each with a map file of its modules, and a symbol file a module.
 *
 *     sid-4b1b70094188d068.map    561d478e3000-561d478e8000 r-xp 00000000 00:00 0   /bin/gp2
 *     gp2.sym                     0000000000001273 T main
 */
#ifndef NCPROF_FORMATS_READERS_UFTRACE_SYMBOLS_H
#define NCPROF_FORMATS_READERS_UFTRACE_SYMBOLS_H

#include "formats/input.h"
#include "formats/profile/build.h"
#include "formats/readers/slice.h"

struct uftrace_symbols;

/* `folder` is any file of the recording. Both must outlive the table. */
struct uftrace_symbols *uftrace_symbols_new(const struct input *folder, struct build *build);
void uftrace_symbols_free(struct uftrace_symbols *symbols); /* NULL is allowed */

/* The number of a session; its map file is read on first sight, one that is missing is empty. */
uint32_t uftrace_session(struct uftrace_symbols *symbols, struct slice id);
/* A module that the program loaded later, at its base address. */
void uftrace_module(struct uftrace_symbols *symbols, uint32_t session, struct slice path,
                    uint64_t base);
/* The function of the build; one named after the address where nothing is known of it. */
uint32_t uftrace_function(struct uftrace_symbols *symbols, uint32_t session, uint64_t address);
/* Symbol and map files that could not be read. */
uint64_t uftrace_missing(const struct uftrace_symbols *symbols);

#endif
