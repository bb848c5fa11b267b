#include "tui/reports/csv.h"

#include "formats/profile/text.h"
#include "tui/numbers.h"

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
    char text[40];
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
