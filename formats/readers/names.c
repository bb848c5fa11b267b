#include "formats/readers/names.h"

#include <stdlib.h>
#include <string.h>

/* Up to seven bytes, each at least once. */
static inline uint64_t short_word(struct slice s)
{
    uint64_t word = 0;
    for (size_t i = 0; i < s.length; i++)
        word = word << 8 | (unsigned char)s.text[i];
    return word;
}

static inline uint64_t mix(uint64_t hash, uint64_t word)
{
    __extension__ unsigned __int128 product = hash;
    product *= word ^ UINT64_C(0xff51afd7ed558ccd);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The last words overlap those before them, so that no length needs bytes of its own. */
static uint32_t hash_slice(struct slice s)
{
    uint64_t hash = s.length * UINT64_C(0x9e3779b97f4a7c15) + 1;
    const char *end = s.text + s.length;
    if (s.length < 8)
        return (uint32_t)(mix(hash, short_word(s)) >> 32);
    if (s.length >= 16) {
        for (const char *at = s.text; end - at > 16; at += 16)
            hash = mix(hash ^ slice_word(at), slice_word(at + 8));
        return (uint32_t)(mix(hash ^ slice_word(end - 16), slice_word(end - 8)) >> 32);
    }
    return (uint32_t)(mix(hash ^ slice_word(s.text), slice_word(end - 8)) >> 32);
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

static uint32_t add_name(struct names *names, struct slice s, uint32_t hash)
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
    return names->items.count - 1;
}

static inline bool is_name(const char *bytes, struct slice s)
{
    uint32_t length;
    memcpy(&length, bytes - sizeof length, sizeof length);
    return length == s.length && slice_same_bytes(bytes, s.text, length);
}

static uint32_t look_up(struct names *names, struct slice s, uint32_t hash)
{
    uint32_t mask = names->slot_count - 1;
    for (uint32_t at = hash & mask; names->slot_count && names->slots[at].item;
         at = (at + 1) & mask) {
        const struct name_slot *slot = &names->slots[at];
        if (slot->hash == hash && is_name(names->bytes + slot->offset, s))
            return slot->item - 1;
    }
    return add_name(names, s, hash);
}

uint32_t names_number(struct names *names, struct slice s)
{
    return look_up(names, s, hash_slice(s));
}

uint32_t *names_value(struct names *names, struct slice s, bool *added)
{
    uint32_t before = names->items.count;
    uint32_t number = names_number(names, s);
    *added = number == before;
    return &names->items.data[number].function;
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
