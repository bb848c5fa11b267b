/*
 * Preloaded into `ncprof record`: writes to a file called *.ncp* fail with the error FAIL_WITH from
 * the FAIL_NTH chunk of the type FAIL_TYPE on (formats/trace/chunk.h), of which half is written.
 * Other programs' files are none of its business.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TYPE_OFFSET 16 /* in a chunk's header */

static int number(const char *name)
{
    const char *text = getenv(name);
    return text ? atoi(text) : 0;
}

static int is_trace(int fd)
{
    char link[40], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return 0;
    path[length] = '\0';
    return strstr(path, ".ncp") != NULL;
}

ssize_t write(int fd, const void *data, size_t size)
{
    static ssize_t (*real)(int, const void *, size_t);
    static int seen, failing;
    const unsigned char *bytes = data;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "write");
    if (!number("FAIL_WITH") || !is_trace(fd))
        return real(fd, data, size);
    if (failing) {
        errno = number("FAIL_WITH");
        return -1;
    }
    if (size > TYPE_OFFSET && bytes[TYPE_OFFSET] == number("FAIL_TYPE"))
        failing = ++seen == number("FAIL_NTH");
    return real(fd, data, failing ? (size + 1) / 2 : size);
}
