/*
 * Stacks that the program has made with makecontext(), which says where they lie. Those of other
 * coroutines are guessed (stacks.c).
 */
#ifndef NCPROF_CAPTURE_RUNTIME_MADE_STACKS_H
#define NCPROF_CAPTURE_RUNTIME_MADE_STACKS_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* The bounds of the one that holds a place not far below its upper end. */
bool made_stacks_find(uintptr_t place, uintptr_t *low, uintptr_t *high);

#pragma GCC visibility pop

#endif
