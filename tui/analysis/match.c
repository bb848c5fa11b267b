#include "tui/analysis/match.h"

#include "formats/profile/memory.h"
#include "tui/analysis/names.h"
#include "tui/analysis/order.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What must be alike for a pair; the passes go from the strictest to the loosest. */
enum aspect {
    EXACT_NAME = 1 << 0, /* else without clone suffixes */
    MODULE = 1 << 1,
    FILE_TAIL = 1 << 2, /* the last two components */
    UNIQUE = 1 << 3,    /* only where one is left over on each side */
};

struct key {
    uint64_t hash;
    uint32_t line, function;
};

struct side {
    const struct profile *profile;
    uint32_t *partner; /* PROFILE_NONE: not matched yet */
    bool *moved;
    struct key *keys; /* of what is not matched, in a pass */
    uint32_t count;
};

/* FNV-1a */
static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
    return (hash ^ 0xff) * 1099511628211u;
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

size_t match_name_length(const struct function *function)
{
    static const char *const words[] = {".isra", ".constprop", ".part",
                                        ".cold", ".lto_priv",  ".llvm"};
    const char *name = function->name, *dot = name;
    if (!name[0] || function->kind == FUNCTION_PYTHON || function->kind == FUNCTION_BUILTIN)
        return strlen(name);
    while ((dot = strchr(dot + 1, '.')) != NULL)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (is_clone_suffix(dot, words[i]))
                return (size_t)(dot - name);
    return strlen(name);
}

/* "lib/python3.11/json/decoder.py" -> "json/decoder.py" */
static const char *file_tail(const char *file)
{
    const char *tail = path_base(file);
    if (tail == file)
        return file;
    for (tail--; tail > file && tail[-1] != '/';)
        tail--;
    return tail;
}

/* "python3.11" and "python3.12" are one folder in two versions. */
static uint64_t hash_tail(uint64_t hash, const char *tail)
{
    size_t version = 0;
    if (!strncmp(tail, "python", 6))
        version = 6 + strspn(tail + 6, "0123456789.");
    if (version && tail[version] == '/') {
        hash = hash_bytes(hash, "python", 6);
        tail += version;
    }
    return hash_bytes(hash, tail, strlen(tail));
}

/* False when the function lacks what the pass goes by. */
static bool key_of(const struct function *function, unsigned aspects, uint64_t *hash)
{
    size_t length = aspects & EXACT_NAME ? strlen(function->name) : match_name_length(function);
    const char *module = path_base(function->module);
    *hash = hash_bytes(14695981039346656037u, function->name, length);
    if (aspects & MODULE)
        *hash = hash_bytes(*hash, module, strlen(module));
    if (aspects & FILE_TAIL)
        *hash = hash_tail(*hash, file_tail(function->file));
    /* Both may be unknown together, as in folded stacks; one alone must say something. */
    if ((aspects & (MODULE | FILE_TAIL)) == MODULE)
        return module[0] != '\0';
    if ((aspects & (MODULE | FILE_TAIL)) == FILE_TAIL)
        return function->file[0] != '\0';
    return true;
}

static int compare_keys(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    if (a->hash != b->hash)
        return ORDER_OF(a->hash, b->hash);
    return a->line != b->line ? ORDER_OF(a->line, b->line) : ORDER_OF(a->function, b->function);
}

static void collect(struct side *side, unsigned aspects)
{
    uint64_t hash;
    side->count = 0;
    for (uint32_t f = 0; f < side->profile->function_count; f++) {
        const struct function *function = &side->profile->functions[f];
        if (side->partner[f] == PROFILE_NONE && key_of(function, aspects, &hash))
            side->keys[side->count++] = (struct key){hash, function->line, f};
    }
    qsort(side->keys, side->count, sizeof *side->keys, compare_keys);
}

static bool has_place(const struct function *function)
{
    return function->file[0] || function->module[0];
}

static void pair(struct side *a, struct side *b, uint32_t of_a, uint32_t of_b, bool unique)
{
    a->partner[of_a] = of_b;
    b->partner[of_b] = of_a;
    b->moved[of_b] = unique && has_place(&a->profile->functions[of_a]) &&
                     has_place(&b->profile->functions[of_b]);
}

/* Functions that differ in nothing but their line: the same line first, then in their order. */
static void pair_group(struct side *a, struct side *b, const struct key *in_a, uint32_t count_a,
                       const struct key *in_b, uint32_t count_b)
{
    for (uint32_t i = 0, j = 0; i < count_a && j < count_b;) {
        if (in_a[i].line == in_b[j].line)
            pair(a, b, in_a[i++].function, in_b[j++].function, false);
        else if (in_a[i].line < in_b[j].line)
            i++;
        else
            j++;
    }
    for (uint32_t i = 0, j = 0; i < count_a && j < count_b;) {
        if (a->partner[in_a[i].function] != PROFILE_NONE)
            i++;
        else if (b->partner[in_b[j].function] != PROFILE_NONE)
            j++;
        else
            pair(a, b, in_a[i++].function, in_b[j++].function, false);
    }
}

static uint32_t group_end(const struct side *side, uint32_t first)
{
    uint32_t end = first;
    while (end < side->count && side->keys[end].hash == side->keys[first].hash)
        end++;
    return end;
}

static void run_pass(struct side *a, struct side *b, unsigned aspects)
{
    collect(a, aspects);
    collect(b, aspects);
    for (uint32_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->keys[i].hash != b->keys[j].hash) {
            *(a->keys[i].hash < b->keys[j].hash ? &i : &j) += 1;
            continue;
        }
        uint32_t end_a = group_end(a, i), end_b = group_end(b, j);
        if (!(aspects & UNIQUE))
            pair_group(a, b, &a->keys[i], end_a - i, &b->keys[j], end_b - j);
        else if (end_a - i == 1 && end_b - j == 1)
            pair(a, b, a->keys[i].function, b->keys[j].function, true);
        i = end_a;
        j = end_b;
    }
}

static struct side side_new(const struct profile *profile)
{
    struct side side = {.profile = profile};
    side.partner = memory_zeroed(profile->function_count, sizeof *side.partner);
    side.moved = memory_zeroed(profile->function_count, sizeof *side.moved);
    side.keys = memory_zeroed(profile->function_count, sizeof *side.keys);
    memset(side.partner, 0xff, profile->function_count * sizeof *side.partner);
    return side;
}

static void side_done(struct side *side)
{
    free(side->partner);
    free(side->moved);
    free(side->keys);
}

static struct match *list(const struct side *a, const struct side *b, uint32_t *count)
{
    uint32_t functions_a = a->profile->function_count, functions_b = b->profile->function_count;
    struct match *matches = memory_zeroed((size_t)functions_a + functions_b, sizeof *matches);
    *count = 0;
    for (uint32_t f = 0; f < functions_b; f++)
        if (b->partner[f] != PROFILE_NONE)
            matches[(*count)++] = (struct match){b->partner[f], f, b->moved[f]};
    for (uint32_t f = 0; f < functions_b; f++)
        if (b->partner[f] == PROFILE_NONE)
            matches[(*count)++] = (struct match){PROFILE_NONE, f, false};
    for (uint32_t f = 0; f < functions_a; f++)
        if (a->partner[f] == PROFILE_NONE)
            matches[(*count)++] = (struct match){f, PROFILE_NONE, false};
    return matches;
}

struct match *match_functions(const struct profile *a, const struct profile *b, uint32_t *count)
{
    static const unsigned passes[] = {
        EXACT_NAME | MODULE | FILE_TAIL, MODULE | FILE_TAIL, MODULE, FILE_TAIL, UNIQUE,
    };
    struct side in_a = side_new(a), in_b = side_new(b);
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
        run_pass(&in_a, &in_b, passes[i]);
    struct match *matches = list(&in_a, &in_b, count);
    side_done(&in_a);
    side_done(&in_b);
    return matches;
}
