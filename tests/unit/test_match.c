#include "tests/unit/test.h"

#include "formats/profile/build.h"
#include "tui/analysis/align.h"
#include "tui/analysis/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct edges {
    const char *caller, *callee;
};

static struct profile *profile_of(const struct function *functions, size_t count,
                                  const struct edges *edges, size_t edge_count)
{
    struct profile *profile;
    struct error err = {0};
    struct build *build = build_new();
    uint32_t metric = build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    const struct values values = {1, 1, 1, 1};
    build_flags(build, PROFILE_HAS_CALLS);
    for (size_t i = 0; i < count; i++) {
        const struct function *f = &functions[i];
        uint32_t function = build_function(build, f->name, f->module, f->file, f->line, f->kind);
        build_function_values(build, function, metric, values);
    }
    for (size_t i = 0; i < edge_count; i++) {
        uint32_t ends[2] = {0, 0};
        for (uint32_t f = 0; f < count; f++) {
            if (!strcmp(functions[f].name, edges[i].caller))
                ends[0] = f;
            if (!strcmp(functions[f].name, edges[i].callee))
                ends[1] = f;
        }
        build_edge_values(build, ends[0], ends[1], metric, values);
    }
    assert_int_equal(build_finish(build, &profile, &err), 0);
    return profile;
}

#define PROFILE(functions) profile_of(functions, sizeof(functions) / sizeof *(functions), NULL, 0)
#define PROFILE_WITH(functions, edges)                                                             \
    profile_of(functions, sizeof(functions) / sizeof *(functions), edges,                          \
               sizeof(edges) / sizeof *(edges))

/* "old -> new" for what matched, "old => new" for what moved, "old -", "- new" */
static void check(struct profile *a, struct profile *b, const char *wanted)
{
    char text[1024] = "";
    uint32_t count;
    struct match *matches = match_functions(a, b, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct match *m = &matches[i];
        size_t used = strlen(text);
        const char *in_a = m->a != PROFILE_NONE ? a->functions[m->a].name : "";
        const char *in_b = m->b != PROFILE_NONE ? b->functions[m->b].name : "";
        const char *arrow = m->moved ? " => " : in_a[0] && in_b[0] ? " -> " : "-";
        snprintf(text + used, sizeof text - used, "%s%s%s%s", i ? ", " : "", in_a, arrow, in_b);
    }
    assert_string_equal(text, wanted);
    free(matches);
    profile_free(a);
    profile_free(b);
}

#define PYTHON FUNCTION_PYTHON

static void what_does_not_break_a_match(void **state)
{
    (void)state;
    const struct function paths_a[] = {
        {"load", "", "/usr/lib/python3.11/json/__init__.py", 5, PYTHON},
        {"walk", "", "/usr/lib/python3.11/os.py", 7, PYTHON},
        {"get", "", "/venv/lib/python3.8/site-packages/six.py", 7, PYTHON},
        {"main", "", "app.py", 1, PYTHON},
        {"step", "", "/home/a/project-1.0/engine.py", 4, PYTHON},
    };
    const struct function paths_b[] = {
        {"load", "", "/opt/python3.13/lib/python3.13/json/__init__.py", 50, PYTHON},
        {"walk", "", "/opt/lib/python3.13/os.py", 70, PYTHON},
        {"get", "", "/usr/lib/python3/dist-packages/six.py", 9, PYTHON},
        {"main", "", "/srv/app.py", 1, PYTHON},
        {"step", "", "/home/b/project-2.0/engine.py", 8, PYTHON},
    };
    check(PROFILE(paths_a), PROFILE(paths_b),
          "load -> load, walk -> walk, get -> get, main -> main, step -> step");
    const struct function clones_a[] = {
        {"f.isra.0", "libx.so", "", 0, FUNCTION_NATIVE},
        {"g(int) [clone .cold]", "libx.so", "", 0, FUNCTION_NATIVE},
        {"h", "libx.so", "", 0, FUNCTION_NATIVE},
        {"k.lto_priv.0", "libx.so", "", 0, FUNCTION_NATIVE},
        {"<built-in method __new__ of type object at 0x9584a0>", "", "", 0, FUNCTION_BUILTIN},
    };
    const struct function clones_b[] = {
        {"f.constprop.1.part.0", "/opt/libx.so", "", 0, FUNCTION_NATIVE},
        {"g(int)", "/opt/libx.so", "", 0, FUNCTION_NATIVE},
        {"h.llvm.17", "/opt/libx.so", "", 0, FUNCTION_NATIVE},
        {"k", "/opt/libx.so", "", 0, FUNCTION_NATIVE},
        {"<built-in method __new__ of type object>", "", "", 0, FUNCTION_BUILTIN},
    };
    check(PROFILE(clones_a), PROFILE(clones_b),
          "f.isra.0 -> f.constprop.1.part.0, g(int) [clone .cold] -> g(int), h -> h.llvm.17, "
          "k.lto_priv.0 -> k, <built-in method __new__ of type object at 0x9584a0> -> "
          "<built-in method __new__ of type object>");
}

/* What is called __init__ elsewhere is another one, unless its file was renamed. */
static void names_that_are_everywhere(void **state)
{
    (void)state;
    const struct function before[] = {
        {"main", "", "/x/app.py", 1, PYTHON},     {"<lambda>", "", "/x/app.py", 9, PYTHON},
        {"__new__", "", "/x/enum.py", 7, PYTHON}, {"helper", "", "/x/old.py", 7, PYTHON},
        {"<module>", "", "/x/old.py", 1, PYTHON}, {"__init__", "", "/x/old.py", 5, PYTHON},
    };
    const struct function after[] = {
        {"main", "", "/x/app.py", 1, PYTHON},      {"<lambda>", "", "/x/other.py", 4, PYTHON},
        {"__new__", "", "/x/types.py", 8, PYTHON}, {"<module>", "", "/x/new.py", 1, PYTHON},
        {"helper", "", "/x/new.py", 9, PYTHON},    {"__init__", "", "/x/queue.py", 6, PYTHON},
    };
    check(PROFILE(before), PROFILE(after),
          "main -> main, <module> => <module>, helper => helper, -<lambda>, -__new__, -__init__, "
          "<lambda>-, __new__-, __init__-");
}

/* pstats has neither qualified names nor modules. */
static void names_that_are_not_qualified(void **state)
{
    (void)state;
    const struct function plain[] = {
        {"run", "", "app.py", 5, PYTHON},       {"run", "", "app.py", 14, PYTHON},
        {"run", "", "app.py", 21, PYTHON},      {"<lambda>", "", "app.py", 6, PYTHON},
        {"<lambda>", "", "app.py", 30, PYTHON}, {"__init__", "", "/x/a.py", 3, PYTHON},
        {"__init__", "", "/x/b.py", 3, PYTHON}};
    const struct function qualified[] = {
        {"B.__init__", "x.b", "/y/x/b.py", 3, PYTHON},
        {"run", "__main__", "/srv/app.py", 21, PYTHON},
        {"Tree.run", "__main__", "/srv/app.py", 5, PYTHON},
        {"Other.run", "__main__", "/srv/app.py", 14, PYTHON},
        {"Tree.run.<locals>.<lambda>", "__main__", "/srv/app.py", 6, PYTHON},
        {"<lambda>.<locals>.<lambda>", "__main__", "/srv/app.py", 30, PYTHON},
        {"A.__init__", "x.a", "/y/x/a.py", 3, PYTHON},
    };
    uint32_t count;
    struct profile *a = PROFILE(plain), *b = PROFILE(qualified);
    struct match *matches = match_functions(a, b, &count);
    assert_int_equal(count, 7);
    for (uint32_t i = 0; i < count; i++) {
        const struct function *f = &a->functions[matches[i].a], *g = &b->functions[matches[i].b];
        assert_int_equal(f->line, g->line);
        assert_string_equal(strrchr(f->file, '.') - 1, strrchr(g->file, '.') - 1);
        assert_false(matches[i].moved);
    }
    free(matches);
    profile_free(a);
    profile_free(b);
}

static void the_same_name_elsewhere(void **state)
{
    (void)state;
    const struct function before[] = {{"parse", "pkg.text", "/x/pkg/text.py", 5, PYTHON},
                                      {"emit", "pkg.text", "/x/pkg/text.py", 9, PYTHON},
                                      {"util", "", "/x/one/util.py", 1, PYTHON},
                                      {"stay", "", "/x/two/stay.py", 1, PYTHON},
                                      {"keep", "", "/x/one/keep.py", 1, PYTHON}};
    const struct function after[] = {{"parse", "pkg.reader", "/x/pkg/reader.py", 2, PYTHON},
                                     {"emit", "pkg.text", "/x/pkg/text.py", 9, PYTHON},
                                     {"util", "", "/x/two/util.py", 1, PYTHON},
                                     {"stay", "", "/x/two/stay.py", 1, PYTHON},
                                     {"keep", "", "/x/one/keep.py", 1, PYTHON}};
    check(PROFILE(before), PROFILE(after),
          "parse => parse, emit -> emit, util => util, stay -> stay, keep -> keep");
}

static void renames(void **state)
{
    (void)state;
    const struct function before[] = {{"main", "", "a.py", 1, PYTHON},
                                      {"load_all", "", "a.py", 5, PYTHON},
                                      {"read", "", "a.py", 9, PYTHON},
                                      {"x", "", "a.py", 20, PYTHON}};
    const struct function similar[] = {{"main", "", "a.py", 1, PYTHON},
                                       {"load_everything", "", "a.py", 50, PYTHON},
                                       {"read", "", "a.py", 9, PYTHON},
                                       {"load_all_of_it", "", "a.py", 7, PYTHON}};
    const struct edges edges[] = {{"main", "load_all"}, {"load_all", "read"}, {"main", "x"}};
    const struct edges same[] = {
        {"main", "load_all_of_it"}, {"load_all_of_it", "read"}, {"main", "load_everything"}};
    /* alike in name, callers and callees */
    check(PROFILE_WITH(before, edges), PROFILE_WITH(similar, same),
          "main -> main, read -> read, load_all => load_all_of_it, -load_everything, x-");
    /* alike in name only: not clear */
    check(PROFILE(before), PROFILE(similar),
          "main -> main, read -> read, -load_everything, -load_all_of_it, load_all-, x-");
    /* on its line, and alike in callers and callees */
    const struct function other[] = {{"main", "", "a.py", 1, PYTHON},
                                     {"fetch", "", "a.py", 5, PYTHON},
                                     {"read", "", "a.py", 9, PYTHON}};
    const struct edges of_other[] = {{"main", "fetch"}, {"fetch", "read"}};
    check(PROFILE_WITH(before, edges), PROFILE_WITH(other, of_other),
          "main -> main, load_all => fetch, read -> read, x-");
    /* on its line, and nothing else */
    check(PROFILE(before), PROFILE(other), "main -> main, read -> read, -fetch, load_all-, x-");
    /* on its line and alike in name, but called by others */
    const struct function third[] = {{"main", "", "a.py", 1, PYTHON},
                                     {"load_alles", "", "a.py", 5, PYTHON},
                                     {"read", "", "a.py", 9, PYTHON}};
    const struct edges of_third[] = {{"read", "load_alles"}};
    check(PROFILE(before), PROFILE(third),
          "main -> main, load_all => load_alles, read -> read, x-");
    check(PROFILE_WITH(before, edges), PROFILE_WITH(third, of_third),
          "main -> main, read -> read, -load_alles, load_all-, x-");
}

static void several_runs_stand_in_rows(void **state)
{
    (void)state;
    const struct function first[] = {{"a", "", "m.py", 1, PYTHON}, {"b", "", "m.py", 2, PYTHON}};
    const struct function second[] = {{"c", "", "m.py", 3, PYTHON}, {"b", "", "m.py", 12, PYTHON}};
    const struct function third[] = {{"b", "", "m.py", 22, PYTHON},
                                     {"c", "", "m.py", 30, PYTHON},
                                     {"a", "", "m.py", 10, PYTHON}};
    struct profile *runs[] = {PROFILE(first), PROFILE(second), PROFILE(third)};
    struct alignment *alignment = align_functions((const struct profile *const *)runs, 3);
    const uint32_t none = PROFILE_NONE, wanted[] = {0, none, 2, 1, 1, 0, none, 0, 1};
    assert_int_equal(alignment->runs, 3);
    assert_int_equal(alignment->count, 3);
    assert_memory_equal(alignment->functions, wanted, sizeof wanted);
    assert_int_equal(align_first_run(alignment, 0), 0);
    assert_int_equal(align_first_run(alignment, 2), 1);
    alignment_free(alignment);
    for (int i = 0; i < 3; i++)
        profile_free(runs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_break_a_match),
        cmocka_unit_test(names_that_are_not_qualified),
        cmocka_unit_test(names_that_are_everywhere),
        cmocka_unit_test(the_same_name_elsewhere),
        cmocka_unit_test(renames),
        cmocka_unit_test(several_runs_stand_in_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
