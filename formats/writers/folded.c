/*
 * Folded stacks: one line a context that has a value of its own in the first metric.
 *
 * Counts are whole where the profile's values are: samples as they are, times in
 * nanoseconds; samples with decimals keep them. In names ';' becomes ':' as the
 * stackcollapse programs do, line ends and other control characters are escaped, and a '#'
 * that would make the line a comment gets a backslash before it. Threads are not told apart.
 */
#include "formats/documents/number.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/profile/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct path {
    char *text;
    size_t length, capacity;
    ARRAY(size_t) starts; /* the length before each frame */
};

static void push_frame(struct path *path, const char *name)
{
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
}

static void pop_frame(struct path *path)
{
    path->length = path->starts.data[--path->starts.count];
}

static void write_line(const struct profile *profile, uint32_t c, const struct path *path,
                       FILE *out)
{
    const struct metric *metric = &profile->metrics[0];
    int64_t self = profile->context_self[c];
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

static const char *loses(const struct profile *profile)
{
    if (profile->metric_count > 1 + (profile->correction.raw > 0))
        return "only the first metric is kept, without files, lines and call counts";
    if (profile->flags & PROFILE_HAS_CALLS)
        return "call counts, files and lines are not kept; times become nanoseconds";
    return profile->thread_count > 1 ? "threads are merged" : NULL;
}

const struct writer folded_writer = {
    .name = "folded",
    .description = "folded (collapsed) stacks",
    .suffixes = "folded collapsed collapse stacks",
    .needs = PROFILE_HAS_TREE,
    .loses = loses,
    .write = write_folded,
};
