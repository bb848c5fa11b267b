/*
 * Stacks of threads, as addresses or with names, and below them those of who made the thread:
 *
 *     --- threadz 1 ---
 *
 *     --- Thread 7f794ab90940 (name: main/14748) stack: ---
 *       PC: 0xbc8f1c 0xbcae55 0xbcb5f5            or
 *       PC:  0x00bc8f1c: helper(arg *)
 *       0x0040be31: main
 *         creator: 0xa45b96 0xa460b4
 *     --- Thread 7f7948978700 (name: thread3/14759) stack: ---
 *       [same as previous thread]
 */
#include "formats/readers/decimal.h"
#include "formats/readers/pprof_legacy.h"

#include <stdlib.h>

struct threads {
    struct legacy *legacy;
    bool open, same, map;
};

bool legacy_threads_probe(struct slice line)
{
    return slice_begins(line, "--- threadz ") || slice_begins(line, "--- Thread ");
}

static uint32_t stack_begins(const struct legacy *l)
{
    const struct legacy_sample *last =
        l->samples.count ? &l->samples.data[l->samples.count - 1] : NULL;
    return last ? last->first + last->count : 0;
}

/* A thread with the stack of the one before is counted there. */
static void end_thread(struct threads *t)
{
    struct legacy *l = t->legacy;
    uint32_t first = stack_begins(l);
    if (!t->open)
        return;
    t->open = false;
    if (!t->same && l->stacks.count > first) {
        legacy_sample(l, &(int64_t){1});
        return;
    }
    l->stacks.count = first;
    if (l->samples.count)
        l->values.data[l->values.count - 1]++;
}

/* "main/14748": the system's number of the thread is behind the slash. */
static void begin_thread(struct threads *t, struct slice line)
{
    static const char before[] = "(name: ", behind[] = ") stack:";
    struct legacy *l = t->legacy;
    const char *from = slice_find(line, before);
    const char *to = slice_find(line, behind);
    struct slice name = {"", 0};
    uint64_t id = 0;
    if (from && to && to >= from + sizeof before - 1)
        name = (struct slice){from + sizeof before - 1, (size_t)(to - from) - (sizeof before - 1)};
    const char *slash = slice_last(name, '/');
    size_t length = slash ? (size_t)(slash - name.text) : name.length;
    if (slash)
        (void)decimal_count(slash + 1, name.length - length - 1, &id);
    char *text = memory_printf("%.*s", (int)length, name.text);
    l->root = build_root(l->build, build_thread(l->build, text, id, l->process));
    free(text);
    t->open = true;
    t->same = false;
}

static struct slice without(struct slice line, const char *word)
{
    size_t length = strlen(word);
    if (slice_begins(line, word))
        line = slice_trim((struct slice){line.text + length, line.length - length});
    return line;
}

/* "0x0040be31: main", or addresses alone */
static bool take_frames(struct legacy *l, struct slice line)
{
    uint64_t address;
    struct slice rest = line;
    bool leaf = l->stacks.count == stack_begins(l);
    if (!slice_begins(rest, "0x") || !address_take(&rest, &address))
        return false;
    if (!rest.length || *rest.text != ':')
        return legacy_take_stack(l, line);
    struct slice name = slice_trim((struct slice){rest.text + 1, rest.length - 1});
    *array_push(&l->stacks) = address;
    if (name.length && addresses_begin_symbol(&l->addresses, leaf ? address : address - 1))
        addresses_add_frame(&l->addresses, build_function_n(l->build, name.text, name.length, "", 0,
                                                            "", 0, 0, FUNCTION_NATIVE));
    return true;
}

static void take_line(struct threads *t, struct slice line)
{
    struct legacy *l = t->legacy;
    line = slice_trim(line);
    if (t->map) {
        (void)addresses_take_mapping(&l->addresses, line);
    } else if (legacy_is_map(line) || slice_begins(line, "---- no stack trace for")) {
        end_thread(t);
        t->map = legacy_is_map(line);
    } else if (slice_begins(line, "--- Thread ")) {
        end_thread(t);
        begin_thread(t, line);
    } else if (t->open && slice_holds(line, "same as previous thread")) {
        t->same = true;
    } else if (t->open && line.length &&
               !take_frames(l, without(without(line, "PC:"), "creator:"))) {
        legacy_odd_line(l);
    }
}

int legacy_threads_read(struct legacy *l, struct error *err)
{
    struct threads t = {.legacy = l};
    struct slice line;
    int more;
    legacy_type(l, "thread", (struct slice){"count", 5}, 0, 1);
    l->adjust = LEGACY_ADJUST_CALLERS;
    while ((more = input_line(l->input, &line.text, &line.length, err)) > 0)
        take_line(&t, line);
    end_thread(&t);
    legacy_drop_doubles(l);
    return more;
}
