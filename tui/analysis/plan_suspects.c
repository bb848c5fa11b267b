#include "tui/analysis/plan_suspects.h"

#include "formats/profile/memory.h"
#include "tui/analysis/names.h"
#include "tui/analysis/order.h"
#include "tui/analysis/plan_hotspots.h"
#include "tui/analysis/plan_offenders.h"
#include "tui/numbers.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CALLS_LEAST 10   /* at the largest size; fewer are no habit */
#define ALIKE       0.05 /* opened and closed equally often, but for this share */
#define NAMES_MAX   4    /* of one suspicion */

/* ---- words in names ---- */

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Whether some whole word of a name, as "open" of "<built-in method io.open>", is in the list. */
static bool holds_word(const char *name, const char *const *words)
{
    while (*name) {
        size_t length = 0;
        while (is_word_character(name[length]))
            length++;
        for (const char *const *word = words; length && *word; word++)
            if (strlen(*word) == length && !strncasecmp(name, *word, length))
                return true;
        name += length ? length : 1;
    }
    return false;
}

/* Likewise for words that only have to begin so or hold it: "concat_frames", "copy_row". */
static bool holds_part(const char *name, const char *const *parts)
{
    for (; *parts; parts++)
        if (strcasestr(name, *parts))
            return true;
    return false;
}

static bool begins_word(const char *name, const char *const *beginnings)
{
    for (const char *at = name; *at; at++) {
        if (at > name && is_word_character(at[-1]))
            continue;
        for (const char *const *begin = beginnings; *begin; begin++)
            if (!strncasecmp(at, *begin, strlen(*begin)))
                return true;
    }
    return false;
}

static bool opens(const char *name)
{
    static const char *const words[] = {"open", "fopen", "fopen64", "openat", "fdopen", NULL};
    return holds_word(name, words);
}

/* In Python a `with` statement closes by __exit__. */
static bool closes(const char *name)
{
    static const char *const words[] = {"close", "fclose", NULL}, *const exits[] = {"__exit__",
                                                                                    NULL};
    static const char *const files[] = {"_io", "_IOBase", NULL};
    return holds_word(name, words) || (holds_word(name, exits) && holds_word(name, files));
}

static bool joins(const char *name)
{
    static const char *const parts[] = {"concat", "append", "copy",   "extend", "join",
                                        "merge",  "hstack", "vstack", NULL};
    return holds_part(name, parts);
}

static bool converts(const char *name)
{
    static const char *const beginnings[] = {"to_",     "astype", "parse", "strptime", "convert",
                                             "fromiso", "loads",  "from_", "strtod",   NULL};
    return begins_word(name, beginnings);
}

/* ---- growth ---- */

static double largest(const struct scaling *scaling, uint32_t row, enum compare_measure measure)
{
    return scaling_value(scaling, row, measure, scaling->size_count - 1);
}

/* By calls: as often as the input is long, and often. */
static bool is_linear(const struct scaling *scaling, uint32_t row)
{
    enum growth growth = growth_of(scaling->rows[row].fit[COMPARE_NCALLS].exponent);
    return (growth == GROWTH_LINEAR || growth == GROWTH_N_LOG_N) &&
           largest(scaling, row, COMPARE_NCALLS) >= CALLS_LEAST;
}

static double share_of(const struct scaling *scaling, uint32_t row)
{
    double share = scaling_share(scaling, row, COMPARE_CUMTIME, scaling->size_count - 1);
    return isnan(share) ? 0 : share;
}

static void add(struct plan_suspects *suspects, enum suspicion suspicion, uint32_t row,
                uint32_t other)
{
    double share = share_of(suspects->scaling, row);
    if (other != PROFILE_NONE)
        share += share_of(suspects->scaling, other);
    suspects->rows[suspects->count++] = (struct plan_suspect){suspicion, row, other, share};
}

/* What closes about as often as `row` opens, the nearest; PROFILE_NONE: nothing. */
static uint32_t closing_for(const struct scaling *scaling, uint32_t row)
{
    uint32_t found = PROFILE_NONE;
    double calls = largest(scaling, row, COMPARE_NCALLS), nearest = ALIKE * calls;
    for (uint32_t i = 0; i < scaling->functions; i++) {
        if (!closes(scaling_function(scaling, i)->name) || !is_linear(scaling, i))
            continue;
        double apart = fabs(largest(scaling, i, COMPARE_NCALLS) - calls);
        if (apart <= nearest && (found == PROFILE_NONE || apart < nearest)) {
            found = i;
            nearest = apart;
        }
    }
    return found;
}

/* Calls are exact and tell early; time has to be worth a word. */
static bool is_quadratic(const struct scaling *scaling, uint32_t row)
{
    return plan_offends(&scaling->rows[row], COMPARE_NCALLS) ||
           (plan_offends(&scaling->rows[row], COMPARE_TOTTIME) &&
            share_of(scaling, row) >= PLAN_PERCEPTIBLE);
}

static void consider(struct plan_suspects *suspects, uint32_t row)
{
    const struct scaling *scaling = suspects->scaling;
    const char *name = scaling_function(scaling, row)->name;
    if (joins(name) && is_quadratic(scaling, row))
        add(suspects, SUSPECT_CONCATENATION, row, PROFILE_NONE);
    else if (converts(name) && is_linear(scaling, row) &&
             share_of(scaling, row) >= PLAN_PERCEPTIBLE)
        add(suspects, SUSPECT_CONVERSION, row, PROFILE_NONE);
}

/* One pair, that which opens most often: looking for each would be quadratic here too. */
static void consider_files(struct plan_suspects *suspects)
{
    const struct scaling *scaling = suspects->scaling;
    uint32_t most = PROFILE_NONE;
    for (uint32_t i = 0; i < scaling->functions; i++)
        if (opens(scaling_function(scaling, i)->name) && is_linear(scaling, i) &&
            (most == PROFILE_NONE ||
             largest(scaling, i, COMPARE_NCALLS) > largest(scaling, most, COMPARE_NCALLS)))
            most = i;
    uint32_t closing = most == PROFILE_NONE ? PROFILE_NONE : closing_for(scaling, most);
    if (closing != PROFILE_NONE)
        add(suspects, SUSPECT_FILES, most, closing);
}

static int compare_suspects(const void *left, const void *right, void *context)
{
    const struct scaling *scaling = ((const struct plan_suspects *)context)->scaling;
    const struct plan_suspect *a = left, *b = right;
    int order = ORDER_OF(a->suspicion, b->suspicion);
    if (!order)
        order = ORDER_OF(b->share, a->share);
    return order ? order
                 : function_compare(scaling_function(scaling, a->row),
                                    scaling_function(scaling, b->row));
}

/* The first NAMES_MAX of each suspicion stay. */
static void thin_out(struct plan_suspects *suspects)
{
    uint32_t kept = 0, of[SUSPICIONS] = {0};
    for (uint32_t i = 0; i < suspects->count; i++)
        if (of[suspects->rows[i].suspicion]++ < NAMES_MAX)
            suspects->rows[kept++] = suspects->rows[i];
    suspects->count = kept;
}

struct plan_suspects *plan_suspects_new(const struct scaling *scaling)
{
    struct plan_suspects *suspects = memory_zeroed(1, sizeof *suspects);
    suspects->scaling = scaling;
    suspects->rows = memory_zeroed((size_t)scaling->functions + 1, sizeof *suspects->rows);
    for (uint32_t i = 0; i < scaling->functions; i++)
        consider(suspects, i);
    consider_files(suspects);
    qsort_r(suspects->rows, suspects->count, sizeof *suspects->rows, compare_suspects, suspects);
    thin_out(suspects);
    return suspects;
}

void plan_suspects_free(struct plan_suspects *suspects)
{
    if (!suspects)
        return;
    free(suspects->rows);
    free(suspects);
}

/* ---- words ---- */

const char *plan_suspicion_name(enum suspicion suspicion)
{
    static const char *const names[SUSPICIONS] = {"concatenation", "files", "conversion"};
    return names[suspicion];
}

static void seen(const struct scaling *scaling, uint32_t row, char *buffer, size_t size)
{
    char label[300], calls[40];
    function_label(scaling_function(scaling, row), label, sizeof label);
    number_size(largest(scaling, row, COMPARE_NCALLS), calls, sizeof calls);
    snprintf(buffer, size, "%s (%s calls)", label, calls);
}

/* By calls when these grow so, else by time. */
static void growth_words(const struct scaling_row *row, char *buffer, size_t size)
{
    bool by_calls = plan_offends(row, COMPARE_NCALLS);
    char exponent[40];
    number_exponent(row->fit[by_calls ? COMPARE_NCALLS : COMPARE_TOTTIME].exponent, exponent,
                    sizeof exponent);
    snprintf(buffer, size, "%s as n^%s", by_calls ? "is called" : "takes time", exponent);
}

void plan_suspect_sentence(const struct plan_suspects *suspects, uint32_t index, char *buffer,
                           size_t size)
{
    const struct scaling *scaling = suspects->scaling;
    const struct plan_suspect *suspect = &suspects->rows[index];
    char first[400], other[400], growth[80], percent[40], share[120];
    seen(scaling, suspect->row, first, sizeof first);
    number_percent(suspect->share, percent, sizeof percent);
    snprintf(share, sizeof share, "%s %% of the time%s", percent,
             suspect->share < PLAN_WORTHWHILE ? ", too little to be worth the work" : "");
    if (suspect->suspicion == SUSPECT_CONCATENATION) {
        growth_words(&scaling->rows[suspect->row], growth, sizeof growth);
        snprintf(buffer, size,
                 "%s %s: is a growing whole copied again for every part? Collecting the parts and "
                 "joining them once is linear (%s)",
                 first, growth, share);
    } else if (suspect->suspicion == SUSPECT_FILES) {
        seen(scaling, suspect->other, other, sizeof other);
        snprintf(buffer, size,
                 "%s and %s, as often as the input is long: is a file opened and closed on every "
                 "iteration? (%s)",
                 first, other, share);
    } else {
        snprintf(buffer, size,
                 "%s converts one value at a time, as often as the input is long: can that be done "
                 "once, or for all at once? (%s)",
                 first, share);
    }
}
