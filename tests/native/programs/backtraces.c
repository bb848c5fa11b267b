/* Walking the stack from within: the same frames are seen as without the recorder. */
#include "tally.h"

#include <execinfo.h>
#include <unwind.h>

#define NOINLINE __attribute__((noinline, noclone))

NOINLINE static int by_libc(void)
{
    TALLY();
    void *frames[64];
    return backtrace(frames, 64);
}

static UNSEEN _Unwind_Reason_Code count_frame(struct _Unwind_Context *context, void *data)
{
    ++*(int *)data;
    return _Unwind_GetIP(context) ? _URC_NO_REASON : _URC_END_OF_STACK;
}

NOINLINE static int by_unwinder(void)
{
    TALLY();
    int count = 0;
    _Unwind_Backtrace(count_frame, &count);
    return count;
}

NOINLINE static int down(int n, int which)
{
    TALLY();
    volatile int here = n;
    int count = n ? down(n - 1, which) : which ? by_libc() : by_unwinder();
    return count + (here - n);
}

int main(void)
{
    TALLY();
    for (int i = 0; i < 40; i++)
        printf("%d frames, %d frames\n", down(i % 20, 0), down(i % 20, 1));
    return 0;
}
