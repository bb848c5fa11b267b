#include "formats/readers/cycles.h"

#include "formats/profile/memory.h"

#include <stdlib.h>

struct visit {
    uint32_t node, next; /* of its edges, the one to follow */
};

struct search {
    const uint32_t *callees;
    uint32_t *first;        /* by node: where its edges begin in `order` */
    uint32_t *order;        /* edges by caller */
    uint32_t *number, *low; /* 0: not visited yet */
    uint32_t *component;
    uint32_t numbers, components;
    ARRAY(struct visit) path;
    ARRAY(uint32_t) open; /* visited, of no component yet */
};

static void sort_edges(struct search *s, uint32_t nodes, uint32_t edges, const uint32_t *callers)
{
    s->first = memory_zeroed((size_t)nodes + 2, sizeof *s->first);
    s->order = memory_alloc((size_t)edges * sizeof *s->order);
    for (uint32_t e = 0; e < edges; e++)
        s->first[callers[e] + 2]++;
    for (uint32_t n = 0; n < nodes; n++)
        s->first[n + 2] += s->first[n + 1];
    for (uint32_t e = 0; e < edges; e++)
        s->order[s->first[callers[e] + 1]++] = e;
}

static void enter(struct search *s, uint32_t node)
{
    s->number[node] = s->low[node] = ++s->numbers;
    *array_push(&s->open) = node;
    *array_push(&s->path) = (struct visit){node, s->first[node]};
}

static void lower(struct search *s, uint32_t node, uint32_t to)
{
    if (to < s->low[node])
        s->low[node] = to;
}

/* The node on top of the path is done. */
static void leave(struct search *s)
{
    uint32_t node = s->path.data[--s->path.count].node, member;
    if (s->path.count)
        lower(s, s->path.data[s->path.count - 1].node, s->low[node]);
    if (s->low[node] != s->number[node])
        return;
    do {
        member = s->open.data[--s->open.count];
        s->component[member] = s->components;
    } while (member != node);
    s->components++;
}

static void step(struct search *s)
{
    struct visit *top = &s->path.data[s->path.count - 1];
    if (top->next == s->first[top->node + 1]) {
        leave(s);
        return;
    }
    uint32_t node = top->node, callee = s->callees[s->order[top->next++]];
    if (!s->number[callee])
        enter(s, callee);
    else if (s->component[callee] == UINT32_MAX)
        lower(s, node, s->number[callee]);
}

uint32_t *cycles_find(uint32_t nodes, uint32_t edges, const uint32_t *callers,
                      const uint32_t *callees, uint32_t *count)
{
    struct search s = {.callees = callees,
                       .number = memory_zeroed(nodes, sizeof(uint32_t)),
                       .low = memory_zeroed(nodes, sizeof(uint32_t)),
                       .component = memory_alloc((size_t)nodes * sizeof(uint32_t))};
    sort_edges(&s, nodes, edges, callers);
    for (uint32_t n = 0; n < nodes; n++)
        s.component[n] = UINT32_MAX;
    for (uint32_t n = 0; n < nodes; n++) {
        if (s.number[n])
            continue;
        enter(&s, n);
        while (s.path.count)
            step(&s);
    }
    free(s.first);
    free(s.order);
    free(s.number);
    free(s.low);
    array_free(&s.path);
    array_free(&s.open);
    *count = s.components;
    return s.component;
}
