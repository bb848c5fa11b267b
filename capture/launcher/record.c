#include "capture/launcher/record.h"
#include "capture/launcher/clock.h"
#include "capture/launcher/detect.h"
#include "capture/launcher/drain.h"
#include "capture/launcher/launch.h"
#include "capture/launcher/metadata.h"
#include "capture/launcher/recover.h"
#include "capture/launcher/summary.h"
#include "capture/launcher/words.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS        100
#define RECORDER_ERROR 2

/* Less than two readings of a time stamp counter in a row take: what is finer is noise, and takes
 * as much room in the file as all the rest. A clock whose step is 10 ns keeps it. */
#define RESOLUTION_NS 10.5

struct recording {
    const struct record_options *options;
    struct detected target;
    char *library_folder;
    char *output;
    struct trace_writer *writer;
    struct drain *drain;
    struct clock_pair start;
    double read_ns; /* what a reading of the clock takes */
    struct selection_clock clock;
};

/* ---- before the target runs ---- */

static char *output_path(const struct record_options *options, const struct detected *target)
{
    if (options->output)
        return memory_string(options->output);
    return memory_printf("%s.ncp", target->name);
}

static enum channel_clock clock_of(const struct record_options *options)
{
    return options->cpu ? CHANNEL_CLOCK_CPU : clock_choose();
}

/* The clock's rate, measured over the time that the preparations take, or a millisecond. */
static struct metadata_clock measure_clock(enum channel_clock clock, const struct clock_pair *first)
{
    struct clock_pair now = clock_read(clock);
    while (now.nanoseconds - first->nanoseconds < 1000000)
        now = clock_read(clock);
    double rate = clock_rate(first, &now);
    uint64_t step = clock_step(clock);
    uint64_t unit = clock_unit(step, rate, RESOLUTION_NS);
    double tick_ns = rate > 0 ? 1e9 / rate : 0;
    return (struct metadata_clock){.name = clock_name(clock),
                                   .ticks_per_second = rate / (double)unit,
                                   .unit = unit,
                                   .read_ns = clock_cost(clock),
                                   .step_ns = (double)step * tick_ns,
                                   .unit_ns = (double)unit * tick_ns};
}

static int open_trace(struct recording *recording, const struct clock_pair *first,
                      struct error *err)
{
    enum channel_clock clock = clock_of(recording->options);
    struct metadata_clock measured = measure_clock(clock, first);
    char *metadata = metadata_header(recording->options, measured);
    recording->read_ns = measured.read_ns;
    recording->start = clock_read(clock);
    int result =
        trace_writer_open(&recording->writer, recording->output, recording->options->force,
                          metadata, recording->start.ticks, recording->start.nanoseconds, err);
    free(metadata);
    return result;
}

static int prepare(struct recording *recording, int *status, struct error *err)
{
    struct clock_pair first = clock_read(clock_of(recording->options));
    recording->library_folder = launch_library_folder(err);
    if (!recording->library_folder)
        return -1;
    char *runner = memory_printf("%s/python/ncprof_run.py", recording->library_folder);
    int result =
        detect_target(&recording->target, recording->options->command, runner, status, err);
    free(runner);
    if (result != 0)
        return -1;
    recording->output = output_path(recording->options, &recording->target);
    return open_trace(recording, &first, err);
}

/* The file of a recording that did not come about (its writer is still open) goes. */
static void release(struct recording *recording)
{
    struct error ignored;
    drain_close(recording->drain);
    if (recording->writer) {
        trace_writer_close(recording->writer, NULL, &ignored);
        unlink(recording->output);
    }
    detect_free(&recording->target);
    free(recording->library_folder);
    free(recording->output);
}

/* ---- while it runs ---- */

static void keep_first(int *result, int step, struct error *err, const struct error *later)
{
    if (step == 0 || *result != 0)
        return;
    *result = -1;
    *err = *later;
}

static int tick(struct recording *recording)
{
    return selection_tick(&recording->clock, &recording->options->selection,
                          drain_channel(recording->drain), WAIT_MS);
}

/* 0, or -1 with the writer's first error. The target's fate is in *ended either way. */
static int watch(struct recording *recording, pid_t child, int *ended, struct error *err)
{
    int result = 0;
    struct error later;
    while (!launch_ended(child, ended)) {
        drain_wait(recording->drain, tick(recording));
        keep_first(&result, drain_some(recording->drain, &later), err, &later);
    }
    drain_ended(recording->drain, child, *ended);
    keep_first(&result, drain_rest(recording->drain, &later), err, &later);
    return result;
}

static int start(struct recording *recording, pid_t *child, int *status, struct error *err)
{
    recover_tidy();
    if (drain_open(&recording->drain, recording->writer, err) != 0)
        return -1;
    if (recording->options->cpu)
        drain_clock(recording->drain, CHANNEL_CLOCK_CPU);
    if (recording->options->drop)
        drain_drop(recording->drain);
    if (recording->options->python_only)
        drain_python_only(recording->drain);
    const struct selection *selection = &recording->options->selection;
    drain_select(recording->drain, selection, recording->start.nanoseconds);
    if (selection_note(selection, recording->writer, err) != 0)
        return -1;
    if (selection->signal)
        launch_switch(selection->signal, &drain_channel(recording->drain)->control);
    char **environment =
        launch_environment(recording->library_folder, drain_path(recording->drain));
    int result = launch_start(child, recording->target.path, recording->target.arguments,
                              environment, status, err);
    words_free(environment);
    return result;
}

/* ---- afterwards ---- */

static int exit_status(int ended)
{
    return WIFSIGNALED(ended) ? 128 + WTERMSIG(ended) : WEXITSTATUS(ended);
}

static bool is_ncprof(const char *path)
{
    struct stat other, own;
    return stat(path, &other) == 0 && stat("/proc/self/exe", &own) == 0 &&
           other.st_dev == own.st_dev && other.st_ino == own.st_ino;
}

/* Programs were there, and nothing of them was to be recorded. */
static int explain_selection(const struct recording *recording, struct error *err)
{
    const struct selection *selection = &recording->options->selection;
    if (atomic_load(&drain_channel(recording->drain)->processes) == 0)
        return 0;
    if (atomic_load(&drain_channel(recording->drain)->control.stopped))
        return error_set(err, ERROR_UNSUPPORTED,
                         "%s: nothing was recorded: nothing started the recording",
                         recording->options->command[0]);
    if (selection->include_count || selection->exclude_count)
        return error_set(err, ERROR_UNSUPPORTED,
                         "%s: nothing was recorded: no call matched --include and --exclude",
                         recording->options->command[0]);
    return 0;
}

static int explain_nothing(const struct recording *recording, struct error *err)
{
    if (explain_selection(recording, err) != 0)
        return -1;
    const char *name = recording->options->command[0];
    if (is_ncprof(recording->target.path))
        return error_set(err, ERROR_UNSUPPORTED,
                         "%s: nothing was recorded: what an ncprof in here records, this one does "
                         "not see",
                         name);
    if (recording->target.kind == TARGET_PYTHON)
        return error_set(err, ERROR_UNSUPPORTED,
                         "%s: not one Python call was recorded: the recorder needs CPython 3.8 or "
                         "later, and a program that starts",
                         name);
    if (recording->target.kind == TARGET_SCRIPT)
        return error_set(err, ERROR_UNSUPPORTED,
                         "%s: nothing was recorded: it ran no instrumented program and no Python",
                         name);
    const char *others = getenv("LD_PRELOAD");
    if (recording->target.instrumented && others && *others)
        return error_set(err, ERROR_UNSUPPORTED,
                         "%s: nothing was recorded: it made no instrumented call, or %s, which "
                         "LD_PRELOAD brings in, took them",
                         name, others);
    if (recording->target.instrumented)
        return error_set(err, ERROR_UNSUPPORTED,
                         "%s: nothing was recorded: it ended before its first instrumented call",
                         name);
    return error_set(err, ERROR_UNSUPPORTED,
                     "%s was not compiled with instrumentation: rebuild it with "
                     "-finstrument-functions or -pg (gcc or clang), then record it again",
                     name);
}

/* A filter that kills for futex() kills for the recorder's sake: nobody else may have called it. */
static void explain_end(const struct recording *recording, int ended)
{
    static const char text[] =
        "the program was ended by its own seccomp filter (SIGSYS): recording needs futex(), and "
        "gettid(), mmap(), munmap(), prctl(), getrlimit(), open() and read() where threads "
        "begin and end; allow these, or let the filter return an error instead";
    struct error ignored;
    if (!WIFSIGNALED(ended) || WTERMSIG(ended) != SIGSYS)
        return;
    fprintf(stderr, "ncprof: %s\n", text);
    if (recording->writer)
        trace_writer_note(recording->writer, text, &ignored);
}

static void print_summary(const struct recording *recording, struct trace_totals *totals,
                          const struct drain_state *state)
{
    char line[1024];
    struct stat file;
    if (recording->options->quiet)
        return;
    if (stat(recording->output, &file) == 0)
        totals->bytes = (uint64_t)file.st_size; /* with the index */
    summary_text(line, sizeof line, recording->output, totals, state);
    fprintf(stderr, "%s\n", line);
    if (recording->options->cpu)
        fprintf(stderr,
                "times are CPU times: each reading of that clock takes %.0f ns, two a call\n",
                recording->read_ns);
}

/* Closes the trace. `result` and `err` are those of the recording so far. */
static int finish(struct recording *recording, int ended, int result, struct error *err)
{
    struct error later;
    struct drain_state state = drain_state(recording->drain);
    struct trace_totals totals = trace_writer_totals(recording->writer);
    explain_end(recording, ended);
    if (state.events == 0 && result == 0) {
        explain_nothing(recording, err);
        release(recording);
        return -1;
    }
    double overhead = state.span_ticks ? (double)state.cost_ticks / (double)state.span_ticks : 0;
    char *metadata = metadata_closing(ended, &state, overhead, drain_costs(recording->drain));
    keep_first(&result, trace_writer_close(recording->writer, metadata, &later), err, &later);
    free(metadata);
    recording->writer = NULL;
    if (result == 0)
        print_summary(recording, &totals, &state);
    else
        error_in_file(err, recording->output);
    release(recording);
    return result;
}

int record_run(const struct record_options *options, int *status, struct error *err)
{
    struct recording recording = {.options = options};
    pid_t child;
    int ended = 0;
    *status = RECORDER_ERROR;
    launch_ignore_file_limit();
    if (prepare(&recording, status, err) != 0 || start(&recording, &child, status, err) != 0) {
        release(&recording);
        return -1;
    }
    unsetenv("DEBUGINFOD_URLS"); /* symbols come from this machine: no waiting for a network */
    int result = watch(&recording, child, &ended, err);
    launch_end();
    *status = exit_status(ended);
    result = finish(&recording, ended, result, err);
    if (result != 0 && *status == 0)
        *status = RECORDER_ERROR;
    return result;
}
