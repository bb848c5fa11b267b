/*
 * perf.data, what `perf record` writes. Only perf itself knows all that such a file may hold and
 * where the symbols of its addresses are: `perf script` prints it, as a process of its own and
 * without a shell, and perf_script.c reads what it prints while it does.
 */
#include "formats/child.h"
#include "formats/format.h"

#include <string.h>
#include <unistd.h>

#define MAGIC "PERFILE2"

extern const struct reader perf_script_reader;

static int read_output(struct child *child, const char *path, struct build *build,
                       struct error *err)
{
    struct error failure = {0};
    struct input *output = input_from_pipe(child->output, path);
    int status = perf_script_reader.read(output, build, err);
    bool empty = !input_offset(output);
    build_bound(build, input_offset(output));
    input_close(output);
    if (!child_end(child, "perf script", &failure))
        return status;
    if (empty || status) {
        *err = failure;
        return -1;
    }
    build_note(build, "is not whole, %s; what was printed before counts", failure.text);
    return status;
}

static int read_perf_data(struct input *input, struct build *build, struct error *err)
{
    const char *path = input_path(input);
    /* --force: files of other users too, as every other format. */
    const char *words[] = {"perf",    "--no-pager", "script", "--no-inline",
                           "--force", "-i",         path,     NULL};
    struct child child;
    if (!input_is_plain_file(input))
        return error_set(err, ERROR_UNSUPPORTED,
                         "is a perf.data file, which perf reads from a plain file only; "
                         "unpack it first, or run perf script");
    if (child_start(&child, words, err)) {
        if (err->code == ERROR_UNSUPPORTED)
            error_set(err, ERROR_UNSUPPORTED,
                      "is a perf.data file; install perf (linux-perf) to "
                      "read it, or run perf script");
        return -1;
    }
    return read_output(&child, path, build, err);
}

static int probe_perf_data(const uint8_t *head, size_t size)
{
    return size >= sizeof MAGIC - 1 && !memcmp(head, MAGIC, sizeof MAGIC - 1) ? 100 : 0;
}

const struct reader perf_data_reader = {
    .name = "perf-data",
    .description = "perf.data, through the installed perf",
    .suffixes = "data",
    .probe = probe_perf_data,
    .read = read_perf_data,
};
