#include "formats/readers/numbered.h"

#include <string.h>

static uint64_t hash_of(uint64_t number)
{
    number *= UINT64_C(0x9e3779b97f4a7c15);
    return number ^ number >> 32;
}

static bool same_number(const void *items, uint32_t at, const void *key)
{
    return ((const struct numbered_pair *)items + at)->number == *(const uint64_t *)key;
}

static uint32_t find(const struct numbered *table, uint64_t number)
{
    return index_find(&table->index, hash_of(number), table->sparse.data, same_number, &number);
}

uint32_t numbered_find_sparse(const struct numbered *table, uint64_t number)
{
    uint32_t at = find(table, number);
    return at == UINT32_MAX ? NUMBERED_NONE : table->sparse.data[at].value;
}

static void extend(struct numbered *table, uint32_t number)
{
    uint32_t before = table->dense.count;
    if (number < before)
        return;
    array_reserve(&table->dense, number + 1 - before);
    memset(table->dense.data + before, 0, (number + 1 - before) * sizeof *table->dense.data);
    table->dense.count = number + 1;
}

void numbered_put(struct numbered *table, uint64_t number, uint32_t value)
{
    uint32_t at = table->sparse.count ? find(table, number) : UINT32_MAX;
    table->count += table->count < UINT32_MAX;
    if (at != UINT32_MAX) {
        table->sparse.data[at].value = value;
    } else if (number < UINT32_MAX - 1 && number < table->count * UINT64_C(4) + 64) {
        extend(table, (uint32_t)number);
        table->dense.data[number] = value + 1;
    } else {
        index_add(&table->index, hash_of(number), table->sparse.count);
        *array_push(&table->sparse) = (struct numbered_pair){number, value};
    }
}

void numbered_free(struct numbered *table)
{
    array_free(&table->dense);
    array_free(&table->sparse);
    index_free(&table->index);
}
