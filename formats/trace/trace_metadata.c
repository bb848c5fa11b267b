#include "formats/trace/trace_metadata.h"

#include "formats/profile/memory.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 8 /* levels of nested objects that become dotted keys */

struct flattening {
    trace_metadata_visit *visit;
    void *payload;
};

static void put(FILE *out, const char *text)
{
    fputs(text, out);
}

/* As a shell wants it: bare when harmless, else in single quotes. */
static void put_word(FILE *out, const char *word)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789_-+./:=@%,";
    if (word[0] && word[strspn(word, harmless)] == '\0') {
        put(out, word);
        return;
    }
    fputc('\'', out);
    for (; *word; word++) {
        if (*word == '\'')
            put(out, "'\\''");
        else
            fputc(*word, out);
    }
    fputc('\'', out);
}

static void put_scalar(FILE *out, const cJSON *item, bool quoted)
{
    if (cJSON_IsString(item) && quoted)
        put_word(out, item->valuestring);
    else if (cJSON_IsString(item))
        put(out, item->valuestring);
    else if (cJSON_IsNumber(item))
        fprintf(out, "%.15g", item->valuedouble);
    else if (cJSON_IsBool(item))
        put(out, cJSON_IsTrue(item) ? "true" : "false");
}

static void put_array(FILE *out, const cJSON *array)
{
    const cJSON *element;
    const char *blank = "";
    cJSON_ArrayForEach(element, array)
    {
        put(out, blank);
        put_scalar(out, element, true);
        blank = " ";
    }
}

char *trace_metadata_text(const struct cJSON *item)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return memory_string("");
    if (cJSON_IsArray(item))
        put_array(out, item);
    else
        put_scalar(out, item, false);
    if (fclose(out) != 0 || !text) {
        free(text);
        return memory_string("");
    }
    return text;
}

/* Recursion is bounded by DEEPEST. */
static void flatten(const struct flattening *to, const cJSON *object, const char *prefix, int depth)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        if (cJSON_IsNull(item) || !item->string)
            continue;
        char *key = memory_printf("%s%s%s", prefix, *prefix ? "." : "", item->string);
        if (cJSON_IsObject(item)) {
            if (depth < DEEPEST)
                flatten(to, item, key, depth + 1);
        } else {
            char *value = trace_metadata_text(item);
            to->visit(to->payload, key, value);
            free(value);
        }
        free(key);
    }
}

bool trace_metadata_each(const char *json, size_t size, trace_metadata_visit *visit, void *payload)
{
    cJSON *root = cJSON_ParseWithLength(json, size);
    bool valid = cJSON_IsObject(root);
    if (valid)
        flatten(&(struct flattening){visit, payload}, root, "", 1);
    cJSON_Delete(root);
    return valid;
}
