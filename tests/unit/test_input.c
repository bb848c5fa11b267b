/* The input: lines, bytes, unpacking, limits, and what it says when it cannot. */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

struct bytes {
    uint8_t *data;
    size_t size;
};

static struct bytes gzip(const void *data, size_t size)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    struct bytes out = {memory_alloc(size + 1000), size + 1000};
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (uInt)size;
    z.next_out = out.data;
    z.avail_out = (uInt)out.size;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.size = z.total_out;
    deflateEnd(&z);
    return out;
}

static struct bytes zstd(const void *data, size_t size)
{
    struct bytes out = {memory_alloc(ZSTD_compressBound(size)), ZSTD_compressBound(size)};
    out.size = ZSTD_compress(out.data, out.size, data, size, 3);
    assert_false(ZSTD_isError(out.size));
    return out;
}

static struct bytes join(struct bytes a, const void *data, size_t size)
{
    a.data = memory_resize(a.data, a.size + size, 1);
    memcpy(a.data + a.size, data, size);
    a.size += size;
    return a;
}

static char *write_file(const struct bytes *bytes)
{
    const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    char *path = memory_printf("%s/ncprof-input-XXXXXX", folder);
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes->data, bytes->size), bytes->size);
    close(descriptor);
    return path;
}

static void expect_line(struct input *input, const char *wanted)
{
    struct error err = {0};
    const char *line;
    size_t length;
    assert_int_equal(input_line(input, &line, &length, &err), 1);
    assert_int_equal(length, strlen(wanted));
    assert_memory_equal(line, wanted, length);
}

static void expect_end(struct input *input)
{
    struct error err = {0};
    const char *line;
    size_t length;
    assert_int_equal(input_line(input, &line, &length, &err), 0);
}

static void expect_content(struct input *input, const char *wanted)
{
    struct error err = {0};
    const uint8_t *data;
    size_t size;
    assert_int_equal(input_all(input, &data, &size, &err), 0);
    assert_int_equal(size, strlen(wanted));
    assert_memory_equal(data, wanted, size);
    input_close(input);
}

static void expect_unpacked(struct bytes packed, const char *wanted)
{
    expect_content(input_from_memory(packed.data, packed.size, "memory"), wanted);
    char *path = write_file(&packed);
    struct input *input;
    struct error err = {0};
    assert_int_equal(input_open(&input, path, &err), 0);
    expect_content(input, wanted);
    unlink(path);
    free(path);
    free(packed.data);
}

/* Reads lines to the end or to the error, which is returned; counts them. */
static enum error_code read_to_error(struct input *input, unsigned *lines, struct error *err)
{
    const char *line;
    size_t length;
    int more;
    *lines = 0;
    while ((more = input_line(input, &line, &length, err)) > 0)
        ++*lines;
    return more ? err->code : ERROR_NONE;
}

static void lines_end_in_every_way(void **state)
{
    (void)state;
    static const char text[] = "one\ntwo\r\n\n\r\nfive\r";
    struct input *input = input_from_memory(text, sizeof text - 1, "memory");
    expect_line(input, "one");
    expect_line(input, "two");
    expect_line(input, "");
    expect_line(input, "");
    assert_int_equal(input_line_number(input), 4);
    assert_int_equal(input_offset(input), 12);
    expect_line(input, "five");
    expect_end(input);
    expect_end(input);
    input_close(input);
}

static void long_lines_cross_the_buffer(void **state)
{
    (void)state;
    struct bytes text = {memory_alloc(1), 0};
    char *line = memory_alloc(1 << 20);
    for (size_t length = 1; length < 1 << 20; length = length * 5 + 7) {
        memset(line, 'a' + (int)(length % 26), length);
        line[length] = '\n';
        text = join(text, line, length + 1);
    }
    char *path = write_file(&text);
    struct input *input;
    struct error err = {0};
    assert_int_equal(input_open(&input, path, &err), 0);
    for (size_t length = 1; length < 1 << 20; length = length * 5 + 7) {
        memset(line, 'a' + (int)(length % 26), length);
        line[length] = '\0';
        expect_line(input, line);
    }
    expect_end(input);
    assert_true(input_progress(input) == 1);
    input_close(input);
    unlink(path);
    free(path);
    free(line);
    free(text.data);
}

static void too_long_a_line_is_refused(void **state)
{
    (void)state;
    size_t size = (size_t)INPUT_LINE_MAX + 2;
    char *text = memory_alloc(size);
    memset(text, 'x', size);
    struct bytes packed = zstd(text, size);
    free(text);
    struct input *input = input_from_memory(packed.data, packed.size, "long");
    struct error err = {0};
    unsigned lines;
    assert_int_equal(read_to_error(input, &lines, &err), ERROR_LIMIT);
    input_close(input);
    free(packed.data);
}

static void the_head_is_not_consumed(void **state)
{
    (void)state;
    static const char text[] = "first\nsecond\n";
    struct bytes packed = gzip(text, sizeof text - 1);
    struct input *input = input_from_memory(packed.data, packed.size, "memory");
    struct error err = {0};
    const uint8_t *head;
    size_t size;
    char buffer[4];
    assert_int_equal(input_head(input, &head, &size, &err), 0);
    assert_int_equal(size, sizeof text - 1);
    assert_int_equal(input_read(input, buffer, 4, &size, &err), 0);
    assert_memory_equal(buffer, "firs", 4);
    assert_int_equal(input_head(input, &head, &size, &err), 0);
    assert_memory_equal(head, "t\nsec", 5);
    expect_line(input, "t");
    expect_content(input, "second\n");
    free(packed.data);
}

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

/* Half a character at the end: what is before it is there, and the rest is told. */
static void expect_odd_byte(const uint8_t *text, size_t length)
{
    struct input *input = input_from_memory(text, length, "odd");
    struct error err = {0};
    const uint8_t *data;
    size_t size;
    assert_int_equal(input_all(input, &data, &size, &err), 1);
    assert_int_equal(err.code, ERROR_TRUNCATED);
    assert_int_equal(size, 15);
    input_close(input);
}

static void a_line_without_an_end_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool within;
    } cases[] = {{"a\nb", true}, {"a\n", false}, {"a\r\n", false}, {"a\r", false}, {"", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct input *input = input_from_memory(cases[i].text, strlen(cases[i].text), "lines");
        struct error err = {0};
        const char *line;
        size_t length;
        while (input_line(input, &line, &length, &err) > 0)
            ;
        assert_int_equal(input_ends_within_line(input), cases[i].within);
        input_close(input);
    }
}

static void utf16_becomes_utf8(void **state)
{
    (void)state;
    static const uint8_t little[] = {0xff, 0xfe, 'a',  0, 0xe4, 0,    0xac, 0x20, 0x3d, 0xd8,
                                     0x00, 0xde, '\n', 0, 0x00, 0xd8, 'b',  0,    'x'};
    static const uint8_t big[] = {0xfe, 0xff, 0, 'a', 0x20, 0xac, 0xd8, 0x3d, 0xde, 0x00};
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf, 'a', '\n'};
    expect_content(input_from_memory(little, sizeof little - 1, "little"),
                   "a\u00e4\u20ac\U0001f600\n\ufffdb");
    expect_content(input_from_memory(big, sizeof big, "big"), "a\u20ac\U0001f600");
    expect_content(input_from_memory(mark, sizeof mark, "mark"), "a\n");
    expect_unpacked(gzip(big, sizeof big), "a\u20ac\U0001f600");
    expect_odd_byte(little, sizeof little);
    struct bytes many = {memory_alloc(2), 2};
    memcpy(many.data, "\xff\xfe", 2);
    for (int i = 0; i < 100000; i++) /* a pair is cut by the end of a buffer */
        many = join(many, "\x3d\xd8\x00\xde", 4);
    struct input *input = input_from_memory(many.data, many.size, "many");
    struct error err = {0};
    const uint8_t *data;
    size_t size;
    assert_int_equal(input_all(input, &data, &size, &err), 0);
    assert_int_equal(size, 400000);
    for (size_t i = 0; i < size; i += 4)
        assert_memory_equal(data + i, "\U0001f600", 4);
    input_close(input);
    free(many.data);
}

static void a_plain_file_is_mapped_behind_what_was_read(void **state)
{
    (void)state;
    struct bytes text = {memory_alloc(1), 0};
    for (int i = 0; i < 5000; i++)
        text = join(text, "0123456789\n", 11);
    char *path = write_file(&text);
    struct input *input;
    struct error err = {0};
    const uint8_t *data;
    size_t size;
    assert_int_equal(input_open(&input, path, &err), 0);
    expect_line(input, "0123456789");
    assert_int_equal(input_all(input, &data, &size, &err), 0);
    assert_int_equal(size, text.size - 11);
    assert_memory_equal(data, text.data + 11, size);
    assert_int_equal(input_offset(input), text.size);
    input_close(input);
    unlink(path);
    free(path);
    free(text.data);
}

static void a_pipe_is_read(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "from a\npipe", 11), 11);
    close(ends[1]);
    char *path = memory_printf("/proc/self/fd/%d", ends[0]);
    struct input *input;
    struct error err = {0};
    assert_int_equal(input_open(&input, path, &err), 0);
    expect_line(input, "from a");
    assert_true(input_progress(input) == -1);
    expect_content(input, "pipe");
    close(ends[0]);
    free(path);
}

static void expect_load_error(const char *path, const char *wanted)
{
    struct profile *profile = NULL;
    struct error err = {0};
    char text[1200];
    assert_int_equal(profile_load(&profile, path, NULL, &err), -1);
    error_text(&err, text, sizeof text);
    assert_string_equal(text, wanted);
}

static void what_cannot_be_opened_is_named(void **state)
{
    (void)state;
    expect_load_error("/nowhere/x.prof", "/nowhere/x.prof: cannot open: No such file or directory");
    expect_load_error("/", "/: is a directory");
    expect_load_error("/dev/null", "/dev/null: is empty");
    struct bytes nothing = gzip("", 0);
    struct profile *profile = NULL;
    struct error err = {0};
    assert_int_equal(
        profile_load_memory(&profile, nothing.data, nothing.size, "nothing.gz", NULL, &err), -1);
    assert_string_equal(err.text, "is empty");
    if (geteuid() != 0) {
        char *path = write_file(&nothing);
        chmod(path, 0);
        assert_int_equal(profile_load(&profile, path, NULL, &err), -1);
        assert_string_equal(err.text, "cannot open: Permission denied");
        unlink(path);
        free(path);
    }
    free(nothing.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_in_every_way),
        cmocka_unit_test(long_lines_cross_the_buffer),
        cmocka_unit_test(too_long_a_line_is_refused),
        cmocka_unit_test(the_head_is_not_consumed),
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
        cmocka_unit_test(utf16_becomes_utf8),
        cmocka_unit_test(a_line_without_an_end_is_known),
        cmocka_unit_test(a_plain_file_is_mapped_behind_what_was_read),
        cmocka_unit_test(a_pipe_is_read),
        cmocka_unit_test(what_cannot_be_opened_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
