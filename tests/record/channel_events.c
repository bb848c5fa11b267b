#include "tests/record/channel.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

static bool test_one_thread(void)
{
    drain_until_exit(spawn(produce_simply));
    CHECK(writer.threads.count == 1 && writer.processes == 1);
    CHECK(strcmp(writer.threads.data[0].name, "worker") == 0);
    CHECK(writer.threads.data[0].ended);
    CHECK(known_prefix(&writer.threads.data[0]) == 400000);
    struct drain_state state = drain_state(drain);
    CHECK(state.events == 400000 && state.lost == 0 && state.open.cut == 0);
    CHECK(state.python_streams == 1 && state.native_streams == 0);
    return true;
}

static void produce_in_threads(void)
{
    pthread_t threads[4];
    struct work work = {300000, NULL};
    define_all(0);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, produce_thread, &work);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

static bool test_threads(void)
{
    drain_until_exit(spawn(produce_in_threads));
    CHECK(writer.threads.count == 4);
    for (uint32_t t = 0; t < 4; t++)
        CHECK(known_prefix(&writer.threads.data[t]) == 300000);
    return true;
}

static void produce_many_threads(void)
{
    struct work work = {16, NULL};
    define_all(0);
    for (int i = 0; i < 3000; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, produce_thread, &work);
        pthread_join(thread, NULL);
    }
}

static bool test_short_threads(void)
{
    drain_until_exit(spawn(produce_many_threads));
    CHECK(writer.threads.count == 3000);
    for (uint32_t t = 0; t < 3000; t++)
        CHECK(known_prefix(&writer.threads.data[t]) == 16);
    return true;
}

static void produce_much(void)
{
    struct work work = {3000000, NULL};
    define_all(0);
    produce_thread(&work);
}

static bool test_back_pressure(void)
{
    const struct channel_header *channel = map_again();
    pid_t pid = spawn(produce_much);
    for (int i = 0; i < 20; i++) {
        usleep(20000);
        drain_wait(drain, 0);
        /* Only this much is ever taken at a time: the producer must wait, and in bounded memory. */
        CHECK(atomic_load(&channel->full_count) <= CHANNEL_FULL_LIMIT + 1);
        drain_some(drain, &err);
        CHECK(atomic_load(&channel->reserved) <= CHANNEL_FULL_LIMIT + 64);
    }
    drain_until_exit(pid);
    CHECK(known_prefix(&writer.threads.data[0]) == 3000000);
    CHECK(drain_state(drain).lost == 0);
    return true;
}

static void define_long(void)
{
    char name[4000];
    struct stream stream;
    for (uint32_t i = 0; i < 500; i++) {
        memset(name, 'a' + (int)(i % 26), sizeof name);
        snprintf(name + sizeof name - 6, 6, "%05u", i);
        define_function(i, i, FUNCTION_PYTHON, name, NULL, "");
    }
    stream_open(&stream, CHANNEL_PYTHON);
    for (uint32_t i = 0; i < 500; i++) {
        stream_enter(&stream, i, stream_now());
        stream_leave(&stream, stream_now());
    }
    stream_close(&stream);
}

static bool test_definitions(void)
{
    drain_until_exit(spawn(define_long));
    const struct fake_thread *thread = &writer.threads.data[0];
    uint32_t seen = 0;
    for (uint32_t i = 0; i < thread->events.count; i += 2) {
        const char *name = function_name(thread->events.data[i].function);
        if (name[0] == '[')
            continue; /* a wait */
        CHECK(strlen(name) == 3999 && strtoul(name + 3994, NULL, 10) == seen);
        seen++;
    }
    CHECK(seen == 500);
    return true;
}

static void produce_slowly(void)
{
    struct stream stream;
    define_all(0);
    stream_open(&stream, CHANNEL_PYTHON);
    produce(&stream, 0, 1);
    usleep(900000); /* longer than an event's 30 bits hold */
    produce(&stream, 1, 1);
    stream_set_depth(&stream, 1, stream_now());
    stream_set_depth(&stream, 0, stream_now());
    stream_leave(&stream, stream_now()); /* of a frame that was never entered */
    stream_close(&stream);
}

static bool test_escapes(void)
{
    drain_until_exit(spawn(produce_slowly));
    const struct fake_thread *thread = &writer.threads.data[0];
    CHECK(thread->events.count == 4 && drain_state(drain).unmatched == 1);
    struct clock_pair first = clock_read(clock_choose());
    usleep(20000);
    struct clock_pair second = clock_read(clock_choose());
    double seconds = (double)(thread->events.data[1].ticks - thread->events.data[0].ticks) /
                     clock_rate(&first, &second);
    CHECK(seconds > 0.85 && seconds < 2);
    CHECK(thread->events.data[2].function == FAKE_LEAVE);
    CHECK(thread->events.data[3].ticks >= thread->events.data[2].ticks);
    return true;
}

static void produce_fast(void)
{
    struct stream stream;
    define_all(0);
    stream_open(&stream, CHANNEL_PYTHON);
    for (uint64_t i = 0; i < 10000000; i += 2) {
        stream_enter(&stream, (uint32_t)(i % FUNCTIONS), stream_now());
        stream_leave(&stream, stream_now());
    }
    stream_close(&stream);
}

/* Not a test: what one core of the recorder can take, the trace writer's work left out. */
static bool measure(void)
{
    writer.counting = true;
    pid_t pid = spawn(produce_fast);
    struct timespec end;
    drain_until_exit(pid);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    printf("# drain: %.1f ns of processor time an event\n",
           ((double)end.tv_sec * 1e9 + (double)end.tv_nsec) / 10e6);
    CHECK(writer.calls >= 5000000);
    return true;
}

const struct channel_test event_tests[] = {
    {"every event of one thread, in order", test_one_thread},
    {"four threads at once", test_threads},
    {"three thousand short threads", test_short_threads},
    {"a program waits when the recorder is slow, in bounded memory", test_back_pressure},
    {"definitions over several blocks", test_definitions},
    {"long pauses, depths and stray leaves", test_escapes},
    {"fast enough to be measured", measure},
    {NULL, NULL},
};
