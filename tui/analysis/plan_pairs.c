#include "tui/analysis/plan_pairs.h"

#include "formats/profile/memory.h"
#include "tui/analysis/order.h"

#include <math.h>
#include <stdlib.h>

/* Unknown sizes come last. */
static int compare_runs(const void *left, const void *right, void *context)
{
    const struct run_facts *facts = ((const struct plan_pairs *)context)->facts;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    double size_a = facts[a].size, size_b = facts[b].size;
    int order = ORDER_OF(isnan(size_a), isnan(size_b));
    if (!order && !isnan(size_a))
        order = ORDER_OF(size_a, size_b);
    return order ? order : ORDER_OF(a, b);
}

static int check_alike(const struct plan_pairs *pairs, struct error *err)
{
    for (uint32_t i = 1; i < pairs->run_count; i++) {
        const struct run_facts *first = &pairs->facts[pairs->order[0]];
        const struct run_facts *other = &pairs->facts[pairs->order[i]];
        const struct metric *a = &first->profile->metrics[0], *b = &other->profile->metrics[0];
        if (!compare_is_alike(a, b))
            return error_set(err, ERROR_USAGE,
                             "%.80s is measured in %.32s, %.80s in %.32s: these are not comparable",
                             first->id, a->name, other->id, b->name);
    }
    return 0;
}

static struct plan_pairs *new_pairs(const struct run_facts *facts)
{
    struct plan_pairs *pairs = memory_zeroed(1, sizeof *pairs);
    pairs->facts = facts;
    return pairs;
}

static struct plan_pairs *ordered(const struct run_facts *facts, uint32_t count)
{
    struct plan_pairs *pairs = new_pairs(facts);
    pairs->order = memory_zeroed(count, sizeof *pairs->order);
    for (uint32_t i = 0; i < count; i++)
        if (facts[i].profile)
            pairs->order[pairs->run_count++] = i;
    qsort_r(pairs->order, pairs->run_count, sizeof *pairs->order, compare_runs, pairs);
    return pairs;
}

static int finish(struct plan_pairs **out, struct plan_pairs *pairs, struct error *err)
{
    if (check_alike(pairs, err)) {
        plan_pairs_free(pairs);
        return -1;
    }
    *out = pairs;
    return 0;
}

/* The runs of one size from `first` on; those of unknown size belong to none. */
static uint32_t runs_of_size(const struct plan_pairs *pairs, uint32_t first)
{
    uint32_t end = first;
    double size = pairs->facts[pairs->order[first]].size;
    while (end < pairs->run_count && pairs->facts[pairs->order[end]].size == size)
        end++;
    return end - first;
}

int plan_pairs_steps(struct plan_pairs **out, const struct run_facts *facts, uint32_t count,
                     struct error *err)
{
    struct plan_pairs *pairs = ordered(facts, count);
    pairs->list = memory_zeroed(pairs->run_count, sizeof *pairs->list);
    struct plan_side before = {0};
    for (uint32_t i = 0; i < pairs->run_count;) {
        struct plan_side side = {i, runs_of_size(pairs, i)};
        if (!side.count)
            break;
        if (before.count)
            pairs->list[pairs->count++] = (struct plan_pair){before, side};
        before = side;
        i += side.count;
    }
    return finish(out, pairs, err);
}

int plan_pairs_all(struct plan_pairs **out, const struct run_facts *facts, uint32_t count,
                   struct error *err)
{
    struct plan_pairs *pairs = ordered(facts, count);
    size_t runs = pairs->run_count;
    pairs->list = memory_zeroed(runs * (runs ? runs - 1 : 0) / 2, sizeof *pairs->list);
    for (uint32_t a = 0; a < pairs->run_count; a++)
        for (uint32_t b = a + 1; b < pairs->run_count; b++)
            pairs->list[pairs->count++] = (struct plan_pair){{a, 1}, {b, 1}};
    return finish(out, pairs, err);
}

int plan_pairs_one(struct plan_pairs **out, const struct run_facts *facts, uint32_t a, uint32_t b,
                   struct error *err)
{
    struct plan_pairs *pairs = new_pairs(facts);
    pairs->run_count = 2;
    pairs->order = memory_zeroed(2, sizeof *pairs->order);
    pairs->order[0] = a;
    pairs->order[1] = b;
    pairs->list = memory_zeroed(1, sizeof *pairs->list);
    pairs->list[pairs->count++] = (struct plan_pair){{0, 1}, {1, 1}};
    return finish(out, pairs, err);
}

void plan_pairs_free(struct plan_pairs *pairs)
{
    if (!pairs)
        return;
    free(pairs->order);
    free(pairs->list);
    free(pairs);
}

const struct run_facts *plan_pairs_run(const struct plan_pairs *pairs, struct plan_side side,
                                       uint32_t index)
{
    return &pairs->facts[pairs->order[side.first + index]];
}

/* The profiles of a side into `profiles`, which has COMPARE_CAPTURES_MAX elements. */
static struct compare_side side_of(const struct plan_pairs *pairs, struct plan_side side,
                                   const struct profile **profiles)
{
    uint32_t count = side.count < COMPARE_CAPTURES_MAX ? side.count : COMPARE_CAPTURES_MAX;
    for (uint32_t i = 0; i < count; i++)
        profiles[i] = plan_pairs_run(pairs, side, i)->profile;
    return (struct compare_side){
        .profiles = profiles, .count = count, .size = plan_pairs_run(pairs, side, 0)->size};
}

int plan_pairs_compare(struct comparison **out, const struct plan_pairs *pairs,
                       const struct plan_pair *pair, const struct compare_query *query,
                       struct error *err)
{
    const struct profile *in_a[COMPARE_CAPTURES_MAX], *in_b[COMPARE_CAPTURES_MAX];
    const struct compare_side a = side_of(pairs, pair->a, in_a);
    const struct compare_side b = side_of(pairs, pair->b, in_b);
    return compare_new(out, &a, &b, query, err);
}
