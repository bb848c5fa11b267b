#include "formats/writers/tree.h"

#include "formats/documents/json.h"
#include "formats/documents/number.h"
#include "formats/profile/memory.h"

#include <stdlib.h>

int64_t *tree_room(const struct profile *profile)
{
    int64_t *room = memory_zeroed(profile->context_count, sizeof *room);
    for (uint32_t c = profile->context_count; c-- > 0;) {
        int64_t self = number_whole(profile_context_self(profile, c, 0), &profile->metrics[0]);
        uint32_t parent = profile->contexts[c].parent;
        if (parent == PROFILE_NONE)
            continue; /* a thread's own value is no frame's */
        if (self > 0 && __builtin_add_overflow(room[c], self, &room[c]))
            room[c] = INT64_MAX;
        if (__builtin_add_overflow(room[parent], room[c], &room[parent]))
            room[parent] = INT64_MAX;
    }
    return room;
}

bool tree_has_negative(const struct profile *profile)
{
    for (uint32_t c = 0; c < profile->context_count; c++)
        if (profile_context_self(profile, c, 0) < 0)
            return true;
    return false;
}

bool tree_has_more_metrics(const struct profile *profile)
{
    return profile->metric_count > 1u + (profile->correction.raw > 0);
}

bool tree_has_files(const struct profile *profile)
{
    for (uint32_t f = 0; f < profile->function_count; f++)
        if (profile->functions[f].file[0] || profile->functions[f].line)
            return true;
    return false;
}

bool tree_has_modules(const struct profile *profile)
{
    for (uint32_t f = 0; f < profile->function_count; f++)
        if (profile->functions[f].module[0])
            return true;
    return false;
}

bool tree_lacks_function(const struct profile *profile)
{
    bool *is_there = memory_zeroed(profile->function_count, sizeof *is_there);
    uint32_t count = 0;
    for (uint32_t c = 0; c < profile->context_count; c++) {
        uint32_t f = profile->contexts[c].function;
        if (f == PROFILE_NONE || is_there[f])
            continue;
        is_there[f] = true;
        count++;
    }
    free(is_there);
    return count < profile->function_count;
}

bool tree_has_fractions(const struct profile *profile)
{
    for (uint32_t m = 0; m < profile->metric_count; m++)
        if (profile->metrics[m].kind != METRIC_TIME && profile->metrics[m].scale < 1)
            return true;
    return false;
}

void tree_put_json(const char *text, FILE *out)
{
    cJSON *value = json_text_value(text);
    char *printed = cJSON_PrintUnformatted(value);
    fputs(printed ? printed : "\"\"", out);
    cJSON_free(printed);
    cJSON_Delete(value);
}
