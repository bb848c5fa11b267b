#include "formats/profile/memory.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* With a sanitizer every arena allocation is its own, so that an overrun is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define FIRST_PAGE 0u
#else
#define FIRST_PAGE 4096u
#endif
#define LARGE        ((size_t)1 << 20)
#define HUGE         ((size_t)8 << 20)
#define PAGE_SIZE    4096u /* where they are larger nothing is brought in */
#define HUGE_PAGE    ((size_t)2 << 20)
#define LARGEST_PAGE ((size_t)1 << 20)
#define ALIGNMENT    _Alignof(max_align_t)

/* The only state here: the terminal has to be restored before the program ends. */
static void (*exhaustion_hook)(void);

void memory_on_exhaustion(void (*hook)(void))
{
    exhaustion_hook = hook;
}

static _Noreturn void exhausted(void)
{
    static const char text[] = "ncprof: out of memory\n";
    if (exhaustion_hook)
        exhaustion_hook();
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(2);
    _exit(2);
}

/*
 * Zeroed memory is about to be filled all over. A large piece comes page by page, each at a fault
 * (two where its zeroes are read first), which costs three times as much as all pages at once.
 */
static void bring_in(char *data, size_t size)
{
#ifdef MADV_POPULATE_WRITE
    size_t before = (PAGE_SIZE - (uintptr_t)data % PAGE_SIZE) % PAGE_SIZE;
    if (size >= LARGE)
        (void)madvise(data + before, (size - before) / PAGE_SIZE * PAGE_SIZE, MADV_POPULATE_WRITE);
#else
    (void)data, (void)size;
#endif
}

/* Large pages where the system has them on request: fewer faults, and less to look up at random. */
static void ask_for_large_pages(char *data, size_t size)
{
#ifdef MADV_HUGEPAGE
    size_t before = (PAGE_SIZE - (uintptr_t)data % PAGE_SIZE) % PAGE_SIZE;
    if (size >= HUGE)
        (void)madvise(data + before, (size - before) / PAGE_SIZE * PAGE_SIZE, MADV_HUGEPAGE);
#else
    (void)data, (void)size;
#endif
}

/* A large piece begins with a large page: otherwise it has small ones at both of its ends. */
static void *alloc_large(size_t size)
{
    size_t rounded = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    void *data = rounded < size ? NULL : aligned_alloc(HUGE_PAGE, rounded);
    if (!data)
        exhausted();
    ask_for_large_pages(data, rounded);
    return data;
}

void *memory_alloc(size_t size)
{
    if (size >= HUGE)
        return alloc_large(size);
    void *data = malloc(size ? size : 1);
    if (!data)
        exhausted();
    return data;
}

void *memory_zeroed(size_t count, size_t size)
{
    void *data = calloc(count ? count : 1, size ? size : 1);
    if (!data)
        exhausted();
    ask_for_large_pages(data, count * size);
    bring_in(data, count * size);
    return data;
}

/* realloc() would have filled small pages by the time that large ones can be asked for. */
static void *grow_large(void *old, size_t held, size_t size)
{
    void *data = alloc_large(size);
    memcpy(data, old, held);
    free(old);
    return data;
}

void *memory_resize(void *old, size_t count, size_t size)
{
    size_t bytes, held = old ? malloc_usable_size(old) : 0;
    if (__builtin_mul_overflow(count, size, &bytes))
        exhausted();
    if (bytes >= HUGE && bytes > held)
        return held ? grow_large(old, held, bytes) : alloc_large(bytes);
    void *data = realloc(old, bytes ? bytes : 1);
    if (!data)
        exhausted();
    return data;
}

char *memory_string(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(memory_alloc(size), text, size);
}

char *memory_printf(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        exhausted();
    return text;
}

void *array_grow(void *data, uint32_t *capacity, uint32_t count, size_t more, size_t size)
{
    if (more <= *capacity - count)
        return data;
    if (more > UINT32_MAX - 1 - count)
        exhausted();
    size_t needed = count + more;
    size_t doubled = (size_t)*capacity * 2;
    size_t wanted = doubled > needed ? doubled : needed;
    if (wanted < 8)
        wanted = 8;
    if (wanted > UINT32_MAX - 1)
        wanted = UINT32_MAX - 1;
    data = memory_resize(data, wanted, size);
    *capacity = (uint32_t)wanted;
    return data;
}

void array_release(void *data)
{
    free(data);
}

struct arena_page {
    struct arena_page *next;
    size_t size, used; /* of what follows; both 0 for an adopted block */
    void *adopted;
    _Alignas(max_align_t) char bytes[];
};

static struct arena_page *add_page(struct arena *arena, size_t size)
{
    struct arena_page *page = memory_zeroed(1, sizeof *page + size);
    page->size = size;
    page->next = arena->pages;
    arena->pages = page;
    return page;
}

/* Pages double, so that a small profile stays small and a large one needs few of them. */
static size_t next_page_size(const struct arena *arena)
{
    if (!FIRST_PAGE || arena->total >= LARGEST_PAGE)
        return FIRST_PAGE ? LARGEST_PAGE : 0;
    size_t size = FIRST_PAGE;
    while (size < arena->total)
        size *= 2;
    return size;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded < size)
        exhausted();
    struct arena_page *page = arena->pages;
    if (!page || page->adopted || page->size - page->used < rounded) {
        size_t fresh = next_page_size(arena);
        page = add_page(arena, rounded > fresh ? rounded : fresh);
    }
    void *data = page->bytes + page->used;
    page->used += rounded;
    arena->total += rounded;
    return data;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        exhausted();
    return arena_alloc(arena, bytes);
}

char *arena_string(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (length)
        memcpy(copy, text, length);
    return copy;
}

void arena_adopt(struct arena *arena, void *data)
{
    if (!data)
        return;
    struct arena_page *page = memory_zeroed(1, sizeof *page);
    page->adopted = data;
    /* Behind the current page, which may still have room. */
    struct arena_page **at = arena->pages ? &arena->pages->next : &arena->pages;
    page->next = *at;
    *at = page;
}

void arena_free(struct arena *arena)
{
    struct arena_page *page = arena->pages;
    while (page) {
        struct arena_page *next = page->next;
        free(page->adopted);
        free(page);
        page = next;
    }
    *arena = (struct arena){0};
}
