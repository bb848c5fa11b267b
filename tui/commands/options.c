#include "tui/commands/options.h"

#include "formats/profile/text.h"
#include "tui/commands/quantity.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 40

/* What getopt_long() returns for row i is FIRST_ROW + i, out of the way of letters. */
enum { FIRST_ROW = 256, HELP_ROW = FIRST_ROW + ROWS_MAX };

struct parser {
    const struct option_row *rows;
    int count;
    struct option longs[ROWS_MAX + 2];
    char letters[3 * ROWS_MAX + 4];
};

static bool takes_argument(const struct option_row *row)
{
    return row->kind != OPTION_FLAG;
}

static void describe(struct parser *parser, const struct command *command)
{
    char *letter = parser->letters;
    *letter++ = command->first_operand_ends ? '+' : ':';
    if (command->first_operand_ends)
        *letter++ = ':';
    for (; command->options[parser->count].name && parser->count < ROWS_MAX; parser->count++) {
        const struct option_row *row = &command->options[parser->count];
        parser->longs[parser->count] =
            (struct option){row->name, takes_argument(row) ? required_argument : no_argument, NULL,
                            FIRST_ROW + parser->count};
        if (!row->letter)
            continue;
        *letter++ = row->letter;
        if (takes_argument(row))
            *letter++ = ':';
    }
    *letter++ = 'h';
    *letter = '\0';
    parser->longs[parser->count] = (struct option){"help", no_argument, NULL, HELP_ROW};
}

static int bad_value(const struct option_row *row, const char *text, const char *wanted,
                     struct error *err)
{
    char shown[128];
    text_escape(text, strlen(text), shown, sizeof shown);
    return error_set(err, ERROR_USAGE, "--%s takes %s, not \"%s\"", row->name, wanted, shown);
}

static int set_count(const struct option_row *row, const char *text, uint32_t *value,
                     struct error *err)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno || end == text || *end || text[0] < '0' || text[0] > '9' || number > UINT32_MAX)
        return bad_value(row, text, "a whole number", err);
    *value = (uint32_t)number;
    return 0;
}

static int set_number(const struct option_row *row, const char *text, double *value,
                      struct error *err)
{
    char *end;
    bool percent = row->kind == OPTION_PERCENT;
    double number = strtod(text, &end);
    if (percent && *end == '%' && end != text)
        end++;
    if (end == text || *end || !isfinite(number))
        return bad_value(row, text, percent ? "a percentage" : "a number", err);
    if (percent && (number < 0 || number > 100))
        return bad_value(row, text, "a percentage from 0 to 100", err);
    *value = percent ? number / 100 : number;
    return 0;
}

static int add_to_list(const struct option_row *row, const char *text, struct text_list *list,
                       struct error *err)
{
    if (list->count == TEXT_LIST_MAX)
        return error_set(err, ERROR_USAGE, "--%s is given more than %d times", row->name,
                         TEXT_LIST_MAX);
    list->items[list->count++] = text;
    return 0;
}

static int set(const struct option_row *row, const char *text, void *values, struct error *err)
{
    void *value = (char *)values + row->offset;
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)value = true;
        return 0;
    case OPTION_TEXT:
        *(const char **)value = text;
        return 0;
    case OPTION_COUNT:
        return set_count(row, text, value, err);
    case OPTION_SIZE:
        return quantity_bytes(text, value) ? 0 : bad_value(row, text, "a size such as 4G", err);
    case OPTION_PERCENT:
    case OPTION_NUMBER:
        return set_number(row, text, value, err);
    case OPTION_LIST:
    case OPTION_FILES:
        return add_to_list(row, text, value, err);
    }
    return 0;
}

static const struct option_row *row_of(const struct parser *parser, int found)
{
    if (found >= FIRST_ROW && found < FIRST_ROW + parser->count)
        return &parser->rows[found - FIRST_ROW];
    for (int i = 0; i < parser->count; i++)
        if (parser->rows[i].letter && parser->rows[i].letter == found)
            return &parser->rows[i];
    return NULL;
}

/* getopt's own messages know nothing of commands and escapes. */
static int complain(const struct command *command, int found, char **argv, struct error *err)
{
    char word[128] = {'-', (char)optopt, '\0'};
    bool is_long = optopt == 0 || optopt >= FIRST_ROW || !strncmp(argv[optind - 1], "--", 2);
    if (is_long) /* "--limit=": only the name */
        text_escape(argv[optind - 1], strcspn(argv[optind - 1], "="), word, sizeof word);
    const char *name = command->name ? command->name : "";
    const char *blank = command->name ? " " : "";
    if (found == ':')
        return error_set(err, ERROR_USAGE, "%s%s%s needs a value", name, blank, word);
    return error_set(err, ERROR_USAGE, "%s%sdoes not know the option %s (see ncprof %s%s--help)",
                     name, blank, word, name, blank);
}

/* The words that follow: getopt goes on behind them. "-" is a file. */
static int take_words(const struct option_row *row, int argc, char **argv, void *values,
                      struct error *err)
{
    while (optind < argc && (argv[optind][0] != '-' || !argv[optind][1]))
        if (set(row, argv[optind++], values, err))
            return -1;
    return 0;
}

int options_parse(const struct command *command, int argc, char **argv, void *values,
                  struct error *err)
{
    struct parser parser = {.rows = command->options};
    describe(&parser, command);
    optind = 0; /* glibc: start over, also its own state */
    opterr = 0;
    for (;;) {
        int found = getopt_long(argc, argv, parser.letters, parser.longs, NULL);
        if (found < 0)
            return optind;
        if (found == HELP_ROW || (found == 'h' && !row_of(&parser, found)))
            return OPTIONS_HELP;
        const struct option_row *row = found == ':' ? NULL : row_of(&parser, found);
        if (!row)
            return complain(command, found, argv, err);
        if (set(row, optarg, values, err) ||
            (row->kind == OPTION_FILES && take_words(row, argc, argv, values, err)))
            return -1;
    }
}

static int left_part(const struct option_row *row, char *buffer, size_t size)
{
    char letter[8] = "";
    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    return snprintf(buffer, size, "  %s--%s%s%s", letter, row->name, row->argument ? " " : "",
                    row->argument ? row->argument : "");
}

void options_print(FILE *out, const struct option_row *rows)
{
    static const struct option_row help = {"help", 'h', OPTION_FLAG, NULL, 0, "this text"};
    char left[96];
    int width = 0;
    for (const struct option_row *row = rows; row->name; row++) {
        int length = left_part(row, left, sizeof left);
        width = length > width ? length : width;
    }
    for (const struct option_row *row = rows; row->name; row++) {
        left_part(row, left, sizeof left);
        fprintf(out, "%-*s  %s\n", width, left, row->help);
    }
    left_part(&help, left, sizeof left);
    fprintf(out, "%-*s  %s\n", width, left, help.help);
}
