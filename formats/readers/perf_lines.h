/* The lines of `perf script`'s text taken apart; perf_script.c says what they are. */
#ifndef NCPROF_FORMATS_READERS_PERF_LINES_H
#define NCPROF_FORMATS_READERS_PERF_LINES_H

#include "formats/readers/slice.h"

#include <stdint.h>

struct perf_sample_header {
    struct slice comm, event, rest; /* rest: what follows on the line */
    uint64_t process, thread;
    bool has_process, has_period;
    uint64_t period;
    int64_t time; /* ns; INT64_MIN unknown */
};

/* Takes the next word off a line; false at the end. */
bool perf_word(struct slice *line, struct slice *word);
/* False: the line is no sample's first one. */
bool perf_header(struct slice line, struct perf_sample_header *header);
/* Whether a word is an address, in lower case as perf writes them. */
bool perf_is_hex(struct slice word);
/* Takes the module off "symbol (module)", at the bracket that the last one closes; "" for none. */
struct slice perf_module(struct slice *symbol);
/* "work" of "work+0x1f" */
struct slice perf_without_offset(struct slice symbol);

#endif
