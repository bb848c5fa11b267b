/* Two by turns: pieces are taken in the order of fetching, each worked on once, whoever is slow. */
#include "formats/crew.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT 4u

struct piece {
    unsigned number, done;
};

struct source {
    unsigned next, last;
};

struct worker {
    useconds_t pause;
    unsigned before; /* the piece before, + 1 */
};

static bool fetch(void *opaque, void *block)
{
    struct source *source = opaque;
    *(struct piece *)block = (struct piece){.number = source->next};
    return source->next++ < source->last;
}

static void work(void *opaque, void *block)
{
    struct worker *worker = opaque;
    struct piece *piece = block;
    if (worker->pause)
        usleep(worker->pause);
    piece->done += piece->number >= worker->before ? 1 : 100;
    worker->before = piece->number + 1;
}

static struct crew_job job_of(struct source *source, struct worker *workers, struct piece *blocks)
{
    return (struct crew_job){.fetch = fetch,
                             .work = work,
                             .source = source,
                             .workers = {&workers[0], &workers[1]},
                             .blocks = blocks,
                             .size = sizeof *blocks,
                             .count = COUNT};
}

static void expect_all(unsigned last, useconds_t own, useconds_t thread, useconds_t taking)
{
    struct source source = {.last = last};
    struct worker workers[CREW_WORKERS] = {{own, 0}, {thread, 0}};
    struct piece blocks[COUNT], *piece;
    struct crew_job job = job_of(&source, workers, blocks);
    struct crew *crew = crew_new(&job);
    unsigned seen = 0;
    for (; (piece = crew_take(crew)); seen++) {
        if (taking)
            usleep(taking);
        assert_int_equal(piece->number, seen);
        assert_int_equal(piece->done, 1);
    }
    assert_int_equal(seen, last + 1);
    assert_null(crew_take(crew));
    assert_int_equal(source.next, last + 1);
    crew_free(crew);
}

static void pieces_come_in_order(void **state)
{
    (void)state;
    for (unsigned last = 0; last < 12; last++)
        expect_all(last, 0, 0, 0);
    expect_all(50000, 0, 0, 0);
    expect_all(60, 300, 0, 0);
    expect_all(60, 0, 300, 0);
    expect_all(60, 0, 0, 300);
    expect_all(60, 100, 200, 150);
}

static void who_takes_may_stop_early(void **state)
{
    (void)state;
    for (unsigned taken = 0; taken < 8; taken++) {
        struct source source = {.last = UINT32_MAX - 1};
        struct worker workers[CREW_WORKERS] = {0};
        struct piece blocks[COUNT];
        struct crew_job job = job_of(&source, workers, blocks);
        struct crew *crew = crew_new(&job);
        for (unsigned i = 0; i < taken; i++)
            assert_int_equal(((struct piece *)crew_take(crew))->number, i);
        crew_free(crew);
        assert_true(source.next <= taken + COUNT);
    }
    crew_free(NULL);
}

/* ---- folded stacks ---- */

static struct profile *load(const char *text, size_t size)
{
    struct profile *p = NULL;
    struct error err;
    assert_int_equal(profile_load_memory(&p, text, size, "x.folded", NULL, &err), 0);
    return p;
}

/* A stack whose count is out of range leaves nothing behind, not even its names. */
static void what_is_left_out_has_no_functions(void **state)
{
    (void)state;
    static const char text[] = "a;b;c;d;e 4000000000000000000\n"
                               "a;b;c;d;f;g 1000000000000000000\n"
                               "a;b;c;d;f;g 99999999999999999999\n"
                               "a;b;c;d;f;h 5\n"
                               "a;b;c;d;e 7\n";
    struct profile *p = load(text, sizeof text - 1);
    assert_int_equal(p->function_count, 7);
    assert_string_equal(p->functions[5].name, "f");
    assert_string_equal(p->functions[6].name, "h");
    assert_int_equal(p->function_total[0], INT64_C(4000000000000000012));
    assert_int_equal(p->context_count, 8);
    assert_string_equal(p->notes[0], "2 lines are left out: their counts are too large");
    profile_free(p);
}

/* Many blocks, split by two, come to what one line after the other does. */
static void both_number_functions_as_they_come(void **state)
{
    (void)state;
    enum { LINES = 40000 };
    char *text = memory_alloc(LINES * 128u);
    size_t used = 0;
    for (unsigned i = 0; i < LINES; i++)
        used += (size_t)snprintf(text + used, 128, "all;thread %u;%s;of each line %u;n%u;%u 1\n",
                                 i % 7, i & 1 ? "short" : "a name of more than sixteen bytes",
                                 i * 2654435761u % 9973, i % 3, i / 2);
    struct profile *p = load(text, used);
    assert_int_equal(p->function_total[0], LINES);
    assert_string_equal(p->functions[1].name, "thread 0");
    assert_string_equal(p->functions[2].name, "a name of more than sixteen bytes");
    assert_string_equal(p->functions[p->function_count - 1].name, "19999");
    struct error err;
    assert_int_equal(profile_check(p, &err), 0);
    profile_free(p);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_come_in_order),
        cmocka_unit_test(who_takes_may_stop_early),
        cmocka_unit_test(what_is_left_out_has_no_functions),
        cmocka_unit_test(both_number_functions_as_they_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
