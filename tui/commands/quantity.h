/* Times and sizes as people write them on a command line: 1.5s, 300ms, 100M. */
#ifndef NCPROF_TUI_COMMANDS_QUANTITY_H
#define NCPROF_TUI_COMMANDS_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds: a number and ns, us, ms, s, min or h, without one seconds. Not negative. */
bool quantity_seconds(const char *text, double *seconds);
/* Two times with .. between them; either may be missing: from the start, to the end. In order. */
bool quantity_range(const char *text, double *from, double *to);
/* Bytes: a number and k, M or G, thousands of each other, with or without a B behind. */
bool quantity_bytes(const char *text, uint64_t *bytes);

#endif
