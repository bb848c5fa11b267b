/*
 * The commands: one table (commands.c), one file a command.
 *
 * A command states its options as a table. Out of it come the parsing, the text of
 * --help and the completions; the parsed values stand in a struct of the
 * command's own, which starts as a copy of `defaults`:
 *
 *     struct info_options { const char *format; };
 *     static const struct option_row info_rows[] = {
 *         {"format", 'f', OPTION_TEXT, "FORMAT", offsetof(struct info_options, format),
 *          "text (default) or json"},
 *         {0}};
 *     const struct command info_command = {"info", "what a file is", "FILE", NULL, info_rows,
 *                                          &(struct info_options){0}, sizeof(struct info_options),
 *                                          false, info_run};
 *
 * Adding a command is one file and one row; one of `plan`'s own a row in plan.c.
 */
#ifndef NCPROF_TUI_COMMANDS_COMMAND_H
#define NCPROF_TUI_COMMANDS_COMMAND_H

#include "formats/profile/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_kind {
    OPTION_FLAG,    /* bool: true when given */
    OPTION_TEXT,    /* const char *, borrowed from argv */
    OPTION_COUNT,   /* uint32_t */
    OPTION_SIZE,    /* uint64_t: bytes; 100k, 4G */
    OPTION_PERCENT, /* double: 5 and 5% give 0.05; 0 to 100 */
    OPTION_NUMBER,  /* double, finite */
    OPTION_LIST,    /* struct text_list; may be given several times */
    OPTION_FILES,   /* the same, with all words up to the next option: --base a b c */
};

#define TEXT_LIST_MAX 64

struct text_list {
    const char *items[TEXT_LIST_MAX];
    uint32_t count;
};

struct option_row {
    const char *name; /* without the dashes; NULL ends the table */
    char letter;      /* 0: none */
    enum option_kind kind;
    const char *argument; /* what --help calls it; NULL for a flag */
    size_t offset;        /* of the value in the command's options */
    const char *help;
};

struct command {
    const char *name, *summary;
    const char *usage; /* after the name: "FILE [options]" */
    const char *notes; /* lines under the options of --help, or NULL */
    const struct option_row *options;
    const void *defaults;
    size_t size;             /* of *defaults, at most COMMAND_OPTIONS_MAX */
    bool first_operand_ends; /* what follows the first operand is another program's */
    /* Returns the exit status. `operands` has `count` elements and a NULL after them. */
    int (*run)(const void *options, char **operands, int count);
    /* Commands of its own ("plan run" of "plan"), NULL at the end; then there is no run(). */
    const struct command *const *commands;
};

#define COMMAND_OPTIONS_MAX 4096

#ifndef NCPROF_VERSION
#define NCPROF_VERSION "0.1.0"
#endif

/* Exit statuses of the program itself. */
enum { COMMAND_OK = 0, COMMAND_REGRESSED = 1, COMMAND_FAILED = 2 };

extern const struct command *const commands[]; /* NULL at the end */
extern const struct command report_command, diff_command, scaling_command, info_command,
    convert_command, help_command, version_command, record_command, recover_command, plan_command,
    summary_command, check_command, merge_command;
/* `ncprof FILE...`; stands in no table, its options are the program's own, its name is NULL. */
extern const struct command browse_command;

const struct command *command_by_name(const char *name); /* NULL: none */
/* The one of the command's own that its second word names ("run" is "plan run"); NULL: none. */
const struct command *command_of(const struct command *command, const char *name);

/* Parses argv[1]... and runs the command; prints help and complaints itself. */
int command_run(const struct command *command, int argc, char **argv);
void command_help(const struct command *command);
/* Every command in a line, on standard error when that is the answer to a mistake. */
void command_overview(FILE *out);

/* Says "ncprof: ..." on standard error and returns COMMAND_FAILED. */
int command_fail(const struct error *err);
__attribute__((format(printf, 1, 2))) int command_misused(const char *format, ...);

/* True when there are exactly `wanted` operands; complains otherwise. */
bool command_operands(const struct command *command, int count, int wanted);

#endif
