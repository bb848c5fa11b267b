#include "formats/documents/limits.h"

#include "formats/input.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (16u << 20)

static const char *const measures[LIMIT_MEASURES] = {"ncalls", "tottime", "cumtime"};
static const char *const kinds[LIMIT_KINDS] = {"max_ratio", "max_exponent"};

const char *limit_measure_name(enum limit_measure measure)
{
    return measures[measure];
}

const char *limit_kind_name(enum limit_kind kind)
{
    return kinds[kind];
}

static void set_init(struct limit_set *set)
{
    for (int m = 0; m < LIMIT_MEASURES; m++)
        for (int k = 0; k < LIMIT_KINDS; k++)
            set->max[m][k] = NAN;
}

void limits_init(struct limits *limits)
{
    *limits = (struct limits){.min_share = NAN};
    set_init(&limits->defaults);
}

void limits_inherit(struct limit_set *set, const struct limit_set *from)
{
    for (int m = 0; m < LIMIT_MEASURES; m++)
        for (int k = 0; k < LIMIT_KINDS; k++)
            if (isnan(set->max[m][k]))
                set->max[m][k] = from->max[m][k];
}

void limits_free(struct limits *limits)
{
    for (uint32_t i = 0; i < limits->rules.count; i++)
        free(limits->rules.data[i].function);
    array_free(&limits->rules);
    limits_init(limits);
}

/* The index of a word; -1 when it is none of them. */
static int index_of(const char *word, size_t length, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (strlen(words[i]) == length && !strncmp(words[i], word, length))
            return i;
    return -1;
}

/* ---- the file ---- */

/* A ratio may be 0, for what must not be called any more; an exponent may be below. */
static int read_limit(const cJSON *item, const char *place, enum limit_kind kind, double *max,
                      struct error *err)
{
    if (cJSON_IsNull(item)) {
        *max = INFINITY;
        return 0;
    }
    if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble) ||
        (kind == LIMIT_RATIO && item->valuedouble < 0))
        return error_set(err, ERROR_FORMAT, "%s.%s is not %s or null", place, item->string,
                         kind == LIMIT_RATIO ? "a number from 0 on" : "a number");
    *max = item->valuedouble;
    return 0;
}

static int read_measure(const cJSON *object, const char *place, double *max, struct error *err)
{
    const cJSON *item;
    if (!cJSON_IsObject(object))
        return error_set(err, ERROR_FORMAT, "%s is no object", place);
    cJSON_ArrayForEach(item, object)
    {
        int kind = index_of(item->string, strlen(item->string), kinds, LIMIT_KINDS);
        if (kind < 0)
            return error_set(err, ERROR_FORMAT,
                             "%s has the unknown key \"%.64s\"; known are max_ratio, max_exponent",
                             place, item->string);
        if (read_limit(item, place, (enum limit_kind)kind, &max[kind], err))
            return -1;
    }
    return 0;
}

static int read_set(const cJSON *object, const char *place, struct limit_set *set,
                    struct error *err)
{
    const cJSON *item;
    char inner[256];
    set_init(set);
    if (!cJSON_IsObject(object))
        return error_set(err, ERROR_FORMAT, "%s is no object", place);
    cJSON_ArrayForEach(item, object)
    {
        int measure = index_of(item->string, strlen(item->string), measures, LIMIT_MEASURES);
        if (measure < 0)
            return error_set(err, ERROR_FORMAT,
                             "%s has the unknown key \"%.64s\"; known are ncalls, tottime, cumtime",
                             place, item->string);
        snprintf(inner, sizeof inner, "%s.%s", place, item->string);
        if (read_measure(item, inner, set->max[measure], err))
            return -1;
    }
    return 0;
}

static int read_functions(const cJSON *object, struct limits *limits, struct error *err)
{
    const cJSON *item;
    char place[200];
    if (!cJSON_IsObject(object))
        return error_set(err, ERROR_FORMAT, "functions is no object");
    cJSON_ArrayForEach(item, object)
    {
        struct limit_set set;
        snprintf(place, sizeof place, "functions.\"%.128s\"", item->string);
        if (!item->string[0])
            return error_set(err, ERROR_FORMAT, "functions has an empty name");
        if (read_set(item, place, &set, err))
            return -1;
        *array_push(&limits->rules) = (struct limit_rule){memory_string(item->string), set};
    }
    return 0;
}

static int read_min_share(const cJSON *item, struct limits *limits, struct error *err)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 100))
        return error_set(err, ERROR_FORMAT, "min_share is no percentage from 0 to 100");
    limits->min_share = item->valuedouble / 100;
    return 0;
}

static int read_member(const cJSON *item, struct limits *limits, struct error *err)
{
    if (!strcmp(item->string, "min_share"))
        return read_min_share(item, limits, err);
    if (!strcmp(item->string, "defaults"))
        return read_set(item, "defaults", &limits->defaults, err);
    if (!strcmp(item->string, "functions"))
        return read_functions(item, limits, err);
    return error_set(err, ERROR_FORMAT,
                     "has the unknown key \"%.64s\"; known are min_share, defaults, functions",
                     item->string);
}

static int read_document(const cJSON *document, struct limits *limits, struct error *err)
{
    const cJSON *item;
    if (!cJSON_IsObject(document))
        return error_set(err, ERROR_FORMAT, "holds no JSON object");
    cJSON_ArrayForEach(item, document)
    {
        if (read_member(item, limits, err))
            return -1;
    }
    return 0;
}

static uint64_t line_of(const char *text, const char *end)
{
    uint64_t line = 1;
    for (; text < end; text++)
        line += *text == '\n';
    return line;
}

static bool is_blank_to(const char *text, const char *end)
{
    while (text < end && strchr(" \t\r\n", *text))
        text++;
    return text == end;
}

int limits_parse(struct limits *limits, const char *text, size_t length, struct error *err)
{
    const char *stopped = text;
    limits_init(limits);
    cJSON *document = cJSON_ParseWithLengthOpts(text, length, &stopped, false);
    int status;
    if (!document || !is_blank_to(stopped, text + length))
        status = error_at_line(err, line_of(text, stopped), "is no valid JSON");
    else
        status = read_document(document, limits, err);
    cJSON_Delete(document);
    if (status)
        limits_free(limits);
    return status;
}

int limits_read(struct limits *limits, const char *path, struct error *err)
{
    struct input *input;
    const uint8_t *data;
    size_t size;
    limits_init(limits);
    if (input_open(&input, path, err))
        return -1;
    int status = input_all(input, &data, &size, err);
    if (!status && size > FILE_MAX)
        status = error_set(err, ERROR_LIMIT, "is larger than 16 MiB, too large for limits");
    if (!status)
        status = limits_parse(limits, (const char *)data, size, err);
    input_close(input);
    return status ? error_in_file(err, path) : 0;
}

/* ---- the command line ---- */

int limits_set(struct limit_set *set, enum limit_kind kind, const char *text, struct error *err)
{
    const char *option = kind == LIMIT_RATIO ? "--max-ratio" : "--max-exponent";
    size_t length = strcspn(text, "=");
    int measure = index_of(text, length, measures, LIMIT_MEASURES);
    char *end;
    if (!text[length] || measure < 0)
        return error_set(err, ERROR_USAGE,
                         "%s takes ncalls, tottime or cumtime and a number, as cumtime=1.2, not "
                         "\"%.64s\"",
                         option, text);
    const char *digits = text + length + 1;
    double value = strtod(digits, &end);
    if (end == digits || *end || !isfinite(value) || (kind == LIMIT_RATIO && value < 0))
        return error_set(err, ERROR_USAGE, "%s takes a number after %s=, not \"%.64s\"", option,
                         measures[measure], digits);
    set->max[measure][kind] = value;
    return 0;
}
