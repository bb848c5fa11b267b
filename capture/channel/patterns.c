#include "capture/channel/patterns.h"
#include "capture/channel/layout.h"

#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pattern {
    regex_t regex;
    bool include;
    char subject;
};

struct patterns {
    uint32_t count;
    bool includes, files;
    locale_t locale; /* names are UTF-8 whatever the program's own is; 0: there is none */
    struct pattern list[];
};

static const struct {
    const char *prefix;
    char subject;
} subjects[] = {{"function:", 'n'}, {"module:", 'm'}, {"file:", 'f'}};

/* What the expression is searched in; *text becomes the expression itself. */
static char subject_of(const char **text)
{
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        size_t length = strlen(subjects[i].prefix);
        if (strncmp(*text, subjects[i].prefix, length) == 0 && (*text)[length] != ':') {
            *text += length;
            return subjects[i].subject;
        }
    }
    return 'n';
}

static locale_t use(locale_t locale)
{
    return locale ? uselocale(locale) : (locale_t)0;
}

static int compile(regex_t *regex, const char *text)
{
    return regcomp(regex, text, REG_EXTENDED | REG_NOSUB);
}

bool patterns_check(const char *text, char *why, size_t size)
{
    regex_t regex;
    subject_of(&text);
    if (!*text) {
        snprintf(why, size, "it is empty");
        return false;
    }
    int failure = compile(&regex, text);
    if (failure)
        regerror(failure, &regex, why, size);
    else
        regfree(&regex);
    return failure == 0;
}

bool patterns_pack(char *packed, uint32_t *used, uint32_t size, bool include, const char *text)
{
    char subject = subject_of(&text);
    size_t length = strlen(text) + 1;
    if (length + 2 > size - *used)
        return false;
    packed[(*used)++] = include ? '+' : '-';
    packed[(*used)++] = subject;
    memcpy(packed + *used, text, length);
    *used += (uint32_t)length;
    return true;
}

static uint32_t count_packed(const char *packed, uint32_t size)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < size; i++)
        count += packed[i] == '\0';
    return count;
}

static void add(struct patterns *patterns, const char *packed)
{
    struct pattern *pattern = &patterns->list[patterns->count];
    if (compile(&pattern->regex, packed + 2) != 0)
        return;
    pattern->include = packed[0] == '+';
    pattern->subject = packed[1];
    patterns->includes |= pattern->include;
    patterns->files |= pattern->subject == 'f';
    patterns->count++;
}

struct patterns *patterns_compile(const char *packed, uint32_t size)
{
    if (!size || packed[size - 1] != '\0')
        return NULL;
    struct patterns *patterns =
        calloc(1, sizeof *patterns + count_packed(packed, size) * sizeof *patterns->list);
    if (!patterns)
        return NULL;
    patterns->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t old = use(patterns->locale);
    while (size > 2) {
        uint32_t length = (uint32_t)strlen(packed) + 1;
        if (length > 2)
            add(patterns, packed);
        packed += length;
        size -= length;
    }
    use(old);
    return patterns;
}

void patterns_free(struct patterns *patterns)
{
    if (!patterns)
        return;
    for (uint32_t i = 0; i < patterns->count; i++)
        regfree(&patterns->list[i].regex);
    if (patterns->locale)
        freelocale(patterns->locale);
    free(patterns);
}

bool patterns_want_file(const struct patterns *patterns)
{
    return patterns->files;
}

uint32_t patterns_choose(const struct patterns *patterns, const char *name, const char *module,
                         const char *file)
{
    uint32_t choice = patterns->includes ? 0 : CHOICE_INCLUDED;
    locale_t old = use(patterns->locale);
    for (uint32_t i = 0; i < patterns->count; i++) {
        const struct pattern *pattern = &patterns->list[i];
        const char *text = pattern->subject == 'm' ? module : pattern->subject == 'f' ? file : name;
        if (regexec(&pattern->regex, text, 0, NULL, 0) == 0)
            choice |= pattern->include ? CHOICE_INCLUDED : CHOICE_EXCLUDED;
    }
    use(old);
    return choice;
}
