#include "tui/analysis/permutation.h"

#include "formats/profile/memory.h"

#include <math.h>
#include <stdlib.h>

#define SPLITS_MAX 20000
#define DRAWN      9999
#define SEED       UINT64_C(0x9e3779b97f4a7c15)
#define CAPTURES   128

static uint32_t sum_of(const struct permutation *test)
{
    return test->a + test->b;
}

/* n over k, as far as it matters here. */
static double splits_of(uint32_t n, uint32_t k)
{
    double count = 1;
    for (uint32_t i = 1; i <= k; i++)
        count = count * (n - k + i) / i;
    return round(count);
}

/* The next choice in lexicographic order; the last stays. */
static void next_choice(uint8_t *choice, uint32_t chosen, uint32_t n)
{
    uint32_t i = chosen;
    while (i && choice[i - 1] == n - chosen + i - 1)
        i--;
    if (!i)
        return;
    choice[i - 1]++;
    for (; i < chosen; i++)
        choice[i] = (uint8_t)(choice[i - 1] + 1);
}

/* A split as bits, a byte for each eight captures. */
static void add_split(const struct permutation *test, const uint8_t *choice, uint32_t split)
{
    uint8_t *bits = &test->list[(size_t)split * test->bytes];
    for (uint32_t i = 0; i < test->chosen; i++)
        bits[choice[i] / 8] |= (uint8_t)(1u << choice[i] % 8);
}

static void list_all(struct permutation *test)
{
    uint8_t choice[CAPTURES] = {0};
    for (uint32_t i = 0; i < test->chosen; i++)
        choice[i] = (uint8_t)i;
    for (uint32_t split = 0; split < test->splits; split++) {
        add_split(test, choice, split);
        next_choice(choice, test->chosen, sum_of(test));
    }
}

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void draw(struct permutation *test)
{
    uint8_t captures[CAPTURES] = {0};
    uint64_t state = SEED;
    uint32_t n = sum_of(test);
    for (uint32_t i = 0; i < n; i++)
        captures[i] = (uint8_t)i;
    for (uint32_t split = 0; split < test->splits; split++) {
        for (uint32_t i = 0; i < test->chosen && i < n; i++) {
            uint32_t at = i + (uint32_t)(next_random(&state) % (n - i));
            uint8_t capture = captures[at];
            captures[at] = captures[i];
            captures[i] = capture;
        }
        add_split(test, captures, split);
    }
}

struct permutation permutation_new(uint32_t a, uint32_t b)
{
    struct permutation test = {.a = a, .b = b, .chosen = a < b ? a : b};
    double splits = splits_of(a + b, test.chosen);
    test.enough = 2 / splits <= PERMUTATION_LEVEL;
    if (!test.enough)
        return test;
    test.drawn = splits > SPLITS_MAX;
    /* Sides of one size can be swapped: the first half, those with the first capture, will do. */
    test.splits = test.drawn ? DRAWN : (uint32_t)(a == b ? splits / 2 : splits);
    test.bytes = (a + b + 7) / 8;
    test.list = memory_zeroed(test.splits, test.bytes);
    if (test.drawn)
        draw(&test);
    else
        list_all(&test);
    return test;
}

void permutation_free(struct permutation *test)
{
    free(test->list);
    test->list = NULL;
}

/* The sums of every choice among eight values. */
struct sums {
    double of[256];
};

static void add_up(const double *values, uint32_t count, struct sums *sums)
{
    sums->of[0] = 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t bits = 0; bits < 1u << i; bits++)
            sums->of[bits | 1u << i] = sums->of[bits] + values[i];
}

/*
 * With the sum of all values fixed, the means of a split differ the more, the further the sum of
 * its chosen values is from what is expected of them. Counts to `stop` at most.
 */
static uint32_t count_as_far(const struct permutation *test, const double *values, uint32_t stop)
{
    struct sums sums[CAPTURES / 8];
    uint32_t n = sum_of(test), count = 0;
    uint32_t first = test->a <= test->b ? 0 : test->a; /* the side that was chosen */
    double all = 0, observed = 0;
    for (uint32_t i = 0; i < n; i++)
        all += values[i];
    for (uint32_t i = 0; i < test->chosen; i++)
        observed += values[first + i];
    for (uint32_t byte = 0; byte < test->bytes; byte++)
        add_up(&values[8 * byte], n - 8 * byte < 8 ? n - 8 * byte : 8, &sums[byte]);
    double expected = all * test->chosen / n;
    /* What is equal but for the rounding of sums counts. */
    double far = fabs(observed - expected) * (1 - 1e-9) - fabs(all) * 1e-15;
    const uint8_t *bits = test->list;
    for (uint32_t split = 0; split < test->splits && count < stop; split++) {
        double sum = 0;
        for (uint32_t byte = 0; byte < test->bytes; byte++)
            sum += sums[byte].of[*bits++];
        count += fabs(sum - expected) >= far;
    }
    return count;
}

double permutation_p(const struct permutation *test, const double *values)
{
    if (!test->enough)
        return NAN;
    double count = count_as_far(test, values, UINT32_MAX);
    return test->drawn ? (count + 1) / (test->splits + 1.0) : count / test->splits;
}

/* Every value of one side above every one of the other: no split is further apart. */
static bool are_apart(const struct permutation *test, const double *values)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (uint32_t i = 0; i < sum_of(test); i++) {
        unsigned side = i >= test->a;
        low[side] = fmin(low[side], values[i]);
        high[side] = fmax(high[side], values[i]);
    }
    return high[0] < low[1] || high[1] < low[0];
}

bool permutation_significant(const struct permutation *test, const double *values)
{
    if (!test->enough)
        return false;
    if (!test->drawn && are_apart(test, values))
        return true;
    double most = PERMUTATION_LEVEL * (test->splits + test->drawn) - test->drawn;
    uint32_t stop = (uint32_t)floor(most + 1e-9) + 1;
    return count_as_far(test, values, stop) < stop;
}

uint32_t permutation_needed(void)
{
    uint32_t captures = 2;
    while (2 / splits_of(2 * captures, captures) > PERMUTATION_LEVEL)
        captures++;
    return captures;
}
