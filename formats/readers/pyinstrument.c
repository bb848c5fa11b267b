/*
 * pyinstrument's JSON, in its three forms:
 *
 *   -r json      {"duration": 1.2, "root_frame": {"function", "file_path", "line_no", "time",
 * "children"}} in its HTML  {"session": {...}, "frame_tree": {"identifier": "work\0app.py\012",
 * "time", "children"}} .pyisession  {"frame_records": [[["main\0app.py\01\001l3",
 * "work\0app.py\012"], 0.001], ...]}
 *
 * `time` has that of the callees in it and is rounded to microseconds: what a function spent itself
 * is the difference, or nothing where rounding makes that negative. "[self]" is the frame around
 * it;
 * "[await]" and "[out-of-context]" stay functions of their own. A frame of the file "<thread>" is
 * a thread. The attributes of a frame (lines, classes) are not kept.
 *
 * Members may come in any order, so a tree is kept and stated at the end; nesting takes no stack.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/names.h"
#include "formats/readers/scan.h"

#include <inttypes.h>
#include <stdlib.h>

#define NANOSECONDS 9

struct tree_node {
    uint32_t parent, name, file, line;
    int64_t time; /* first with the callees, then without them */
    uint32_t context;
    bool self, thread, builtin; /* self: "[self]"; thread: nothing but a thread, or "[root]" */
};

struct pyinstrument {
    struct build *build;
    struct scan *scan;
    ARRAY(struct tree_node) nodes;
    struct names functions; /* by identifier */
    struct names threads;   /* their roots */
    uint32_t process, root; /* root: of what is in no thread; PROFILE_NONE before it is needed */
    int64_t start, duration;
    uint64_t records;
    bool any;
};

/* ---- identifiers ---- */

struct identifier {
    struct slice name, file, line;
    bool builtin;
};

static struct slice take_part(struct slice *rest)
{
    const char *end = memchr(rest->text, '\0', rest->length);
    size_t length = end ? (size_t)(end - rest->text) : rest->length, used = length + (end != NULL);
    struct slice part = {rest->text, length};
    *rest = (struct slice){rest->text + used, rest->length - used};
    return part;
}

/* "work\0app.py\012\001l14" */
static struct identifier split_identifier(struct slice text)
{
    const char *attributes = memchr(text.text, '\1', text.length);
    if (attributes)
        text.length = (size_t)(attributes - text.text);
    struct identifier parts = {.name = take_part(&text)};
    parts.file = take_part(&text);
    parts.line = take_part(&text);
    parts.builtin = slice_is(parts.file, "<built-in>");
    if (parts.builtin)
        parts.file.length = 0;
    return parts;
}

static uint32_t line_of(struct slice text)
{
    uint64_t line;
    return decimal_count(text.text, text.length, &line) && line <= UINT32_MAX ? (uint32_t)line : 0;
}

static uint32_t new_root(struct pyinstrument *p, const char *name, uint64_t id)
{
    return build_root(p->build, build_thread(p->build, name, id, p->process));
}

static uint32_t thread_root(struct pyinstrument *p, const struct identifier *thread)
{
    bool added;
    uint64_t id = 0;
    struct slice key = {thread->name.text,
                        (size_t)(thread->line.text + thread->line.length - thread->name.text)};
    uint32_t *root = names_value(&p->threads, key, &added);
    if (added) {
        char *name = memory_printf("%.*s", (int)(thread->name.length & 0xfff), thread->name.text);
        (void)decimal_count(thread->line.text, thread->line.length, &id);
        *root = new_root(p, name, id);
        free(name);
    }
    return *root;
}

static uint32_t nameless_root(struct pyinstrument *p)
{
    if (p->root == PROFILE_NONE)
        p->root = new_root(p, "", 0);
    return p->root;
}

static bool is_thread(const struct identifier *frame)
{
    return slice_is(frame->file, "<thread>");
}

/* ---- the tree ---- */

static uint32_t read_text(struct pyinstrument *p)
{
    struct slice text;
    return scan_string(p->scan, &text) ? build_text(p->build, text.text, text.length) : 0;
}

static void read_path(struct pyinstrument *p, struct tree_node *node)
{
    struct slice text;
    if (!scan_string(p->scan, &text))
        return;
    node->builtin = slice_is(text, "<built-in>");
    node->file = node->builtin ? 0 : build_text(p->build, text.text, text.length);
}

static void read_identifier(struct pyinstrument *p, struct tree_node *node)
{
    struct slice text;
    if (!scan_string(p->scan, &text))
        return;
    struct identifier parts = split_identifier(text);
    bool top = node->parent == PROFILE_NONE || p->nodes.data[node->parent].thread;
    node->self = slice_is(parts.name, "[self]");
    node->thread = top && (is_thread(&parts) || slice_is(parts.name, "[root]"));
    if (top && is_thread(&parts))
        node->context = thread_root(p, &parts);
    node->name = build_text(p->build, parts.name.text, parts.name.length);
    node->file = build_text(p->build, parts.file.text, parts.file.length);
    node->line = line_of(parts.line);
    node->builtin = parts.builtin;
}

static void read_member(struct pyinstrument *p, struct slice key, struct tree_node *node)
{
    int64_t line;
    if (slice_is(key, "identifier"))
        read_identifier(p, node);
    else if (slice_is(key, "function"))
        node->name = read_text(p);
    else if (slice_is(key, "file_path"))
        read_path(p, node);
    else if (slice_is(key, "time"))
        (void)scan_scaled(p->scan, NANOSECONDS, &node->time);
    else if (!slice_is(key, "line_no"))
        scan_skip(p->scan);
    else if (scan_scaled(p->scan, 0, &line) && line > 0 && line <= UINT32_MAX)
        node->line = (uint32_t)line;
}

static bool open_node(struct pyinstrument *p, uint32_t parent)
{
    if (!scan_object(p->scan))
        return false;
    *array_push(&p->nodes) = (struct tree_node){.parent = parent, .context = PROFILE_NONE};
    return true;
}

/* Nodes in the order of the file: a parent comes before its children. */
static void read_tree(struct pyinstrument *p)
{
    struct slice key;
    bool items = false;
    p->any = true;
    uint32_t at = open_node(p, PROFILE_NONE) ? p->nodes.count - 1 : PROFILE_NONE;
    while (at != PROFILE_NONE) {
        if (items && !scan_item(p->scan)) {
            items = false;
        } else if (items) {
            items = !open_node(p, at);
            at = items ? at : p->nodes.count - 1;
        } else if (!scan_key(p->scan, &key)) {
            at = p->nodes.data[at].parent;
            items = true;
        } else if (slice_is(key, "children")) {
            items = scan_array(p->scan);
        } else {
            read_member(p, key, &p->nodes.data[at]);
        }
    }
}

/* A node has its whole time until its children, which come later, are taken off. */
static void make_own(struct pyinstrument *p)
{
    for (uint32_t i = 0; i < p->nodes.count; i++) {
        struct tree_node *node = &p->nodes.data[i];
        if (node->parent != PROFILE_NONE &&
            __builtin_sub_overflow(p->nodes.data[node->parent].time, node->time,
                                   &p->nodes.data[node->parent].time))
            p->nodes.data[node->parent].time = 0;
    }
}

static uint32_t context_of(struct pyinstrument *p, const struct tree_node *node)
{
    bool top = node->parent == PROFILE_NONE;
    if (node->context != PROFILE_NONE)
        return node->context;
    uint32_t outer = top ? PROFILE_NONE : p->nodes.data[node->parent].context;
    if (outer == PROFILE_NONE)
        outer = nameless_root(p);
    if (node->thread || (node->self && !top))
        return outer;
    uint32_t function = build_function_of(p->build, node->name, 0, node->file, node->line,
                                          node->builtin ? FUNCTION_BUILTIN : FUNCTION_PYTHON);
    return build_context(p->build, outer, function);
}

static void add_time(struct pyinstrument *p, uint32_t context, bool thread, int64_t time)
{
    if (thread && time)
        context = build_context(
            p->build, context, build_function(p->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
    if (!thread || time)
        build_context_self(p->build, context, 0, time);
}

static void state_tree(struct pyinstrument *p)
{
    make_own(p);
    for (uint32_t i = 0; i < p->nodes.count; i++) {
        struct tree_node *node = &p->nodes.data[i];
        bool of_thread = node->thread || (node->self && node->parent != PROFILE_NONE &&
                                          p->nodes.data[node->parent].thread);
        if (!node->thread || node->time > 0) /* "[root]" is no thread of its own */
            node->context = context_of(p, node);
        if (node->context != PROFILE_NONE)
            add_time(p, node->context, of_thread, node->time > 0 ? node->time : 0);
    }
}

/* ---- records ---- */

static uint32_t function_of(struct pyinstrument *p, struct slice text, struct identifier parts)
{
    bool added;
    const char *attributes = memchr(text.text, '\1', text.length);
    if (attributes)
        text.length = (size_t)(attributes - text.text);
    uint32_t *function = names_value(&p->functions, text, &added);
    if (added)
        *function =
            build_function_n(p->build, parts.name.text, parts.name.length, "", 0, parts.file.text,
                             parts.file.length, line_of(parts.line), FUNCTION_PYTHON);
    return *function;
}

static uint32_t read_stack(struct pyinstrument *p, bool *empty)
{
    uint32_t context = PROFILE_NONE;
    struct slice text;
    *empty = true;
    if (!scan_array(p->scan))
        return nameless_root(p);
    while (scan_item(p->scan)) {
        if (!scan_string(p->scan, &text))
            continue;
        struct identifier parts = split_identifier(text);
        if (context == PROFILE_NONE && is_thread(&parts)) {
            context = thread_root(p, &parts);
            continue;
        }
        if (context == PROFILE_NONE)
            context = nameless_root(p);
        if (slice_is(parts.name, "[self]"))
            continue;
        context = build_context(p->build, context, function_of(p, text, parts));
        *empty = false;
    }
    return context == PROFILE_NONE ? nameless_root(p) : context;
}

static void read_record(struct pyinstrument *p)
{
    bool empty = true;
    int64_t time = 0;
    if (!scan_array(p->scan))
        return;
    uint32_t context = scan_item(p->scan) ? read_stack(p, &empty) : nameless_root(p);
    while (scan_item(p->scan))
        (void)scan_scaled(p->scan, NANOSECONDS, &time);
    if (scan_failed(p->scan))
        return;
    add_time(p, context, empty, time);
    p->records++;
}

static void read_records(struct pyinstrument *p)
{
    p->any = true;
    if (!scan_array(p->scan))
        return;
    while (scan_item(p->scan))
        read_record(p);
}

/* ---- the file ---- */

static void read_metadata(struct pyinstrument *p, const char *key)
{
    char *text = scan_text(p->scan);
    if (text)
        build_metadata(p->build, key, text);
    free(text);
}

/* A member of the session, whether it is the document itself or a part of it. */
static void read_session_member(struct pyinstrument *p, struct slice key)
{
    if (slice_is(key, "target_description"))
        read_metadata(p, "program");
    else if (slice_is(key, "start_time"))
        (void)scan_scaled(p->scan, NANOSECONDS, &p->start);
    else if (slice_is(key, "duration"))
        (void)scan_scaled(p->scan, NANOSECONDS, &p->duration);
    else if (slice_is(key, "frame_records"))
        read_records(p);
    else
        scan_skip(p->scan);
}

static void read_document(struct pyinstrument *p)
{
    struct slice key;
    if (!scan_object(p->scan))
        return;
    while (scan_key(p->scan, &key)) {
        if (slice_is(key, "root_frame") || slice_is(key, "frame_tree")) {
            read_tree(p);
        } else if (!slice_is(key, "session")) {
            read_session_member(p, key);
        } else if (scan_object(p->scan)) {
            while (scan_key(p->scan, &key))
                read_session_member(p, key);
        }
    }
}

static int read_all(struct pyinstrument *p, struct error *err)
{
    build_metric(p->build, "wall", "s", METRIC_TIME, 1e-9);
    p->process = build_process(p->build, "", 0);
    read_document(p);
    int status = scan_end(p->scan, err);
    if (status && (err->code != ERROR_TRUNCATED || !p->any))
        return -1;
    if (!p->any)
        return error_set(err, ERROR_FORMAT, "holds neither a tree of frames nor records of stacks");
    if (status)
        build_cut(p->build, err);
    state_tree(p);
    if (p->duration > 0)
        build_times(p->build, p->start > 0 ? p->start : 0, p->duration);
    scan_note(p->scan, p->build);
    if (!p->nodes.count && !p->records)
        build_note(p->build, "holds no sample");
    return 0;
}

static int read_pyinstrument(struct input *input, struct build *build, struct error *err)
{
    struct pyinstrument p = {.build = build, .root = PROFILE_NONE, .scan = scan_new(input)};
    int status = read_all(&p, err);
    scan_free(p.scan);
    array_free(&p.nodes);
    names_free(&p.functions);
    names_free(&p.threads);
    return status;
}

static int probe_pyinstrument(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    if (!slice_begins_json(text, '{'))
        return 0;
    if (slice_holds(text, "\"frame_records\"") || slice_holds(text, "\"start_call_stack\""))
        return 80;
    if (slice_holds(text, "\"root_frame\"") && slice_holds(text, "\"is_application_code\""))
        return 80;
    return slice_holds(text, "\"frame_tree\"") && slice_holds(text, "\"identifier\"") ? 70 : 0;
}

const struct reader pyinstrument_reader = {
    .name = "pyinstrument",
    .description = "pyinstrument JSON and .pyisession",
    .suffixes = "pyisession",
    .probe = probe_pyinstrument,
    .read = read_pyinstrument,
};
