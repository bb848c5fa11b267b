/* The operations of a pickle on its stack; nothing is imported or called. */
#include "formats/readers/decimal.h"
#include "formats/readers/pickle_internal.h"

/* ---- classes and objects ---- */

/* A class is the text of its name; its module is dropped. */
static void push_global(struct pickle *p)
{
    (void)pickle_take_line(p);
    pickle_push_text(p, pickle_take_line(p));
}

static void pop_global(struct pickle *p)
{
    uint32_t name = pickle_pop(p);
    (void)pickle_pop(p);
    pickle_push(p, name);
}

/* copyreg._reconstructor(class, ...) makes an object of its first argument. */
static void reduce(struct pickle *p)
{
    uint32_t arguments = pickle_pop(p), class = pickle_pop(p), first;
    if (slice_is(pickle_text(p, class), "_reconstructor") &&
        pickle_take(p, arguments, &first, 1) == 1)
        class = first;
    pickle_push(p, pickle_new_object(p, class));
}

static void new_object_of(struct pickle *p, unsigned arguments)
{
    while (arguments--)
        (void)pickle_pop(p);
    pickle_push(p, pickle_new_object(p, pickle_pop(p)));
}

/* OBJ and INST: the class and its arguments above the mark. */
static void object_marked(struct pickle *p, bool named)
{
    if (named)
        push_global(p);
    uint32_t class_at = named ? p->stack.count - 1 : 0, from = pickle_pop_mark(p);
    if (p->bad || p->stack.count <= from) {
        p->bad = true;
        return;
    }
    uint32_t class = p->stack.data[named ? class_at : from];
    p->stack.count = from;
    pickle_push(p, pickle_new_object(p, class));
}

void pickle_set_state(struct pickle *p)
{
    uint32_t state = pickle_pop(p), object = pickle_top(p);
    if (pickle_type(p, object) != PICKLE_OBJECT)
        return;
    uint32_t class = p->nodes.data[object].as.items.first;
    p->items.data[p->items.data[class - 1].next - 1].value = state;
}

/* ---- the memo ---- */

static void memo_put(struct pickle *p, uint64_t number)
{
    numbered_put(&p->memo, number, pickle_top(p));
}

static void memo_get(struct pickle *p, uint64_t number)
{
    uint32_t value = numbered_get(&p->memo, number);
    if (value == NUMBERED_NONE)
        p->bad = true;
    else
        pickle_push(p, value);
}

static uint64_t line_number(struct pickle *p)
{
    uint64_t number;
    struct slice line = pickle_take_line(p);
    if (decimal_count(line.text, line.length, &number))
        return number;
    p->bad = true;
    return 0;
}

static bool apply_container(struct pickle *p, uint8_t operation)
{
    switch (operation) {
    case '(':
        *array_push(&p->marks) = p->stack.count;
        break;
    case ']':
    case ')':
    case 0x8f:
        pickle_push(p, pickle_new_container(p, PICKLE_LIST, operation != ')'));
        break;
    case '}':
        pickle_push(p, pickle_new_container(p, PICKLE_DICT, true));
        break;
    case 'l':
    case 't':
    case 0x91:
        pickle_collect_marked(p, PICKLE_LIST, operation == 'l');
        break;
    case 'd':
        pickle_collect_marked(p, PICKLE_DICT, true);
        break;
    case 0x85:
        pickle_push_tuple(p, 1);
        break;
    case 0x86:
        pickle_push_tuple(p, 2);
        break;
    case 0x87:
        pickle_push_tuple(p, 3);
        break;
    case 'a': {
        uint32_t value = pickle_pop(p);
        pickle_append(p, pickle_top(p), value);
        break;
    }
    case 'e':
    case 'u':
    case 0x90:
        pickle_append_marked(p);
        break;
    case 's':
        pickle_append_pair(p);
        break;
    default:
        return false;
    }
    return true;
}

static bool apply_object(struct pickle *p, uint8_t operation)
{
    switch (operation) {
    case 'c':
        push_global(p);
        break;
    case 0x93:
        pop_global(p);
        break;
    case 'R':
        reduce(p);
        break;
    case 0x81:
        new_object_of(p, 1);
        break;
    case 0x92:
        new_object_of(p, 2);
        break;
    case 'i':
        object_marked(p, true);
        break;
    case 'o':
        object_marked(p, false);
        break;
    case 'b':
        pickle_set_state(p);
        break;
    case 'P':
        pickle_push_text(p, pickle_take_line(p));
        break;
    case 'Q':
        pickle_push(p, pickle_pop(p));
        break;
    case 0x82:
        pickle_push_integer(p, (int64_t)pickle_take_number(p, 1));
        break;
    case 0x83:
        pickle_push_integer(p, (int64_t)pickle_take_number(p, 2));
        break;
    case 0x84:
        pickle_push_integer(p, (int64_t)pickle_take_number(p, 4));
        break;
    default:
        return false;
    }
    return true;
}

static bool apply_memo(struct pickle *p, uint8_t operation)
{
    switch (operation) {
    case 'p':
        memo_put(p, line_number(p));
        break;
    case 'q':
        memo_put(p, pickle_take_number(p, 1));
        break;
    case 'r':
        memo_put(p, pickle_take_number(p, 4));
        break;
    case 0x94:
        memo_put(p, p->memo_next++);
        break;
    case 'g':
        memo_get(p, line_number(p));
        break;
    case 'h':
        memo_get(p, pickle_take_number(p, 1));
        break;
    case 'j':
        memo_get(p, pickle_take_number(p, 4));
        break;
    case '0':
        (void)pickle_pop(p);
        break;
    case '1':
        p->stack.count = pickle_pop_mark(p);
        break;
    case '2':
        pickle_push(p, pickle_top(p));
        break;
    case 0x80:
        (void)pickle_take_number(p, 1);
        break;
    case 0x95:
        (void)pickle_take_number(p, 8);
        break;
    default:
        return false;
    }
    return true;
}

int pickle_run(struct pickle *p, struct error *err)
{
    while (p->at < p->size) {
        size_t start = p->at;
        uint32_t held = p->stack.count;
        uint8_t operation = p->data[p->at++];
        if (operation == '.') {
            p->root = pickle_pop(p);
            return p->bad ? error_at_offset(err, start, "the pickle ends without a value") : 0;
        }
        if (!pickle_apply_literal(p, operation) && !apply_container(p, operation) &&
            !apply_object(p, operation) && !apply_memo(p, operation))
            return error_at_offset(err, start, "there is no pickle operation 0x%02x", operation);
        if (p->cut) {
            if (p->stack.count > held)
                p->stack.count = held; /* without what is cut */
            break;
        }
        if (p->bad)
            return error_at_offset(err, start, "a pickle operation finds not what it needs");
    }
    p->cut = true;
    return error_set(err, ERROR_TRUNCATED, "the pickle ends too early");
}
