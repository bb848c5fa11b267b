#include "tui/analysis/filter.h"

#include "formats/profile/memory.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Most filters are words, or words with | between them: these are searched for
 * as they are, which is an order of magnitude faster than regexec() and keeps
 * 100,000 names within a keystroke.
 */
struct filter {
    bool any_case;
    bool is_expression;
    regex_t expression;
    char *words; /* each ends with a NUL */
    uint32_t word_count;
};

static bool has_upper_case(const char *text)
{
    for (; *text; text++) {
        if (*text == '\\' && text[1])
            text++; /* \W, \S, \B are no letters to match */
        else if (isupper((unsigned char)*text))
            return true;
    }
    return false;
}

static void split_words(struct filter *filter)
{
    filter->word_count = 1;
    for (char *c = filter->words; *c; c++)
        if (*c == '|') {
            *c = '\0';
            filter->word_count++;
        }
}

struct filter *filter_new(const char *text)
{
    if (!text || !*text)
        return NULL;
    struct filter *filter = memory_zeroed(1, sizeof *filter);
    filter->any_case = !has_upper_case(text);
    filter->words = memory_string(text);
    filter->word_count = 1;
    if (!strpbrk(text, "\\.[]()*+?{}^$")) {
        /* "a||b" and a trailing bar would match everything while it is being typed. */
        if (text[0] != '|' && text[strlen(text) - 1] != '|' && !strstr(text, "||"))
            split_words(filter);
        return filter;
    }
    int flags = REG_EXTENDED | REG_NOSUB | REG_NEWLINE | (filter->any_case ? REG_ICASE : 0);
    filter->is_expression = regcomp(&filter->expression, text, flags) == 0;
    return filter;
}

void filter_free(struct filter *filter)
{
    if (!filter)
        return;
    if (filter->is_expression)
        regfree(&filter->expression);
    free(filter->words);
    free(filter);
}

static bool matches_words(const struct filter *filter, const char *text)
{
    const char *word = filter->words;
    for (uint32_t i = 0; i < filter->word_count; i++, word += strlen(word) + 1)
        if (filter->any_case ? strcasestr(text, word) : strstr(text, word))
            return true;
    return false;
}

bool filter_matches(const struct filter *filter, const char *text)
{
    if (!filter)
        return true;
    if (filter->is_expression)
        return regexec(&filter->expression, text, 0, NULL, 0) == 0;
    return matches_words(filter, text);
}

/* With REG_NEWLINE one search over three lines is a search in each of them. */
bool filter_matches_function(const struct filter *filter, const struct function *function)
{
    char lines[1024], place[768];
    if (!filter)
        return true;
    int length = snprintf(place, sizeof place, "%s:%u", function->file, function->line);
    bool has_place = function->file[0] && length > 0;
    if (has_place && (size_t)length >= sizeof place)
        return filter_matches(filter, function->name) || filter_matches(filter, function->file);
    length = snprintf(lines, sizeof lines, "%s\n%s\n%s", function->name, function->module,
                      has_place ? place : "");
    if (length > 0 && (size_t)length < sizeof lines)
        return filter_matches(filter, lines);
    return filter_matches(filter, function->name) || filter_matches(filter, function->module) ||
           (has_place && filter_matches(filter, place));
}
