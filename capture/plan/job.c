#include "capture/plan/job.h"

#include "capture/launcher/record.h"
#include "formats/profile/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- in the process ---- */

static void set_streams(int log)
{
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0)
        dup2(nothing, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
}

static size_t count_of(char *const *list)
{
    size_t count = 0;
    while (list[count])
        count++;
    return count;
}

/* Sets the variables and cuts their values off: what is left are the names for the recorder. */
static void set_environment(char *const *environment)
{
    for (; *environment; environment++) {
        char *equals = strchr(*environment, '=');
        *equals = '\0';
        setenv(*environment, equals + 1, 1);
    }
}

/* Exit status, or 128 and the signal. */
static int status_of(int ended)
{
    return WIFSIGNALED(ended) ? 128 + WTERMSIG(ended) : WEXITSTATUS(ended);
}

static int run_prepare(char *const *prepare, struct error *err)
{
    int ended = 0;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execvp(prepare[0], prepare);
        _exit(errno == ENOENT ? 127 : 126);
    }
    if (pid < 0 || waitpid(pid, &ended, 0) < 0)
        return error_errno(err, "prepare: %s cannot be started", prepare[0]);
    if (ended == 0)
        return 0;
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == 127)
        return error_set(err, ERROR_IO, "prepare: %s is not found", prepare[0]);
    return error_set(err, ERROR_IO, "prepare: %s ended with status %d", prepare[0],
                     status_of(ended));
}

static double monotonic_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void record(const struct job_options *job, struct job_report *report)
{
    const struct record_options options = {
        .output = job->trace,
        .quiet = true,
        .size = job->size,
        .tags = (const char *const *)job->tags,
        .tag_count = count_of(job->tags),
        .environment = (const char *const *)job->environment,
        .environment_count = count_of(job->environment),
        .command = job->command,
        .recorder = job->recorder,
    };
    double start = monotonic_seconds();
    report->failed = record_run(&options, &report->status, &report->err) != 0;
    report->seconds = monotonic_seconds() - start;
}

static _Noreturn void run(const struct job_options *options, int go, int report_fd)
{
    char word;
    struct job_report report = {.seconds = NAN};
    sigprocmask(SIG_SETMASK, options->mask, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (read(go, &word, 1) != 1)
        _exit(0);
    set_streams(options->log);
    set_environment(options->environment);
    report.failed = options->prepare && run_prepare(options->prepare, &report.err) != 0;
    report.prepared = !report.failed;
    if (report.prepared)
        record(options, &report);
    ssize_t sent = write(report_fd, &report, sizeof report);
    _exit(sent == (ssize_t)sizeof report ? 0 : 1);
}

/* ---- in its parent ---- */

static _Noreturn void begin(const struct job_options *options, pid_t parent, const int go[2],
                            const int report[2])
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    close(go[1]);
    close(report[0]);
    if (options->lock >= 0)
        close(options->lock);
    if (getppid() != parent)
        _exit(0);
    run(options, go[0], report[1]);
}

int job_start(struct job *job, const struct job_options *options, struct error *err)
{
    int go[2], report[2];
    if (pipe2(go, O_CLOEXEC) != 0)
        return error_errno(err, "no pipe");
    if (pipe2(report, O_CLOEXEC) != 0) {
        error_errno(err, "no pipe");
        close(go[0]);
        close(go[1]);
        return -1;
    }
    /* A report is written at once or not at all. */
    fcntl(report[0], F_SETFL, O_NONBLOCK);
    pid_t parent = getpid();
    job->pid = fork();
    if (job->pid == 0)
        begin(options, parent, go, report);
    if (job->pid < 0)
        error_errno(err, "no process can be started");
    close(go[0]);
    close(report[1]);
    job->go = go[1];
    job->report = report[0];
    if (job->pid > 0) {
        setpgid(job->pid, job->pid); /* whoever comes first */
        return 0;
    }
    close(job->go);
    close(job->report);
    return -1;
}

bool job_go(struct job *job)
{
    bool gone = write(job->go, "g", 1) != 1;
    close(job->go);
    job->go = -1;
    return !gone;
}

void job_cancel(struct job *job)
{
    close(job->go);
    close(job->report);
    waitpid(job->pid, NULL, 0);
}

struct job_report job_end(struct job *job, int ended)
{
    struct job_report report;
    ssize_t got = read(job->report, &report, sizeof report);
    close(job->report);
    if (got == (ssize_t)sizeof report)
        return report;
    report = (struct job_report){.prepared = true, .seconds = NAN, .status = -1, .failed = true};
    if (WIFSIGNALED(ended))
        error_set(&report.err, ERROR_IO, "the recorder was ended by signal %d", WTERMSIG(ended));
    else
        error_set(&report.err, ERROR_IO, "the recorder ended with status %d", WEXITSTATUS(ended));
    return report;
}
