#include "tui/recording_costs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *kind, *words;
} kinds[] = {{"native", "recorded native call"},
             {"python", "recorded Python call"},
             {"builtin", "recorded C call"},
             {"class", "unrecorded call of a class"}};

/* The value of the key that is like this one up to `stem` bytes and goes on with `member`. */
static const char *value_of(const struct profile *profile, const char *key, size_t stem,
                            const char *member)
{
    char full[80];
    snprintf(full, sizeof full, "%.*s%s", (int)stem, key, member);
    return profile_metadata(profile, full);
}

/* How long the part before the last dot is, with the dot; 0: this is no key of a cost. */
static size_t stem_of(const char *key)
{
    const char *dot = strrchr(key, '.');
    bool fits = strncmp(key, "cost.", 5) == 0 && strlen(key) < 64 && dot > key + 5;
    return fits ? (size_t)(dot - key) + 1 : 0;
}

static const char *words_of(const char *key, size_t stem)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i].kind);
        if (stem > length + 1 && strncmp(key + stem - 1 - length, kinds[i].kind, length) == 0)
            return kinds[i].words;
    }
    return NULL;
}

static double number_of(const char *value)
{
    return value ? strtod(value, NULL) : 0;
}

static void describe(const struct profile *profile, const char *key, size_t stem, char *text,
                     size_t size)
{
    const char *hook = value_of(profile, key, stem, "hook");
    double inside = number_of(value_of(profile, key, stem, "inside"));
    double outside = number_of(value_of(profile, key, stem, "outside"));
    double slowdown = number_of(value_of(profile, key, stem, "slowdown"));
    char slower[48] = "";
    if (slowdown > 1)
        snprintf(slower, sizeof slower, "%.3g times as long between calls", slowdown);
    else if (slowdown > 0)
        snprintf(slower, sizeof slower, "no slower between calls");
    if (inside <= 0 && outside > 0 && !hook && !*slower)
        snprintf(text, size, "%.0f ns, in its caller's time", outside);
    else if (inside + outside > 0)
        snprintf(text, size,
                 "%.0f ns, %.0f of them in its own time, the rest in its caller's%s%.40s%s%s",
                 inside + outside, inside, hook ? ", by " : "", hook ? hook : "",
                 *slower ? "; " : "", slower);
    else
        snprintf(text, size, "%s", slower);
}

bool recording_costs_told(const struct profile *profile, uint32_t i, char *label, char *text,
                          size_t size)
{
    const char *key = profile->metadata[i].key;
    size_t stem = stem_of(key);
    const char *words = stem ? words_of(key, stem) : NULL;
    if (!words)
        return false;
    label[0] = text[0] = '\0';
    if (i > 0 && strncmp(profile->metadata[i - 1].key, key, stem) == 0 &&
        stem_of(profile->metadata[i - 1].key) == stem)
        return true;
    describe(profile, key, stem, text, size);
    if (strncmp(key, "cost.process.", 13) == 0)
        snprintf(label, size, "%s, process %lu", words, strtoul(key + 13, NULL, 10));
    else
        snprintf(label, size, "%s", words);
    return true;
}
