/* Threads begin at their first event and end with the thread library's destructors; forks. */
#include "capture/runtime/threads.h"
#include "capture/channel/target.h"
#include "capture/runtime/calibrate.h"
#include "capture/runtime/choice.h"
#include "capture/runtime/modules.h"
#include "capture/runtime/slow.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

__thread struct thread *thread_self;
struct thread thread_off = {.busy = UINTPTR_MAX};

static struct {
    pthread_once_t once;
    pthread_key_t key;
    bool has_key;
    _Atomic bool calibrated;
} threads = {.once = PTHREAD_ONCE_INIT};

/* A key's destructors run in rounds; in the last one no other's can follow any more. */
#define LAST_ROUND (PTHREAD_DESTRUCTOR_ITERATIONS - 1)

static void name_thread(const struct thread *thread)
{
    char name[17] = "";
    prctl(PR_GET_NAME, name);
    define_thread(&thread->on.stream, name);
}

static void close_context(struct thread *thread)
{
    slow_close(thread);
    stream_close(&thread->on.stream);
    frames_free(&thread->on);
}

static uintptr_t end_thread(struct thread *thread, const void *unused)
{
    (void)unused;
    if (thread->contexts) {
        thread->contexts[thread->context_current] = thread->on;
        thread->on = thread->contexts[0];
    }
    name_thread(thread);
    close_context(thread);
    for (uint32_t i = 1; i < thread->context_count; i++) {
        thread->on = thread->contexts[i];
        close_context(thread);
    }
    stacks_end(thread);
    return 0;
}

static void block_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
}

static void thread_ends(void *round)
{
    struct thread *thread = thread_self;
    if (!thread || thread == &thread_off)
        return;
    if ((uintptr_t)round < LAST_ROUND &&
        pthread_setspecific(threads.key, (const char *)round + 1) == 0)
        return;
    block_signals(); /* no handler runs in this thread any more: another one takes them */
    thread_self = &thread_off;
    outside(thread, end_thread, NULL);
    munmap(thread, sizeof *thread);
}

static struct thread *recorded_thread(void)
{
    struct thread *thread = thread_self;
    return thread == &thread_off ? NULL : thread;
}

static uintptr_t before_fork(struct thread *thread, const void *unused)
{
    (void)unused;
    stream_park(&thread->on.stream);
    for (uint32_t i = 0; i < thread->context_count; i++) {
        if (i != thread->context_current)
            stream_park(&thread->contexts[i].stream);
    }
    return 0;
}

static void fork_prepare(void)
{
    struct thread *thread = recorded_thread();
    if (thread)
        outside(thread, before_fork, NULL);
}

/* What is open was entered in the parent and is its call: the child only returns from it. */
static void inherit(struct context *context)
{
    for (struct frame *frame = context->frames + 1; frame <= context->top; frame++)
        frame->marks |= FRAME_SILENT;
    context->silent = (uint32_t)(context->top - context->frames);
    stream_open(&context->stream, CHANNEL_NATIVE);
}

static uintptr_t begin_child(struct thread *thread, const void *unused)
{
    (void)unused;
    thread->tid = gettid();
    thread->module_size = 0;
    inherit(&thread->on);
    name_thread(thread);
    for (uint32_t i = 0; i < thread->context_count; i++) {
        if (i != thread->context_current)
            inherit(&thread->contexts[i]);
    }
    return 0;
}

static void fork_child(void)
{
    if (!target_attached())
        return;
    target_forked();
    modules_forked();
    define_process(program_invocation_name, "native");
    struct thread *thread = recorded_thread();
    if (thread)
        outside(thread, begin_child, NULL);
}

static void attach(void)
{
    if (!target_attach())
        return;
    threads.has_key = pthread_key_create(&threads.key, thread_ends) == 0;
    pthread_atfork(fork_prepare, NULL, fork_child);
    define_process(program_invocation_name, "native");
    choice_open();
    modules_begin();
}

uintptr_t thread_set_up(struct thread *thread, const void *data)
{
    const struct beginning *beginning = data;
    pthread_once(&threads.once, attach);
    if (!target_attached() || !frames_allocate(&thread->on))
        return 0;
    thread->tid = gettid();
    stacks_begin(thread, beginning->place);
    stream_open(&thread->on.stream, CHANNEL_NATIVE);
    name_thread(thread);
    if (threads.has_key)
        pthread_setspecific(threads.key, (const char *)1);
    if (!atomic_exchange(&threads.calibrated, true)) {
        calibrate(beginning->kind);
        control_obey();
    }
    thread_self = thread; /* before signals are let in, whose handlers are recorded too */
    return 1;
}
