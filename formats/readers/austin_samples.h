/*
 * What austin's text and its binary form (MOJO) have in common: who was sampled, in which mode,
 * and what a sample's numbers are.
 *
 *   mode       metrics
 *   wall, cpu  time since the sample before
 *   memory     resident memory gained ("allocated") and given back ("freed")
 *   full       wall, cpu (the time of samples that are not idle), allocated, freed
 *
 * A function is a name and a file. The line that ran in it at the moment of the sample is not
 * kept: as many lines as a function has would be as many functions. Samples without a frame are
 * of a function "[no frame]", so that shares add up.
 */
#ifndef NCPROF_FORMATS_READERS_AUSTIN_SAMPLES_H
#define NCPROF_FORMATS_READERS_AUSTIN_SAMPLES_H

#include "formats/profile/build.h"
#include "formats/profile/memory.h"
#include "formats/readers/names.h"
#include "formats/readers/numbered.h"

/* A thread's root, and for MOJO the context that its next sample may go on from. */
struct austin_thread {
    uint32_t root, base;
};

struct austin {
    struct build *build;
    bool full, memory, has_mode; /* has_mode: the file says it */
    uint32_t metrics;            /* stated so far; 0 before the first sample */
    struct numbered processes;
    struct names threads; /* "pid;interpreter:thread" */
    ARRAY(struct austin_thread) thread;
    uint64_t samples;
};

struct austin_values {
    int64_t time, memory; /* us, bytes */
    bool idle, three;     /* three: a line had three numbers */
};

void austin_metadata(struct austin *austin, struct slice key, struct slice value);
/* Of austin's words for a thread: "P12", "T0:34", as text; the thread's number may be `base` 16. */
uint32_t austin_thread(struct austin *austin, uint64_t process, uint64_t interpreter,
                       struct slice thread, int base);
uint32_t austin_function(struct austin *austin, struct slice name, struct slice file);
/* One sample at its innermost context; a thread's root is one without a frame. */
void austin_sample(struct austin *austin, uint32_t thread, uint32_t context,
                   const struct austin_values *values);
void austin_finish(struct austin *austin);
void austin_free(struct austin *austin);

#endif
