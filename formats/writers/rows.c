#include "formats/writers/rows.h"

#include "formats/profile/memory.h"
#include "formats/profile/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_functions(const void *a, const void *b, void *context)
{
    const struct profile *p = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (p->function_self[x] != p->function_self[y])
        return p->function_self[x] > p->function_self[y] ? -1 : 1;
    const struct function *f = &p->functions[x], *g = &p->functions[y];
    int order = strcmp(f->name, g->name);
    if (!order)
        order = strcmp(f->file, g->file);
    if (!order)
        order = strcmp(f->module, g->module);
    if (!order)
        order = f->line < g->line ? -1 : f->line > g->line;
    return order ? order : x < y ? -1 : x > y;
}

uint32_t *rows_order(const struct profile *profile)
{
    uint32_t *order = memory_zeroed(profile->function_count, sizeof *order);
    union {
        const struct profile *in;
        void *out;
    } context = {profile};
    for (uint32_t f = 0; f < profile->function_count; f++)
        order[f] = f;
    qsort_r(order, profile->function_count, sizeof *order, compare_functions, context.out);
    return order;
}

double rows_value(const struct metric *metric, int64_t value)
{
    /* Dividing by 1e9 rounds once, multiplying by 1e-9 twice. */
    double parts = nearbyint(1 / metric->scale);
    if (metric->scale < 1 && fabs(parts * metric->scale - 1) < 1e-12)
        return (double)value / parts;
    return (double)value * metric->scale;
}

void rows_number(double value, char buffer[ROWS_NUMBER_MAX])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buffer, ROWS_NUMBER_MAX, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value)
            break;
    }
    /* The program may run in a locale with another decimal point. */
    for (char *c = buffer; *c; c++)
        if (!strchr("0123456789+-e", *c))
            *c = '.';
}

char *rows_utf8(const char *text)
{
    size_t length = strlen(text), used = 0;
    char *out = memory_alloc(length * 4 + 1);
    for (size_t at = 0; at < length;) {
        uint32_t character;
        size_t size = text_decode(text + at, length - at, &character);
        if (size)
            memcpy(out + used, text + at, size);
        else
            snprintf(out + used, 5, "\\x%02x", (unsigned)(unsigned char)text[at]);
        used += size ? size : 4;
        at += size ? size : 1;
    }
    out[used] = '\0';
    return out;
}
