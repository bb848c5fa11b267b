#include "capture/channel/layout.h"
#include "capture/channel/patterns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char packed[256];
static uint32_t used;

static void pack(bool include, const char *text)
{
    assert_true(patterns_pack(packed, &used, sizeof packed, include, text));
}

static void test_check(void **state)
{
    char why[100] = "";
    (void)state;
    assert_true(patterns_check("^a(b|c)+$", why, sizeof why));
    assert_true(patterns_check("module:libm", why, sizeof why));
    assert_true(patterns_check("file::open", why, sizeof why));
    assert_false(patterns_check("a(", why, sizeof why));
    assert_true(strlen(why) > 0);
    assert_false(patterns_check("", why, sizeof why));
    assert_false(patterns_check("file:", why, sizeof why));
}

static void test_choose(void **state)
{
    (void)state;
    used = 0;
    pack(true, "^parse");
    pack(true, "module:^libx\\.so");
    pack(false, "file:/usr/");
    struct patterns *patterns = patterns_compile(packed, used);
    assert_non_null(patterns);
    assert_true(patterns_want_file(patterns));
    assert_int_equal(patterns_choose(patterns, "parse_a", "", ""), CHOICE_INCLUDED);
    assert_int_equal(patterns_choose(patterns, "x", "libx.so.2", ""), CHOICE_INCLUDED);
    assert_int_equal(patterns_choose(patterns, "x", "", ""), 0);
    assert_int_equal(patterns_choose(patterns, "x", "", "/usr/x.c"), CHOICE_EXCLUDED);
    assert_int_equal(patterns_choose(patterns, "parse", "", "/usr/x.c"),
                     CHOICE_INCLUDED | CHOICE_EXCLUDED);
    patterns_free(patterns);
}

static void test_prefixes(void **state)
{
    (void)state;
    used = 0;
    pack(false, "file::open");
    pack(false, "function:^module:");
    pack(false, "^gr.ße$"); /* a character, whatever the locale */
    struct patterns *patterns = patterns_compile(packed, used);
    assert_non_null(patterns);
    assert_false(patterns_want_file(patterns));
    assert_int_equal(patterns_choose(patterns, "file::open(int)", "", ":open"),
                     CHOICE_INCLUDED | CHOICE_EXCLUDED);
    assert_int_equal(patterns_choose(patterns, "module:x", "", ""),
                     CHOICE_INCLUDED | CHOICE_EXCLUDED);
    assert_int_equal(patterns_choose(patterns, "größe", "", ""), CHOICE_INCLUDED | CHOICE_EXCLUDED);
    assert_int_equal(patterns_choose(patterns, "other", "module:x", ":open"), CHOICE_INCLUDED);
    patterns_free(patterns);
}

static void test_limits(void **state)
{
    (void)state;
    char small[8];
    uint32_t full = 0;
    assert_true(patterns_pack(small, &full, sizeof small, true, "12345"));
    assert_int_equal(full, sizeof small);
    assert_false(patterns_pack(small, &full, sizeof small, true, "1"));
    assert_null(patterns_compile(small, 0));
    assert_null(patterns_compile("+nab", 4)); /* not ended */
    struct patterns *broken = patterns_compile("+n(\0-\0-nx", 10);
    assert_non_null(broken);
    assert_int_equal(patterns_choose(broken, "x", "", ""), CHOICE_INCLUDED | CHOICE_EXCLUDED);
    patterns_free(broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_choose),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
