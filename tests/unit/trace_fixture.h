/* What the tests of the trace container share: files, random numbers, loading. */
#ifndef NCPROF_TESTS_UNIT_TRACE_FIXTURE_H
#define NCPROF_TESTS_UNIT_TRACE_FIXTURE_H

#include "formats/input.h"
#include "formats/profile/build.h"
#include "formats/profile/memory.h"
#include "formats/profile/profile.h"
#include "formats/trace/trace_reader.h"
#include "formats/trace/trace_writer.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint64_t random_below(uint64_t *state, uint64_t limit)
{
    return random_next(state) % limit;
}

/* A path in the folder for temporary files; the caller frees it. */
static inline char *fixture_path(const char *name)
{
    const char *folder = getenv("TMPDIR");
    return memory_printf("%s/ncprof-%ld-%s", folder ? folder : "/tmp", (long)getpid(), name);
}

struct fixture_file {
    uint8_t *data;
    size_t size;
};

static inline struct fixture_file fixture_read(const char *path)
{
    struct fixture_file file = {0};
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    fseek(in, 0, SEEK_END);
    file.size = (size_t)ftell(in);
    rewind(in);
    file.data = memory_alloc(file.size);
    assert_int_equal(fread(file.data, 1, file.size, in), file.size);
    fclose(in);
    return file;
}

/* Through the reader, as the browser does it; checked. NULL and err when it is refused. */
static inline struct profile *fixture_load(const void *data, size_t size, struct error *err)
{
    /* Exactly as large as the data, so that a sanitizer sees a byte read beyond it. */
    uint8_t *copy = memory_alloc(size);
    memcpy(copy, data, size);
    struct input *input = input_from_memory(copy, size, "memory");
    struct build *build = build_new();
    struct profile *profile = NULL;
    if (trace_reader.read(input, build, err) < 0)
        build_free(build);
    else if (build_finish(build, &profile, err) == 0 && profile_check(profile, err) < 0)
        fail_msg("profile_check: %s", err->text);
    input_close(input);
    free(copy);
    return profile;
}

static inline struct profile *fixture_load_path(const char *path)
{
    struct error err = {0};
    struct fixture_file file = fixture_read(path);
    struct profile *profile = fixture_load(file.data, file.size, &err);
    if (!profile)
        fail_msg("%s: %s", path, err.text);
    free(file.data);
    return profile;
}

static inline uint32_t fixture_function(const struct profile *profile, const char *name)
{
    for (uint32_t i = 0; i < profile->function_count; i++)
        if (strcmp(profile->functions[i].name, name) == 0)
            return i;
    return PROFILE_NONE;
}

/* The first note that holds `part`, or NULL. */
static inline const char *fixture_note(const struct profile *profile, const char *part)
{
    for (uint32_t i = 0; i < profile->note_count; i++)
        if (strstr(profile->notes[i], part))
            return profile->notes[i];
    return NULL;
}

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        if ((call) < 0)                                                                            \
            fail_msg("%s: %s", #call, err.text);                                                   \
    } while (0)

#endif
