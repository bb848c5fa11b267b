#include "formats/readers/names.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash_slice(struct slice s)
{
    uint64_t hash = s.length * UINT64_C(0x9e3779b97f4a7c15), word;
    for (; s.length >= 8; s.text += 8, s.length -= 8) {
        memcpy(&word, s.text, 8);
        hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, s.text, s.length);
    hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
    return (uint32_t)(hash ^ hash >> 32);
}

static void put_slot(struct names *names, struct name_slot slot)
{
    uint32_t mask = names->slot_count - 1, at = slot.hash & mask;
    while (names->slots[at].item)
        at = (at + 1) & mask;
    names->slots[at] = slot;
}

static void grow_slots(struct names *names)
{
    struct name_slot *old = names->slots;
    uint32_t count = names->slot_count;
    names->slot_count = count ? count * 2 : 1024;
    names->slots = memory_zeroed(names->slot_count, sizeof *names->slots);
    for (uint32_t i = 0; i < count; i++)
        if (old[i].item)
            put_slot(names, old[i]);
    free(old);
}

static struct name *add_name(struct names *names, struct slice s, uint32_t hash)
{
    uint32_t length = (uint32_t)s.length;
    size_t size = sizeof length + s.length, offset = names->used + sizeof length;
    if (names->capacity - names->used < size) {
        names->capacity = names->capacity * 2 + size + 4096;
        names->bytes = memory_resize(names->bytes, names->capacity, 1);
    }
    memcpy(names->bytes + names->used, &length, sizeof length);
    if (s.length)
        memcpy(names->bytes + offset, s.text, s.length);
    names->used += size;
    *array_push(&names->items) = (struct name){offset, length, 0};
    if (names->items.count > names->slot_count / 4 * 3)
        grow_slots(names);
    put_slot(names, (struct name_slot){hash, names->items.count, offset});
    return &names->items.data[names->items.count - 1];
}

static bool is_name(const char *bytes, struct slice s)
{
    uint32_t length;
    memcpy(&length, bytes - sizeof length, sizeof length);
    return length == s.length && (!length || !memcmp(bytes, s.text, length));
}

uint32_t *names_value(struct names *names, struct slice s, bool *added)
{
    uint32_t hash = hash_slice(s), mask = names->slot_count - 1;
    *added = false;
    for (uint32_t at = hash & mask; names->slot_count && names->slots[at].item;
         at = (at + 1) & mask) {
        const struct name_slot *slot = &names->slots[at];
        if (slot->hash == hash && is_name(names->bytes + slot->offset, s))
            return &names->items.data[slot->item - 1].function;
    }
    *added = true;
    return &add_name(names, s, hash)->function;
}

uint32_t names_function(struct names *names, struct build *build, struct slice s)
{
    bool added;
    uint32_t *function = names_value(names, s, &added);
    if (added)
        *function = build_function_n(build, s.text, s.length, "", 0, "", 0, 0, FUNCTION_UNKNOWN);
    return *function;
}

bool name_locate(struct slice s, struct slice *name, struct slice *file, uint32_t *line)
{
    size_t at = s.length;
    uint64_t number = 0, place = 1;
    if (!at || s.text[at - 1] != ')')
        return false;
    for (at--; at && s.text[at - 1] >= '0' && s.text[at - 1] <= '9' && place < UINT32_MAX; at--) {
        number += (uint64_t)(s.text[at - 1] - '0') * place;
        place *= 10;
    }
    if (place == 1 || !at || s.text[at - 1] != ':' || number > UINT32_MAX)
        return false;
    const char *bracket = memrchr(s.text, '(', at);
    size_t open = bracket ? (size_t)(bracket - s.text) : 0;
    if (open < 2 || s.text[open - 1] != ' ' || open + 2 >= at)
        return false;
    *name = (struct slice){s.text, open - 1};
    *file = (struct slice){s.text + open + 1, at - 2 - open};
    *line = (uint32_t)number;
    return true;
}

uint32_t name_function(struct build *build, struct slice s)
{
    struct slice file = {"", 0};
    uint32_t line = 0;
    (void)name_locate(s, &s, &file, &line);
    return build_function_n(build, s.text, s.length, "", 0, file.text, file.length, line,
                            FUNCTION_UNKNOWN);
}

void names_free(struct names *names)
{
    free(names->slots);
    free(names->bytes);
    array_free(&names->items);
}
