/* pstats and marshal: what every writer of it writes, and what nobody should. */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIXTURES "tests/fuzz/corpus/"

/* ---- marshal, written by hand ---- */

struct out {
    ARRAY(char) bytes;
};

static void put(struct out *out, const void *data, size_t size)
{
    array_reserve(&out->bytes, size);
    memcpy(out->bytes.data + out->bytes.count, data, size);
    out->bytes.count += (uint32_t)size;
}

static void put_byte(struct out *out, int byte)
{
    char c = (char)byte;
    put(out, &c, 1);
}

static void put_number(struct out *out, int type, uint32_t value)
{
    put_byte(out, type);
    put(out, &value, sizeof value);
}

static void put_float(struct out *out, double value)
{
    put_byte(out, 'g');
    put(out, &value, sizeof value);
}

static void put_text(struct out *out, const char *text)
{
    put_byte(out, 'z');
    put_byte(out, (int)strlen(text));
    put(out, text, strlen(text));
}

static void put_key(struct out *out, int flag, const char *file, uint32_t line, const char *name)
{
    put_byte(out, ')' | flag);
    put_byte(out, 3);
    put_text(out, file);
    put_number(out, 'i', line);
    put_text(out, name);
}

static void put_values(struct out *out, int elements, uint32_t a, uint32_t b, double tt, double ct)
{
    put_byte(out, ')');
    put_byte(out, elements);
    put_number(out, 'i', a);
    put_number(out, 'i', b);
    put_float(out, tt);
    put_float(out, ct);
}

/* {key: (cc, nc, tt, ct, {})} without the end of the outer dictionary */
static void put_function(struct out *out, const char *name)
{
    put_key(out, 0, "x.py", 7, name);
    put_values(out, 5, 1, 1, 0.5, 0.5);
    put(out, "{0", 2);
}

static int load(struct out *out, struct profile **profile, struct error *err)
{
    *err = (struct error){0};
    *profile = NULL;
    int status =
        profile_load_memory(profile, out->bytes.data, out->bytes.count, "made.prof", "pstats", err);
    if (!status)
        assert_int_equal(profile_check(*profile, err), 0);
    return status;
}

static struct profile *load_fixture(const char *name)
{
    struct profile *profile = NULL;
    struct error err = {0};
    char *path = memory_printf(FIXTURES "%s", name);
    if (profile_load(&profile, path, NULL, &err))
        fail_msg("%s: %s", name, err.text);
    assert_int_equal(profile_check(profile, &err), 0);
    assert_string_equal(profile->format, "pstats");
    assert_string_equal(profile->path, path);
    free(path);
    return profile;
}

static uint32_t find(const struct profile *profile, const char *name)
{
    for (uint32_t f = 0; f < profile->function_count; f++)
        if (!strcmp(profile->functions[f].name, name))
            return f;
    fail_msg("there is no function %s", name);
    return PROFILE_NONE;
}

static struct values edge(const struct profile *profile, const char *caller, const char *callee)
{
    uint32_t from = find(profile, caller), to = find(profile, callee);
    for (uint32_t e = 0; e < profile->edge_count; e++)
        if (profile->edges[e].caller == from && profile->edges[e].callee == to)
            return profile_edge(profile, e, 0);
    fail_msg("there is no edge %s -> %s", caller, callee);
    return (struct values){0};
}

static bool has_note(const struct profile *profile, const char *part)
{
    for (uint32_t i = 0; i < profile->note_count; i++)
        if (strstr(profile->notes[i], part))
            return true;
    return false;
}

/* ---- what programs write ---- */

/* The script was the same for all of them: fib(6), recursive, makes 25 calls. */
static void every_python_is_read(void **state)
{
    (void)state;
    static const char *const names[] = {"cprofile-2.7.prof", "cprofile-3.6.prof",
                                        "cprofile-3.8.prof", "cprofile-3.11.prof",
                                        "cprofile-3.13.prof"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct profile *profile = load_fixture(names[i]);
        struct values fib = profile_function(profile, find(profile, "fib"), 0);
        assert_int_equal(fib.calls, 25);
        assert_int_equal(fib.primitive, 1);
        assert_int_equal(edge(profile, "fib", "fib").calls, 24);
        assert_int_equal(edge(profile, "main", "fib").primitive, 1);
        assert_true(edge(profile, "main", "fib").total == fib.total);
        const struct function *main = &profile->functions[find(profile, "main")];
        assert_string_equal(main->file, "demo.py");
        assert_int_equal(main->line, 5);
        assert_int_equal(main->kind, FUNCTION_PYTHON);
        assert_string_equal(profile->metrics[0].name, "time");
        assert_int_equal(profile->flags,
                         PROFILE_HAS_CALLS | PROFILE_HAS_PRIMITIVE | PROFILE_HAS_EDGES);
        assert_int_equal(profile->note_count, 0);
        profile_free(profile);
    }
}

static void pure_profile_is_read(void **state)
{
    (void)state;
    static const char *const names[] = {"profile-2.7.prof", "profile-3.6.prof", "profile-3.8.prof",
                                        "profile-3.11.prof"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct profile *profile = load_fixture(names[i]);
        assert_int_equal(profile_function(profile, find(profile, "fib"), 0).calls, 25);
        assert_int_equal(edge(profile, "fib", "fib").calls, 24);
        assert_int_equal(edge(profile, "fib", "fib").total, 0);
        assert_int_equal(profile->functions[find(profile, "len")].kind, FUNCTION_BUILTIN);
        assert_true(has_note(profile, "a number of calls only"));
        uint32_t code = find(profile, "<code object <module>, file \"demo.py\", line 1>");
        assert_string_equal(profile->functions[code].file, "profile");
        assert_int_equal(
            edge(profile, profile->functions[code].name, i == 0 ? "<module>" : "exec").calls, 1);
        profile_free(profile);
    }
}

static void builtins_have_no_file(void **state)
{
    (void)state;
    struct profile *profile = load_fixture("cprofile-3.11.prof");
    const struct function *len =
        &profile->functions[find(profile, "<built-in method builtins.len>")];
    assert_string_equal(len->file, "");
    assert_int_equal(len->line, 0);
    assert_int_equal(len->kind, FUNCTION_BUILTIN);
    profile_free(profile);
}

static void yappis_pair_is_put_right(void **state)
{
    (void)state;
    struct profile *profile = load_fixture("yappi.pstat");
    struct values fib = profile_function(profile, find(profile, "fib"), 0);
    assert_int_equal(fib.calls, 25);
    assert_int_equal(fib.primitive, 1);
    assert_int_equal(edge(profile, "fib", "fib").calls, 24);
    assert_int_equal(edge(profile, "fib", "fib").primitive, 0);
    assert_true(has_note(profile, "YAPPI"));
    profile_free(profile);
}

static void samples_are_not_calls(void **state)
{
    (void)state;
    struct profile *profile = load_fixture("sampled.pstats");
    assert_false(profile->flags & PROFILE_HAS_CALLS);
    struct values fib = profile_function(profile, find(profile, "fib"), 0);
    assert_int_equal(fib.calls, 0);
    assert_int_equal(fib.self, 90000000);
    /* main was on the stack in 100 samples of 1 ms, all of them called from the module. */
    assert_int_equal(edge(profile, "<module>", "main").total, 100000000);
    assert_int_equal(edge(profile, "main", "fib").total, 90000000);
    assert_true(has_note(profile, "sampling"));
    profile_free(profile);
}

static void every_marshal_version_is_read(void **state)
{
    (void)state;
    for (int version = 0; version <= 4; version++) {
        char name[32];
        snprintf(name, sizeof name, "marshal-%d.prof", version);
        struct profile *profile = load_fixture(name);
        struct values module = profile_function(profile, find(profile, "<module>"), 0);
        assert_int_equal(module.self, -1500000000);
        assert_int_equal(module.total, 0); /* not a number */
        assert_int_equal(module.calls, UINT64_C(1) << 40);
        assert_int_equal(edge(profile, "main", "<module>").self, 0); /* 1e300 */
        assert_int_equal(edge(profile, "main", "<module>").total, 500000000);
        /* A caller that is no function of its own, with a line end in its name. */
        uint32_t missing = find(profile, "missing\nname");
        assert_int_equal(profile_function(profile, missing, 0).calls, 0);
        assert_int_equal(edge(profile, "missing\nname", "main").calls, 1);
        assert_true(has_note(profile, "3 counts or times"));
        profile_free(profile);
    }
}

static void other_entries_are_skipped(void **state)
{
    (void)state;
    struct profile *profile = load_fixture("odd-entries.prof");
    assert_int_equal(profile_function(profile, find(profile, "<module>"), 0).calls, 1);
    assert_int_equal(profile_function(profile, find(profile, "d"), 0).calls, 1);
    assert_true(has_note(profile, "are skipped"));
    profile_free(profile);
    profile = load_fixture("empty.prof");
    assert_int_equal(profile->function_count, 0);
    assert_true(has_note(profile, "holds no function"));
    profile_free(profile);
}

/* ---- what nobody should write ---- */

static void a_cut_file_keeps_what_came_before(void **state)
{
    (void)state;
    struct out out = {0};
    struct profile *profile;
    struct error err;
    put_byte(&out, '{');
    put_function(&out, "first");
    put_function(&out, "second");
    uint32_t whole = out.bytes.count;
    assert_int_equal(load(&out, &profile, &err), 0);
    assert_true(profile->flags & PROFILE_TRUNCATED);
    assert_true(has_note(profile, "cut short at byte"));
    assert_int_equal(profile_function(profile, find(profile, "second"), 0).self, 500000000);
    profile_free(profile);
    out.bytes.count = 20; /* inside the first key */
    assert_int_equal(load(&out, &profile, &err), -1);
    assert_int_equal(err.code, ERROR_TRUNCATED);
    out.bytes.count = whole;
    array_free(&out.bytes);
}

static void expect_error(struct out *out, const char *wanted)
{
    struct profile *profile;
    struct error err;
    char text[1200];
    assert_int_equal(load(out, &profile, &err), -1);
    error_text(&err, text, sizeof text);
    assert_string_equal(text, wanted);
    array_free(&out->bytes);
}

static void faults_are_told_with_their_place(void **state)
{
    (void)state;
    struct out list = {0}, type = {0}, reference = {0}, length = {0}, twice = {0};
    put(&list, "[\0\0\0\0", 5);
    expect_error(&list, "made.prof: is no pstats file: it does not hold a dictionary (at byte 0)");
    put(&type, "{@", 2);
    expect_error(&type, "made.prof: no marshal object begins with byte 64 (at byte 1)");
    put(&reference, "{r\x05\0\0\0", 6);
    expect_error(&reference, "made.prof: there is no object 5 to refer to (at byte 1)");
    put(&length, "{u\xff\xff\xff\xff", 6);
    expect_error(&length, "made.prof: the marshal data end too early (at byte 6)");
    put(&twice, "{\xf2\0\0\0\0\xf2\0\0\0\0", 11); /* an 'r' that carries a number itself */
    expect_error(&twice, "made.prof: a reference to a reference (at byte 1)");
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    static const char *const openers[] = {")\x01", "[\x01\0\0\0", "{", "{i\0\0\0\0"};
    static const size_t sizes[] = {2, 5, 1, 6};
    for (size_t i = 0; i < 4; i++) {
        struct out out = {0};
        struct profile *profile;
        struct error err;
        put_byte(&out, '{');
        for (int depth = 0; depth < 1000000; depth++)
            put(&out, openers[i], sizes[i]);
        assert_int_equal(load(&out, &profile, &err), -1);
        assert_string_equal(err.text, "objects are nested more than 100 deep");
        array_free(&out.bytes);
    }
}

/* One large table of callers, and as many functions as fit that all refer to it. */
static void references_cannot_multiply_the_work(void **state)
{
    (void)state;
    struct out out = {0};
    struct profile *profile;
    struct error err;
    put_byte(&out, '{');
    put_key(&out, 0, "x.py", 1, "first");
    put_values(&out, 5, 1, 1, 0, 0);
    put_byte(&out, '{' | 0x80); /* object 0 */
    for (uint32_t i = 0; i < 20000; i++) {
        put_key(&out, 0, "y.py", i + 1, "caller");
        put_number(&out, 'i', 1);
    }
    put_byte(&out, '0');
    for (uint32_t i = 0; i < 20000; i++) {
        put_key(&out, 0, "z.py", i + 1, "callee");
        put_values(&out, 5, 1, 1, 0, 0);
        put_number(&out, 'r', 0);
    }
    put_byte(&out, '0');
    clock_t start = clock();
    assert_int_equal(load(&out, &profile, &err), -1);
    assert_string_equal(err.text, "too much of the file is references");
    assert_true(clock() - start < 60 * CLOCKS_PER_SEC);
    array_free(&out.bytes);
}

/* A dictionary that names itself as a table of callers, then a key that names itself. */
static void circles_end(void **state)
{
    (void)state;
    struct out callers = {0}, key = {0};
    struct profile *profile;
    struct error err;
    put_byte(&callers, '{' | 0x80);
    put_key(&callers, 0, "x.py", 1, "first");
    put_values(&callers, 5, 1, 1, 0, 0);
    put_number(&callers, 'r', 0);
    put_byte(&callers, '0');
    assert_int_equal(load(&callers, &profile, &err), 0);
    assert_true(has_note(profile, "are skipped"));
    profile_free(profile);
    array_free(&callers.bytes);

    put_byte(&key, '{');
    put_byte(&key, ')' | 0x80); /* object 0 */
    put_byte(&key, 3);
    for (int i = 0; i < 3; i++)
        put_number(&key, 'r', 0);
    put_values(&key, 5, 1, 1, 0, 0);
    put(&key, "{00", 3);
    assert_int_equal(load(&key, &profile, &err), 0);
    assert_int_equal(profile->function_count, 0);
    profile_free(profile);
    array_free(&key.bytes);
}

static void keys_by_reference_are_the_same_function(void **state)
{
    (void)state;
    struct out out = {0};
    struct profile *profile;
    struct error err;
    put_byte(&out, '{');
    put_key(&out, 0x80, "x.py", 1, "first"); /* object 0 */
    put_values(&out, 5, 2, 3, 0, 0.25);
    put_byte(&out, '{');
    put_number(&out, 'r', 0);
    put_values(&out, 4, 3, 2, 0, 0.25);
    put(&out, "00", 2);
    assert_int_equal(load(&out, &profile, &err), 0);
    assert_int_equal(profile->function_count, 1);
    assert_int_equal(edge(profile, "first", "first").calls, 3);
    assert_int_equal(edge(profile, "first", "first").primitive, 2);
    profile_free(profile);
    array_free(&out.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_python_is_read),
        cmocka_unit_test(pure_profile_is_read),
        cmocka_unit_test(builtins_have_no_file),
        cmocka_unit_test(yappis_pair_is_put_right),
        cmocka_unit_test(samples_are_not_calls),
        cmocka_unit_test(every_marshal_version_is_read),
        cmocka_unit_test(other_entries_are_skipped),
        cmocka_unit_test(a_cut_file_keeps_what_came_before),
        cmocka_unit_test(faults_are_told_with_their_place),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(references_cannot_multiply_the_work),
        cmocka_unit_test(circles_end),
        cmocka_unit_test(keys_by_reference_are_the_same_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
