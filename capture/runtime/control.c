/* ncprof.h's side in the recorder. */
#include "capture/runtime/thread.h"

#define VISIBLE __attribute__((visibility("default")))

VISIBLE void ncprof_recorder_start(void);
VISIBLE void ncprof_recorder_stop(void);

void ncprof_recorder_start(void)
{
    atomic_store(&recording_stopped, false);
}

void ncprof_recorder_stop(void)
{
    atomic_store(&recording_stopped, true);
}
