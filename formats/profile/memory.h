/*
 * Memory: checked allocation, growable arrays and the arena.
 *
 * Everything a parser allocates is bounded by its input, so exhaustion means
 * that the machine is full. It ends the program through one hook, which
 * restores the terminal and says so; no caller has to handle it. The recorder
 * runtimes do not use this file: inside a traced program nothing may exit.
 */
#ifndef NCPROF_FORMATS_PROFILE_MEMORY_H
#define NCPROF_FORMATS_PROFILE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Never NULL, not even for size 0. memory_zeroed() clears. */
void *memory_alloc(size_t size);
void *memory_zeroed(size_t count, size_t size);
void *memory_resize(void *old, size_t count, size_t size);
char *memory_string(const char *text);
__attribute__((format(printf, 1, 2))) char *memory_printf(const char *format, ...);

/* Called once before the program ends with status 2; for the terminal. */
void memory_on_exhaustion(void (*hook)(void));

/*
 * A growable array: struct { T *data; uint32_t count, capacity; }.
 *
 *     ARRAY(uint32_t) ids = {0};
 *     *array_push(&ids) = 7;
 *     array_free(&ids);
 */
#define ARRAY(type)                                                                                \
    struct {                                                                                       \
        type *data;                                                                                \
        uint32_t count, capacity;                                                                  \
    }

/* Makes room for `more` further elements. Ends the program past 2^32-2 elements. */
#define array_reserve(array, more)                                                                 \
    ((array)->data && (size_t)(more) <= (array)->capacity - (array)->count                         \
         ? (void)0                                                                                 \
         : (void)((array)->data = array_grow((array)->data, &(array)->capacity, (array)->count,    \
                                             (more), sizeof *(array)->data)))
/* A pointer to one new, uninitialised element at the end; valid until the next growth. */
#define array_push(array) (array_reserve(array, 1), &(array)->data[(array)->count++])
#define array_free(array)                                                                          \
    (array_release((array)->data), (array)->data = NULL, (array)->count = (array)->capacity = 0)

void *array_grow(void *data, uint32_t *capacity, uint32_t count, size_t more, size_t size);
void array_release(void *data);

/* An arena: many allocations, one release. A zeroed struct is an empty arena. */
struct arena {
    struct arena_page *pages;
    size_t total; /* bytes handed out */
};

/* Zeroed, aligned for any type, valid until arena_free(). */
void *arena_alloc(struct arena *arena, size_t size);
#define arena_array(arena, type, count) ((type *)arena_alloc_array(arena, count, sizeof(type)))
void *arena_alloc_array(struct arena *arena, size_t count, size_t size);
/* The arena frees `data` (from memory_* or an array) with everything else. NULL is allowed. */
void arena_adopt(struct arena *arena, void *data);
char *arena_string(struct arena *arena, const char *text, size_t length);
void arena_free(struct arena *arena);

#endif
