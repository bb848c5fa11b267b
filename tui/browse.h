/*
 * The browser: profiles in a terminal, or the same program driven by a script
 * without one.
 */
#ifndef NCPROF_TUI_BROWSE_H
#define NCPROF_TUI_BROWSE_H

#include "formats/format.h"
#include "formats/profile/error.h"

#include <stdbool.h>
#include <stddef.h>

enum browse_color { BROWSE_COLOR_AUTO, BROWSE_COLOR_ALWAYS, BROWSE_COLOR_NEVER };

struct profile;

struct browse_options {
    struct opening how;
    const char *range; /* for the title, what `part` says; NULL: all of the files */
    struct profile_part part;
    bool tasks; /* by task, as tasks.h has it */
    /* Shown in the place of the files it was made of; or NULL. Taken over. */
    struct profile *merged;
    const double *sizes;     /* of the runs' input, in the order of the files; or NULL */
    size_t size_count;       /* files without one have their profile's own */
    enum browse_color color; /* AUTO: as the terminal can, unless NO_COLOR is set */
    const char *keys;        /* pressed before the user's, in the syntax of keys.h; or NULL */
    /*
     * Both above 0: no terminal is used; `keys` are pressed on a screen of this
     * size, which is then printed to standard output as text.
     */
    int dump_columns, dump_rows;
};

/* Reads "80x24" for --dump; ERROR_USAGE otherwise, or when it is beyond 1000x1000. */
int browse_dump_size(const char *text, int *columns, int *rows, struct error *err);

/*
 * Shows one file, two side by side, or how three and more scale, until the user
 * quits. Sets the locale's character type. Whatever happens, the terminal is as it was afterwards;
 * a signal that ends the browser is raised again once that is done.
 *
 * Fails when a file cannot be read, the terminal is unknown or cannot place its
 * cursor, or `keys` names a key that does not exist.
 */
int browse_run(const char *const *paths, size_t count, const struct browse_options *options,
               struct error *err);

#endif
