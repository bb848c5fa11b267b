/*
 * How risky a program's functions are, as scores from 0 to 10; 10 is harmless.
 *
 *     score = 10 x (1 - share) - growth penalty, at least 0, two decimals
 *
 * share is the function's own (tottime) of the whole. Against a base run
 *
 *     of another size  the penalty is 4 x (exponent of cumtime - 1): quadratic costs 4
 *     else             4 x log2(ratio of cumtime), at most 4: twice as long costs 4
 *
 * and nothing where it did not grow, or is not in the base. Severity:
 *
 *     critical   score below 5, an exponent of 1.8 or a ratio of 2 and more
 *     warn       score below 8, an exponent of 1.3 or a ratio of 1.2 and more
 *     ok         otherwise
 *
 * A record is of high risk when its severity is warn or critical or its score below 5.
 */
#ifndef NCPROF_TUI_ANALYSIS_RISK_H
#define NCPROF_TUI_ANALYSIS_RISK_H

#include "formats/documents/records.h"
#include "formats/profile/profile.h"

struct risk_record {
    char *name;
    char *severity;
    double score;
    bool is_high_risk;
};

struct risk_summary {
    struct risk_record *records;
    uint32_t count, high;
    double average; /* two decimals */
};

struct risk_query {
    uint32_t metric;
    double min_share;           /* of the functions that become records, their own */
    const struct profile *base; /* NULL: no growth */
    uint32_t base_metric;
    double base_size, size; /* NAN: what the profiles say */
};

/*
 * A record a function, the worst first. ERROR_USAGE where compare_new() has it, and when nothing
 * was measured or no function reaches the share: an empty summary says nothing.
 */
int risk_of_profile(struct risk_summary **out, const struct profile *profile,
                    const struct risk_query *query, struct error *err);
/* The workbench's own records, in their order. */
struct risk_summary *risk_of_records(const struct score_records *records);
void risk_free(struct risk_summary *summary);

#endif
