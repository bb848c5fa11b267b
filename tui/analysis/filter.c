#include "tui/analysis/filter.h"

#include "formats/profile/memory.h"

#include <ctype.h>
#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Filters are typed letter by letter over 100,000 names. Most are words, or
 * words with | between them: these are searched for as they are. Expressions
 * are compiled twice: regexec() is several times faster where a character is a
 * byte, which is all that text in ASCII needs.
 */
struct filter {
    bool any_case;
    bool is_expression;
    regex_t expression, bytewise;
    char *words; /* each ends with a NUL */
    uint32_t word_count;
    bool searches_lines; /* a word may lie across the end of a file's name: ":88" */
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

/* In the locale where every byte is a character. */
static int compile_bytewise(regex_t *expression, const char *text, int flags)
{
    locale_t bytes = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
    locale_t before = bytes ? uselocale(bytes) : (locale_t)0;
    int failed = regcomp(expression, text, flags);
    if (bytes) {
        uselocale(before);
        freelocale(bytes);
    }
    return failed;
}

bool filter_is_literal(const char *text)
{
    regex_t expression;
    if (regcomp(&expression, text, REG_EXTENDED | REG_NOSUB))
        return text[0] != '\0';
    regfree(&expression);
    return false;
}

static bool compile(struct filter *filter, const char *text)
{
    int flags = REG_EXTENDED | REG_NOSUB | REG_NEWLINE | (filter->any_case ? REG_ICASE : 0);
    if (regcomp(&filter->expression, text, flags))
        return false;
    if (!compile_bytewise(&filter->bytewise, text, flags))
        return true;
    regfree(&filter->expression);
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
    filter->searches_lines = strpbrk(text, ":0123456789") != NULL;
    if (!strpbrk(text, "\\.[]()*+?{}^$")) {
        /* "a||b" and a trailing bar would match everything while it is being typed. */
        if (text[0] != '|' && text[strlen(text) - 1] != '|' && !strstr(text, "||"))
            split_words(filter);
        return filter;
    }
    filter->is_expression = compile(filter, text);
    return filter;
}

void filter_free(struct filter *filter)
{
    if (!filter)
        return;
    if (filter->is_expression) {
        regfree(&filter->expression);
        regfree(&filter->bytewise);
    }
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

static bool is_ascii(const char *text)
{
    unsigned char all = 0;
    for (; *text; text++)
        all |= (unsigned char)*text;
    return all < 0x80;
}

bool filter_matches(const struct filter *filter, const char *text)
{
    if (!filter)
        return true;
    if (!filter->is_expression)
        return matches_words(filter, text);
    const regex_t *expression = is_ascii(text) ? &filter->bytewise : &filter->expression;
    return regexec(expression, text, 0, NULL, 0) == 0;
}

struct lines {
    char *text;
    size_t used, size;
    char small[1024];
};

static void append(struct lines *lines, const char *text, char end)
{
    size_t length = strlen(text);
    if (lines->used + length + 1 > lines->size) {
        char *larger = memory_alloc(2 * (lines->used + length + 1));
        memcpy(larger, lines->text, lines->used);
        if (lines->text != lines->small)
            free(lines->text);
        lines->text = larger;
        lines->size = 2 * (lines->used + length + 1);
    }
    memcpy(lines->text + lines->used, text, length);
    lines->used += length;
    lines->text[lines->used++] = end;
}

static void append_place(struct lines *lines, const struct function *function)
{
    char digits[16];
    if (!function->file[0])
        return;
    lines->text[lines->used - 1] = '\n';
    append(lines, function->file, ':');
    snprintf(digits, sizeof digits, "%u", function->line);
    append(lines, digits, '\0');
}

/* With REG_NEWLINE one search over three lines is a search in each of them. */
bool filter_matches_function(const struct filter *filter, const struct function *function)
{
    struct lines lines = {.text = lines.small, .size = sizeof lines.small};
    if (!filter)
        return true;
    if (!filter->is_expression && !filter->searches_lines)
        return matches_words(filter, function->name) || matches_words(filter, function->module) ||
               matches_words(filter, function->file);
    append(&lines, function->name, '\n');
    append(&lines, function->module, '\0');
    append_place(&lines, function);
    bool matches = filter_matches(filter, lines.text);
    if (lines.text != lines.small)
        free(lines.text);
    return matches;
}
