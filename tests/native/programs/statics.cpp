/* Constructors before main, destructors after it, thread-local ones, atexit, a function in between.
 */
#include "tally.h"

#include <cstdlib>
#include <thread>

static volatile int sink;

__attribute__((noinline)) static int work(int n)
{
    TALLY();
    return n ? work(n - 1) + 1 : 0;
}

struct object {
    int value;
    __attribute__((noinline)) explicit object(int v) : value(construct(v))
    {
    }
    __attribute__((noinline)) ~object()
    {
        destroy(value);
    }
    static __attribute__((noinline)) int construct(int v)
    {
        TALLY();
        return work(v);
    }
    static __attribute__((noinline)) void destroy(int v)
    {
        TALLY();
        sink = work(v);
    }
};

static object before(3);
static thread_local object per_thread(2);

__attribute__((constructor(101))) static void very_early()
{
    TALLY();
    sink = work(1);
}

static void at_end()
{
    TALLY();
    sink = work(4);
}

static void body()
{
    TALLY();
    sink = per_thread.value;
}

int main()
{
    TALLY();
    std::atexit(at_end);
    std::thread one(body), two(body);
    one.join();
    two.join();
    static object local(5);
    return 0;
}
