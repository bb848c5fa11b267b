/* The pull reader of JSON: what it takes, what it skips, where it stops. */
#include "formats/readers/scan.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scan *scan_of(struct input **input, const char *text, size_t size)
{
    *input = input_from_memory(text, size, "test.json");
    return scan_new(*input);
}

static void finish(struct scan *scan, struct input *input)
{
    scan_free(scan);
    input_close(input);
}

#define OPEN(text)                                                                                 \
    struct input *input;                                                                           \
    struct slice string = {0};                                                                     \
    struct error err = {0};                                                                        \
    struct scan *scan = scan_of(&input, text, strlen(text));                                       \
    (void)string

static void members_items_and_what_is_skipped(void **state)
{
    (void)state;
    OPEN("{\"a\" : 1, \"b\": [ {\"x\":[1,{\"]\":\"}\\\"\"}]}, \"two\" , -3.5e1,true ],\n\"c\":{}}");
    int64_t number;
    assert_true(scan_object(scan));
    assert_true(scan_key(scan, &string));
    assert_true(slice_is(string, "a"));
    assert_true(scan_scaled(scan, 0, &number));
    assert_int_equal(number, 1);
    assert_true(scan_key(scan, &string));
    assert_true(scan_array(scan));
    assert_true(scan_item(scan));
    assert_int_equal(scan_type(scan), SCAN_OBJECT);
    scan_skip(scan);
    assert_true(scan_item(scan));
    assert_true(scan_string(scan, &string));
    assert_true(slice_is(string, "two"));
    assert_true(scan_item(scan));
    assert_true(scan_scaled(scan, 1, &number));
    assert_int_equal(number, -350);
    assert_true(scan_item(scan));
    assert_false(scan_object(scan)); /* it is true, and skipped */
    assert_false(scan_item(scan));
    assert_true(scan_key(scan, &string));
    assert_true(scan_object(scan));
    assert_false(scan_key(scan, &string));
    assert_false(scan_key(scan, &string));
    assert_int_equal(scan_end(scan, &err), 0);
    finish(scan, input);
}

static void escapes(void **state)
{
    (void)state;
    OPEN("[\"\\u00e9\\n\\\"\\\\\\/\", \"\\ud83d\\ude00\", \"\\ud83dx\", \"plain\"]");
    static const char *const expected[] = {"\xc3\xa9\n\"\\/", "\xf0\x9f\x98\x80", "\xef\xbf\xbdx",
                                           "plain"};
    assert_true(scan_array(scan));
    for (int i = 0; i < 4; i++) {
        assert_true(scan_item(scan));
        assert_true(scan_string(scan, &string));
        assert_true(slice_is(string, expected[i]));
    }
    assert_false(scan_item(scan));
    assert_int_equal(scan_end(scan, &err), 0);
    finish(scan, input);
}

static void numbers_keep_their_digits(void **state)
{
    (void)state;
    OPEN("[1700000000123456789, \"42\", 0.1, NaN, -Infinity, 1e400, null]");
    int64_t number = 0;
    assert_true(scan_array(scan));
    assert_true(scan_item(scan) && scan_scaled(scan, 0, &number));
    assert_true(number == INT64_C(1700000000123456789));
    assert_true(scan_item(scan) && scan_scaled(scan, 0, &number));
    assert_int_equal(number, 42);
    assert_true(scan_item(scan) && scan_scaled(scan, 9, &number));
    assert_int_equal(number, 100000000);
    for (int i = 0; i < 4; i++)
        assert_false(scan_item(scan) ? scan_scaled(scan, 0, &number) : true);
    assert_int_equal(number, 100000000);
    assert_false(scan_item(scan));
    assert_int_equal(scan_end(scan, &err), 0);
    finish(scan, input);
}

/* All there is of any document; also as one that a reader would skip in part. */
static void take_all(struct scan *scan, int skip_at)
{
    struct slice slice;
    struct decimal number;
    bool object[64];
    int depth = 0, count = 0;
    do {
        if (depth && !(object[depth - 1] ? scan_key(scan, &slice) : scan_item(scan))) {
            depth--;
            continue;
        }
        enum scan_type type = scan_type(scan);
        if (++count == skip_at || depth == 64)
            scan_skip(scan);
        else if (type == SCAN_OBJECT && scan_object(scan))
            object[depth++] = true;
        else if (type == SCAN_ARRAY && scan_array(scan))
            object[depth++] = false;
        else if (type == SCAN_STRING)
            scan_string(scan, &slice);
        else if (type == SCAN_NUMBER)
            scan_number(scan, &number);
        else if (type != SCAN_OBJECT && type != SCAN_ARRAY)
            scan_skip(scan);
    } while (depth && !scan_failed(scan));
}

static const char sample[] = "{\"name\":\"a\\tb\", \"list\":[1,2.5,[],{},\"\\u20ac\"],"
                             "\"t\":true,\"f\":false,\"n\":null,\"s\":\"]}\"}";

static void cut_at_every_byte_it_says_where(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof sample; size++) {
        for (int skip = 0; skip < 12; skip++) {
            struct input *input;
            struct error err = {0};
            struct scan *scan = scan_of(&input, sample, size);
            take_all(scan, skip);
            int status = scan_end(scan, &err);
            assert_int_equal(status, size == sizeof sample - 1 ? 0 : -1);
            if (status && size)
                assert_true(err.code == ERROR_TRUNCATED && err.has_offset && err.offset <= size);
            finish(scan, input);
        }
    }
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"{\"a\" 1}",     "{a:1}", "[1 2]",     "[1}",
                                        "[+]",           "[tru]", "[\"\\x\"]", "[1,,2]",
                                        "[\"\\u12g4\"]", "[] x",  "{\"a\":}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        OPEN(wrong[i]);
        take_all(scan, 0);
        assert_int_equal(scan_end(scan, &err), -1);
        assert_int_equal(err.code, ERROR_FORMAT);
        assert_true(err.has_offset);
        finish(scan, input);
    }
}

/* Windows end anywhere in the text, and one string is longer than a window. */
static void larger_than_a_window(void **state)
{
    (void)state;
    const size_t items = 40000, longest = 700000;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fprintf(out, "[\"%0*d\"", (int)longest, 0);
    for (size_t i = 0; i < items; i++)
        fprintf(out, ", {\"k\\u0061\" : %zu}", i);
    fprintf(out, "]");
    fclose(out);
    struct input *input;
    struct error err = {0};
    struct slice string;
    struct scan *scan = scan_of(&input, text, size);
    assert_true(scan_array(scan) && scan_item(scan) && scan_string(scan, &string));
    assert_int_equal(string.length, longest);
    for (size_t i = 0; i < items; i++) {
        int64_t number;
        assert_true(scan_item(scan));
        if (i % 3 == 2) {
            scan_skip(scan);
            continue;
        }
        assert_true(scan_object(scan) && scan_key(scan, &string) && slice_is(string, "ka"));
        assert_true(scan_scaled(scan, 0, &number));
        assert_true((size_t)number == i);
        assert_false(scan_key(scan, &string));
    }
    assert_false(scan_item(scan));
    assert_int_equal(scan_end(scan, &err), 0);
    finish(scan, input);
    free(text);
}

static void a_million_levels_are_skipped(void **state)
{
    (void)state;
    const size_t depth = 1000000;
    char *text = malloc(2 * depth);
    assert_non_null(text);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    struct input *input;
    struct error err = {0};
    struct scan *scan = scan_of(&input, text, 2 * depth);
    scan_skip(scan);
    assert_int_equal(scan_end(scan, &err), 0);
    finish(scan, input);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_items_and_what_is_skipped),
        cmocka_unit_test(escapes),
        cmocka_unit_test(numbers_keep_their_digits),
        cmocka_unit_test(cut_at_every_byte_it_says_where),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(larger_than_a_window),
        cmocka_unit_test(a_million_levels_are_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
