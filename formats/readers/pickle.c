#include "formats/readers/pickle.h"

#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/numbered.h"

#include <math.h>
#include <stdlib.h>

#define STEPS_AN_ITEM 16

enum { NONE, FALSE, TRUE, CONSTANTS };

struct node {
    uint32_t type;
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
struct item {
    uint32_t value, next; /* next: + 1 */
};

struct pickle {
    const uint8_t *data;
    size_t size, at;
    ARRAY(struct node) nodes;
    ARRAY(struct item) items;
    ARRAY(uint32_t) stack;
    ARRAY(uint32_t) marks;
    struct numbered memo;
    uint32_t memo_next, root;
    uint64_t steps;
    bool cut, bad;
};

/* ---- bytes ---- */

static uint64_t take_number(struct pickle *p, unsigned bytes)
{
    uint64_t value = 0;
    if (p->size - p->at < bytes) {
        p->cut = true;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)p->data[p->at++] << (8 * i);
    return value;
}

static struct slice take_bytes(struct pickle *p, uint64_t length)
{
    if (length > p->size - p->at) {
        p->cut = true;
        return (struct slice){"", 0};
    }
    struct slice bytes = {(const char *)p->data + p->at, (size_t)length};
    p->at += (size_t)length;
    return bytes;
}

static struct slice take_line(struct pickle *p)
{
    const uint8_t *text = p->data + p->at, *end = memchr(text, '\n', p->size - p->at);
    if (!end) {
        p->cut = true;
        return (struct slice){"", 0};
    }
    p->at += (size_t)(end - text) + 1;
    return slice_trim((struct slice){(const char *)text, (size_t)(end - text)});
}

/* ---- values ---- */

static uint32_t add_node(struct pickle *p, struct node node)
{
    *array_push(&p->nodes) = node;
    return p->nodes.count - 1;
}

static void push(struct pickle *p, uint32_t value)
{
    *array_push(&p->stack) = value;
}

static void push_integer(struct pickle *p, int64_t value)
{
    push(p, add_node(p, (struct node){.type = PICKLE_INTEGER, .as.integer = value}));
}

static void push_real(struct pickle *p, double value)
{
    push(p, add_node(p, (struct node){.type = PICKLE_FLOAT, .as.real = value}));
}

static void push_text(struct pickle *p, struct slice text)
{
    uint32_t length = text.length < UINT32_MAX ? (uint32_t)text.length : UINT32_MAX;
    push(p,
         add_node(p, (struct node){.type = PICKLE_TEXT, .length = length, .as.text = text.text}));
}

static uint32_t new_container(struct pickle *p, enum pickle_type type)
{
    return add_node(p, (struct node){.type = type});
}

static bool is_container(const struct pickle *p, uint32_t value)
{
    return p->nodes.data[value].type >= PICKLE_LIST;
}

static void append(struct pickle *p, uint32_t container, uint32_t value)
{
    if (!is_container(p, container)) {
        p->bad = true;
        return;
    }
    *array_push(&p->items) = (struct item){value, 0};
    struct node *node = &p->nodes.data[container];
    if (node->as.items.last)
        p->items.data[node->as.items.last - 1].next = p->items.count;
    else
        node->as.items.first = p->items.count;
    node->as.items.last = p->items.count;
    node->length++;
}

static uint32_t new_object(struct pickle *p, uint32_t class)
{
    uint32_t object = new_container(p, PICKLE_OBJECT);
    append(p, object, class);
    append(p, object, NONE);
    return object;
}

/* A value above the last mark; NONE, and an error, when there is none. */
static uint32_t pop(struct pickle *p)
{
    uint32_t floor = p->marks.count ? p->marks.data[p->marks.count - 1] : 0;
    if (p->stack.count <= floor) {
        p->bad = true;
        return NONE;
    }
    return p->stack.data[--p->stack.count];
}

static uint32_t top(struct pickle *p)
{
    uint32_t value = pop(p);
    if (!p->bad)
        p->stack.count++;
    return value;
}

/* Where the values above the mark begin; the caller drops them. */
static uint32_t pop_mark(struct pickle *p)
{
    if (!p->marks.count) {
        p->bad = true;
        return p->stack.count;
    }
    return p->marks.data[--p->marks.count];
}

/* All values above the mark into the container below it. */
static void append_marked(struct pickle *p)
{
    uint32_t from = pop_mark(p), to = p->stack.count;
    p->stack.count = from;
    uint32_t container = top(p);
    for (uint32_t i = from; i < to && !p->bad; i++)
        append(p, container, p->stack.data[i]);
}

/* All values above the mark as a new container. */
static void collect_marked(struct pickle *p, enum pickle_type type)
{
    uint32_t from = pop_mark(p), to = p->stack.count, container = new_container(p, type);
    for (uint32_t i = from; i < to; i++)
        append(p, container, p->stack.data[i]);
    p->stack.count = from;
    push(p, container);
}

static void push_tuple(struct pickle *p, unsigned count)
{
    uint32_t values[3], tuple = new_container(p, PICKLE_LIST);
    for (unsigned i = count; i--;)
        values[i] = pop(p);
    for (unsigned i = 0; i < count; i++)
        append(p, tuple, values[i]);
    push(p, tuple);
}

static void append_pair(struct pickle *p)
{
    uint32_t value = pop(p), key = pop(p), container = top(p);
    append(p, container, key);
    append(p, container, value);
}

/* ---- classes and objects ---- */

/* A class is the text of its name; its module is dropped. */
static void push_global(struct pickle *p)
{
    (void)take_line(p);
    push_text(p, take_line(p));
}

static void pop_global(struct pickle *p)
{
    uint32_t name = pop(p);
    (void)pop(p);
    push(p, name);
}

/* copyreg._reconstructor(class, ...) makes an object of its first argument. */
static void reduce(struct pickle *p)
{
    uint32_t arguments = pop(p), class = pop(p), first;
    if (slice_is(pickle_text(p, class), "_reconstructor") &&
        pickle_take(p, arguments, &first, 1) == 1)
        class = first;
    push(p, new_object(p, class));
}

static void new_object_of(struct pickle *p, unsigned arguments)
{
    while (arguments--)
        (void)pop(p);
    push(p, new_object(p, pop(p)));
}

/* OBJ and INST: the class and its arguments above the mark. */
static void object_marked(struct pickle *p, bool named)
{
    if (named)
        push_global(p);
    uint32_t class_at = named ? p->stack.count - 1 : 0, from = pop_mark(p);
    if (p->bad || p->stack.count <= from) {
        p->bad = true;
        return;
    }
    uint32_t class = p->stack.data[named ? class_at : from];
    p->stack.count = from;
    push(p, new_object(p, class));
}

static void set_state(struct pickle *p)
{
    uint32_t state = pop(p), object = top(p);
    if (pickle_type(p, object) != PICKLE_OBJECT)
        return;
    uint32_t class = p->nodes.data[object].as.items.first;
    p->items.data[p->items.data[class - 1].next - 1].value = state;
}

/* ---- the memo ---- */

static void memo_put(struct pickle *p, uint64_t number)
{
    numbered_put(&p->memo, number, top(p));
}

static void memo_get(struct pickle *p, uint64_t number)
{
    uint32_t value = numbered_get(&p->memo, number);
    if (value == NUMBERED_NONE)
        p->bad = true;
    else
        push(p, value);
}

static uint64_t line_number(struct pickle *p)
{
    uint64_t number;
    struct slice line = take_line(p);
    if (decimal_count(line.text, line.length, &number))
        return number;
    p->bad = true;
    return 0;
}

/* ---- numbers and texts in lines ---- */

static void push_decimal_line(struct pickle *p, bool real)
{
    struct decimal number;
    struct slice line = take_line(p);
    int64_t value = 0;
    if (!real && (slice_is(line, "01") || slice_is(line, "00"))) {
        push(p, line.text[1] == '1' ? TRUE : FALSE);
        return;
    }
    if (line.length && line.text[line.length - 1] == 'L')
        line.length--;
    if (!decimal_parse(line.text, line.length, '.', &number))
        p->bad = true;
    else if (real)
        push_real(p, (number.negative ? -1.0 : 1.0) * (double)number.digits *
                         pow(10, number.exponent));
    else
        (void)decimal_scaled(&number, 0, &value);
    if (!real && !p->bad)
        push_integer(p, value);
}

static void push_quoted_line(struct pickle *p)
{
    struct slice line = take_line(p);
    if (line.length >= 2 && (*line.text == '\'' || *line.text == '"'))
        line = (struct slice){line.text + 1, line.length - 2};
    push_text(p, line);
}

/* Little-endian, two's complement. */
static void push_long(struct pickle *p, struct slice bytes)
{
    uint64_t value = 0;
    bool negative = bytes.length && (uint8_t)bytes.text[bytes.length - 1] & 0x80;
    if (bytes.length > 8) {
        push_integer(p, negative ? INT64_MIN : INT64_MAX);
        return;
    }
    for (size_t i = 0; i < bytes.length; i++)
        value |= (uint64_t)(uint8_t)bytes.text[i] << (8 * i);
    if (negative && bytes.length < 8)
        value |= UINT64_MAX << (8 * bytes.length);
    push_integer(p, (int64_t)value);
}

static void push_double(struct pickle *p)
{
    struct slice bytes = take_bytes(p, 8);
    uint64_t bits = 0;
    double value;
    for (size_t i = 0; i < bytes.length; i++)
        bits = bits << 8 | (uint8_t)bytes.text[i];
    memcpy(&value, &bits, sizeof value);
    push_real(p, value);
}

/* ---- operations ---- */

static bool apply_value(struct pickle *p, uint8_t operation)
{
    switch (operation) {
    case 'N':
        push(p, NONE);
        break;
    case 0x88:
        push(p, TRUE);
        break;
    case 0x89:
        push(p, FALSE);
        break;
    case 'F':
        push_decimal_line(p, true);
        break;
    case 'I':
    case 'L':
        push_decimal_line(p, false);
        break;
    case 'J':
        push_integer(p, (int32_t)take_number(p, 4));
        break;
    case 'K':
        push_integer(p, (int64_t)take_number(p, 1));
        break;
    case 'M':
        push_integer(p, (int64_t)take_number(p, 2));
        break;
    case 'G':
        push_double(p);
        break;
    case 0x8a:
        push_long(p, take_bytes(p, take_number(p, 1)));
        break;
    case 0x8b:
        push_long(p, take_bytes(p, take_number(p, 4)));
        break;
    case 'S':
        push_quoted_line(p);
        break;
    case 'V':
        push_text(p, take_line(p));
        break;
    case 'T':
    case 'B':
    case 'X':
        push_text(p, take_bytes(p, take_number(p, 4)));
        break;
    case 'U':
    case 'C':
    case 0x8c:
        push_text(p, take_bytes(p, take_number(p, 1)));
        break;
    case 0x8d:
    case 0x8e:
    case 0x96:
        push_text(p, take_bytes(p, take_number(p, 8)));
        break;
    default:
        return false;
    }
    return true;
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
        push(p, new_container(p, PICKLE_LIST));
        break;
    case '}':
        push(p, new_container(p, PICKLE_DICT));
        break;
    case 'l':
    case 't':
    case 0x91:
        collect_marked(p, PICKLE_LIST);
        break;
    case 'd':
        collect_marked(p, PICKLE_DICT);
        break;
    case 0x85:
        push_tuple(p, 1);
        break;
    case 0x86:
        push_tuple(p, 2);
        break;
    case 0x87:
        push_tuple(p, 3);
        break;
    case 'a': {
        uint32_t value = pop(p);
        append(p, top(p), value);
        break;
    }
    case 'e':
    case 'u':
    case 0x90:
        append_marked(p);
        break;
    case 's':
        append_pair(p);
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
        set_state(p);
        break;
    case 'P':
        push_text(p, take_line(p));
        break;
    case 'Q':
        push(p, pop(p));
        break;
    case 0x82:
        push_integer(p, (int64_t)take_number(p, 1));
        break;
    case 0x83:
        push_integer(p, (int64_t)take_number(p, 2));
        break;
    case 0x84:
        push_integer(p, (int64_t)take_number(p, 4));
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
        memo_put(p, take_number(p, 1));
        break;
    case 'r':
        memo_put(p, take_number(p, 4));
        break;
    case 0x94:
        memo_put(p, p->memo_next++);
        break;
    case 'g':
        memo_get(p, line_number(p));
        break;
    case 'h':
        memo_get(p, take_number(p, 1));
        break;
    case 'j':
        memo_get(p, take_number(p, 4));
        break;
    case '0':
        (void)pop(p);
        break;
    case '1':
        p->stack.count = pop_mark(p);
        break;
    case '2':
        push(p, top(p));
        break;
    case 0x80:
        (void)take_number(p, 1);
        break;
    case 0x95:
        (void)take_number(p, 8);
        break;
    default:
        return false;
    }
    return true;
}

static int run(struct pickle *p, struct error *err)
{
    while (p->at < p->size) {
        size_t start = p->at;
        uint8_t operation = p->data[p->at++];
        if (operation == '.') {
            p->root = pop(p);
            return p->bad ? error_at_offset(err, start, "the pickle ends without a value") : 0;
        }
        if (!apply_value(p, operation) && !apply_container(p, operation) &&
            !apply_object(p, operation) && !apply_memo(p, operation))
            return error_at_offset(err, start, "there is no pickle operation 0x%02x", operation);
        if (p->cut)
            break;
        if (p->bad)
            return error_at_offset(err, start, "a pickle operation finds not what it needs");
    }
    return error_set(err, ERROR_TRUNCATED, "the pickle ends too early");
}

int pickle_read(struct pickle **out, const uint8_t *data, size_t size, struct error *err)
{
    struct pickle *p = memory_zeroed(1, sizeof *p);
    p->data = data;
    p->size = size;
    p->steps = UINT64_MAX;
    *array_push(&p->nodes) = (struct node){.type = PICKLE_NONE};
    *array_push(&p->nodes) = (struct node){.type = PICKLE_BOOL, .as.integer = 0};
    *array_push(&p->nodes) = (struct node){.type = PICKLE_BOOL, .as.integer = 1};
    if (run(p, err)) {
        pickle_free(p);
        return -1;
    }
    array_free(&p->stack);
    array_free(&p->marks);
    numbered_free(&p->memo);
    p->steps = ((uint64_t)p->items.count + 1024) * STEPS_AN_ITEM;
    *out = p;
    return 0;
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

int pickle_load(struct pickle **out, struct input *input, struct error *err)
{
    const uint8_t *data;
    size_t size;
    struct error cut = {0};
    if (input_all(input, &data, &size, &cut)) {
        *err = cut; /* a pickle that is cut short has no value */
        return -1;
    }
    return pickle_read(out, data, size, err);
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
    if (container >= p->nodes.count || !is_container(p, container))
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
