#include "formats/input.h"

#include "formats/input_ahead.h"
#include "formats/input_layers.h"
#include "formats/profile/memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NESTED_MAX    4
#define BUFFER_SIZE   ((size_t)256 << 10)
#define DEFAULT_LIMIT (UINT64_C(16) << 30)

struct input {
    char *path;
    char *folder; /* where the file lies, with a slash; NULL: it is no file */
    struct layer *top;
    struct ahead *ahead; /* reads `top` for us; NULL: we do */
    struct layer_budget budget;
    int descriptor;     /* of a plain regular file, for mapping; else -1 */
    uint64_t file_size; /* 0: unknown */
    bool prepared;      /* the layers are in place */
    bool plain;         /* nothing is decoded */

    const uint8_t *data; /* the bytes read and not consumed are data[begin .. end) */
    size_t begin, end;
    uint8_t *storage; /* what `data` points to, unless memory or a mapping is used directly */
    size_t capacity;
    bool ended;
    void *map;
    size_t map_size;

    uint64_t consumed, lines;
    bool ends_within_line;
};

static struct input *new_input(const char *path)
{
    struct input *input = memory_zeroed(1, sizeof *input);
    input->path = memory_string(path);
    input->budget.limit = DEFAULT_LIMIT;
    input->descriptor = -1;
    return input;
}

static int examine(struct input *input, int descriptor, struct error *err)
{
    struct stat status;
    if (fstat(descriptor, &status))
        return error_errno(err, "cannot read");
    if (S_ISDIR(status.st_mode))
        return error_set(err, ERROR_IO, "is a directory");
    if (S_ISREG(status.st_mode)) {
        input->file_size = (uint64_t)status.st_size;
        input->descriptor = descriptor != STDIN_FILENO ? descriptor : -1;
    }
    return 0;
}

/* The file that is a folder's index in place of the folder, where there is one. */
static int open_index(struct input *input, int folder)
{
    struct stat status;
    if (fstat(folder, &status) || !S_ISDIR(status.st_mode))
        return folder;
    int index = openat(folder, "info", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (index < 0 || fstat(index, &status) || !S_ISREG(status.st_mode)) {
        if (index >= 0)
            close(index);
        return folder;
    }
    close(folder);
    free(input->folder);
    input->folder = memory_printf("%s/", input->path);
    return index;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return memory_printf("%.*s", slash ? (int)(slash + 1 - path) : 0, path);
}

int input_open(struct input **out, const char *path, struct error *err)
{
    int descriptor = STDIN_FILENO;
    bool file = strcmp(path, "-") != 0;
    if (file)
        descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        error_errno(err, "cannot open");
        return error_in_file(err, path);
    }
    struct input *input = new_input(path);
    if (file) {
        input->folder = folder_of(path);
        descriptor = open_index(input, descriptor);
    }
    input->top = layer_descriptor(descriptor, &input->budget);
    if (examine(input, descriptor, err)) {
        input_close(input);
        return error_in_file(err, path);
    }
    *out = input;
    return 0;
}

int input_open_beside(struct input **out, const struct input *input, const char *name,
                      struct error *err)
{
    if (!input->folder)
        return error_set(err, ERROR_UNSUPPORTED,
                         "is one of several files and was not opened as such");
    if (!*name || strchr(name, '/'))
        return error_set(err, ERROR_FORMAT, "names a file in another folder");
    char *path = memory_printf("%s%s", input->folder, name);
    int status = input_open(out, path, err);
    free(path);
    if (!status && input->budget.any_ratio)
        input_set_limit(*out, input->budget.limit);
    return status;
}

struct input *input_from_pipe(int descriptor, const char *path)
{
    struct input *input = new_input(path);
    input->top = layer_descriptor(descriptor, &input->budget);
    return input;
}

bool input_is_plain_file(const struct input *input)
{
    return input->plain && input->descriptor >= 0;
}

struct input *input_from_memory(const void *data, size_t size, const char *path)
{
    struct input *input = new_input(path);
    input->file_size = size;
    if (layer_is_packed(data, size)) {
        input->top = layer_memory(data, size, &input->budget);
        return input;
    }
    input->data = data;
    input->end = size;
    input->ended = true;
    return input;
}

void input_set_limit(struct input *input, uint64_t bytes)
{
    input->budget.limit = bytes;
    input->budget.any_ratio = true;
}

uint64_t input_limit(const struct input *input, uint64_t packed)
{
    uint64_t ratio = packed * LAYER_RATIO_MAX + LAYER_RATIO_SLACK;
    return input->budget.any_ratio || input->budget.limit < ratio ? input->budget.limit : ratio;
}

void input_release(struct input *input)
{
    ahead_free(input->ahead);
    layer_free(input->top);
    if (input->map)
        munmap(input->map, input->map_size);
    free(input->storage);
    input->ahead = NULL;
    input->top = NULL;
    input->map = NULL;
    input->data = input->storage = NULL;
    input->begin = input->end = input->capacity = 0;
    input->prepared = input->ended = true;
}

void input_close(struct input *input)
{
    if (!input)
        return;
    input_release(input);
    free(input->path);
    free(input->folder);
    free(input);
}

const char *input_path(const struct input *input)
{
    return input->path;
}

uint64_t input_offset(const struct input *input)
{
    return input->consumed;
}

uint64_t input_line_number(const struct input *input)
{
    return input->lines;
}

bool input_ends_within_line(const struct input *input)
{
    return input->ends_within_line;
}

double input_progress(const struct input *input)
{
    if (!input->file_size)
        return -1;
    double share = (double)input->budget.packed / (double)input->file_size;
    return share < 1 ? share : 1;
}

static void consume(struct input *input, size_t count)
{
    input->begin += count;
    input->consumed += count;
}

/* Room behind `end` for at least `least` more bytes. */
static void make_room(struct input *input, size_t least)
{
    size_t held = input->end - input->begin;
    if (input->capacity - input->end >= least)
        return;
    if (input->begin && input->capacity - held >= least) {
        memmove(input->storage, input->storage + input->begin, held);
    } else {
        size_t wanted = input->capacity ? input->capacity * 2 : BUFFER_SIZE;
        if (wanted < held + least)
            wanted = held + least;
        if (input->begin)
            memmove(input->storage, input->storage + input->begin, held);
        input->storage = memory_resize(input->storage, wanted, 1);
        input->capacity = wanted;
    }
    input->data = input->storage;
    input->begin = 0;
    input->end = held;
}

static int read_layers(struct input *input, uint8_t *buffer, size_t size, size_t *got,
                       struct error *err)
{
    return input->ahead ? ahead_read(input->ahead, buffer, size, got, err)
                        : layer_read(input->top, buffer, size, got, err);
}

/* Reads up to `most` further bytes: 1 when there are some, 0 at the end, -1. */
static int fill(struct input *input, size_t most, struct error *err)
{
    if (input->ended)
        return 0;
    make_room(input, most < BUFFER_SIZE / 4 ? most : BUFFER_SIZE / 4);
    size_t room = input->capacity - input->end, got = 0;
    if (read_layers(input, input->storage + input->end, most < room ? most : room, &got, err))
        return error_in_file(err, input->path);
    input->end += got;
    input->ended = !got;
    return got ? 1 : 0;
}

/*
 * For who reads on and on: files are unpacked ahead. Of a pipe nobody knows whether it goes on, and
 * a thread that waits for it could not be ended.
 */
static int fill_on(struct input *input, struct error *err)
{
    if (!input->ahead && !input->plain && !input->ended && input->file_size)
        input->ahead = ahead_new(input->top);
    return fill(input, BUFFER_SIZE, err);
}

/* Fills up to `wanted` bytes; an error counts only when there is nothing before it. */
static int fill_head(struct input *input, size_t wanted, struct error *err)
{
    while (input->end - input->begin < wanted) {
        size_t missing = wanted - (input->end - input->begin);
        int more = fill(input, missing < 16 ? 16 : missing, err);
        if (more < 0 && input->end == input->begin)
            return -1;
        if (more <= 0)
            return 0;
    }
    return 0;
}

/* Finds out how the content is packed; the bytes read for that move into the decoder. */
static int prepare(struct input *input, struct error *err)
{
    if (input->prepared)
        return 0;
    for (int nested = 0;; nested++) {
        if (fill_head(input, INPUT_HEAD_MAX, err))
            return -1;
        const uint8_t *head = input->data + input->begin;
        size_t size = input->end - input->begin;
        input->plain = nested == 0;
        if (!input->top || !size || !layer_is_packed(head, size))
            break;
        if (nested == NESTED_MAX) {
            error_set(err, ERROR_LIMIT, "is packed more than %d times over", NESTED_MAX);
            return error_in_file(err, input->path);
        }
        struct layer *layer = layer_unpack(input->top, head, size);
        if (!layer)
            break;
        input->top = layer;
        input->begin = input->end = 0;
        input->ended = false;
    }
    if (input->end - input->begin >= 3 && !memcmp(input->data + input->begin, "\xef\xbb\xbf", 3))
        consume(input, 3);
    input->prepared = true;
    return 0;
}

int input_head(struct input *input, const uint8_t **head, size_t *size, struct error *err)
{
    if (prepare(input, err) || fill_head(input, INPUT_HEAD_MAX, err))
        return -1;
    size_t held = input->end - input->begin;
    *head = held ? input->data + input->begin : (const uint8_t *)"";
    *size = held < INPUT_HEAD_MAX ? held : INPUT_HEAD_MAX;
    return 0;
}

static int take_line(struct input *input, size_t length, size_t end_mark, const char **line,
                     size_t *out_length)
{
    const char *start = (const char *)input->data + input->begin;
    consume(input, length + end_mark);
    input->lines++;
    input->ends_within_line = !end_mark && !(length && start[length - 1] == '\r');
    if (length && start[length - 1] == '\r')
        length--;
    *line = start;
    *out_length = length;
    return 1;
}

int input_line(struct input *input, const char **line, size_t *length, struct error *err)
{
    if (prepare(input, err))
        return -1;
    size_t searched = 0;
    for (;;) {
        size_t held = input->end - input->begin;
        const uint8_t *start = held ? input->data + input->begin : NULL;
        const uint8_t *newline = held ? memchr(start + searched, '\n', held - searched) : NULL;
        if (newline)
            return take_line(input, (size_t)(newline - start), 1, line, length);
        searched = held;
        if (held > INPUT_LINE_MAX) {
            error_at_line(err, input->lines + 1, "the line is longer than %u MiB",
                          INPUT_LINE_MAX >> 20);
            err->code = ERROR_LIMIT;
            return error_in_file(err, input->path);
        }
        int more = fill_on(input, err);
        if (more < 0)
            return -1;
        if (!more)
            return held ? take_line(input, held, 0, line, length) : 0;
    }
}

int input_read(struct input *input, void *buffer, size_t size, size_t *got, struct error *err)
{
    *got = 0;
    if (prepare(input, err))
        return -1;
    while (*got < size) {
        size_t held = input->end - input->begin;
        if (!held) {
            int more = fill_on(input, err);
            if (more < 0)
                return -1;
            if (!more)
                break;
            continue;
        }
        size_t count = held < size - *got ? held : size - *got;
        memcpy((char *)buffer + *got, input->data + input->begin, count);
        consume(input, count);
        *got += count;
    }
    return 0;
}

/* Maps a plain file in place of what was read of it; false: read it instead. */
static bool map_file(struct input *input)
{
    if (!input->plain || input->descriptor < 0 || !input->file_size ||
        input->file_size < input->consumed || input->file_size > SIZE_MAX)
        return false;
    void *map = mmap(NULL, (size_t)input->file_size, PROT_READ, MAP_PRIVATE, input->descriptor, 0);
    if (map == MAP_FAILED)
        return false;
    input->map = map;
    input->map_size = (size_t)input->file_size;
    input->data = map;
    input->begin = (size_t)input->consumed;
    input->end = input->map_size;
    input->ended = true;
    atomic_store_explicit(&input->budget.packed, input->file_size, memory_order_relaxed);
    return true;
}

int input_all(struct input *input, const uint8_t **data, size_t *size, struct error *err)
{
    int more = 0;
    if (prepare(input, err))
        return -1;
    if (!input->ended && !map_file(input))
        while ((more = fill(input, SIZE_MAX, err)) > 0)
            ;
    *size = input->end - input->begin;
    if (more < 0 && (err->code != ERROR_TRUNCATED || !*size))
        return -1;
    *data = *size ? input->data + input->begin : (const uint8_t *)"";
    consume(input, *size);
    return more < 0 ? 1 : 0;
}
