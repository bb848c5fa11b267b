/*
 * Callgrind's format with compressed names; KCachegrind and callgrind_annotate read it. The
 * format is in formats/readers/callgrind.c.
 *
 * Every metric becomes an event, a time in nanoseconds as "time_(ns)". A function's own costs
 * are one line, at the line where it begins. The cost of a call is what the callee took with
 * its callees, where it is recursive as counted once. Where calls were not counted each pair is
 * written as one call: callgrind_annotate takes the costs of calls=0 for the caller's own. A
 * "desc:" line says so, and ncprof's reader believes it. Functions that only their lines tell
 * apart get them as part of their names.
 */
#include "formats/documents/number.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/profile/text.h"
#include "formats/writers/rows.h"
#include "formats/writers/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Distinct texts of functions, numbered from 1 as they are written. */
struct space {
    uint32_t *number; /* by function: of its text */
    bool *written;    /* by number */
    uint32_t current; /* the text in force; 0: none */
    bool unknown;     /* nothing is written: all texts are "" */
};

struct callgrind_out {
    const struct profile *profile;
    FILE *file;
    struct space objects, files;
    bool *function_written;
    bool *ambiguous; /* by function: only its line tells it from another */
};

/* ---- names ---- */

static void put_text(const char *text, FILE *file)
{
    char buffer[4096];
    size_t length = strlen(text), size = length * 6 + 1;
    char *escaped = size <= sizeof buffer ? buffer : memory_alloc(size);
    text_escape(text, length, escaped, size);
    fputs(*escaped ? escaped : "???", file);
    if (escaped != buffer)
        free(escaped);
}

static void put_name(const char *prefix, uint32_t number, const char *text, FILE *file)
{
    fprintf(file, "%s=(%" PRIu32 ")", prefix, number);
    if (text) {
        fputc(' ', file);
        put_text(text, file);
    }
    fputc('\n', file);
}

static const char *object_text(const struct function *function)
{
    return function->module;
}

static const char *file_text(const struct function *function)
{
    return function->file;
}

struct place {
    const char *text;
    uint32_t function;
};

static int compare_places(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->text, ((const struct place *)b)->text);
}

/* Equal texts get equal numbers. */
static void number_texts(struct space *space, const struct profile *profile,
                         const char *(*text)(const struct function *))
{
    uint32_t count = profile->function_count, number = 0;
    struct place *places = memory_alloc(count * sizeof *places);
    for (uint32_t f = 0; f < count; f++)
        places[f] = (struct place){text(&profile->functions[f]), f};
    qsort(places, count, sizeof *places, compare_places);
    space->number = memory_alloc(count * sizeof *space->number);
    for (uint32_t i = 0; i < count; i++) {
        number += !i || strcmp(places[i - 1].text, places[i].text) != 0;
        space->number[places[i].function] = number;
    }
    space->written = memory_zeroed((size_t)number + 1, sizeof *space->written);
    free(places);
}

static void put_place(struct callgrind_out *o, struct space *space, const char *prefix,
                      uint32_t function, const char *text)
{
    uint32_t number = space->number[function];
    if (number == space->current || space->unknown)
        return;
    put_name(prefix, number, space->written[number] ? NULL : text, o->file);
    space->written[number] = true;
}

static int compare_functions(const void *a, const void *b, void *profile)
{
    const struct function *functions = ((const struct profile *)profile)->functions;
    return function_compare(&functions[*(const uint32_t *)a], &functions[*(const uint32_t *)b]);
}

static bool same_but_line(const struct function *a, const struct function *b)
{
    return !strcmp(a->name, b->name) && !strcmp(a->module, b->module) && !strcmp(a->file, b->file);
}

/* Readers of the format tell functions apart by name, file and object. */
static bool *find_ambiguous(const struct profile *profile)
{
    uint32_t *order = rows_sorted(profile, compare_functions);
    bool *ambiguous = memory_zeroed(profile->function_count, sizeof *ambiguous);
    for (uint32_t i = 1; i < profile->function_count; i++)
        if (same_but_line(&profile->functions[order[i - 1]], &profile->functions[order[i]]))
            ambiguous[order[i - 1]] = ambiguous[order[i]] = true;
    free(order);
    return ambiguous;
}

static void put_function_name(struct callgrind_out *o, const char *prefix, uint32_t f)
{
    const struct function *function = &o->profile->functions[f];
    if (o->function_written[f] || !o->ambiguous[f]) {
        put_name(prefix, f + 1, o->function_written[f] ? NULL : function->name, o->file);
    } else {
        char *name = memory_printf("%s:%" PRIu32, function->name, function->line);
        put_name(prefix, f + 1, name, o->file);
        free(name);
    }
    o->function_written[f] = true;
}

/* ---- the header ---- */

/* One word; what stands in parentheses at its end is its unit. */
static void put_event(const struct metric *metric, FILE *file)
{
    const char *name = metric->name[0] ? metric->name : "value";
    fputc(' ', file);
    for (; *name; name++)
        fputc(*name > ' ' && *name < 0x7f ? *name : '_', file);
    if (metric->kind == METRIC_TIME)
        fputs("_(ns)", file);
    else if (metric->kind == METRIC_BYTES)
        fputs("_(bytes)", file);
}

static void put_header(struct callgrind_out *o)
{
    const struct profile *profile = o->profile;
    const char *command = profile_metadata(profile, "command");
    fputs("# callgrind format\nversion: 1\ncreator: ncprof\n", o->file);
    if (command) {
        fputs("cmd: ", o->file);
        put_text(command, o->file);
        fputc('\n', o->file);
    }
    if (!(profile->flags & PROFILE_HAS_CALLS))
        fputs("desc: Calls: not counted\n", o->file);
    fputs("positions: line\nevents:", o->file);
    for (uint32_t m = 0; m < profile->metric_count; m++)
        put_event(&profile->metrics[m], o->file);
    fputc('\n', o->file);
}

/* ---- costs ---- */

/* One value a metric; zeroes at the end are left out. */
static void put_costs(struct callgrind_out *o, uint32_t line, const int64_t *column, size_t stride)
{
    uint32_t count = o->profile->metric_count;
    while (count > 1 && !column[(count - 1) * stride])
        count--;
    fprintf(o->file, "%" PRIu32, line);
    for (uint32_t m = 0; m < count; m++)
        fprintf(o->file, " %" PRId64, number_whole(column[m * stride], &o->profile->metrics[m]));
    fputc('\n', o->file);
}

static void put_call(struct callgrind_out *o, uint32_t e)
{
    const struct profile *profile = o->profile;
    const struct edge *edge = &profile->edges[e];
    const struct function *callee = &profile->functions[edge->callee];
    bool counted = profile->flags & PROFILE_HAS_CALLS;
    put_place(o, &o->objects, "cob", edge->callee, callee->module);
    put_place(o, &o->files, "cfi", edge->callee, callee->file);
    put_function_name(o, "cfn", edge->callee);
    fprintf(o->file, "calls=%" PRIu64 " %" PRIu32 "\n", counted ? edge->calls : 1, callee->line);
    put_costs(o, profile->functions[edge->caller].line, profile->edge_total + e,
              profile->edge_count);
}

static void put_function(struct callgrind_out *o, uint32_t f)
{
    const struct profile *profile = o->profile;
    const struct function *function = &profile->functions[f];
    uint32_t first = 0, end = 0;
    fputc('\n', o->file);
    put_place(o, &o->objects, "ob", f, function->module);
    o->objects.current = o->objects.number[f];
    put_place(o, &o->files, "fl", f, function->file);
    o->files.current = o->files.number[f];
    put_function_name(o, "fn", f);
    put_costs(o, function->line, profile->function_self + f, profile->function_count);
    if (profile->flags & PROFILE_HAS_EDGES)
        profile_callees(profile, f, &first, &end);
    for (; first < end; first++)
        put_call(o, first);
}

static void put_totals(struct callgrind_out *o)
{
    const struct profile *profile = o->profile;
    fputs("\ntotals:", o->file);
    for (uint32_t m = 0; m < profile->metric_count; m++)
        fprintf(o->file, " %" PRId64,
                number_whole(profile_total(profile, m, PROFILE_NONE), &profile->metrics[m]));
    fputc('\n', o->file);
}

static bool has_objects(const struct profile *profile)
{
    for (uint32_t f = 0; f < profile->function_count; f++)
        if (profile->functions[f].module[0])
            return true;
    return false;
}

static int write_callgrind(const struct profile *profile, FILE *out, struct error *err)
{
    struct callgrind_out o = {.profile = profile, .file = out};
    number_texts(&o.objects, profile, object_text);
    number_texts(&o.files, profile, file_text);
    o.objects.unknown = !has_objects(profile);
    o.function_written = memory_zeroed(profile->function_count, sizeof *o.function_written);
    o.ambiguous = find_ambiguous(profile);
    put_header(&o);
    for (uint32_t f = 0; f < profile->function_count && !ferror(out); f++)
        put_function(&o, f);
    put_totals(&o);
    free(o.objects.number);
    free(o.objects.written);
    free(o.files.number);
    free(o.files.written);
    free(o.function_written);
    free(o.ambiguous);
    return ferror(out) ? error_errno(err, "cannot write") : 0;
}

/* The format has calls, and what they took, only between two functions. */
static bool is_called_from_outside(const struct profile *profile)
{
    for (uint32_t f = 0; f < profile->function_count; f++) {
        uint32_t first = 0, end = 0;
        uint64_t calls = 0;
        if (profile->flags & PROFILE_HAS_EDGES)
            profile_callers(profile, f, &first, &end);
        for (; first < end; first++)
            calls += profile->edges[profile->edges_by_callee[first]].calls;
        if (calls != profile->function_calls[f])
            return true;
    }
    return false;
}

static const char *loses(const struct profile *profile)
{
    if (tree_has_fractions(profile))
        return "counts are rounded to whole ones; call tree and threads are not kept";
    if (profile->flags & PROFILE_HAS_TREE)
        return "call tree, threads and the cumtime of functions that call each other are not kept";
    if (is_called_from_outside(profile))
        return "primitive calls and calls that come from no function are not kept";
    return profile->flags & PROFILE_HAS_PRIMITIVE ? "primitive calls are not kept" : NULL;
}

const struct writer callgrind_writer = {
    .name = "callgrind",
    .description = "callgrind, for KCachegrind and callgrind_annotate",
    .suffixes = "callgrind callgrind.out",
    .loses = loses,
    .write = write_callgrind,
};
