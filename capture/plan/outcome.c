#include "capture/plan/outcome.h"

#include "capture/launcher/git.h"
#include "capture/plan/dates.h"
#include "capture/plan/document.h"
#include "formats/documents/json.h"
#include "formats/documents/number.h"
#include "formats/format.h"
#include "formats/profile/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GIT_TIMEOUT_MS 500

/* The first reason stays. */
__attribute__((format(printf, 2, 3))) static void fail(cJSON *result, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    if (cJSON_GetObjectItemCaseSensitive(result, "error"))
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    document_set_text(result, "error", text);
}

/* ---- out of the trace ---- */

static const char *from_trace(const struct profile *trace, const char *key)
{
    const char *value = trace ? profile_metadata(trace, key) : NULL;
    return value ? value : "";
}

static void add_git(cJSON *result, const struct profile *trace)
{
    struct git_state state = {0};
    if (*from_trace(trace, "git.revision")) {
        snprintf(state.revision, sizeof state.revision, "%s", from_trace(trace, "git.revision"));
        state.dirty = strcmp(from_trace(trace, "git.dirty"), "true") == 0;
    } else {
        state = git_state(GIT_TIMEOUT_MS);
    }
    if (!state.revision[0])
        return;
    cJSON *git = cJSON_AddObjectToObject(result, "git");
    document_set_text(git, "revision", state.revision);
    cJSON_AddBoolToObject(git, "dirty", state.dirty);
}

static void add_host(cJSON *result)
{
    char host[256] = "";
    if (gethostname(host, sizeof host - 1) == 0)
        document_set_text(result, "host", host);
}

static void add_summary(cJSON *result, const struct profile *trace)
{
    const struct metric *metric = &trace->metrics[0];
    uint64_t calls = 0;
    for (uint32_t f = 0; f < trace->function_count; f++)
        calls += trace->function_calls[f];
    cJSON *summary = cJSON_AddObjectToObject(result, "summary");
    document_set_number(summary, "functions", trace->function_count);
    document_set_number(summary, "calls", (double)calls);
    document_set_number(summary, "seconds",
                        number_in_unit(profile_total(trace, 0, PROFILE_NONE), metric));
}

/* What the program had: not what it was to have. */
static void add_environment(cJSON *result, const struct profile *trace, char *const *environment)
{
    cJSON *env = *environment ? cJSON_AddObjectToObject(result, "env") : NULL;
    for (; *environment; environment++) {
        size_t length = strcspn(*environment, "=");
        char *key = memory_printf("env.%.*s", (int)length, *environment);
        const char *value = trace ? profile_metadata(trace, key) : NULL;
        if (value)
            document_set_text(env, key + 4, value);
        if (trace && (!value || strcmp(value, *environment + length + 1) != 0))
            fail(result, "%s is not as wanted in the trace: %s", key + 4, value ? value : "unset");
        free(key);
    }
}

static void add_end(cJSON *result, const struct profile *trace, const struct job_report *report)
{
    const char *signal = from_trace(trace, "signal"), *exit = from_trace(trace, "exit");
    if (*signal) {
        document_set_number(result, "signal", strtod(signal, NULL));
        fail(result, "ended by signal %s", signal);
    } else if (*exit) {
        document_set_number(result, "exit", strtod(exit, NULL));
        if (strcmp(exit, "0") != 0)
            fail(result, "exit status %s", exit);
    } else if (report->status == 126 || report->status == 127) { /* it could not be started */
        document_set_number(result, "exit", report->status);
    }
}

/* ---- all of it ---- */

static void add_words(cJSON *result, char *const *command)
{
    cJSON *words = cJSON_AddArrayToObject(result, "command");
    for (; *command; command++)
        cJSON_AddItemToArray(words, json_text_value(*command));
}

static void add_time(cJSON *result, const char *key, time_t when)
{
    char text[DATE_TIME_SIZE];
    date_time_text(when, text);
    document_set_text(result, key, text);
}

static void add_run(cJSON *result, const struct outcome *outcome)
{
    double seconds = outcome->report->seconds;
    add_time(result, "started", outcome->started);
    add_time(result, "stopped", outcome->stopped);
    if (isfinite(seconds))
        document_set_number(result, "seconds", round(seconds * 1e6) / 1e6);
}

static void say_why(cJSON *result, const struct outcome *outcome)
{
    char text[1200];
    if (outcome->interrupted)
        fail(result, "interrupted");
    if (!outcome->report->failed)
        return;
    error_text(&outcome->report->err, text, sizeof text);
    fail(result, "%s", text);
}

cJSON *outcome_result(const struct outcome *outcome)
{
    struct error err = {0};
    struct profile *trace = NULL;
    cJSON *result = cJSON_CreateObject();
    if (access(outcome->trace, F_OK) == 0) {
        document_set_text(result, "trace", outcome->trace);
        profile_load(&trace, outcome->trace, NULL, &err);
    }
    if (outcome->log)
        document_set_text(result, "log", outcome->log);
    say_why(result, outcome);
    add_run(result, outcome);
    add_end(result, trace, outcome->report);
    add_host(result);
    add_git(result, trace);
    if (!isnan(outcome->size))
        document_set_number(result, "size", outcome->size);
    add_environment(result, trace, outcome->environment);
    add_words(result, outcome->command);
    if (trace)
        add_summary(result, trace);
    else
        fail(result, "the trace cannot be read: %s", err.text);
    profile_free(trace);
    return result;
}
