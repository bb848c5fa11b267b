/*
 * The least that reading a large text can be, in plain C and one thread:
 *
 *     floor_load stacks FILE   folded stacks: every line's stack is hashed, its counts are added up
 *     floor_load bytes FILE    JSON: every byte is looked at once, for quotes and brackets
 *
 * What a profile needs beyond that (functions, a tree, totals) is not in it.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK (1u << 20)

struct slot {
    uint64_t hash;
    char *stack;
    size_t length;
    int64_t count;
};

static struct slot *slots;
static size_t slot_count = 1024, used;
static char *room;
static size_t room_left;

static void *checked(void *memory)
{
    if (!memory)
        exit(1);
    return memory;
}

/* ---- stacks ---- */

static uint64_t hash_of(const char *text, size_t length)
{
    uint64_t hash = length * UINT64_C(0x9e3779b97f4a7c15), word;
    for (; length >= 8; text += 8, length -= 8) {
        memcpy(&word, text, 8);
        hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, text, length);
    hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
    return hash ^ hash >> 32;
}

static struct slot *find(uint64_t hash, const char *stack, size_t length)
{
    size_t at = hash & (slot_count - 1);
    while (slots[at].stack && (slots[at].hash != hash || slots[at].length != length ||
                               memcmp(slots[at].stack, stack, length) != 0))
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static void grow(void)
{
    struct slot *old = slots;
    size_t count = slot_count;
    slot_count *= 2;
    slots = checked(calloc(slot_count, sizeof *slots));
    for (size_t i = 0; i < count; i++)
        if (old[i].stack)
            *find(old[i].hash, old[i].stack, old[i].length) = old[i];
    free(old);
}

static char *keep(const char *stack, size_t length)
{
    if (room_left < length) {
        room_left = length > BLOCK ? length : BLOCK;
        room = checked(malloc(room_left));
    }
    char *kept = memcpy(room, stack, length);
    room += length;
    room_left -= length;
    return kept;
}

static void add_line(const char *line, size_t length)
{
    const char *blank = memrchr(line, ' ', length);
    if (!blank || blank == line)
        return;
    size_t stack = (size_t)(blank - line);
    uint64_t hash = hash_of(line, stack);
    struct slot *slot = find(hash, line, stack);
    if (!slot->stack) {
        *slot = (struct slot){hash, keep(line, stack), stack, 0};
        used++;
    }
    slot->count += strtoll(blank, NULL, 10);
    if (used > slot_count / 2)
        grow();
}

static void add_stacks(int file)
{
    size_t capacity = BLOCK, held = 0;
    char *buffer = checked(malloc(capacity + 1));
    slots = checked(calloc(slot_count, sizeof *slots));
    for (ssize_t got; (got = read(file, buffer + held, capacity - held)) > 0;) {
        char *line = buffer, *end = buffer + held + got, *newline;
        for (; (newline = memchr(line, '\n', (size_t)(end - line))); line = newline + 1)
            add_line(line, (size_t)(newline - line));
        held = (size_t)(end - line);
        memmove(buffer, line, held);
        if (held > capacity / 2)
            buffer = checked(realloc(buffer, (capacity *= 2) + 1));
    }
    buffer[held] = '\0';
    add_line(buffer, held);
    int64_t total = 0;
    for (size_t i = 0; i < slot_count; i++)
        total += slots[i].count;
    printf("%zu stacks, %lld\n", used, (long long)total);
}

/* ---- bytes ---- */

static void look_at_bytes(int file)
{
    static char buffer[BLOCK];
    uint64_t quotes = 0, brackets = 0;
    bool inside = false;
    for (ssize_t got; (got = read(file, buffer, sizeof buffer)) > 0;) {
        for (ssize_t i = 0; i < got; i++) {
            switch (buffer[i]) {
            case '"':
                inside = !inside;
                quotes++;
                break;
            case '\\':
                i++;
                break;
            case '{':
            case '[':
                brackets += !inside;
                break;
            }
        }
    }
    printf("%llu quotes, %llu brackets\n", (unsigned long long)quotes,
           (unsigned long long)brackets);
}

int main(int argc, char **argv)
{
    int file = argc == 3 ? open(argv[2], O_RDONLY) : -1;
    if (file < 0)
        return 2;
    if (!strcmp(argv[1], "stacks"))
        add_stacks(file);
    else
        look_at_bytes(file);
    return 0;
}
