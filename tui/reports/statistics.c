/*
 * What pstats prints, byte for byte: print_stats(), print_callers() and print_callees() of
 * CPython 3.11's Lib/pstats.py.
 */
#include "formats/documents/number.h"
#include "formats/profile/text.h"
#include "tui/reports/report.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define TIME_SIZE 64

/* Not shorter than its escaped form needs; names are the file's. */
static void put_text(FILE *out, const char *text)
{
    char piece[1024];
    size_t length = strlen(text);
    while (length) {
        size_t size = length < sizeof piece / 6 ? length : sizeof piece / 6;
        while (size < length && size > 1 && (text[size] & 0xc0) == 0x80)
            size--;
        text_escape(text, size, piece, sizeof piece);
        fputs(piece, out);
        text += size;
        length -= size;
    }
}

/* "Sat Jan  3 12:00:00 2026    run.prof", in local time; the name alone when it is no file. */
static void file_line(FILE *out, const struct profile *profile)
{
    struct stat status;
    struct tm local;
    char date[64];
    if (strcmp(profile->path, "-") != 0 && !stat(profile->path, &status) &&
        localtime_r(&status.st_mtime, &local) &&
        strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &local))
        fprintf(out, "%s    ", date);
    put_text(out, profile->path);
    fputs("\n\n", out);
}

/* pstats' "%8.3f" */
static void f8(const struct statistics *s, int64_t value, char *buffer)
{
    snprintf(buffer, TIME_SIZE, "%8.3f", number_in_unit(value, &s->profile->metrics[s->metric]));
}

static void per_call(const struct statistics *s, int64_t value, uint64_t calls, char *buffer)
{
    double number = number_in_unit(value, &s->profile->metrics[s->metric]);
    if (calls)
        snprintf(buffer, TIME_SIZE, "%8.3f", number / (double)calls);
    else
        snprintf(buffer, TIME_SIZE, "%8s", "");
}

static bool has_calls(const struct statistics *s)
{
    return s->profile->flags & PROFILE_HAS_CALLS;
}

static void summary_line(FILE *out, const struct statistics *s)
{
    const struct metric *metric = &s->profile->metrics[s->metric];
    fputs("         ", out);
    if (has_calls(s))
        fprintf(out, "%" PRIu64, s->calls);
    else
        putc('-', out); /* unknown, and not to be taken for none */
    fputs(" function calls ", out);
    if (s->calls != s->primitive)
        fprintf(out, "(%" PRIu64 " primitive calls) ", s->primitive);
    fprintf(out, "in %.3f ", number_in_unit(s->total, metric));
    put_text(out, metric->kind == METRIC_TIME ? "seconds"
                  : metric->unit[0]           ? metric->unit
                                              : metric->name);
    fputs("\n\n", out);
}

static void ncalls_text(const struct statistics *s, const struct values *values, char *buffer)
{
    if (!has_calls(s))
        snprintf(buffer, TIME_SIZE, "-");
    else if (values->calls != values->primitive)
        snprintf(buffer, TIME_SIZE, "%" PRIu64 "/%" PRIu64, values->calls, values->primitive);
    else
        snprintf(buffer, TIME_SIZE, "%" PRIu64, values->calls);
}

/* "   Ordered by: ...", and what was left out. */
static void order_lines(FILE *out, const struct statistics *s)
{
    fprintf(out, "   Ordered by: %s\n", s->sorted_by);
    for (uint32_t i = 0; i < s->reduction_count; i++) {
        const struct statistics_reduction *reduction = &s->reductions[i];
        if (reduction->invalid)
            fprintf(out, "   <Invalid regular expression %s>\n", reduction->what);
        else
            fprintf(out,
                    "   List reduced from %" PRIu32 " to %" PRIu32 " due to restriction <%s>\n",
                    reduction->from, reduction->to, reduction->what);
    }
    putc('\n', out);
}

static void function_line(FILE *out, const struct statistics *s, const struct statistics_row *row)
{
    const struct values *v = &row->values;
    char ncalls[TIME_SIZE], self[TIME_SIZE], self_call[TIME_SIZE], total[TIME_SIZE],
        total_call[TIME_SIZE];
    ncalls_text(s, v, ncalls);
    f8(s, v->self, self);
    per_call(s, v->self, v->calls, self_call);
    f8(s, v->total, total);
    per_call(s, v->total, v->primitive, total_call);
    fprintf(out, "%9s %s %s %s %s ", ncalls, self, self_call, total, total_call);
    put_text(out, row->standard);
    putc('\n', out);
}

void report_statistics(FILE *out, const struct statistics *s)
{
    file_line(out, s->profile);
    summary_line(out, s);
    if (!s->count)
        return;
    order_lines(out, s);
    fputs("   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n", out);
    for (uint32_t i = 0; i < s->count; i++)
        function_line(out, s, &s->rows[s->order[i]]);
    fputs("\n\n", out);
}

/* ---- callers and callees ---- */

static void put_spaces(FILE *out, uint32_t count)
{
    fprintf(out, "%*s", (int)count, "");
}

static void edge_line(FILE *out, const struct statistics *s, const struct statistics_edge *edge,
                      uint32_t other, uint32_t width, bool is_first)
{
    char ncalls[TIME_SIZE], self[TIME_SIZE], total[TIME_SIZE];
    if (s->calls_only) {
        put_spaces(out, is_first ? 0 : width + 3);
        put_text(out, s->rows[other].standard);
        f8(s, s->rows[other].values.total, total);
        fprintf(out, "(%" PRIu64 ") %s\n", edge->values.calls, total);
        return;
    }
    put_spaces(out, is_first ? 0 : width + 1);
    ncalls_text(s, &edge->values, ncalls);
    f8(s, edge->values.self, self);
    f8(s, edge->values.total, total);
    fprintf(out, "%*s %s %s  ", is_first ? 7 : 9, ncalls, self, total);
    put_text(out, s->rows[other].standard);
    putc('\n', out);
}

static void edge_lines(FILE *out, const struct statistics *s, uint32_t row, bool callees,
                       uint32_t width)
{
    uint32_t first, end;
    if (callees)
        statistics_callees(s, row, &first, &end);
    else
        statistics_callers(s, row, &first, &end);
    put_text(out, s->rows[row].standard);
    put_spaces(out, width - s->rows[row].length);
    fputs(callees ? "-> " : "<- ", out);
    if (first == end)
        putc('\n', out);
    for (uint32_t i = first; i < end; i++) {
        const struct statistics_edge *edge = callees ? &s->callees[i] : &s->callers[i];
        edge_line(out, s, edge, callees ? edge->callee : edge->caller, width, i == first);
    }
}

void report_statistics_edges(FILE *out, const struct statistics *s, bool callees)
{
    uint32_t width = s->width + 2;
    if (!s->count)
        return;
    order_lines(out, s);
    fprintf(out, "%-*s%s\n", (int)width, "Function ", callees ? "called..." : "was called by...");
    if (!s->calls_only && s->edge_count)
        fprintf(out, "%*s    ncalls  tottime  cumtime\n", (int)width, "");
    for (uint32_t i = 0; i < s->count; i++)
        edge_lines(out, s, s->order[i], callees, width);
    fputs("\n\n", out);
}
