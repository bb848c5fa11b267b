#include "formats/trace/trace_processes.h"
#include "formats/trace/trace_metadata.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* A whole number below `limit`. */
static bool number_of(const cJSON *object, const char *key, uint32_t limit, uint32_t *value)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble >= limit)
        return false;
    *value = (uint32_t)item->valuedouble;
    return true;
}

static void state_end(struct build *build, uint32_t process, const cJSON *facts)
{
    static const struct {
        const char *name;
        enum process_end end;
    } ends[] = {{"running", PROCESS_RUNNING}, {"replaced", PROCESS_REPLACED}};
    const cJSON *end = cJSON_GetObjectItemCaseSensitive(facts, "end");
    const cJSON *next = cJSON_GetObjectItemCaseSensitive(facts, "exec");
    uint32_t status;
    if (number_of(facts, "exit", 256, &status))
        build_process_end(build, process, PROCESS_EXITED, status);
    else if (number_of(facts, "signal", 256, &status))
        build_process_end(build, process, PROCESS_KILLED, status);
    for (size_t i = 0; i < sizeof ends / sizeof *ends && cJSON_IsString(end); i++)
        if (!strcmp(end->valuestring, ends[i].name))
            build_process_end(build, process, ends[i].end, 0);
    build_process_next(build, process, cJSON_IsString(next) ? next->valuestring : "");
}

static void state_process(struct build *build, uint32_t count, const cJSON *facts)
{
    uint32_t process, parent;
    const cJSON *command = cJSON_GetObjectItemCaseSensitive(facts, "command");
    if (!number_of(facts, "process", count, &process))
        return;
    if (number_of(facts, "parent", count, &parent))
        build_process_parent(build, process, parent);
    if (cJSON_IsArray(command)) {
        char *text = trace_metadata_text(command);
        build_process_command(build, process, text);
        free(text);
    }
    state_end(build, process, facts);
}

void trace_processes_state(const struct trace_text *text, uint32_t count, struct build *build)
{
    cJSON *root = cJSON_ParseWithLength(text->text, text->length);
    const cJSON *facts;
    cJSON_ArrayForEach(facts, cJSON_GetObjectItemCaseSensitive(root, "processes"))
        state_process(build, count, facts);
    cJSON_Delete(root);
}
