#include "capture/python/segments.h"

#include <pthread.h>
#include <sys/mman.h>

#define SEGMENT_SIZE (64u << 20) /* address space; memory as it is used */
#define SEGMENT_KEPT (4u << 20)  /* for what C functions need, which do not ask */
#define GUARD_SIZE   4096u

/* switch.S */
__attribute__((visibility("hidden"))) PyObject *
switch_stack(void *first, void *second, int third, interpreter_evaluator evaluator, void *stack);

char *segments_limit(void)
{
    pthread_attr_t attributes;
    void *low = NULL;
    size_t size = 0;
#if defined(__x86_64__) || defined(__aarch64__)
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return NULL;
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
#else
    (void)attributes;
#endif
    return low ? (char *)low + size / 2 : NULL;
}

static char *allocate(void)
{
    char *segment = mmap(NULL, SEGMENT_SIZE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (segment == MAP_FAILED)
        return NULL;
    mprotect(segment, GUARD_SIZE, PROT_NONE);
    return segment;
}

PyObject *segments_call(interpreter_evaluator evaluator, void *first, void *second, int third,
                        char **limit, void **spare)
{
    char *before = *limit, *segment = *spare;
    *spare = NULL;
    if (!segment)
        segment = allocate();
    if (!segment) {
        *limit = NULL; /* not to be asked at every call */
        return evaluator(first, second, third);
    }
    *limit = segment + SEGMENT_KEPT;
    PyObject *result = switch_stack(first, second, third, evaluator, segment + SEGMENT_SIZE);
    *limit = before;
    if (*spare)
        segments_free(*spare);
    *spare = segment;
    return result;
}

void segments_free(void *spare)
{
    if (spare)
        munmap(spare, SEGMENT_SIZE);
}
