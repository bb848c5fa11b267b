#include "tui/restore.h"

#include "formats/profile/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT};
static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH};
enum { CRASHES = sizeof crashes / sizeof *crashes, CAUGHT = sizeof caught / sizeof *caught };

/* A signal handler has no argument of its own: this is the terminal's global state. */
static struct {
    volatile sig_atomic_t armed;
    int fd;
    char sequence[256];
    struct termios modes;
    struct sigaction crash_before[CRASHES];
    struct sigaction caught_before[CAUGHT];
    int pipe[2];
} state = {.pipe = {-1, -1}};

static void put_back(void)
{
    if (!state.armed)
        return;
    state.armed = 0;
    ssize_t written = write(state.fd, state.sequence, strlen(state.sequence));
    (void)written;
    tcsetattr(state.fd, TCSANOW, &state.modes);
}

static void on_crash(int signal)
{
    put_back();
    for (int i = 0; i < CRASHES; i++)
        if (crashes[i] == signal)
            sigaction(signal, &state.crash_before[i], NULL);
    raise(signal); /* delivered when this handler returns */
}

static void on_signal(int signal)
{
    int saved = errno;
    unsigned char byte = (unsigned char)signal;
    ssize_t written = write(state.pipe[1], &byte, 1);
    (void)written;
    errno = saved;
}

void restore_arm(int fd, const char *sequence)
{
    state.fd = fd;
    snprintf(state.sequence, sizeof state.sequence, "%s", sequence);
    if (tcgetattr(fd, &state.modes) != 0)
        return;
    state.armed = 1;
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &action, &state.crash_before[i]);
    memory_on_exhaustion(put_back);
}

void restore_disarm(void)
{
    if (!state.armed)
        return;
    state.armed = 0;
    for (int i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &state.crash_before[i], NULL);
    memory_on_exhaustion(NULL);
}

int restore_catch_signals(void)
{
    if (pipe2(state.pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return -1;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < CAUGHT; i++)
        sigaction(caught[i], &action, &state.caught_before[i]);
    return state.pipe[0];
}

void restore_release_signals(void)
{
    if (state.pipe[0] < 0)
        return;
    for (int i = 0; i < CAUGHT; i++)
        sigaction(caught[i], &state.caught_before[i], NULL);
    close(state.pipe[0]);
    close(state.pipe[1]);
    state.pipe[0] = state.pipe[1] = -1;
}

int restore_next_signal(void)
{
    unsigned char byte;
    return state.pipe[0] >= 0 && read(state.pipe[0], &byte, 1) == 1 ? byte : 0;
}

void restore_raise(int signal)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
    raise(signal);
}

void restore_stop(void)
{
    struct sigaction ordinary = {.sa_handler = SIG_DFL}, before;
    sigemptyset(&ordinary.sa_mask);
    sigaction(SIGTSTP, &ordinary, &before);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &before, NULL);
}
