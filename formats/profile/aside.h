/*
 * Work in a thread of its own, while the caller does something else.
 *
 *     aside_begin(&aside, add_up, &half);
 *     add_up(&other_half);
 *     aside_end(&aside);
 *
 * Where no thread is to be had it is done at once: what comes out is the same.
 */
#ifndef NCPROF_FORMATS_PROFILE_ASIDE_H
#define NCPROF_FORMATS_PROFILE_ASIDE_H

#include <pthread.h>
#include <stdbool.h>

struct aside {
    void (*work)(void *opaque);
    void *opaque;
    pthread_t thread;
    bool started;
};

/* The struct and what `opaque` points to stay where they are until aside_end(). */
void aside_begin(struct aside *aside, void (*work)(void *opaque), void *opaque);
void aside_end(struct aside *aside);

/* pthread_create() of a thread that signals are not for: they are for those that were there. */
int aside_thread(pthread_t *thread, void *(*run)(void *), void *opaque);

#endif
