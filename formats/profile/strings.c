#include "formats/profile/strings.h"

#include "formats/profile/memory.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(const char *text, size_t length)
{
    uint64_t hash = length * UINT64_C(0x9e3779b97f4a7c15);
    while (length >= 8) {
        uint64_t word;
        memcpy(&word, text, 8);
        hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
        hash ^= hash >> 32;
        text += 8;
        length -= 8;
    }
    uint64_t rest = 0;
    memcpy(&rest, text, length);
    hash = (hash ^ rest) * UINT64_C(0xd6e8feb86659fd93);
    hash ^= hash >> 32;
    return (uint32_t)(hash ^ hash >> 29);
}

static void put_slot(struct strings *table, struct string_slot slot)
{
    uint32_t mask = table->slot_count - 1, at = slot.hash & mask;
    while (table->slots[at].id)
        at = (at + 1) & mask;
    table->slots[at] = slot;
}

static void grow_slots(struct strings *table, uint32_t slot_count)
{
    struct string_slot *old = table->slots;
    uint32_t old_count = table->slot_count;
    table->slot_count = slot_count;
    table->slots = memory_zeroed(slot_count, sizeof *table->slots);
    for (uint32_t i = 0; i < old_count; i++)
        if (old[i].id)
            put_slot(table, old[i]);
    free(old);
}

void strings_expect(struct strings *table, uint32_t count)
{
    uint32_t slots = 64;
    while (slots < UINT32_C(1) << 30 && slots * 3ull < count * 4ull)
        slots *= 2;
    if (slots > table->slot_count)
        grow_slots(table, slots);
    if (count > table->count)
        table->places = array_grow(table->places, &table->places_capacity, table->count,
                                   count - table->count, sizeof *table->places);
}

static uint32_t append(struct strings *table, const char *text, size_t length, uint32_t hash)
{
    if (table->used + length + 1 > table->capacity) {
        size_t wanted = table->capacity * 2;
        if (wanted < table->used + length + 1)
            wanted = table->used + length + 256;
        table->bytes = memory_resize(table->bytes, wanted, 1);
        table->capacity = wanted;
    }
    table->places =
        array_grow(table->places, &table->places_capacity, table->count, 1, sizeof *table->places);
    table->places[table->count++] = (struct string_place){table->used, (uint32_t)length};
    if (length)
        memcpy(table->bytes + table->used, text, length);
    table->bytes[table->used + length] = '\0';
    table->used += length + 1;
    if (table->count * 4ull > table->slot_count * 3ull)
        grow_slots(table, table->slot_count ? table->slot_count * 2 : 64);
    put_slot(table, (struct string_slot){hash, table->count});
    return table->count - 1;
}

static uint32_t find(const struct strings *table, const char *text, size_t length, uint32_t hash)
{
    if (!table->slot_count)
        return UINT32_MAX;
    uint32_t mask = table->slot_count - 1;
    for (uint32_t at = hash & mask; table->slots[at].id; at = (at + 1) & mask) {
        if (table->slots[at].hash != hash)
            continue;
        const struct string_place *place = &table->places[table->slots[at].id - 1];
        if (place->length == length && !memcmp(table->bytes + place->offset, text, length))
            return table->slots[at].id - 1;
    }
    return UINT32_MAX;
}

uint32_t strings_intern(struct strings *table, const char *text, size_t length)
{
    if (!table->count)
        append(table, "", 0, hash_of("", 0));
    if (!length)
        return 0;
    if (length > UINT32_MAX - 1)
        length = UINT32_MAX - 1;
    uint32_t hash = hash_of(text, length);
    uint32_t id = find(table, text, length, hash);
    return id != UINT32_MAX ? id : append(table, text, length, hash);
}

uint32_t strings_intern_text(struct strings *table, const char *text)
{
    return strings_intern(table, text ? text : "", text ? strlen(text) : 0);
}

const char *strings_get(const struct strings *table, uint32_t id)
{
    return id < table->count ? table->bytes + table->places[id].offset : "";
}

uint32_t strings_length(const struct strings *table, uint32_t id)
{
    return id < table->count ? table->places[id].length : 0;
}

uint32_t strings_find(const struct strings *table, const char *text, size_t length)
{
    return find(table, text, length, hash_of(text, length));
}

void strings_free(struct strings *table)
{
    free(table->bytes);
    free(table->places);
    free(table->slots);
    *table = (struct strings){0};
}
