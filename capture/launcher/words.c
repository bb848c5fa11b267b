#include "capture/launcher/words.h"

#include <stdlib.h>
#include <string.h>

void words_add(struct words *words, const char *word)
{
    *array_push(&words->list) = memory_string(word);
}

void words_split(struct words *words, const char *text)
{
    for (text += strspn(text, " \t"); *text; text += strspn(text, " \t")) {
        size_t length = strcspn(text, " \t");
        *array_push(&words->list) = memory_printf("%.*s", (int)length, text);
        text += length;
    }
}

void words_add_all(struct words *words, char *const *from)
{
    for (; *from; from++)
        words_add(words, *from);
}

char **words_finish(struct words *words)
{
    *array_push(&words->list) = NULL;
    char **list = words->list.data;
    *words = (struct words){0};
    return list;
}

void words_free(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}
