#include "formats/readers/chrome_profiles.h"

static struct v8 *part(struct cpu_profiles *profiles)
{
    if (!profiles->part)
        profiles->part = v8_new(profiles->build);
    return profiles->part;
}

/* A part of a profile is there itself, or in an object "cpuProfile". */
void cpu_profiles_data(struct cpu_profiles *profiles, struct scan *scan)
{
    struct slice key, inner;
    if (!scan_object(scan))
        return;
    while (scan_key(scan, &key)) {
        if (slice_is(key, "timeDeltas")) {
            (void)v8_member(part(profiles), scan, key);
        } else if (!slice_is(key, "cpuProfile")) {
            scan_skip(scan);
        } else if (scan_object(scan)) {
            while (scan_key(scan, &inner))
                if (!v8_member(part(profiles), scan, inner))
                    scan_skip(scan);
        }
    }
}

/* The parts of a profile are found together by its id, or by its thread when it has none. */
static struct cpu_profile *profile_of(struct cpu_profiles *profiles, const struct place_key *whose)
{
    struct place_key key = {.process = whose->process, .id = whose->id};
    bool added;
    if (!key.id.number && !key.id.text)
        key.thread = whose->thread;
    uint32_t *number = place_number(&profiles->index, &key, &added);
    if (added) {
        *number = profiles->items.count;
        *array_push(&profiles->items) = (struct cpu_profile){v8_new(profiles->build), *whose};
    }
    return &profiles->items.data[*number];
}

void cpu_profiles_event(struct cpu_profiles *profiles, const struct place_key *key, bool begins)
{
    if (!profiles->part && !begins)
        return;
    struct cpu_profile *profile = profile_of(profiles, key);
    if (begins)
        profile->key = *key;
    if (profiles->part)
        v8_join(profile->v8, profiles->part);
    v8_free(profiles->part);
    profiles->part = NULL;
}

bool cpu_profiles_any(const struct cpu_profiles *profiles)
{
    for (uint32_t i = 0; i < profiles->items.count; i++)
        if (v8_has_times(profiles->items.data[i].v8))
            return true;
    return false;
}

void cpu_profiles_state(const struct cpu_profiles *profiles, struct places *places)
{
    for (uint32_t i = 0; i < profiles->items.count; i++) {
        const struct cpu_profile *profile = &profiles->items.data[i];
        v8_state(profile->v8, places_thread(places, profile->key.process, profile->key.thread, 0));
    }
}

void cpu_profiles_free(struct cpu_profiles *profiles)
{
    v8_free(profiles->part);
    for (uint32_t i = 0; i < profiles->items.count; i++)
        v8_free(profiles->items.data[i].v8);
    array_free(&profiles->items);
    array_free(&profiles->index.items);
    index_free(&profiles->index.index);
}
