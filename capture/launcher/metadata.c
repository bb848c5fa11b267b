#include "capture/launcher/metadata.h"
#include "capture/launcher/git.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GIT_TIMEOUT_MS 500

/* A string: a JSON number would lose some of its digits. */
static void add_time(cJSON *object, const char *key)
{
    char text[32];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(text, sizeof text, "%" PRId64,
             (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec);
    cJSON_AddStringToObject(object, key, text);
}

static void add_command(cJSON *object, char *const *command)
{
    cJSON *list = cJSON_AddArrayToObject(object, "command");
    for (; *command; command++)
        cJSON_AddItemToArray(list, cJSON_CreateString(*command));
}

static void add_place(cJSON *object)
{
    char folder[PATH_MAX], host[256] = "";
    if (getcwd(folder, sizeof folder))
        cJSON_AddStringToObject(object, "cwd", folder);
    if (gethostname(host, sizeof host - 1) == 0)
        cJSON_AddStringToObject(object, "host", host);
}

static void add_clock(cJSON *object, struct metadata_clock clock)
{
    cJSON *entry = cJSON_AddObjectToObject(object, "clock");
    cJSON_AddStringToObject(entry, "name", clock.name);
    if (clock.ticks_per_second > 0)
        cJSON_AddNumberToObject(entry, "ticks_per_second", round(clock.ticks_per_second));
    cJSON_AddNumberToObject(entry, "unit", (double)clock.unit);
    cJSON_AddNumberToObject(entry, "step_ns", round(clock.step_ns * 10) / 10);
    cJSON_AddNumberToObject(entry, "resolution_ns", round(clock.unit_ns * 10) / 10);
    cJSON_AddNumberToObject(entry, "read_ns", round(clock.read_ns * 10) / 10);
}

static void add_thinning(cJSON *object, const struct record_options *options)
{
    if (!options->min_time_ns && !options->budget)
        return;
    cJSON *entry = cJSON_AddObjectToObject(object, "thin");
    if (options->min_time_ns)
        cJSON_AddNumberToObject(entry, "min_time_ns", (double)options->min_time_ns);
    if (options->budget)
        cJSON_AddNumberToObject(entry, "budget", (double)options->budget);
}

static void add_git(cJSON *object)
{
    struct git_state state = git_state(GIT_TIMEOUT_MS);
    if (!state.revision[0])
        return;
    cJSON *entry = cJSON_AddObjectToObject(object, "git");
    cJSON_AddStringToObject(entry, "revision", state.revision);
    cJSON_AddBoolToObject(entry, "dirty", state.dirty);
}

/* Replaces what an earlier setting of the same key said. */
static void set_text(cJSON *object, const char *key, const char *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    cJSON_AddStringToObject(object, key, value);
}

static void add_tags(cJSON *object, const struct record_options *options)
{
    cJSON *entry = options->tag_count ? cJSON_AddObjectToObject(object, "tag") : NULL;
    for (size_t i = 0; i < options->tag_count; i++) {
        const char *equals = strchr(options->tags[i], '=');
        char *key = strndup(options->tags[i], (size_t)(equals - options->tags[i]));
        if (key)
            set_text(entry, key, equals + 1);
        free(key);
    }
}

static void add_environment(cJSON *object, const struct record_options *options)
{
    cJSON *entry = options->environment_count ? cJSON_AddObjectToObject(object, "env") : NULL;
    for (size_t i = 0; i < options->environment_count; i++) {
        const char *value = getenv(options->environment[i]);
        if (value)
            set_text(entry, options->environment[i], value);
    }
}

static char *print(cJSON *object)
{
    char *text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    return text;
}

char *metadata_header(const struct record_options *options, struct metadata_clock clock)
{
    cJSON *object = cJSON_CreateObject();
    add_command(object, options->command);
    add_place(object);
    cJSON_AddStringToObject(object, "recorder", options->recorder);
    add_clock(object, clock);
    add_thinning(object, options);
    add_git(object);
    if (!isnan(options->size))
        cJSON_AddNumberToObject(object, "size", options->size);
    add_tags(object, options);
    add_environment(object, options);
    add_time(object, "start");
    return print(object);
}

static void add_count(cJSON *object, const char *key, uint64_t count)
{
    if (count)
        cJSON_AddNumberToObject(object, key, (double)count);
}

static void add_losses(cJSON *object, const struct drain_state *state)
{
    const struct processes_open *open = &state->open;
    add_count(object, "lost_events", state->lost);
    add_count(object, "open_frames", open->cut);
    if (!open->by_exit && !open->by_exit_at_once && !open->by_exec && !open->running)
        return;
    cJSON *left = cJSON_AddObjectToObject(object, "left_open");
    add_count(left, "exit", open->by_exit);
    add_count(left, "_exit", open->by_exit_at_once);
    add_count(left, "exec", open->by_exec);
    add_count(left, "running", open->running);
}

static void add_costs(cJSON *object, cJSON *costs)
{
    if (costs)
        cJSON_AddItemToObject(object, "cost", costs);
}

char *metadata_closing(int result, const struct drain_state *state, double overhead, cJSON *costs)
{
    cJSON *object = cJSON_CreateObject();
    if (WIFSIGNALED(result))
        cJSON_AddNumberToObject(object, "signal", WTERMSIG(result));
    else
        cJSON_AddNumberToObject(object, "exit", WEXITSTATUS(result));
    add_time(object, "end");
    add_losses(object, state);
    if (overhead > 0)
        cJSON_AddNumberToObject(object, "overhead", round(overhead * 1000) / 1000);
    add_costs(object, costs);
    return print(object);
}

char *metadata_recovered(const struct drain_state *state, cJSON *costs)
{
    cJSON *object = cJSON_CreateObject();
    add_losses(object, state);
    add_costs(object, costs);
    return print(object);
}

char *metadata_state(uint64_t lost_events, cJSON *costs)
{
    return metadata_recovered(&(struct drain_state){.lost = lost_events}, costs);
}
