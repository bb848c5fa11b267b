/* The input: lines, bytes, limits, and what it says when it cannot. */
#include "formats/format.h"
#include "tests/unit/packing.h"

#include <sys/stat.h>

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
        cmocka_unit_test(utf16_becomes_utf8),
        cmocka_unit_test(a_line_without_an_end_is_known),
        cmocka_unit_test(a_plain_file_is_mapped_behind_what_was_read),
        cmocka_unit_test(a_pipe_is_read),
        cmocka_unit_test(what_cannot_be_opened_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
