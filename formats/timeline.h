/*
 * What happened when: the calls of a recording with their moments, one thread after the other. For
 * formats that keep moments; a profile holds sums.
 */
#ifndef NCPROF_FORMATS_TIMELINE_H
#define NCPROF_FORMATS_TIMELINE_H

#include "formats/format.h"

struct timeline {
    struct input *input; /* borrowed */
    const struct reader *reader;
    const struct profile_part *part; /* NULL: all */
};

struct timeline_thread {
    const char *process, *name;
    uint64_t pid, tid; /* together of this thread alone */
};

/*
 * Times are nanoseconds since the recording's start and never run backwards within a thread. All
 * that is told is borrowed for the time of the call.
 */
struct timeline_visitor {
    void (*thread)(void *payload, const struct timeline_thread *thread);
    /* Before it is first called, in whatever thread. Ids are small. */
    void (*function)(void *payload, uint32_t id, const struct function *function);
    void (*enter)(void *payload, uint32_t id, int64_t ns);
    void (*leave)(void *payload, uint32_t id, int64_t ns);
};

/*
 * Calls that are open where the part begins are entered there, those that are open at its end are
 * left there. Without a part, what is open where the recording was cut is not left.
 */
int timeline_walk(const struct timeline *timeline, const struct timeline_visitor *visitor,
                  void *payload, struct error *err);

/*
 * Opens `in` and writes what happened in it, as profile_save() does. ERROR_UNSUPPORTED when its
 * format has no moments, ERROR_USAGE when the writer's has none. `part` NULL: all of it.
 */
int timeline_save(const char *in, const struct opening *how, const struct profile_part *part,
                  const char *out, const struct writer *writer, bool force, struct error *err);

#endif
