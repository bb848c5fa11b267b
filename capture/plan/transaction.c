#include "capture/plan/transaction.h"

#include "capture/plan/document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define POLL_LEAST_MS 2
#define POLL_MOST_MS  20

/* ---- the lock ---- */

static void sleep_ms(int milliseconds)
{
    struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    nanosleep(&pause, NULL);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Polls, as there is no waiting for a lock with a limit of time. */
static int wait_for_lock(int fd, int wait_ms, struct error *err)
{
    int64_t end = now_ms() + wait_ms;
    int pause = POLL_LEAST_MS;
    for (;;) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
            return 0;
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return error_errno(err, "cannot be locked");
        if (now_ms() >= end)
            return error_set(err, ERROR_IO,
                             "is locked by another program for more than %d s; its lock is the "
                             "file of the same name with .lock behind",
                             wait_ms / 1000);
        sleep_ms(pause);
        pause = pause * 2 > POLL_MOST_MS ? POLL_MOST_MS : pause * 2;
    }
}

/* Opens PLAN.lock beside the file itself and takes the lock. */
static int take_lock(const char *path, int wait_ms, int *lock, struct error *err)
{
    struct stat status;
    char *file = realpath(path, NULL);
    if (!file || stat(file, &status) != 0) {
        free(file);
        return error_errno(err, "cannot be opened");
    }
    char *name = memory_printf("%s.lock", file);
    free(file);
    /* Also for root, whom the system would let: the mode is what its owner wants. */
    if ((status.st_mode & 0222) == 0 || access(path, W_OK) != 0) {
        free(name);
        return error_set(err, ERROR_IO, "is read-only");
    }
    *lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, status.st_mode & 0666);
    if (*lock < 0)
        error_errno(err, "cannot be changed: %s", name);
    else /* whoever may change the plan may lock it, whatever the umask of the first one was */
        (void)!fchmod(*lock, status.st_mode & 0666);
    free(name);
    if (*lock >= 0 && wait_for_lock(*lock, wait_ms, err) == 0)
        return 0;
    if (*lock >= 0)
        close(*lock);
    return -1;
}

/* Not only closed: a child process may have it open for a moment. */
static void release_lock(int lock)
{
    struct flock unlock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    fcntl(lock, F_OFD_SETLK, &unlock);
    close(lock);
}

/* ---- writing ---- */

static int write_all(int fd, const char *text, struct error *err)
{
    size_t left = strlen(text);
    while (left) {
        ssize_t written = write(fd, text, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return error_errno(err, "cannot be written");
        text += written;
        left -= (size_t)written;
    }
    return fsync(fd) == 0 ? 0 : error_errno(err, "cannot be written");
}

static int sync_folder(const char *folder, struct error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = fd >= 0 ? fsync(fd) : -1;
    if (result != 0 && errno == EINVAL) /* a file system that has nothing to sync */
        result = 0;
    if (result != 0)
        error_errno(err, "%s cannot be written", folder);
    if (fd >= 0)
        close(fd);
    return result;
}

/* Only root may give files away; for others it becomes theirs. */
static int keep_rights(int fd, const struct stat *old)
{
    bool other = old->st_uid != geteuid() || old->st_gid != getegid();
    if (other && fchown(fd, old->st_uid, old->st_gid) != 0 && errno != EPERM)
        return -1;
    return fchmod(fd, old->st_mode & 07777);
}

/* A new file with the mode and owner of the old one, and the text in it. */
static int write_beside(const char *name, const char *file, const char *text, struct error *err)
{
    struct stat old;
    unlink(name); /* of a process that was killed while it held the lock */
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_errno(err, "cannot be changed: %s", name);
    int result = stat(file, &old) == 0 ? keep_rights(fd, &old) : -1;
    if (result != 0)
        error_errno(err, "cannot be changed: %s", name);
    else
        result = write_all(fd, text, err);
    close(fd);
    if (result != 0)
        unlink(name);
    return result;
}

static int replace_file(const struct plan *plan, const char *text, struct error *err)
{
    char *name = memory_printf("%s.new", plan->file);
    int result = write_beside(name, plan->file, text, err);
    if (result == 0 && rename(name, plan->file) != 0) {
        result = error_errno(err, "cannot be replaced");
        unlink(name);
    }
    free(name);
    return result == 0 ? sync_folder(plan->folder, err) : -1;
}

/* Reads what would be written: it must be a plan, too. */
static int check_text(const struct plan *plan, const char *text, struct error *err)
{
    struct plan *again;
    if (plan_load_text(&again, memory_string(text), plan->path, plan->file, err))
        return -1;
    plan_free(again);
    return 0;
}

/* ---- a transaction ---- */

int transaction_begin(struct transaction *transaction, const char *path, int wait_ms,
                      struct error *err)
{
    if (take_lock(path, wait_ms, &transaction->lock, err))
        return error_in_file(err, path);
    if (plan_load(&transaction->plan, path, err) == 0)
        return 0;
    release_lock(transaction->lock);
    return -1;
}

void transaction_abandon(struct transaction *transaction)
{
    release_lock(transaction->lock);
    plan_free(transaction->plan);
    *transaction = (struct transaction){.lock = -1};
}

int transaction_commit(struct transaction *transaction, struct error *err)
{
    const struct plan *plan = transaction->plan;
    char *text = document_print(plan->root, plan->text);
    int result = -1;
    if (!text)
        error_set(err, ERROR_IO, "no memory left");
    else if (check_text(plan, text, err) == 0)
        result = replace_file(plan, text, err);
    if (result != 0)
        error_in_file(err, plan->path);
    free(text);
    transaction_abandon(transaction);
    return result;
}
