/* What recording costs, out of the metadata, and times without it. */
#include "formats/trace/costs.h"
#include "formats/trace/event_log.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

static void costs_are_taken_by_their_keys(void **state)
{
    (void)state;
    struct costs costs = {0};
    assert_false(costs_known(&costs));
    costs_take(&costs, "cost.native.hook", "pg");
    costs_take(&costs, "cost.native.inside", "-1");
    costs_take(&costs, "cost.native.inside", "nan");
    costs_take(&costs, "cost.native.inside", "1e300");
    costs_take(&costs, "cost.native.beside", "7");
    costs_take(&costs, "cost.natives.inside", "7");
    costs_take(&costs, "costs.native.inside", "7");
    assert_false(costs_known(&costs));
    costs_take(&costs, "cost.native.inside", "10.5");
    costs_take(&costs, "cost.native.outside", "20");
    costs_take(&costs, "cost.python.outside", "100");
    costs_take(&costs, "cost.native.inside", "11"); /* what comes later counts */
    assert_true(costs_known(&costs));
    const struct hook_costs *of = costs_of(&costs, 3);
    assert_true(of->of[FUNCTION_NATIVE].inside == 11 && of->of[FUNCTION_NATIVE].outside == 20);
    assert_true(of->of[FUNCTION_PYTHON].inside == 0 && of->of[FUNCTION_PYTHON].outside == 100);
    assert_true(of->of[FUNCTION_BUILTIN].outside == 0);
    costs_free(&costs);
}

static void a_process_can_have_its_own(void **state)
{
    (void)state;
    struct costs costs = {0};
    costs_take(&costs, "cost.native.inside", "10");
    costs_take(&costs, "cost.python.inside", "30");
    costs_take(&costs, "cost.process.2.native.inside", "50");
    costs_take(&costs, "cost.process.7.native.inside", "70");
    costs_take(&costs, "cost.process.7.native.outside", "71");
    costs_take(&costs, "cost.process.1.native.inside", "11"); /* out of order */
    costs_take(&costs, "cost.process.x.native.inside", "11");
    costs_take(&costs, "cost.process.99999999999.native.inside", "11");
    assert_true(costs_of(&costs, 1)->of[FUNCTION_NATIVE].inside == 10);
    assert_true(costs_of(&costs, 2)->of[FUNCTION_NATIVE].inside == 50);
    assert_true(costs_of(&costs, 2)->of[FUNCTION_PYTHON].inside == 30);
    assert_true(costs_of(&costs, 7)->of[FUNCTION_NATIVE].outside == 71);
    assert_true(costs_of(&costs, 8)->of[FUNCTION_NATIVE].inside == 10);
    costs_free(&costs);
}

/* main calls f 100 times, f calls len twice each time; a tick is 10 ns. */
struct tree {
    struct definitions definitions;
    struct trace_clock clock;
    uint32_t main, f, len;
};

static uint32_t add_function(struct tree *tree, const char *name, uint32_t kind)
{
    uint32_t text = strings_intern(&tree->definitions.strings, name, strlen(name));
    return definitions_function(&tree->definitions,
                                (struct trace_function){.name = text, .kind = kind});
}

static uint32_t add_context(struct tree *tree, uint32_t parent, uint32_t function, uint64_t calls,
                            uint64_t self)
{
    struct trace_tree *of = &tree->definitions.threads.data[0].tree;
    *array_push(&of->contexts) = (struct trace_context){parent, function, calls, self};
    return of->contexts.count - 1;
}

static void make_tree(struct tree *tree, uint32_t leaf, const char *leaf_name)
{
    *tree = (struct tree){0};
    definitions_init(&tree->definitions);
    trace_clock_init(&tree->clock, 0, 10);
    definitions_thread(&tree->definitions, (struct trace_thread){0});
    tree->main = add_context(tree, 0, add_function(tree, "main", FUNCTION_PYTHON), 1, 1000);
    tree->f = add_context(tree, tree->main, add_function(tree, "f", FUNCTION_PYTHON), 100, 4000);
    tree->len = add_context(tree, tree->f, add_function(tree, leaf_name, leaf), 200, 500);
}

static const struct costs some_costs = {
    .most.of = {[FUNCTION_PYTHON] = {20, 50}, [FUNCTION_BUILTIN] = {5, 30}}};

static void each_part_is_taken_from_who_paid_it(void **state)
{
    (void)state;
    struct tree tree;
    int64_t self[4];
    make_tree(&tree, FUNCTION_BUILTIN, "len");
    costs_correct(&some_costs, &tree.definitions, 0, &tree.clock, self);
    assert_int_equal(self[0], 0);
    assert_int_equal(self[tree.main], 10000 - 20 - 100 * 50);
    assert_int_equal(self[tree.f], 40000 - 100 * 20 - 200 * 30);
    assert_int_equal(self[tree.len], 5000 - 200 * 5);
    definitions_free(&tree.definitions);
}

static void calls_of_classes_are_spread_over_the_callers_calls(void **state)
{
    (void)state;
    struct tree tree;
    struct costs costs = some_costs;
    int64_t self[4];
    make_tree(&tree, FUNCTION_BUILTIN, "len");
    uint32_t f = tree.definitions.threads.data[0].tree.contexts.data[tree.f].function;
    uint32_t again = add_context(&tree, tree.main, f, 300, 90000);
    int64_t more[5];
    char list[64];
    snprintf(list, sizeof list, "%u 800 4000000000 7", (unsigned)f);
    costs_take(&costs, "cost.class.outside", "60");
    costs_take(&costs, COSTS_CLASS_CALLS, "0 99999");
    costs_take(&costs, COSTS_CLASS_CALLS, list); /* what comes later counts */
    costs_settle(&costs, &tree.definitions);
    costs_correct(&costs, &tree.definitions, 0, &tree.clock, more);
    assert_int_equal(more[tree.f], 40000 - 100 * 20 - 200 * 30 - 200 * 60);
    assert_int_equal(more[again], 900000 - 300 * 20 - 600 * 60);
    costs_take(&costs, COSTS_CLASS_CALLS, "");
    costs_settle(&costs, &tree.definitions);
    tree.definitions.threads.data[0].tree.contexts.count--;
    costs_correct(&costs, &tree.definitions, 0, &tree.clock, self);
    assert_int_equal(self[tree.f], 40000 - 100 * 20 - 200 * 30);
    costs_free(&costs);
    definitions_free(&tree.definitions);
}

static void lists_that_make_no_sense_are_cut_short(void **state)
{
    static const char *const lists[] = {
        "x", "1", "1 ", "1 -3", "1 nan", "1 1e300", "99999999999 5", "1 2 3", "1,2"};
    struct tree tree;
    (void)state;
    make_tree(&tree, FUNCTION_BUILTIN, "len");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct costs costs = some_costs;
        int64_t self[4];
        costs_take(&costs, "cost.class.outside", "1");
        costs_take(&costs, COSTS_CLASS_CALLS, lists[i]);
        costs_settle(&costs, &tree.definitions);
        costs_correct(&costs, &tree.definitions, 0, &tree.clock, self);
        assert_true(self[tree.len] == 5000 - 200 * 5);
        costs_free(&costs);
    }
    definitions_free(&tree.definitions);
}

static void a_slowdown_is_between_one_and_ten(void **state)
{
    (void)state;
    struct costs costs = {0};
    costs_take(&costs, "cost.python.slowdown", "0.5");
    costs_take(&costs, "cost.python.slowdown", "11");
    costs_take(&costs, "cost.process.4.python.slowdown", "nan");
    assert_false(costs_known(&costs));
    costs_take(&costs, "cost.python.slowdown", "2.5");
    costs_take(&costs, "cost.process.4.python.slowdown", "1");
    assert_true(costs_of(&costs, 0)->of[FUNCTION_PYTHON].slowdown == 2.5);
    assert_true(costs_of(&costs, 4)->of[FUNCTION_PYTHON].slowdown == 1);
    costs_free(&costs);
}

static void what_is_left_is_divided_by_the_slowdown(void **state)
{
    (void)state;
    struct tree tree;
    int64_t self[4];
    struct costs costs = some_costs;
    costs.most.of[FUNCTION_PYTHON].slowdown = 2;
    make_tree(&tree, FUNCTION_BUILTIN, "len");
    costs_correct(&costs, &tree.definitions, 0, &tree.clock, self);
    assert_int_equal(self[tree.main], (10000 - 20 - 100 * 50) / 2);
    assert_int_equal(self[tree.f], (40000 - 100 * 20 - 200 * 30) / 2);
    assert_int_equal(self[tree.len], 5000 - 200 * 5);
    definitions_free(&tree.definitions);
}

/* A second without any call is no Python code. */
static void long_stretches_are_slowed_for_a_while_only(void **state)
{
    (void)state;
    struct tree tree;
    int64_t self[4];
    struct costs costs = {.most.of = {[FUNCTION_PYTHON] = {.slowdown = 2}}};
    make_tree(&tree, FUNCTION_PYTHON, "wait");
    tree.definitions.threads.data[0].tree.contexts.data[tree.len].calls = 1;
    tree.definitions.threads.data[0].tree.contexts.data[tree.len].self = 100000000;
    costs_correct(&costs, &tree.definitions, 0, &tree.clock, self);
    assert_int_equal(self[tree.len], 1000000000 - (int64_t)COSTS_STRETCH / 2);
    definitions_free(&tree.definitions);
}

/* Beside native functions too. */
static void coroutines_cost_what_python_does(void **state)
{
    (void)state;
    struct tree tree;
    int64_t self[4];
    struct costs costs = {.most.of = {[FUNCTION_NATIVE] = {1, 1}, [FUNCTION_PYTHON] = {20, 50}}};
    make_tree(&tree, FUNCTION_COROUTINE, "fetch");
    costs_correct(&costs, &tree.definitions, 0, &tree.clock, self);
    assert_int_equal(self[tree.f], 40000 - 100 * 20 - 200 * 50);
    assert_int_equal(self[tree.len], 5000 - 200 * 20);
    definitions_free(&tree.definitions);
}

static void nothing_goes_below_zero(void **state)
{
    (void)state;
    struct tree tree;
    int64_t self[4];
    struct costs costs = {.most.of[FUNCTION_PYTHON] = {0, 1e7}};
    make_tree(&tree, FUNCTION_BUILTIN, "len");
    costs_correct(&costs, &tree.definitions, 0, &tree.clock, self);
    assert_int_equal(self[tree.main], 0);
    assert_int_equal(self[tree.f], 40000);
    assert_int_equal(self[tree.len], 5000);
    definitions_free(&tree.definitions);
}

static void waiting_is_the_recorders(void **state)
{
    (void)state;
    struct tree tree;
    int64_t self[4];
    make_tree(&tree, FUNCTION_UNKNOWN, COSTS_WAITING);
    costs_correct(&some_costs, &tree.definitions, 0, &tree.clock, self);
    assert_int_equal(self[tree.len], 0);
    assert_int_equal(self[tree.f], 40000 - 100 * 20);
    definitions_free(&tree.definitions);
}

/* Its calls are also each other's callers; without a kind they cost what Python's do here. */
static void what_is_folded_pays_for_itself(void **state)
{
    (void)state;
    struct tree tree;
    int64_t self[4];
    make_tree(&tree, FUNCTION_UNKNOWN, event_log_folded_name);
    tree.definitions.threads.data[0].tree.contexts.data[tree.len].self = 5000;
    costs_correct(&some_costs, &tree.definitions, 0, &tree.clock, self);
    assert_int_equal(self[tree.len], 50000 - 200 * 70);
    assert_int_equal(self[tree.f], 40000 - 100 * 20);
    definitions_free(&tree.definitions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_are_taken_by_their_keys),
        cmocka_unit_test(a_process_can_have_its_own),
        cmocka_unit_test(each_part_is_taken_from_who_paid_it),
        cmocka_unit_test(calls_of_classes_are_spread_over_the_callers_calls),
        cmocka_unit_test(lists_that_make_no_sense_are_cut_short),
        cmocka_unit_test(a_slowdown_is_between_one_and_ten),
        cmocka_unit_test(what_is_left_is_divided_by_the_slowdown),
        cmocka_unit_test(long_stretches_are_slowed_for_a_while_only),
        cmocka_unit_test(coroutines_cost_what_python_does),
        cmocka_unit_test(nothing_goes_below_zero),
        cmocka_unit_test(waiting_is_the_recorders),
        cmocka_unit_test(what_is_folded_pays_for_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
