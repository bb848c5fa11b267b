/* What can be done with the runs of a plan: opened, marked, started, reset. */
#include "capture/plan/schedule.h"
#include "capture/plan/transaction.h"
#include "formats/profile/text.h"
#include "tui/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- opening ---- */

static const struct queue_row *row_of(const struct queue_screen *screen, uint32_t run)
{
    for (uint32_t i = 0; i < screen->queue->count; i++)
        if (screen->queue->rows[i].run == run)
            return &screen->queue->rows[i];
    return NULL;
}

/* False when the run has no result, which is then said. */
static bool want(struct queue_screen *screen, uint32_t run)
{
    const struct queue_row *row = row_of(screen, run);
    if (!row || !row->path) {
        queue_screen_say(screen, "Run %s has no result that could be shown.",
                         screen->plan->runs[run].id);
        queue_screen_opened(screen);
        return false;
    }
    uint32_t count = screen->open_count + 1;
    screen->open_paths = memory_resize(screen->open_paths, count, sizeof *screen->open_paths);
    screen->open_sizes = memory_resize(screen->open_sizes, count, sizeof *screen->open_sizes);
    screen->open_paths[count - 1] = memory_string(row->path);
    screen->open_sizes[count - 1] = plan_run_size(&screen->plan->runs[run]);
    screen->open_count = count;
    return true;
}

static void open_marked(struct queue_screen *screen)
{
    if (screen->marks.count < 2) {
        queue_screen_say(screen, "Mark two runs or more with Space; d shows them side by side.");
        return;
    }
    for (uint32_t i = 0; i < screen->marks.count; i++)
        if (!want(screen, screen->marks.ids[i]))
            return;
}

static void mark(struct queue_screen *screen)
{
    uint32_t run = queue_screen_run(screen);
    if (run != PLAN_NONE)
        marks_toggle(&screen->marks, run);
    list_act(&screen->table.list, ACTION_DOWN);
}

/* ---- starting ---- */

/* 0 or an errno. The runner is in a session of its own: it stays when the terminal goes. */
static int spawn(char *const *words, int errors, pid_t *pid)
{
    sigset_t none, all;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setflags(&how,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int result = posix_spawn(pid, "/proc/self/exe", &files, &how, words, environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return result;
}

static bool start(struct queue_screen *screen, const char *option, const char *id)
{
    const char *const words[] = {"ncprof", "plan", "run", screen->path, option, id, NULL};
    struct queue_runner runner = {.errors = memfd_create("ncprof-runner", MFD_CLOEXEC)};
    int failed = runner.errors < 0
                     ? errno
                     : spawn((char *const *)(uintptr_t)words, runner.errors, &runner.pid);
    if (!failed) {
        *array_push(&screen->runners) = runner;
        return true;
    }
    if (runner.errors >= 0)
        close(runner.errors);
    queue_screen_say(screen, "No runner can be started: %s", strerror(failed));
    screen->message_is_error = true;
    return false;
}

static void start_one(struct queue_screen *screen)
{
    uint32_t run = queue_screen_run(screen);
    if (run == PLAN_NONE)
        return;
    const struct plan_run *chosen = &screen->plan->runs[run];
    if (chosen->status != PLAN_PENDING)
        queue_screen_say(screen, "Run %s is %s, not pending.", chosen->id,
                         plan_status_names[chosen->status]);
    else if (start(screen, "--run", chosen->id))
        queue_screen_say(screen, "Run %s starts in the background; it goes on when you leave.",
                         chosen->id);
}

static void start_all(struct queue_screen *screen)
{
    if (!screen->queue->counts[PLAN_PENDING])
        queue_screen_say(screen, "Nothing is pending.");
    else if (start(screen, "--all", NULL))
        queue_screen_say(screen, "What is pending starts in the background, one after another; it "
                                 "goes on when you leave.");
}

/* The first line that the runner has said, without its "ncprof: ". */
static void tell_errors(struct queue_screen *screen, int errors)
{
    static const char prefix[] = "ncprof: ";
    char said[500];
    ssize_t got = pread(errors, said, sizeof said - 1, 0);
    said[got > 0 ? got : 0] = '\0';
    said[strcspn(said, "\n")] = '\0';
    const char *text = strncmp(said, prefix, sizeof prefix - 1) ? said : said + sizeof prefix - 1;
    queue_screen_say(screen, "The runner: %s", *text ? text : "it could not run");
    screen->message_is_error = true;
}

void queue_screen_reap(struct queue_screen *screen)
{
    for (uint32_t i = 0; i < screen->runners.count;) {
        struct queue_runner *runner = &screen->runners.data[i];
        int ended = 0;
        if (waitpid(runner->pid, &ended, WNOHANG) == 0) {
            i++;
            continue;
        }
        if (WIFEXITED(ended) && WEXITSTATUS(ended) == 2)
            tell_errors(screen, runner->errors);
        close(runner->errors);
        *runner = screen->runners.data[--screen->runners.count];
    }
}

/* ---- resetting ---- */

static int reset_now(const char *path, const char *id, struct error *err)
{
    struct transaction transaction;
    if (transaction_begin(&transaction, path, TRANSACTION_WAIT_MS, err))
        return -1;
    uint32_t run = plan_find(transaction.plan, id);
    if (run != PLAN_NONE && schedule_reset(transaction.plan, run, false, err) == 0)
        return transaction_commit(&transaction, err);
    transaction_abandon(&transaction);
    return run == PLAN_NONE ? error_set(err, ERROR_USAGE, "there is no run \"%.128s\"", id) : -1;
}

static void reset(struct queue_screen *screen, const char *before)
{
    struct error err = {0};
    uint32_t run = queue_screen_run(screen);
    if (run == PLAN_NONE)
        return;
    const char *id = screen->plan->runs[run].id;
    if (!before || strcmp(before, id) != 0) {
        screen->asked = memory_string(id);
        queue_screen_say(screen, "Make run %s pending again? P does it, any other key does not.",
                         id);
        return;
    }
    int failed = reset_now(screen->path, id, &err);
    queue_screen_poll(screen);
    if (failed)
        queue_screen_say_error(screen, &err);
    else
        queue_screen_say(screen, "Run %s is pending.", before);
}

/* ---- all of it ---- */

static void sort_by(struct queue_screen *screen, const struct column *column)
{
    screen->table.sort = column;
    screen->table.reverse = false;
    queue_screen_rebuild(screen);
}

static void reverse(struct queue_screen *screen)
{
    if (!screen->table.sort)
        return;
    screen->table.reverse = !screen->table.reverse;
    queue_screen_rebuild(screen);
}

void queue_screen_act(struct queue_screen *screen, enum action_id action)
{
    char *asked = screen->asked;
    uint32_t run = queue_screen_run(screen);
    screen->asked = NULL;
    switch (action) {
    case ACTION_OPEN:
        if (run != PLAN_NONE)
            want(screen, run);
        break;
    case ACTION_MARK:
        mark(screen);
        break;
    case ACTION_CANCEL:
        marks_clear(&screen->marks);
        break;
    case ACTION_COMPARE_WITH:
        open_marked(screen);
        break;
    case ACTION_START:
        start_one(screen);
        break;
    case ACTION_START_ALL:
        start_all(screen);
        break;
    case ACTION_RESET:
        reset(screen, asked);
        break;
    case ACTION_SORT_LEFT:
        sort_by(screen, table_neighbour(&screen->table, -1));
        break;
    case ACTION_SORT_RIGHT:
        sort_by(screen, table_neighbour(&screen->table, 1));
        break;
    case ACTION_REVERSE:
        reverse(screen);
        break;
    case ACTION_LEFT:
        screen->table.shift -= screen->table.shift > 0 ? 8 : 0;
        break;
    case ACTION_RIGHT:
        screen->table.shift += 8;
        break;
    default:
        break;
    }
    free(asked);
}
