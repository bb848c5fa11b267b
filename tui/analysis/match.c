#include "tui/analysis/match.h"

#include "formats/profile/memory.h"
#include "tui/analysis/match_internal.h"

#include <stdlib.h>
#include <string.h>

void match_pair(struct match_side *a, struct match_side *b, uint32_t in_a, uint32_t in_b,
                bool moved)
{
    a->partner[in_a] = in_b;
    b->partner[in_b] = in_a;
    b->moved[in_b] = moved;
}

/* Functions that differ in nothing but their line: the same line first, then in their order. */
static void pair_lines(struct match_side *a, struct match_side *b, const struct match_group *keys)
{
    for (uint32_t i = 0, j = 0; i < keys->count_a && j < keys->count_b;) {
        if (keys->a[i].line == keys->b[j].line)
            match_pair(a, b, keys->a[i++].function, keys->b[j++].function, false);
        else if (keys->a[i].line < keys->b[j].line)
            i++;
        else
            j++;
    }
    for (uint32_t i = 0, j = 0; i < keys->count_a && j < keys->count_b;) {
        if (a->partner[keys->a[i].function] != PROFILE_NONE)
            i++;
        else if (b->partner[keys->b[j].function] != PROFILE_NONE)
            j++;
        else
            match_pair(a, b, keys->a[i++].function, keys->b[j++].function, false);
    }
}

/* Names that so many functions have that alone they say nothing. */
static bool is_everywhere(const char *name)
{
    static const char *const names[] = {
        "<module>",         "<lambda>",    "<listcomp>",  "<genexpr>",   "<dictcomp>",
        "<setcomp>",        "__init__",    "__new__",     "__call__",    "__enter__",
        "__exit__",         "__getattr__", "__del__",     "__getitem__", "__len__",
        "__iter__",         "__next__",    "__setattr__", "__eq__",      "__hash__",
        "__repr__",         "__str__",     "__bool__",    "__setitem__", "__contains__",
        "__getattribute__", "__missing__", "__reduce__",  "__delitem__", "__lt__",
        "__format__",       "__get__",     "__set__"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}

static bool has_place(const struct function *function)
{
    return function->file[0] || function->module[0];
}

static bool is_of_one_file(const struct function *left, const struct function *right)
{
    return !strcmp(left->file, right->file) && !strcmp(left->module, right->module);
}

/* Whether another function went from the one's file to the other's. */
static bool has_company(const struct match_side *a, const struct match_side *b,
                        const struct function *in_a, const struct function *in_b)
{
    const struct function *functions_a = a->profile->functions;
    const struct function *functions_b = b->profile->functions;
    for (uint32_t f = 0; f < b->profile->function_count; f++)
        if (b->moved[f] && is_of_one_file(&functions_b[f], in_b) &&
            is_of_one_file(&functions_a[b->partner[f]], in_a))
            return true;
    return false;
}

static bool is_believed(const struct match_side *a, const struct match_side *b, uint32_t in_a,
                        uint32_t in_b)
{
    const struct function *of_a = &a->profile->functions[in_a];
    const struct function *of_b = &b->profile->functions[in_b];
    if (!has_place(of_a) || !has_place(of_b) ||
        !(is_everywhere(of_a->name) || is_everywhere(of_b->name)))
        return true;
    return has_company(a, b, of_a, of_b);
}

static void pair_single(struct match_side *a, struct match_side *b, const struct match_group *keys)
{
    uint32_t in_a = keys->a[0].function, in_b = keys->b[0].function;
    if (keys->count_a != 1 || keys->count_b != 1)
        return;
    bool moved = !match_same_place(a, in_a, b, in_b);
    if (!moved || is_believed(a, b, in_a, in_b))
        match_pair(a, b, in_a, in_b, moved);
}

/* True when all that a side has here is in one file. */
static bool is_one_file(const struct match_side *side, const struct match_key *keys, uint32_t count)
{
    const struct function *functions = side->profile->functions;
    for (uint32_t i = 1; i < count; i++)
        if (strcmp(functions[keys[i].function].file, functions[keys[0].function].file) != 0)
            return false;
    return true;
}

/* Files of one name, the folders above them differ. */
static void pair_files(struct match_side *a, struct match_side *b, const struct match_group *keys)
{
    uint32_t in_a = keys->a[0].function, in_b = keys->b[0].function;
    if (is_one_file(a, keys->a, keys->count_a) && is_one_file(b, keys->b, keys->count_b) &&
        match_same_place(a, in_a, b, in_b))
        pair_lines(a, b, keys);
}

/* From the strictest to the loosest. */
static const struct pass {
    unsigned aspects;
    bool across; /* only where one side alone has qualified names */
    void (*group)(struct match_side *, struct match_side *, const struct match_group *);
} passes[] = {
    {MATCH_EXACT_NAME | MATCH_MODULE | MATCH_TAIL, false, pair_lines},
    {MATCH_MODULE | MATCH_TAIL, false, pair_lines},
    {MATCH_MODULE, false, pair_lines},
    {MATCH_LAST_NAME | MATCH_TAIL | MATCH_LINE, true, pair_lines},
    {MATCH_LAST_NAME | MATCH_FILE | MATCH_LINE, true, pair_files},
    {MATCH_TAIL, false, pair_lines},
    {MATCH_FILE, false, pair_files},
    {MATCH_LAST_NAME | MATCH_TAIL, true, pair_single},
    {MATCH_LAST_NAME | MATCH_FILE, true, pair_single},
    {0, false, pair_single},
    {MATCH_LAST_NAME, true, pair_single},
    {0, false, pair_single}, /* again, now that it is known what moved */
};

static struct match_side *side_new(const struct profile *profile)
{
    struct match_side *side = memory_zeroed(1, sizeof *side);
    uint32_t count = profile->function_count;
    side->profile = profile;
    side->partner = memory_alloc(count * sizeof *side->partner);
    side->moved = memory_zeroed(count, sizeof *side->moved);
    side->keys = memory_alloc(count * sizeof *side->keys);
    side->left = memory_alloc(count * sizeof *side->left);
    for (uint32_t f = 0; f < count; f++)
        side->left[f] = f;
    side->left_count = count;
    side->qualified = match_has_qualified_names(profile);
    memset(side->partner, 0xff, count * sizeof *side->partner);
    return side;
}

static void side_free(struct match_side *side)
{
    free(side->partner);
    free(side->moved);
    free(side->left);
    free(side->keys);
    free(side->folders);
    free(side);
}

static struct match *list(const struct match_side *a, const struct match_side *b, uint32_t *count)
{
    uint32_t functions_a = a->profile->function_count, functions_b = b->profile->function_count;
    struct match *matches = memory_alloc(((size_t)functions_a + functions_b) * sizeof *matches);
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
    struct match_side *in_a = side_new(a), *in_b = side_new(b);
    bool across = in_a->qualified != in_b->qualified;
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
        if (across || !passes[i].across)
            match_join(in_a, in_b, passes[i].aspects, passes[i].group);
    if (!across)
        match_renames(in_a, in_b);
    struct match *matches = list(in_a, in_b, count);
    side_free(in_a);
    side_free(in_b);
    return matches;
}
