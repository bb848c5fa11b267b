/* The "profile" of a document about one file. */
#ifndef NCPROF_TUI_REPORTS_PROFILE_JSON_H
#define NCPROF_TUI_REPORTS_PROFILE_JSON_H

#include "formats/documents/json.h"

/* json_profile(), with the size that compare_size() finds, which the file's name may tell. */
cJSON *report_json_profile(const struct profile *profile, uint32_t metric, uint32_t thread);

#endif
