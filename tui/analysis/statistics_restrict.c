#include "tui/analysis/statistics_restrict.h"

#include "formats/documents/number.h"
#include "formats/profile/memory.h"
#include "formats/profile/text.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { COUNT, FRACTION, EXPRESSION };

struct restriction {
    enum kind kind;
    uint64_t count;
    double fraction;
};

static int parse(const char *text, struct restriction *restriction, struct error *err)
{
    size_t digits = strspn(text, "0123456789");
    *restriction = (struct restriction){.kind = EXPRESSION};
    if (digits && !text[digits]) {
        restriction->kind = COUNT;
        restriction->count = strtoull(text, NULL, 10);
    } else if (text[0] && strspn(text, "0123456789.") == strlen(text)) {
        char *end;
        double fraction = strtod(text, &end);
        if (*end || end == text)
            return 0;
        if (fraction >= 1)
            return error_set(err, ERROR_USAGE,
                             "a restriction to a share is below 1, as 0.1, not \"%.64s\"", text);
        restriction->kind = FRACTION;
        restriction->fraction = fraction;
    }
    return 0;
}

int statistics_check_restriction(const char *text, struct error *err)
{
    struct restriction restriction;
    return parse(text, &restriction, err);
}

/* ---- repr() ---- */

/* A text in quotes, as Python shows it; bytes that are no UTF-8 and control characters escaped. */
static char *quoted(const char *text)
{
    size_t length = strlen(text), used = 0;
    char quote = strchr(text, '\'') && !strchr(text, '"') ? '"' : '\'';
    char *buffer = memory_alloc(6 * length + 3);
    buffer[used++] = quote;
    for (size_t i = 0; i < length;) {
        uint32_t character;
        size_t size = text_decode(text + i, length - i, &character);
        size = size ? size : 1;
        if (text[i] == '\\' || text[i] == quote)
            buffer[used++] = '\\';
        if (text[i] == '\\')
            buffer[used++] = '\\';
        else
            used += text_escape(text + i, size, buffer + used, 6 * length + 3 - used);
        i += size;
    }
    buffer[used++] = quote;
    buffer[used] = '\0';
    return buffer;
}

static char *fraction_text(double fraction)
{
    char digits[NUMBER_SIZE];
    number_shortest(fraction, digits, sizeof digits);
    return memory_printf("%s%s", digits, strpbrk(digits, ".e") ? "" : ".0");
}

/* ---- expressions ---- */

/* Python's \d, \D and (?: in POSIX's words; *within tells whether a bracket is open. */
static size_t translate_one(const char *text, char *out, size_t *used)
{
    static const struct {
        const char *python, *posix;
    } words[] = {{"\\d", "[0-9]"}, {"\\D", "[^0-9]"}, {"(?:", "("}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].python);
        if (strncmp(text, words[i].python, length) != 0)
            continue;
        memcpy(out + *used, words[i].posix, strlen(words[i].posix));
        *used += strlen(words[i].posix);
        return length;
    }
    size_t length = text[0] == '\\' && text[1] ? 2 : 1;
    memcpy(out + *used, text, length);
    *used += length;
    return length;
}

static size_t bracket_length(const char *text)
{
    size_t first = 1 + (text[1] == '^');
    const char *end = text[first] ? strchr(text + first + 1, ']') : NULL;
    return end ? (size_t)(end - text) + 1 : strlen(text);
}

/* What is in brackets is the same in both, but for backslashes, which POSIX takes as they are. */
static char *translate(const char *text)
{
    char *out = memory_alloc(6 * strlen(text) + 1);
    size_t used = 0;
    while (*text) {
        size_t length = *text == '[' ? bracket_length(text) : 0;
        for (size_t i = 0; i < length; i++)
            if (text[i] != '\\')
                out[used++] = text[i];
        text += length ? length : translate_one(text, out, &used);
    }
    out[used] = '\0';
    return out;
}

static bool compile(regex_t *expression, const char *text)
{
    char *posix = translate(text);
    int failed = regcomp(expression, posix, REG_EXTENDED | REG_NOSUB);
    free(posix);
    return !failed;
}

/* ---- restrictions ---- */

static uint32_t keep_matching(const regex_t *expression, uint32_t *order, uint32_t count,
                              const char *(*name)(const void *rows, uint32_t row), const void *rows)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!regexec(expression, name(rows, order[i]), 0, NULL, 0))
            order[kept++] = order[i];
    return kept;
}

/* A number of lines that is not below what there is changes nothing. */
static uint32_t kept_lines(const struct restriction *restriction, uint32_t count)
{
    if (restriction->kind == FRACTION)
        return (uint32_t)floor(count * restriction->fraction + 0.5);
    return restriction->count < count ? (uint32_t)restriction->count : count;
}

int statistics_restrict(const char *text, uint32_t *order, uint32_t *count,
                        const char *(*name)(const void *rows, uint32_t row), const void *rows,
                        struct statistics_reduction *reduction, struct error *err)
{
    struct restriction restriction;
    regex_t expression;
    *reduction = (struct statistics_reduction){.from = *count};
    if (parse(text, &restriction, err))
        return -1;
    if (restriction.kind != EXPRESSION) {
        *count = kept_lines(&restriction, *count);
    } else if (compile(&expression, text)) {
        *count = keep_matching(&expression, order, *count, name, rows);
        regfree(&expression);
    } else {
        reduction->invalid = true;
    }
    reduction->to = *count;
    if (restriction.kind == EXPRESSION && (reduction->invalid || reduction->to != reduction->from))
        reduction->what = quoted(text);
    else if (reduction->to != reduction->from)
        reduction->what = restriction.kind == COUNT
                              ? memory_printf("%llu", (unsigned long long)restriction.count)
                              : fraction_text(restriction.fraction);
    return 0;
}
