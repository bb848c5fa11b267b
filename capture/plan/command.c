#include "capture/plan/command.h"

#include "capture/launcher/words.h"
#include "capture/plan/document.h"
#include "capture/plan/placeholders.h"
#include "formats/documents/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct placeholder_values {
    char days[16], size[NUMBER_SIZE];
    struct placeholder list[7];
};

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

static void fill(struct placeholder_values *values, const struct plan_run *run, const char *output)
{
    double size = plan_run_size(run);
    snprintf(values->days, sizeof values->days, "%u", run->days);
    if (isfinite(size))
        number_shortest(size, values->size, sizeof values->size);
    const struct placeholder list[] = {
        {"id", run->id},
        {"start", or_null(run->start)},
        {"end", or_null(run->end)},
        {"days", run->days ? values->days : NULL},
        {"size", isfinite(size) ? values->size : NULL},
        {"output", output},
        {0},
    };
    memcpy(values->list, list, sizeof list);
}

/* A word's text of the command; at most one level deep, so it is a text or a list of texts. */
static int add_word(struct words *words, const cJSON *word, const struct placeholder *list,
                    bool for_shell, struct error *err)
{
    char *text = placeholders_expand(word->valuestring, list, for_shell, err);
    if (!text)
        return -1;
    words_add(words, text);
    free(text);
    return 0;
}

static int add_words(struct words *words, const cJSON *command, const struct placeholder *list,
                     struct error *err)
{
    if (cJSON_IsString(command)) {
        words_add(words, "/bin/sh");
        words_add(words, "-c");
        return add_word(words, command, list, true, err);
    }
    const cJSON *word;
    cJSON_ArrayForEach(word, command) if (add_word(words, word, list, false, err)) return -1;
    return 0;
}

static int expand(const struct plan *plan, const struct plan_run *run, const char *key,
                  const char *output, char ***out, struct error *err)
{
    struct placeholder_values values = {0};
    struct words words = {0};
    struct error why = {0};
    const cJSON *command = cJSON_GetObjectItemCaseSensitive(run->entry, key);
    if (!command || cJSON_IsNull(command))
        command = cJSON_GetObjectItemCaseSensitive(plan->root, key);
    *out = NULL;
    if (!command || cJSON_IsNull(command))
        return 0;
    fill(&values, run, output);
    if (add_words(&words, command, values.list, &why) == 0) {
        *out = words_finish(&words);
        return 0;
    }
    words_free(words_finish(&words));
    return error_set(err, ERROR_FORMAT, "run \"%s\": %s: %s", run->id, key, why.text);
}

int plan_expand_command(const struct plan *plan, const struct plan_run *run, const char *output,
                        char ***words, struct error *err)
{
    return expand(plan, run, "command", output, words, err);
}

int plan_expand_prepare(const struct plan *plan, const struct plan_run *run, const char *output,
                        char ***words, struct error *err)
{
    return expand(plan, run, "prepare", output, words, err);
}

char **plan_environment(const struct plan *plan, const struct plan_run *run)
{
    struct words words = {0};
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(run->entry, "env");
    const cJSON *sources[] = {cJSON_GetObjectItemCaseSensitive(plan->root, "env"), own};
    for (size_t i = 0; i < 2; i++) {
        const cJSON *value;
        cJSON_ArrayForEach(value, sources[i])
        {
            if (i == 0 && cJSON_GetObjectItemCaseSensitive(own, value->string))
                continue;
            char *entry = memory_printf("%s=%s", value->string, value->valuestring);
            words_add(&words, entry);
            free(entry);
        }
    }
    return words_finish(&words);
}
