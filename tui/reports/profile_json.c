#include "tui/reports/profile_json.h"

#include "tui/analysis/compare.h"

cJSON *report_json_profile(const struct profile *profile, uint32_t metric, uint32_t thread)
{
    cJSON *object = json_profile(profile, metric, thread);
    cJSON *size = json_number_value(compare_size(profile));
    cJSON_ReplaceItemInObjectCaseSensitive(object, "size", size);
    return object;
}
