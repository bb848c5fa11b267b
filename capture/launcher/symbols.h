/*
 * Names and source lines for addresses of one ELF file.
 *
 * One array of the file's functions sorted by address (symbol tables of the file itself and of
 * its separate debug information, found by build id or debug link), searched by bisection; source
 * lines out of DWARF. C++ names are demangled.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_SYMBOLS_H
#define NCPROF_CAPTURE_LAUNCHER_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

struct symbols;

/*
 * Never fails: a file that cannot be read, or is not the one with this build id (hex, "" for
 * any), has no symbols.
 */
struct symbols *symbols_open(const char *path, const char *build_id);
void symbols_close(struct symbols *symbols); /* NULL is allowed */

#define SYMBOL_NONE UINT32_MAX

/* The function that holds an address (as the file counts them: load bias taken off). */
uint32_t symbols_find(const struct symbols *symbols, uint64_t address);

/* Functions by index, in the order of their addresses. */
uint32_t symbols_count(const struct symbols *symbols);
struct symbol_range {
    uint64_t start, end; /* as the file counts them */
};
struct symbol_range symbols_range(const struct symbols *symbols, uint32_t index);
/* Demangled; the caller's to free. */
char *symbols_name(const struct symbols *symbols, uint32_t index);

struct symbol {
    char *name; /* demangled; the caller's to free */
    char *file; /* "" without line information; the caller's to free */
    uint32_t line;
};
struct symbol symbols_describe(struct symbols *symbols, uint32_t index);

#endif
