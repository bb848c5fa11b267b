/* The command line of a Python interpreter: where its own options end and the program begins. */
#ifndef NCPROF_CAPTURE_CHANNEL_PYTHON_COMMAND_H
#define NCPROF_CAPTURE_CHANNEL_PYTHON_COMMAND_H

#include <stdbool.h>

enum python_program { PYTHON_NONE, PYTHON_SCRIPT, PYTHON_MODULE, PYTHON_CODE, PYTHON_INPUT };

struct python_command {
    enum python_program program; /* NONE: interactive, or --version and the like */
    bool isolated;               /* -I, -E or -S: PYTHONPATH or sitecustomize do not work */
    int flags;         /* words from arguments[1] on that are options, the last one may be cut */
    int cut;           /* letters of the last of them that are flags ("-Im": 2); 0: all */
    bool inspect;      /* -i */
    const char *value; /* script, module or code, "-" or "" for standard input; borrowed */
    int rest;          /* the program's own arguments begin here */
};

/* `arguments` as main() gets them. */
struct python_command python_command_parse(char *const *arguments);

/* "python", "python3", "python3.11", "python3-dbg" */
bool python_is_interpreter(const char *name);

#endif
