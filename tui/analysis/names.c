#include "tui/analysis/names.h"

#include "formats/profile/text.h"

#include <stdio.h>
#include <string.h>

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

void function_name(const struct function *function, char *buffer, size_t size)
{
    const char *name = function->name[0] ? function->name : "(unnamed)";
    text_escape(name, strlen(name), buffer, size);
}

/* "json/__init__" tells more than "__init__". */
static const char *file_part(const char *file)
{
    const char *base = path_base(file);
    if (strcmp(base, "__init__.py") != 0)
        return base;
    for (base -= base > file; base > file && base[-1] != '/';)
        base--;
    return base;
}

void function_place(const struct function *function, char *buffer, size_t size)
{
    bool has_file = function->file[0] && strcmp(function->file, "~") != 0;
    const char *place = has_file ? file_part(function->file) : path_base(function->module);
    size_t length = strlen(place);
    if (has_file && length > 3 && !strcmp(place + length - 3, ".py"))
        length -= 3;
    size_t used = text_escape(place, length, buffer, size);
    if (used && function->line)
        snprintf(buffer + used, size - used, ":%u", function->line);
}

void function_label(const struct function *function, char *buffer, size_t size)
{
    char place[256];
    function_name(function, buffer, size);
    function_place(function, place, sizeof place);
    size_t used = strlen(buffer);
    if (place[0] && used + 3 < size)
        snprintf(buffer + used, size - used, "  %s", place);
}
