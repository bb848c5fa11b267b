#include "formats/readers/callgraph.h"

#include <stdlib.h>
#include <string.h>

#define SUM_MAX (INT64_C(1) << 62)

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
    return hash ^ hash >> 32;
}

static bool same_node(const void *items, uint32_t at, const void *key)
{
    const struct callgraph_node *a = (const struct callgraph_node *)items + at, *b = key;
    return a->name == b->name && a->module == b->module && a->file == b->file;
}

static bool same_edge(const void *items, uint32_t at, const void *key)
{
    const struct callgraph_edge *a = (const struct callgraph_edge *)items + at, *b = key;
    return a->caller == b->caller && a->callee == b->callee;
}

static uint64_t hash_of(const struct callgraph_node *key)
{
    return mix(mix(mix(0, key->name), key->module), key->file);
}

/* Room for row `at`, the one behind the last, and zeroes in it. */
static void add_row(struct callgraph_rows *rows, uint32_t at, uint32_t metrics)
{
    if (at >= rows->capacity) {
        rows->capacity = rows->capacity ? rows->capacity * 2 : 64;
        rows->data = memory_resize(rows->data, rows->capacity, metrics * sizeof *rows->data);
    }
    memset(rows->data + (size_t)at * metrics, 0, metrics * sizeof *rows->data);
}

uint32_t callgraph_find(const struct callgraph *graph, const struct callgraph_node *key)
{
    return index_find(&graph->node_index, hash_of(key), graph->nodes.data, same_node, key);
}

uint32_t callgraph_node(struct callgraph *graph, const struct callgraph_node *key)
{
    uint32_t found = callgraph_find(graph, key);
    if (found != UINT32_MAX)
        return found;
    index_add(&graph->node_index, hash_of(key), graph->nodes.count);
    *array_push(&graph->nodes) = *key;
    add_row(&graph->self, graph->nodes.count - 1, graph->metrics);
    return graph->nodes.count - 1;
}

uint32_t callgraph_edge(struct callgraph *graph, uint32_t caller, uint32_t callee)
{
    struct callgraph_edge key = {caller, callee, 0};
    uint64_t hash = mix(mix(0, caller), callee);
    uint32_t found = index_find(&graph->edge_index, hash, graph->edges.data, same_edge, &key);
    if (found != UINT32_MAX)
        return found;
    index_add(&graph->edge_index, hash, graph->edges.count);
    *array_push(&graph->edges) = key;
    add_row(&graph->total, graph->edges.count - 1, graph->metrics);
    return graph->edges.count - 1;
}

static void widen(struct callgraph_rows *rows, uint32_t count, uint32_t from, uint32_t to)
{
    int64_t *wide = memory_zeroed(count, to * sizeof *wide);
    for (uint32_t i = 0; i < count; i++)
        memcpy(wide + (size_t)i * to, rows->data + (size_t)i * from, from * sizeof *wide);
    free(rows->data);
    *rows = (struct callgraph_rows){wide, count};
}

void callgraph_widen(struct callgraph *graph, uint32_t metrics)
{
    if (graph->nodes.count)
        widen(&graph->self, graph->nodes.count, graph->metrics, metrics);
    if (graph->edges.count)
        widen(&graph->total, graph->edges.count, graph->metrics, metrics);
    graph->metrics = metrics;
}

void callgraph_add(int64_t *row, const int64_t *values, uint32_t count)
{
    for (uint32_t m = 0; m < count; m++)
        if (__builtin_add_overflow(row[m], values[m], &row[m]))
            row[m] = values[m] < 0 ? INT64_MIN : INT64_MAX;
}

static bool fits(int64_t value, int64_t *sum)
{
    int64_t size = value == INT64_MIN ? INT64_MAX : value < 0 ? -value : value;
    if (size > SUM_MAX - *sum)
        return false;
    *sum += size;
    return true;
}

uint64_t callgraph_bound(struct callgraph *graph)
{
    uint64_t dropped = 0;
    int64_t *sums = memory_zeroed(graph->metrics, sizeof *sums);
    for (uint32_t n = 0; n < graph->nodes.count; n++) {
        int64_t *row = callgraph_row(graph, &graph->self, n);
        for (uint32_t m = 0; m < graph->metrics; m++) {
            if (fits(row[m], &sums[m]))
                continue;
            row[m] = 0;
            dropped++;
        }
    }
    free(sums);
    return dropped;
}

void callgraph_free(struct callgraph *graph)
{
    array_free(&graph->nodes);
    array_free(&graph->edges);
    free(graph->self.data);
    free(graph->total.data);
    index_free(&graph->node_index);
    index_free(&graph->edge_index);
}
