/* The definitions stream of a program: what its functions, threads and modules are. */
#include "capture/channel/blocks.h"
#include "capture/channel/target.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#define DEFINITION_BYTES (CHANNEL_BLOCK_SIZE - (uint32_t)sizeof(struct channel_block))

struct text {
    const char *bytes;
    uint32_t size;
};

static struct {
    pthread_mutex_t lock; /* error checking: a signal handler that re-enters must not hang */
    uint32_t block, sequence, used;
} definitions = {PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP, BLOCK_NONE, 0, 0};

void definitions_forked(void)
{
    /* Another thread may have held the lock at the fork; here it does not exist. */
    pthread_mutex_t fresh = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
    definitions.lock = fresh;
    definitions.block = BLOCK_NONE;
    definitions.sequence = 0;
    definitions.used = 0;
}

/* Cut so that a UTF-8 character stays whole. */
static struct text text_of(const char *string)
{
    if (!string)
        return (struct text){"", 0};
    size_t size = strnlen(string, CHANNEL_STRING_MAX + 1);
    if (size > CHANNEL_STRING_MAX) {
        size = CHANNEL_STRING_MAX;
        while (size && ((unsigned char)string[size] & 0xC0) == 0x80)
            size--;
    }
    return (struct text){string, (uint32_t)size};
}

/* Room for `size` bytes in the open block, or NULL when there is no block to be had. */
static char *reserve(uint32_t size)
{
    if (definitions.block != BLOCK_NONE && definitions.used + size > DEFINITION_BYTES) {
        block_hand_over(definitions.block, false);
        definitions.block = BLOCK_NONE;
    }
    if (definitions.block == BLOCK_NONE) {
        bool waited;
        uint32_t block = block_claim(CHANNEL_DEFINITIONS, &waited);
        if (block == BLOCK_NONE)
            return NULL;
        block_begin(block, CHANNEL_DEFINITIONS, target.program, definitions.sequence++, target.pid,
                    stream_now());
        definitions.block = block;
        definitions.used = 0;
    }
    return (char *)(block_at(definitions.block) + 1) + definitions.used;
}

/* Threads that have each a clock of their own do not know what came first: all holds at all times.
 */
static uint64_t moment_of(const struct channel_record *record)
{
    if (stream_clock != CHANNEL_CLOCK_CPU)
        return stream_now();
    return record->what == DEFINE_MODULE_GONE ? UINT64_MAX : 0;
}

static bool write_record(struct channel_record *record, const struct text *texts, unsigned count)
{
    uint32_t size = (uint32_t)sizeof *record;
    for (unsigned i = 0; i < count; i++)
        size += (uint32_t)sizeof texts[i].size + texts[i].size;
    record->size = (size + 7) & ~7u;
    char *at = reserve(record->size);
    if (!at)
        return false;
    record->ticks = moment_of(record);
    memcpy(at, record, sizeof *record);
    at += sizeof *record;
    for (unsigned i = 0; i < count; i++) {
        memcpy(at, &texts[i].size, sizeof texts[i].size);
        at += sizeof texts[i].size;
        memcpy(at, texts[i].bytes, texts[i].size);
        at += texts[i].size;
    }
    definitions.used += record->size;
    atomic_store_explicit(&block_at(definitions.block)->used, definitions.used,
                          memory_order_release);
    return true;
}

bool definitions_write(struct channel_record *record, const char *first, const char *second,
                       const char *third)
{
    if (!target.channel)
        return false;
    int saved = errno;
    bool written = false;
    if (pthread_mutex_lock(&definitions.lock) == 0) {
        struct text texts[] = {text_of(first), text_of(second), text_of(third)};
        written = write_record(record, texts, 3);
        pthread_mutex_unlock(&definitions.lock);
    }
    errno = saved;
    return written;
}

static bool define(struct channel_record record, const char *first, const char *second,
                   const char *third)
{
    return definitions_write(&record, first, second, third);
}

void define_thread(const struct stream *stream, const char *name)
{
    define((struct channel_record){.what = DEFINE_THREAD,
                                   .a = (uint64_t)gettid(),
                                   .b = stream->number},
           name, NULL, NULL);
}

void define_function(uint32_t id, uint32_t line, unsigned kind, const char *name,
                     const char *module, const char *file)
{
    define(
        (struct channel_record){
            .what = DEFINE_FUNCTION, .flags = (uint16_t)kind, .a = id, .b = line},
        name, module, file);
}

void define_module(uint64_t first, uint64_t end, uint64_t bias, const char *path,
                   const char *build_id)
{
    define((struct channel_record){.what = DEFINE_MODULE, .a = first, .b = end, .c = bias}, path,
           build_id, NULL);
}

void define_module_gone(uint64_t first)
{
    define((struct channel_record){.what = DEFINE_MODULE_GONE, .a = first}, NULL, NULL, NULL);
}

void define_note(const char *text)
{
    define((struct channel_record){.what = DEFINE_NOTE}, text, NULL, NULL);
}

void define_cost(enum channel_hook hook, uint64_t inside, uint64_t outside, uint64_t pairs)
{
    define(
        (struct channel_record){
            .what = DEFINE_COST, .flags = (uint16_t)hook, .a = inside, .b = outside, .c = pairs},
        NULL, NULL, NULL);
}

void define_slowdown(uint64_t recorded, uint64_t plain)
{
    define((struct channel_record){.what = DEFINE_SLOWDOWN, .a = recorded, .b = plain}, NULL, NULL,
           NULL);
}

void define_class_calls(uint32_t function, uint64_t calls)
{
    define((struct channel_record){.what = DEFINE_CLASS_CALLS, .a = function, .b = calls}, NULL,
           NULL, NULL);
}

bool define_question(uint64_t first, uint32_t number)
{
    return define((struct channel_record){.what = DEFINE_QUESTION, .a = first, .b = number}, NULL,
                  NULL, NULL);
}
