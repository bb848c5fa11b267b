/* The children of a node in two profiles, paired; the rules stand in calltree_nodes.h. */
#include "tui/analysis/calltree_nodes.h"
#include "tui/analysis/order.h"

#include <stdlib.h>
#include <string.h>

enum { ALONE = PROFILE_NONE, TAKEN = PROFILE_NONE - 1 };
/* Frames looked at below one that may be stepped over, and below all of one parent. */
#define LOOKED_AT_MAX    256u
#define LOOKED_AT_IN_ALL 100000u
#define FOUND_BELOW_MAX  4096u /* then none is looked below any more */

struct keyed {
    uint32_t function, at;
};

struct pairing {
    struct calltree_nodes *nodes;
    uint32_t parent;
    uint32_t *mate[2]; /* by place among the found: the place in the other, ALONE or TAKEN */
    struct keyed *by_function[2];
    uint32_t looked_at;
};

static int compare_keyed(const void *left, const void *right)
{
    const struct keyed *a = left, *b = right;
    return a->function != b->function ? ORDER_OF(a->function, b->function) : ORDER_OF(a->at, b->at);
}

static struct pairing begin(struct calltree_nodes *nodes, uint32_t parent)
{
    struct pairing pairing = {.nodes = nodes, .parent = parent};
    for (int s = 0; s < 2; s++) {
        const struct calltree_sides *found = &nodes->found[s];
        pairing.mate[s] = memory_alloc(found->count * sizeof **pairing.mate);
        pairing.by_function[s] = memory_zeroed(found->count, sizeof **pairing.by_function);
        for (uint32_t i = 0; i < found->count; i++) {
            pairing.mate[s][i] = ALONE;
            pairing.by_function[s][i] = (struct keyed){found->data[i].function, i};
        }
        qsort(pairing.by_function[s], found->count, sizeof **pairing.by_function, compare_keyed);
    }
    return pairing;
}

static void end(struct pairing *pairing)
{
    for (int s = 0; s < 2; s++) {
        free(pairing->mate[s]);
        free(pairing->by_function[s]);
    }
}

/* Where a function stands among the found of a profile; ALONE: nowhere. */
static uint32_t find(const struct pairing *pairing, uint32_t source, uint32_t function)
{
    const struct keyed *keys = pairing->by_function[source];
    uint32_t count = pairing->nodes->found[source].count, low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (keys[middle].function < function)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && keys[low].function == function ? keys[low].at : (uint32_t)ALONE;
}

static uint32_t partner(const struct pairing *pairing, uint32_t source, uint32_t function)
{
    return function == PROFILE_NONE ? PROFILE_NONE : pairing->nodes->partner[source][function];
}

static void mate(struct pairing *pairing, uint32_t first, uint32_t second)
{
    pairing->mate[0][first] = second;
    pairing->mate[1][second] = first;
}

static void pair_functions(struct pairing *pairing)
{
    const struct calltree_sides *found = &pairing->nodes->found[0];
    for (uint32_t i = 0; i < found->count; i++) {
        uint32_t function = partner(pairing, 0, found->data[i].function);
        uint32_t other = function == PROFILE_NONE ? (uint32_t)ALONE : find(pairing, 1, function);
        if (other != ALONE)
            mate(pairing, i, other);
    }
}

/* ---- threads ---- */

static bool is_thread(const struct calltree_side *side)
{
    return side->function == PROFILE_NONE;
}

static const char *thread_name(const struct pairing *pairing, uint32_t source, uint32_t at)
{
    const struct calltree_nodes *nodes = pairing->nodes;
    return nodes->sources[source].profile->threads[nodes->found[source].data[at].thread].name;
}

struct named {
    const char *name;
    uint32_t at;
};

static int compare_named(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order ? order : ORDER_OF(a->at, b->at);
}

static struct named *threads_by_name(const struct pairing *pairing, uint32_t source)
{
    uint32_t count = pairing->nodes->found[source].count;
    struct named *names = memory_zeroed(count, sizeof *names);
    for (uint32_t i = 0; i < count; i++)
        names[i] = (struct named){thread_name(pairing, source, i), i};
    qsort(names, count, sizeof *names, compare_named);
    return names;
}

/* Threads of one name in their order, then what is left over in its order. */
static void pair_threads(struct pairing *pairing)
{
    const struct calltree_sides *found = pairing->nodes->found;
    struct named *a = threads_by_name(pairing, 0), *b = threads_by_name(pairing, 1);
    for (uint32_t i = 0, j = 0; i < found[0].count && j < found[1].count;) {
        int order = strcmp(a[i].name, b[j].name);
        if (!order)
            mate(pairing, a[i].at, b[j].at);
        i += order <= 0;
        j += order >= 0;
    }
    free(a);
    free(b);
    for (uint32_t i = 0, j = 0; i < found[0].count && j < found[1].count;) {
        if (pairing->mate[0][i] != ALONE)
            i++;
        else if (pairing->mate[1][j] != ALONE)
            j++;
        else
            mate(pairing, i++, j++);
    }
}

/* ---- frames stepped over ---- */

/* Takes what the other profile has in the place of a frame, and the frame calls here. */
static void adopt(struct pairing *pairing, uint32_t source, const struct calltree_side *frame)
{
    struct calltree_nodes *nodes = pairing->nodes;
    struct calltree_sides *below = &nodes->below;
    uint32_t other = !source;
    below->count = 0;
    calltree_collect(nodes, source, frame, below);
    for (uint32_t i = 0; i < below->count && i < LOOKED_AT_MAX; i++) {
        if (pairing->looked_at++ >= LOOKED_AT_IN_ALL)
            return;
        struct calltree_side side = below->data[i];
        uint32_t function = partner(pairing, source, side.function);
        if (function == PROFILE_NONE) {
            if (below->count < FOUND_BELOW_MAX)
                calltree_collect(nodes, source, &side, below);
            continue;
        }
        uint32_t at = find(pairing, other, function);
        if (at == ALONE || pairing->mate[other][at] != ALONE)
            continue;
        pairing->mate[other][at] = TAKEN;
        *array_push(&nodes->adopted) = nodes->found[other].data[at];
    }
}

static bool has_alone(const struct pairing *pairing, uint32_t source)
{
    for (uint32_t i = 0; i < pairing->nodes->found[source].count; i++)
        if (pairing->mate[source][i] == ALONE)
            return true;
    return false;
}

static void add(struct pairing *pairing, uint32_t source, uint32_t at)
{
    struct calltree_nodes *nodes = pairing->nodes;
    const struct calltree_side *side = &nodes->found[source].data[at];
    calltree_nodes_add(nodes, pairing->parent, source ? NULL : side, source ? side : NULL);
}

static void step_over(struct pairing *pairing, uint32_t source)
{
    struct calltree_nodes *nodes = pairing->nodes;
    if (!has_alone(pairing, !source))
        return;
    for (uint32_t i = 0; i < nodes->found[source].count; i++) {
        struct calltree_side side = nodes->found[source].data[i];
        if (pairing->mate[source][i] != ALONE || pairing->looked_at >= LOOKED_AT_IN_ALL ||
            partner(pairing, source, side.function) != PROFILE_NONE)
            continue;
        uint32_t first = nodes->adopted.count;
        adopt(pairing, source, &side);
        if (nodes->adopted.count == first)
            continue;
        pairing->mate[source][i] = TAKEN;
        add(pairing, source, i);
        struct calltree_node *node = &nodes->list.data[nodes->list.count - 1];
        node->first_adopted = first;
        node->adopted_count = nodes->adopted.count - first;
    }
}

void calltree_pair(struct calltree_nodes *nodes, uint32_t parent)
{
    struct calltree_sides *found = nodes->found;
    struct pairing pairing = begin(nodes, parent);
    bool threads = (found[0].count && is_thread(&found[0].data[0])) ||
                   (found[1].count && is_thread(&found[1].data[0]));
    if (threads)
        pair_threads(&pairing);
    else
        pair_functions(&pairing);
    for (uint32_t source = 0; source < 2 && !threads; source++)
        step_over(&pairing, source);
    for (uint32_t i = 0; i < found[0].count; i++)
        if (pairing.mate[0][i] < TAKEN)
            calltree_nodes_add(nodes, parent, &found[0].data[i],
                               &found[1].data[pairing.mate[0][i]]);
    for (uint32_t source = 0; source < 2; source++)
        for (uint32_t i = 0; i < found[source].count; i++)
            if (pairing.mate[source][i] == ALONE)
                add(&pairing, source, i);
    end(&pairing);
}
