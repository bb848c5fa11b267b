/* Two threads in a row: blocks come in their order, all of them, whoever is the faster one. */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/relay.h"
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT 3u

struct counter {
    unsigned next, last;
    useconds_t pause;
};

static bool count(void *worker, void *block)
{
    struct counter *counter = worker;
    if (counter->pause)
        usleep(counter->pause);
    *(unsigned *)block = counter->next;
    return counter->next++ < counter->last;
}

static void expect_all(unsigned last, useconds_t pause, useconds_t own_pause)
{
    struct counter counter = {.last = last, .pause = pause};
    unsigned blocks[COUNT], seen = 0, *block;
    struct relay *relay = relay_new(count, &counter, blocks, sizeof *blocks, COUNT);
    for (; (block = relay_take(relay)); seen++) {
        assert_int_equal(*block, seen);
        if (own_pause)
            usleep(own_pause);
    }
    assert_int_equal(seen, last + 1);
    assert_null(relay_take(relay));
    assert_int_equal(counter.next, last + 1);
    relay_free(relay);
}

static void blocks_come_in_order(void **state)
{
    (void)state;
    for (unsigned last = 0; last < 12; last++)
        expect_all(last, 0, 0);
    expect_all(100000, 0, 0);
    expect_all(50, 300, 0);
    expect_all(50, 0, 300);
}

static void who_takes_may_stop_early(void **state)
{
    (void)state;
    for (unsigned taken = 0; taken < 8; taken++) {
        struct counter counter = {.last = UINT32_MAX};
        unsigned blocks[COUNT];
        struct relay *relay = relay_new(count, &counter, blocks, sizeof *blocks, COUNT);
        for (unsigned i = 0; i < taken; i++)
            assert_int_equal(*(unsigned *)relay_take(relay), i);
        relay_free(relay);
        assert_true(counter.next <= taken + COUNT);
    }
    relay_free(NULL);
}

static void a_block_stays_while_it_is_held(void **state)
{
    (void)state;
    struct counter counter = {.last = 1000};
    unsigned blocks[2], *block;
    struct relay *relay = relay_new(count, &counter, blocks, sizeof *blocks, 2);
    for (unsigned i = 0; (block = relay_take(relay)); i++) {
        if (i % 100 == 0)
            usleep(200);
        assert_int_equal(*block, i);
    }
    relay_free(relay);
}

/* ---- folded stacks of many blocks ---- */

#define LINES 60000u

/* "main;f<i % 7919>;g<i % 11> 1.5", now and then a comment or what is no stack. */
static char *many_stacks(size_t *size)
{
    char *text = memory_alloc(LINES * 80u);
    size_t used = 0;
    for (unsigned i = 0; i < LINES; i++) {
        if (i % 1000 == 999)
            used += (size_t)snprintf(text + used, 80, "# a comment\nno count\n");
        used += (size_t)snprintf(text + used, 80, "main;the function %u;leaf_%u %s\n", i % 7919,
                                 i % 11, i < LINES / 2 ? "2" : "1.5");
    }
    *size = used;
    return text;
}

static uint32_t function_named(const struct profile *p, const char *name)
{
    for (uint32_t f = 0; f < p->function_count; f++)
        if (!strcmp(p->functions[f].name, name))
            return f;
    fail_msg("no function %s", name);
    return 0;
}

static void stacks_of_many_blocks(void **state)
{
    (void)state;
    struct profile *p;
    struct error err;
    size_t size;
    char *text = many_stacks(&size);
    assert_int_equal(profile_load_memory(&p, text, size, "many.folded", NULL, &err), 0);
    assert_int_equal(p->function_count, 1 + 7919 + 11);
    /* Decimals came in the middle: all values are times 10 since. */
    assert_true(p->metrics[0].scale == 0.1);
    assert_int_equal(p->function_total[function_named(p, "main")], LINES / 2 * 20 + LINES / 2 * 15);
    assert_int_equal(p->function_self[function_named(p, "main")], 0);
    int64_t leaves = 0;
    for (unsigned i = 0; i < LINES; i++)
        leaves += i % 11 == 3 ? i < LINES / 2 ? 20 : 15 : 0;
    assert_int_equal(p->function_self[function_named(p, "leaf_3")], leaves);
    assert_int_equal(p->note_count, 1);
    assert_string_equal(p->notes[0], "60 lines are not a stack and a count and are left out, the "
                                     "first is line 1001");
    /* In the order of their first lines. */
    assert_string_equal(p->functions[0].name, "main");
    assert_string_equal(p->functions[3].name, "the function 1");
    profile_free(p);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_come_in_order),
        cmocka_unit_test(who_takes_may_stop_early),
        cmocka_unit_test(a_block_stays_while_it_is_held),
        cmocka_unit_test(stacks_of_many_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
