/* Where the trace goes: existing files, full disks, limits. */
#include "formats/trace/trace_writer.h"
#include "tests/unit/trace_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void put(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static bool holds(const char *path, const char *text)
{
    struct fixture_file file = fixture_read(path);
    bool same = file.size == strlen(text) && memcmp(file.data, text, file.size) == 0;
    free(file.data);
    return same;
}

static size_t count_parts(const char *path)
{
    glob_t found;
    char *pattern = memory_printf("%s.*.part", path);
    size_t count = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    if (count)
        globfree(&found);
    free(pattern);
    return count;
}

static struct trace_writer *open_writer(const char *path, bool force)
{
    struct error err = {0};
    struct trace_writer *w;
    assert_ok(trace_writer_open(&w, path, force, "{\"host\": \"h\"}", 0, 0, &err));
    trace_writer_thread(w, trace_writer_process(w, 1, 0, ""), 1, "");
    trace_writer_function(w, "f", "", "", 0, FUNCTION_NATIVE);
    return w;
}

/* Incompressible enough to fill something. Returns how many calls of the writer failed. */
static int write_calls(struct trace_writer *w, uint64_t calls, struct error *err)
{
    int failed = 0;
    uint64_t random = 1, now = 0;
    for (uint64_t i = 0; i < calls; i++) {
        now += random_below(&random, 1u << 20);
        failed += trace_writer_enter(w, 0, 1, now, err) < 0;
        now += random_below(&random, 1u << 20);
        failed += trace_writer_leave(w, 0, now, err) < 0;
        if (i % 2000 == 1999)
            failed += trace_writer_flush(w, err) < 0;
    }
    return failed;
}

/* ---- existing files ---- */

static void an_existing_file_is_kept(void **state)
{
    (void)state;
    struct error err = {0};
    struct trace_writer *w;
    char *path = fixture_path("kept.ncp");
    put(path, "precious");
    assert_int_equal(trace_writer_open(&w, path, false, "{}", 0, 0, &err), -1);
    assert_int_equal(err.code, ERROR_IO);
    assert_string_equal(err.file, path);
    assert_non_null(strstr(err.text, "--force"));
    assert_true(holds(path, "precious"));
    unlink(path);
    free(path);
}

static void force_replaces_at_the_end(void **state)
{
    (void)state;
    struct error err = {0};
    char *path = fixture_path("forced.ncp");
    put(path, "precious");
    struct trace_writer *w = open_writer(path, true);
    assert_int_equal(write_calls(w, 10, &err), 0);
    assert_true(holds(path, "precious"));
    assert_ok(trace_writer_close(w, NULL, &err));
    struct profile *p = fixture_load_path(path);
    assert_int_equal(p->function_calls[0], 10);
    assert_int_equal(count_parts(path), 0);
    profile_free(p);
    unlink(path);
    free(path);
}

static void a_new_file_has_its_name_at_once(void **state)
{
    (void)state;
    struct error err = {0};
    char *path = fixture_path("once.ncp");
    struct trace_writer *w = open_writer(path, true);
    assert_int_equal(write_calls(w, 10, &err), 0);
    assert_ok(trace_writer_flush(w, &err));
    struct profile *p = fixture_load_path(path);
    assert_int_equal(p->function_calls[0], 10);
    assert_true(p->flags & PROFILE_TRUNCATED);
    profile_free(p);
    assert_ok(trace_writer_close(w, NULL, &err));
    unlink(path);
    free(path);
}

static void a_link_stays_a_link(void **state)
{
    (void)state;
    struct error err = {0};
    struct stat status;
    char *path = fixture_path("target.ncp"), *symbolic = fixture_path("link.ncp");
    put(path, "precious");
    assert_int_equal(symlink(path, symbolic), 0);
    struct trace_writer *w = open_writer(symbolic, true);
    assert_ok(trace_writer_close(w, NULL, &err));
    assert_int_equal(lstat(symbolic, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    profile_free(fixture_load_path(path));
    unlink(symbolic);
    unlink(path);
    free(path);
    free(symbolic);
}

static void impossible_places_are_named(void **state)
{
    (void)state;
    struct error err = {0};
    struct trace_writer *w;
    assert_int_equal(trace_writer_open(&w, "/nowhere/x.ncp", false, "{}", 0, 0, &err), -1);
    assert_string_equal(err.file, "/nowhere/x.ncp");
    assert_non_null(strstr(err.text, "No such file"));
    assert_int_equal(trace_writer_open(&w, "/", true, "{}", 0, 0, &err), -1);
    assert_non_null(strstr(err.text, "directory"));
}

/* ---- no room ---- */

static void a_full_device_refuses_the_first_byte(void **state)
{
    (void)state;
    struct error err = {0};
    struct trace_writer *w;
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_int_equal(trace_writer_open(&w, "/dev/full", true, "{}", 0, 0, &err), -1);
    assert_non_null(strstr(err.text, "No space left"));
    assert_int_equal(access("/dev/full", W_OK), 0);
}

/* The disk refuses in the middle: told twice, and what fitted is a readable trace. */
static void write_into_the_wall(const char *path, const char *reason)
{
    struct error err = {0};
    struct trace_writer *w = open_writer(path, false);
    assert_int_equal(write_calls(w, 100000, &err), 1);
    assert_int_equal(err.code, ERROR_IO);
    assert_string_equal(err.file, path);
    assert_non_null(strstr(err.text, reason));
    struct trace_totals totals = trace_writer_totals(w);
    assert_int_equal(totals.calls, 100000);
    struct error at_close = {0};
    assert_int_equal(trace_writer_close(w, "{}", &at_close), -1);
    assert_string_equal(at_close.text, err.text);
    struct fixture_file file = fixture_read(path);
    assert_int_equal(file.size, totals.bytes);
    free(file.data);
    struct profile *p = fixture_load_path(path);
    assert_true(p->function_calls[0] > 1000 && p->function_calls[0] < 100000);
    assert_int_equal(p->function_calls[0] % 2000, 0); /* whole chunks */
    assert_true(p->flags & PROFILE_TRUNCATED);
    assert_non_null(fixture_note(p, "Cut at t = "));
    profile_free(p);
}

static void largest_file(rlim_t size)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_limit_on_file_size_is_met(void **state)
{
    (void)state;
    char *path = fixture_path("limited.ncp");
    struct rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    largest_file(150001);
    write_into_the_wall(path, "File too large");
    largest_file(before.rlim_cur);
    unlink(path);
    free(path);
}

static void a_failed_replacement_keeps_both(void **state)
{
    (void)state;
    struct error err = {0};
    struct rlimit before;
    char *path = fixture_path("both.ncp");
    put(path, "precious");
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    largest_file(150001);
    struct trace_writer *w = open_writer(path, true);
    assert_int_equal(write_calls(w, 50000, &err), 1);
    assert_int_equal(trace_writer_close(w, NULL, &err), -1);
    largest_file(before.rlim_cur);
    assert_true(holds(path, "precious"));
    assert_int_equal(count_parts(path), 1);
    const char *part = strstr(err.text, "what was recorded is in ");
    assert_non_null(part);
    part = strchr(part, '/');
    struct profile *p = fixture_load_path(part);
    assert_true(p->function_calls[0] > 1000);
    profile_free(p);
    unlink(part);
    unlink(path);
    free(path);
}

static void a_full_disk_is_met(void **state)
{
    (void)state;
    char *folder = fixture_path("disk");
    char *path = memory_printf("%s/full.ncp", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    if (mount("tmpfs", folder, "tmpfs", 0, "size=200k") == 0) {
        write_into_the_wall(path, "No space left");
        umount(folder);
    } else {
        print_message("# no right to mount: only the limit on file size is tested\n");
    }
    rmdir(folder);
    free(path);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_existing_file_is_kept),
        cmocka_unit_test(force_replaces_at_the_end),
        cmocka_unit_test(a_new_file_has_its_name_at_once),
        cmocka_unit_test(a_link_stays_a_link),
        cmocka_unit_test(impossible_places_are_named),
        cmocka_unit_test(a_full_device_refuses_the_first_byte),
        cmocka_unit_test(a_limit_on_file_size_is_met),
        cmocka_unit_test(a_failed_replacement_keeps_both),
        cmocka_unit_test(a_full_disk_is_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
