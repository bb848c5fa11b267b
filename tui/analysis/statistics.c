#include "tui/analysis/statistics.h"

#include "formats/profile/index.h"
#include "formats/profile/memory.h"
#include "tui/analysis/order.h"
#include "tui/analysis/statistics_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- keys ---- */

/* os.path.basename(): "" behind a final slash. */
static const char *stripped(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? slash + 1 : file;
}

static bool is_recorded_by_profile(const struct profile *profile)
{
    const char *recorder = profile_metadata(profile, "recorder");
    return !strcmp(profile->format, "pstats") && recorder && !strcmp(recorder, "profile");
}

static struct statistics_row key_of(const struct statistics *s, uint32_t f, bool strip)
{
    const struct function *function = &s->profile->functions[f];
    struct statistics_row row = {.file = function->file, .name = function->name};
    row.line = function->line;
    if (row.file[0])
        row.file = strip ? stripped(row.file) : row.file;
    else if (!row.line && !s->calls_only)
        row.file = "~";
    if (!function->file[0] && function->module[0])
        row.name = row.made = memory_printf("%s.%s", function->module, function->name);
    return row;
}

/* FNV-1a */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return (hash ^ 0xff) * 1099511628211u;
}

static uint64_t hash_key(const struct statistics_row *row)
{
    uint64_t hash = hash_text(14695981039346656037u, row->file);
    return hash_text((hash ^ row->line) * 1099511628211u, row->name);
}

static bool same_key(const void *items, uint32_t at, const void *key)
{
    const struct statistics_row *a = (const struct statistics_row *)items + at, *b = key;
    return a->line == b->line && !strcmp(a->name, b->name) && !strcmp(a->file, b->file);
}

/* pstats' func_std_string() */
static char *standard_name(const struct statistics_row *row)
{
    size_t length = strlen(row->name);
    if (strcmp(row->file, "~") != 0 || row->line)
        return memory_printf("%s:%u(%s)", row->file, row->line, row->name);
    if (length > 1 && row->name[0] == '<' && row->name[length - 1] == '>')
        return memory_printf("{%.*s}", (int)length - 2, row->name + 1);
    return memory_string(row->name);
}

/* len(): characters, not bytes. */
static uint32_t characters(const char *text)
{
    uint32_t count = 0;
    for (; *text; text++)
        count += (*text & 0xc0) != 0x80;
    return count;
}

static uint32_t add_row(struct statistics *s, struct index *index, struct statistics_row row)
{
    uint64_t hash = hash_key(&row);
    uint32_t found = index_find(index, hash, s->rows, same_key, &row);
    if (found != UINT32_MAX) {
        free(row.made);
        return found;
    }
    row.standard = standard_name(&row);
    row.length = characters(row.standard);
    s->rows[s->row_count] = row;
    index_add(index, hash, s->row_count);
    return s->row_count++;
}

/* ---- rows ---- */

static int compare_functions(const void *left, const void *right, void *context)
{
    const struct function *functions = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = function_compare(&functions[a], &functions[b]);
    return order ? order : ORDER_OF(a, b);
}

/* The order in which pstats' dictionary holds them; for other formats one that is always alike. */
static uint32_t *dictionary_order(const struct profile *profile)
{
    uint32_t *order = memory_zeroed(profile->function_count, sizeof *order);
    for (uint32_t f = 0; f < profile->function_count; f++)
        order[f] = f;
    if (strcmp(profile->format, "pstats") != 0)
        qsort_r(order, profile->function_count, sizeof *order, compare_functions,
                profile->functions);
    return order;
}

/*
 * A function that cProfile names as a caller only has no entry in pstats' dictionary; in that of
 * the profile module every caller has one, though it may be empty.
 */
static bool has_entry(const struct statistics *s, uint32_t function, const struct values *values)
{
    const struct profile *profile = s->profile;
    uint32_t first = 0, end = 0;
    if (s->calls_only || values->calls || values->primitive || values->self || values->total)
        return true;
    if (profile->flags & PROFILE_HAS_EDGES)
        profile_callers(profile, function, &first, &end);
    return first < end;
}

static struct values *values_of(const struct profile *profile, uint32_t metric, uint32_t thread)
{
    struct values *values = memory_zeroed(profile->function_count, sizeof *values);
    if (thread != PROFILE_NONE)
        profile_thread_functions(profile, thread, metric, values);
    else
        for (uint32_t f = 0; f < profile->function_count; f++)
            values[f] = profile_function(profile, f, metric);
    return values;
}

static void add_function(struct statistics *s, uint32_t row, const struct values *values)
{
    struct statistics_row *to = &s->rows[row];
    s->functions += !to->listed;
    to->listed = true;
    statistics_add(&to->values, values);
    s->calls += values->calls;
    s->primitive += values->primitive;
    s->total += values->self;
}

/* Returns the row of every function; the caller frees it. */
static uint32_t *fill_rows(struct statistics *s, const struct statistics_query *query)
{
    const struct profile *profile = s->profile;
    struct values *values = values_of(profile, query->metric, query->thread);
    uint32_t *order = dictionary_order(profile);
    uint32_t *row_of = memory_zeroed(profile->function_count, sizeof *row_of);
    struct index index = {0};
    s->rows = memory_zeroed(profile->function_count, sizeof *s->rows);
    for (uint32_t i = 0; i < profile->function_count; i++) {
        uint32_t f = order[i];
        row_of[f] = add_row(s, &index, key_of(s, f, query->strip));
        if (has_entry(s, f, &values[f]))
            add_function(s, row_of[f], &values[f]);
    }
    index_free(&index);
    free(order);
    free(values);
    return row_of;
}

/* ---- what is printed ---- */

static const char *row_name(const void *rows, uint32_t row)
{
    return ((const struct statistics_row *)rows)[row].standard;
}

static int restrict_rows(struct statistics *s, const struct statistics_query *query,
                         struct error *err)
{
    s->reductions = memory_zeroed(query->restriction_count, sizeof *s->reductions);
    for (uint32_t i = 0; i < query->restriction_count; i++) {
        struct statistics_reduction *reduction = &s->reductions[s->reduction_count];
        if (statistics_restrict(query->restrictions[i], s->order, &s->count, row_name, s->rows,
                                reduction, err))
            return -1;
        s->reduction_count += reduction->what != NULL;
    }
    return 0;
}

static void measure_width(struct statistics *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t length = s->rows[s->order[i]].length;
        s->width = length > s->width ? length : s->width;
    }
}

int statistics_new(struct statistics **out, const struct profile *profile,
                   const struct statistics_query *query, struct error *err)
{
    struct statistics_sort sort;
    if (statistics_sort_parse(query->sort, &sort, err))
        return -1;
    struct statistics *s = memory_zeroed(1, sizeof *s);
    s->profile = profile;
    s->metric = query->metric;
    s->calls_only = is_recorded_by_profile(profile);
    uint32_t *row_of = fill_rows(s, query);
    if (query->edges)
        statistics_edges(s, row_of);
    free(row_of);
    statistics_sort_rows(s, &sort, query->reverse);
    if (restrict_rows(s, query, err)) {
        statistics_free(s);
        return -1;
    }
    measure_width(s);
    *out = s;
    return 0;
}

void statistics_free(struct statistics *s)
{
    if (!s)
        return;
    for (uint32_t r = 0; r < s->row_count; r++) {
        free(s->rows[r].made);
        free(s->rows[r].standard);
    }
    for (uint32_t i = 0; i < s->reduction_count; i++)
        free(s->reductions[i].what);
    free(s->rows);
    free(s->order);
    free(s->reductions);
    free(s->callers);
    free(s->callees);
    free(s);
}
