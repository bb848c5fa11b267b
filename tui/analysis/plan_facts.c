#include "tui/analysis/plan_facts.h"

#include "formats/documents/number.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

static bool holds_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; *at; at++)
        if (!strncasecmp(at, word, length) && !isalpha((unsigned char)at[length]) &&
            (at == text || !isalpha((unsigned char)at[-1])))
            return true;
    return false;
}

enum run_cache run_cache_of(const char *said, const char *id, const char *label)
{
    const char *const texts[] = {said, id, label};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (holds_word(texts[i], "cold"))
            return RUN_CACHE_COLD;
        if (holds_word(texts[i], "warm"))
            return RUN_CACHE_WARM;
    }
    return RUN_CACHE_UNSAID;
}

double run_total(const struct run_facts *facts)
{
    const struct profile *profile = facts->profile;
    if (!profile)
        return NAN;
    return number_in_unit(profile_total(profile, 0, PROFILE_NONE), &profile->metrics[0]);
}

uint64_t run_calls(const struct run_facts *facts)
{
    uint64_t calls = 0;
    for (uint32_t f = 0; facts->profile && f < facts->profile->function_count; f++)
        calls += facts->profile->function_calls[f];
    return calls;
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

bool run_same_input(const struct run_facts *a, const struct run_facts *b)
{
    return !strcmp(a->start, b->start) && !strcmp(a->end, b->end) && same_number(a->size, b->size);
}
