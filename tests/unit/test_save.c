/* The registry, saving, and what the writers write. */
#include "formats/documents/number.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "tests/unit/test.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIXTURES "tests/fuzz/corpus/"

/* ---- help ---- */

static char folder[256];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/ncprof-save-XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static unsigned count_files(void)
{
    unsigned count = 0;
    DIR *directory = opendir(folder);
    for (struct dirent *entry; (entry = readdir(directory));)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

static int remove_folder(void **state)
{
    (void)state;
    DIR *directory = opendir(folder);
    for (struct dirent *entry; (entry = readdir(directory));)
        unlinkat(dirfd(directory), entry->d_name, 0);
    closedir(directory);
    return rmdir(folder);
}

static char *in_folder(const char *name)
{
    return memory_printf("%s/%s", folder, name);
}

static struct profile *load(const char *path)
{
    struct profile *profile = NULL;
    struct error err = {0};
    if (profile_load(&profile, path, NULL, &err))
        fail_msg("%s: %s", path, err.text);
    return profile;
}

/* What a writer makes of a profile, terminated. */
static char *written(const struct profile *profile, const char *writer)
{
    char *text = NULL;
    size_t size = 0;
    struct error err = {0};
    FILE *file = open_memstream(&text, &size);
    assert_int_equal(writer_by_name(writer)->write(profile, file, &err), 0);
    fclose(file);
    return text;
}

static struct profile *two_functions(void)
{
    struct build *b = build_new();
    struct profile *profile;
    struct error err = {0};
    uint32_t time = build_metric(b, "wall", "s", METRIC_TIME, 1e-9);
    uint32_t main = build_function(b, "main", "", "a.py", 5, FUNCTION_PYTHON);
    uint32_t odd = build_function(b, "\"q\", \xff\n", "mod", "", 0, FUNCTION_BUILTIN);
    uint32_t thread = build_thread(b, "MainThread", 7, build_process(b, "demo", 9));
    build_enter(b, thread, main, 0);
    build_enter(b, thread, odd, 100);
    build_leave(b, thread, 400);
    build_leave(b, thread, 1000);
    (void)time;
    assert_int_equal(build_finish(b, &profile, &err), 0);
    return profile;
}

/* ---- registry ---- */

static void formats_are_found(void **state)
{
    (void)state;
    assert_string_equal(reader_by_name("PStats")->name, "pstats");
    assert_null(reader_by_name("nothing"));
    assert_string_equal(writer_for_path("x.prof")->name, "pstats");
    assert_string_equal(writer_for_path("dir.json/x.FOLDED")->name, "folded");
    assert_string_equal(writer_for_path("x.csv")->name, "csv");
    assert_null(writer_for_path("x"));
    assert_null(writer_for_path(".csv.d/x"));
    struct profile *profile;
    struct error err = {0};
    assert_int_equal(profile_load(&profile, FIXTURES "simple.folded",
                                  &(struct opening){.from = "nothing"}, &err), -1);
    assert_int_equal(err.code, ERROR_USAGE);
    const char *wanted = "there is no format 'nothing'; known are ncp, pstats, ";
    assert_memory_equal(err.text, wanted, strlen(wanted));
}

static void content_decides_not_the_name(void **state)
{
    (void)state;
    struct profile *profile = load(FIXTURES "cprofile-3.11.prof");
    struct error err = {0};
    char *path = in_folder("wrong.csv");
    assert_int_equal(profile_save(profile, path, writer_by_name("pstats"), false, &err), 0);
    struct profile *again = load(path);
    assert_string_equal(again->format, "pstats");
    profile_free(profile);
    profile_free(again);
    unlink(path);
    free(path);
}

/* ---- saving ---- */

static void expect_failure(const struct profile *profile, const char *path, bool force,
                           const char *wanted)
{
    struct error err = {0};
    unsigned before = count_files();
    assert_int_equal(profile_save(profile, path, writer_by_name("json"), force, &err), -1);
    assert_string_equal(err.text, wanted);
    assert_string_equal(err.file, path);
    assert_int_equal(count_files(), before);
}

static void an_existing_file_needs_force(void **state)
{
    (void)state;
    struct profile *profile = two_functions();
    struct error err = {0};
    char *path = in_folder("x.json"), *link = in_folder("link.json");
    assert_int_equal(profile_save(profile, path, writer_by_name("json"), false, &err), 0);
    expect_failure(profile, path, false, "exists already (--force overwrites it)");
    assert_int_equal(symlink("x.json", link), 0);
    assert_int_equal(profile_save(profile, link, writer_by_name("csv"), true, &err), 0);
    struct stat status;
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    struct profile *again = load(path);
    assert_string_equal(again->format, "yappi"); /* it reads our own CSV */
    assert_int_equal(count_files(), 2);
    profile_free(again);
    profile_free(profile);
    unlink(link);
    unlink(path);
    free(link);
    free(path);
}

static void nothing_is_left_of_a_failure(void **state)
{
    (void)state;
    struct profile *profile = two_functions();
    expect_failure(profile, "/dev/full", false, "cannot write: No space left on device");
    expect_failure(profile, folder, true, "is a directory");
    expect_failure(profile, "/nowhere/x.json", false, "cannot create: No such file or directory");
    char *path = in_folder("big.json");
    struct rlimit old, small = {100, RLIM_INFINITY};
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    struct error err = {0};
    int result = profile_save(profile, path, writer_by_name("json"), false, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(result, -1);
    assert_string_equal(err.text, "cannot write: File too large");
    assert_int_equal(count_files(), 0);
    profile_free(profile);
    free(path);
}

static void a_device_is_written_to_and_stays(void **state)
{
    (void)state;
    struct profile *profile = two_functions();
    struct error err = {0};
    assert_int_equal(profile_save(profile, "/dev/null", writer_by_name("json"), false, &err), 0);
    struct stat status;
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
    profile_free(profile);
}

static void what_a_format_needs_is_said(void **state)
{
    (void)state;
    struct profile *profile = load(FIXTURES "cprofile-3.11.prof");
    struct error err = {0};
    assert_int_equal(profile_save(profile, "-", writer_by_name("folded"), false, &err), -1);
    assert_string_equal(err.text, "folded needs a call tree, which " FIXTURES
                                  "cprofile-3.11.prof does not hold");
    profile_free(profile);
}

/* ---- what is written ---- */

static void numbers_are_short_and_exact(void **state)
{
    (void)state;
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {{0, "0"},
                 {123, "1.23e-07"},
                 {100000000, "0.1"},
                 {-1500000000, "-1.5"},
                 {844868552, "0.844868552"},
                 {INT64_C(9007199254740993), "9007199.254740993"}};
    struct metric time = {"time", "s", METRIC_TIME, 1e-9};
    char text[NUMBER_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        number_shortest(number_in_unit(cases[i].ns, &time), text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

static void json_is_the_report(void **state)
{
    (void)state;
    struct profile *profile = two_functions();
    char *text = written(profile, "json");
    cJSON *document = cJSON_Parse(text);
    assert_non_null(document);
    cJSON *head = cJSON_GetObjectItemCaseSensitive(document, "profile");
    char *shown = cJSON_PrintUnformatted(head);
    assert_string_equal(shown, "{\"path\":null,\"format\":null,\"metric\":\"wall\",\"unit\":\"s\","
                               "\"total\":1e-06,\"functions\":2,\"threads\":1,\"size\":null,"
                               "\"truncated\":false}");
    cJSON *first = cJSON_GetObjectItemCaseSensitive(document, "functions")->child;
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(first, "name")->valuestring, "main");
    assert_non_null(strstr(text, "\"line\":5,\"ncalls\":1,\"primitive_calls\":1,\"tottime\":7e-07,"
                                 "\"cumtime\":1e-06,\"p50\":"));
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(first->next, "name")->valuestring,
                        "\"q\", \\xff\n");
    assert_non_null(strstr(text, "\"max\":3e-07}"));
    cJSON_free(shown);
    cJSON_Delete(document);
    free(text);
    profile_free(profile);
}

static void csv_is_quoted_and_escaped(void **state)
{
    (void)state;
    struct profile *profile = two_functions();
    char *text = written(profile, "csv");
    assert_string_equal(text, "name,module,file,line,ncalls,primitive_calls,tottime,cumtime,"
                              "p50,p95,p99,max\n"
                              "main,,a.py,5,1,1,7e-07,1e-06,1e-06,1e-06,1e-06,1e-06\n"
                              "\"\"\"q\"\", \\xff\\n\",mod,,,1,1,3e-07,3e-07,"
                              "3e-07,3e-07,3e-07,3e-07\n");
    free(text);
    profile_free(profile);
}

static void folded_names_cannot_break_the_line(void **state)
{
    (void)state;
    struct build *b = build_new();
    struct profile *profile, *again = NULL;
    struct error err = {0};
    build_metric(b, "samples", "samples", METRIC_SAMPLES, 1e-1);
    uint32_t functions[] = {build_function(b, "#a;b", "", "", 0, FUNCTION_NATIVE),
                            build_function(b, "c\nd", "", "", 0, FUNCTION_NATIVE)};
    uint32_t thread = build_thread(b, "t", 1, build_process(b, "p", 1));
    build_stack(b, thread, functions, 2, 0, 15);
    build_stack(b, thread, functions, 1, 0, -20);
    assert_int_equal(build_finish(b, &profile, &err), 0);
    char *text = written(profile, "folded");
    assert_string_equal(text, "\\#a:b -2\n\\#a:b;c\\nd 1.5\n");
    assert_int_equal(profile_load_memory(&again, text, strlen(text), "again", NULL, &err), 0);
    assert_int_equal(profile_total(again, 0, PROFILE_NONE), -5);
    free(text);
    profile_free(profile);
    profile_free(again);
}

static void expect_same_numbers(const struct profile *a, const struct profile *b)
{
    assert_int_equal(a->function_count, b->function_count);
    assert_int_equal(a->edge_count, b->edge_count);
    for (uint32_t f = 0; f < a->function_count; f++) {
        assert_string_equal(a->functions[f].name, b->functions[f].name);
        assert_int_equal(a->functions[f].line, b->functions[f].line);
        assert_int_equal(a->function_calls[f], b->function_calls[f]);
        assert_int_equal(a->function_primitive[f], b->function_primitive[f]);
        assert_int_equal(a->function_self[f], b->function_self[f]);
        assert_int_equal(a->function_total[f], b->function_total[f]);
    }
    for (uint32_t e = 0; e < a->edge_count; e++) {
        assert_int_equal(a->edges[e].caller, b->edges[e].caller);
        assert_int_equal(a->edges[e].callee, b->edges[e].callee);
        assert_int_equal(a->edges[e].calls, b->edges[e].calls);
        assert_int_equal(a->edge_total[e], b->edge_total[e]);
    }
}

/* Functions keep their order when every one stands before its callers name it. */
static void pstats_comes_back(void **state)
{
    (void)state;
    static const char *const names[] = {"cprofile-3.11.prof", "yappi.pstat", "marshal-4.prof",
                                        "profile-3.8.prof"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *from = memory_printf(FIXTURES "%s", names[i]);
        char *first = in_folder("1.prof"), *second = in_folder("2.prof");
        struct profile *profile = load(from);
        struct error err = {0};
        assert_int_equal(profile_save(profile, first, writer_by_name("pstats"), true, &err), 0);
        struct profile *again = load(first);
        assert_int_equal(profile_save(again, second, writer_by_name("pstats"), true, &err), 0);
        struct profile *third = load(second);
        expect_same_numbers(again, third);
        assert_int_equal(again->function_count, profile->function_count);
        assert_int_equal(again->edge_count, profile->edge_count);
        assert_int_equal(profile_total(again, 0, PROFILE_NONE),
                         profile_total(profile, 0, PROFILE_NONE));
        profile_free(profile);
        profile_free(again);
        profile_free(third);
        unlink(first);
        unlink(second);
        free(from);
        free(first);
        free(second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_found),
        cmocka_unit_test(content_decides_not_the_name),
        cmocka_unit_test(an_existing_file_needs_force),
        cmocka_unit_test(nothing_is_left_of_a_failure),
        cmocka_unit_test(a_device_is_written_to_and_stays),
        cmocka_unit_test(what_a_format_needs_is_said),
        cmocka_unit_test(numbers_are_short_and_exact),
        cmocka_unit_test(json_is_the_report),
        cmocka_unit_test(csv_is_quoted_and_escaped),
        cmocka_unit_test(folded_names_cannot_break_the_line),
        cmocka_unit_test(pstats_comes_back),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
