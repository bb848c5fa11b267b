/*
 * The readers under hostile input: whatever the bytes are, reading ends with a
 * profile that holds its invariants, or with an error that says something.
 *
 * Built in two ways, both by the Makefile:
 *
 *   make fuzz     clang -fsanitize=fuzzer,address,undefined -DFUZZ_LIBFUZZER: libFuzzer's main().
 *                 With FUZZ_READER=pstats in the environment only that reader is tried.
 *   make test     with the main() below, by any compiler: replays files, each one whole, cut at
 *                 every byte and with random bytes changed, and prints TAP. Each of these inputs
 *                 is read and written within 64 bytes of memory a byte of it and 64 MB, and
 *                 within a second of the processor's time and 20 microseconds a byte.
 *
 *     fuzz_readers [FILE|FOLDER]...          default: tests/fuzz/corpus
 *
 * An input that begins with "@@ " is a folder of files, for formats of several (uftrace's): a line
 * "@@ NAME" before each.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/timeline.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void require(bool condition, const char *what, const struct error *err)
{
    if (condition)
        return;
    fprintf(stderr, "fuzz_readers: %s: %s\n", what, err->text);
    abort();
}

/* What was read can be written in every format that it has the flags for. */
static void write_everywhere(const struct profile *profile, FILE *sink)
{
    for (size_t i = 0; writers[i]; i++) {
        struct error err = {0};
        if (writers[i]->needs & ~profile->flags)
            continue;
        require(!writers[i]->write(profile, sink, &err), writers[i]->name, &err);
        if (writers[i]->loses)
            (void)writers[i]->loses(profile);
    }
}

static void read_as(const uint8_t *data, size_t size, const char *from, FILE *sink)
{
    struct profile *profile = NULL;
    struct error err = {0};
    if (profile_load_memory(&profile, data, size, "fuzz", from, &err)) {
        require(err.code != ERROR_NONE && err.text[0], "an error says nothing", &err);
        return;
    }
    require(!profile_check(profile, &err), from ? from : "recognised", &err);
    write_everywhere(profile, sink);
    profile_free(profile);
}

/* What happened when, whole and a part of it. */
static void tell_timeline(const uint8_t *data, size_t size, const struct reader *reader,
                          const struct profile_part *part, FILE *sink)
{
    struct error err = {0};
    struct timeline timeline = {input_from_memory(data, size, "fuzz"), reader, part};
    for (size_t i = 0; writers[i]; i++)
        if (writers[i]->write_timeline && writers[i]->write_timeline(&timeline, sink, &err))
            require(err.code != ERROR_NONE && err.text[0], "an error says nothing", &err);
    input_close(timeline.input);
}

static void tell_timelines(const uint8_t *data, size_t size, FILE *sink)
{
    const struct reader *reader = reader_recognise("fuzz", data, size < 4096 ? size : 4096);
    if (!reader || !reader->replay)
        return;
    tell_timeline(data, size, reader, NULL, sink);
    tell_timeline(data, size, reader, &(struct profile_part){1000, 500000}, sink);
}

static FILE *sink(void)
{
    static FILE *file;
    if (!file)
        file = fopen("/dev/null", "w");
    if (!file)
        abort();
    return file;
}

/* ---- folders ---- */

#define FILES_MAX 16
#define MARK      "\n@@ "

struct folder {
    char path[64];
    char *names[FILES_MAX];
    unsigned count;
};

static bool is_name(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && (text[i] != '.' || !i) && text[i] != '-')
            return false;
    return length && length < 32;
}

static void write_file(struct folder *folder, const char *text, size_t size)
{
    const char *line = memchr(text, '\n', size);
    size_t length = line ? (size_t)(line - text) : size;
    if (!is_name(text, length) || folder->count == FILES_MAX)
        return;
    char *path = memory_printf("%s/%.*s", folder->path, (int)length, text);
    FILE *file = fopen(path, "wb");
    if (!file)
        abort();
    if (line)
        fwrite(line + 1, 1, size - length - 1, file);
    fclose(file);
    folder->names[folder->count++] = path;
}

static void read_folder(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data + strlen(MARK) - 1, *end = (const char *)data + size;
    struct folder folder = {.path = "/dev/shm/ncprof-fuzz-XXXXXX"};
    struct profile *profile = NULL;
    struct error err = {0};
    if (!mkdtemp(folder.path))
        abort();
    while (at) {
        const char *mark = memmem(at, (size_t)(end - at), MARK, strlen(MARK));
        write_file(&folder, at, (size_t)((mark ? mark : end) - at));
        at = mark ? mark + strlen(MARK) : NULL;
    }
    if (!profile_load(&profile, folder.path, NULL, &err)) {
        require(!profile_check(profile, &err), "folder", &err);
        profile_free(profile);
    } else {
        require(err.code != ERROR_NONE && err.text[0], "an error says nothing", &err);
    }
    for (unsigned i = 0; i < folder.count; i++) {
        unlink(folder.names[i]);
        free(folder.names[i]);
    }
    rmdir(folder.path);
}

/* ---- an input ---- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *only = getenv("FUZZ_READER");
    if (size >= strlen(MARK) && !memcmp(data, &MARK[1], strlen(MARK) - 1)) {
        read_folder(data, size);
        return 0;
    }
    tell_timelines(data, size, sink());
    if (only) {
        read_as(data, size, only, sink());
        return 0;
    }
    read_as(data, size, NULL, sink());
    for (size_t i = 0; readers[i]; i++)
        read_as(data, size, readers[i]->name, sink());
    return 0;
}

#ifndef FUZZ_LIBFUZZER

#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEASURES_MEMORY false
#else
#define MEASURES_MEMORY true
#endif

#define MEMORY_SLACK   ((size_t)64 << 20)
#define MEMORY_A_BYTE  64
#define CHANGED_COPIES 300 /* FUZZ_COPIES in the environment: others */
#define CUTS_MAX       4096
#define FILE_MAX       ((size_t)1 << 20)

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* ---- what an input costs ---- */

/* From here on the highest use of memory is measured anew (proc(5), clear_refs). */
static bool forget_highest(void)
{
    int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    bool done = file >= 0 && write(file, "5", 1) == 1;
    if (file >= 0)
        close(file);
    return done;
}

/* Bytes; 0 when the kernel does not tell. */
static size_t status_bytes(const char *name)
{
    char text[4096];
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    text[size > 0 ? size : 0] = '\0';
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) * 1024 : 0;
}

static double processor_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* How a file's cut and changed copies are read. */
struct trial {
    const char *own; /* the reader of the file as it is; NULL: none */
    unsigned count;
};

/* Readers of other formats mostly refuse at once: every 16th copy is enough for them. */
static void read_copy(struct trial *trial, const uint8_t *data, size_t size)
{
    if (trial->count++ % 16 == 0) {
        LLVMFuzzerTestOneInput(data, size);
        return;
    }
    read_as(data, size, NULL, sink());
    if (trial->own)
        read_as(data, size, trial->own, sink());
}

static void try_input(struct trial *trial, const uint8_t *data, size_t size)
{
    struct error err = {0};
    bool measured = MEASURES_MEMORY && forget_highest();
    size_t before = measured ? status_bytes("VmRSS:") : 0;
    double started = processor_seconds();
    read_copy(trial, data, size);
    double seconds = processor_seconds() - started;
    size_t most = measured ? status_bytes("VmHWM:") : 0;
    error_set(&err, ERROR_LIMIT, "%zu bytes took %zu MB and %.2f s", size,
              most > before ? (most - before) >> 20 : 0, seconds);
    require(most <= before + MEMORY_SLACK + size * MEMORY_A_BYTE, "too much memory", &err);
    require(!MEASURES_MEMORY || seconds < 1 + (double)size * 20e-6, "too much time", &err);
}

/* ---- inputs made of a file ---- */

static void try_cuts(struct trial *trial, const uint8_t *data, size_t size)
{
    size_t step = size / CUTS_MAX + 1;
    for (size_t end = 0; end < size; end += step) {
        uint8_t *copy = memory_alloc(end); /* of its own, so that an overrun is seen */
        memcpy(copy, data, end);
        try_input(trial, copy, end);
        free(copy);
    }
}

/* Up to four bytes become other ones, mostly such that a length or a type may lie. */
static void try_changes(struct trial *trial, const uint8_t *data, size_t size)
{
    static const uint8_t likely[] = {0,   1,   0x7f, 0x80, 0xff, '\n', ' ',
                                     ';', '"', '(',  '{',  'r',  'c'};
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15) ^ size;
    uint8_t *copy = memory_alloc(size);
    const char *copies = getenv("FUZZ_COPIES");
    long rounds = copies ? strtol(copies, NULL, 10) : CHANGED_COPIES;
    for (long round = 0; round < rounds && size; round++) {
        memcpy(copy, data, size);
        for (uint64_t changes = 1 + random_next(&state) % 4; changes > 0; changes--) {
            uint64_t value = random_next(&state);
            copy[random_next(&state) % size] =
                value & 256 ? likely[value % sizeof likely] : (uint8_t)value;
        }
        try_input(trial, copy, size);
    }
    free(copy);
}

static const char *reader_of(const uint8_t *data, size_t size)
{
    struct profile *profile;
    struct error err = {0};
    if (profile_load_memory(&profile, data, size, "fuzz", NULL, &err))
        return NULL;
    const struct reader *reader = reader_by_name(profile->format);
    profile_free(profile);
    return reader ? reader->name : NULL;
}

static void replay_file(const char *path, unsigned *number)
{
    uint8_t *data = memory_alloc(FILE_MAX);
    size_t size = 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        abort();
    size = fread(data, 1, FILE_MAX, file);
    fclose(file);
    struct trial trial = {.own = reader_of(data, size)};
    try_input(&trial, data, size);
    try_cuts(&trial, data, size);
    try_changes(&trial, data, size);
    free(data);
    printf("ok %u - %s\n", ++*number, path);
    fflush(stdout);
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay(const char *path, unsigned *number)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_file, alphasort);
    if (count < 0) {
        replay_file(path, number);
        return;
    }
    for (int i = 0; i < count; i++) {
        char *name = memory_printf("%s/%s", path, entries[i]->d_name);
        replay_file(name, number);
        free(name);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    unsigned number = 0;
    mallopt(M_MMAP_THRESHOLD, 1 << 17); /* what is freed is given back, and counts no more */
    mallopt(M_TRIM_THRESHOLD, 1 << 17);
    if (argc < 2)
        replay("tests/fuzz/corpus", &number);
    for (int i = 1; i < argc; i++)
        replay(argv[i], &number);
    printf("1..%u\n", number);
    return 0;
}

#endif
