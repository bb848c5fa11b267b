#include "formats/readers/austin_samples.h"

#include "formats/readers/decimal.h"

#include <stdlib.h>

enum { FULL_WALL, FULL_CPU, FULL_ALLOCATED, FULL_FREED };

static char *text_of(struct slice s)
{
    size_t length = s.length < 4096 ? s.length : 4096;
    return memory_printf("%.*s", (int)length, length ? s.text : "");
}

static uint32_t time_metric(struct austin *a, const char *name)
{
    a->metrics++;
    return build_metric(a->build, name, "s", METRIC_TIME, 1e-9);
}

static void state_memory(struct austin *a)
{
    (void)build_metric(a->build, "allocated", "bytes", METRIC_BYTES, 1);
    (void)build_metric(a->build, "freed", "bytes", METRIC_BYTES, 1);
    a->metrics += 2;
}

static void state_mode(struct austin *a, struct slice mode)
{
    if (a->metrics)
        return;
    a->has_mode = true;
    a->full = slice_is(mode, "full");
    a->memory = slice_is(mode, "memory");
    if (a->full || !a->memory)
        (void)time_metric(a, slice_is(mode, "cpu") ? "cpu" : "wall");
    if (a->full)
        (void)time_metric(a, "cpu");
    if (a->full || a->memory)
        state_memory(a);
}

/* Files of austin before 3.0 do not say; only three numbers a line do. */
static void guess_mode(struct austin *a, bool three)
{
    state_mode(a, three ? (struct slice){"full", 4} : (struct slice){"wall", 4});
    a->has_mode = three;
}

void austin_metadata(struct austin *a, struct slice key, struct slice value)
{
    struct decimal number;
    int64_t duration;
    if (slice_is(key, "mode"))
        state_mode(a, value);
    if (slice_is(key, "duration") && decimal_parse(value.text, value.length, '.', &number) &&
        decimal_scaled(&number, 3, &duration) && duration >= 0)
        build_times(a->build, 0, duration);
    if (slice_is(key, "map"))
        return; /* of austinp: one a part of the address space */
    char *name = slice_is(key, "austin") ? memory_string("recorder") : text_of(key);
    char *text = slice_is(key, "austin")
                     ? memory_printf("austin %.*s", (int)(value.length & 0xfff), value.text)
                     : text_of(value);
    build_metadata(a->build, name, text);
    free(name);
    free(text);
}

static uint32_t process_of(struct austin *a, uint64_t pid)
{
    uint32_t process = numbered_get(&a->processes, pid);
    if (process == NUMBERED_NONE) {
        process = build_process(a->build, "", pid);
        numbered_put(&a->processes, pid, process);
    }
    return process;
}

/* A number is the thread's id, anything else its name. */
static void state_thread(struct austin *a, uint64_t process, uint64_t interpreter,
                         struct slice thread, int base)
{
    char *text = text_of(thread), *end = text;
    uint64_t id = strtoull(text, &end, base);
    bool number = *text && *text != '-' && !*end;
    char *name = !number       ? memory_string(text)
                 : interpreter ? memory_printf("interpreter %llu", (unsigned long long)interpreter)
                               : memory_string("");
    uint32_t of_build = build_thread(a->build, name, number ? id : 0, process_of(a, process));
    uint32_t root = build_root(a->build, of_build);
    *array_push(&a->thread) = (struct austin_thread){root, root};
    free(name);
    free(text);
}

uint32_t austin_thread(struct austin *a, uint64_t process, uint64_t interpreter,
                       struct slice thread, int base)
{
    bool added;
    char *name = text_of(thread);
    char *key = memory_printf("%llu;%llu:%s", (unsigned long long)process,
                              (unsigned long long)interpreter, name);
    uint32_t *number = names_value(&a->threads, (struct slice){key, strlen(key)}, &added);
    if (added) {
        *number = a->thread.count;
        state_thread(a, process, interpreter, thread, base);
    }
    free(key);
    free(name);
    return *number;
}

static bool ends_with(struct slice s, const char *end)
{
    size_t length = strlen(end);
    return s.length >= length && !memcmp(s.text + s.length - length, end, length);
}

uint32_t austin_function(struct austin *a, struct slice name, struct slice file)
{
    /* "native@4f28b6": an address for a file would tear a function to pieces. */
    if (file.length > 7 && !memcmp(file.text, "native@", 7))
        file.length = 6;
    bool python = ends_with(file, ".py") || ends_with(file, ">");
    if (python)
        return build_function_n(a->build, name.text, name.length, "", 0, file.text, file.length, 0,
                                FUNCTION_PYTHON);
    return build_function_n(a->build, name.text, name.length, file.text, file.length, "", 0, 0,
                            file.length ? FUNCTION_NATIVE : FUNCTION_UNKNOWN);
}

static int64_t nanoseconds(int64_t us)
{
    int64_t ns;
    return __builtin_mul_overflow(us, 1000, &ns) ? INT64_MAX : ns;
}

static void add_memory(struct austin *a, uint32_t context, uint32_t first, int64_t bytes)
{
    if (bytes >= 0)
        build_context_self(a->build, context, first, bytes);
    else
        build_context_self(a->build, context, first + 1, bytes == INT64_MIN ? INT64_MAX : -bytes);
}

void austin_sample(struct austin *a, uint32_t thread, uint32_t context,
                   const struct austin_values *v)
{
    if (!a->metrics)
        guess_mode(a, v->three);
    if (context == a->thread.data[thread].root)
        context = build_context(
            a->build, context, build_function(a->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
    a->samples++;
    if (!a->memory)
        build_context_self(a->build, context, FULL_WALL, nanoseconds(v->time));
    if (a->full && !v->idle)
        build_context_self(a->build, context, FULL_CPU, nanoseconds(v->time));
    if (a->full || a->memory)
        add_memory(a, context, a->full ? FULL_ALLOCATED : 0, v->memory);
}

void austin_finish(struct austin *a)
{
    if (!a->samples)
        build_note(a->build, "holds no sample");
    else if (!a->has_mode)
        build_note(a->build,
                   "does not say its mode: values are taken for microseconds that passed");
}

void austin_free(struct austin *a)
{
    numbered_free(&a->processes);
    names_free(&a->threads);
    array_free(&a->thread);
}
