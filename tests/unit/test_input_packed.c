/* Unpacking: layers, cuts, damage, bombs. */
#include "formats/format.h"
#include "tests/unit/packing.h"

static void packed_content_is_unpacked(void **state)
{
    (void)state;
    static const char text[] = "main;work 3\n";
    size_t size = sizeof text - 1;
    expect_unpacked(gzip(text, size), text);
    expect_unpacked(zstd(text, size), text);
    struct bytes second = gzip("next\n", 5);
    struct bytes members = join(gzip(text, size), second.data, second.size);
    expect_unpacked(join(members, "\0\0\0\0", 4), "main;work 3\nnext\n");
    struct bytes frame = zstd("next\n", 5);
    expect_unpacked(join(zstd(text, size), frame.data, frame.size), "main;work 3\nnext\n");
    free(second.data);
    free(frame.data);
    expect_unpacked(gzip("", 0), "");
}

static void packing_is_nested_four_deep(void **state)
{
    (void)state;
    struct bytes packed = gzip("deep\n", 5);
    for (int nested = 2; nested <= 5; nested++) {
        struct bytes outer =
            nested % 2 ? gzip(packed.data, packed.size) : zstd(packed.data, packed.size);
        free(packed.data);
        packed = outer;
        struct input *input = input_from_memory(packed.data, packed.size, "nested");
        if (nested <= 4) {
            expect_content(input, "deep\n");
            continue;
        }
        struct error err = {0};
        const uint8_t *head;
        size_t size;
        assert_int_equal(input_head(input, &head, &size, &err), -1);
        assert_int_equal(err.code, ERROR_LIMIT);
        assert_string_equal(err.text, "is packed more than 4 times over");
        input_close(input);
    }
    free(packed.data);
}

static void our_container_is_left_alone(void **state)
{
    (void)state;
    static const char skippable[] = "\x50\x2a\x4d\x18\x04\x00\x00\x00NCP\x01";
    struct input *input = input_from_memory(skippable, 12, "memory");
    struct error err = {0};
    const uint8_t *head;
    size_t size;
    assert_int_equal(input_head(input, &head, &size, &err), 0);
    assert_int_equal(size, 12);
    assert_memory_equal(head, skippable, 12);
    input_close(input);
}

static void lines_before_a_cut_come_first(void **state)
{
    (void)state;
    struct bytes text = {memory_alloc(1), 0};
    for (int i = 0; i < 20000; i++) {
        char line[64];
        int length = snprintf(line, sizeof line, "function_%d;%d %d\n", i * 7919 % 1000, i, i);
        text = join(text, line, (size_t)length);
    }
    struct bytes packed[] = {gzip(text.data, text.size), zstd(text.data, text.size)};
    for (int i = 0; i < 2; i++) {
        struct input *input = input_from_memory(packed[i].data, packed[i].size * 3 / 4, "cut");
        struct error err = {0};
        unsigned lines;
        assert_int_equal(read_to_error(input, &lines, &err), ERROR_TRUNCATED);
        if (i == 0)
            assert_true(lines > 10000);
        assert_true(lines < 20000);
        assert_int_equal(read_to_error(input, &lines, &err), ERROR_TRUNCATED); /* it stays so */
        input_close(input);
        free(packed[i].data);
    }
    free(text.data);
}

#define MANY_LINES 150000u

/* 2 MB: of that size it is unpacked in a thread of its own. */
static struct bytes many_lines(void)
{
    struct bytes text = {memory_alloc(MANY_LINES * 16), 0};
    for (unsigned i = 0; i < MANY_LINES; i++)
        text.size += (size_t)snprintf((char *)text.data + text.size, 16, "line %09u\n", i);
    return text;
}

static void expect_many_lines(struct input *input, unsigned from, unsigned to)
{
    char wanted[16];
    for (unsigned i = from; i < to; i++) {
        snprintf(wanted, sizeof wanted, "line %09u", i);
        expect_line(input, wanted);
    }
}

static void much_is_unpacked_ahead(void **state)
{
    (void)state;
    struct bytes text = many_lines(),
                 packed[] = {gzip(text.data, text.size), zstd(text.data, text.size)};
    for (unsigned i = 0; i < 2; i++) {
        struct input *input = input_from_memory(packed[i].data, packed[i].size, "memory");
        expect_many_lines(input, 0, MANY_LINES);
        expect_end(input);
        assert_int_equal(input_offset(input), text.size);
        assert_true(input_progress(input) == 1);
        input_close(input);
    }
    for (unsigned lines = 0; lines < MANY_LINES; lines += MANY_LINES / 5) {
        struct input *input = input_from_memory(packed[0].data, packed[0].size, "memory");
        expect_many_lines(input, 0, lines);
        input_close(input); /* in the middle */
        input = input_from_memory(packed[1].data, packed[1].size, "memory");
        expect_many_lines(input, 0, lines);
        struct error err = {0};
        const uint8_t *data;
        size_t size;
        assert_int_equal(input_all(input, &data, &size, &err), 0);
        assert_int_equal(size, text.size - lines * 15);
        assert_memory_equal(data, text.data + lines * 15, size);
        input_close(input);
    }
    free(packed[0].data);
    free(packed[1].data);
    free(text.data);
}

static void much_before_a_cut_comes_first(void **state)
{
    (void)state;
    struct bytes text = many_lines(), packed = gzip(text.data, text.size);
    struct input *input = input_from_memory(packed.data, packed.size * 4 / 5, "memory");
    struct error err = {0};
    unsigned lines;
    expect_many_lines(input, 0, MANY_LINES / 2);
    assert_int_equal(read_to_error(input, &lines, &err), ERROR_TRUNCATED);
    assert_true(lines > MANY_LINES / 4 && lines < MANY_LINES / 2);
    assert_int_equal(read_to_error(input, &lines, &err), ERROR_TRUNCATED);
    assert_int_equal(lines, 0);
    input_close(input);
    packed.data[packed.size / 2] ^= 0x55;
    input = input_from_memory(packed.data, packed.size, "memory");
    assert_int_equal(read_to_error(input, &lines, &err), ERROR_FORMAT);
    assert_true(lines > MANY_LINES / 3 && lines < MANY_LINES);
    input_close(input);
    free(packed.data);
    free(text.data);
}

static void all_before_a_cut_is_there(void **state)
{
    (void)state;
    struct bytes text = {memory_alloc(1), 0};
    for (int i = 0; i < 20000; i++)
        text = join(text, &(uint32_t){(uint32_t)i * 2654435761u}, sizeof(uint32_t));
    struct bytes packed = gzip(text.data, text.size);
    struct input *input = input_from_memory(packed.data, packed.size / 2, "cut");
    struct error err = {0};
    const uint8_t *data;
    size_t size;
    assert_int_equal(input_all(input, &data, &size, &err), 1);
    assert_int_equal(err.code, ERROR_TRUNCATED);
    assert_in_range(size, 20000, 79999);
    assert_memory_equal(data, text.data, size);
    input_release(input);
    assert_int_equal(input_all(input, &data, &size, &err), 0);
    assert_int_equal(size, 0);
    input_close(input);
    free(packed.data);
    free(text.data);
}

/* Functions of a packed file of statistics, whole or cut to a part of its bytes; NULL: refused. */
static struct profile *load_packed(struct bytes packed, size_t size)
{
    struct profile *profile;
    struct error err = {0};
    if (profile_load_memory(&profile, packed.data, size, "statistics", "pstats", &err))
        return NULL;
    assert_int_equal(profile_check(profile, &err), 0);
    return profile;
}

static struct bytes read_file(const char *path)
{
    struct input *input;
    struct error err = {0};
    const uint8_t *data;
    size_t size;
    assert_int_equal(input_open(&input, path, &err), 0);
    assert_int_equal(input_all(input, &data, &size, &err), 0);
    struct bytes bytes = join((struct bytes){memory_alloc(1), 0}, data, size);
    input_close(input);
    return bytes;
}

static void packed_statistics_may_be_cut(void **state)
{
    (void)state;
    struct bytes plain = read_file("tests/fuzz/corpus/cprofile-3.11.prof");
    struct bytes packed = gzip(plain.data, plain.size);
    struct profile *whole = load_packed(packed, packed.size);
    struct profile *half = load_packed(packed, packed.size / 2);
    struct profile *nearly = load_packed(packed, packed.size - 3); /* but for the check sum */
    assert_false(whole->flags & PROFILE_TRUNCATED);
    assert_true(half->flags & PROFILE_TRUNCATED);
    assert_in_range(half->function_count, 1, whole->function_count - 1);
    assert_string_equal(half->notes[0], "is cut short: the gzip data end too early");
    assert_true(nearly->flags & PROFILE_TRUNCATED);
    assert_int_equal(nearly->function_count, whole->function_count);
    assert_null(load_packed(packed, 20));
    profile_free(whole);
    profile_free(half);
    profile_free(nearly);
    free(packed.data);
    free(plain.data);
}

static void damage_is_told(void **state)
{
    (void)state;
    static const char text[] = "some text that is long enough to be packed, packed, packed\n";
    struct bytes packed = gzip(text, sizeof text - 1);
    packed.data[packed.size - 6] ^= 1; /* the checksum */
    struct input *input = input_from_memory(packed.data, packed.size, "bad.gz");
    struct error err = {0};
    unsigned lines;
    assert_int_equal(read_to_error(input, &lines, &err), ERROR_FORMAT);
    assert_string_equal(err.file, "bad.gz");
    assert_string_equal(err.text, "the gzip data are damaged: incorrect data check");
    input_close(input);
    free(packed.data);
}

static void bombs_are_refused(void **state)
{
    (void)state;
    size_t size = (size_t)200 << 20;
    char *zeros = memory_zeroed(size, 1);
    struct bytes packed = zstd(zeros, size), twice = zstd(packed.data, packed.size);
    struct error err = {0};
    const uint8_t *data;
    struct input *input = input_from_memory(twice.data, twice.size, "bomb");
    assert_int_equal(input_all(input, &data, &size, &err), -1);
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_string_equal(err.text, "unpacks to more than 200 times its size, as no profile does; "
                                  "with --max-unpacked SIZE it is read up to that");
    input_close(input);
    free(packed.data);
    packed = gzip(zeros, 5000);
    input = input_from_memory(packed.data, packed.size, "limited");
    input_set_limit(input, 4999);
    assert_int_equal(input_all(input, &data, &size, &err), -1);
    assert_string_equal(err.text,
                        "unpacks to more than the limit of 4999 bytes; see --max-unpacked");
    input_close(input);
    free(packed.data);
    free(twice.data);
    free(zeros);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_content_is_unpacked),
        cmocka_unit_test(packing_is_nested_four_deep),
        cmocka_unit_test(our_container_is_left_alone),
        cmocka_unit_test(lines_before_a_cut_come_first),
        cmocka_unit_test(much_is_unpacked_ahead),
        cmocka_unit_test(much_before_a_cut_comes_first),
        cmocka_unit_test(all_before_a_cut_is_there),
        cmocka_unit_test(packed_statistics_may_be_cut),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(bombs_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
