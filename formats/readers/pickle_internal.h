/*
 * Inside of pickle.h: a stack machine over the bytes of a pickle (pickle_literals.c,
 * pickle_operations.c) that leaves values behind (pickle_stack.c), which pickle.c answers from.
 *
 * Source: Lib/pickletools.py of CPython describes each operation.
 */
#ifndef NCPROF_FORMATS_READERS_PICKLE_INTERNAL_H
#define NCPROF_FORMATS_READERS_PICKLE_INTERNAL_H

#include "formats/profile/memory.h"
#include "formats/readers/numbered.h"
#include "formats/readers/pickle.h"

/* The first nodes of every pickle. */
enum { PICKLE_NODE_NONE, PICKLE_NODE_FALSE, PICKLE_NODE_TRUE };

struct pickle_node {
    uint16_t type;
    bool grows;      /* lists, dicts and objects; tuples are whole when they are made */
    uint32_t length; /* of a text; items of a container */
    union {
        int64_t integer;
        double real;
        const char *text;
        struct {
            uint32_t first, last; /* + 1 */
        } items;
    } as;
};

/* An object's first item is its class, its second its state. */
struct pickle_item {
    uint32_t value, next; /* next: + 1 */
};

struct pickle {
    const uint8_t *data;
    size_t size, at;
    ARRAY(struct pickle_node) nodes;
    ARRAY(struct pickle_item) items;
    ARRAY(uint32_t) stack;
    ARRAY(uint32_t) marks;
    struct numbered memo;
    uint32_t memo_next, root;
    uint64_t steps;
    bool cut, bad;
};

static inline bool pickle_is_container(const struct pickle *p, uint32_t value)
{
    return p->nodes.data[value].type >= PICKLE_LIST;
}

/* pickle_literals.c: what the bytes at p->at say; p->cut when they end too early. */
uint64_t pickle_take_number(struct pickle *p, unsigned bytes); /* little-endian */
struct slice pickle_take_line(struct pickle *p);
/* An operation that pushes what stands behind it. False: it is none of these. */
bool pickle_apply_literal(struct pickle *p, uint8_t operation);

/* pickle_stack.c: values are numbers of nodes. What is not there makes p->bad. */
void pickle_push(struct pickle *p, uint32_t value);
void pickle_push_integer(struct pickle *p, int64_t value);
void pickle_push_real(struct pickle *p, double value);
void pickle_push_text(struct pickle *p, struct slice text);
/* A value above the last mark; the null value, and an error, when there is none. */
uint32_t pickle_pop(struct pickle *p);
uint32_t pickle_top(struct pickle *p);
/* Where the values above the mark begin; the caller drops them. */
uint32_t pickle_pop_mark(struct pickle *p);
uint32_t pickle_new_container(struct pickle *p, enum pickle_type type, bool grows);
uint32_t pickle_new_object(struct pickle *p, uint32_t class);
void pickle_append(struct pickle *p, uint32_t container, uint32_t value);
/* Key and value on top of the stack into the dict below them. */
void pickle_append_pair(struct pickle *p);
/* All values above the mark into the container below it. */
void pickle_append_marked(struct pickle *p);
/* All values above the mark as a new container. */
void pickle_collect_marked(struct pickle *p, enum pickle_type type, bool grows);
void pickle_push_tuple(struct pickle *p, unsigned count);

/* pickle_operations.c: runs them all up to the end of the pickle; p->root is the value then. */
int pickle_run(struct pickle *p, struct error *err);
void pickle_set_state(struct pickle *p);

/* pickle_repair.c: p->root is as much of the value as there is; false: nothing. */
bool pickle_repair(struct pickle *p);

#endif
