/*
 * The workbench's list of scores: a record a line, `name,score,severity`, blanks around each
 * field and blank lines left out. A score is a number, 10 is harmless and 0 the worst.
 */
#ifndef NCPROF_FORMATS_DOCUMENTS_RECORDS_H
#define NCPROF_FORMATS_DOCUMENTS_RECORDS_H

#include "formats/input.h"

#include <stdint.h>

struct score_record {
    char *name, *severity;
    double score;
};

struct score_records {
    struct score_record *data;
    uint32_t count, capacity;
};

/* Whether the first bytes of a file could be such a list: text with a comma in its first line. */
bool records_probe(const uint8_t *head, size_t size);

/*
 * ERROR_FORMAT with the line for another number of fields or a score that is no finite number,
 * ERROR_TRUNCATED when there is no record at all.
 */
int records_read(struct score_records *records, struct input *input, struct error *err);
void records_free(struct score_records *records);

#endif
