/* What a function is known by, as hashes. */
#include "formats/profile/memory.h"
#include "tui/analysis/match_internal.h"
#include "tui/analysis/names.h"

#include <ctype.h>
#include <string.h>

#define MULTIPLIER UINT64_C(0x9e3779b97f4a7c15)

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * MULTIPLIER;
    return hash ^ hash >> 29;
}

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t length)
{
    uint64_t word;
    hash = mix(hash, length);
    for (; length >= sizeof word; length -= sizeof word, bytes += sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = mix(hash, word);
    }
    word = 0;
    memcpy(&word, bytes, length);
    return mix(hash, word);
}

/* ".isra.0", ".cold", ".cold.3"; a Python method may well be called "cold". */
static bool is_clone_suffix(const char *suffix, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(suffix, word, length) != 0)
        return false;
    if (!suffix[length])
        return !strcmp(word, ".cold");
    return suffix[length] == '.' && isdigit((unsigned char)suffix[length + 1]);
}

/* "f(int) [clone .cold]", as demangled */
static size_t demangled_length(const char *name)
{
    const char *clone = strstr(name, " [clone .");
    return clone && clone > name ? (size_t)(clone - name) : strlen(name);
}

static bool is_python(const struct function *function)
{
    return function->kind == FUNCTION_PYTHON || function->kind == FUNCTION_COROUTINE;
}

size_t match_name_length(const struct function *function)
{
    static const char *const words[] = {".isra", ".constprop", ".part",
                                        ".cold", ".lto_priv",  ".llvm"};
    const char *name = function->name, *dot = name;
    if (!name[0] || is_python(function) || function->kind == FUNCTION_BUILTIN)
        return strlen(name);
    while ((dot = strchr(dot + 1, '.')) != NULL)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (is_clone_suffix(dot, words[i]))
                return (size_t)(dot - name);
    return demangled_length(name);
}

/* As cProfile names C functions: "<method 'append' of 'list' objects>" */
static bool is_described(const char *name)
{
    return name[0] == '<' && strchr(name, ' ');
}

/*
 * "<built-in method __new__ of type object at 0x9584a0>": the address is another in each run,
 * and not every format keeps it.
 */
static size_t stable_length(const struct function *function)
{
    if (!is_described(function->name))
        return match_name_length(function);
    const char *address = strstr(function->name, " at 0x");
    size_t length = strlen(function->name);
    if (address && address[6 + strspn(address + 6, "0123456789abcdefABCDEF")] == '>')
        return (size_t)(address - function->name);
    return function->name[length - 1] == '>' ? length - 1 : length;
}

/* Of "Tree.run.<locals>.<lambda>" that is "<lambda>". */
static const char *last_part(const char *name, size_t length)
{
    const char *part = name;
    if (is_described(name))
        return name;
    for (const char *c = name; c < name + length; c++)
        if (*c == '.')
            part = c + 1;
    return part < name + length ? part : name;
}

bool match_has_qualified_names(const struct profile *profile)
{
    for (uint32_t f = 0; f < profile->function_count; f++) {
        const struct function *function = &profile->functions[f];
        bool python = is_python(function) || function->kind == FUNCTION_UNKNOWN;
        if (!python || !strchr(function->name, '.'))
            continue;
        size_t length = match_name_length(function);
        if (last_part(function->name, length) != function->name)
            return true;
    }
    return false;
}

const char *match_file_tail(const char *file)
{
    const char *tail = path_base(file);
    if (tail == file)
        return file;
    for (tail--; tail > file && tail[-1] != '/';)
        tail--;
    return tail;
}

/* Folders that say where Python's packages are, not which: all of them are one. */
static size_t package_folder(const char *tail)
{
    static const char *const folders[] = {"site-packages/", "dist-packages/"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (!strncmp(tail, folders[i], strlen(folders[i])))
            return strlen(folders[i]);
    size_t version = strncmp(tail, "python", 6) ? 0 : 6 + strspn(tail + 6, "0123456789.");
    return version && tail[version] == '/' ? version + 1 : 0;
}

static uint64_t hash_tail(const char *file)
{
    const char *tail = match_file_tail(file);
    size_t folder = package_folder(tail);
    uint64_t hash = folder ? MULTIPLIER : 1;
    return hash_bytes(hash, tail + folder, strlen(tail + folder));
}

static uint64_t hash_base(const char *path)
{
    const char *base = path_base(path);
    return hash_bytes(2, base, strlen(base));
}

/* A profile's texts are interned: one address, one text. */
static uint64_t known_hash(struct match_known *known, const char *text,
                           uint64_t (*hash)(const char *text))
{
    struct match_known *slot = &known[((uintptr_t)text >> 3 ^ (uintptr_t)text >> 13) % MATCH_KNOWN];
    if (slot->text != text)
        *slot = (struct match_known){text, hash(text)};
    return slot->hash;
}

static uint64_t name_hash(const struct function *function, unsigned aspects)
{
    if (aspects & MATCH_NO_NAME)
        return 3;
    size_t length = aspects & MATCH_EXACT_NAME ? strlen(function->name) : stable_length(function);
    if (!(aspects & MATCH_LAST_NAME))
        return hash_bytes(3, function->name, length);
    const char *part = last_part(function->name, length);
    return hash_bytes(3, part, length - (size_t)(part - function->name));
}

/* Both may be unknown together, as in folded stacks; one alone must say something. */
static bool has_place(const struct function *function, unsigned aspects)
{
    bool by_file = aspects & (MATCH_TAIL | MATCH_FILE), by_module = aspects & MATCH_MODULE;
    if (by_module && by_file)
        return true;
    if (by_module)
        return function->module[0] != '\0';
    return !by_file || function->file[0] != '\0';
}

static uint64_t hash_of(struct match_side *side, const struct function *function, unsigned aspects)
{
    uint64_t hash = name_hash(function, aspects);
    if (aspects & MATCH_MODULE)
        hash = mix(hash, known_hash(side->modules, function->module, hash_base));
    if (aspects & MATCH_TAIL)
        hash = mix(hash, known_hash(side->tails, function->file, hash_tail));
    if (aspects & MATCH_FILE)
        hash = mix(hash, hash_base(function->file));
    if (aspects & MATCH_LINE)
        hash = mix(hash, function->line);
    if (aspects & MATCH_KIND)
        hash = mix(hash, (uint64_t)function->kind);
    return hash;
}

void match_collect(struct match_side *side, unsigned aspects)
{
    uint32_t left = side->left_count;
    side->count = side->left_count = 0;
    for (uint32_t i = 0; i < left; i++) {
        uint32_t f = side->left[i];
        const struct function *function = &side->profile->functions[f];
        if (side->partner[f] != PROFILE_NONE)
            continue;
        side->left[side->left_count++] = f;
        if (has_place(function, aspects))
            side->keys[side->count++] =
                (struct match_key){hash_of(side, function, aspects), function->line, f};
    }
}

/* ---- places ---- */

/* The name of the folder above a file; 0 when the file has none. */
static uint64_t folder_hash(const char *file)
{
    const char *tail = match_file_tail(file), *base = path_base(file);
    if (tail == base || package_folder(tail))
        return 0;
    uint64_t hash = hash_bytes(4, tail, (size_t)(base - tail));
    return hash ? hash : 1;
}

static uint64_t *folder_slot(const struct match_side *side, uint64_t folder)
{
    uint32_t at = (uint32_t)(folder >> 32) & (side->folder_slots - 1);
    while (side->folders[at] && side->folders[at] != folder)
        at = (at + 1) & (side->folder_slots - 1);
    return &side->folders[at];
}

static void list_folders(struct match_side *side)
{
    const char *last = NULL;
    for (side->folder_slots = 16; side->folder_slots / 2 < side->profile->function_count;)
        side->folder_slots *= 2;
    side->folders = memory_zeroed(side->folder_slots, sizeof *side->folders);
    for (uint32_t f = 0; f < side->profile->function_count; f++) {
        const char *file = side->profile->functions[f].file;
        uint64_t folder = file == last ? 0 : folder_hash(file);
        if (folder)
            *folder_slot(side, folder) = folder;
        last = file;
    }
}

static bool knows_folder(struct match_side *side, uint64_t folder)
{
    if (!side->folders)
        list_folders(side);
    return *folder_slot(side, folder) != 0;
}

/* A program run as a script is __main__ where it is imported by its name. */
static bool is_main(const char *module)
{
    return !strcmp(module, "__main__");
}

bool match_same_place(struct match_side *a, uint32_t in_a, struct match_side *b, uint32_t in_b)
{
    const struct function *f = &a->profile->functions[in_a], *g = &b->profile->functions[in_b];
    bool modules = f->module[0] && g->module[0];
    bool same_module = modules && !strcmp(path_base(f->module), path_base(g->module));
    if ((!f->file[0] && !f->module[0]) || (!g->file[0] && !g->module[0]) || same_module)
        return true;
    if (!f->file[0] || !g->file[0])
        return !modules;
    if (hash_tail(f->file) == hash_tail(g->file))
        return true;
    if (strcmp(path_base(f->file), path_base(g->file)) != 0)
        return false;
    if (modules && !is_main(f->module) && !is_main(g->module))
        return false;
    uint64_t above_f = folder_hash(f->file), above_g = folder_hash(g->file);
    /* A folder that only one side knows is a prefix; one that both know is another place. */
    return !above_f || !above_g || (!knows_folder(b, above_f) && !knows_folder(a, above_g));
}
