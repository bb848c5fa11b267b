#include "formats/readers/callgrind_place.h"

static void take_object(struct callgrind_place *place, uint32_t object)
{
    place->object = object;
    place->node = PROFILE_NONE;
}

static void take_inlined(struct callgrind_place *place, uint32_t file)
{
    place->file = file;
    place->file_is_new = true;
}

static void take_file(struct callgrind_place *place, uint32_t file)
{
    take_inlined(place, file);
    place->function_file = file;
    place->node = PROFILE_NONE;
}

static void take_function(struct callgrind_place *place, uint32_t function)
{
    place->function = function;
    place->has_function = true;
    if (place->file_is_new)
        place->function_file = place->file;
    place->file = place->function_file;
    place->node = PROFILE_NONE;
}

static void take_called_object(struct callgrind_place *place, uint32_t object)
{
    place->called.object = object;
    place->called.has_object = true;
}

static void take_called_file(struct callgrind_place *place, uint32_t file)
{
    place->called.file = file;
    place->called.has_file = true;
}

static void take_called_function(struct callgrind_place *place, uint32_t function)
{
    place->called.function = function;
    place->called.has_function = true;
}

/* The target of a jump may be the first to explain a number. */
static void take_target(struct callgrind_place *place, uint32_t name)
{
    (void)place;
    (void)name;
}

bool callgrind_place_line(struct callgrind_place *place, struct callgrind_names *names,
                          struct slice line)
{
    static const struct {
        const char *prefix;
        enum callgrind_space space;
        void (*take)(struct callgrind_place *place, uint32_t name);
    } kinds[] = {
        {"cfn=", CALLGRIND_FUNCTIONS, take_called_function},
        {"cfi=", CALLGRIND_FILES, take_called_file},
        {"cfl=", CALLGRIND_FILES, take_called_file},
        {"cob=", CALLGRIND_OBJECTS, take_called_object},
        {"fn=", CALLGRIND_FUNCTIONS, take_function},
        {"fi=", CALLGRIND_FILES, take_inlined},
        {"fe=", CALLGRIND_FILES, take_inlined},
        {"fl=", CALLGRIND_FILES, take_file},
        {"ob=", CALLGRIND_OBJECTS, take_object},
        {"jfi=", CALLGRIND_FILES, take_target},
        {"jfn=", CALLGRIND_FUNCTIONS, take_target},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (*line.text != *kinds[i].prefix || !slice_begins(line, kinds[i].prefix))
            continue;
        size_t length = strlen(kinds[i].prefix);
        struct slice text = slice_trim((struct slice){line.text + length, line.length - length});
        kinds[i].take(place, callgrind_name(names, kinds[i].space, text));
        return true;
    }
    return false;
}

uint32_t callgrind_place_node(struct callgrind_place *place, struct callgrind_names *names,
                              struct callgraph *graph)
{
    static const struct slice unknown = {"(unknown)", 9};
    if (!place->has_function)
        place->function = callgrind_name(names, CALLGRIND_FUNCTIONS, unknown);
    place->has_function = true;
    if (place->node == PROFILE_NONE)
        place->node =
            callgrind_node(names, graph, place->object, place->function_file, place->function);
    return place->node;
}

uint32_t callgrind_place_callee(struct callgrind_place *place, struct callgrind_names *names,
                                struct callgraph *graph)
{
    bool object = place->called.has_object, file = place->called.has_file;
    place->called.has_object = place->called.has_file = false;
    return callgrind_node(names, graph, object ? place->called.object : place->object,
                          file ? place->called.file : place->file, place->called.function);
}
