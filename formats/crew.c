#include "formats/crew.h"

#include "formats/profile/aside.h"
#include "formats/profile/memory.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

struct crew {
    struct crew_job job;
    bool started; /* the thread */
    pthread_t thread;
    pthread_mutex_t mutex; /* over what follows, and who has a block over it */
    pthread_cond_t changed;
    uint64_t fetched, taken; /* pieces */
    bool *done;              /* by block: it waits to be taken */
    bool holds;              /* a block is with who took it */
    bool fetching, ended, stopped;
};

struct crew *crew_new(const struct crew_job *job)
{
    struct crew *crew = memory_zeroed(1, sizeof *crew);
    crew->job = *job;
    crew->done = memory_zeroed(job->count, sizeof *crew->done);
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->changed, NULL);
    return crew;
}

static unsigned slot_of(const struct crew *crew, uint64_t piece)
{
    return (unsigned)(piece % crew->job.count);
}

static void *block_of(const struct crew *crew, uint64_t piece)
{
    return (char *)crew->job.blocks + slot_of(crew, piece) * crew->job.size;
}

static void *run(void *opaque);

/* ---- with the mutex held, also afterwards ---- */

static bool can_fetch(const struct crew *crew)
{
    return !crew->ended && !crew->fetching && crew->fetched - crew->taken < crew->job.count;
}

static void do_piece(struct crew *crew, unsigned worker)
{
    uint64_t piece = crew->fetched;
    void *block = block_of(crew, piece);
    crew->fetching = true;
    pthread_mutex_unlock(&crew->mutex);
    bool more = crew->job.fetch(crew->job.source, block);
    pthread_mutex_lock(&crew->mutex);
    crew->fetching = false;
    crew->fetched++;
    crew->ended = !more;
    if (!piece && more)
        crew->started = !aside_thread(&crew->thread, run, crew);
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->mutex);
    crew->job.work(crew->job.workers[worker], block);
    pthread_mutex_lock(&crew->mutex);
    crew->done[slot_of(crew, piece)] = true;
    pthread_cond_broadcast(&crew->changed);
}

static void give_back(struct crew *crew)
{
    crew->done[slot_of(crew, crew->taken)] = false;
    crew->taken++;
    crew->holds = false;
    pthread_cond_broadcast(&crew->changed);
}

/* Works or waits until the next block is done or there is none. */
static void *next_block(struct crew *crew)
{
    while (!crew->done[slot_of(crew, crew->taken)]) {
        if (crew->ended && crew->taken == crew->fetched)
            return NULL;
        if (can_fetch(crew))
            do_piece(crew, 0);
        else
            pthread_cond_wait(&crew->changed, &crew->mutex);
    }
    crew->holds = true;
    return block_of(crew, crew->taken);
}

/* ---- */

static void *run(void *opaque)
{
    struct crew *crew = opaque;
    pthread_mutex_lock(&crew->mutex);
    while (!crew->stopped && !crew->ended) {
        if (can_fetch(crew))
            do_piece(crew, 1);
        else
            pthread_cond_wait(&crew->changed, &crew->mutex);
    }
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

void *crew_take(struct crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    if (crew->holds)
        give_back(crew);
    void *block = next_block(crew);
    pthread_mutex_unlock(&crew->mutex);
    return block;
}

void crew_free(struct crew *crew)
{
    if (!crew)
        return;
    pthread_mutex_lock(&crew->mutex);
    crew->stopped = true;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->mutex);
    if (crew->started)
        pthread_join(crew->thread, NULL);
    pthread_cond_destroy(&crew->changed);
    pthread_mutex_destroy(&crew->mutex);
    free(crew->done);
    free(crew);
}
