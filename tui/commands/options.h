/* Parsing of one command's options; see command.h. */
#ifndef NCPROF_TUI_COMMANDS_OPTIONS_H
#define NCPROF_TUI_COMMANDS_OPTIONS_H

#include "tui/commands/command.h"

/*
 * Fills `values` (of command->size bytes, the defaults) from argv[1]... and moves the operands
 * behind the options. Returns the index of the first operand; argc when there is none;
 * OPTIONS_HELP when --help was asked for; -1 after an ERROR_USAGE.
 */
int options_parse(const struct command *command, int argc, char **argv, void *values,
                  struct error *err);
#define OPTIONS_HELP (-2)

/* The aligned rows of --help. */
void options_print(FILE *out, const struct option_row *rows);

#endif
