#include "tui/analysis/bootstrap.h"

#include "formats/profile/memory.h"
#include "tui/analysis/order.h"

#include <math.h>
#include <stdlib.h>

#define TAIL  0.025
#define STEPS 80
#define FEW   64 /* medians of both sides that need no allocation */

/* P(the r-th smallest of n drawn values is one of the k smallest), r from 1. */
static double chance_within(uint32_t n, uint32_t r, uint32_t k)
{
    double chance = 0, share = (double)k / n;
    for (uint32_t i = r; i <= n; i++)
        chance += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0)) * pow(share, i) *
                  pow(1 - share, n - i);
    return chance;
}

/*
 * n = 2m: the two in the middle are x[j] and x[k], j < k, when m values were drawn up to x[j],
 * this among them, and m from x[k] on, this among them.
 */
static double chance_between(uint32_t n, uint32_t j, uint32_t k)
{
    uint32_t m = n / 2;
    double choices = exp(lgamma(n + 1.0) - 2 * lgamma(m + 1.0));
    double below = pow((j + 1.0) / n, m) - pow((double)j / n, m);
    double above = pow((double)(n - k) / n, m) - pow((double)(n - k - 1) / n, m);
    return choices * below * above;
}

struct bootstrap bootstrap_new(uint32_t values)
{
    uint32_t n = values;
    struct bootstrap bootstrap = {.values = n};
    uint32_t rank = (n + 1) / 2; /* the lower one in the middle */
    bootstrap.medians = memory_zeroed((size_t)n * (n + 1) / 2, sizeof *bootstrap.medians);
    for (uint32_t j = 0; j < n; j++) {
        double chance = chance_within(n, rank, j + 1) - chance_within(n, rank, j);
        struct bootstrap_median *own = &bootstrap.medians[bootstrap.count++];
        for (uint32_t k = j + 1; n % 2 == 0 && k < n; k++) {
            double between = chance_between(n, j, k);
            bootstrap.medians[bootstrap.count++] = (struct bootstrap_median){j, k, between};
            chance -= between;
        }
        *own = (struct bootstrap_median){j, j, chance};
    }
    return bootstrap;
}

void bootstrap_free(struct bootstrap *bootstrap)
{
    free(bootstrap->medians);
    bootstrap->medians = NULL;
}

/* A median with its chance; after accumulate() that of it and all below it. */
struct point {
    double value, chance;
};

static int compare_points(const void *left, const void *right)
{
    const struct point *a = left, *b = right;
    return ORDER_OF(a->value, b->value);
}

static void list_points(const struct bootstrap *bootstrap, const double *values,
                        struct point *points)
{
    for (uint32_t i = 0; i < bootstrap->count; i++) {
        const struct bootstrap_median *median = &bootstrap->medians[i];
        points[i].value = values[median->low] / 2 + values[median->high] / 2;
        points[i].chance = median->chance;
    }
    if (bootstrap->values % 2 == 0) /* medians of an odd number are the values, and ascend */
        qsort(points, bootstrap->count, sizeof *points, compare_points);
}

static void accumulate(struct point *points, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        points[i].chance += points[i - 1].chance;
}

struct difference {
    const struct point *a, *b; /* ascending; of b the chances are accumulated */
    uint32_t count_a, count_b;
};

/* What is up to a limit: its chance, the largest of it, and the smallest that is above. */
struct share {
    double chance, largest, next;
};

static struct share share_up_to(const struct difference *d, double limit)
{
    struct share share = {0, -INFINITY, INFINITY};
    for (uint32_t i = 0, j = 0; i < d->count_a; i++) {
        while (j < d->count_b && d->b[j].value - d->a[i].value <= limit)
            j++;
        if (j < d->count_b)
            share.next = fmin(share.next, d->b[j].value - d->a[i].value);
        if (!j)
            continue;
        share.largest = fmax(share.largest, d->b[j - 1].value - d->a[i].value);
        share.chance += d->a[i].chance * d->b[j - 1].chance;
    }
    return share;
}

/* The smallest difference that so large a share does not exceed. */
static double quantile(const struct difference *d, double wanted)
{
    double low = d->b[0].value - d->a[d->count_a - 1].value;
    double high = d->b[d->count_b - 1].value - d->a[0].value;
    struct share share = share_up_to(d, low);
    if (share.chance >= wanted)
        return low;
    /* It is above `low` and not above `high`; `next` is the first difference above `low`. */
    double next = share.next;
    for (int i = 0; i < STEPS && next < high; i++) {
        double middle = low + (high - low) / 2;
        share = share_up_to(d, middle);
        if (share.chance >= wanted) {
            high = share.largest;
        } else {
            low = middle;
            next = share.next;
        }
    }
    return next;
}

void bootstrap_interval(const struct bootstrap *of_a, const double *a, const struct bootstrap *of_b,
                        const double *b, double *low, double *high)
{
    struct point few[FEW];
    uint32_t count = of_a->count + of_b->count;
    struct point *in_a = count <= FEW ? few : memory_alloc(count * sizeof *in_a);
    struct point *in_b = in_a + of_a->count;
    list_points(of_a, a, in_a);
    list_points(of_b, b, in_b);
    accumulate(in_b, of_b->count);
    const struct difference difference = {in_a, in_b, of_a->count, of_b->count};
    *low = quantile(&difference, TAIL);
    *high = quantile(&difference, 1 - TAIL);
    if (in_a != few)
        free(in_a);
}
