#include "formats/readers/v8.h"
#include "formats/profile/index.h"
#include "formats/profile/memory.h"

#include <inttypes.h>
#include <stdlib.h>

#define NANOSECONDS 3 /* decimals of a microsecond */

enum place { IN_TREE, IS_ROOT, IS_IDLE, ON_TOP };

struct node {
    int64_t id, parent_id;
    uint32_t parent; /* its index; PROFILE_NONE: the one with parent_id */
    uint32_t name, file;
    int64_t line;
    int64_t hits, size; /* samples, bytes */
    enum place place;
    bool has_parent_id;
    uint32_t context;
};

struct link {
    int64_t child;
    uint32_t parent;
};

/* A node whose object is being read. */
struct level {
    uint32_t node;
    bool among_children;
};

struct moment {
    int64_t node, clock;
    uint32_t order;
};

struct v8 {
    struct build *build;
    struct scan *scan;
    ARRAY(struct node) nodes;
    ARRAY(struct link) links; /* children by number */
    ARRAY(struct level) levels;
    ARRAY(int64_t) samples; /* numbers of nodes */
    ARRAY(int64_t) times;   /* since the sample before, in ns */
    struct index index;     /* nodes by number */
    bool is_heap;
    bool absolute; /* times are those of a clock */
    uint64_t unknown, lost;
};

struct v8 *v8_new(struct build *build)
{
    struct v8 *v8 = memory_zeroed(1, sizeof *v8);
    v8->build = build;
    return v8;
}

void v8_free(struct v8 *v8)
{
    if (!v8)
        return;
    array_free(&v8->nodes);
    array_free(&v8->links);
    array_free(&v8->levels);
    array_free(&v8->samples);
    array_free(&v8->times);
    index_free(&v8->index);
    free(v8);
}

/* ---- nodes ---- */

static void read_name(struct v8 *v8, struct node *node)
{
    struct slice text;
    if (!scan_string(v8->scan, &text))
        return;
    node->name = build_text(v8->build, text.text, text.length);
    if (slice_is(text, "(root)"))
        node->place = IS_ROOT;
    else if (slice_is(text, "(idle)"))
        node->place = IS_IDLE;
    else if (slice_is(text, "(program)") || slice_is(text, "(garbage collector)"))
        node->place = ON_TOP;
}

/* A member that a call frame has; in old profiles it is the node's own. */
static void frame_member(struct v8 *v8, struct node *node, struct slice key)
{
    struct slice text;
    if (slice_is(key, "functionName"))
        read_name(v8, node);
    else if (!slice_is(key, "url"))
        (void)(slice_is(key, "lineNumber") ? scan_scaled(v8->scan, 0, &node->line)
                                           : (scan_skip(v8->scan), true));
    else if (scan_string(v8->scan, &text))
        node->file = build_text(v8->build, text.text, text.length);
}

static void node_member(struct v8 *v8, struct level *level, struct slice key)
{
    struct node *node = &v8->nodes.data[level->node];
    struct slice inner;
    if (slice_is(key, "id")) {
        (void)scan_scaled(v8->scan, 0, &node->id);
    } else if (slice_is(key, "parent")) {
        node->has_parent_id = scan_scaled(v8->scan, 0, &node->parent_id);
    } else if (slice_is(key, "hitCount")) {
        (void)scan_scaled(v8->scan, 0, &node->hits);
    } else if (slice_is(key, "selfSize")) {
        v8->is_heap |= scan_scaled(v8->scan, 0, &node->size);
    } else if (slice_is(key, "children")) {
        level->among_children = scan_array(v8->scan);
    } else if (!slice_is(key, "callFrame")) {
        frame_member(v8, node, key);
    } else if (scan_object(v8->scan)) {
        while (scan_key(v8->scan, &inner))
            frame_member(v8, node, inner);
    }
}

static void open_node(struct v8 *v8, uint32_t parent)
{
    if (!scan_object(v8->scan))
        return;
    *array_push(&v8->nodes) = (struct node){.parent = parent, .line = -1};
    *array_push(&v8->levels) = (struct level){.node = v8->nodes.count - 1};
}

/* A child is a node itself, or the number of one. */
static void read_child(struct v8 *v8, struct level *level)
{
    int64_t id;
    if (scan_type(v8->scan) == SCAN_OBJECT)
        open_node(v8, level->node);
    else if (scan_scaled(v8->scan, 0, &id))
        *array_push(&v8->links) = (struct link){id, level->node};
}

/* A node with all that is below it; trees are as deep as they like. */
static void read_node(struct v8 *v8)
{
    struct slice key;
    open_node(v8, PROFILE_NONE);
    while (v8->levels.count) {
        struct level *level = &v8->levels.data[v8->levels.count - 1];
        if (level->among_children && scan_item(v8->scan))
            read_child(v8, level);
        else if (level->among_children)
            level->among_children = false;
        else if (scan_key(v8->scan, &key))
            node_member(v8, level, key);
        else
            v8->levels.count--;
    }
}

/* ---- samples ---- */

/* Numbers of nodes; heap profiles have objects there, which say no more than the nodes do. */
static void read_samples(struct v8 *v8)
{
    int64_t id;
    if (!scan_array(v8->scan))
        return;
    while (scan_item(v8->scan)) {
        if (scan_type(v8->scan) == SCAN_OBJECT) {
            scan_skip(v8->scan);
            continue;
        }
        /* One that is no number keeps its place, as times are by places. */
        *array_push(&v8->samples) = scan_scaled(v8->scan, 0, &id) ? id : INT64_MIN;
    }
}

static void read_times(struct v8 *v8, bool absolute)
{
    v8->absolute |= absolute;
    if (!scan_array(v8->scan))
        return;
    while (scan_item(v8->scan)) {
        int64_t time = 0;
        (void)scan_scaled(v8->scan, NANOSECONDS, &time);
        *array_push(&v8->times) = time;
    }
}

bool v8_member(struct v8 *v8, struct scan *scan, struct slice key)
{
    v8->scan = scan;
    if (slice_is(key, "head")) {
        read_node(v8);
    } else if (slice_is(key, "samples")) {
        read_samples(v8);
    } else if (slice_is(key, "timeDeltas")) {
        read_times(v8, false);
    } else if (slice_is(key, "timestamps")) {
        read_times(v8, true);
    } else if (!slice_is(key, "nodes")) {
        return false;
    } else if (scan_array(scan)) {
        while (scan_item(scan))
            read_node(v8);
    }
    return true;
}

void v8_join(struct v8 *v8, struct v8 *part)
{
    uint32_t base = v8->nodes.count;
    for (uint32_t i = 0; i < part->nodes.count; i++) {
        struct node node = part->nodes.data[i];
        if (node.parent != PROFILE_NONE)
            node.parent += base;
        *array_push(&v8->nodes) = node;
    }
    for (uint32_t i = 0; i < part->links.count; i++)
        *array_push(&v8->links) =
            (struct link){part->links.data[i].child, part->links.data[i].parent + base};
    for (uint32_t i = 0; i < part->samples.count; i++)
        *array_push(&v8->samples) = part->samples.data[i];
    for (uint32_t i = 0; i < part->times.count; i++)
        *array_push(&v8->times) = part->times.data[i];
    v8->absolute |= part->absolute;
    v8->is_heap |= part->is_heap;
    part->nodes.count = part->links.count = part->samples.count = part->times.count = 0;
}

bool v8_is_heap(const struct v8 *v8)
{
    return v8->is_heap;
}

bool v8_has_times(const struct v8 *v8)
{
    return v8->samples.count && v8->times.count;
}

/* ---- what they make ---- */

static uint64_t hash_id(int64_t id)
{
    uint64_t hash = (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static bool same_id(const void *items, uint32_t at, const void *key)
{
    const struct node *nodes = items;
    return nodes[at].id == *(const int64_t *)key;
}

static struct node *find_node(struct v8 *v8, int64_t id)
{
    uint32_t at = index_find(&v8->index, hash_id(id), v8->nodes.data, same_id, &id);
    return at == UINT32_MAX ? NULL : &v8->nodes.data[at];
}

static void index_nodes(struct v8 *v8)
{
    const struct node *nodes = v8->nodes.data;
    for (uint32_t i = 0; nodes && i < v8->nodes.count; i++)
        if (!find_node(v8, nodes[i].id))
            index_add(&v8->index, hash_id(nodes[i].id), i);
}

/* Every parent by its index. */
static void link_nodes(struct v8 *v8)
{
    struct node *nodes = v8->nodes.data;
    for (uint32_t i = 0; i < v8->links.count; i++) {
        struct node *child = find_node(v8, v8->links.data[i].child);
        if (child && child->parent == PROFILE_NONE)
            child->parent = v8->links.data[i].parent;
    }
    for (uint32_t i = 0; nodes && i < v8->nodes.count; i++) {
        if (!nodes[i].has_parent_id || nodes[i].parent != PROFILE_NONE)
            continue;
        const struct node *parent = find_node(v8, nodes[i].parent_id);
        v8->lost += !parent;
        if (parent && parent != &nodes[i])
            nodes[i].parent = (uint32_t)(parent - nodes);
    }
}

static uint32_t function_of(struct v8 *v8, const struct node *node)
{
    uint32_t name = node->name ? node->name : build_text(v8->build, "(anonymous)", 11);
    /* Lines count from 0 there. */
    int64_t line = node->line >= 0 && node->line < UINT32_MAX ? node->line + 1 : 0;
    return build_function_of(v8->build, name, 0, node->file, (uint32_t)line, FUNCTION_UNKNOWN);
}

/*
 * The context of a node, made on first sight together with those of its callers. What is
 * linked to itself has none above it.
 */
static uint32_t context_of(struct v8 *v8, uint32_t root, uint32_t index)
{
    uint32_t depth = 0;
    uint32_t *path = NULL, context = root;
    ARRAY(uint32_t) nodes = {0};
    for (uint32_t at = index; at != PROFILE_NONE && depth <= v8->nodes.count; depth++) {
        struct node *node = &v8->nodes.data[at];
        if (node->context) {
            context = node->context - 1;
            break;
        }
        if (node->place == IS_ROOT || node->place == IS_IDLE)
            break;
        *array_push(&nodes) = at;
        at = node->parent;
    }
    path = nodes.data;
    for (uint32_t i = nodes.count; i--;) {
        struct node *node = &v8->nodes.data[path[i]];
        context = build_context(v8->build, context, function_of(v8, node));
        node->context = context + 1;
    }
    array_free(&nodes);
    return context;
}

/* Samples of (program) and the collector are of the stack that was there before. */
static uint32_t sample_context(struct v8 *v8, uint32_t root, uint32_t before, struct node *node)
{
    if (node->place == IS_ROOT || node->place == IS_IDLE)
        return root;
    if (node->place == ON_TOP)
        return build_context(v8->build, before, function_of(v8, node));
    return context_of(v8, root, (uint32_t)(node - v8->nodes.data));
}

static int by_clock(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    if (x->clock != y->clock)
        return x->clock < y->clock ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* The samples in the order of their times, which the file need not have. */
static struct moment *moments(const struct v8 *v8)
{
    struct moment *list = memory_zeroed(v8->samples.count, sizeof *list);
    int64_t clock = 0;
    bool sorted = true;
    for (uint32_t i = 0; i < v8->samples.count; i++) {
        int64_t time = i < v8->times.count ? v8->times.data[i] : v8->absolute ? clock : 0, sum;
        if (v8->absolute)
            sum = time;
        else if (__builtin_add_overflow(clock, time, &sum))
            sum = clock;
        sorted &= i == 0 || sum >= clock;
        clock = sum;
        list[i] = (struct moment){v8->samples.data[i], clock, i};
    }
    if (!sorted)
        qsort(list, v8->samples.count, sizeof *list, by_clock);
    return list;
}

static void state_samples(struct v8 *v8, uint32_t root)
{
    struct moment *list = moments(v8);
    uint32_t stack = root; /* the last one that was none of those on top */
    for (uint32_t i = 0; i < v8->samples.count; i++) {
        struct node *node = find_node(v8, list[i].node);
        uint32_t context = node ? sample_context(v8, root, stack, node) : root;
        int64_t value = v8->times.count ? 0 : 1;
        v8->unknown += !node;
        if (!node || node->place != ON_TOP)
            stack = context;
        if (i + 1 < v8->samples.count && v8->times.count &&
            __builtin_sub_overflow(list[i + 1].clock, list[i].clock, &value))
            value = INT64_MAX;
        if (context != root)
            build_context_self(v8->build, context, 0, value);
    }
    free(list);
}

static void state_counts(struct v8 *v8, uint32_t root)
{
    for (uint32_t i = 0; i < v8->nodes.count; i++) {
        const struct node *node = &v8->nodes.data[i];
        int64_t value = v8->is_heap ? node->size : node->hits;
        uint32_t context = value ? context_of(v8, root, i) : root;
        if (context != root)
            build_context_self(v8->build, context, 0, value);
    }
}

void v8_state(struct v8 *v8, uint32_t thread)
{
    uint32_t root = build_root(v8->build, thread);
    index_nodes(v8);
    link_nodes(v8);
    bool same_ids = v8->nodes.count > 1 && v8->index.used == 1;
    if (v8->samples.count && !v8->is_heap && !same_ids)
        state_samples(v8, root);
    else
        state_counts(v8, root);
    if (v8->unknown)
        build_note(v8->build, "%" PRIu64 " samples name a node that is not there", v8->unknown);
    if (v8->times.count < v8->samples.count && v8->times.count)
        build_note(v8->build, "%" PRIu32 " of %" PRIu32 " samples have no time",
                   v8->samples.count - v8->times.count, v8->samples.count);
    build_note_count(v8->build, v8->lost, "nodes name a caller that is not there");
}
