#include "tests/unit/test.h"

#include "tui/analysis/filter.h"

#include <locale.h>
#include <string.h>

static const struct function concat = {"Frame.concat", "pandas.core", "/usr/lib/pandas/frame.py",
                                       88, FUNCTION_PYTHON};

static bool finds(const char *text, const struct function *function)
{
    struct filter *filter = filter_new(text);
    bool found = filter_matches_function(filter, function);
    filter_free(filter);
    return found;
}

static void nothing_matches_everything(void **state)
{
    (void)state;
    assert_null(filter_new(NULL));
    assert_null(filter_new(""));
    assert_true(filter_matches(NULL, "anything"));
    assert_true(filter_matches_function(NULL, &concat));
    filter_free(NULL);
}

static void case_counts_once_it_is_used(void **state)
{
    (void)state;
    assert_true(finds("frame", &concat));
    assert_true(finds("Frame", &concat));
    assert_false(finds("FRAME", &concat));
    assert_true(finds("^frame\\.con", &concat));
    assert_false(finds("^FRame\\.con", &concat));
    /* \W is a class, not a capital letter */
    assert_true(finds("frame\\Wconcat", &concat));
}

static void searches_name_module_and_place(void **state)
{
    (void)state;
    assert_true(finds("concat", &concat));
    assert_true(finds("core", &concat));
    assert_true(finds("frame.py:88", &concat));
    assert_true(finds("^pandas", &concat));
    assert_true(finds(":88$", &concat));
    assert_true(finds("concat$", &concat));
    /* never across two of them */
    assert_false(finds("concat.*pandas.core", &concat));
    assert_false(finds("Frame\\.concat[^x]pandas", &concat));
}

static void words_with_bars(void **state)
{
    (void)state;
    assert_true(finds("xyz|concat", &concat));
    assert_true(finds("concat|xyz", &concat));
    assert_false(finds("xyz|uvw", &concat));
    /* a bar that ends nothing yet is taken as it is */
    assert_false(finds("concat|", &concat));
    assert_false(finds("|", &concat));
}

static void broken_expressions_are_literal(void **state)
{
    (void)state;
    const struct function operator_call = {"Array::operator()(int)", "", "", 0, FUNCTION_NATIVE};
    assert_true(finds("operator(", &operator_call));
    assert_true(finds("Array::operator(", &operator_call));
    assert_false(finds("operator[", &operator_call));
}

/* A dot is a character, not a byte, and case is folded beyond ASCII where the locale can. */
static void characters_beyond_ascii(void **state)
{
    (void)state;
    const struct function cafe = {"caf\xc3\xa9.serve", "", "", 0, FUNCTION_PYTHON};
    const struct function broken = {"caf\xff.serve", "", "", 0, FUNCTION_PYTHON};
    assert_true(finds("caf.\\.serve", &cafe));
    assert_true(finds("caf\xc3\xa9", &cafe));
    assert_true(finds("serve$", &broken));
}

static void long_names(void **state)
{
    (void)state;
    char name[5000];
    memset(name, 'a', sizeof name);
    name[sizeof name - 2] = 'z';
    name[sizeof name - 1] = '\0';
    const struct function function = {name, "", name, 3, FUNCTION_NATIVE};
    assert_true(finds("az$", &function));
    assert_true(finds("z", &function));
    assert_false(finds("b", &function));
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_matches_everything),
        cmocka_unit_test(case_counts_once_it_is_used),
        cmocka_unit_test(searches_name_module_and_place),
        cmocka_unit_test(words_with_bars),
        cmocka_unit_test(broken_expressions_are_literal),
        cmocka_unit_test(characters_beyond_ascii),
        cmocka_unit_test(long_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
