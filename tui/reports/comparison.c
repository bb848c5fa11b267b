#include "tui/reports/comparison.h"
#include "formats/profile/text.h"
#include "tui/analysis/names.h"
#include "tui/corrections.h"
#include "tui/losses.h"
#include "tui/numbers.h"
#include "tui/reports/text.h"

#include <math.h>
#include <string.h>

static const char *bullet(const struct report_style *style)
{
    return style->format == REPORT_MARKDOWN ? "- " : "";
}

static void shown_path(const char *path, char *buffer, size_t size)
{
    path = path[0] ? path : "(memory)";
    text_escape(path, strlen(path), buffer, size);
}

/* "week.ncp", or "5 captures, medians (runs/week1.ncp … week5.ncp)" */
static void side_name(const struct comparison *comparison, bool is_b, char *buffer, size_t size)
{
    const struct profile *const *captures = comparison->captures + (is_b ? comparison->count_a : 0);
    uint32_t count = is_b ? comparison->count_b : comparison->count_a;
    char first[1024], last[1024];
    shown_path(captures[0]->path, first, sizeof first);
    shown_path(path_base(captures[count - 1]->path), last, sizeof last);
    if (count == 1)
        snprintf(buffer, size, "%s", first);
    else
        snprintf(buffer, size, "%u captures, medians (%s %s %s)", count, first,
                 count == 2 ? "and" : "…", last);
}

/* "A  week.ncp: 60.0 s wall, size 7" */
static void side_line(FILE *out, const struct comparison *comparison, bool is_b,
                      const struct report_style *style)
{
    const struct profile *profile = is_b ? comparison->b : comparison->a;
    const struct metric *metric =
        &profile->metrics[is_b ? comparison->metric_b : comparison->metric_a];
    double size = is_b ? comparison->size_b : comparison->size_a;
    char name[4096], total[64], digits[40] = "unknown";
    side_name(comparison, is_b, name, sizeof name);
    number_value(is_b ? comparison->total_b : comparison->total_a, metric, total, sizeof total);
    if (!isnan(size))
        number_shortest(size, digits, sizeof digits);
    fprintf(out, "%s%s  ", bullet(style), is_b ? "B" : "A");
    text_plain(out, name, style);
    corrections_brief(profile, is_b ? comparison->metric_b : comparison->metric_a, PROFILE_NONE,
                      name, sizeof name);
    fprintf(out, ": %s %s%s%s, size %s", total, metric->name, name[0] ? " " : "", name, digits);
    losses_events(profile, name, sizeof name);
    fprintf(out, "%s%s\n", name[0] ? ", " : "", name);
}

static void exponents_line(FILE *out, const struct comparison *comparison,
                           const struct report_style *style)
{
    bool lacks_a = isnan(comparison->size_a), lacks_b = isnan(comparison->size_b);
    if (isnan(comparison->size_ratio))
        fprintf(out, "%sno exponents: the size of %s unknown (--sizes A,B)\n", bullet(style),
                lacks_a && lacks_b ? "both runs is"
                : lacks_a          ? "A is"
                                   : "B is");
    else if (comparison->size_ratio == 1)
        fprintf(out, "%sno exponents: both runs are of the same size\n", bullet(style));
}

static void unlike_line(FILE *out, const struct comparison *comparison,
                        const struct report_style *style)
{
    if (comparison->unlike)
        fprintf(out, "%sunlike: A is %s and B is %s, compared because you asked for it\n",
                bullet(style), comparison->a->metrics[comparison->metric_a].name,
                comparison->b->metrics[comparison->metric_b].name);
}

static void noise_line(FILE *out, const struct comparison *comparison,
                       const struct report_style *style)
{
    if (!comparison->repeated)
        return;
    fprintf(out, "%s%u and %u captures: ", bullet(style), comparison->count_a, comparison->count_b);
    if (comparison->needed)
        fprintf(out,
                "too few to call anything significant at 95 %%, which takes %u a side; the "
                "band is from the least to the largest difference\n",
                comparison->needed);
    else
        text_plain(out, "~ marks what does not differ significantly at 95 %\n", style);
}

void comparison_header(FILE *out, const struct comparison *comparison, const char *order,
                       const struct report_style *style)
{
    char size_ratio[40], time_ratio[40], normaliser[512];
    number_ratio(comparison->size_ratio, size_ratio, sizeof size_ratio);
    number_ratio(comparison->total_b / comparison->total_a, time_ratio, sizeof time_ratio);
    compare_normaliser(comparison, normaliser, sizeof normaliser);
    if (style->format == REPORT_MARKDOWN)
        fputs("## Side by side\n\n", out);
    side_line(out, comparison, false, style);
    side_line(out, comparison, true, style);
    fprintf(out, "%ssize %s, time %s, ", bullet(style), size_ratio, time_ratio);
    text_plain(out, normaliser, style);
    fprintf(out, "; ordered by %s\n", order);
    unlike_line(out, comparison, style);
    noise_line(out, comparison, style);
    exponents_line(out, comparison, style);
    putc('\n', out);
}

/* ", new 12 (3.100 s)"; nothing when there are none. */
static size_t status_clause(const struct comparison *comparison, enum compare_status status,
                            char *buffer, size_t size)
{
    char count[40], time[64];
    uint32_t group = status == COMPARE_NEW ? COMPARE_ONLY_B : COMPARE_ONLY_A;
    if (!comparison->of_status[status])
        return 0;
    number_count(comparison->of_status[status], count, sizeof count);
    if (!comparison->grouped || (status != COMPARE_NEW && status != COMPARE_GONE) ||
        comparison->groups[group].count != comparison->of_status[status])
        return (size_t)snprintf(buffer, size, ", %s %s", compare_status_name(status), count);
    number_value(comparison->groups[group].tottime, &comparison->a->metrics[comparison->metric_a],
                 time, sizeof time);
    return (size_t)snprintf(buffer, size, ", %s %s (%s)", compare_status_name(status), count, time);
}

/* "214 functions: matched 210, moved 1, new 2 (3.100 s), gone 1 (400 µs)" */
static void classes_line(FILE *out, const struct comparison *comparison,
                         const struct report_style *style)
{
    char line[512], all[40];
    number_count(comparison->functions, all, sizeof all);
    size_t used = (size_t)snprintf(line, sizeof line, "%s function%s", all,
                                   comparison->functions == 1 ? "" : "s");
    size_t start = used;
    for (int status = 0; status < COMPARE_STATUSES; status++)
        used +=
            status_clause(comparison, (enum compare_status)status, line + used, sizeof line - used);
    if (used > start)
        line[start] = ':';
    text_closing(out, line, style);
}

static const char *order_of(const struct comparison *comparison)
{
    if (strcmp(comparison->sort->id, "delta") != 0)
        return comparison->sort->id;
    return comparison->blame == COMPARE_TOTTIME ? "change of tottime" : "change of cumtime";
}

/* The line over the first row of a group that does not stand for itself. */
static void group_line(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct comparison *comparison = table;
    buffer[0] = '\0';
    for (int group = COMPARE_UNCERTAIN; comparison->grouped && group < COMPARE_GROUPS; group++)
        if (comparison->groups[group].count && comparison->groups[group].first == row)
            compare_group_title(comparison, (enum compare_group)group, buffer, size);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && !strcmp(text + length - tail, end);
}

/* Exponents without sizes, calls that a file does not hold, intervals of one capture. */
static bool is_void(const void *table, const struct column *column)
{
    const struct comparison *comparison = table;
    bool sized = compare_has_sizes(comparison);
    bool called = comparison->a->flags & comparison->b->flags & PROFILE_HAS_CALLS;
    if (!sized && (ends_with(column->id, "_exponent") || ends_with(column->id, "_class")))
        return true;
    if (!comparison->repeated && !strcmp(column->id, "interval"))
        return true;
    return !called && (!strncmp(column->id, "ncalls", 6) || ends_with(column->id, "_calls"));
}

static void as_text(FILE *out, const struct comparison *comparison,
                    const struct report_style *style)
{
    /* The header tells the usual order; it needs no column that others would have to make room for.
     */
    bool is_default = !strcmp(comparison->sort->id, "delta");
    comparison_header(out, comparison, order_of(comparison), style);
    unsigned flags = comparison->a->flags & comparison->b->flags;
    struct report_table table = {.columns = compare_columns,
                                 .table = comparison,
                                 .rows = comparison->count,
                                 .flags = flags | (comparison->repeated ? COMPARE_REPEATED : 0),
                                 .sort = is_default ? NULL : comparison->sort,
                                 .is_void = is_void,
                                 .line = group_line,
                                 .ascending = comparison->sort->descending == comparison->reverse};
    text_table(out, &table, style);
    classes_line(out, comparison, style);
    char shown[160];
    text_functions_shown(comparison->count, comparison->functions, comparison->hidden,
                         style->threshold, shown, sizeof shown);
    text_line(out, shown, style);
    text_notes_of(out, comparison->captures, comparison->count_a + comparison->count_b, style);
}

void report_comparison(FILE *out, const struct comparison *comparison,
                       const struct report_style *style)
{
    if (style->format == REPORT_JSON)
        comparison_json(out, comparison);
    else if (style->format == REPORT_CSV)
        comparison_csv(out, comparison);
    else
        as_text(out, comparison, style);
}
