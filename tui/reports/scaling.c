#include "tui/reports/scaling.h"
#include "tui/corrections.h"

#include "formats/documents/csv.h"
#include "formats/profile/memory.h"
#include "formats/profile/text.h"
#include "tui/numbers.h"
#include "tui/reports/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- text and Markdown ---- */

/* "5 runs · size 1,000 … 16,000 · projected to 160,000 (--at) · cumtime" */
static void title(FILE *out, const struct scaling *scaling, const struct report_style *style)
{
    char first[40], last[40], at[40], line[240];
    number_size(scaling->sizes[0], first, sizeof first);
    number_size(scaling->sizes[scaling->size_count - 1], last, sizeof last);
    number_size(scaling->at, at, sizeof at);
    snprintf(line, sizeof line, "%u runs · size %s … %s · projected to %s (--at) · %s",
             scaling->run_count, first, last, at, compare_measures[scaling->measure]);
    fputs(style->format == REPORT_MARKDOWN ? "## " : "", out);
    text_plain(out, line, style);
    fputs("\n\n", out);
}

/* "  1,000  0.2 s  run@n=1000.ncp" */
static void run_line(FILE *out, const struct scaling_run *run, const struct report_style *style)
{
    const struct metric *metric = &run->profile->metrics[run->metric];
    char size[40], total[64], path[1024];
    number_size(run->size, size, sizeof size);
    number_value(run->total, metric, total, sizeof total);
    text_escape(run->profile->path, strlen(run->profile->path), path, sizeof path);
    if (style->format == REPORT_MARKDOWN)
        fprintf(out, "- size %s: ", size);
    else
        fprintf(out, "  %10s  ", size);
    text_plain(out, path[0] ? path : "(memory)", style);
    fprintf(out, ": %s %s", total, metric->name);
    corrections_brief(run->profile, run->metric, PROFILE_NONE, total, sizeof total);
    fprintf(out, "%s%s\n", total[0] ? " " : "", total);
}

enum { EDGES_SHOWN = 5 };

/* Where the growth comes in, the largest first. */
static void edges(FILE *out, struct scaling *scaling, const struct report_style *style)
{
    const struct scaling_run *last = &scaling->runs[scaling->run_count - 1];
    uint32_t count;
    const struct blame_edge *found = scaling_edges(scaling, &count);
    for (uint32_t i = 0; i < count && i < EDGES_SHOWN; i++) {
        char line[1200];
        scaling_edge_text(last->profile, &found[i], line, sizeof line);
        size_t used = strlen(line);
        scaling_edge_facts(&found[i], line + used, sizeof line - used);
        if (!i)
            text_closing(out, "Where growth enters:", style);
        if (style->format == REPORT_MARKDOWN)
            fputs(i ? "- " : "\n- ", out);
        else
            fputs("  ", out);
        text_plain(out, line, style);
        putc('\n', out);
    }
}

static bool is_void(const void *table, const struct column *column)
{
    const struct scaling *scaling = table;
    if (strcmp(column->id, "floor") != 0)
        return false;
    for (uint32_t i = 0; i < scaling->count; i++)
        if (scaling->rows[scaling->order[i]].fit[scaling->measure].model == FIT_FLOOR)
            return false;
    return true;
}

static void notes(FILE *out, const struct scaling *scaling, const struct report_style *style)
{
    const struct profile **profiles = memory_zeroed(scaling->run_count, sizeof *profiles);
    for (uint32_t run = 0; run < scaling->run_count; run++)
        profiles[run] = scaling->runs[run].profile;
    text_notes_of(out, profiles, scaling->run_count, style);
    free(profiles);
}

static void as_text(FILE *out, struct scaling *scaling, const struct report_style *style)
{
    title(out, scaling, style);
    for (uint32_t run = 0; run < scaling->run_count; run++)
        run_line(out, &scaling->runs[run], style);
    putc('\n', out);
    struct report_table table = {.columns = scaling->columns->list,
                                 .table = scaling,
                                 .rows = scaling->count,
                                 .sort = scaling->sort,
                                 .is_void = is_void,
                                 .ascending = scaling->sort->descending == scaling->reverse};
    text_table(out, &table, style);
    char shown[160];
    text_functions_shown(scaling->count, scaling->functions, scaling->hidden, scaling->threshold,
                         shown, sizeof shown);
    text_closing(out, shown, style);
    edges(out, scaling, style);
    notes(out, scaling, style);
}

/* ---- JSON ---- */

static cJSON *json_values_at(const struct scaling *scaling, uint32_t row,
                             enum compare_measure measure)
{
    cJSON *list = cJSON_CreateArray();
    for (uint32_t size = 0; size < scaling->size_count; size++)
        cJSON_AddItemToArray(list, json_number_value(scaling_value(scaling, row, measure, size)));
    return list;
}

static const char *model_name(const struct fit *fit)
{
    static const char *const names[] = {NULL, "power", "floor"};
    return names[fit->model];
}

static cJSON *json_fit(const struct fit *fit)
{
    cJSON *object = cJSON_CreateObject();
    json_number(object, "value", fit->exponent);
    json_number(object, "low", fit->low);
    json_number(object, "high", fit->high);
    json_number(object, "r2", fit->r2);
    if (model_name(fit))
        json_text(object, "model", model_name(fit));
    else
        cJSON_AddNullToObject(object, "model");
    json_number(object, "floor", fit->model == FIT_NONE ? NAN : fit->floor);
    return object;
}

static cJSON *json_class(enum growth growth)
{
    const char *name = growth_name(growth);
    return name ? cJSON_CreateString(name) : cJSON_CreateNull();
}

static cJSON *json_projected(const struct scaling *scaling, uint32_t row)
{
    cJSON *object = cJSON_CreateObject();
    json_number(object, "size", scaling->at);
    json_number(object, "cumtime", scaling->rows[row].projected[COMPARE_CUMTIME]);
    json_number(object, "share", scaling_projected_share(scaling, row, COMPARE_CUMTIME));
    return object;
}

cJSON *scaling_json_row(const struct scaling *scaling, uint32_t row)
{
    const struct scaling_row *r = &scaling->rows[row];
    cJSON *object = cJSON_CreateObject(), *exponents = cJSON_CreateObject();
    cJSON *classes = cJSON_CreateObject();
    json_function(object, scaling_function(scaling, row), false);
    for (int m = 0; m < COMPARE_MEASURES; m++) {
        const char *name = compare_measures[m];
        cJSON_AddItemToObject(object, name, json_values_at(scaling, row, (enum compare_measure)m));
        cJSON_AddItemToObject(exponents, name, json_fit(&r->fit[m]));
        cJSON_AddItemToObject(classes, name, json_class(r->growth[m]));
    }
    cJSON_AddItemToObject(object, "exponent", exponents);
    cJSON_AddItemToObject(object, "class", classes);
    json_number(object, "share",
                scaling_share(scaling, row, COMPARE_CUMTIME, scaling->size_count - 1));
    cJSON_AddItemToObject(object, "projected", json_projected(scaling, row));
    return object;
}

static void as_json(FILE *out, const struct scaling *scaling)
{
    struct json_document document;
    cJSON *sizes = cJSON_CreateArray();
    for (uint32_t size = 0; size < scaling->size_count; size++)
        cJSON_AddItemToArray(sizes, json_number_value(scaling->sizes[size]));
    json_begin(&document, out);
    json_member(&document, "sizes", sizes);
    json_list(&document, "functions");
    for (uint32_t i = 0; i < scaling->count; i++)
        json_item(&document, scaling_json_row(scaling, scaling->order[i]));
    json_end(&document);
}

/* ---- CSV ---- */

static void csv_head(FILE *out, const struct scaling *scaling)
{
    fputs("name,module,file", out);
    for (int m = 0; m < COMPARE_MEASURES; m++) {
        const char *name = compare_measures[m];
        for (uint32_t size = 0; size < scaling->size_count; size++) {
            char digits[40];
            number_shortest(scaling->sizes[size], digits, sizeof digits);
            fprintf(out, ",%s_%s", name, digits);
        }
        fprintf(out, ",%s_exponent,%s_low,%s_high,%s_r2,%s_model,%s_class", name, name, name, name,
                name, name);
    }
    fputs(",share,projected_size,projected_cumtime,projected_share\n", out);
}

static void csv_measure(struct csv *csv, const struct scaling *scaling, uint32_t row,
                        enum compare_measure measure)
{
    const struct fit *fit = &scaling->rows[row].fit[measure];
    const char *class = growth_name(scaling->rows[row].growth[measure]);
    for (uint32_t size = 0; size < scaling->size_count; size++)
        csv_number(csv, scaling_value(scaling, row, measure, size));
    csv_number(csv, fit->exponent);
    csv_number(csv, fit->low);
    csv_number(csv, fit->high);
    csv_number(csv, fit->r2);
    csv_text(csv, model_name(fit) ? model_name(fit) : "");
    csv_text(csv, class ? class : "");
}

static void as_csv(FILE *out, const struct scaling *scaling)
{
    struct csv csv = {.out = out};
    csv_head(out, scaling);
    for (uint32_t i = 0; i < scaling->count; i++) {
        uint32_t row = scaling->order[i];
        const struct function *function = scaling_function(scaling, row);
        csv_text(&csv, function->name);
        csv_text(&csv, function->module);
        csv_text(&csv, function->file);
        for (int m = 0; m < COMPARE_MEASURES; m++)
            csv_measure(&csv, scaling, row, (enum compare_measure)m);
        csv_number(&csv, scaling_share(scaling, row, COMPARE_CUMTIME, scaling->size_count - 1));
        csv_number(&csv, scaling->at);
        csv_number(&csv, scaling->rows[row].projected[COMPARE_CUMTIME]);
        csv_number(&csv, scaling_projected_share(scaling, row, COMPARE_CUMTIME));
        csv_end_row(&csv);
    }
}

void report_scaling(FILE *out, struct scaling *scaling, const struct report_style *style)
{
    if (style->format == REPORT_JSON)
        as_json(out, scaling);
    else if (style->format == REPORT_CSV)
        as_csv(out, scaling);
    else
        as_text(out, scaling, style);
}
