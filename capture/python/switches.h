/* The module `ncprof` of the recorded program: start(), stop() and recording(), as ncprof.h has
 * them. */
#ifndef NCPROF_CAPTURE_PYTHON_SWITCHES_H
#define NCPROF_CAPTURE_PYTHON_SWITCHES_H

#include "capture/python/cpython.h"

/* Makes it one that can be imported, unless there is one of that name. Clears the error indicator.
 */
void switches_open(void);

#endif
