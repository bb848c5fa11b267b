#include "formats/documents/csv.h"

#include "formats/documents/latency.h"
#include "formats/documents/number.h"
#include "formats/profile/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void separate(struct csv *csv)
{
    if (csv->in_row)
        putc(',', csv->out);
    csv->in_row = true;
}

void csv_text(struct csv *csv, const char *text)
{
    char escaped[4096];
    separate(csv);
    text_escape(text, strlen(text), escaped, sizeof escaped);
    if (!strpbrk(escaped, ",\"\r\n") && escaped[0] != ' ') {
        fputs(escaped, csv->out);
        return;
    }
    putc('"', csv->out);
    for (const char *c = escaped; *c; c++) {
        if (*c == '"')
            putc('"', csv->out);
        putc(*c, csv->out);
    }
    putc('"', csv->out);
}

void csv_count(struct csv *csv, uint64_t count, bool known)
{
    separate(csv);
    if (known)
        fprintf(csv->out, "%" PRIu64, count);
}

void csv_number(struct csv *csv, double number)
{
    char text[NUMBER_SIZE];
    separate(csv);
    if (!isfinite(number))
        return;
    number_shortest(number, text, sizeof text);
    fputs(text, csv->out);
}

void csv_function(struct csv *csv, const struct function *function)
{
    csv_text(csv, function->name);
    csv_text(csv, function->module);
    csv_text(csv, function->file);
    csv_count(csv, function->line, function->line > 0);
}

void csv_end_row(struct csv *csv)
{
    putc('\n', csv->out);
    csv->in_row = false;
}

void csv_header(FILE *out, bool yappi)
{
    fprintf(out, "name,module,file,line,%s,primitive_calls,%s,%s", yappi ? "ncall" : "ncalls",
            yappi ? "tsub" : "tottime", yappi ? "ttot" : "cumtime");
    for (size_t i = 0; i < LATENCIES; i++)
        fprintf(out, ",%s", latencies[i].name);
    putc('\n', out);
}

void csv_function_row(struct csv *csv, const struct profile *profile, uint32_t f, uint32_t metric,
                      const struct values *values, bool latency)
{
    csv_function(csv, &profile->functions[f]);
    csv_count(csv, values->calls, profile->flags & PROFILE_HAS_CALLS);
    csv_count(csv, values->primitive, profile->flags & PROFILE_HAS_PRIMITIVE);
    csv_number(csv, number_in_unit(values->self, &profile->metrics[metric]));
    csv_number(csv, number_in_unit(values->total, &profile->metrics[metric]));
    for (size_t i = 0; i < LATENCIES; i++)
        csv_number(csv, latency ? latency_seconds(profile, f, latencies[i].quantile) : NAN);
    csv_end_row(csv);
}
