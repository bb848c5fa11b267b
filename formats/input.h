/*
 * A bounded cursor over the bytes of a file, a pipe or memory.
 *
 * Plain gzip and zstd are unpacked on the way, however often they are nested
 * (at most 4 deep), judged by content. Our own container is left alone: it
 * begins with a skippable frame, which a plain .zst never does. Text in UTF-16
 * with a byte order mark becomes UTF-8, and the mark of UTF-8 is dropped.
 *
 * A reader takes what it needs: lines, bytes, or all of it at once. Memory is
 * bounded: one line is at most INPUT_LINE_MAX, and packed input unpacks to at most 16 GiB and 200
 * times its size plus 64 MiB, unless input_set_limit() says otherwise. (Of 210 packed real
 * profiles the tightest unpacks to 28 times its size.)
 */
#ifndef NCPROF_FORMATS_INPUT_H
#define NCPROF_FORMATS_INPUT_H

#include "formats/profile/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_HEAD_MAX 4096u
#define INPUT_LINE_MAX (64u << 20)

struct input;

/*
 * "-" is standard input. Of a folder it is the file `info` in it, by which the folder's format is
 * known (uftrace's). A folder without it, a missing or an unreadable file is an error that names
 * it.
 */
int input_open(struct input **out, const char *path, struct error *err);
/*
 * Another file of the same folder, for formats of several. Its name comes from a file and is not
 * trusted: a path is refused. ERROR_UNSUPPORTED for standard input and memory.
 */
int input_open_beside(struct input **out, const struct input *input, const char *name,
                      struct error *err);
/* What comes out of a descriptor, which the input closes; `path` is only for messages. */
struct input *input_from_pipe(int descriptor, const char *path);
/* Whether another program that opens input_path() reads the same; after input_head(). */
bool input_is_plain_file(const struct input *input);
/* Over memory that the caller keeps; `path` is only for messages. */
struct input *input_from_memory(const void *data, size_t size, const char *path);
void input_close(struct input *input); /* NULL is allowed */
/* Frees the bytes that were read and lent; nothing more can be read then. */
void input_release(struct input *input);

/* How many bytes may be unpacked, in place of all other limits. */
void input_set_limit(struct input *input, uint64_t bytes);
/* How many bytes an archive of so many may unpack to, for readers of such. */
uint64_t input_limit(const struct input *input, uint64_t packed);

const char *input_path(const struct input *input);
/* Bytes of the unpacked stream consumed so far. */
uint64_t input_offset(const struct input *input);
/* Lines returned so far, so the number of the last one. */
uint64_t input_line_number(const struct input *input);
/* Whether the last line that was returned had no end: perhaps there was more of it. */
bool input_ends_within_line(const struct input *input);

/*
 * The first bytes of the stream without consuming them: up to INPUT_HEAD_MAX,
 * fewer only when the stream is shorter. Valid until the next call.
 */
int input_head(struct input *input, const uint8_t **head, size_t *size, struct error *err);

/*
 * 1 and the next line without its end (LF, CRLF or CR at the end of the file), 0 at the end, -1.
 * The line is not terminated and valid until the next call. When packed data are cut short, all
 * complete lines come before the error (ERROR_TRUNCATED).
 */
int input_line(struct input *input, const char **line, size_t *length, struct error *err);

/* Reads exactly `size` bytes, or fewer at the end: the count is in *got. */
int input_read(struct input *input, void *buffer, size_t size, size_t *got, struct error *err);

/*
 * Everything that is left, contiguous; mapped when it is a plain file, read
 * otherwise. Borrowed; valid until input_release(). 0, -1, or 1 when packed data are cut
 * short: what came before is there, and *err (ERROR_TRUNCATED) tells.
 */
int input_all(struct input *input, const uint8_t **data, size_t *size, struct error *err);

/*
 * 0..1 of the packed bytes consumed, or -1 when the size is unknown (a pipe). For
 * progress; any thread may ask.
 */
double input_progress(const struct input *input);

/* The version of the library that unpacks zstd, for --version. */
const char *input_zstd_version(void);

#endif
