#include "tui/analysis/risk.h"

#include "formats/profile/memory.h"
#include "tui/analysis/compare.h"
#include "tui/analysis/names.h"
#include "tui/analysis/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HIGH_RISK_SCORE 5.0
#define GROWTH_COST     4.0

struct risk {
    uint32_t function;
    double share, score;
    const char *severity;
};

/* Two decimals as they are printed: the nearest, of two the even one. */
static double two_decimals(double value)
{
    char text[400];
    snprintf(text, sizeof text, "%.2f", value);
    return strtod(text, NULL);
}

static bool is_high(const char *severity, double score)
{
    return !strcasecmp(severity, "warn") || !strcasecmp(severity, "critical") ||
           score < HIGH_RISK_SCORE;
}

static void add(struct risk_summary *summary, char *name, char *severity, double score)
{
    bool high = is_high(severity, score);
    summary->records[summary->count++] = (struct risk_record){name, severity, score, high};
    summary->high += high;
}

static struct risk_summary *summary_new(uint32_t count)
{
    struct risk_summary *summary = memory_zeroed(1, sizeof *summary);
    summary->records = memory_zeroed(count, sizeof *summary->records);
    return summary;
}

static void set_average(struct risk_summary *summary)
{
    double sum = 0;
    for (uint32_t i = 0; i < summary->count; i++)
        sum += summary->records[i].score;
    summary->average = two_decimals(sum / summary->count);
}

struct risk_summary *risk_of_records(const struct score_records *records)
{
    struct risk_summary *summary = summary_new(records->count);
    for (uint32_t i = 0; i < records->count; i++)
        add(summary, memory_string(records->data[i].name), memory_string(records->data[i].severity),
            records->data[i].score);
    set_average(summary);
    return summary;
}

void risk_free(struct risk_summary *summary)
{
    if (!summary)
        return;
    for (uint32_t i = 0; i < summary->count; i++) {
        free(summary->records[i].name);
        free(summary->records[i].severity);
    }
    free(summary->records);
    free(summary);
}

/* ---- of a profile ---- */

/* Growth since the base run: exponent where sizes differ, else the ratio; both NAN when unknown. */
struct growing {
    double exponent, ratio;
};

static struct growing *no_growth(uint32_t functions)
{
    struct growing *growing = memory_zeroed(functions, sizeof *growing);
    for (uint32_t f = 0; f < functions; f++)
        growing[f] = (struct growing){NAN, NAN};
    return growing;
}

static int grow(struct growing *growing, const struct profile *profile,
                const struct risk_query *query, struct error *err)
{
    struct compare_side base = {&query->base, 1, &query->base_metric, query->base_size};
    struct compare_side now = {&profile, 1, &query->metric, query->size};
    struct comparison *comparison;
    if (compare_new(&comparison, &base, &now,
                    &(struct compare_query){.name_a = "the base", .name_b = "the file"}, err))
        return -1;
    bool sized = compare_has_sizes(comparison);
    for (uint32_t i = 0; i < comparison->count; i++) {
        const struct compare_row *row = &comparison->rows[i];
        const struct compare_change *change = &row->change[COMPARE_CUMTIME];
        if (row->function_b != PROFILE_NONE)
            growing[row->function_b] = sized ? (struct growing){change->exponent, NAN}
                                             : (struct growing){NAN, change->ratio};
    }
    compare_free(comparison);
    return 0;
}

static double penalty(struct growing growing)
{
    if (growing.exponent > 1)
        return GROWTH_COST * (growing.exponent - 1);
    return growing.ratio > 1 ? fmin(GROWTH_COST * log2(growing.ratio), GROWTH_COST) : 0;
}

static const char *severity_of(double score, struct growing growing)
{
    if (score < HIGH_RISK_SCORE || growing.exponent >= 1.8 || growing.ratio >= 2)
        return "critical";
    return score < 8 || growing.exponent >= 1.3 || growing.ratio >= 1.2 ? "warn" : "ok";
}

static struct risk risk_of(uint32_t function, double share, struct growing growing)
{
    double score = two_decimals(fmin(fmax(10 * (1 - share) - penalty(growing), 0), 10));
    return (struct risk){function, share, score, severity_of(score, growing)};
}

static int compare_risks(const void *left, const void *right, void *context)
{
    const struct function *functions = context;
    const struct risk *a = left, *b = right;
    if (a->score != b->score)
        return ORDER_OF(a->score, b->score);
    if (a->share != b->share)
        return ORDER_OF(b->share, a->share);
    int order = function_compare(&functions[a->function], &functions[b->function]);
    return order ? order : ORDER_OF(a->function, b->function);
}

/* "concat (concat.py)": a line number would make another record of it after every edit. */
static char *record_name(const struct function *function)
{
    bool has_file = function->file[0] && strcmp(function->file, "~") != 0;
    const char *place = path_base(has_file ? function->file : function->module);
    const char *name = function->name[0] ? function->name : "(unnamed)";
    return place[0] ? memory_printf("%s (%s)", name, place) : memory_string(name);
}

static uint32_t collect(const struct profile *profile, const struct risk_query *query,
                        const struct growing *growing, double total, struct risk *risks)
{
    uint32_t count = 0;
    for (uint32_t f = 0; f < profile->function_count; f++) {
        double share = (double)profile_function(profile, f, query->metric).self / total;
        if (share > 0 && share >= query->min_share)
            risks[count++] = risk_of(f, share, growing[f]);
    }
    if (count > 1)
        qsort_r(risks, count, sizeof *risks, compare_risks, profile->functions);
    return count;
}

static struct risk_summary *summarise(const struct profile *profile, const struct risk *risks,
                                      uint32_t count)
{
    struct risk_summary *summary = summary_new(count);
    for (uint32_t i = 0; i < count; i++)
        add(summary, record_name(&profile->functions[risks[i].function]),
            memory_string(risks[i].severity), risks[i].score);
    set_average(summary);
    return summary;
}

static int refuse(const struct profile *profile, struct error *err, const char *text)
{
    error_set(err, ERROR_USAGE, "%s", text);
    return error_in_file(err, profile->path);
}

int risk_of_profile(struct risk_summary **out, const struct profile *profile,
                    const struct risk_query *query, struct error *err)
{
    double total = (double)profile_total(profile, query->metric, PROFILE_NONE);
    if (!(total > 0))
        return refuse(profile, err, "holds nothing that was measured");
    struct growing *growing = no_growth(profile->function_count);
    struct risk *risks = memory_zeroed(profile->function_count, sizeof *risks);
    int status = query->base ? grow(growing, profile, query, err) : 0;
    uint32_t count = status ? 0 : collect(profile, query, growing, total, risks);
    if (!status && !count)
        status = refuse(profile, err, "no function has that much of the time itself (--min-share)");
    if (!status)
        *out = summarise(profile, risks, count);
    free(growing);
    free(risks);
    return status;
}
