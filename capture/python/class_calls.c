#include "capture/python/class_calls.h"

#include "capture/channel/target.h"

#include <stdlib.h>
#include <string.h>

/* A portion: so many, which is more than calibration makes, and an eighth of what was told. */
#define PORTION 4096u

static struct {
    struct counted {
        uint32_t pending;
        uint32_t portion; /* at which they are told; 0: PORTION */
    } * of;               /* a function */
    uint32_t room;
} calls;

static struct counted *grow(uint32_t function)
{
    uint32_t room = function < 512 ? 1024 : function * 2;
    struct counted *grown = realloc(calls.of, room * sizeof *grown);
    if (!grown)
        return NULL;
    memset(grown + calls.room, 0, (room - calls.room) * sizeof *grown);
    calls.of = grown;
    calls.room = room;
    return &grown[function];
}

static void tell(uint32_t function, struct counted *of)
{
    define_class_calls(function, of->pending);
    if (of->portion < UINT32_MAX / 2)
        of->portion = (of->portion ? of->portion : PORTION) + of->pending / 8;
    of->pending = 0;
}

void class_calls_add(uint32_t function)
{
    struct counted *of = function < calls.room ? &calls.of[function] : grow(function);
    if (of && ++of->pending >= (of->portion ? of->portion : PORTION))
        tell(function, of);
}

bool class_calls_any(void)
{
    for (uint32_t i = 0; i < calls.room; i++)
        if (calls.of[i].pending > 0)
            return true;
    return false;
}

void class_calls_flush(void)
{
    for (uint32_t i = 0; i < calls.room; i++)
        if (calls.of[i].pending > 0)
            tell(i, &calls.of[i]);
}

void class_calls_forget(void)
{
    if (calls.room)
        memset(calls.of, 0, calls.room * sizeof *calls.of);
}
