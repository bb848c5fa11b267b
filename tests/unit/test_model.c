/* What the model stands on: memory, strings, text, errors, histograms. */
#include "formats/profile/error.h"
#include "formats/profile/histogram.h"
#include "formats/profile/memory.h"
#include "formats/profile/strings.h"
#include "formats/profile/text.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void arena_keeps_and_aligns(void **state)
{
    (void)state;
    struct arena arena = {0};
    char *first = arena_string(&arena, "first", 5);
    for (size_t size = 1; size < 3000000; size = size * 3 + 1) {
        char *data = arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)data % _Alignof(max_align_t), 0);
        assert_int_equal(data[size - 1], 0);
        data[size - 1] = 1;
    }
    arena_adopt(&arena, memory_alloc(100));
    assert_string_equal(first, "first");
    arena_free(&arena);
}

static void arrays_grow(void **state)
{
    (void)state;
    ARRAY(uint32_t) ids = {0};
    for (uint32_t i = 0; i < 100000; i++)
        *array_push(&ids) = i;
    assert_int_equal(ids.count, 100000);
    assert_int_equal(ids.data[99999], 99999);
    array_free(&ids);
}

static void strings_are_interned(void **state)
{
    (void)state;
    struct strings table = {0};
    char text[32];
    assert_int_equal(strings_intern(&table, "", 0), 0);
    for (int i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "name %d", i);
        assert_int_equal(strings_intern_text(&table, text), i + 1);
    }
    assert_int_equal(strings_intern(&table, "name 77 and more", 7), 78);
    assert_int_equal(strings_intern(&table, "a\0b", 3), 20001);
    assert_int_equal(strings_length(&table, 20001), 3);
    assert_string_equal(strings_get(&table, 78), "name 77");
    assert_int_equal(strings_find(&table, "absent", 6), UINT32_MAX);
    strings_free(&table);
}

static void expect_escaped(const char *text, size_t length, const char *wanted)
{
    char buffer[64];
    text_escape(text, length, buffer, sizeof buffer);
    assert_string_equal(buffer, wanted);
}

static void text_is_escaped(void **state)
{
    (void)state;
    expect_escaped("plain µ 漢", strlen("plain µ 漢"), "plain µ 漢");
    expect_escaped("a\x1b[2Jb\n", 7, "a\\x1b[2Jb\\n");
    expect_escaped("\xc2\x9b", 2, "\\x9b"); /* C1 CSI */
    expect_escaped("\xff\xc3", 2, "\\xff\\xc3");
    expect_escaped("\xed\xa0\x80", 3, "\\xed\\xa0\\x80"); /* a surrogate */
    expect_escaped("\xe2\x80\xae", 3, "\\u202e");         /* right-to-left override */
    expect_escaped("a\xe2\x80\x8b"
                   "b",
                   5, "a\\u200bb");                     /* zero-width space */
    expect_escaped("\xc2\xad", 2, "\\u00ad");           /* soft hyphen */
    expect_escaped("\xf3\xa0\x80\x81", 4, "\\U0e0001"); /* language tag */
    expect_escaped("a\0b", 3, "a\\x00b");
    char small[4];
    assert_int_equal(text_escape("ab\xc3\xa9", 4, small, sizeof small), 2);
    assert_string_equal(small, "ab");
}

static void errors_name_the_place(void **state)
{
    (void)state;
    struct error err;
    char text[256];
    assert_int_equal(error_at_line(&err, 3, "no count after '%s'", "a;b"), -1);
    error_in_file(&err, "x\n.txt");
    error_in_file(&err, "other");
    error_text(&err, text, sizeof text);
    assert_string_equal(text, "x\\n.txt: no count after 'a;b' (line 3)");
    error_at_offset(&err, 0, "bad type");
    error_text(&err, text, sizeof text);
    assert_string_equal(text, "bad type (at byte 0)");
    errno = ENOENT;
    error_errno(&err, "%s", "");
    assert_string_equal(err.text, "No such file or directory");
}

static void quantiles_are_near(void **state)
{
    (void)state;
    struct histogram h = {0}, other = {0};
    for (uint64_t value = 1; value <= 100000; value++)
        histogram_add(value % 2 ? &h : &other, value * 1000, 1);
    histogram_merge(&h, &other);
    assert_int_equal(h.total, 100000);
    assert_int_equal(h.min, 1000);
    assert_int_equal(h.max, 100000000);
    const double quantiles[] = {0.01, 0.5, 0.95, 0.99, 0.999, 1};
    for (size_t i = 0; i < 6; i++) {
        double truth = quantiles[i] * 1e8;
        double got = (double)histogram_quantile(&h, quantiles[i]);
        assert_true(got > truth * 0.99 && got < truth * 1.01);
    }
    histogram_free(&h);
    histogram_free(&other);
}

static void buckets_are_within_a_percent(void **state)
{
    (void)state;
    for (uint64_t value = 1; value < UINT64_MAX / 3; value = value * 2 + value / 7 + 1) {
        uint32_t bucket = histogram_bucket_of(value);
        assert_in_range(bucket, 0, HISTOGRAM_BUCKETS - 1);
        double back = (double)histogram_bucket_value(bucket);
        assert_true(back >= (double)value * (1 - 1.0 / 128) &&
                    back <= (double)value * (1 + 1.0 / 128));
        assert_int_equal(histogram_bucket_of(histogram_bucket_value(bucket)), bucket);
    }
    assert_in_range(histogram_bucket_of(UINT64_MAX), 0, HISTOGRAM_BUCKETS - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_keeps_and_aligns),       cmocka_unit_test(arrays_grow),
        cmocka_unit_test(strings_are_interned),         cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(errors_name_the_place),        cmocka_unit_test(quantiles_are_near),
        cmocka_unit_test(buckets_are_within_a_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
