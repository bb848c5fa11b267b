/* What the views of A and B share: how the two are compared, and what that looks like. */
#ifndef NCPROF_TUI_SCREENS_PAIRING_H
#define NCPROF_TUI_SCREENS_PAIRING_H

#include "tui/analysis/compare.h"
#include "tui/screens/screen.h"

struct pairing {
    const struct profile *a, *b;
    uint32_t metric_a, metric_b;
    double size_a, size_b; /* NAN unknown */
    enum compare_normalise normalise;
    char function[256]; /* to normalise by */
    bool allow_unlike, unlike;
    double time_factor, calls_factor;
    bool failed; /* the two cannot be compared so */
    struct error error;
};

/* Takes over the subject's. Whether anything is other than it was. */
bool pairing_update(struct pairing *pairing, const struct subject *subject);
bool pairing_has_sizes(const struct pairing *pairing); /* different ones */

/* Why the two cannot be compared, and what to press. */
void pairing_error(const struct pairing *pairing, char *buffer, size_t size);
/* "by total: B × 0.0405 · unlike: A in samples, B in s"; "" as measured. */
void pairing_status(const struct pairing *pairing, char *buffer, size_t size);

/* The columns that say something: no exponents without sizes. Ends with a NULL id. */
void pairing_columns(const struct pairing *pairing, const struct column *from,
                     struct column to[TABLE_COLUMNS_MAX + 1]);

/*
 * A function that does more on a larger input is not worse for it: growth is judged by its class
 * where the sizes are known, by the ratio alone where they are not.
 */
enum style pairing_style(bool has_sizes, const struct compare_change *change);
/* "new", "gone", "moved" before a name; nothing for what is matched. Returns the cells taken. */
int pairing_tag(struct canvas *canvas, struct rect area, enum compare_status status);

#endif
