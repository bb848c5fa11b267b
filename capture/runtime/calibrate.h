/* What recording one call costs, for reports to take out of the times. */
#ifndef NCPROF_CAPTURE_RUNTIME_CALIBRATE_H
#define NCPROF_CAPTURE_RUNTIME_CALIBRATE_H

#include "capture/runtime/thread.h"

/* Calls the hooks some two thousand times into memory of its own and defines the cost; 1 ms. */
__attribute__((visibility("hidden"))) void calibrate(enum hook_kind kind);

#endif
