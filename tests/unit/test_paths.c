/* Stacks that become contexts many at once give the tree that each on its own would have given. */
#include "formats/profile/build.h"
#include "formats/profile/memory.h"
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#define ROOTS     3u
#define FUNCTIONS 40u
#define DEEPEST   30u

struct stacks {
    ARRAY(uint32_t) stacks, lengths;
};

static uint32_t below(uint64_t *seed, uint32_t limit)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*seed >> 33) % limit;
}

/* Stacks that often begin alike; a function has up to `width` callees. */
static struct stacks random_stacks(uint64_t seed, uint32_t count, uint32_t width)
{
    struct stacks s = {0};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = below(&seed, DEEPEST);
        *array_push(&s.stacks) = below(&seed, ROOTS);
        for (uint32_t d = 0; d < length; d++)
            *array_push(&s.stacks) = below(&seed, below(&seed, 2) ? width : 2);
        *array_push(&s.lengths) = length + 1;
    }
    return s;
}

static struct build *new_build(void)
{
    struct build *build = build_new();
    build_metric(build, "samples", "samples", METRIC_SAMPLES, 1);
    for (uint32_t f = 0; f < FUNCTIONS; f++) {
        char name[] = {'f', (char)('A' + f), '\0'};
        build_function(build, name, "", "", 0, FUNCTION_UNKNOWN);
    }
    build_process(build, "", 0);
    for (uint32_t r = 0; r < ROOTS; r++)
        build_thread(build, "", r, 0);
    return build;
}

static struct profile *finished(struct build *build)
{
    struct profile *profile;
    struct error err;
    assert_int_equal(build_finish(build, &profile, &err), 0);
    assert_int_equal(profile_check(profile, &err), 0);
    return profile;
}

/* One after the other, the sample i weighing i + 1. */
static struct profile *each(const struct stacks *s)
{
    struct build *build = new_build();
    for (uint32_t r = 0; r < ROOTS; r++)
        build_root(build, r);
    const uint32_t *at = s->stacks.data;
    for (uint32_t i = 0; i < s->lengths.count; at += s->lengths.data[i++]) {
        uint32_t context = build_root(build, at[0]);
        for (uint32_t d = 1; d < s->lengths.data[i]; d++)
            context = build_context(build, context, at[d]);
        build_context_self(build, context, 0, i + 1);
    }
    return finished(build);
}

static struct profile *together(const struct stacks *s, uint32_t batch)
{
    struct build *build = new_build();
    uint32_t trees[ROOTS], *contexts = memory_alloc(s->lengths.count * sizeof *contexts);
    for (uint32_t r = 0; r < ROOTS; r++)
        build_thread_tree(build, r, trees[r] = build_tree(build));
    const uint32_t *at = s->stacks.data;
    for (uint32_t i = 0; i < s->lengths.count; i += batch) {
        uint32_t left = s->lengths.count - i, count = left < batch ? left : batch;
        build_paths(build, trees, at, s->lengths.data + i, count, contexts);
        for (uint32_t j = 0; j < count; at += s->lengths.data[i + j++])
            build_context_self(build, contexts[j], 0, i + j + 1);
    }
    free(contexts);
    return finished(build);
}

static void expect_same(const struct profile *a, const struct profile *b)
{
    assert_int_equal(a->context_count, b->context_count);
    assert_memory_equal(a->contexts, b->contexts, a->context_count * sizeof *a->contexts);
    assert_memory_equal(a->context_before, b->context_before,
                        (a->context_count + 1) * sizeof *a->context_before);
}

static void same_tree_in_any_batches(void **state)
{
    (void)state;
    static const uint32_t widths[] = {1, 2, 5, 9, FUNCTIONS}, batches[] = {1, 7, 100, 1000};
    for (uint32_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        struct stacks s = random_stacks(w + 1, 1000, widths[w]);
        struct profile *one = each(&s);
        for (uint32_t b = 0; b < sizeof batches / sizeof *batches; b++) {
            struct profile *other = together(&s, batches[b]);
            expect_same(one, other);
            profile_free(other);
        }
        profile_free(one);
        array_free(&s.stacks);
        array_free(&s.lengths);
    }
}

/* Two stacks of a million functions that part at the end: no deeper in C for it. */
static void deep_stacks(void **state)
{
    (void)state;
    struct stacks s = {0};
    for (uint32_t i = 0; i < 2; i++) {
        *array_push(&s.stacks) = 0;
        for (uint32_t d = 0; d < 1000000; d++)
            *array_push(&s.stacks) = d < 999999 ? d % 3 : i;
        *array_push(&s.lengths) = 1000001;
    }
    struct profile *p = together(&s, 2);
    assert_int_equal(p->context_count, ROOTS + 1000001);
    profile_free(p);
    array_free(&s.stacks);
    array_free(&s.lengths);
}

static void no_stacks(void **state)
{
    (void)state;
    struct build *build = new_build();
    build_paths(build, NULL, NULL, NULL, 0, NULL);
    profile_free(finished(build));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_tree_in_any_batches),
        cmocka_unit_test(deep_stacks),
        cmocka_unit_test(no_stacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
