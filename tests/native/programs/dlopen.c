/* Loads and unloads two libraries again and again; each may get the other's addresses. */
#include "tally.h"

#include <dlfcn.h>
#include <stdlib.h>

__attribute__((noinline)) static long use(const char *path, long n)
{
    TALLY();
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(3);
    }
    long (*function)(long) = (long (*)(long))dlsym(library, "entry");
    long result = function(n);
    dlclose(library);
    return result;
}

int main(void)
{
    TALLY();
    long sum = 0;
    for (int i = 0; i < 100; i++)
        sum += use(i % 3 ? "libfirst.so" : "libsecond.so", 9); /* found by RUNPATH */
    printf("sum %ld\n", sum);
    printf("tally first_inner %d\ntally second_inner %d\n", 66 * (10 + 5 + 2 + 1),
           34 * (10 + 5 + 2 + 1));
    printf(
        "tally first_begin 66\ntally first_end 66\ntally second_begin 34\ntally second_end 34\n");
    return 0;
}
