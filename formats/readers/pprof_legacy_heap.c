/*
 * Heaps: objects and bytes in use, and ever allocated; gperftools' and Go's lines, and jemalloc's.
 */
#include "formats/readers/decimal.h"
#include "formats/readers/pprof_legacy_text.h"

#include <inttypes.h>
#include <math.h>

/* "1: 2 [3: 4] @" */
static bool take_heap(struct slice *line, int64_t values[4])
{
    return legacy_take_number(line, &values[0]) && legacy_take_mark(line, ':') &&
           legacy_take_number(line, &values[1]) && legacy_take_mark(line, '[') &&
           legacy_take_number(line, &values[2]) && legacy_take_mark(line, ':') &&
           legacy_take_number(line, &values[3]) && legacy_take_mark(line, ']');
}

void legacy_scale_heap(int64_t rate, int64_t *count, int64_t *size)
{
    if (rate <= 1 || *count <= 0 || *size <= 0)
        return;
    double mean = (double)*size / (double)*count;
    double scale = 1 / (1 - exp(-mean / (double)rate));
    double most = (double)(INT64_MAX / 4);
    *count = (int64_t)fmin((double)*count * scale, most);
    *size = (int64_t)fmin((double)*size * scale, most);
}

static void state_heap(struct legacy_text *t)
{
    struct legacy *l = t->legacy;
    struct slice bytes = {"bytes", 5}, count = {"count", 5};
    if (t->stated)
        return;
    t->stated = true;
    if (t->allocated) {
        legacy_type(l, "inuse_space", bytes, 1, 1);
        legacy_type(l, "alloc_objects", count, 2, 1);
        legacy_type(l, "alloc_space", bytes, 3, 1);
        legacy_type(l, "inuse_objects", count, 0, 1);
    } else {
        legacy_type(l, "space", bytes, 1, 1);
        legacy_type(l, "objects", count, 0, 1);
    }
    if (t->rate > 1)
        build_note(l->build,
                   "estimated: of what was allocated a sample each %" PRId64
                   " bytes was taken, and is scaled up",
                   t->rate);
}

static bool heap_values(struct legacy_text *t, int64_t values[4])
{
    if ((!values[0] && values[1]) || (!values[2] && values[3] && t->allocated))
        return false;
    legacy_scale_heap(t->rate, &values[0], &values[1]);
    legacy_scale_heap(t->rate, &values[2], &values[3]);
    return true;
}

static bool take_heap_sample(struct legacy_text *t, struct slice line)
{
    struct legacy *l = t->legacy;
    int64_t values[4];
    uint32_t first = l->stacks.count;
    if (take_heap(&line, values) && legacy_take_mark(&line, '@') && heap_values(t, values) &&
        legacy_take_stack(l, line)) {
        legacy_sample(l, values);
        return true;
    }
    l->stacks.count = first;
    return false;
}

/* The total of jemalloc's threads, "t*:", is that of the stack; the threads' own are left out. */
static bool take_jemalloc(struct legacy_text *t, struct slice line)
{
    struct legacy *l = t->legacy;
    int64_t values[4];
    if (legacy_take_mark(&line, '@')) {
        const struct legacy_sample *last =
            l->samples.count ? &l->samples.data[l->samples.count - 1] : NULL;
        l->stacks.count = last ? last->first + last->count : 0;
        return legacy_take_stack(l, line);
    }
    line = slice_trim(line);
    if (!slice_begins(line, "t"))
        return false;
    bool whole = slice_begins(line, "t*:");
    if (!whole || !t->named)
        return t->named += whole, true; /* the first total is the file's */
    line = (struct slice){line.text + 3, line.length - 3};
    if (!take_heap(&line, values) || !heap_values(t, values))
        return false;
    legacy_sample(l, values);
    return true;
}

/* "heap_v2/524288" */
static bool take_rate(struct legacy_text *t, struct slice word)
{
    const char *slash = word.length ? memchr(word.text, '/', word.length) : NULL;
    struct slice kind = {word.text, slash ? (size_t)(slash - word.text) : word.length};
    uint64_t rate = 0;
    if (slash && !decimal_count(slash + 1, word.length - kind.length - 1, &rate))
        return false;
    rate = rate < INT32_MAX ? rate : 0;
    if (slice_is(kind, "heap_v2") || slice_is(kind, "heapz_v2"))
        t->rate = (int64_t)rate;
    else if (slice_is(kind, "heap"))
        t->rate = (int64_t)rate / 2;
    return true;
}

static bool plain_heading(struct legacy_text *t, struct slice line)
{
    int64_t values[4];
    if (!slice_begins(line, "heap profile:"))
        return false;
    line = (struct slice){line.text + 13, line.length - 13};
    if (!take_heap(&line, values) || !legacy_take_mark(&line, '@') ||
        !take_rate(t, slice_trim(line)))
        return false;
    t->allocated = (values[2] && values[2] != values[0]) || (values[3] && values[3] != values[1]);
    t->legacy->adjust = LEGACY_ADJUST_ALL;
    t->take = take_heap_sample;
    state_heap(t);
    return true;
}

static bool jemalloc_heading(struct legacy_text *t, struct slice line)
{
    if (!slice_begins(line, "heap_v2/") || !take_rate(t, line))
        return false;
    t->legacy->adjust = LEGACY_ADJUST_ALL;
    t->take = take_jemalloc;
    state_heap(t);
    return true;
}

bool legacy_heap_heading(struct legacy_text *t, struct slice line)
{
    return plain_heading(t, line) || jemalloc_heading(t, line);
}
