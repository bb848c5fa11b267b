/*
 * The one error type: what went wrong, in which file, and where in it.
 *
 * Every function that can fail takes a `struct error *` last, fills it with
 * error_set() and returns -1, so `return error_set(err, ...)` reads well.
 * An error is plain data: no allocation, nothing to free. A failed function
 * leaves nothing behind for its caller to clean up.
 *
 * Memory exhaustion is not an error of this kind; see memory.h.
 */
#ifndef NCPROF_FORMATS_PROFILE_ERROR_H
#define NCPROF_FORMATS_PROFILE_ERROR_H

#include <stddef.h>
#include <stdint.h>

enum error_code {
    ERROR_NONE,
    ERROR_IO,          /* the system refused: missing file, full disk, ... */
    ERROR_FORMAT,      /* the bytes are not what the format says */
    ERROR_TRUNCATED,   /* the file ends too early and holds nothing usable */
    ERROR_UNSUPPORTED, /* known, but not handled: a newer version, a static target */
    ERROR_LIMIT,       /* larger than a stated limit */
    ERROR_USAGE,       /* the caller's request makes no sense */
};

struct error {
    enum error_code code;
    char file[512];  /* "" until error_in_file() names it */
    char text[512];  /* one sentence, no full stop, no newline */
    uint64_t line;   /* 1-based; 0: unknown */
    uint64_t offset; /* byte offset; valid when has_offset */
    int has_offset;
};

/* All of these return -1. */
__attribute__((format(printf, 3, 4))) int error_set(struct error *err, enum error_code code,
                                                    const char *format, ...);
__attribute__((format(printf, 3, 4))) int error_at_line(struct error *err, uint64_t line,
                                                        const char *format, ...);
__attribute__((format(printf, 3, 4))) int error_at_offset(struct error *err, uint64_t offset,
                                                          const char *format, ...);
/* ERROR_IO with the text of errno after the formatted words. */
__attribute__((format(printf, 2, 3))) int error_errno(struct error *err, const char *format, ...);

/* Names the file of an error that has none yet. Returns -1. */
int error_in_file(struct error *err, const char *path);

/* "FILE: what is wrong (line 3)", control characters escaped; always terminated. */
void error_text(const struct error *err, char *buffer, size_t size);

#endif
