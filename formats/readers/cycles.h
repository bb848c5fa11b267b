/*
 * Which functions of a call graph reach each other: its strongly connected components, by
 * Tarjan's algorithm (Depth-first search and linear graph algorithms, 1972) without recursion.
 */
#ifndef NCPROF_FORMATS_READERS_CYCLES_H
#define NCPROF_FORMATS_READERS_CYCLES_H

#include <stdint.h>

/*
 * The component of each of `nodes` nodes, numbered from 0, callees before their callers; the
 * caller frees. Edge i goes from callers[i] to callees[i]. *count is how many components there
 * are: as many as nodes when no two functions reach each other.
 */
uint32_t *cycles_find(uint32_t nodes, uint32_t edges, const uint32_t *callers,
                      const uint32_t *callees, uint32_t *count);

#endif
