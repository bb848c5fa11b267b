/* Text formats: folded stacks and YAPPI's tables. */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

static struct profile *load_as(const char *text, const char *from)
{
    struct profile *profile = NULL;
    struct error err = {0};
    if (profile_load_memory(&profile, text, strlen(text), "text", from, &err))
        fail_msg("%s", err.text);
    if (profile_check(profile, &err))
        fail_msg("%s", err.text);
    return profile;
}

static struct profile *load(const char *text)
{
    return load_as(text, NULL);
}

static void expect_error(const char *text, const char *from, const char *wanted)
{
    struct profile *profile = NULL;
    struct error err = {0};
    char message[1200];
    assert_int_equal(profile_load_memory(&profile, text, strlen(text), "text", from, &err), -1);
    error_text(&err, message, sizeof message);
    assert_string_equal(message, wanted);
}

static uint32_t find(const struct profile *profile, const char *name)
{
    for (uint32_t f = 0; f < profile->function_count; f++)
        if (!strcmp(profile->functions[f].name, name))
            return f;
    fail_msg("there is no function '%s'", name);
    return PROFILE_NONE;
}

static void expect(const struct profile *profile, const char *name, int64_t self, int64_t total)
{
    struct values values = profile_function(profile, find(profile, name), 0);
    assert_int_equal(values.self, self);
    assert_int_equal(values.total, total);
}

static bool has_note(const struct profile *profile, const char *part)
{
    for (uint32_t i = 0; i < profile->note_count; i++)
        if (strstr(profile->notes[i], part))
            return true;
    return false;
}

/* ---- decimals ---- */

static void expect_decimal(const char *text, int places, int64_t wanted)
{
    struct decimal number;
    int64_t value;
    assert_true(decimal_parse(text, strlen(text), '.', &number));
    assert_true(decimal_scaled(&number, places, &value));
    assert_int_equal(value, wanted);
}

static void expect_no_decimal(const char *text)
{
    struct decimal number;
    assert_false(decimal_parse(text, strlen(text), '.', &number));
}

static void decimals_are_exact(void **state)
{
    (void)state;
    struct decimal number;
    int64_t value;
    expect_decimal("12", 0, 12);
    expect_decimal("-3.25", 2, -325);
    expect_decimal("+20.", 9, 20000000000);
    expect_decimal(".5", 0, 1);
    expect_decimal("0.49999999999999999999", 0, 0);
    expect_decimal("0.031432999999999996", 9, 31433000);
    expect_decimal("8e-06", 9, 8000);
    expect_decimal("1.5E3", 0, 1500);
    expect_decimal("9223372036854775807", 0, INT64_MAX);
    expect_decimal("0.000000000000000000000000001e27", 0, 1);
    expect_decimal("0e999999999999", 9, 0);
    expect_decimal("1e-999999999999", 9, 0);
    static const char *const others[] = {"",    "-",   ".",   "e5",  "1e",  "1e+", "1.2.3",
                                         "0x1", "nan", "inf", "1 2", "12V", "--1", "1,5"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        expect_no_decimal(others[i]);
    assert_true(decimal_parse("-1e300", 6, '.', &number));
    assert_false(decimal_scaled(&number, 0, &value));
    assert_int_equal(value, INT64_MIN);
    assert_true(decimal_parse("3,25", 4, ',', &number));
}

/* ---- folded ---- */

static void stacks_become_a_tree(void **state)
{
    (void)state;
    struct profile *p = load("main;work;parse 12\nmain;work 3\nmain;worker 4\nmain 2\nmain;work 1");
    assert_string_equal(p->format, "folded");
    assert_int_equal(profile_total(p, 0, PROFILE_NONE), 22);
    assert_int_equal(p->context_count, 5);
    assert_int_equal(p->flags, PROFILE_HAS_TREE | PROFILE_HAS_EDGES);
    expect(p, "main", 2, 22);
    expect(p, "work", 4, 16);
    expect(p, "worker", 4, 4);
    assert_string_equal(p->metrics[0].unit, "samples");
    profile_free(p);
}

static void recursion_counts_once_a_stack(void **state)
{
    (void)state;
    struct profile *p = load("a;a 1\nb;b 1\na;b 1\na;b;a;b 1\na;b;a;c 1\na;b;a;b;a;b 1\n");
    expect(p, "a", 1, 5);
    expect(p, "b", 4, 5);
    profile_free(p);
}

static void names_are_what_stands_between_semicolons(void **state)
{
    (void)state;
    struct profile *p = load("  nginx: worker;operator new(12);  5\na;;b 2\n;x 1\na; 4\n;  3\n"
                             "main;foo 12 7\n");
    expect(p, "operator new(12)", 0, 5);
    expect(p, " ", 8, 8);
    expect(p, "nginx: worker", 0, 5);
    expect(p, "", 4, 10);
    expect(p, "b", 2, 2);
    expect(p, "foo 12", 7, 7);
    profile_free(p);
}

static void decimals_rescale_what_came_before(void **state)
{
    (void)state;
    struct profile *p = load("a;b 1\na;c 2.25\na;d 20.\na;e -0.125\na;f 1e-3\n");
    assert_true(p->metrics[0].scale == 1e-3);
    expect(p, "b", 1000, 1000);
    expect(p, "c", 2250, 2250);
    expect(p, "d", 20000, 20000);
    expect(p, "e", -125, -125);
    expect(p, "a", 0, 23126);
    profile_free(p);
    p = load("a;b 0.12345678949\n");
    expect(p, "b", 123456789, 123456789);
    assert_true(has_note(p, "rounded to 9 decimals"));
    profile_free(p);
}

static void huge_counts_do_not_overflow(void **state)
{
    (void)state;
    struct profile *p = load("a;b 4294967296\na;c 4000000000000000000\na;d 4000000000000000000\n"
                             "a;e 0.5\na;f 1e300\na;g 99999999999999999999\n");
    expect(p, "b", 4294967296, 4294967296);
    expect(p, "c", 4000000000000000000, 4000000000000000000);
    assert_true(has_note(p, "3 lines are left out"));
    assert_true(has_note(p, "rounded"));
    profile_free(p);
}

static void comments_and_bad_lines_are_left_out(void **state)
{
    (void)state;
    struct profile *p =
        load("# duration: 42\na;b 1\n\nno count\n 123\na;c\na;d 12V.43\r\na;e 5\r\n");
    assert_int_equal(p->function_count, 3);
    expect(p, "e", 5, 5);
    assert_true(has_note(p, "4 lines are not a stack and a count and are left out, the first is "
                            "line 4"));
    profile_free(p);
    expect_error("just text\nmore\n", "folded", "text: no line is a stack and a count (line 1)");
    p = load_as("# only a comment\n", "folded");
    assert_true(has_note(p, "holds no stack"));
    profile_free(p);
}

static void two_counts_are_two_metrics(void **state)
{
    (void)state;
    struct profile *p = load("# difffolded\na;b 6 4\na;c 0 12\na;b 1 1.5\n");
    assert_int_equal(p->metric_count, 2);
    assert_string_equal(p->metrics[1].name, "samples before");
    assert_int_equal(profile_function(p, find(p, "b"), 0).self, 55); /* in tenths */
    assert_int_equal(profile_function(p, find(p, "b"), 1).self, 7);
    assert_int_equal(profile_function(p, find(p, "a"), 0).total, 175);
    assert_int_equal(profile_total(p, 1, PROFILE_NONE), 7);
    profile_free(p);
}

static void text_is_not_taken_for_stacks(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\nthis\nis an unknown\nformat\n",
        "Chapter 1\nThe beginning; or not 12\nwords\nmore words\nand more\nand more\n",
        "int main(void)\n{\n    for (i = 0; i < 10; i++)\n        x = 1;\n    return 0;\n}\n",
        "{\"a\": 1}\n",
        "name,other\nx,1\n",
        "127.0.0.1 1 2\n10.0.0.1 3 4\n",
        "key 1\nother key 2\nthird 3\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_error(texts[i], NULL,
                     "text: is in no format that is known (--from ? lists them)");
    struct profile *p = load("main 12\nidle 3\n");
    assert_string_equal(p->format, "folded");
    profile_free(p);
}

/* ---- YAPPI ---- */

static void columns_may_stand_in_any_order(void **state)
{
    (void)state;
    static const char *const tables[] = {
        "name,ncall,tsub,ttot,tavg\nfib,25,0.25,1.5,0.06\n",
        "tavg,ttot,tsub,ncall,other,name\n0.06,1.5,0.25,25,x,fib\n",
        "NAME;ncalls;tottime;cumtime\r\nfib;25/25;0.25;1.5\r\n",
        "name\tncall\ttsub\tttot\nfib\t25\t0,25\t1,5\n",
        "\"name\";\"ncall\";\"tsub\";\"ttot\"\n\"fib\";\"25\";\"0,25\";\"1,5\"\n",
        "\n\nname  ncall  tsub      ttot      tavg\nfib   25     0.250000  1.500000  0.060000\n",
        "\xef\xbb\xbfname, ncall, tsub, ttot\nfib , 25 , 2.5e-1 , 1500e-3\n"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct profile *p = load(tables[i]);
        assert_string_equal(p->format, "yappi");
        assert_int_equal(p->function_count, 1);
        struct values fib = profile_function(p, find(p, "fib"), 0);
        assert_int_equal(fib.calls, 25);
        assert_int_equal(fib.primitive, 25);
        assert_int_equal(fib.self, 250000000);
        assert_int_equal(fib.total, 1500000000);
        profile_free(p);
    }
}

static void primitive_calls_are_told_apart(void **state)
{
    (void)state;
    struct profile *p = load("name,ncall,tsub,ttot,nactualcall\nfib,4876,1,1,4\neven,51/1,1,1,\n");
    assert_int_equal(profile_function(p, find(p, "fib"), 0).primitive, 4);
    assert_int_equal(profile_function(p, find(p, "even"), 0).calls, 51);
    assert_int_equal(profile_function(p, find(p, "even"), 0).primitive, 1);
    assert_int_equal(p->flags, PROFILE_HAS_CALLS | PROFILE_HAS_PRIMITIVE);
    profile_free(p);
}

static void places_are_found(void **state)
{
    (void)state;
    struct profile *p = load("name,ncall,tsub,ttot,module,lineno,builtin\n"
                             "parse,1,1,1,/a b.py,33,False\nprint,1,1,1,builtins,0,True\n");
    const struct function *parse = &p->functions[find(p, "parse")];
    const struct function *print = &p->functions[find(p, "print")];
    assert_string_equal(parse->file, "/a b.py");
    assert_int_equal(parse->line, 33);
    assert_int_equal(parse->kind, FUNCTION_PYTHON);
    assert_string_equal(print->module, "builtins");
    assert_string_equal(print->file, "");
    assert_int_equal(print->kind, FUNCTION_BUILTIN);
    profile_free(p);
    p = load("Clock type: CPU\nOrdered by: totaltime, desc\n\n"
             "name                            ncall   tsub  ttot  tavg\n"
             "C:\\a b.py:12 Some.method (x)    7/3     0.5   0.75  0.1\n");
    const struct function *method = &p->functions[find(p, "Some.method (x)")];
    assert_string_equal(method->file, "C:\\a b.py");
    assert_int_equal(method->line, 12);
    assert_string_equal(p->metrics[0].name, "cpu");
    profile_free(p);
}

static void quotes_may_hold_anything(void **state)
{
    (void)state;
    struct profile *p =
        load("name,ncall,tsub,ttot\n\"a \"\"b\"\",\r\nc\",1,1,1\n\"d\"\"\",2,1,1\n");
    expect(p, "a \"b\",\nc", 1000000000, 1000000000);
    expect(p, "d\"", 1000000000, 1000000000);
    profile_free(p);
    expect_error("name,ncall,tsub,ttot\n\"open,1,1,1\nx,1,1,1\n", NULL,
                 "text: a quote is opened and not closed (line 2)");
    p = load("name,ncall,tsub,ttot\ngood,1,1,1\n\"open,1,1,1\n");
    assert_true(p->flags & PROFILE_TRUNCATED);
    profile_free(p);
}

static void missing_columns_are_named(void **state)
{
    (void)state;
    expect_error("name,ncall,ttot\nfib,1,1\n", NULL, "text: the column 'tsub' is missing (line 1)");
    expect_error("name,ncall,tsub\nfib,1,1\n", NULL, "text: the column 'ttot' is missing (line 1)");
    expect_error("name,tsub,ttot\nfib,1,1\n", NULL, "text: the column 'ncall' is missing (line 1)");
    expect_error("ncall,tsub,ttot\n1,1,1\n", NULL, "text: the column 'name' is missing (line 1)");
    expect_error("some,thing\n1,2\n", "yappi", "text: the column 'name' is missing (line 1)");
    expect_error("name,id,tid,scnt\nT,1,2,3\n", NULL,
                 "text: the column 'ttot' is missing (line 1)");
}

static void bad_rows_are_left_out(void **state)
{
    (void)state;
    struct profile *p = load("name,ncall,tsub,ttot\ngood,1,1,1\nshort\nbad,x,1,1\nworse,-1,1,1\n"
                             "more,1,2,3,4,5\nimpossible,1/2,1,1\nlong,1,1e300,1\n");
    assert_int_equal(p->function_count, 2);
    assert_true(has_note(p, "5 rows"));
    assert_true(has_note(p, "the first is line 3"));
    profile_free(p);
    expect_error("name,ncall,tsub,ttot\nbad,x,1,1\n", NULL,
                 "text: no row has numbers where they belong (line 2)");
    p = load("name,ncall,tsub,ttot\n");
    assert_true(has_note(p, "holds no row"));
    profile_free(p);
}

static void threads_have_a_context_each(void **state)
{
    (void)state;
    struct profile *p = load("name,id,tid,ttot,scnt\n_MainThread,0,1405,0.014,6\nT,1,1399,0.5,4\n");
    assert_int_equal(p->thread_count, 2);
    assert_string_equal(p->threads[1].name, "T 1");
    assert_int_equal(p->threads[1].id, 1399);
    assert_int_equal(profile_total(p, 0, 1), 500000000);
    assert_int_equal(profile_function(p, find(p, "_MainThread 0"), 0).calls, 6);
    profile_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_exact),
        cmocka_unit_test(stacks_become_a_tree),
        cmocka_unit_test(recursion_counts_once_a_stack),
        cmocka_unit_test(names_are_what_stands_between_semicolons),
        cmocka_unit_test(decimals_rescale_what_came_before),
        cmocka_unit_test(huge_counts_do_not_overflow),
        cmocka_unit_test(comments_and_bad_lines_are_left_out),
        cmocka_unit_test(two_counts_are_two_metrics),
        cmocka_unit_test(text_is_not_taken_for_stacks),
        cmocka_unit_test(columns_may_stand_in_any_order),
        cmocka_unit_test(primitive_calls_are_told_apart),
        cmocka_unit_test(places_are_found),
        cmocka_unit_test(quotes_may_hold_anything),
        cmocka_unit_test(missing_columns_are_named),
        cmocka_unit_test(bad_rows_are_left_out),
        cmocka_unit_test(threads_have_a_context_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
