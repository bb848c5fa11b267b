/* The table of functions, comma-separated, as report --format csv. */
#include "formats/documents/csv.h"
#include "formats/format.h"
#include "formats/writers/rows.h"

#include <stdlib.h>

static int write_csv(const struct profile *profile, FILE *out, struct error *err)
{
    uint32_t *order = rows_order(profile);
    struct csv csv = {.out = out};
    csv_header(out, false);
    for (uint32_t i = 0; i < profile->function_count && !ferror(out); i++) {
        struct values values = profile_function(profile, order[i], 0);
        csv_function_row(&csv, profile, order[i], 0, &values, true);
    }
    free(order);
    return ferror(out) ? error_errno(err, "cannot write") : 0;
}

const struct writer csv_writer = {
    .name = "csv",
    .description = "table of functions, comma-separated",
    .suffixes = "csv",
    .loses = rows_lost,
    .write = write_csv,
};
