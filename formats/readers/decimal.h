/*
 * Decimal numbers in text, whatever the locale: "12", "-3.25", "20.", "1e-06".
 */
#ifndef NCPROF_FORMATS_READERS_DECIMAL_H
#define NCPROF_FORMATS_READERS_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decimal {
    uint64_t digits; /* the first 19 significant ones */
    int exponent;    /* the value is digits * 10^exponent */
    int decimals;    /* digits behind the point as written, less a positive exponent; >= 0 */
    bool negative;
};

/* Takes all of `text` or says no. `point` is the decimal separator, '.' or ','. */
bool decimal_parse(const char *text, size_t length, char point, struct decimal *out);

/*
 * The value times 10^places, rounded to the nearest (halves away from zero). False when
 * it does not fit; *out is then the nearest there is.
 */
bool decimal_scaled(const struct decimal *decimal, int places, int64_t *out);

/* An unsigned whole number that fills all of `text`. */
bool decimal_count(const char *text, size_t length, uint64_t *out);

#endif
