#include "formats/readers/addresses.h"

#include "formats/profile/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Of a module's name in the names of its addresses, of which there may be very many. */
#define MODULE_LENGTH_MAX 96

bool address_take(struct slice *line, uint64_t *address)
{
    struct slice s = *line;
    size_t digits = 0;
    if (s.length > 2 && s.text[0] == '0' && s.text[1] == 'x')
        s = (struct slice){s.text + 2, s.length - 2};
    *address = 0;
    for (; digits < s.length; digits++) {
        char c = s.text[digits], lower = (char)(c | 0x20);
        unsigned digit = c >= '0' && c <= '9'           ? (unsigned)(c - '0')
                         : lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a' + 10)
                                                        : 16;
        if (digit == 16)
            break;
        if (*address >> 60)
            return false;
        *address = *address << 4 | digit;
    }
    if (!digits)
        return false;
    *line = (struct slice){s.text + digits, s.length - digits};
    return true;
}

/* ---- mappings ---- */

static struct slice base_name(struct slice path)
{
    const char *slash = slice_last(path, '/');
    size_t before = slash ? (size_t)(slash + 1 - path.text) : 0;
    return (struct slice){path.text + before, path.length - before};
}

void addresses_add_mapping(struct addresses *a, uint64_t start, uint64_t end, uint64_t offset,
                           struct slice path)
{
    struct slice name = base_name(path);
    if (start >= end)
        return;
    if (name.length > MODULE_LENGTH_MAX)
        name.length = MODULE_LENGTH_MAX;
    *array_push(&a->mappings) = (struct mapping){
        start,          end,        offset, start, build_text(a->build, path.text, path.length),
        a->names.count, name.length};
    array_reserve(&a->names, name.length + 1);
    if (name.text && name.length)
        memcpy(a->names.data + a->names.count, name.text, name.length);
    a->names.count += (uint32_t)name.length;
    a->sorted = false;
}

static bool is_permissions(struct slice word)
{
    for (size_t i = 0; i < word.length; i++)
        if (!word.text[i] || !strchr("rwxps-", word.text[i]))
            return false;
    return word.length >= 3 && word.length <= 5;
}

/* "00001000 08:01 1234", what stands before the path in /proc/PID/maps. */
static bool take_place(struct slice *line, uint64_t *offset)
{
    struct slice rest = *line, word = slice_take_word(&rest), device;
    uint64_t number;
    if (!address_take(&word, &number) || word.length)
        return false;
    device = slice_take_word(&rest);
    if (!device.length || !memchr(device.text, ':', device.length) ||
        !slice_take_word(&rest).length)
        return false;
    *offset = number;
    *line = rest;
    return true;
}

/* "(@ff00)" */
static void take_offset(struct slice word, uint64_t *offset)
{
    if (slice_begins(word, "(@")) {
        word = (struct slice){word.text + 2, word.length - 2};
        (void)address_take(&word, offset);
    }
}

bool addresses_take_mapping(struct addresses *a, struct slice line)
{
    uint64_t start, end, offset = 0;
    line = slice_trim(line);
    if (!address_take(&line, &start) || !line.length ||
        !(*line.text == '-' || is_blank(*line.text)))
        return false;
    line = slice_trim((struct slice){line.text + 1, line.length - 1});
    if (!address_take(&line, &end))
        return false;
    if (line.length && *line.text == ':')
        line = (struct slice){line.text + 1, line.length - 1};
    struct slice rest = line, word = slice_take_word(&rest);
    if (is_permissions(word)) {
        if (!memchr(word.text, 'x', word.length))
            return true;
        line = rest;
    }
    struct slice path;
    if (take_place(&line, &offset)) {
        path = slice_trim(line);
    } else {
        path = slice_take_word(&line);
        take_offset(slice_take_word(&line), &offset);
    }
    addresses_add_mapping(a, start, end, offset, path);
    return true;
}

static int by_start(const void *a, const void *b)
{
    const struct mapping *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

/* Writers may leave out the first part of a module: what is before it belongs to it, if nobody's.
 */
static void sort_mappings(struct addresses *a)
{
    uint64_t end = 0;
    if (a->sorted || !a->mappings.count)
        return;
    qsort(a->mappings.data, a->mappings.count, sizeof *a->mappings.data, by_start);
    for (uint32_t i = 0; i < a->mappings.count; i++) {
        struct mapping *map = &a->mappings.data[i];
        uint64_t from = map->offset < map->start ? map->start - map->offset : 0;
        map->first = from > end ? from : end;
        if (map->first > map->start)
            map->first = map->start;
        end = map->end > end ? map->end : end;
    }
    a->sorted = true;
}

static const struct mapping *find_mapping(struct addresses *a, uint64_t address)
{
    sort_mappings(a);
    uint32_t low = search_up_to(&a->mappings, first, address);
    const struct mapping *map = low ? &a->mappings.data[low - 1] : NULL;
    return map && address < map->end ? map : NULL;
}

/* ---- names ---- */

bool addresses_begin_symbol(struct addresses *a, uint64_t address)
{
    if (addresses_has_symbol(a, address))
        return false;
    numbered_put(&a->symbols, address, a->items.count);
    *array_push(&a->items) = (struct symbol){a->frames.count, 0};
    return true;
}

void addresses_add_frame(struct addresses *a, uint32_t function)
{
    *array_push(&a->frames) = function;
    a->items.data[a->items.count - 1].count++;
}

bool addresses_has_symbol(const struct addresses *a, uint64_t address)
{
    return numbered_get(&a->symbols, address) != NUMBERED_NONE;
}

static uint32_t unnamed_function(struct addresses *a, uint64_t address)
{
    char name[MODULE_LENGTH_MAX + 32];
    const struct mapping *map = find_mapping(a, address);
    int length;
    if (map && map->name_length)
        length = snprintf(name, sizeof name, "%.*s+0x%" PRIx64, (int)map->name_length,
                          a->names.data + map->name, address - map->start + map->offset);
    else
        length = snprintf(name, sizeof name, "0x%" PRIx64, address);
    return build_function_of(a->build, build_text(a->build, name, (size_t)length),
                             map ? map->path : 0, 0, 0, FUNCTION_NATIVE);
}

const uint32_t *addresses_frames(struct addresses *a, uint64_t address, uint32_t *count)
{
    if (addresses_begin_symbol(a, address))
        addresses_add_frame(a, unnamed_function(a, address));
    const struct symbol *symbol = &a->items.data[numbered_get(&a->symbols, address)];
    *count = symbol->count;
    return &a->frames.data[symbol->first];
}

void addresses_free(struct addresses *a)
{
    array_free(&a->mappings);
    array_free(&a->names);
    array_free(&a->items);
    array_free(&a->frames);
    numbered_free(&a->symbols);
}
