/*
 * A pickle that ends too early: what is on its stack becomes the value that it would have built,
 * without what was still to come. Values above a mark go into the list, dict or object below it; a
 * tuple that is not closed is left out.
 */
#include "formats/readers/pickle_internal.h"

static uint32_t floor_of(const struct pickle *p, uint32_t marks)
{
    return marks ? p->marks.data[marks - 1] : 0;
}

/* The value that many below the top; the null value when the last mark is before it. */
static uint32_t below_top(const struct pickle *p, uint32_t depth)
{
    uint32_t held = p->stack.count - floor_of(p, p->marks.count);
    return depth < held ? p->stack.data[p->stack.count - 1 - depth] : PICKLE_NODE_NONE;
}

static bool is_key(const struct pickle *p, uint32_t value)
{
    const struct pickle_node *node = &p->nodes.data[value];
    return node->type == PICKLE_TEXT || (node->type == PICKLE_LIST && !node->grows);
}

/* "dict, key, value" and "object, dict", as they stand before SETITEM and BUILD. */
static bool fold_top(struct pickle *p)
{
    uint32_t last = below_top(p, 0);
    if (pickle_type(p, below_top(p, 2)) == PICKLE_DICT && is_key(p, below_top(p, 1))) {
        pickle_append_pair(p);
        return true;
    }
    uint32_t object = below_top(p, 1);
    if (pickle_type(p, last) != PICKLE_DICT || pickle_type(p, object) != PICKLE_OBJECT ||
        pickle_state(p, object) != PICKLE_NODE_NONE)
        return false;
    pickle_set_state(p);
    return true;
}

static void close_mark(struct pickle *p)
{
    uint32_t mark = floor_of(p, p->marks.count);
    bool any = mark > floor_of(p, p->marks.count - 1);
    const struct pickle_node *below = any ? &p->nodes.data[p->stack.data[mark - 1]] : NULL;
    if (!below || !below->grows) {
        p->stack.count = pickle_pop_mark(p);
        return;
    }
    if (below->type != PICKLE_LIST && (p->stack.count - mark) % 2)
        p->stack.count--; /* a key without its value */
    pickle_append_marked(p);
}

bool pickle_repair(struct pickle *p)
{
    for (;;) {
        while (fold_top(p))
            ;
        if (!p->marks.count || p->bad)
            break;
        close_mark(p);
    }
    p->root = p->stack.count ? p->stack.data[0] : PICKLE_NODE_NONE;
    return p->stack.count && !p->bad;
}
