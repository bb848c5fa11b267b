/* Prints the key table as README.md and the man page hold it: print_keys markdown|man */
#include "tui/actions.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    actions_write(stdout, strcmp(argv[1], "man") == 0 ? ACTIONS_MAN : ACTIONS_MARKDOWN);
    return 0;
}
