#include "capture/launcher/symbols.h"
#include "formats/profile/memory.h"
#include "formats/profile/search.h"

#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of the C++ ABI, in libstdc++: the result is malloc()ed, NULL when it is no C++ name. */
char *__cxa_demangle(const char *name, char *buffer, size_t *size, int *status);

struct entry {
    uint64_t start, end;
    const char *name;   /* in the file's string table */
    unsigned char rank; /* among several names of one address: the lowest is shown */
};

struct symbols {
    Dwfl *dwfl;
    Dwfl_Module *module;
    uint64_t bias;               /* from the file's addresses to dwfl's */
    ARRAY(struct entry) entries; /* by start, no two alike */
};

/* ---- reading ---- */

/* Where elfutils looks by name: beside the file, in .debug there, and below /usr/lib/debug. */
static bool has_separate_file(const char *file, const char *link)
{
    static const char *const folders[][2] = {{"", "/"}, {"", "/.debug/"}, {"/usr/lib/debug", "/"}};
    const char *slash = file ? strrchr(file, '/') : NULL;
    bool found = false;
    for (size_t i = 0; slash && !found && i < sizeof folders / sizeof *folders; i++) {
        char path[PATH_MAX];
        int length = snprintf(path, sizeof path, "%s%.*s%s%s%s", folders[i][0], (int)(slash - file),
                              file, folders[i][1], link ? link : slash + 1, link ? "" : ".debug");
        found = length > 0 && (size_t)length < sizeof path && access(path, R_OK) == 0;
    }
    return found;
}

/*
 * The standard way ends at debuginfod: its library and the thirty that it needs are loaded, in 10
 * ms, before it sees that there is no server to ask. So it is gone only where it can lead to
 * something.
 */
static int find_debuginfo(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
                          const char *file, const char *link, GElf_Word crc, char **found)
{
    const char *servers = getenv("DEBUGINFOD_URLS");
    int fd = dwfl_build_id_find_debuginfo(module, data, name, base, file, link, crc, found);
    if (fd >= 0 || ((!servers || !*servers) && !has_separate_file(file, link)))
        return fd;
    return dwfl_standard_find_debuginfo(module, data, name, base, file, link, crc, found);
}

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = find_debuginfo,
    .section_address = dwfl_offline_section_address,
};

static bool has_build_id(Dwfl_Module *module, const char *expected)
{
    const unsigned char *bytes;
    GElf_Addr address;
    char text[129] = "";
    int size = dwfl_module_build_id(module, &bytes, &address);
    if (size <= 0 || size > 64)
        return true;
    for (int i = 0; i < size; i++)
        snprintf(text + 2 * (size_t)i, 3, "%02x", bytes[i]);
    return strcmp(text, expected) == 0;
}

static unsigned char rank_of(const GElf_Sym *symbol, const char *name)
{
    unsigned binding = GELF_ST_BIND(symbol->st_info);
    unsigned rank = binding == STB_GLOBAL ? 0 : binding == STB_WEAK ? 2 : 4;
    return (unsigned char)(rank + (name[0] == '_' && name[1] == '_'));
}

static bool is_function(const GElf_Sym *symbol, GElf_Word section, const char *name)
{
    unsigned type = GELF_ST_TYPE(symbol->st_info);
    if (section == SHN_UNDEF || section == SHN_ABS || !name || !*name)
        return false;
    return type == STT_FUNC || type == STT_GNU_IFUNC || (type == STT_NOTYPE && name[0] != '$');
}

static bool is_code(Elf *elf, GElf_Word section)
{
    GElf_Shdr header;
    Elf_Scn *scn = elf ? elf_getscn(elf, section) : NULL;
    return !scn || !gelf_getshdr(scn, &header) || header.sh_flags & SHF_EXECINSTR;
}

static void collect(struct symbols *symbols)
{
    int count = dwfl_module_getsymtab(symbols->module);
    for (int i = 1; i < count; i++) {
        GElf_Sym symbol;
        GElf_Addr address;
        GElf_Word section;
        Elf *elf;
        const char *name =
            dwfl_module_getsym_info(symbols->module, i, &symbol, &address, &section, &elf, NULL);
        if (!is_function(&symbol, section, name))
            continue;
        if (GELF_ST_TYPE(symbol.st_info) == STT_NOTYPE && !is_code(elf, section))
            continue;
        *array_push(&symbols->entries) = (struct entry){.start = address,
                                                        .end = address + symbol.st_size,
                                                        .name = name,
                                                        .rank = rank_of(&symbol, name)};
    }
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* One name an address; a function without a size reaches to the next one. */
static void settle(struct symbols *symbols)
{
    uint32_t kept = 0;
    struct entry *entries = symbols->entries.data;
    if (symbols->entries.count > 1)
        qsort(entries, symbols->entries.count, sizeof *entries, compare_entries);
    for (uint32_t i = 0; i < symbols->entries.count; i++) {
        if (kept && entries[kept - 1].start == entries[i].start) {
            if (entries[kept - 1].end < entries[i].end)
                entries[kept - 1].end = entries[i].end;
            continue;
        }
        entries[kept++] = entries[i];
    }
    symbols->entries.count = kept;
    for (uint32_t i = 0; i < kept; i++)
        if (entries[i].end == entries[i].start)
            entries[i].end = i + 1 < kept ? entries[i + 1].start : entries[i].start + 1;
}

struct symbols *symbols_open(const char *path, const char *build_id)
{
    struct symbols *symbols = memory_zeroed(1, sizeof *symbols);
    symbols->dwfl = dwfl_begin(&callbacks);
    if (!symbols->dwfl)
        return symbols;
    dwfl_report_begin(symbols->dwfl);
    Dwfl_Module *module = dwfl_report_offline(symbols->dwfl, path, path, -1);
    dwfl_report_end(symbols->dwfl, NULL, NULL);
    GElf_Addr bias;
    if (!module || !dwfl_module_getelf(module, &bias))
        return symbols;
    if (*build_id && !has_build_id(module, build_id))
        return symbols;
    symbols->module = module;
    symbols->bias = bias;
    collect(symbols);
    settle(symbols);
    return symbols;
}

void symbols_close(struct symbols *symbols)
{
    if (!symbols)
        return;
    array_free(&symbols->entries);
    if (symbols->dwfl)
        dwfl_end(symbols->dwfl);
    free(symbols);
}

/* ---- asking ---- */

uint32_t symbols_find(const struct symbols *symbols, uint64_t address)
{
    address += symbols->bias;
    uint32_t low = search_up_to(&symbols->entries, start, address);
    if (low == 0 || address >= symbols->entries.data[low - 1].end)
        return SYMBOL_NONE;
    return low - 1;
}

/* "f@@VERSION" -> "f"; what the compiler appended to a C name ("f.constprop.0") stays. */
static char *readable(const char *name)
{
    int status;
    const char *version = strchr(name, '@');
    char *plain = memory_printf("%.*s", (int)(version ? version - name : (long)strlen(name)), name);
    char *demangled =
        strncmp(plain, "_Z", 2) == 0 ? __cxa_demangle(plain, NULL, NULL, &status) : NULL;
    if (!demangled)
        return plain;
    free(plain);
    return demangled;
}

static char *source_of(struct symbols *symbols, uint64_t address, uint32_t *line)
{
    int number = 0;
    *line = 0;
    Dwfl_Line *found = dwfl_module_getsrc(symbols->module, address);
    const char *file = found ? dwfl_lineinfo(found, NULL, &number, NULL, NULL, NULL) : NULL;
    if (!file)
        return memory_string("");
    *line = number > 0 ? (uint32_t)number : 0;
    const char *folder = *file == '/' ? NULL : dwfl_line_comp_dir(found);
    return folder ? memory_printf("%s/%s", folder, file) : memory_string(file);
}

uint32_t symbols_count(const struct symbols *symbols)
{
    return symbols->entries.count;
}

struct symbol_range symbols_range(const struct symbols *symbols, uint32_t index)
{
    const struct entry *entry = &symbols->entries.data[index];
    return (struct symbol_range){entry->start - symbols->bias, entry->end - symbols->bias};
}

char *symbols_name(const struct symbols *symbols, uint32_t index)
{
    return readable(symbols->entries.data[index].name);
}

struct symbol symbols_describe(struct symbols *symbols, uint32_t index)
{
    const struct entry *entry = &symbols->entries.data[index];
    struct symbol symbol = {.name = readable(entry->name)};
    symbol.file = source_of(symbols, entry->start, &symbol.line);
    return symbol;
}
