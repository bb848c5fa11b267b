#include "formats/readers/uftrace_symbols.h"

#include "formats/profile/memory.h"
#include "formats/profile/search.h"
#include "formats/readers/names.h"
#include "formats/readers/numbered.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In libstdc++, which has no header of it for C. */
char *__cxa_demangle(const char *name, char *buffer, size_t *size, int *status);

#define ADDRESS_MASK ((UINT64_C(1) << 48) - 1)

struct symbol {
    uint64_t address;
    size_t name; /* in the text of its module */
    bool code;
};

struct module {
    char *name;
    bool loaded;                  /* most modules of a program hold no function that was recorded */
    ARRAY(struct symbol) symbols; /* by address */
    ARRAY(char) text;
};

struct map {
    uint64_t start, end;
    uint32_t module;
};

struct session {
    ARRAY(struct map) maps; /* by address when `sorted` */
    bool sorted;
    struct numbered functions; /* by address */
};

struct uftrace_symbols {
    const struct input *folder;
    struct build *build;
    struct names module_names, session_names;
    ARRAY(struct module) modules;
    ARRAY(struct session) sessions;
    uint64_t missing;
};

/* ---- lines ---- */

static bool take_hex(struct slice *line, uint64_t *value)
{
    size_t digits = 0;
    *value = 0;
    for (; digits < line->length && digits < 16; digits++) {
        char c = line->text[digits];
        if (c >= '0' && c <= '9')
            *value = *value << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            *value = *value << 4 | (uint64_t)(c - 'a' + 10);
        else
            break;
    }
    line->text += digits;
    line->length -= digits;
    return digits > 0;
}

static struct slice base_name(struct slice path)
{
    const char *slash = path.length ? memrchr(path.text, '/', path.length) : NULL;
    size_t before = slash ? (size_t)(slash + 1 - path.text) : 0;
    return (struct slice){path.text + before, path.length - before};
}

static struct input *open_part(struct uftrace_symbols *s, const char *prefix, struct slice name,
                               const char *suffix)
{
    struct input *input = NULL;
    struct error ignored = {0};
    char *file = memory_printf("%s%.*s%s", prefix, (int)name.length, name.text, suffix);
    if (input_open_beside(&input, s->folder, file, &ignored)) {
        s->missing++;
        input = NULL;
    }
    free(file);
    return input;
}

/* ---- modules ---- */

static void take_symbol(struct module *module, struct slice line)
{
    uint64_t address;
    if (!take_hex(&line, &address) || line.length < 4 || line.text[0] != ' ' || line.text[2] != ' ')
        return;
    char type = line.text[1];
    line = (struct slice){line.text + 3, line.length - 3};
    *array_push(&module->symbols) =
        (struct symbol){address, module->text.count, type && strchr("TtPWwiK", type)};
    array_reserve(&module->text, line.length + 1);
    memcpy(module->text.data + module->text.count, line.text, line.length);
    module->text.count += (uint32_t)line.length;
    *array_push(&module->text) = '\0';
}

static int by_address(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

/* Of several symbols at one address the first that is code stays. */
static void drop_others(struct module *module)
{
    struct symbol *symbols = module->symbols.data;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < module->symbols.count; i++) {
        if (!kept || symbols[kept - 1].address != symbols[i].address)
            symbols[kept++] = symbols[i];
        else if (!symbols[kept - 1].code)
            symbols[kept - 1] = symbols[i];
    }
    module->symbols.count = kept;
}

static struct module *load_module(struct uftrace_symbols *s, uint32_t at)
{
    struct module *module = &s->modules.data[at];
    struct error ignored = {0};
    struct slice line;
    if (module->loaded)
        return module;
    module->loaded = true;
    struct input *input =
        open_part(s, "", (struct slice){module->name, strlen(module->name)}, ".sym");
    while (input && input_line(input, &line.text, &line.length, &ignored) > 0)
        if (line.length && *line.text != '#')
            take_symbol(module, line);
    input_close(input);
    if (module->symbols.count)
        qsort(module->symbols.data, module->symbols.count, sizeof *module->symbols.data,
              by_address);
    drop_others(module);
    return module;
}

static uint32_t module_of(struct uftrace_symbols *s, struct slice path)
{
    struct slice name = base_name(path);
    bool added;
    uint32_t *at = names_value(&s->module_names, name, &added);
    if (!added)
        return *at;
    *at = s->modules.count;
    *array_push(&s->modules) =
        (struct module){.name = memory_printf("%.*s", (int)name.length, name.text)};
    return s->modules.count - 1;
}

/* ---- sessions ---- */

static void take_map(struct uftrace_symbols *s, struct session *session, struct slice line)
{
    struct map map;
    const char *slash = memchr(line.text, '/', line.length);
    if (!slash || !take_hex(&line, &map.start) || !line.length || *line.text != '-')
        return;
    line.text++;
    line.length--;
    if (!take_hex(&line, &map.end))
        return;
    struct slice path = {slash, (size_t)(line.text + line.length - slash)};
    const char *id = memmem(path.text, path.length, " build-id:", 10);
    if (id)
        path.length = (size_t)(id - path.text);
    map.module = module_of(s, slice_trim(path));
    *array_push(&session->maps) = map;
}

static int by_start(const void *a, const void *b)
{
    const struct map *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

static void sort_maps(struct session *session)
{
    if (!session->sorted && session->maps.count)
        qsort(session->maps.data, session->maps.count, sizeof *session->maps.data, by_start);
    session->sorted = true;
}

uint32_t uftrace_session(struct uftrace_symbols *s, struct slice id)
{
    struct session session = {0};
    struct error ignored = {0};
    struct slice line;
    bool added;
    uint32_t *at = names_value(&s->session_names, id, &added);
    if (!added)
        return *at;
    *at = s->sessions.count;
    struct input *input = open_part(s, "sid-", id, ".map");
    while (input && input_line(input, &line.text, &line.length, &ignored) > 0)
        take_map(s, &session, line);
    input_close(input);
    *array_push(&s->sessions) = session;
    return s->sessions.count - 1;
}

void uftrace_module(struct uftrace_symbols *s, uint32_t session, struct slice path, uint64_t base)
{
    struct map map = {.start = base, .end = base, .module = module_of(s, path)};
    const struct module *module = load_module(s, map.module);
    if (module->symbols.count)
        map.end = base + module->symbols.data[module->symbols.count - 1].address + 1;
    *array_push(&s->sessions.data[session].maps) = map;
    s->sessions.data[session].sorted = false;
}

/* ---- addresses ---- */

static const struct map *map_of(const struct session *session, uint64_t address)
{
    uint32_t low = search_up_to(&session->maps, start, address);
    const struct map *map = low ? &session->maps.data[low - 1] : NULL;
    return map && address < map->end ? map : NULL;
}

static const struct symbol *symbol_of(const struct module *module, uint64_t address)
{
    uint32_t low = search_up_to(&module->symbols, address, address);
    const struct symbol *symbol = low ? &module->symbols.data[low - 1] : NULL;
    return symbol && symbol->code ? symbol : NULL;
}

static uint32_t state_symbol(struct uftrace_symbols *s, const struct module *module,
                             const struct symbol *symbol)
{
    const char *name = module->text.data + symbol->name;
    int status = 0;
    char *plain = strncmp(name, "_Z", 2) == 0 ? __cxa_demangle(name, NULL, NULL, &status) : NULL;
    uint32_t function =
        build_function(s->build, plain ? plain : name, module->name, "", 0, FUNCTION_NATIVE);
    free(plain);
    return function;
}

static uint32_t find_function(struct uftrace_symbols *s, const struct session *session,
                              uint64_t address)
{
    const struct map *map = map_of(session, address);
    const struct module *module = map ? load_module(s, map->module) : NULL;
    const struct symbol *symbol = module ? symbol_of(module, address - map->start) : NULL;
    if (module && !symbol) /* old files have the addresses of a program that is not moved */
        symbol = symbol_of(module, address);
    if (symbol)
        return state_symbol(s, module, symbol);
    char name[32];
    snprintf(name, sizeof name, "0x%" PRIx64, address);
    return build_function(s->build, name, module ? module->name : "", "", 0, FUNCTION_NATIVE);
}

uint32_t uftrace_function(struct uftrace_symbols *s, uint32_t session, uint64_t address)
{
    struct session *owner = &s->sessions.data[session];
    address &= ADDRESS_MASK;
    sort_maps(owner);
    uint32_t function = numbered_get(&owner->functions, address);
    if (function == NUMBERED_NONE) {
        function = find_function(s, owner, address);
        numbered_put(&owner->functions, address, function);
    }
    return function;
}

uint64_t uftrace_missing(const struct uftrace_symbols *s)
{
    return s->missing;
}

struct uftrace_symbols *uftrace_symbols_new(const struct input *folder, struct build *build)
{
    struct uftrace_symbols *s = memory_zeroed(1, sizeof *s);
    s->folder = folder;
    s->build = build;
    return s;
}

void uftrace_symbols_free(struct uftrace_symbols *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; i < s->modules.count; i++) {
        free(s->modules.data[i].name);
        array_free(&s->modules.data[i].symbols);
        array_free(&s->modules.data[i].text);
    }
    for (uint32_t i = 0; i < s->sessions.count; i++) {
        array_free(&s->sessions.data[i].maps);
        numbered_free(&s->sessions.data[i].functions);
    }
    array_free(&s->modules);
    array_free(&s->sessions);
    names_free(&s->module_names);
    names_free(&s->session_names);
    free(s);
}
