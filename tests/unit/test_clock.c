/* Which clock a recording takes, and how fine it is. */
#include "capture/launcher/clock.h"
#include "tests/unit/test.h"

#include <string.h>

static void the_counter_is_trusted_unless_the_kernel_gave_it_up(void **state)
{
    (void)state;
    assert_true(clock_leaves_counter_trusted("tsc\n"));
    assert_true(clock_leaves_counter_trusted("kvm-clock\n"));
    assert_true(clock_leaves_counter_trusted("hyperv_clocksource_tsc_page\n"));
    assert_true(clock_leaves_counter_trusted("")); /* the kernel does not say */
    assert_false(clock_leaves_counter_trusted("hpet\n"));
    assert_false(clock_leaves_counter_trusted("acpi_pm\n"));
    assert_false(clock_leaves_counter_trusted("refined-jiffies\n"));
}

static void what_is_chosen_has_a_name_and_goes_on(void **state)
{
    (void)state;
    enum channel_clock clock = clock_choose();
    assert_true(clock == CHANNEL_CLOCK_TSC || clock == CHANNEL_CLOCK_MONOTONIC);
    assert_string_equal(clock_name(CHANNEL_CLOCK_CPU), "cpu");
    struct clock_pair first = clock_read(clock), second = clock_read(clock);
    assert_true(second.ticks > first.ticks && second.nanoseconds > first.nanoseconds);
    assert_true(clock_rate(&first, &second) > 0);
    assert_true(clock_rate(&second, &first) <= 0); /* no time, no rate */
    assert_true(clock_step(clock) >= 1 && clock_cost(clock) > 0);
}

static void a_unit_is_whole_steps(void **state)
{
    (void)state;
    assert_int_equal(clock_unit(26, 2.6e9, 10), 26);
    assert_int_equal(clock_unit(26, 2.6e9, 25), 52);
    assert_int_equal(clock_unit(26, 2.6e9, 1), 26); /* never less than one */
    assert_int_equal(clock_unit(1, 1e9, 10), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counter_is_trusted_unless_the_kernel_gave_it_up),
        cmocka_unit_test(what_is_chosen_has_a_name_and_goes_on),
        cmocka_unit_test(a_unit_is_whole_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
