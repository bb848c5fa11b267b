/* pprof's protocol buffers, made by hand: what its writers write, and what nobody should. */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct out {
    ARRAY(char) bytes;
};

static void put_varint(struct out *out, uint64_t value)
{
    for (; value > 127; value >>= 7)
        *array_push(&out->bytes) = (char)(value | 0x80);
    *array_push(&out->bytes) = (char)value;
}

static void put_number(struct out *out, unsigned field, uint64_t value)
{
    put_varint(out, field << 3);
    put_varint(out, value);
}

static void put_bytes(struct out *out, unsigned field, const void *data, size_t size)
{
    put_varint(out, field << 3 | 2);
    put_varint(out, size);
    for (size_t i = 0; i < size; i++)
        *array_push(&out->bytes) = ((const char *)data)[i];
}

static void put_message(struct out *out, unsigned field, struct out *message)
{
    put_bytes(out, field, message->bytes.data, message->bytes.count);
    array_free(&message->bytes);
}

static void put_text(struct out *out, const char *text)
{
    put_bytes(out, 6, text, strlen(text));
}

static void put_type(struct out *out, uint64_t name, uint64_t unit)
{
    struct out type = {0};
    put_number(&type, 1, name);
    put_number(&type, 2, unit);
    put_message(out, 1, &type);
}

static void put_function(struct out *out, uint64_t id, uint64_t name, uint64_t file, uint64_t line)
{
    struct out function = {0};
    if (id)
        put_number(&function, 1, id);
    put_number(&function, 2, name);
    put_number(&function, 4, file);
    put_number(&function, 5, line);
    put_message(out, 5, &function);
}

/* Lines of the functions a and b; 0: none. */
static void put_location(struct out *out, uint64_t id, uint64_t address, uint64_t a, uint64_t b)
{
    struct out location = {0}, line = {0};
    put_number(&location, 1, id);
    put_number(&location, 2, 1);
    put_number(&location, 3, address);
    for (int i = 0; i < 2; i++) {
        uint64_t function = i ? b : a;
        if (!function)
            continue;
        put_number(&line, 1, function);
        put_number(&line, 2, 7);
        put_message(&location, 4, &line);
    }
    put_message(out, 4, &location);
}

/* A sample of up to three locations, leaf first, and two values. */
static void put_sample(struct out *out, bool packed, const uint8_t *locations, uint64_t a,
                       uint64_t b)
{
    struct out sample = {0}, values = {0};
    size_t count = strlen((const char *)locations);
    for (size_t i = 0; !packed && i < count; i++)
        put_number(&sample, 1, locations[i]);
    if (packed) {
        put_bytes(&sample, 1, locations, count);
        put_varint(&values, a);
        put_varint(&values, b);
        put_message(&sample, 2, &values);
    } else {
        put_number(&sample, 2, a);
        put_number(&sample, 2, b);
        put_bytes(&sample, 3, "\x08\x01", 2);
    }
    put_message(out, 2, &sample);
}

static void put_strings(struct out *out)
{
    static const char *const texts[] = {"not empty",   "samples",   "count",   "cpu",
                                        "nanoseconds", "main.main", "main.go", "work\xff",
                                        "inlined",     "/bin/app"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        put_text(out, texts[i]);
}

static void put_tables(struct out *out)
{
    struct out mapping = {0};
    put_number(&mapping, 1, 1);
    put_number(&mapping, 5, 9);
    put_message(out, 3, &mapping);
    put_location(out, 1, 0x10, 1, 0);
    put_location(out, 2, 0x20, 3, 2); /* inlined in work */
    put_location(out, 3, 0xabc, 0, 0);
    put_function(out, 1, 5, 6, 3);
    put_function(out, 2, 7, 6, 9);
    put_function(out, 3, 8, 6, 20);
}

static int load(struct out *out, struct profile **profile, struct error *err)
{
    *err = (struct error){0};
    *profile = NULL;
    int status = profile_load_memory(profile, out->bytes.data, out->bytes.count, "made", NULL, err);
    if (!status) {
        assert_string_equal((*profile)->format, "pprof");
        assert_int_equal(profile_check(*profile, err), 0);
    }
    return status;
}

static uint32_t find(const struct profile *p, const char *name)
{
    for (uint32_t f = 0; f < p->function_count; f++)
        if (!strcmp(p->functions[f].name, name))
            return f;
    fail_msg("no function %s", name);
    return 0;
}

static void assert_values(const struct profile *p, const char *name, uint32_t metric, int64_t self,
                          int64_t total)
{
    struct values values = profile_function(p, find(p, name), metric);
    assert_int_equal(values.self, self);
    assert_int_equal(values.total, total);
}

static bool has_note(const struct profile *p, const char *words)
{
    for (uint32_t i = 0; i < p->note_count; i++)
        if (strstr(p->notes[i], words))
            return true;
    return false;
}

static void make_usual(struct out *out)
{
    put_type(out, 1, 2);
    put_type(out, 3, 4);
    put_sample(out, true, (const uint8_t *)"\2\1", 2, 200);
    put_sample(out, false, (const uint8_t *)"\3\2\1", 1, 50);
    put_sample(out, true, (const uint8_t *)"\1", 1, (uint64_t)-30);
    put_tables(out);
    put_strings(out);
    put_number(out, 9, 1700000000000000000);
    put_number(out, 10, 5000000000);
}

static void samples_inlines_and_addresses(void **state)
{
    (void)state;
    struct out out = {0};
    struct error err;
    struct profile *p;
    make_usual(&out);
    assert_int_equal(load(&out, &p, &err), 0);
    assert_int_equal(p->metric_count, 2);
    assert_string_equal(p->metrics[0].name, "cpu"); /* the last type is the default */
    assert_int_equal(p->metrics[0].kind, METRIC_TIME);
    assert_int_equal(p->metrics[1].kind, METRIC_SAMPLES);
    assert_values(p, "main.main", 0, -30, 220);
    assert_values(p, "work\xff", 0, 0, 250);
    assert_values(p, "inlined", 0, 200, 250);
    assert_values(p, "0xabc", 0, 50, 50);
    assert_values(p, "inlined", 1, 2, 3);
    assert_string_equal(p->functions[find(p, "0xabc")].module, "/bin/app");
    assert_string_equal(p->functions[find(p, "inlined")].file, "main.go");
    assert_int_equal(p->functions[find(p, "inlined")].line, 20);
    assert_int_equal(p->start_ns, 1700000000000000000);
    assert_int_equal(p->wall_ns, 5000000000);
    assert_true(has_note(p, "labels of 1 samples"));
    profile_free(p);
    array_free(&out.bytes);
}

static void default_type_and_period_first(void **state)
{
    (void)state;
    struct out out = {0}, type = {0};
    struct error err;
    struct profile *p;
    put_number(&type, 1, 3);
    put_number(&type, 2, 4);
    put_message(&out, 11, &type); /* the first byte is 0x5a */
    put_number(&out, 14, 1);
    make_usual(&out);
    assert_int_equal((uint8_t)out.bytes.data[0], 0x5a);
    assert_int_equal(load(&out, &p, &err), 0);
    assert_string_equal(p->metrics[0].name, "samples");
    profile_free(p);
    array_free(&out.bytes);
}

static void functions_without_numbers(void **state)
{
    (void)state;
    struct out out = {0};
    struct error err;
    struct profile *p;
    put_type(&out, 1, 2);
    put_sample(&out, true, (const uint8_t *)"\2\1", 2, 0);
    put_location(&out, 1, 0, 1, 0);
    put_location(&out, 2, 0, 2, 0);
    put_function(&out, 0, 5, 6, 1);
    put_function(&out, 0, 7, 6, 1);
    put_strings(&out);
    assert_int_equal(load(&out, &p, &err), 0);
    assert_values(p, "main.main", 0, 0, 2);
    assert_values(p, "work\xff", 0, 2, 2);
    assert_true(has_note(p, "1 samples have another number of values"));
    profile_free(p);
    array_free(&out.bytes);
}

/* Go's list of threads created by itself has no other. */
static void samples_without_frames(void **state)
{
    (void)state;
    struct out out = {0};
    struct error err;
    struct profile *p;
    put_type(&out, 1, 2);
    put_sample(&out, true, (const uint8_t *)"", 2, 0);
    put_sample(&out, true, (const uint8_t *)"", 2, 0);
    put_strings(&out);
    assert_int_equal(load(&out, &p, &err), 0);
    assert_int_equal(p->function_count, 1);
    assert_values(p, "[no frame]", 0, 4, 4);
    profile_free(p);
    array_free(&out.bytes);
}

static void what_is_no_profile(void **state)
{
    (void)state;
    struct out out = {0}, type = {0};
    struct error err;
    struct profile *p;
    put_bytes(&type, 2, "\x08\x01", 2); /* a type whose unit is a message */
    put_message(&out, 1, &type);
    put_bytes(&out, 2, "\x08\x01", 2);
    assert_int_equal(load(&out, &p, &err), -1);
    assert_non_null(strstr(err.text, "is no pprof profile"));
    array_free(&out.bytes);
    put_text(&out, "");
    assert_int_equal(
        profile_load_memory(&p, out.bytes.data, out.bytes.count, "made", "pprof", &err), -1);
    assert_non_null(strstr(err.text, "no types of samples"));
    array_free(&out.bytes);
}

static void cut_short(void **state)
{
    (void)state;
    struct out out = {0};
    struct error err;
    struct profile *p;
    make_usual(&out);
    for (uint32_t size = 0; size < out.bytes.count; size++) {
        char *copy = memory_alloc(size); /* of its own, so that an overrun is seen */
        memcpy(copy, out.bytes.data, size);
        err = (struct error){0};
        if (profile_load_memory(&p, copy, size, "cut", "pprof", &err)) {
            assert_true(err.text[0]);
        } else {
            assert_int_equal(profile_check(p, &err), 0);
            profile_free(p);
        }
        free(copy);
    }
    out.bytes.count -= 3;
    assert_int_equal(profile_load_memory(&p, out.bytes.data, out.bytes.count, "cut", "pprof", &err),
                     0);
    assert_true(p->flags & PROFILE_TRUNCATED);
    profile_free(p);
    array_free(&out.bytes);
}

/* A location of many lines that many samples name: refused before it fills the memory. */
static void inlines_without_end(void **state)
{
    (void)state;
    struct out out = {0}, location = {0}, sample = {0};
    struct error err;
    struct profile *p;
    put_type(&out, 1, 2);
    put_number(&location, 1, 1);
    for (int i = 0; i < 10000; i++)
        put_bytes(&location, 4, "\x08\x01", 2);
    put_message(&out, 4, &location);
    for (int i = 0; i < 10000; i++)
        put_number(&sample, 1, 1);
    put_message(&out, 2, &sample);
    assert_int_equal(load(&out, &p, &err), -1);
    assert_int_equal(err.code, ERROR_LIMIT);
    array_free(&out.bytes);
}

/* ---- the writer ---- */

static struct profile *rewritten(const struct profile *p)
{
    char *data = NULL;
    size_t size = 0;
    struct error err = {0};
    struct profile *again = NULL;
    FILE *file = open_memstream(&data, &size);
    assert_non_null(file);
    assert_int_equal(writer_by_name("pprof")->write(p, file, &err), 0);
    fclose(file);
    if (profile_load_memory(&again, data, size, "written", NULL, &err))
        fail_msg("%s", err.text);
    assert_string_equal(again->format, "pprof");
    assert_int_equal(profile_check(again, &err), 0);
    free(data);
    return again;
}

static void assert_same(const struct profile *a, const struct profile *b)
{
    assert_int_equal(a->metric_count, b->metric_count);
    assert_int_equal(a->function_count, b->function_count);
    assert_int_equal(a->flags & PROFILE_HAS_CALLS, b->flags & PROFILE_HAS_CALLS);
    for (uint32_t m = 0; m < a->metric_count; m++) {
        uint32_t same = 0;
        while (strcmp(a->metrics[m].name, b->metrics[same].name) != 0)
            same++;
        assert_int_equal(m == 0, same == 0);
        for (uint32_t f = 0; f < a->function_count; f++) {
            struct values x = profile_function(a, f, m);
            struct values y = profile_function(b, find(b, a->functions[f].name), same);
            assert_memory_equal(&x, &y, sizeof x);
        }
    }
}

static void round_trips(void **state)
{
    (void)state;
    static const char *const names[] = {"small.pb.gz", "simple.folded", "recursive.folded"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct error err = {0};
        struct profile *p;
        char *path = memory_printf("tests/fuzz/corpus/%s", names[i]);
        assert_int_equal(profile_load(&p, path, NULL, &err), 0);
        if (!strcmp(names[i], "small.pb.gz")) /* what is no UTF-8 is written as \\xff */
            p->functions[find(p, "work\xff")].name = "work\\xff";
        struct profile *again = rewritten(p);
        assert_same(p, again);
        profile_free(again);
        profile_free(p);
        free(path);
    }
}

static void calls_and_threads(void **state)
{
    (void)state;
    struct error err;
    struct build *build = build_new();
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    uint32_t process = build_process(build, "", 1), f = build_function(build, "f", "", "a.c", 3, 0);
    for (uint64_t t = 0; t < 2; t++) {
        uint32_t thread = build_thread(build, t ? "worker" : "main", t, process);
        build_enter(build, thread, f, 0);
        build_enter(build, thread, f, 10);
        build_leave(build, thread, 15);
        build_leave(build, thread, 20);
    }
    struct profile *p;
    assert_int_equal(build_finish(build, &p, &err), 0);
    struct profile *again = rewritten(p);
    assert_same(p, again);
    assert_int_equal(profile_function(again, 0, 0).primitive, 2);
    assert_int_equal(profile_function(again, 0, 0).total, 40);
    profile_free(again);
    profile_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_inlines_and_addresses),
        cmocka_unit_test(default_type_and_period_first),
        cmocka_unit_test(functions_without_numbers),
        cmocka_unit_test(samples_without_frames),
        cmocka_unit_test(what_is_no_profile),
        cmocka_unit_test(cut_short),
        cmocka_unit_test(inlines_without_end),
        cmocka_unit_test(round_trips),
        cmocka_unit_test(calls_and_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
