/* Exceptions through many frames, with destructors, nested, rethrown, kept and thrown again. */
#include "tally.h"

#include <exception>
#include <stdexcept>
#include <string>

static volatile int sink;

struct guard {
    int value;
    explicit __attribute__((noinline)) guard(int v) : value(v)
    {
        TALLY();
        sink = v;
    }
    __attribute__((noinline)) ~guard()
    {
        sink = value;
        tally_destroyed();
    }
    static __attribute__((noinline)) void tally_destroyed()
    {
        TALLY();
    }
};

__attribute__((noinline)) static int thrower(int kind)
{
    TALLY();
    guard g(kind);
    if (kind % 3 == 0)
        throw std::runtime_error("three");
    if (kind % 3 == 1)
        throw std::string("one");
    throw kind;
}

__attribute__((noinline)) static int descend(int depth, int kind)
{
    TALLY();
    guard g(depth);
    int result = depth ? descend(depth - 1, kind) : thrower(kind);
    return result + g.value;
}

__attribute__((noinline)) static int rethrower(int depth, int kind)
{
    TALLY();
    try {
        return descend(depth, kind);
    } catch (const std::exception &) {
        sink = 1;
        throw;
    } catch (const std::string &text) {
        guard g((int)text.size());
        throw std::runtime_error(text);
    }
}

__attribute__((noinline)) static void inner_handled(int depth)
{
    TALLY();
    try {
        descend(depth, 2);
    } catch (int value) {
        sink = value;
    }
}

struct cleaner {
    __attribute__((noinline)) ~cleaner()
    {
        inner_handled(3);
    }
};

__attribute__((noinline)) static void throw_through_cleaner(int kind)
{
    TALLY();
    cleaner c;
    descend(4, kind);
}

__attribute__((noinline)) static int after_catch(int value)
{
    TALLY();
    return value + 1;
}

__attribute__((noinline)) static int one_round(int i)
{
    TALLY();
    int result = 0;
    try {
        result += rethrower(i % 20, i);
    } catch (const std::exception &e) {
        result += after_catch(e.what()[0]);
    } catch (int value) {
        result += after_catch(value);
    }
    try {
        throw_through_cleaner(i);
    } catch (...) {
        std::exception_ptr kept = std::current_exception();
        result += after_catch(1);
        try {
            std::rethrow_exception(kept);
        } catch (...) {
            result += after_catch(2);
        }
    }
    return result;
}

int main()
{
    TALLY();
    long sum = 0;
    for (int i = 0; i < 500; i++)
        sum += one_round(i);
    printf("sum %ld\n", sum);
    return 0;
}
