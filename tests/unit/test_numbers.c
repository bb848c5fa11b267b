#include "tests/unit/test.h"

#include "tui/columns.h"
#include "tui/numbers.h"

#include <math.h>
#include <string.h>

static const struct metric seconds = {"wall", "s", METRIC_TIME, 1e-9};
static const struct metric bytes = {"alloc", "bytes", METRIC_BYTES, 1};
static const struct metric samples = {"samples", "samples", METRIC_SAMPLES, 1e-3};

static void counts_are_grouped(void **state)
{
    char text[64];
    (void)state;
    static const struct {
        uint64_t count;
        const char *text;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {18204, "18,204"},
                 {123456, "123,456"},
                 {1234567, "1,234,567"},
                 {UINT64_MAX, "18,446,744,073,709,551,615"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        number_count(cases[i].count, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
    number_calls(18204, 412, text, sizeof text);
    assert_string_equal(text, "18,204/412");
    number_calls(412, 412, text, sizeof text);
    assert_string_equal(text, "412");
}

static void values_have_units(void **state)
{
    char text[64];
    (void)state;
    static const struct {
        double value;
        const struct metric *metric;
        const char *text;
    } cases[] = {
        {0, &seconds, "0 s"},
        {4.812, &seconds, "4.812 s"},
        {48e-6, &seconds, "48 µs"},
        {2.24e-3, &seconds, "2.2 ms"},
        {127e-3, &seconds, "127 ms"},
        {601e-9, &seconds, "601 ns"},
        {0.4e-9, &seconds, "0.4 ns"},
        {12.34, &seconds, "12.3 s"},
        {60, &seconds, "60.0 s"},
        {1800, &seconds, "1,800.0 s"},
        {-1.5, &seconds, "-1.500 s"},
        /* rounding carries into the next unit, not to "1000 ms" or "10.000 s" */
        {0.9996, &seconds, "1.000 s"},
        {9.9999, &seconds, "10.0 s"},
        {999.7e-6, &seconds, "1.0 ms"},
        {9.99e-3, &seconds, "10 ms"},
        {NAN, &seconds, "-"},
        {INFINITY, &seconds, "-"},
        {4.1e6, &bytes, "4.1 MB"},
        {512, &bytes, "512 B"},
        {2048, &bytes, "2.0 kB"},
        {3.2e9, &bytes, "3.2 GB"},
        {18204, &samples, "18,204"},
        {1.5, &samples, "1.500"},
        {1e300, &samples, "1e+300"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        number_value(cases[i].value, cases[i].metric, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

static void columns_of_times_align(void **state)
{
    char text[64];
    (void)state;
    number_column(4.8124, &seconds, text, sizeof text);
    assert_string_equal(text, "4.812 s");
    number_column(1740, &seconds, text, sizeof text);
    assert_string_equal(text, "1,740.000 s");
    number_column(0, &seconds, text, sizeof text);
    assert_string_equal(text, "0.000 s");
    /* nothing that is there is shown as nothing */
    number_column(48e-6, &seconds, text, sizeof text);
    assert_string_equal(text, "48 µs");
    number_column(7, &samples, text, sizeof text);
    assert_string_equal(text, "7");
}

static void shares_ratios_and_exponents(void **state)
{
    char text[64];
    (void)state;
    number_percent(0.391, text, sizeof text);
    assert_string_equal(text, "39.1");
    number_percent(-0.00001, text, sizeof text);
    assert_string_equal(text, "0.0");
    number_percent(0.0 / 1.0, text, sizeof text);
    assert_string_equal(text, "0.0");
    number_percent(NAN, text, sizeof text);
    assert_string_equal(text, "-");
    number_ratio(30.0 / 7.0, text, sizeof text);
    assert_string_equal(text, "×4.29");
    number_ratio(30, text, sizeof text);
    assert_string_equal(text, "×30.0");
    number_ratio(12345.6, text, sizeof text);
    assert_string_equal(text, "×12,346");
    number_ratio(INFINITY, text, sizeof text);
    assert_string_equal(text, "-");
    number_exponent(1.986, text, sizeof text);
    assert_string_equal(text, "1.99");
    number_exponent(-0.001, text, sizeof text);
    assert_string_equal(text, "0.00");
    number_exponent(NAN, text, sizeof text);
    assert_string_equal(text, "-");
}

static void documents_get_exact_numbers(void **state)
{
    char text[64];
    (void)state;
    assert_true(number_in_unit(4812000000, &seconds) == 4.812);
    assert_true(number_in_unit(1, &seconds) == 1e-9);
    assert_true(number_in_unit(1500, &samples) == 1.5);
    number_shortest(number_in_unit(4812000000, &seconds), text, sizeof text);
    assert_string_equal(text, "4.812");
    number_shortest(0.1 + 0.2, text, sizeof text);
    assert_string_equal(text, "0.30000000000000004");
    number_shortest(-0.0, text, sizeof text);
    assert_string_equal(text, "0");
}

static void small_buffers_are_kept(void **state)
{
    char text[4];
    (void)state;
    number_count(123456, text, sizeof text);
    assert_int_equal(strlen(text), 3);
    number_value(1800, &seconds, text, sizeof text);
    assert_int_equal(strlen(text), 3);
}

static void sentences_have_units(void **state)
{
    (void)state;
    static const struct metric instructions = {"Ir", "", METRIC_COUNT, 1};
    static const struct {
        double value;
        const struct metric *metric;
        const char *text;
    } cases[] = {{138, &samples, "138 samples"},
                 {1, &samples, "1 sample"},
                 {4194757, &instructions, "4,194,757 Ir"},
                 {1e6, &bytes, "1.0 MB"},
                 {0.5, &seconds, "500 ms"},
                 {NAN, &samples, "-"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        number_of_unit(cases[i].value, cases[i].metric, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

static void mean_counts(void **state)
{
    (void)state;
    static const struct {
        double count;
        const char *text;
    } cases[] = {{NAN, "-"},     {0, "0"},        {0.43214, "0.432"},
                 {12.5, "12.5"}, {1600, "1,600"}, {1234.4, "1,234"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[40];
        number_mean_count(cases[i].count, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_counts),
        cmocka_unit_test(sentences_have_units),
        cmocka_unit_test(counts_are_grouped),
        cmocka_unit_test(values_have_units),
        cmocka_unit_test(columns_of_times_align),
        cmocka_unit_test(shares_ratios_and_exponents),
        cmocka_unit_test(documents_get_exact_numbers),
        cmocka_unit_test(small_buffers_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
