/* Packed content, and what comes out of an input that reads it. */
#ifndef NCPROF_TESTS_UNIT_PACKING_H
#define NCPROF_TESTS_UNIT_PACKING_H

#include "formats/input.h"
#include "formats/profile/memory.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

struct bytes {
    uint8_t *data;
    size_t size;
};

__attribute__((unused)) static struct bytes gzip(const void *data, size_t size)
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

__attribute__((unused)) static struct bytes zstd(const void *data, size_t size)
{
    struct bytes out = {memory_alloc(ZSTD_compressBound(size)), ZSTD_compressBound(size)};
    out.size = ZSTD_compress(out.data, out.size, data, size, 3);
    assert_false(ZSTD_isError(out.size));
    return out;
}

__attribute__((unused)) static struct bytes join(struct bytes a, const void *data, size_t size)
{
    a.data = memory_resize(a.data, a.size + size, 1);
    memcpy(a.data + a.size, data, size);
    a.size += size;
    return a;
}

__attribute__((unused)) static char *write_file(const struct bytes *bytes)
{
    const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    char *path = memory_printf("%s/ncprof-input-XXXXXX", folder);
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes->data, bytes->size), bytes->size);
    close(descriptor);
    return path;
}

__attribute__((unused)) static void expect_line(struct input *input, const char *wanted)
{
    struct error err = {0};
    const char *line;
    size_t length;
    assert_int_equal(input_line(input, &line, &length, &err), 1);
    assert_int_equal(length, strlen(wanted));
    assert_memory_equal(line, wanted, length);
}

__attribute__((unused)) static void expect_end(struct input *input)
{
    struct error err = {0};
    const char *line;
    size_t length;
    assert_int_equal(input_line(input, &line, &length, &err), 0);
}

__attribute__((unused)) static void expect_content(struct input *input, const char *wanted)
{
    struct error err = {0};
    const uint8_t *data;
    size_t size;
    assert_int_equal(input_all(input, &data, &size, &err), 0);
    assert_int_equal(size, strlen(wanted));
    assert_memory_equal(data, wanted, size);
    input_close(input);
}

__attribute__((unused)) static void expect_unpacked(struct bytes packed, const char *wanted)
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
__attribute__((unused)) static enum error_code read_to_error(struct input *input, unsigned *lines,
                                                             struct error *err)
{
    const char *line;
    size_t length;
    int more;
    *lines = 0;
    while ((more = input_line(input, &line, &length, err)) > 0)
        ++*lines;
    return more ? err->code : ERROR_NONE;
}

#endif
