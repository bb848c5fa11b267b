#include "formats/profile/namesakes.h"

static uint64_t hash_of(uint32_t a, uint32_t b)
{
    return (uint64_t)a << 32 | b;
}

static bool same_group(const void *items, uint32_t at, const void *key)
{
    const struct namesakes_group *a = (const struct namesakes_group *)items + at, *b = key;
    return a->name == b->name && a->process == b->process;
}

static bool same_member(const void *items, uint32_t at, const void *key)
{
    const struct namesakes_member *a = (const struct namesakes_member *)items + at, *b = key;
    return a->group == b->group && a->turn == b->turn;
}

static uint32_t group_of(struct namesakes *n, uint32_t name, uint32_t process)
{
    struct namesakes_group key = {.name = name, .process = process, .part = UINT32_MAX};
    uint64_t hash = hash_of(name, process);
    uint32_t found = index_find(&n->group_index, hash, n->groups.data, same_group, &key);
    if (found != UINT32_MAX)
        return found;
    index_add(&n->group_index, hash, n->groups.count);
    *array_push(&n->groups) = key;
    return n->groups.count - 1;
}

uint32_t namesakes_next(struct namesakes *n, uint32_t name, uint32_t process, uint32_t part)
{
    uint32_t at = group_of(n, name, process);
    struct namesakes_group *group = &n->groups.data[at];
    group->turn = group->part == part ? group->turn + 1 : 0;
    group->part = part;
    struct namesakes_member key = {at, group->turn};
    uint64_t hash = hash_of(key.group, key.turn);
    uint32_t found = index_find(&n->member_index, hash, n->members.data, same_member, &key);
    if (found != UINT32_MAX)
        return found;
    index_add(&n->member_index, hash, n->members.count);
    *array_push(&n->members) = key;
    return n->members.count - 1;
}

void namesakes_free(struct namesakes *n)
{
    array_free(&n->groups);
    array_free(&n->members);
    index_free(&n->group_index);
    index_free(&n->member_index);
}
