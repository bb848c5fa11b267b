#include "formats/documents/json.h"

#include "formats/documents/latency.h"
#include "formats/documents/number.h"
#include "formats/profile/memory.h"
#include "formats/profile/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void print_value(FILE *out, cJSON *value)
{
    char *text = cJSON_PrintUnformatted(value);
    fputs(text ? text : "null", out);
    cJSON_free(text);
    cJSON_Delete(value);
}

void json_begin(struct json_document *document, FILE *out)
{
    *document = (struct json_document){.out = out};
    fputs("{", out);
}

static void end_list(struct json_document *document)
{
    if (document->in_list)
        fputs(document->has_items ? "\n ]" : "]", document->out);
    document->in_list = document->has_items = false;
}

static void begin_member(struct json_document *document, const char *name)
{
    end_list(document);
    fprintf(document->out, "%s\n \"%s\": ", document->has_members ? "," : "", name);
    document->has_members = true;
}

void json_member(struct json_document *document, const char *name, cJSON *value)
{
    begin_member(document, name);
    print_value(document->out, value);
}

void json_list(struct json_document *document, const char *name)
{
    begin_member(document, name);
    putc('[', document->out);
    document->in_list = true;
}

void json_item(struct json_document *document, cJSON *value)
{
    fputs(document->has_items ? ",\n  " : "\n  ", document->out);
    document->has_items = true;
    print_value(document->out, value);
}

void json_end(struct json_document *document)
{
    end_list(document);
    fputs("\n}\n", document->out);
}

void json_print(FILE *out, cJSON *object)
{
    struct json_document document;
    json_begin(&document, out);
    while (object->child) {
        cJSON *member = cJSON_DetachItemViaPointer(object, object->child);
        json_member(&document, member->string, member);
    }
    json_end(&document);
    cJSON_Delete(object);
}

cJSON *json_text_value(const char *text)
{
    size_t length = strlen(text);
    char small[512];
    char *buffer = length < sizeof small / 4 ? small : memory_alloc(4 * length + 1);
    text_make_valid(text, length, false, buffer);
    cJSON *value = cJSON_CreateString(buffer);
    if (buffer != small)
        free(buffer);
    return value;
}

cJSON *json_number_value(double number)
{
    char text[NUMBER_SIZE];
    if (!isfinite(number))
        return cJSON_CreateNull();
    number_shortest(number, text, sizeof text);
    return cJSON_CreateRaw(text);
}

void json_text(cJSON *object, const char *name, const char *text)
{
    cJSON_AddItemToObjectCS(object, name, json_text_value(text));
}

/* cJSON's own numbers are doubles, too coarse for counts past 2^53. */
void json_count(cJSON *object, const char *name, uint64_t count, bool known)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, count);
    cJSON_AddItemToObjectCS(object, name, known ? cJSON_CreateRaw(text) : cJSON_CreateNull());
}

void json_number(cJSON *object, const char *name, double number)
{
    cJSON_AddItemToObjectCS(object, name, json_number_value(number));
}

static void text_or_null(cJSON *object, const char *name, const char *text)
{
    cJSON_AddItemToObjectCS(object, name, text[0] ? json_text_value(text) : cJSON_CreateNull());
}

void json_function(cJSON *object, const struct function *function, bool line)
{
    json_text(object, "name", function->name);
    text_or_null(object, "module", function->module);
    text_or_null(object, "file", function->file);
    if (line)
        json_count(object, "line", function->line, function->line > 0);
}

void json_values(cJSON *object, const struct profile *profile, uint32_t metric,
                 const struct values *values)
{
    const struct metric *m = &profile->metrics[metric];
    json_count(object, "ncalls", values->calls, profile->flags & PROFILE_HAS_CALLS);
    json_count(object, "primitive_calls", values->primitive,
               profile->flags & PROFILE_HAS_PRIMITIVE);
    json_number(object, "tottime", number_in_unit(values->self, m));
    json_number(object, "cumtime", number_in_unit(values->total, m));
}

/* Both of its times, and whether they are too short to be told from the recorder's. */
static void json_corrected_row(cJSON *object, const struct profile *profile, uint32_t f)
{
    uint32_t raw = profile->correction.raw;
    struct values recorded = profile_function(profile, f, raw);
    struct values left = profile_function(profile, f, 0);
    json_number(object, "raw_tottime", number_in_unit(recorded.self, &profile->metrics[raw]));
    json_number(object, "raw_cumtime", number_in_unit(recorded.total, &profile->metrics[raw]));
    json_number(object, "corrected_tottime", number_in_unit(left.self, &profile->metrics[0]));
    json_number(object, "corrected_cumtime", number_in_unit(left.total, &profile->metrics[0]));
    cJSON_AddItemToObjectCS(object, "below_resolution",
                            cJSON_CreateBool(profile_is_below_resolution(profile, f)));
}

cJSON *json_function_row(const struct profile *profile, uint32_t f, uint32_t metric,
                         const struct values *values, bool latency)
{
    cJSON *object = cJSON_CreateObject();
    json_function(object, &profile->functions[f], true);
    json_values(object, profile, metric, values);
    for (size_t i = 0; i < LATENCIES; i++)
        json_number(object, latencies[i].name,
                    latency ? latency_seconds(profile, f, latencies[i].quantile) : NAN);
    if (profile->correction.raw && latency)
        json_corrected_row(object, profile, f);
    return object;
}

void json_losses(cJSON *object, const struct profile *profile)
{
    if (profile->lost_events)
        json_count(object, "lost_events", profile->lost_events, true);
    if (profile->open_frames)
        json_count(object, "open_frames", profile->open_frames, true);
}

/* What was recorded, beside what is left of it without the recorder's own cost. */
static void json_correction(cJSON *object, const struct profile *profile, uint32_t thread)
{
    uint32_t raw = profile->correction.raw;
    cJSON *correction = cJSON_AddObjectToObject(object, "correction");
    double recorded = number_in_unit(profile_total(profile, raw, thread), &profile->metrics[raw]);
    double left = number_in_unit(profile_total(profile, 0, thread), &profile->metrics[0]);
    json_text(correction, "raw_metric", profile->metrics[raw].name);
    json_number(correction, "raw_total", recorded);
    json_number(correction, "corrected_total", left);
}

cJSON *json_profile(const struct profile *profile, uint32_t metric, uint32_t thread)
{
    const struct metric *m = &profile->metrics[metric];
    cJSON *object = cJSON_CreateObject();
    text_or_null(object, "path", profile->path);
    text_or_null(object, "format", profile->format);
    json_text(object, "metric", m->name);
    json_text(object, "unit", m->unit);
    json_number(object, "total", number_in_unit(profile_total(profile, metric, thread), m));
    json_count(object, "functions", profile->function_count, true);
    json_count(object, "threads", profile->thread_count, profile->thread_count > 0);
    json_number(object, "size", profile->size);
    cJSON_AddItemToObjectCS(object, "truncated",
                            cJSON_CreateBool(profile->flags & PROFILE_TRUNCATED));
    json_losses(object, profile);
    if (profile->missing_calls)
        json_count(object, "missing_calls", profile->missing_calls, true);
    if (profile->correction.raw)
        json_correction(object, profile, thread);
    return object;
}
