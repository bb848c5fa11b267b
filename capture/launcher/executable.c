#include "capture/launcher/executable.h"
#include "formats/profile/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

const char *executable_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static bool is_program(const char *path, int *why)
{
    struct stat file;
    if (stat(path, &file) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            *why = errno;
        return false;
    }
    if (!S_ISREG(file.st_mode) || access(path, X_OK) != 0) {
        *why = S_ISDIR(file.st_mode) ? EISDIR : EACCES;
        return false;
    }
    return true;
}

static char *search(const char *path, const char *name, int *why)
{
    for (;;) {
        size_t length = strcspn(path, ":");
        char *candidate = memory_printf("%.*s%s%s", (int)length, path, length ? "/" : "", name);
        if (is_program(candidate, why))
            return candidate;
        free(candidate);
        if (!path[length])
            return NULL;
        path += length + 1;
    }
}

char *executable_find(const char *name, int *why)
{
    *why = ENOENT;
    if (strchr(name, '/'))
        return is_program(name, why) ? memory_string(name) : NULL;
    const char *path = getenv("PATH");
    char *found = *name ? search(path ? path : "/bin:/usr/bin", name, why) : NULL;
    if (!found && *why == EISDIR)
        *why = ENOENT; /* a folder of that name on the search path is no program */
    return found;
}

bool executable_gains_rights(const char *path)
{
    struct stat file;
    if (stat(path, &file) != 0)
        return false;
    if ((file.st_mode & S_ISUID) && file.st_uid != geteuid())
        return true;
    if ((file.st_mode & S_ISGID) && (file.st_mode & S_IXGRP) && file.st_gid != getegid())
        return true;
    return geteuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0;
}

/* Ends the word at `at`; what follows it, without blanks around, or NULL. */
static char *split_off(char *at)
{
    at += strcspn(at, " \t\r");
    if (!*at)
        return NULL;
    *at++ = '\0';
    at += strspn(at, " \t\r");
    size_t length = strlen(at);
    while (length && strchr(" \t\r", at[length - 1]))
        at[--length] = '\0';
    return *at ? at : NULL;
}

/* "#!/usr/bin/env [-S] python3 [-I ...]"; with other options env does what it does. */
static void see_through_env(struct shebang *shebang)
{
    char *at = shebang->arguments;
    if (strcmp(executable_name(shebang->interpreter), "env") != 0 || !at)
        return;
    if (strncmp(at, "-S", 2) == 0)
        at += 2 + strspn(at + 2, " \t");
    if (*at == '-' || at[strcspn(at, "= \t")] == '=')
        return;
    shebang->interpreter = at;
    shebang->arguments = split_off(at);
}

bool executable_shebang(const char *path, struct shebang *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t size = read(fd, out->line, sizeof out->line - 1);
    close(fd);
    if (size < 3 || strncmp(out->line, "#!", 2) != 0)
        return false;
    out->line[size] = '\0';
    out->line[strcspn(out->line, "\n")] = '\0';
    out->interpreter = out->line + 2 + strspn(out->line + 2, " \t");
    out->arguments = split_off(out->interpreter);
    see_through_env(out);
    return *out->interpreter != '\0';
}
