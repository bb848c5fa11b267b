/* ncprof.h's side in the recorder. */
#include "capture/channel/control.h"

#define VISIBLE __attribute__((visibility("default")))

VISIBLE void ncprof_recorder_start(void);
VISIBLE void ncprof_recorder_stop(void);

void ncprof_recorder_start(void)
{
    control_switch(false);
}

void ncprof_recorder_stop(void)
{
    control_switch(true);
}
