/*
 * V8's CPU profiles within a Chrome trace: they come in parts, each in the arguments of an event.
 */
#ifndef NCPROF_FORMATS_READERS_CHROME_PROFILES_H
#define NCPROF_FORMATS_READERS_CHROME_PROFILES_H

#include "formats/readers/chrome_places.h"
#include "formats/readers/v8.h"

struct cpu_profile {
    struct v8 *v8;
    struct place_key key;
};

/* A zeroed struct but for `build` is empty. */
struct cpu_profiles {
    struct build *build;
    struct place_list index; /* of `items`, by process and id */
    ARRAY(struct cpu_profile) items;
    struct v8 *part; /* what the event being read holds; NULL: nothing */
};

/* Takes the "data" of an event's arguments: maybe a part. */
void cpu_profiles_data(struct cpu_profiles *profiles, struct scan *scan);
/* Ends an event, whose part becomes one of the profile of its key. `begins`: its thread is the
 * profile's. */
void cpu_profiles_event(struct cpu_profiles *profiles, const struct place_key *key, bool begins);
bool cpu_profiles_any(const struct cpu_profiles *profiles);
void cpu_profiles_state(const struct cpu_profiles *profiles, struct places *places);
void cpu_profiles_free(struct cpu_profiles *profiles);

#endif
