#include "tui/analysis/process_tree.h"
#include "formats/profile/memory.h"
#include "formats/profile/text.h"
#include "tui/analysis/order.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the tree ---- */

static uint64_t calls_of(const struct profile *profile, uint32_t root)
{
    uint64_t calls = 0;
    for (uint32_t c = root; root != PROFILE_NONE && c < profile->contexts[root].end; c++)
        calls += profile_context_calls(profile, c);
    return calls;
}

static void sum_threads(const struct profile *profile, uint32_t metric, struct process_row *rows)
{
    for (uint32_t p = 0; p < profile->process_count; p++)
        rows[p] = (struct process_row){.process = p};
    for (uint32_t t = 0; t < profile->thread_count; t++) {
        if (profile->threads[t].process >= profile->process_count)
            continue;
        struct process_row *row = &rows[profile->threads[t].process];
        row->threads++;
        row->total += profile_total(profile, metric, t);
        row->calls += calls_of(profile, profile->threads[t].root);
    }
}

static uint32_t parent_of(const struct profile *profile, uint32_t process)
{
    return profile->processes[process].parent;
}

/* Parents have no order of their own: one after the other once all its children are done. */
static void sum_children(const struct profile *profile, struct process_row *rows)
{
    uint32_t *left = memory_zeroed(profile->process_count, sizeof *left);
    for (uint32_t p = 0; p < profile->process_count; p++) {
        rows[p].with_children = rows[p].total;
        if (parent_of(profile, p) != PROFILE_NONE)
            left[parent_of(profile, p)]++;
    }
    for (uint32_t p = 0; p < profile->process_count; p++) {
        uint32_t at = p;
        while (at != PROFILE_NONE && left[at] == 0) {
            uint32_t parent = parent_of(profile, at);
            left[at] = UINT32_MAX; /* done */
            if (parent != PROFILE_NONE) {
                rows[parent].with_children += rows[at].with_children;
                left[parent]--;
            }
            at = parent;
        }
    }
    free(left);
}

struct sorting {
    const struct profile *profile;
    const struct process_row *rows; /* by process */
};

/* Siblings stand together, the heaviest first; those without a parent come at the end. */
static int compare_siblings(const void *left, const void *right, void *context)
{
    const struct sorting *sorting = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = ORDER_OF(parent_of(sorting->profile, a), parent_of(sorting->profile, b));
    if (!order)
        order = ORDER_OF(sorting->rows[b].with_children, sorting->rows[a].with_children);
    return order ? order : ORDER_OF(a, b);
}

/* Where a process' children begin among all that are ordered so. */
static uint32_t *first_children(const struct profile *profile, const uint32_t *order)
{
    uint32_t *first = memory_alloc(profile->process_count * sizeof *first);
    memset(first, 0xff, profile->process_count * sizeof *first);
    for (uint32_t i = profile->process_count; i-- > 0;)
        if (parent_of(profile, order[i]) != PROFILE_NONE)
            first[parent_of(profile, order[i])] = i;
    return first;
}

static void lay_out(const struct sorting *sorting, const uint32_t *order, struct process_row *out)
{
    uint32_t count = sorting->profile->process_count, used = 0, written = 0;
    uint32_t *first = first_children(sorting->profile, order);
    struct place {
        uint32_t at, depth;
    } *stack = memory_alloc(((size_t)count + 1) * sizeof *stack);
    uint32_t root = 0;
    while (root < count && parent_of(sorting->profile, order[root]) != PROFILE_NONE)
        root++;
    if (root < count)
        stack[used++] = (struct place){root, 0};
    while (used) {
        struct place place = stack[--used];
        uint32_t process = order[place.at], next = place.at + 1;
        out[written] = sorting->rows[process];
        out[written++].depth = place.depth;
        if (next < count &&
            parent_of(sorting->profile, order[next]) == parent_of(sorting->profile, process))
            stack[used++] = (struct place){next, place.depth};
        if (first[process] != PROFILE_NONE)
            stack[used++] = (struct place){first[process], place.depth + 1};
    }
    free(stack);
    free(first);
}

struct process_row *process_tree_rows(const struct profile *profile, uint32_t metric,
                                      uint32_t *count)
{
    struct process_row *rows = memory_zeroed(profile->process_count, sizeof *rows);
    struct process_row *out = memory_zeroed(profile->process_count, sizeof *out);
    uint32_t *order = memory_alloc(profile->process_count * sizeof *order);
    struct sorting sorting = {profile, rows};
    *count = profile->process_count;
    sum_threads(profile, metric, rows);
    sum_children(profile, rows);
    for (uint32_t p = 0; p < profile->process_count; p++)
        order[p] = p;
    qsort_r(order, profile->process_count, sizeof *order, compare_siblings, &sorting);
    lay_out(&sorting, order, out);
    free(order);
    free(rows);
    return out;
}

/* ---- threads ---- */

struct by_total {
    const struct profile *profile;
    uint32_t metric;
};

static int compare_threads(const void *left, const void *right, void *context)
{
    const struct by_total *by = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int64_t total_a = profile_total(by->profile, by->metric, a);
    int64_t total_b = profile_total(by->profile, by->metric, b);
    int order = ORDER_OF(total_b, total_a);
    return order ? order : ORDER_OF(a, b);
}

uint32_t *process_tree_threads(const struct profile *profile, uint32_t metric)
{
    struct by_total by = {profile, metric};
    uint32_t *threads = memory_alloc(profile->thread_count * sizeof *threads);
    for (uint32_t t = 0; t < profile->thread_count; t++)
        threads[t] = t;
    qsort_r(threads, profile->thread_count, sizeof *threads, compare_threads, &by);
    return threads;
}

/* ---- choices ---- */

struct choices {
    ARRAY(struct process_choice) list;
};

static void add_thread(struct choices *choices, const struct profile *profile, uint32_t metric,
                       uint32_t thread, uint32_t depth)
{
    *array_push(&choices->list) =
        (struct process_choice){thread, depth, profile_total(profile, metric, thread)};
}

/* Threads linked by process, in file order: heads[p], then next[t]. */
static void link_threads(const struct profile *profile, uint32_t *heads, uint32_t *next)
{
    memset(heads, 0xff, profile->process_count * sizeof *heads);
    for (uint32_t t = profile->thread_count; t-- > 0;) {
        uint32_t process = profile->threads[t].process;
        if (process >= profile->process_count)
            continue;
        next[t] = heads[process];
        heads[process] = t;
    }
}

struct process_choice *process_tree_choices(const struct profile *profile, uint32_t metric,
                                            uint32_t *count)
{
    struct choices choices = {{0}};
    uint32_t row_count = 0;
    struct process_row *rows = NULL;
    if (profile->process_count > 1)
        rows = process_tree_rows(profile, metric, &row_count);
    uint32_t *heads = memory_alloc(profile->process_count * sizeof *heads);
    uint32_t *next = memory_alloc(profile->thread_count * sizeof *next);
    link_threads(profile, heads, next);
    for (uint32_t i = 0; i < row_count; i++) {
        *array_push(&choices.list) = (struct process_choice){profile_whole_process(rows[i].process),
                                                             rows[i].depth, rows[i].total};
        uint32_t t = rows[i].threads > 1 ? heads[rows[i].process] : PROFILE_NONE;
        for (; t != PROFILE_NONE; t = next[t])
            add_thread(&choices, profile, metric, t, rows[i].depth + 1);
    }
    for (uint32_t t = 0; t < profile->thread_count && !rows; t++)
        add_thread(&choices, profile, metric, t, 0);
    free(heads);
    free(next);
    free(rows);
    *count = choices.list.count;
    return choices.list.data;
}

/* ---- words ---- */

bool process_tree_is_trivial(const struct profile *profile)
{
    return profile->process_count == 0 ||
           (profile->process_count == 1 && !profile->processes[0].next[0]);
}

/* The last part of its path. */
static void next_text(const struct process *process, char *buffer, size_t size)
{
    char program[64];
    const char *slash = strrchr(process->next, '/');
    const char *name = slash && slash[1] ? slash + 1 : process->next;
    text_escape(name, strlen(name), program, sizeof program);
    snprintf(buffer, size, "went on by exec of %s, not recorded", program);
}

void process_tree_end_text(const struct process *process, char *buffer, size_t size)
{
    const char *name = sigabbrev_np((int)process->status);
    buffer[0] = '\0';
    switch (process->end) {
    case PROCESS_END_UNKNOWN:
        break;
    case PROCESS_EXITED:
        snprintf(buffer, size, "exit %" PRIu32, process->status);
        break;
    case PROCESS_KILLED:
        if (process->status && name)
            snprintf(buffer, size, "SIG%s", name);
        else if (process->status)
            snprintf(buffer, size, "signal %" PRIu32, process->status);
        else
            snprintf(buffer, size, "ended without exit");
        break;
    case PROCESS_REPLACED:
        if (process->next[0])
            next_text(process, buffer, size);
        else
            snprintf(buffer, size, "went on by exec");
        break;
    case PROCESS_RUNNING:
        snprintf(buffer, size, "still running");
        break;
    }
}

const char *process_tree_command(const struct process *process)
{
    return process->command[0] ? process->command : process->name;
}

/* A program goes by its path where it was started by it: of that only the end has room. */
static const char *short_name(const char *name)
{
    const char *slash = *name == '/' ? strrchr(name, '/') : NULL;
    return slash && slash[1] ? slash + 1 : name;
}

void process_tree_choice_text(const struct profile *profile, uint32_t threads, char *buffer,
                              size_t size)
{
    uint32_t process = profile_chosen_process(threads);
    buffer[0] = '\0';
    if (process != PROFILE_NONE)
        snprintf(buffer, size, "process %.150s %" PRIu64,
                 short_name(profile->processes[process].name), profile->processes[process].id);
    else if (threads != PROFILE_NONE && !profile->threads[threads].name[0])
        snprintf(buffer, size, "thread %" PRIu32, threads + 1);
    else if (threads != PROFILE_NONE)
        snprintf(buffer, size, "thread %.150s", profile->threads[threads].name);
}
