/*
 * YAPPI's own files (get_func_stats().save(path)): a pickle of (YFuncStats, clock type). Each
 * function is a dict by numbers, its callees likewise:
 *
 *     0 name, 1 module, 2 line, 3 calls, 4 calls that are not recursive, 5 built-in, 6 total,
 *     7 own, 8 index, 9 callees, 10 context's id, ...
 *     0 index, 1 calls, 2 calls that are not recursive, 3 total, 4 own, ...    of a callee
 *
 * The same function in several contexts (threads) is one function with the sums of all, as in
 * YAPPI's own tables.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/numbered.h"
#include "formats/readers/pickle.h"

#include <inttypes.h>
#include <math.h>

enum { NAME, MODULE, LINE, CALLS, PRIMITIVE, BUILTIN, TOTAL, OWN, INDEX, CALLEES, FIELDS };
enum { CALLEE_INDEX, CALLEE_CALLS, CALLEE_PRIMITIVE, CALLEE_TOTAL, CALLEE_OWN, CALLEE_FIELDS };

struct callees {
    uint32_t function, list;
};

struct ystat {
    struct build *build;
    struct pickle *pickle;
    struct numbered function_of; /* by YAPPI's index */
    ARRAY(struct callees) callees;
    uint64_t unknown;
};

/* The values under 0 .. count-1 of a dict, or of an object that is one; PICKLE_NOTHING: none. */
static void take_fields(struct pickle *p, uint32_t stat, uint32_t *fields, uint32_t count)
{
    uint32_t at = pickle_first(p, stat), key, value;
    for (uint32_t i = 0; i < count; i++)
        fields[i] = PICKLE_NOTHING;
    while (pickle_next(p, &at, &key) && pickle_next(p, &at, &value)) {
        int64_t number = pickle_integer(p, key);
        if (pickle_type(p, key) == PICKLE_INTEGER && number >= 0 && number < count)
            fields[number] = value;
    }
}

static int64_t nanoseconds(const struct pickle *p, uint32_t value)
{
    double time = pickle_float(p, value) * 1e9;
    return fabs(time) < 9e18 ? (int64_t)llround(time) : 0;
}

static struct values values_of(const struct pickle *p, const uint32_t *fields, int calls,
                               int primitive, int total, int own)
{
    int64_t all = pickle_integer(p, fields[calls]), first = pickle_integer(p, fields[primitive]);
    return (struct values){.calls = all > 0 ? (uint64_t)all : 0,
                           .primitive = first > 0 && first <= all ? (uint64_t)first
                                        : all > 0                 ? (uint64_t)all
                                                                  : 0,
                           .total = nanoseconds(p, fields[total]),
                           .self = nanoseconds(p, fields[own])};
}

static void state_function(struct ystat *y, uint32_t stat)
{
    uint32_t fields[FIELDS];
    struct pickle *p = y->pickle;
    take_fields(p, stat, fields, FIELDS);
    struct slice name = pickle_text(p, fields[NAME]), module = pickle_text(p, fields[MODULE]);
    if (fields[NAME] == PICKLE_NOTHING || fields[INDEX] == PICKLE_NOTHING) {
        y->unknown++;
        return;
    }
    int64_t number = pickle_integer(p, fields[LINE]);
    uint32_t line = number > 0 && number <= INT32_MAX ? (uint32_t)number : 0;
    bool builtin = pickle_integer(p, fields[BUILTIN]) != 0;
    /* YAPPI's module is the path of the file. */
    struct slice none = {"", 0}, file = builtin ? none : module;
    if (!builtin)
        module = none;
    uint32_t function =
        build_function_n(y->build, name.text, name.length, module.text, module.length, file.text,
                         file.length, line, builtin ? FUNCTION_BUILTIN : FUNCTION_PYTHON);
    build_function_values(y->build, function, 0,
                          values_of(p, fields, CALLS, PRIMITIVE, TOTAL, OWN));
    numbered_put(&y->function_of, (uint64_t)pickle_integer(p, fields[INDEX]), function);
    *array_push(&y->callees) = (struct callees){function, fields[CALLEES]};
}

/* The elements of YFuncStats or YChildFuncStats: the keys of its dict, in its order. */
static uint32_t elements_of(struct pickle *p, uint32_t stats, bool *pairs)
{
    uint32_t state = pickle_state(p, stats), dict = pickle_member(p, state, "_as_dict");
    uint32_t first = pickle_first(p, dict);
    *pairs = first != 0;
    return first ? first : pickle_first(p, pickle_member(p, state, "_as_list"));
}

static void state_edges(struct ystat *y, const struct callees *callees)
{
    struct pickle *p = y->pickle;
    uint32_t fields[CALLEE_FIELDS], stat, value;
    bool pairs;
    uint32_t at = elements_of(p, callees->list, &pairs);
    while (pickle_next(p, &at, &stat) && (!pairs || pickle_next(p, &at, &value))) {
        take_fields(p, stat, fields, CALLEE_FIELDS);
        uint64_t index = (uint64_t)pickle_integer(p, fields[CALLEE_INDEX]);
        uint32_t callee = numbered_get(&y->function_of, index);
        if (callee == NUMBERED_NONE)
            y->unknown++;
        else
            build_edge_values(
                y->build, callees->function, callee, 0,
                values_of(p, fields, CALLEE_CALLS, CALLEE_PRIMITIVE, CALLEE_TOTAL, CALLEE_OWN));
    }
}

static int state_all(struct pickle *p, void *context, struct error *err)
{
    struct ystat *y = context;
    y->pickle = p;
    uint32_t parts[2], stat, value;
    bool pairs;
    (void)pickle_take(p, pickle_root(p), parts, 2);
    if (!slice_is(pickle_class(p, parts[0]), "YFuncStats"))
        return error_set(err, ERROR_FORMAT, "is no pickle of YAPPI's functions");
    bool wall = slice_is(pickle_text(p, parts[1]), "wall");
    build_metric(y->build, wall ? "wall" : "cpu", "s", METRIC_TIME, 1e-9);
    uint32_t at = elements_of(p, parts[0], &pairs);
    while (pickle_next(p, &at, &stat) && (!pairs || pickle_next(p, &at, &value)))
        state_function(y, stat);
    for (uint32_t i = 0; i < y->callees.count; i++)
        state_edges(y, &y->callees.data[i]);
    build_flags(y->build, PROFILE_HAS_CALLS | PROFILE_HAS_PRIMITIVE | PROFILE_HAS_EDGES);
    if (y->unknown)
        build_note(y->build, "%" PRIu64 " functions or calls are of none that the file defines",
                   y->unknown);
    if (!y->callees.count)
        build_note(y->build, "holds no function");
    return 0;
}

static int read_ystat(struct input *input, struct build *build, struct error *err)
{
    struct ystat y = {.build = build};
    int status = pickle_tell(input, &(struct pickle_teller){state_all, &y}, build, err);
    numbered_free(&y.function_of);
    array_free(&y.callees);
    return status;
}

static int probe_ystat(const uint8_t *head, size_t size)
{
    return pickle_holds(head, size, "YFuncStats") ? 100 : 0;
}

const struct reader ystat_reader = {
    .name = "ystat",
    .description = "YAPPI's own pickle",
    .suffixes = "ystat ys",
    .probe = probe_ystat,
    .read = read_ystat,
};
