/* Programs that the recording will miss: started without the session in their environment. */
#ifndef NCPROF_CAPTURE_RUNTIME_MISSED_H
#define NCPROF_CAPTURE_RUNTIME_MISSED_H

#include "capture/channel/layout.h"

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/*
 * Whether a program with this environment would be missed; never without a session. All of this is
 * fit for a child of vfork().
 */
bool missed_by(char *const *environment);
/* Says that `pid` goes on as, or is, such a program; its number for missed_failed(), or -1. */
int missed_add(int32_t pid, const char *program);
/* It could not be started. */
void missed_failed(int number);

#pragma GCC visibility pop

#endif
