/*
 * The report document: one object "profile", one array "functions" by descending
 * tottime, ties by name. Values are in "unit"; null stands where the profile does
 * not hold something.
 */
#include "formats/documents/json.h"
#include "formats/format.h"
#include "formats/writers/rows.h"

#include <stdlib.h>

static int write_json(const struct profile *profile, FILE *out, struct error *err)
{
    uint32_t *order = rows_order(profile);
    struct json_document document;
    json_begin(&document, out);
    json_member(&document, "profile", json_profile(profile, 0, PROFILE_NONE));
    json_list(&document, "functions");
    for (uint32_t i = 0; i < profile->function_count && !ferror(out); i++) {
        struct values values = profile_function(profile, order[i], 0);
        json_item(&document, json_function_row(profile, order[i], 0, &values, true));
    }
    json_end(&document);
    free(order);
    return ferror(out) ? error_errno(err, "cannot write") : 0;
}

const struct writer json_writer = {
    .name = "json",
    .description = "table of functions, as report --format json",
    .suffixes = "json",
    .loses = rows_lost,
    .write = write_json,
};
