/*
 * The table of functions as RFC 4180 has it, except that lines end with LF: what
 * reads this on Unix would take a CR for part of the last number.
 */
#include "formats/format.h"
#include "formats/writers/rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void write_text(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void write_row(const struct profile *profile, uint32_t f, FILE *out)
{
    const struct function *function = &profile->functions[f];
    struct values values = profile_function(profile, f, 0);
    char number[ROWS_NUMBER_MAX];
    write_text(out, function->name);
    fputc(',', out);
    write_text(out, function->module);
    fputc(',', out);
    write_text(out, function->file);
    fputc(',', out);
    if (function->line)
        fprintf(out, "%" PRIu32, function->line);
    fputc(',', out);
    if (profile->flags & PROFILE_HAS_CALLS)
        fprintf(out, "%" PRIu64, values.calls);
    fputc(',', out);
    if (profile->flags & PROFILE_HAS_PRIMITIVE)
        fprintf(out, "%" PRIu64, values.primitive);
    rows_number(rows_value(&profile->metrics[0], values.self), number);
    fprintf(out, ",%s", number);
    rows_number(rows_value(&profile->metrics[0], values.total), number);
    fprintf(out, ",%s\n", number);
}

static int write_csv(const struct profile *profile, FILE *out, struct error *err)
{
    uint32_t *order = rows_order(profile);
    fputs("name,module,file,line,ncalls,primitive_calls,tottime,cumtime\n", out);
    for (uint32_t i = 0; i < profile->function_count && !ferror(out); i++)
        write_row(profile, order[i], out);
    free(order);
    return ferror(out) ? error_errno(err, "cannot write") : 0;
}

static const char *loses(const struct profile *profile)
{
    if (profile->metric_count > 1)
        return "only the table of functions with the first metric is kept";
    return profile->flags & PROFILE_HAS_EDGES ? "only the table of functions is kept" : NULL;
}

const struct writer csv_writer = {
    .name = "csv",
    .description = "table of functions, comma-separated",
    .suffixes = "csv",
    .loses = loses,
    .write = write_csv,
};
