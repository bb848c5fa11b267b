#include "tui/analysis/calltree.h"
#include "tui/analysis/calltree_nodes.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"

#include "formats/profile/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Estimates carry a mark. */
static const char *mark(const struct calltree *tree)
{
    return calltree_is_apportioned(tree) ? "~" : "";
}

static void value_text(const struct calltree *tree, int64_t value, char *buffer, size_t size)
{
    const struct metric *metric = calltree_metric(tree);
    char number[64];
    number_column(number_in_unit(value, metric), metric, number, sizeof number);
    snprintf(buffer, size, "%s%s", mark(tree), number);
}

static void cumtime_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    value_text(table, calltree_row(table, row).values.total, buffer, size);
}

static void tottime_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    value_text(table, calltree_row(table, row).values.self, buffer, size);
}

static void share_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    char number[32];
    double total = (double)calltree_total(table);
    number_percent((double)calltree_row(table, row).values.total / total, number, sizeof number);
    snprintf(buffer, size, "%s%s", mark(table), number);
}

static void ncalls_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    struct calltree_row r = calltree_row(table, row);
    bool known = calltree_profile(table)->flags & PROFILE_HAS_CALLS;
    char number[64] = "-";
    if (known && r.function != PROFILE_NONE)
        number_count(r.values.calls, number, sizeof number);
    snprintf(buffer, size, "%s%s", known && r.function != PROFILE_NONE ? mark(table) : "", number);
}

static void thread_text(const struct profile *profile, uint32_t thread, char *buffer, size_t size)
{
    const struct thread *t = &profile->threads[thread];
    size_t used = text_escape(t->name, strlen(t->name), buffer, size);
    if (!used)
        used = (size_t)snprintf(buffer, size, "thread %u", thread + 1);
    uint64_t process = t->process < profile->process_count ? profile->processes[t->process].id : 0;
    if (profile->process_count > 1 && process && used < size)
        snprintf(buffer + used, size - used, "  of %" PRIu64, process);
}

static void function_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct profile *profile = calltree_profile(table);
    struct calltree_row r = calltree_row(table, row);
    if (r.function == PROFILE_NONE)
        thread_text(profile, r.thread, buffer, size);
    else
        function_label(&profile->functions[r.function], buffer, size);
}

const struct column calltree_columns[] = {
    {.id = "cumtime",
     .title = "cumtime",
     .yappi = "ttot",
     .help = "time with callees, called along this path",
     .width = 10,
     .priority = 1,
     .align = COLUMN_RIGHT,
     .text = cumtime_text},
    {.id = "cumtime%",
     .title = "%",
     .help = "share of cumtime in the whole",
     .width = 5,
     .priority = 2,
     .align = COLUMN_RIGHT,
     .text = share_text},
    {.id = "tottime",
     .title = "tottime",
     .yappi = "tsub",
     .help = "time in the function itself, called along this path",
     .width = 10,
     .priority = 3,
     .align = COLUMN_RIGHT,
     .text = tottime_text},
    {.id = "ncalls",
     .title = "ncalls",
     .yappi = "ncall",
     .help = "calls along this path",
     .width = 11,
     .priority = 4,
     .align = COLUMN_RIGHT,
     .needs = PROFILE_HAS_CALLS,
     .text = ncalls_text},
    {.id = "function", .title = "function", .help = "name, file and line", .text = function_text},
    {.id = NULL},
};

/* " in 100,000 calls from walk" */
static void calls_clause(const struct calltree *tree, uint32_t row, char *buffer, size_t size)
{
    const struct profile *profile = calltree_profile(tree);
    struct calltree_row r = calltree_row(tree, row);
    struct calltree_row up = calltree_row(tree, calltree_parent(tree, row));
    char calls[64] = "", from[300] = "", count[40], name[256];
    if (profile->flags & PROFILE_HAS_CALLS && r.values.calls) {
        number_count(r.values.calls, count, sizeof count);
        snprintf(calls, sizeof calls, " in %s%s call%s", mark(tree), count,
                 r.values.calls == 1 ? "" : "s");
    }
    if (up.depth < r.depth && up.function != PROFILE_NONE) {
        function_name(&profile->functions[up.function], name, sizeof name);
        snprintf(from, sizeof from, " from %s", name);
    }
    snprintf(buffer, size, "%s%s", calls, from);
}

/* What the table sets apart by two blanks is one phrase in a sentence. */
static void join_words(char *text)
{
    char *apart = strstr(text, "  ");
    if (apart)
        memmove(apart, apart + 1, strlen(apart));
}

void calltree_sentence(const struct calltree *tree, uint32_t row, char *buffer, size_t size)
{
    const struct metric *metric = calltree_metric(tree);
    struct calltree_row r = calltree_row(tree, row);
    char name[256], total[128], self[128], share[32], calls[400] = "";
    function_text(tree, row, name, sizeof name);
    join_words(name);
    if (r.function != PROFILE_NONE) {
        function_name(&calltree_profile(tree)->functions[r.function], name, sizeof name);
        calls_clause(tree, row, calls, sizeof calls);
    }
    number_of_unit(number_in_unit(r.values.total, metric), metric, total, sizeof total);
    number_value(number_in_unit(r.values.self, metric), metric, self, sizeof self);
    share_text(tree, row, share, sizeof share);
    if (r.function == PROFILE_NONE) { /* a thread does nothing itself */
        snprintf(buffer, size, "Thread %s takes %s%s (%s %%).", name, mark(tree), total, share);
        return;
    }
    snprintf(buffer, size, "%s takes %s%s (%s %%) here%s, %s%s of it itself%s.", name, mark(tree),
             total, share, calls, mark(tree), self,
             calltree_is_apportioned(tree) ? "; apportioned, this format stores no call tree" : "");
}
