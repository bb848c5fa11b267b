/* The values of a pickle while it runs: the stack, its marks, containers. */
#include "formats/readers/pickle_internal.h"

static uint32_t add_node(struct pickle *p, struct pickle_node node)
{
    *array_push(&p->nodes) = node;
    return p->nodes.count - 1;
}

void pickle_push(struct pickle *p, uint32_t value)
{
    *array_push(&p->stack) = value;
}

void pickle_push_integer(struct pickle *p, int64_t value)
{
    pickle_push(p, add_node(p, (struct pickle_node){.type = PICKLE_INTEGER, .as.integer = value}));
}

void pickle_push_real(struct pickle *p, double value)
{
    pickle_push(p, add_node(p, (struct pickle_node){.type = PICKLE_FLOAT, .as.real = value}));
}

void pickle_push_text(struct pickle *p, struct slice text)
{
    uint32_t length = text.length < UINT32_MAX ? (uint32_t)text.length : UINT32_MAX;
    pickle_push(p, add_node(p, (struct pickle_node){
                                   .type = PICKLE_TEXT, .length = length, .as.text = text.text}));
}

uint32_t pickle_new_container(struct pickle *p, enum pickle_type type, bool grows)
{
    return add_node(p, (struct pickle_node){.type = (uint16_t)type, .grows = grows});
}

void pickle_append(struct pickle *p, uint32_t container, uint32_t value)
{
    if (!pickle_is_container(p, container)) {
        p->bad = true;
        return;
    }
    *array_push(&p->items) = (struct pickle_item){value, 0};
    struct pickle_node *node = &p->nodes.data[container];
    if (node->as.items.last)
        p->items.data[node->as.items.last - 1].next = p->items.count;
    else
        node->as.items.first = p->items.count;
    node->as.items.last = p->items.count;
    node->length++;
}

uint32_t pickle_new_object(struct pickle *p, uint32_t class)
{
    uint32_t object = pickle_new_container(p, PICKLE_OBJECT, true);
    pickle_append(p, object, class);
    pickle_append(p, object, PICKLE_NODE_NONE);
    return object;
}

uint32_t pickle_pop(struct pickle *p)
{
    uint32_t floor = p->marks.count ? p->marks.data[p->marks.count - 1] : 0;
    if (p->stack.count <= floor) {
        p->bad = true;
        return PICKLE_NODE_NONE;
    }
    return p->stack.data[--p->stack.count];
}

uint32_t pickle_top(struct pickle *p)
{
    uint32_t value = pickle_pop(p);
    if (!p->bad)
        p->stack.count++;
    return value;
}

uint32_t pickle_pop_mark(struct pickle *p)
{
    if (!p->marks.count) {
        p->bad = true;
        return p->stack.count;
    }
    return p->marks.data[--p->marks.count];
}

void pickle_append_marked(struct pickle *p)
{
    uint32_t from = pickle_pop_mark(p), to = p->stack.count;
    p->stack.count = from;
    uint32_t container = pickle_top(p);
    for (uint32_t i = from; i < to && !p->bad; i++)
        pickle_append(p, container, p->stack.data[i]);
}

void pickle_collect_marked(struct pickle *p, enum pickle_type type, bool grows)
{
    uint32_t from = pickle_pop_mark(p), to = p->stack.count,
             container = pickle_new_container(p, type, grows);
    for (uint32_t i = from; i < to; i++)
        pickle_append(p, container, p->stack.data[i]);
    p->stack.count = from;
    pickle_push(p, container);
}

void pickle_push_tuple(struct pickle *p, unsigned count)
{
    uint32_t values[3], tuple = pickle_new_container(p, PICKLE_LIST, false);
    for (unsigned i = count; i--;)
        values[i] = pickle_pop(p);
    for (unsigned i = 0; i < count; i++)
        pickle_append(p, tuple, values[i]);
    pickle_push(p, tuple);
}

void pickle_append_pair(struct pickle *p)
{
    uint32_t value = pickle_pop(p), key = pickle_pop(p), container = pickle_top(p);
    pickle_append(p, container, key);
    pickle_append(p, container, value);
}
