#include "formats/relay.h"

#include "formats/profile/aside.h"
#include "formats/profile/memory.h"

#include <pthread.h>
#include <stdlib.h>

enum state { ALONE, STARTED, REFUSED };

struct relay {
    relay_fill *fill;
    void *worker;
    char *blocks;
    size_t size;
    unsigned count;
    enum state state;
    bool holds; /* the taker has a block */
    pthread_t thread;
    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t changed;
    unsigned filled; /* and not given back */
    unsigned first;  /* of them */
    bool ended, stopped;
};

struct relay *relay_new(relay_fill *fill, void *worker, void *blocks, size_t size, unsigned count)
{
    struct relay *relay = memory_zeroed(1, sizeof *relay);
    *relay = (struct relay){
        .fill = fill, .worker = worker, .blocks = blocks, .size = size, .count = count};
    pthread_mutex_init(&relay->mutex, NULL);
    pthread_cond_init(&relay->changed, NULL);
    return relay;
}

static void *block_at(const struct relay *relay, unsigned number)
{
    return relay->blocks + number % relay->count * relay->size;
}

/* The thread: whether there is a block to fill. */
static bool wait_for_room(struct relay *relay)
{
    pthread_mutex_lock(&relay->mutex);
    while (!relay->stopped && relay->filled == relay->count)
        pthread_cond_wait(&relay->changed, &relay->mutex);
    bool stopped = relay->stopped;
    pthread_mutex_unlock(&relay->mutex);
    return !stopped;
}

static void hand_over(struct relay *relay, bool more)
{
    pthread_mutex_lock(&relay->mutex);
    relay->filled++;
    relay->ended = !more;
    pthread_cond_signal(&relay->changed);
    pthread_mutex_unlock(&relay->mutex);
}

static void *run(void *opaque)
{
    struct relay *relay = opaque;
    unsigned next = 1; /* block 0 was filled before there was a thread */
    bool more = true;
    while (more && wait_for_room(relay)) {
        more = relay->fill(relay->worker, block_at(relay, next));
        next = (next + 1) % relay->count;
        hand_over(relay, more);
    }
    return NULL;
}

static void start(struct relay *relay)
{
    relay->state = aside_thread(&relay->thread, run, relay) ? REFUSED : STARTED;
}

static void give_back(struct relay *relay)
{
    pthread_mutex_lock(&relay->mutex);
    relay->first = (relay->first + 1) % relay->count;
    relay->filled--;
    pthread_cond_signal(&relay->changed);
    pthread_mutex_unlock(&relay->mutex);
    relay->holds = false;
}

static void *take_filled(struct relay *relay)
{
    pthread_mutex_lock(&relay->mutex);
    while (!relay->filled && !relay->ended)
        pthread_cond_wait(&relay->changed, &relay->mutex);
    relay->holds = relay->filled > 0;
    void *block = relay->holds ? block_at(relay, relay->first) : NULL;
    pthread_mutex_unlock(&relay->mutex);
    return block;
}

/* Without a thread. */
static void *take_alone(struct relay *relay)
{
    if (relay->ended)
        return NULL;
    void *block = block_at(relay, relay->first);
    relay->ended = !relay->fill(relay->worker, block);
    relay->filled = 1;
    relay->holds = true;
    return block;
}

void *relay_take(struct relay *relay)
{
    bool first = relay->state == ALONE && !relay->holds;
    if (relay->holds)
        give_back(relay);
    if (relay->state == ALONE && !first && !relay->ended)
        start(relay);
    return relay->state == STARTED ? take_filled(relay) : take_alone(relay);
}

void relay_free(struct relay *relay)
{
    if (!relay)
        return;
    if (relay->state == STARTED) {
        pthread_mutex_lock(&relay->mutex);
        relay->stopped = true;
        pthread_cond_signal(&relay->changed);
        pthread_mutex_unlock(&relay->mutex);
        pthread_join(relay->thread, NULL);
    }
    pthread_cond_destroy(&relay->changed);
    pthread_mutex_destroy(&relay->mutex);
    free(relay);
}
