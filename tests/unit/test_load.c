/* Loading several files at once: their order, the error that counts, standard input. */
#include "formats/profile/memory.h"
#include "tests/unit/test.h"
#include "tui/commands/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES 12

static char *folder;

static char *path_of(const char *name)
{
    return memory_printf("%s/%s", folder, name);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

/* main;work-N is sampled N + 1 times in file N. */
static void write_files(char **paths)
{
    for (int i = 0; i < FILES; i++) {
        char name[40], text[200];
        snprintf(name, sizeof name, "run%d.folded", i);
        snprintf(text, sizeof text, "main;work-%d %d\nmain;idle 1\n", i, i + 1);
        paths[i] = path_of(name);
        write_text(paths[i], text);
    }
}

static void remove_files(char **paths)
{
    for (int i = 0; i < FILES; i++) {
        unlink(paths[i]);
        free(paths[i]);
    }
}

static int make_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    folder = memory_printf("%s/ncprof-load-XXXXXX", base ? base : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    int status = rmdir(folder);
    free(folder);
    return status;
}

static void loads_in_the_order_of_the_operands(void **state)
{
    (void)state;
    char *paths[FILES];
    struct profile *profiles[FILES];
    struct error err = {0};
    write_files(paths);
    assert_int_equal(load_profiles((const char *const *)paths, FILES, NULL, profiles, &err), 0);
    for (int i = 0; i < FILES; i++) {
        assert_string_equal(profiles[i]->path, paths[i]);
        assert_int_equal(profile_total(profiles[i], 0, PROFILE_NONE), i + 2);
        profile_free(profiles[i]);
    }
    remove_files(paths);
}

static void tells_the_first_error(void **state)
{
    (void)state;
    char *paths[FILES];
    struct profile *profiles[FILES];
    struct error err = {0};
    write_files(paths);
    write_text(paths[4], "");
    unlink(paths[7]);
    write_text(paths[11], "");
    for (int round = 0; round < 20; round++) {
        assert_int_equal(load_profiles((const char *const *)paths, FILES, NULL, profiles, &err),
                         -1);
        assert_string_equal(err.file, paths[4]);
        assert_string_equal(err.text, "is empty");
        for (int i = 0; i < FILES; i++)
            assert_null(profiles[i]);
    }
    remove_files(paths);
}

static void takes_the_format_it_is_told(void **state)
{
    (void)state;
    char *paths[FILES];
    struct profile *profiles[FILES];
    struct error err = {0};
    write_files(paths);
    assert_int_equal(load_profiles((const char *const *)paths, 2,
                                   &(struct opening){.from = "pstats"}, profiles, &err),
                     -1);
    assert_string_equal(err.file, paths[0]);
    assert_int_equal(load_profiles((const char *const *)paths, 2,
                                   &(struct opening){.from = "folded"}, profiles, &err),
                     0);
    profile_free(profiles[0]);
    profile_free(profiles[1]);
    remove_files(paths);
}

static void reads_standard_input_once(void **state)
{
    (void)state;
    const char *const twice[] = {"-", "other", "-"};
    struct profile *profiles[3];
    struct error err = {0};
    assert_int_equal(load_profiles(twice, 3, NULL, profiles, &err), -1);
    assert_int_equal(err.code, ERROR_USAGE);
    assert_string_equal(err.text, "standard input can be read only once, but - is named 2 times");
}

static void loads_nothing(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(load_profiles(NULL, 0, NULL, NULL, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_in_the_order_of_the_operands),
        cmocka_unit_test(tells_the_first_error),
        cmocka_unit_test(takes_the_format_it_is_told),
        cmocka_unit_test(reads_standard_input_once),
        cmocka_unit_test(loads_nothing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
