/*
 * Files that end too early: cut at any byte, a fixture is an error of one sentence, or a profile
 * that says that something is missing. Silent may be what nobody can know of: a cut where a line,
 * a gzip member or one of MOJO's events ends. So may be one behind all that is shown.
 */
#include "tests/unit/test.h"

#include "formats/format.h"
#include "formats/profile/memory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX  ((size_t)1 << 20)
#define CUTS_MAX  2048
#define MOJO_LAST 13 /* the highest type of an event */

struct whole {
    char *path;
    uint8_t *data;
    size_t size;
    const struct reader *reader;
    struct profile *profile; /* NULL: it cannot be read */
};

static bool open_whole(struct whole *whole, const char *path)
{
    struct error err;
    const uint8_t *head;
    size_t size;
    *whole = (struct whole){.path = memory_string(path), .data = memory_alloc(FILE_MAX)};
    FILE *file = fopen(path, "rb");
    if (file) {
        whole->size = fread(whole->data, 1, FILE_MAX, file);
        fclose(file);
    }
    struct input *input = input_from_memory(whole->data, whole->size, path);
    if (!input_head(input, &head, &size, &err) && size)
        whole->reader = reader_recognise(path, head, size);
    input_close(input);
    if (whole->reader)
        (void)profile_load_memory(&whole->profile, whole->data, whole->size, path,
                                  whole->reader->name, &err);
    return whole->reader;
}

static void close_whole(struct whole *whole)
{
    profile_free(whole->profile);
    free(whole->path);
    free(whole->data);
}

/* Whether the data may well have ended before `end`. */
static bool could_end_at(const struct whole *whole, size_t end)
{
    const uint8_t *next = whole->data + end;
    size_t begin = end < 2 ? 0 : end - 2, left = whole->size - end;
    if (memchr(whole->data + begin, '\n', end - begin) || memchr(next, '\n', left < 2 ? left : 2))
        return true;
    if (!strcmp(whole->reader->name, "mojo"))
        return *next <= MOJO_LAST;
    return left > 3 && !memcmp(next, "\x1f\x8b\x08", 3);
}

/* What was cut off says nothing that is shown. */
static bool is_same(const struct profile *a, const struct profile *b)
{
    return b && a->function_count == b->function_count && a->context_count == b->context_count &&
           a->edge_count == b->edge_count && a->thread_count == b->thread_count &&
           a->metric_count == b->metric_count &&
           profile_total(a, 0, PROFILE_NONE) == profile_total(b, 0, PROFILE_NONE);
}

static void check_cut(const struct whole *whole, size_t end)
{
    struct profile *profile = NULL;
    struct error err = {0};
    uint8_t *copy = memory_alloc(end); /* of its own, so that an overrun is seen */
    memcpy(copy, whole->data, end);
    if (profile_load_memory(&profile, copy, end, whole->path, whole->reader->name, &err)) {
        char text[2048];
        error_text(&err, text, sizeof text);
        assert_non_null(strstr(text, whole->path));
        assert_null(strchr(text, '\n'));
        assert_true(strlen(err.text) > 4);
    } else if (!(profile->flags & PROFILE_TRUNCATED) && !profile->note_count &&
               !could_end_at(whole, end) && !is_same(profile, whole->profile)) {
        fail_msg("%s: cut at %zu of %zu, and silent", whole->path, end, whole->size);
    }
    profile_free(profile);
    free(copy);
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void check_folder(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_file, alphasort);
    unsigned checked = 0;
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        struct whole whole;
        char *path = memory_printf("%s/%s", folder, entries[i]->d_name);
        if (open_whole(&whole, path)) {
            for (size_t end = 0; end < whole.size; end += whole.size / CUTS_MAX + 1)
                check_cut(&whole, end);
            checked++;
        }
        close_whole(&whole);
        free(path);
        free(entries[i]);
    }
    free(entries);
    assert_true(checked > 5);
}

static void fixtures_of_the_readers(void **state)
{
    (void)state;
    check_folder("tests/fuzz/corpus");
}

static void fixtures_of_the_commands(void **state)
{
    (void)state;
    check_folder("tests/golden/data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixtures_of_the_readers),
        cmocka_unit_test(fixtures_of_the_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
