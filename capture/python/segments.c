#include "capture/python/segments.h"

#include <pthread.h>
#include <sys/mman.h>

#define SEGMENT_SIZE (64u << 20) /* address space; memory as it is used */
#define SEGMENT_KEPT (4u << 20)  /* for what C functions need, which do not ask */
#define GUARD_SIZE   4096u
enum { TRIES = 64 };

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

static char *map_at(char *wish)
{
    char *segment = mmap(wish, SEGMENT_SIZE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return segment == MAP_FAILED ? NULL : segment;
}

/* Below the stack that it goes on from: the addresses of outer frames are the higher ones, which is
 * what greenlet goes by. */
static char *allocate(const char *frame)
{
    uintptr_t here = (uintptr_t)frame & ~(uintptr_t)(SEGMENT_SIZE - 1);
    char *segment = map_at(NULL);
    for (uintptr_t i = 1; segment && segment > frame && i <= TRIES && i * SEGMENT_SIZE < here;
         i++) {
        segments_free(segment);
        segment = map_at((char *)(here - i * SEGMENT_SIZE));
    }
    if (segment && segment > frame) {
        segments_free(segment);
        return NULL;
    }
    if (segment)
        mprotect(segment, GUARD_SIZE, PROT_NONE);
    return segment;
}

static char *take_spare(struct segments *segments, const char *frame)
{
    char *spare = segments->spare;
    segments->spare = NULL;
    if (!spare || spare < frame)
        return spare;
    segments_free(spare);
    return NULL;
}

PyObject *segments_call(interpreter_evaluator evaluator, void *first, void *second, int third,
                        struct segments *segments)
{
    const char *frame = __builtin_frame_address(0);
    char *before = segments->limit, *segment = take_spare(segments, frame);
    if (!segment)
        segment = allocate(frame);
    if (!segment) {
        segments->limit = NULL; /* not to be asked at every call */
        return evaluator(first, second, third);
    }
    segments->limit = segment + SEGMENT_KEPT;
    PyObject *result = switch_stack(first, second, third, evaluator, segment + SEGMENT_SIZE);
    segments->limit = before;
    if (segments->fixed)
        return result;
    segments_free(segments->spare);
    segments->spare = segment;
    return result;
}

void segments_free(void *spare)
{
    if (spare)
        munmap(spare, SEGMENT_SIZE);
}
