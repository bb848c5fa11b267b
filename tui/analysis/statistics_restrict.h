/*
 * pstats' restrictions: "25" keeps that many lines, "0.1" that share of them (rounded), anything
 * else is an expression that names must hold. Each works on what the one before left.
 *
 * Expressions are Python's as far as POSIX extended ones are: case matters; \d and (?: are
 * understood, look-around and back references are not.
 */
#ifndef NCPROF_TUI_ANALYSIS_STATISTICS_RESTRICT_H
#define NCPROF_TUI_ANALYSIS_STATISTICS_RESTRICT_H

#include "formats/profile/error.h"

#include <stdbool.h>
#include <stdint.h>

struct statistics_reduction {
    uint32_t from, to;
    bool invalid; /* an expression that is none: nothing was left out */
    char *what;   /* as Python's repr() shows it */
};

/*
 * Rows of `order` that stay, moved to its front; returns how many. `name` gives a row's name.
 * *reduction is filled when pstats says something about it: then `what` is the caller's to free,
 * else NULL.
 */
int statistics_restrict(const char *text, uint32_t *order, uint32_t *count,
                        const char *(*name)(const void *rows, uint32_t row), const void *rows,
                        struct statistics_reduction *reduction, struct error *err);

/* ERROR_USAGE as above, without a profile. */
int statistics_check_restriction(const char *text, struct error *err);

#endif
