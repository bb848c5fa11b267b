/*
 * Folded stacks: one line a context that has a value of its own in the first metric.
 *
 * Counts are whole where the profile's values are: samples as they are, times in
 * nanoseconds; samples with decimals keep them. In names ';' becomes ':' as the
 * stackcollapse programs do, line ends and other control characters are escaped, and a '#'
 * that would make the line a comment gets a backslash before it. A number at a name's end gets '_'
 * for the blank before it, or it would be taken for the first of two counts. Threads are not told
 * apart.
 */
#include "formats/documents/number.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/profile/text.h"
#include "formats/writers/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct path {
    char *text;
    size_t length, capacity;
    ARRAY(size_t) starts; /* the length before each frame */
};

/* The blank before a number at the end; NULL: there is none. */
static char *blank_before_number(char *name)
{
    char *blank = strrchr(name, ' ');
    return blank && blank[1] && !blank[1 + strspn(blank + 1, "0123456789.+-eE")] ? blank : NULL;
}

static void push_frame(struct path *path, const char *name)
{
    if (!name[0])
        name = "(unnamed)"; /* a line needs something before its count */
    size_t length = strlen(name), most = length * 6 + 3;
    *array_push(&path->starts) = path->length;
    if (path->capacity - path->length < most) {
        path->capacity = path->capacity * 2 + most;
        path->text = memory_resize(path->text, path->capacity, 1);
    }
    if (path->length)
        path->text[path->length++] = ';';
    else if (name[0] == '#')
        path->text[path->length++] = '\\';
    char *frame = path->text + path->length;
    path->length += text_escape(name, length, frame, path->capacity - path->length);
    for (char *c = frame; (c = memchr(c, ';', (size_t)(path->text + path->length - c)));)
        *c = ':';
    char *blank = blank_before_number(frame);
    if (blank)
        *blank = '_';
}

static void pop_frame(struct path *path)
{
    path->length = path->starts.data[--path->starts.count];
}

static void write_line(const struct profile *profile, uint32_t c, const struct path *path,
                       FILE *out)
{
    const struct metric *metric = &profile->metrics[0];
    int64_t self = profile_context_self(profile, c, 0);
    if (!self || !path->starts.count)
        return;
    fwrite(path->text, 1, path->length, out);
    if (metric->kind == METRIC_TIME || metric->scale == 1) {
        fprintf(out, " %" PRId64 "\n", self);
        return;
    }
    char number[NUMBER_SIZE];
    number_shortest(number_in_unit(self, metric), number, sizeof number);
    fprintf(out, " %s\n", number);
}

/* Depth first, in the order of the tree, without recursion. */
static void write_tree(const struct profile *profile, uint32_t root, struct path *path, FILE *out)
{
    const struct context *contexts = profile->contexts;
    uint32_t left, c = profile_next_context(contexts, root, root, &left);
    while (c != PROFILE_NONE && !ferror(out)) {
        push_frame(path, profile->functions[contexts[c].function].name);
        write_line(profile, c, path, out);
        c = profile_next_context(contexts, root, c, &left);
        while (left--)
            pop_frame(path);
    }
}

static int write_folded(const struct profile *profile, FILE *out, struct error *err)
{
    struct path path = {0};
    for (uint32_t t = 0; t < profile->thread_count; t++)
        if (profile->threads[t].root != PROFILE_NONE)
            write_tree(profile, profile->threads[t].root, &path, out);
    free(path.text);
    array_free(&path.starts);
    return ferror(out) ? error_errno(err, "cannot write") : 0;
}

static bool changes_names(const struct profile *profile)
{
    struct path path = {0};
    bool changed = false;
    for (uint32_t f = 0; f < profile->function_count && !changed; f++) {
        const char *name = profile->functions[f].name;
        push_frame(&path, name);
        changed = path.length != strlen(name) || memcmp(path.text, name, path.length) != 0;
        pop_frame(&path);
    }
    free(path.text);
    array_free(&path.starts);
    return changed;
}

/* They have no line. */
static bool has_empty_leaves(const struct profile *profile)
{
    for (uint32_t c = 0; c < profile->context_count; c++)
        if (profile->contexts[c].end == c + 1 && !profile_context_self(profile, c, 0))
            return true;
    return false;
}

static const char *loses(const struct profile *profile)
{
    if (tree_has_more_metrics(profile))
        return "only the first metric is kept, without files, lines and call counts";
    if (profile->flags & PROFILE_HAS_CALLS)
        return "call counts, files and lines are not kept; times become nanoseconds";
    if (profile->metrics[0].kind == METRIC_TIME)
        return "times become plain numbers, of nanoseconds; files, lines and threads are not kept";
    if (profile->thread_count > 1)
        return "threads are merged; files and lines are not kept";
    if (profile->metrics[0].kind != METRIC_SAMPLES)
        return "what the numbers count is not kept, nor are files and lines";
    if (tree_has_files(profile) || tree_has_modules(profile))
        return "files, lines and modules are not kept";
    if (has_empty_leaves(profile))
        return "call paths that took nothing are not kept";
    return changes_names(profile) ? "names that would break a line are changed" : NULL;
}

const struct writer folded_writer = {
    .name = "folded",
    .description = "folded (collapsed) stacks",
    .suffixes = "folded collapsed collapse stacks",
    .needs = PROFILE_HAS_TREE,
    .loses = loses,
    .write = write_folded,
};
