#include "capture/launcher/modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct module_file *file_of(struct module_files *files, const char *path,
                                   const char *build_id)
{
    for (uint32_t i = 0; i < files->list.count; i++) {
        struct module_file *file = files->list.data[i];
        if (strcmp(file->path, path) == 0 && strcmp(file->build_id, build_id) == 0)
            return file;
    }
    struct module_file *file = memory_zeroed(1, sizeof *file);
    file->path = memory_string(path);
    file->build_id = memory_string(build_id);
    const char *slash = strrchr(file->path, '/');
    file->name = slash ? slash + 1 : file->path;
    *array_push(&files->list) = file;
    return file;
}

void module_files_free(struct module_files *files)
{
    for (uint32_t i = 0; i < files->list.count; i++) {
        struct module_file *file = files->list.data[i];
        symbols_close(file->symbols);
        array_free(&file->functions);
        free(file->path);
        free(file->build_id);
        free(file);
    }
    array_free(&files->list);
}

void modules_add(struct modules *modules, struct module_files *files, struct module module,
                 const char *path, const char *build_id)
{
    module.until = UINT64_MAX;
    module.file = file_of(files, path, build_id);
    *array_push(&modules->list) = module;
}

void modules_remove(struct modules *modules, uint64_t first, uint64_t ticks)
{
    for (uint32_t i = modules->list.count; i-- > 0;) {
        struct module *module = &modules->list.data[i];
        if (module->first != first || module->until != UINT64_MAX)
            continue;
        module->until = ticks;
        for (uint32_t s = 0; s < modules->slot_count; s++) {
            struct address *slot = &modules->slots[s];
            if (slot->address >= module->first && slot->address < module->end &&
                slot->until > ticks)
                slot->until = ticks;
        }
        return;
    }
}

void modules_free(struct modules *modules)
{
    array_free(&modules->list);
    free(modules->slots);
}

static struct address *slot_for(struct address *slots, uint32_t count, uint64_t address)
{
    uint32_t at = (uint32_t)(address * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (count - 1);
    while (slots[at].address && slots[at].address != address)
        at = (at + 1) & (count - 1);
    return &slots[at];
}

static void remember(struct modules *modules, struct address entry)
{
    if (modules->used * 2 >= modules->slot_count) {
        uint32_t count = modules->slot_count ? modules->slot_count * 2 : 1024;
        struct address *slots = memory_zeroed(count, sizeof *slots);
        for (uint32_t i = 0; i < modules->slot_count; i++)
            if (modules->slots[i].address)
                *slot_for(slots, count, modules->slots[i].address) = modules->slots[i];
        free(modules->slots);
        modules->slots = slots;
        modules->slot_count = count;
    }
    struct address *slot = slot_for(modules->slots, modules->slot_count, entry.address);
    modules->used += slot->address == 0;
    *slot = entry;
}

/* The module at a time; else the latest that ever was there: its definition may be a little late.
 */
static const struct module *module_at(const struct modules *modules, uint64_t address,
                                      uint64_t ticks)
{
    const struct module *latest = NULL;
    for (uint32_t i = modules->list.count; i-- > 0;) {
        const struct module *module = &modules->list.data[i];
        if (address < module->first || address >= module->end)
            continue;
        if (ticks >= module->from && ticks < module->until)
            return module;
        if (!latest)
            latest = module;
    }
    return latest;
}

static uint32_t nameless(struct trace_writer *writer, uint64_t address, const char *module)
{
    char name[600];
    if (*module)
        snprintf(name, sizeof name, "0x%llx [%.500s]", (unsigned long long)address, module);
    else
        snprintf(name, sizeof name, "0x%llx", (unsigned long long)address);
    return trace_writer_function(writer, name, module, "", 0, FUNCTION_NATIVE);
}

struct symbols *module_file_symbols(struct module_file *file)
{
    if (!file->symbols)
        file->symbols = symbols_open(file->path, file->build_id);
    return file->symbols;
}

static uint32_t function_in(struct module_file *file, struct trace_writer *writer, uint64_t address)
{
    uint32_t index = symbols_find(module_file_symbols(file), address);
    if (index == SYMBOL_NONE)
        return nameless(writer, address, file->name);
    while (file->functions.count <= index)
        *array_push(&file->functions) = PROFILE_NONE;
    if (file->functions.data[index] == PROFILE_NONE) {
        struct symbol symbol = symbols_describe(file->symbols, index);
        file->functions.data[index] = trace_writer_function(
            writer, symbol.name, file->name, symbol.file, symbol.line, FUNCTION_NATIVE);
        free(symbol.name);
        free(symbol.file);
    }
    return file->functions.data[index];
}

struct module_file *modules_file(const struct modules *modules, const struct modules *inherited,
                                 uint64_t address, uint64_t ticks)
{
    const struct module *module = module_at(modules, address, ticks);
    if (!module && inherited)
        module = module_at(inherited, address, ticks);
    return module ? module->file : NULL;
}

uint32_t modules_resolve(struct modules *modules, const struct modules *inherited,
                         struct trace_writer *writer, uint64_t address, uint64_t ticks)
{
    const struct module *module = module_at(modules, address, ticks);
    if (!module && inherited)
        module = module_at(inherited, address, ticks);
    struct address entry = {.address = address, .from = 0, .until = UINT64_MAX};
    if (module) {
        entry.function = function_in(module->file, writer, address - module->bias);
        bool holds = ticks >= module->from && ticks < module->until;
        entry.from = holds ? module->from : ticks;
        entry.until = holds ? module->until : ticks + 1;
    } else {
        entry.function = nameless(writer, address, "");
    }
    if (address)
        remember(modules, entry);
    return entry.function;
}
