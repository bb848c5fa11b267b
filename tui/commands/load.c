#include "tui/commands/load.h"

#include "formats/profile/memory.h"
#include "formats/profile/merge.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_AFTER_MS 1000
#define PROGRESS_EVERY_MS 100
#define WORKERS_MAX       64u

struct work {
    const char *const *paths;
    const struct opening *how;
    struct profile **out;
    uint32_t count;
    pthread_mutex_t mutex; /* over all that follows */
    pthread_cond_t changed;
    uint32_t next, finished, running; /* running: workers */
    uint32_t failed;                  /* the lowest operand that did; PROFILE_NONE */
    struct error error;
};

/*
 * The next operand to load; false when there is none. Operands are taken in order: once one has
 * failed, all before it are taken, and those after it do not matter any more.
 */
static bool take(struct work *work, uint32_t *operand)
{
    pthread_mutex_lock(&work->mutex);
    bool more = work->next < work->count && work->failed == PROFILE_NONE;
    if (more)
        *operand = work->next++;
    pthread_mutex_unlock(&work->mutex);
    return more;
}

static void finish(struct work *work, uint32_t operand, const struct error *err)
{
    pthread_mutex_lock(&work->mutex);
    work->finished++;
    if (err && operand < work->failed) {
        work->failed = operand;
        work->error = *err;
    }
    pthread_cond_signal(&work->changed);
    pthread_mutex_unlock(&work->mutex);
}

static void *run(void *opaque)
{
    struct work *work = opaque;
    uint32_t operand;
    while (take(work, &operand)) {
        struct error err = {0};
        int status = profile_load(&work->out[operand], work->paths[operand], work->how, &err);
        finish(work, operand, status ? &err : NULL);
    }
    pthread_mutex_lock(&work->mutex);
    work->running--;
    pthread_cond_signal(&work->changed);
    pthread_mutex_unlock(&work->mutex);
    return NULL;
}

static uint32_t processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
    return count > 0 ? (uint32_t)count : 1;
}

/* Starts as many workers as are useful and can be had; returns how many. */
static uint32_t start(struct work *work, pthread_t *workers)
{
    uint32_t wanted = processors(), started = 0;
    wanted = wanted < work->count ? wanted : work->count;
    wanted = wanted < WORKERS_MAX ? wanted : WORKERS_MAX;
    work->running = wanted;
    while (started < wanted && !pthread_create(&workers[started], NULL, run, work))
        started++;
    pthread_mutex_lock(&work->mutex);
    work->running -= wanted - started;
    pthread_mutex_unlock(&work->mutex);
    return started;
}

/* ---- waiting, and saying so ---- */

static struct timespec milliseconds_later(struct timespec time, long ms)
{
    time.tv_sec += ms / 1000;
    time.tv_nsec += ms % 1000 * 1000000;
    if (time.tv_nsec >= 1000000000) {
        time.tv_sec++;
        time.tv_nsec -= 1000000000;
    }
    return time;
}

static void show_progress(const struct work *work)
{
    fprintf(stderr, "\rloading %u of %u ...", work->finished + 1, work->count);
    fflush(stderr);
}

static void wipe_progress(void)
{
    fprintf(stderr, "\r%40s\r", "");
    fflush(stderr);
}

/* Waits until all workers have ended. */
static void wait_for_end(struct work *work)
{
    struct timespec until;
    bool tell = isatty(STDERR_FILENO), shown = false;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until = milliseconds_later(until, PROGRESS_AFTER_MS);
    pthread_mutex_lock(&work->mutex);
    while (work->running) {
        if (!tell) {
            pthread_cond_wait(&work->changed, &work->mutex);
        } else if (pthread_cond_timedwait(&work->changed, &work->mutex, &until) &&
                   work->finished < work->count) {
            show_progress(work);
            shown = true;
            until = milliseconds_later(until, PROGRESS_EVERY_MS);
        }
    }
    pthread_mutex_unlock(&work->mutex);
    if (shown)
        wipe_progress();
}

static void load_all(struct work *work)
{
    pthread_t workers[WORKERS_MAX];
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&work->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&work->mutex, NULL);
    uint32_t started = start(work, workers);
    if (started) {
        wait_for_end(work);
    } else {
        work->running = 1;
        run(work);
    }
    for (uint32_t i = 0; i < started; i++)
        pthread_join(workers[i], NULL);
    pthread_cond_destroy(&work->changed);
    pthread_mutex_destroy(&work->mutex);
}

static int check_standard_input(const char *const *paths, uint32_t count, struct error *err)
{
    uint32_t times = 0;
    for (uint32_t i = 0; i < count; i++)
        times += !strcmp(paths[i], "-");
    return times < 2
               ? 0
               : error_set(err, ERROR_USAGE,
                           "standard input can be read only once, but - is named %u times", times);
}

int load_profiles(const char *const *paths, uint32_t count, const struct opening *how,
                  struct profile **out, struct error *err)
{
    for (uint32_t i = 0; i < count; i++)
        out[i] = NULL;
    if (check_standard_input(paths, count, err))
        return -1;
    struct work work = {
        .paths = paths, .how = how, .out = out, .count = count, .failed = PROFILE_NONE};
    load_all(&work);
    if (work.failed == PROFILE_NONE)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        profile_free(out[i]);
        out[i] = NULL;
    }
    *err = work.error;
    return -1;
}

int load_merged(const char *const *paths, uint32_t count, const struct opening *how,
                struct profile **out, struct error *err)
{
    union {
        struct profile **loaded;
        const struct profile *const *parts;
    } all = {memory_zeroed(count, sizeof(struct profile *))};
    int status = load_profiles(paths, count, how, all.loaded, err);
    if (!status)
        status = profile_merge(out, all.parts, count, err);
    for (uint32_t i = 0; i < count; i++)
        profile_free(all.loaded[i]);
    free(all.loaded);
    return status;
}
