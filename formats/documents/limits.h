/*
 * Limits of growth, as a JSON file states them for `ncprof check`:
 *
 *     {"min_share": 5,
 *      "defaults":  {"ncalls": {"max_ratio": 1}, "cumtime": {"max_ratio": 1.2}},
 *      "functions": {"parse":   {"cumtime": {"max_ratio": 1.5, "max_exponent": 1.3}},
 *                    "^test_":  {"ncalls": {"max_ratio": null}}}}
 *
 * Every part may be left out. A function is named by its name or by a filter (tui's: a regular
 * expression on name, module and file:line). What is not stated for a function is limited as by
 * the defaults; null takes a limit away. An unknown key is refused, so that a misspelt limit
 * never holds by being ignored.
 */
#ifndef NCPROF_FORMATS_DOCUMENTS_LIMITS_H
#define NCPROF_FORMATS_DOCUMENTS_LIMITS_H

#include "formats/profile/error.h"
#include "formats/profile/memory.h"

#include <stddef.h>
#include <stdint.h>

/* In the order of enum compare_measure. */
enum limit_measure { LIMIT_NCALLS, LIMIT_TOTTIME, LIMIT_CUMTIME, LIMIT_MEASURES };
enum limit_kind { LIMIT_RATIO, LIMIT_EXPONENT, LIMIT_KINDS };

struct limit_set {
    /* NAN: not stated; INFINITY: stated, that there is none. */
    double max[LIMIT_MEASURES][LIMIT_KINDS];
};

struct limit_rule {
    char *function;
    struct limit_set set;
};

struct limits {
    double min_share; /* 0 to 1; NAN: not stated */
    struct limit_set defaults;
    ARRAY(struct limit_rule) rules;
};

/* "ncalls", "tottime", "cumtime"; "max_ratio", "max_exponent" */
const char *limit_measure_name(enum limit_measure measure);
const char *limit_kind_name(enum limit_kind kind);

void limits_init(struct limits *limits); /* nothing stated */
int limits_read(struct limits *limits, const char *path, struct error *err);
int limits_parse(struct limits *limits, const char *text, size_t length, struct error *err);
void limits_free(struct limits *limits);

/* "cumtime=1.2", as --max-ratio takes it. ERROR_USAGE, naming the option. */
int limits_set(struct limit_set *set, enum limit_kind kind, const char *text, struct error *err);

/* What is not stated in `set` is taken from `from`. */
void limits_inherit(struct limit_set *set, const struct limit_set *from);

#endif
