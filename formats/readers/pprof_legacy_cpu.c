/*
 * The binary form of CPU profiles: words of 4 or 8 bytes, little or big endian,
 *
 *     0, 3, 0, the period in microseconds, 0      (the third is 1 in a Java program's)
 *     count, depth, as many addresses             for each stack, leaf first
 *     0, 1, 0                                     the end
 *
 * and then text: the program's memory map, or for Java the names of what the addresses number.
 */
#include "formats/readers/pprof_legacy.h"

#define HEADER_WORDS 5
#define WORD_MAX     8

struct layout {
    uint32_t size;
    bool big;
};

static const struct layout layouts[] = {{4, false}, {4, true}, {8, false}, {8, true}};

static uint64_t word_at(const uint8_t *bytes, struct layout layout)
{
    uint64_t word = 0;
    for (uint32_t i = 0; i < layout.size; i++)
        word |= (uint64_t)bytes[i] << 8 * (layout.big ? layout.size - 1 - i : i);
    return word;
}

/* The layout in which the header makes sense; NULL: none. */
static const struct layout *find_layout(const uint8_t *head, size_t size)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        uint64_t words[HEADER_WORDS];
        if (size < (size_t)HEADER_WORDS * layouts[i].size)
            continue;
        for (uint32_t w = 0; w < HEADER_WORDS; w++)
            words[w] = word_at(head + (size_t)w * layouts[i].size, layouts[i]);
        if (words[0] == 0 && words[1] == 3 && words[2] <= 1 && words[3] && words[3] <= INT32_MAX &&
            words[4] == 0)
            return &layouts[i];
    }
    return NULL;
}

bool legacy_cpu_probe(const uint8_t *head, size_t size)
{
    return find_layout(head, size) != NULL;
}

/* 1 and the next word, 0 at the end, -1. */
static int next_word(struct legacy *l, struct layout layout, uint64_t *word, struct error *err)
{
    uint8_t bytes[WORD_MAX];
    size_t got;
    if (input_read(l->input, bytes, layout.size, &got, err))
        return -1;
    *word = got == layout.size ? word_at(bytes, layout) : 0;
    return got == layout.size;
}

static int read_addresses(struct legacy *l, struct layout layout, uint64_t depth, struct error *err)
{
    uint64_t word;
    int more = 1;
    for (uint64_t i = 0; i < depth && (more = next_word(l, layout, &word, err)) > 0; i++)
        *array_push(&l->stacks) = word;
    return more;
}

/* 1: goes on, 0: that was the last one, -1. */
static int read_stack(struct legacy *l, struct layout layout, struct error *err)
{
    uint64_t count, depth, offset = input_offset(l->input);
    uint32_t first = l->stacks.count;
    int more = next_word(l, layout, &count, err);
    if (more > 0 && (more = next_word(l, layout, &depth, err)) > 0)
        more = read_addresses(l, layout, depth, err);
    if (!more)
        error_at_offset(err, offset, "the file ends before the end of its stacks");
    if (more <= 0) {
        l->stacks.count = first;
        err->code = more ? err->code : ERROR_TRUNCATED;
        return -1;
    }
    if (!count && depth == 1 && !l->stacks.data[first]) {
        l->stacks.count = first;
        return 0;
    }
    if (count > INT64_MAX)
        return error_at_offset(err, offset, "a stack is counted impossibly often");
    legacy_sample(l, &(int64_t){(int64_t)count});
    return 1;
}

static int read_names(struct legacy *l, bool java, struct error *err)
{
    struct slice line;
    int more;
    while ((more = input_line(l->input, &line.text, &line.length, err)) > 0)
        if (java)
            (void)legacy_java_location(l, line);
        else
            (void)addresses_take_mapping(&l->addresses, line);
    return more;
}

int legacy_cpu_read(struct legacy *l, struct error *err)
{
    struct slice nanoseconds = {"nanoseconds", 11}, count = {"count", 5};
    const struct layout *layout;
    const uint8_t *head;
    size_t size;
    uint64_t words[HEADER_WORDS];
    int more;
    if (input_head(l->input, &head, &size, err))
        return -1;
    if (!(layout = find_layout(head, size)))
        return error_set(err, ERROR_FORMAT, "is no CPU profile of pprof's");
    for (uint32_t i = 0; i < HEADER_WORDS; i++)
        if (next_word(l, *layout, &words[i], err) < 0)
            return -1;
    bool java = words[2] == 1;
    legacy_type(l, "cpu", nanoseconds, 0, (int64_t)words[3] * 1000);
    legacy_type(l, "samples", count, 0, 1);
    l->root = build_root(l->build, build_thread(l->build, "all", 0, l->process));
    l->adjust = java ? LEGACY_ADJUST_NONE : LEGACY_ADJUST_CALLERS;
    while ((more = read_stack(l, *layout, err)) > 0)
        ;
    if (!more)
        more = read_names(l, java, err);
    if (!java) {
        legacy_drop_handler(l);
        legacy_drop_doubles(l);
    }
    return more;
}
