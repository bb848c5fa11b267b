#include "formats/profile/error.h"
#include "formats/profile/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0))) static int fill(struct error *err, enum error_code code,
                                                      const char *format, va_list arguments)
{
    memset(err, 0, sizeof *err);
    err->code = code;
    vsnprintf(err->text, sizeof err->text, format, arguments);
    return -1;
}

int error_set(struct error *err, enum error_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(err, code, format, arguments);
    va_end(arguments);
    return -1;
}

int error_at_line(struct error *err, uint64_t line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(err, ERROR_FORMAT, format, arguments);
    va_end(arguments);
    err->line = line;
    return -1;
}

int error_at_offset(struct error *err, uint64_t offset, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(err, ERROR_FORMAT, format, arguments);
    va_end(arguments);
    err->offset = offset;
    err->has_offset = 1;
    return -1;
}

int error_errno(struct error *err, const char *format, ...)
{
    int number = errno;
    va_list arguments;
    va_start(arguments, format);
    fill(err, ERROR_IO, format, arguments);
    va_end(arguments);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, "%s%s", used ? ": " : "", strerror(number));
    return -1;
}

int error_in_file(struct error *err, const char *path)
{
    if (!err->file[0])
        snprintf(err->file, sizeof err->file, "%s", strcmp(path, "-") ? path : "standard input");
    return -1;
}

void error_text(const struct error *err, char *buffer, size_t size)
{
    char raw[sizeof err->file + sizeof err->text + 64];
    int used = snprintf(raw, sizeof raw, "%s%s%s", err->file, err->file[0] ? ": " : "", err->text);
    if (err->line)
        snprintf(raw + used, sizeof raw - (size_t)used, " (line %" PRIu64 ")", err->line);
    else if (err->has_offset)
        snprintf(raw + used, sizeof raw - (size_t)used, " (at byte %" PRIu64 ")", err->offset);
    text_escape(raw, strlen(raw), buffer, size);
}
