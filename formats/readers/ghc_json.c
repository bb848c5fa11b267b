/*
 * The JSON that GHC's profiler writes (+RTS -pj):
 *
 *     {"program": "trees", "tick_interval": 1000, "total_ticks": 798,
 *      "cost_centres": [{"id": 19, "label": "main", "module": "Main",
 *                        "src_loc": "src/Main.hs:(21,1)-(38,42)", "is_caf": false}, ...],
 *      "profile": {"id": 144, "entries": 0, "alloc": 648, "ticks": 0, "children": [...]}}
 *
 * The source: GHC User's Guide, "JSON profile format"; values as in ghcprof.c with -P. Cost centre
 * stacks of which nothing is known but that they are there (no entry, tick, byte or callee) are
 * left out, as GHC's text and speedscope do.
 *
 * Members may come in any order, so the tree is kept and stated at the end; nesting takes no stack.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/ghc_centres.h"
#include "formats/readers/numbered.h"
#include "formats/readers/scan.h"

#include <inttypes.h>
#include <stdlib.h>

struct centre_stack {
    uint32_t parent; /* PROFILE_NONE: the outermost */
    uint32_t context;
    int64_t id, entries, ticks, bytes;
    bool calls; /* has a callee that counts */
};

struct ghc_json {
    struct build *build;
    struct scan *scan;
    struct numbered centres; /* functions by id */
    ARRAY(struct centre_stack) stacks;
    int64_t interval; /* microseconds */
    uint32_t process;
    uint64_t unknown;
};

/* ---- cost centres ---- */

static void read_text(struct ghc_json *g, char **text)
{
    free(*text);
    *text = scan_text(g->scan);
}

static struct slice slice_of(const char *text)
{
    return (struct slice){text ? text : "", text ? strlen(text) : 0};
}

static void read_centre(struct ghc_json *g)
{
    struct slice key;
    char *label = NULL, *module = NULL, *place = NULL;
    int64_t id = -1;
    if (!scan_object(g->scan))
        return;
    while (scan_key(g->scan, &key)) {
        if (slice_is(key, "id"))
            (void)scan_scaled(g->scan, 0, &id);
        else if (slice_is(key, "label"))
            read_text(g, &label);
        else if (slice_is(key, "module"))
            read_text(g, &module);
        else if (slice_is(key, "src_loc"))
            read_text(g, &place);
        else
            scan_skip(g->scan);
    }
    if (id >= 0)
        numbered_put(&g->centres, (uint64_t)id,
                     ghc_centre(g->build, slice_of(label), slice_of(module), slice_of(place)));
    free(label);
    free(module);
    free(place);
}

/* ---- the tree ---- */

static bool open_stack(struct ghc_json *g, uint32_t parent)
{
    if (!scan_object(g->scan))
        return false;
    *array_push(&g->stacks) = (struct centre_stack){.parent = parent, .id = -1};
    return true;
}

static void read_member(struct ghc_json *g, struct slice key, struct centre_stack *stack)
{
    if (slice_is(key, "id"))
        (void)scan_scaled(g->scan, 0, &stack->id);
    else if (slice_is(key, "entries"))
        (void)scan_scaled(g->scan, 0, &stack->entries);
    else if (slice_is(key, "ticks"))
        (void)scan_scaled(g->scan, 0, &stack->ticks);
    else if (slice_is(key, "alloc"))
        (void)scan_scaled(g->scan, 0, &stack->bytes);
    else
        scan_skip(g->scan);
}

/* In the order of the file: a parent comes before its children. */
static void read_tree(struct ghc_json *g)
{
    struct slice key;
    bool items = false;
    uint32_t at = open_stack(g, PROFILE_NONE) ? g->stacks.count - 1 : PROFILE_NONE;
    while (at != PROFILE_NONE) {
        if (items && !scan_item(g->scan)) {
            items = false;
        } else if (items) {
            items = !open_stack(g, at);
            at = items ? at : g->stacks.count - 1;
        } else if (!scan_key(g->scan, &key)) {
            at = g->stacks.data[at].parent;
            items = true;
        } else if (slice_is(key, "children")) {
            items = scan_array(g->scan);
        } else {
            read_member(g, key, &g->stacks.data[at]);
        }
    }
}

static bool counts(const struct centre_stack *stack)
{
    return stack->calls || stack->entries || stack->ticks || stack->bytes;
}

static uint32_t function_of(struct ghc_json *g, int64_t id)
{
    uint32_t function = id >= 0 ? numbered_get(&g->centres, (uint64_t)id) : (uint32_t)NUMBERED_NONE;
    if (function != NUMBERED_NONE)
        return function;
    g->unknown++;
    return build_function(g->build, "[unknown]", "", "", 0, FUNCTION_UNKNOWN);
}

static void state_tree(struct ghc_json *g)
{
    int64_t tick = g->interval > 0 && g->interval < INT32_MAX ? g->interval * 1000 : 0;
    struct ghc_metrics metrics = ghc_state_metrics(g->build, tick);
    uint32_t root = build_root(g->build, build_thread(g->build, "all", 0, g->process));
    for (uint32_t i = g->stacks.count; i-- > 1;)
        if (g->stacks.data[i].parent != PROFILE_NONE && counts(&g->stacks.data[i]))
            g->stacks.data[g->stacks.data[i].parent].calls = true;
    for (uint32_t i = 0; i < g->stacks.count; i++) {
        struct centre_stack *stack = &g->stacks.data[i];
        if (!counts(stack))
            continue;
        uint32_t parent =
            stack->parent == PROFILE_NONE ? root : g->stacks.data[stack->parent].context;
        stack->context = build_context(g->build, parent, function_of(g, stack->id));
        build_context_calls(g->build, stack->context,
                            stack->entries > 0 ? (uint64_t)stack->entries : 0);
        ghc_state_values(&metrics, g->build, stack->context, stack->ticks, stack->bytes);
    }
}

/* ---- reading ---- */

static void read_program(struct ghc_json *g)
{
    char *name = scan_text(g->scan);
    if (name)
        build_process_name(g->build, g->process, name);
    free(name);
}

static void read_document(struct ghc_json *g)
{
    struct slice key;
    if (!scan_object(g->scan))
        return;
    while (scan_key(g->scan, &key)) {
        if (slice_is(key, "program"))
            read_program(g);
        else if (slice_is(key, "tick_interval"))
            (void)scan_scaled(g->scan, 0, &g->interval);
        else if (slice_is(key, "profile"))
            read_tree(g);
        else if (!slice_is(key, "cost_centres"))
            scan_skip(g->scan);
        else if (scan_array(g->scan))
            while (scan_item(g->scan))
                read_centre(g);
    }
}

static int conclude(struct ghc_json *g, struct error *err)
{
    bool cut = scan_end(g->scan, err);
    if (cut && (err->code != ERROR_TRUNCATED || !g->stacks.count))
        return -1;
    if (cut)
        build_cut(g->build, err);
    state_tree(g);
    build_flags(g->build, PROFILE_HAS_CALLS);
    scan_note(g->scan, g->build);
    build_note_count(g->build, g->unknown, "stacks are of a cost centre that is not listed");
    if (!g->stacks.count)
        build_note(g->build, "holds no tree of cost centres");
    return 0;
}

static int read_ghc_json(struct input *input, struct build *build, struct error *err)
{
    struct ghc_json g = {.build = build, .scan = scan_new(input)};
    g.process = build_process(build, "", 0);
    read_document(&g);
    int status = conclude(&g, err);
    scan_free(g.scan);
    numbered_free(&g.centres);
    array_free(&g.stacks);
    return status;
}

static int probe_ghc_json(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    if (!slice_begins_json(text, '{'))
        return 0;
    bool named = slice_holds(text, "\"rts_arguments\"") || slice_holds(text, "\"tick_interval\"");
    return named && slice_holds(text, "\"program\"") ? 80 : 0;
}

const struct reader ghc_json_reader = {
    .name = "ghcjson",
    .description = "the JSON of GHC's profiler (+RTS -pj)",
    .suffixes = "prof json",
    .probe = probe_ghc_json,
    .read = read_ghc_json,
};
