/*
 * Samples as lines of text, behind a heading that says of what:
 *
 *     heap profile:   85: 178257920 [  85: 178257920] @ heap_v2/524288    in use, [ever allocated]
 *          1:  2097152 [     1:  2097152] @ 0xb83003 0xb87d50
 *     --- contentionz 1 ---                                  or "--- mutex:", "--- contention:"
 *     cycles/second = 3201000000                             attributes
 *     sampling period = 100
 *       19490304       27 @ 0xbccc97 0xc61202                cycles, times
 *     threadcreate profile: total 7
 *     1 @ 0x44cb3 0x45045
 *     heap_v2/524288                                         jemalloc's, a line a thread
 *     @ 0x5f86da8 0x5f5a1dc
 *       t*: 28: 3920 [0: 0]
 *
 * Go adds names of a sample's addresses, "#<tab>0x44cb2<tab>main.work+0x12<tab>/app/work.go:33";
 * Java, whose attributes say "format = java", has them behind all samples.
 */
#include "formats/readers/pprof_legacy_text.h"
#include "formats/readers/decimal.h"
#include "formats/readers/perf_lines.h"

#include <inttypes.h>

#define JAVA_HEAP_RATE 524288

/* ---- numbers ---- */

bool legacy_take_number(struct slice *line, int64_t *value)
{
    struct decimal number;
    *line = slice_trim(*line);
    size_t digits = line->length && *line->text == '-';
    while (digits < line->length && line->text[digits] >= '0' && line->text[digits] <= '9')
        digits++;
    if (!decimal_parse(line->text, digits, '.', &number) || !decimal_scaled(&number, 0, value))
        return false;
    *line = (struct slice){line->text + digits, line->length - digits};
    return true;
}

bool legacy_take_mark(struct slice *line, char mark)
{
    *line = slice_trim(*line);
    if (!line->length || *line->text != mark)
        return false;
    *line = (struct slice){line->text + 1, line->length - 1};
    return true;
}

/* ---- contention, and Java's heap, which has attributes as well ---- */

static void state_contention(struct legacy_text *t)
{
    struct legacy *l = t->legacy;
    struct slice count = {"count", 5}, nanoseconds = {"nanoseconds", 11}, bytes = {"bytes", 5};
    t->stated = true;
    l->adjust = t->java ? LEGACY_ADJUST_NONE : LEGACY_ADJUST_ALL;
    if (t->java_heap) {
        t->rate = JAVA_HEAP_RATE;
        legacy_type(l, "inuse_space", t->resolution.length ? t->resolution : bytes, 1, 1);
        legacy_type(l, "inuse_objects", count, 0, 1);
        build_note(l->build,
                   "estimated: of what was allocated a sample each %d bytes was taken, "
                   "and is scaled up",
                   JAVA_HEAP_RATE);
        return;
    }
    /* Without the clock's rate delays stay in its cycles. */
    if (t->resolution.length)
        legacy_type(l, "delay", t->resolution, 1, 1);
    else if (t->gigahertz > 0)
        legacy_type(l, "delay", nanoseconds, 1, 1);
    else
        legacy_type(l, "delay in cycles", count, 1, 1);
    legacy_type(l, "contentions", count, 0, 1);
    if (t->period > 1)
        build_note(l->build,
                   "estimated: one in %" PRId64 " contentions was taken, and is scaled up",
                   t->period);
}

static bool in_range(double value)
{
    return value > -9e18 && value < 9e18;
}

static bool contention_values(const struct legacy_text *t, int64_t values[2])
{
    double delay = (double)values[1];
    if (t->java_heap && !values[0])
        return false;
    if (t->java_heap)
        legacy_scale_heap(t->rate, &values[0], &values[1]);
    if (t->java_heap || t->period <= 0)
        return true;
    if (t->java)
        return !__builtin_mul_overflow(values[0], t->period, &values[0]) &&
               !__builtin_mul_overflow(values[1], t->period, &values[1]);
    if (t->gigahertz > 0)
        delay = delay * (double)t->period / t->gigahertz;
    if (!in_range(delay) || __builtin_mul_overflow(values[0], t->period, &values[0]))
        return false;
    if (t->gigahertz > 0)
        values[1] = (int64_t)delay;
    return true;
}

static bool take_attribute(struct legacy_text *t, struct slice line)
{
    const char *equals = line.length ? memchr(line.text, '=', line.length) : NULL;
    int64_t number = 0;
    if (!equals)
        return false;
    struct slice key = slice_trim((struct slice){line.text, (size_t)(equals - line.text)});
    struct slice value =
        slice_trim((struct slice){equals + 1, line.length - (size_t)(equals + 1 - line.text)});
    struct slice rest = value;
    bool whole = legacy_take_number(&rest, &number) && !rest.length && number >= 0;
    if (slice_is(key, "cycles/second") && whole)
        t->gigahertz = (double)number / 1e9;
    else if (slice_is(key, "sampling period") && whole)
        t->period = number;
    else if (slice_is(key, "ms since reset") && whole && number < INT64_MAX / 1000000)
        build_times(t->legacy->build, 0, number * 1000000);
    else if (slice_is(key, "format"))
        t->java = slice_is(value, "java");
    else if (slice_is(key, "resolution") && value.length < sizeof t->resolution_text) {
        memcpy(t->resolution_text, value.text, value.length);
        t->resolution = (struct slice){t->resolution_text, value.length};
    }
    return true;
}

static bool take_contention(struct legacy_text *t, struct slice line)
{
    struct legacy *l = t->legacy;
    int64_t values[2];
    uint32_t first = l->stacks.count;
    if (!t->stated && take_attribute(t, line))
        return true;
    if (t->stated && t->java && legacy_java_location(l, line))
        return true;
    if (!t->stated)
        state_contention(t);
    if (legacy_take_number(&line, &values[1]) && legacy_take_number(&line, &values[0]) &&
        legacy_take_mark(&line, '@') && contention_values(t, values) &&
        legacy_take_stack(l, line)) {
        legacy_sample(l, values);
        return true;
    }
    l->stacks.count = first;
    return false;
}

static bool contention_heading(struct legacy_text *t, struct slice line)
{
    t->java_heap = slice_begins(line, "--- heapz ");
    if (!t->java_heap && !slice_begins(line, "--- contentionz ") &&
        !slice_begins(line, "--- contention:") && !slice_begins(line, "--- mutex:"))
        return false;
    t->period = 1;
    t->java = t->java_heap;
    t->take = take_contention;
    return true;
}

/* " 0x0000001f com.example.work (work.java:12)", "... (libc.so)", "GC" */
bool legacy_java_location(struct legacy *l, struct slice line)
{
    uint64_t address;
    struct slice name = slice_trim(line), file = {"", 0}, module = {"", 0};
    if (!slice_begins(name, "0x") || !address_take(&name, &address) || !name.length ||
        !is_blank(*name.text))
        return false;
    name = slice_trim(name);
    const char *open = slice_last(name, '(');
    if (open && open > name.text && name.text[name.length - 1] == ')') {
        file = (struct slice){open + 1, name.length - (size_t)(open + 1 - name.text) - 1};
        name = slice_trim((struct slice){name.text, (size_t)(open - name.text)});
        const char *colon = slice_last(file, ':');
        if (colon)
            file.length = (size_t)(colon - file.text);
        else
            module = file, file.length = 0;
    } else if (slice_holds(name, "generated stub/JIT")) {
        name = (struct slice){"STUB", 4};
    }
    if (addresses_begin_symbol(&l->addresses, address))
        addresses_add_frame(&l->addresses, build_function_n(l->build, name.text, name.length,
                                                            module.text, module.length, file.text,
                                                            file.length, 0, FUNCTION_UNKNOWN));
    return true;
}

/* ---- counts ---- */

static bool take_count(struct legacy_text *t, struct slice line)
{
    struct legacy *l = t->legacy;
    int64_t value;
    uint32_t first = l->stacks.count;
    if (legacy_take_number(&line, &value) && legacy_take_mark(&line, '@') &&
        legacy_take_stack(l, line)) {
        legacy_sample(l, &value);
        return true;
    }
    l->stacks.count = first;
    return false;
}

/* "goroutine profile: total 7": what is counted. */
static struct slice counted(struct slice line)
{
    static const char total[] = " profile: total ";
    const char *at = slice_find(line, total);
    struct slice name = {line.text, at ? (size_t)(at - line.text) : 0};
    uint64_t count;
    size_t before = name.length + sizeof total - 1;
    if (!at || name.length > 64 || memchr(name.text, ' ', name.length) ||
        !decimal_count(line.text + before, line.length - before, &count))
        name.length = 0;
    return name;
}

static bool count_heading(struct legacy_text *t, struct slice line)
{
    struct slice name = counted(line);
    if (!name.length)
        return false;
    char *text = memory_printf("%.*s", (int)name.length, name.text);
    legacy_type(t->legacy, text, (struct slice){"count", 5}, 0, 1);
    array_release(text);
    t->legacy->adjust = LEGACY_ADJUST_ALL;
    t->take = take_count;
    return true;
}

/* ---- lines ---- */

/* Of one address several lines may follow each other, the innermost inlined call first. */
static void take_go_frame(struct legacy_text *t, struct slice line)
{
    struct legacy *l = t->legacy;
    uint64_t address;
    line = slice_trim((struct slice){line.text + 1, line.length - 1});
    if (!slice_begins(line, "0x") || !address_take(&line, &address) || !line.length ||
        *line.text != '\t')
        return;
    line = slice_trim(line);
    const char *tab = memchr(line.text, '\t', line.length);
    struct slice name = {line.text, tab ? (size_t)(tab - line.text) : line.length};
    struct slice file =
        slice_trim((struct slice){name.text + name.length, line.length - name.length});
    const char *colon = slice_last(file, ':');
    if (colon)
        file.length = (size_t)(colon - file.text);
    name = perf_without_offset(slice_trim(name));
    bool same = t->named == address && l->addresses.items.count > t->names_from;
    if (!name.length || (!same && !addresses_begin_symbol(&l->addresses, address)))
        return;
    t->named = address;
    addresses_add_frame(&l->addresses,
                        build_function_n(l->build, name.text, name.length, "", 0, file.text,
                                         file.length, 0, FUNCTION_UNKNOWN));
}

static void take_line(struct legacy_text *t, struct slice line)
{
    struct legacy *l = t->legacy;
    line = slice_trim(line);
    if (t->map)
        (void)addresses_take_mapping(&l->addresses, line);
    else if (legacy_is_map(line))
        t->map = true;
    else if (line.length && *line.text == '#')
        take_go_frame(t, line);
    else if (line.length && !slice_begins(line, "---")) {
        t->names_from = l->addresses.items.count;
        if (!t->take(t, line))
            legacy_odd_line(l);
    }
}

bool legacy_text_probe(struct slice line)
{
    return (slice_begins(line, "heap profile:") && slice_holds(line, "] @")) ||
           slice_begins(line, "heap_v2/") || slice_begins(line, "--- heapz ") ||
           slice_begins(line, "--- contentionz ") || slice_begins(line, "--- contention:") ||
           slice_begins(line, "--- mutex:") || counted(line).length;
}

static bool take_heading(struct legacy_text *t, struct slice line)
{
    return legacy_heap_heading(t, line) || contention_heading(t, line) || count_heading(t, line);
}

int legacy_text_read(struct legacy *l, struct error *err)
{
    struct legacy_text t = {.legacy = l};
    struct slice line;
    int more;
    do {
        more = input_line(l->input, &line.text, &line.length, err);
        if (more < 0)
            return -1;
        line = more ? slice_trim(line) : (struct slice){"", 0};
    } while (more && (!line.length || *line.text == '#'));
    if (!more || !take_heading(&t, line))
        return error_at_line(err, input_line_number(l->input), "is no heading of such a profile");
    l->root = build_root(l->build, build_thread(l->build, "all", 0, l->process));
    while ((more = input_line(l->input, &line.text, &line.length, err)) > 0)
        take_line(&t, line);
    if (!t.stated && t.take == take_contention)
        state_contention(&t);
    return more;
}
