/*
 * The forms that pprof's profiles had before the protocol buffer, and that gperftools, jemalloc and
 * Go's /debug/pprof (with debug=1) still write: stacks of addresses, leaf first.
 *
 *     binary      CPU profiles of gperftools and of old Go and Java programs (pprof_legacy_cpu.c)
 *     heap profile: 1: 2 [3: 4] @ heap_v2/524288         heap, growth, fragmentation
 *     heap_v2/524288                                     jemalloc's heap
 *     --- contentionz 1 ---, --- mutex:, --- heapz 1 ---  contention and Java's heap
 *     goroutine profile: total 7                         Go's counts
 *     --- threadz 1 ---                                  stacks of threads (pprof_legacy_threads.c)
 *
 * behind a table of symbols, if `pprof --raw` wrote it (0x4a5d10 outer--inlined), and before a
 * map of the program's modules. What has no name is called by its module and offset, addresses.h.
 *
 * Decisions, as pprof's unless stated:
 *
 *   - The address of a call is the byte before the one it returns to. Symbols are looked up there,
 *     or at the address itself where more of the file's are found so.
 *   - Sampled heaps are scaled to what was probably allocated, contention by its period and clock;
 *     a note says so.
 *   - In CPU profiles the signal's handler is taken out of the stacks: a second frame that all but
 *     one in 32 samples have, twice at most, and a leaf that is there twice.
 *   - The default type comes first, as `pprof` shows it: the last.
 *   - Each thread of threadz is a thread here, but one with the stack of the thread before is
 *     counted with that; pprof forgets their names.
 *   - pprof leaves allocators, locks and the profiler itself out of the stacks when these have
 *     names; here they stay.
 *   - Lines that are not understood are counted; pprof refuses the file.
 *
 * Source: legacy_profile.go and legacy_java_profile.go of github.com/google/pprof, `pprof` and
 * doc/cpuprofile-fileformat.html of gperftools.
 */
#include "formats/readers/pprof_legacy.h"

#include "formats/format.h"
#include "formats/readers/units.h"

#include <inttypes.h>
#include <stdlib.h>

/* Frames that inlining may make of so many addresses. */
#define FRAMES_MAX(addresses) ((uint64_t)(addresses)*16 + 100000)

/* ---- samples ---- */

void legacy_type(struct legacy *l, const char *name, struct slice unit_text, uint32_t stored,
                 int64_t factor)
{
    const struct unit *unit = unit_find(unit_text);
    enum metric_kind kind = unit ? unit->kind : METRIC_COUNT;
    if (!unit && !strcmp(name, "samples"))
        kind = METRIC_SAMPLES;
    uint32_t metric = build_metric(l->build, name, unit_name(kind), kind, unit_scale(kind));
    l->types[l->type_count++] =
        (struct legacy_type){stored, factor * (unit ? unit->factor : 1), metric};
    l->stored = stored + 1 > l->stored ? stored + 1 : l->stored;
}

void legacy_sample(struct legacy *l, const int64_t *values)
{
    uint32_t last = l->samples.count;
    uint32_t first = last ? l->samples.data[last - 1].first + l->samples.data[last - 1].count : 0;
    *array_push(&l->samples) = (struct legacy_sample){first, l->stacks.count - first, l->root};
    for (uint32_t i = 0; i < l->stored; i++)
        *array_push(&l->values) = values[i];
}

bool legacy_take_stack(struct legacy *l, struct slice text)
{
    uint64_t address;
    for (text = slice_trim(text); text.length; text = slice_trim(text)) {
        if (!slice_begins(text, "0x") || !address_take(&text, &address))
            return false;
        *array_push(&l->stacks) = address;
    }
    return true;
}

static void drop_second(struct legacy *l, struct legacy_sample *sample)
{
    uint64_t *stack = l->stacks.data + sample->first;
    stack[1] = stack[0];
    sample->first++;
    sample->count--;
}

void legacy_drop_doubles(struct legacy *l)
{
    for (uint32_t i = 0; i < l->samples.count; i++) {
        struct legacy_sample *sample = &l->samples.data[i];
        const uint64_t *stack = l->stacks.data + sample->first;
        if (sample->count > 1 && stack[0] == stack[1])
            drop_second(l, sample);
    }
}

/* The second address that is in at least so many samples. */
static bool common_second(const struct legacy *l, uint32_t least, uint64_t *address)
{
    struct numbered counts = {0};
    bool found = false;
    for (uint32_t i = 0; i < l->samples.count && !found; i++) {
        const struct legacy_sample *sample = &l->samples.data[i];
        if (sample->count < 2)
            continue;
        *address = l->stacks.data[sample->first + 1];
        uint32_t count = numbered_get(&counts, *address);
        count = count == NUMBERED_NONE ? 1 : count + 1;
        numbered_put(&counts, *address, count);
        found = count >= least;
    }
    numbered_free(&counts);
    return found;
}

void legacy_drop_handler(struct legacy *l)
{
    uint64_t address;
    for (int round = 0; round < 2; round++) {
        if (!common_second(l, l->samples.count - l->samples.count / 32, &address))
            return;
        for (uint32_t i = 0; i < l->samples.count; i++) {
            struct legacy_sample *sample = &l->samples.data[i];
            if (sample->count > 1 && l->stacks.data[sample->first + 1] == address)
                drop_second(l, sample);
        }
    }
}

/* ---- lines ---- */

bool legacy_is_map(struct slice line)
{
    return slice_holds(line, "--- Memory map: ---") || slice_holds(line, "MAPPED_LIBRARIES:");
}

void legacy_odd_line(struct legacy *l)
{
    if (!l->odd++)
        l->first_odd = input_line_number(l->input);
}

static bool is_inlining(struct slice name, size_t at)
{
    static const char minus[] = "operator";
    size_t length = sizeof minus - 1;
    return at + 3 <= name.length && at && name.text[at] == '-' && name.text[at + 1] == '-' &&
           !(at >= length && !memcmp(name.text + at - length, minus, length));
}

/* "outer--inner" */
static void take_names(struct legacy *l, struct slice name)
{
    size_t end = name.length;
    for (size_t at = end; at-- > 0;) {
        if (at && !is_inlining(name, at))
            continue;
        size_t from = at ? at + 2 : 0;
        if (end > from || !at)
            addresses_add_frame(&l->addresses,
                                build_function_n(l->build, name.text + from, end - from, "", 0, "",
                                                 0, 0, FUNCTION_NATIVE));
        end = at;
    }
}

/* Of `pprof --raw`: "--- symbol", "binary=...", an address and its name a line, "---". */
static int read_symbols(struct legacy *l, struct error *err)
{
    struct slice line;
    uint64_t address;
    int more;
    while ((more = input_line(l->input, &line.text, &line.length, err)) > 0) {
        if (slice_begins(line, "---"))
            return 0;
        if (slice_begins(line, "binary=")) {
            char *binary = memory_printf("%.*s", (int)line.length - 7, line.text + 7);
            build_metadata(l->build, "command", binary);
            free(binary);
        }
        if (!slice_begins(line, "0x") || !address_take(&line, &address))
            continue;
        line = slice_trim(line);
        if (line.length && addresses_begin_symbol(&l->addresses, address))
            take_names(l, line);
    }
    return more;
}

/* ---- what they mean ---- */

static uint64_t adjusted(const struct legacy *l, uint32_t at, uint64_t address)
{
    bool call = l->adjust == LEGACY_ADJUST_ALL || (l->adjust == LEGACY_ADJUST_CALLERS && at);
    return call ? address - 1 : address;
}

/* Some writers name the addresses that calls return to, others the calls. */
static void choose_adjust(struct legacy *l)
{
    uint64_t call = 0, back = 0;
    if (l->adjust == LEGACY_ADJUST_NONE || !l->addresses.items.count)
        return;
    for (uint32_t i = 0; i < l->samples.count; i++) {
        const struct legacy_sample *sample = &l->samples.data[i];
        for (uint32_t at = 0; at < sample->count; at++) {
            uint64_t address = l->stacks.data[sample->first + at];
            call += addresses_has_symbol(&l->addresses, adjusted(l, at, address));
            back += addresses_has_symbol(&l->addresses, address);
        }
    }
    if (back > call)
        l->adjust = LEGACY_ADJUST_NONE;
}

static int context_of(struct legacy *l, const struct legacy_sample *sample, uint64_t *frames_left,
                      uint32_t *context, struct error *err)
{
    *context = sample->root;
    for (uint32_t at = sample->count; at-- > 0;) {
        uint32_t count;
        uint64_t address = adjusted(l, at, l->stacks.data[sample->first + at]);
        const uint32_t *frames = addresses_frames(&l->addresses, address, &count);
        if (count > *frames_left || !build_fits(l->build, count))
            return error_set(err, ERROR_LIMIT,
                             "its inlined calls come to too many frames for its size");
        *frames_left -= count;
        while (count-- > 0)
            *context = build_context(l->build, *context, frames[count]);
    }
    if (*context == sample->root)
        *context =
            build_context(l->build, sample->root,
                          build_function(l->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
    return 0;
}

static int state_samples(struct legacy *l, struct error *err)
{
    uint64_t frames_left = FRAMES_MAX(l->stacks.count), too_large = 0;
    choose_adjust(l);
    for (uint32_t i = 0; i < l->samples.count; i++) {
        uint32_t context;
        int64_t value;
        if (context_of(l, &l->samples.data[i], &frames_left, &context, err))
            return -1;
        for (uint32_t type = 0; type < l->type_count; type++) {
            const struct legacy_type *t = &l->types[type];
            int64_t stored = l->values.data[(size_t)i * l->stored + t->stored];
            if (__builtin_mul_overflow(stored, t->factor, &value) || value == INT64_MIN)
                too_large++;
            else
                build_context_self(l->build, context, t->metric, value);
        }
    }
    build_note_count(l->build, too_large, "values are too large and are left out");
    return 0;
}

static int conclude(struct legacy *l, struct error *err)
{
    if (!l->samples.count && l->odd)
        return error_at_line(err, l->first_odd, "is no sample of such a profile");
    if (state_samples(l, err))
        return -1;
    if (l->odd)
        build_note(l->build, "%" PRIu64 " lines are not understood, the first is line %" PRIu64,
                   l->odd, l->first_odd);
    if (!l->samples.count)
        build_note(l->build, "holds no samples");
    return 0;
}

/* ---- the whole ---- */

static struct slice first_line(const uint8_t *head, size_t size)
{
    const char *text = (const char *)head;
    const char *end = size ? memchr(text, '\n', size) : NULL;
    return slice_trim((struct slice){text, end ? (size_t)(end - text) : size});
}

/* Behind the symbols stand further headings: "--- profile", "--- heap". */
static int skip_headings(struct legacy *l, struct error *err)
{
    const uint8_t *head;
    size_t size;
    for (;;) {
        if (input_head(l->input, &head, &size, err))
            return -1;
        struct slice line = first_line(head, size);
        if (!size || legacy_cpu_probe(head, size) || legacy_text_probe(line) ||
            legacy_threads_probe(line) || !(slice_begins(line, "---") || !line.length))
            return 0;
        if (input_line(l->input, &line.text, &line.length, err) < 0)
            return -1;
    }
}

static int read_samples(struct legacy *l, struct error *err)
{
    const uint8_t *head;
    size_t size;
    if (input_head(l->input, &head, &size, err))
        return -1;
    if (slice_begins(first_line(head, size), "--- symbol")) {
        struct slice line;
        if (input_line(l->input, &line.text, &line.length, err) < 0 || read_symbols(l, err) ||
            skip_headings(l, err) || input_head(l->input, &head, &size, err))
            return -1;
    }
    if (legacy_cpu_probe(head, size))
        return legacy_cpu_read(l, err);
    if (legacy_threads_probe(first_line(head, size)))
        return legacy_threads_read(l, err);
    return legacy_text_read(l, err);
}

static int read_legacy(struct input *input, struct build *build, struct error *err)
{
    struct legacy l = {.input = input, .build = build, .addresses = {.build = build}};
    l.process = build_process(build, "", 0);
    int status = read_samples(&l, err);
    if (status && err->code == ERROR_TRUNCATED && l.samples.count) {
        build_cut(build, err);
        status = 0;
    }
    build_bound(build, input_offset(input));
    if (!status)
        status = conclude(&l, err);
    addresses_free(&l.addresses);
    array_free(&l.stacks);
    array_free(&l.samples);
    array_free(&l.values);
    return status;
}

static int probe_legacy(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size}, line = first_line(head, size);
    if (legacy_cpu_probe(head, size))
        return 90;
    if (slice_begins(text, "--- symbol\n") && slice_holds(text, "\nbinary="))
        return 90;
    /* Comments and blank lines may come first. */
    while (text.length && (!line.length || *line.text == '#')) {
        const char *end = memchr(text.text, '\n', text.length);
        size_t skip = end ? (size_t)(end + 1 - text.text) : text.length;
        text = (struct slice){text.text + skip, text.length - skip};
        line = first_line((const uint8_t *)text.text, text.length);
    }
    return legacy_text_probe(line) || legacy_threads_probe(line) ? 80 : 0;
}

const struct reader pprof_legacy_reader = {
    .name = "pprof-legacy",
    .description = "pprof's legacy forms: gperftools, jemalloc, Go with debug=1",
    .suffixes = "heap growth contention cpu prof",
    .probe = probe_legacy,
    .read = read_legacy,
};
