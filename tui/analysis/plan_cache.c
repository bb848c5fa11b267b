#include "tui/analysis/plan_cache.h"

#include "formats/documents/number.h"
#include "formats/profile/memory.h"
#include "tui/analysis/order.h"

#include <math.h>
#include <stdlib.h>

enum cache_advice cache_advice_of(double overhead)
{
    if (isnan(overhead))
        return CACHE_ADVICE_NONE;
    if (overhead > CACHE_OVERHEAD_PRELOAD)
        return CACHE_ADVICE_PRELOAD;
    return overhead < CACHE_OVERHEAD_SINGLE ? CACHE_ADVICE_SINGLE : CACHE_ADVICE_REPEAT;
}

const char *cache_advice_name(enum cache_advice advice)
{
    static const char *const names[] = {NULL, "single runs", "repeat", "preload"};
    return names[advice];
}

const char *cache_advice_sentence(enum cache_advice advice)
{
    static const char *const sentences[] = {
        "",
        "below 10 %: the cache hardly matters, single runs suffice",
        "between 10 and 30 %: repeat the runs of phase 1 or take their times with care",
        "above 30 %: preload the cache before phase 1",
    };
    return sentences[advice];
}

/* ---- the parts of a difference ---- */

static int compare_parts(const void *left, const void *right)
{
    const struct cache_part *a = left, *b = right;
    int order = ORDER_OF(b->delta, a->delta);
    return order ? order : function_compare(a->function, b->function);
}

static double side(double value)
{
    return isnan(value) ? 0 : value;
}

static void find_parts(struct cache_pair *pair)
{
    const struct comparison *comparison = pair->comparison;
    double whole = pair->cold_total - pair->warm_total;
    pair->parts = memory_zeroed(comparison->count, sizeof *pair->parts);
    for (uint32_t i = 0; i < comparison->count; i++) {
        const struct compare_change *change = &comparison->rows[i].change[COMPARE_TOTTIME];
        double warm = change->a, cold = change->b, delta = side(cold) - side(warm);
        if (delta > 0)
            pair->parts[pair->part_count++] =
                (struct cache_part){.function = compare_function(comparison, i),
                                    .cold = cold,
                                    .warm = warm,
                                    .delta = delta,
                                    .share = whole > 0 ? delta / whole : NAN};
    }
    qsort(pair->parts, pair->part_count, sizeof *pair->parts, compare_parts);
}

/* ---- pairs ---- */

/* From whole numbers where both have the same unit, so that 30 % is 30 % and nothing beside it. */
static double overhead_of(const struct profile *cold, const struct profile *warm)
{
    int64_t a = profile_total(warm, 0, PROFILE_NONE), b = profile_total(cold, 0, PROFILE_NONE);
    if (a <= 0)
        return NAN;
    if (warm->metrics[0].scale == cold->metrics[0].scale)
        return (double)(b - a) / (double)a;
    double seconds = number_in_unit(a, &warm->metrics[0]);
    return (number_in_unit(b, &cold->metrics[0]) - seconds) / seconds;
}

static int add_pair(struct cache_impact *cache, uint32_t cold, uint32_t warm, struct error *err)
{
    const struct run_facts *facts = cache->facts;
    const struct profile *const in_a = facts[warm].profile, *const in_b = facts[cold].profile;
    const struct compare_side a = {.profiles = &in_a, .count = 1, .size = NAN};
    const struct compare_side b = {.profiles = &in_b, .count = 1, .size = NAN};
    const struct compare_query query = {0};
    struct comparison *comparison;
    if (compare_new(&comparison, &a, &b, &query, err))
        return -1;
    struct cache_pair *pair = &cache->pairs[cache->pair_count++];
    pair->comparison = comparison;
    pair->cold = cold;
    pair->warm = warm;
    pair->cold_total = run_total(&facts[cold]);
    pair->warm_total = run_total(&facts[warm]);
    pair->overhead = overhead_of(facts[cold].profile, facts[warm].profile);
    pair->advice = cache_advice_of(pair->overhead);
    find_parts(pair);
    if (!isnan(pair->overhead) && !(pair->overhead <= cache->overhead))
        cache->overhead = pair->overhead;
    return 0;
}

/* The first run that is warm, over the same input and not taken yet. */
static uint32_t find_warm(const struct cache_impact *cache, uint32_t cold, uint32_t count,
                          const bool *taken)
{
    for (uint32_t i = 0; i < count; i++)
        if (!taken[i] && cache->facts[i].profile && cache->facts[i].cache == RUN_CACHE_WARM &&
            run_same_input(&cache->facts[cold], &cache->facts[i]))
            return i;
    return PROFILE_NONE;
}

static int find_pairs(struct cache_impact *cache, uint32_t count, bool *taken, struct error *err)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!cache->facts[i].profile || cache->facts[i].cache != RUN_CACHE_COLD)
            continue;
        uint32_t warm = find_warm(cache, i, count, taken);
        if (warm == PROFILE_NONE)
            continue;
        taken[i] = taken[warm] = true;
        if (add_pair(cache, i, warm, err))
            return -1;
    }
    for (uint32_t i = 0; i < count; i++)
        if (cache->facts[i].profile && !taken[i])
            cache->unpaired[cache->unpaired_count++] = i;
    return 0;
}

int cache_impact_new(struct cache_impact **out, const struct run_facts *facts, uint32_t count,
                     struct error *err)
{
    struct cache_impact *cache = memory_zeroed(1, sizeof *cache);
    bool *taken = memory_zeroed(count, sizeof *taken);
    cache->facts = facts;
    cache->pairs = memory_zeroed(count, sizeof *cache->pairs);
    cache->unpaired = memory_zeroed(count, sizeof *cache->unpaired);
    cache->overhead = NAN;
    int status = find_pairs(cache, count, taken, err);
    free(taken);
    if (status) {
        cache_impact_free(cache);
        return -1;
    }
    cache->advice = cache_advice_of(cache->overhead);
    *out = cache;
    return 0;
}

void cache_impact_free(struct cache_impact *cache)
{
    if (!cache)
        return;
    for (uint32_t i = 0; i < cache->pair_count; i++) {
        free(cache->pairs[i].parts);
        compare_free(cache->pairs[i].comparison);
    }
    free(cache->pairs);
    free(cache->unpaired);
    free(cache);
}
