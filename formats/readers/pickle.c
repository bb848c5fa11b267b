#include "formats/readers/pickle_internal.h"

#include <math.h>
#include <stdlib.h>

#define STEPS_AN_ITEM 16

int pickle_read(struct pickle **out, const uint8_t *data, size_t size, struct error *err)
{
    struct pickle *p = memory_zeroed(1, sizeof *p);
    p->data = data;
    p->size = size;
    p->steps = UINT64_MAX;
    *array_push(&p->nodes) = (struct pickle_node){.type = PICKLE_NONE};
    *array_push(&p->nodes) = (struct pickle_node){.type = PICKLE_BOOL, .as.integer = 0};
    *array_push(&p->nodes) = (struct pickle_node){.type = PICKLE_BOOL, .as.integer = 1};
    int status = pickle_run(p, err);
    if (status && p->cut && pickle_repair(p))
        status = 1;
    if (status < 0) {
        pickle_free(p);
        return -1;
    }
    array_free(&p->stack);
    array_free(&p->marks);
    numbered_free(&p->memo);
    p->steps = ((uint64_t)p->items.count + 1024) * STEPS_AN_ITEM;
    *out = p;
    return status;
}

void pickle_free(struct pickle *p)
{
    if (!p)
        return;
    array_free(&p->nodes);
    array_free(&p->items);
    array_free(&p->stack);
    array_free(&p->marks);
    numbered_free(&p->memo);
    free(p);
}

/* What is told of a pickle that is cut short is that, unless it holds nothing. */
static int tell_all(struct pickle *p, const struct pickle_teller *teller, struct error *err)
{
    int status = teller->tell(p, teller->context, err);
    if (!status && pickle_exhausted(p))
        return error_set(err, ERROR_FORMAT, "the pickle refers to the same values too often");
    return status;
}

int pickle_tell(struct input *input, const struct pickle_teller *teller, struct build *build,
                struct error *err)
{
    const uint8_t *data;
    size_t size;
    struct pickle *p;
    struct error cut = {0}, packed = {0};
    int part = input_all(input, &data, &size, &packed);
    int read = part < 0 ? -1 : pickle_read(&p, data, size, &cut);
    if (read < 0) {
        *err = part ? packed : cut;
        return -1;
    }
    int status = tell_all(p, teller, err);
    pickle_free(p);
    if (read && status)
        *err = part ? packed : cut;
    else if (read)
        build_cut(build, part ? &packed : &cut);
    return status;
}

bool pickle_holds(const uint8_t *head, size_t size, const char *class)
{
    struct slice text = {(const char *)head, size};
    return size && (*head == 0x80 || *head == 'c' || *head == '(') && slice_holds(text, class);
}

/* ---- asking ---- */

uint32_t pickle_root(const struct pickle *p)
{
    return p->root;
}

enum pickle_type pickle_type(const struct pickle *p, uint32_t value)
{
    return value < p->nodes.count ? (enum pickle_type)p->nodes.data[value].type : PICKLE_NONE;
}

struct slice pickle_text(const struct pickle *p, uint32_t value)
{
    if (pickle_type(p, value) != PICKLE_TEXT)
        return (struct slice){"", 0};
    return (struct slice){p->nodes.data[value].as.text, p->nodes.data[value].length};
}

double pickle_float(const struct pickle *p, uint32_t value)
{
    enum pickle_type type = pickle_type(p, value);
    if (type == PICKLE_FLOAT)
        return isfinite(p->nodes.data[value].as.real) ? p->nodes.data[value].as.real : 0;
    return type == PICKLE_INTEGER || type == PICKLE_BOOL ? (double)p->nodes.data[value].as.integer
                                                         : 0;
}

int64_t pickle_integer(const struct pickle *p, uint32_t value)
{
    enum pickle_type type = pickle_type(p, value);
    double real = pickle_float(p, value);
    if (type == PICKLE_INTEGER || type == PICKLE_BOOL)
        return p->nodes.data[value].as.integer;
    return fabs(real) < 9e18 ? (int64_t)real : 0;
}

uint32_t pickle_first(const struct pickle *p, uint32_t container)
{
    if (container >= p->nodes.count || !pickle_is_container(p, container))
        return 0;
    uint32_t first = p->nodes.data[container].as.items.first;
    if (p->nodes.data[container].type == PICKLE_OBJECT) /* its class and its state */
        first = p->items.data[p->items.data[first - 1].next - 1].next;
    return first;
}

bool pickle_next(struct pickle *p, uint32_t *at, uint32_t *item)
{
    if (!*at || !p->steps)
        return false;
    p->steps--;
    *item = p->items.data[*at - 1].value;
    *at = p->items.data[*at - 1].next;
    return true;
}

struct slice pickle_class(const struct pickle *p, uint32_t object)
{
    if (pickle_type(p, object) != PICKLE_OBJECT)
        return (struct slice){"", 0};
    return pickle_text(p, p->items.data[p->nodes.data[object].as.items.first - 1].value);
}

uint32_t pickle_state(const struct pickle *p, uint32_t object)
{
    if (pickle_type(p, object) != PICKLE_OBJECT)
        return PICKLE_NOTHING;
    uint32_t class = p->nodes.data[object].as.items.first;
    return p->items.data[p->items.data[class - 1].next - 1].value;
}

uint32_t pickle_take(struct pickle *p, uint32_t list, uint32_t *items, uint32_t count)
{
    uint32_t at = pickle_first(p, list), found = 0;
    while (found < count && pickle_next(p, &at, &items[found]))
        found++;
    for (uint32_t i = found; i < count; i++)
        items[i] = PICKLE_NOTHING;
    return found;
}

uint32_t pickle_member(struct pickle *p, uint32_t dict, const char *key)
{
    uint32_t at = pickle_first(p, dict), name, value;
    while (pickle_next(p, &at, &name) && pickle_next(p, &at, &value))
        if (slice_is(pickle_text(p, name), key))
            return value;
    return PICKLE_NOTHING;
}

bool pickle_exhausted(const struct pickle *p)
{
    return !p->steps;
}
