#include "capture/plan/signals.h"

#include <stddef.h>
#include <time.h>

void signals_hold(struct signals *signals)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    *signals = (struct signals){0};
    sigemptyset(&signals->held);
    sigaddset(&signals->held, SIGCHLD);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        struct sigaction action;
        if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&signals->held, ending[i]);
    }
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &signals->held, &signals->before);
}

bool signals_wait(struct signals *signals, int timeout_ms)
{
    const struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
    int number = sigtimedwait(&signals->held, NULL, &timeout);
    if (number <= 0 || number == SIGCHLD)
        return false;
    if (!signals->caught)
        signals->caught = number;
    return true;
}

void signals_release(struct signals *signals)
{
    sigprocmask(SIG_SETMASK, &signals->before, NULL);
}
