#include "formats/profile/aside.h"

#include <signal.h>
#include <stddef.h>

int aside_thread(pthread_t *thread, void *(*run)(void *), void *opaque)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = pthread_create(thread, NULL, run, opaque);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

static void *run(void *opaque)
{
    struct aside *aside = opaque;
    aside->work(aside->opaque);
    return NULL;
}

void aside_begin(struct aside *aside, void (*work)(void *opaque), void *opaque)
{
    *aside = (struct aside){.work = work, .opaque = opaque};
    aside->started = !aside_thread(&aside->thread, run, aside);
    if (!aside->started)
        work(opaque);
}

void aside_end(struct aside *aside)
{
    if (aside->started)
        pthread_join(aside->thread, NULL);
    aside->started = false;
}
