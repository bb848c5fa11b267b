#include "tui/reports/comparison.h"

#include <stddef.h>

/* One aspect of the three measures, as an object. */
static void json_aspect(cJSON *object, const char *name, const struct compare_change *changes,
                        size_t offset)
{
    cJSON *aspect = cJSON_AddObjectToObject(object, name);
    for (int m = 0; m < COMPARE_MEASURES; m++) {
        const char *change = (const char *)&changes[m];
        json_number(aspect, compare_measures[m], *(const double *)(const void *)(change + offset));
    }
}

static void json_side(cJSON *object, const char *name, const struct compare_change *changes,
                      bool present, size_t offset)
{
    if (present)
        json_aspect(object, name, changes, offset);
    else
        cJSON_AddNullToObject(object, name);
}

static void json_classes(cJSON *object, const struct compare_change *changes)
{
    cJSON *classes = cJSON_AddObjectToObject(object, "class");
    for (int m = 0; m < COMPARE_MEASURES; m++) {
        const char *name = growth_name(changes[m].growth);
        cJSON_AddItemToObjectCS(classes, compare_measures[m],
                                name ? cJSON_CreateString(name) : cJSON_CreateNull());
    }
}

void comparison_json_changes(cJSON *object, const struct compare_change changes[COMPARE_MEASURES],
                             bool in_a, bool in_b)
{
    json_side(object, "a", changes, in_a, offsetof(struct compare_change, a));
    json_side(object, "b", changes, in_b, offsetof(struct compare_change, b));
    json_aspect(object, "delta", changes, offsetof(struct compare_change, delta));
    json_aspect(object, "ratio", changes, offsetof(struct compare_change, ratio));
    json_aspect(object, "exponent", changes, offsetof(struct compare_change, exponent));
    json_classes(object, changes);
}

static void json_moved_from(cJSON *object, const struct comparison *comparison, uint32_t index)
{
    if (comparison->rows[index].status != COMPARE_MOVED) {
        cJSON_AddNullToObject(object, "moved_from");
        return;
    }
    cJSON *from = cJSON_AddObjectToObject(object, "moved_from");
    json_function(from, compare_function_a(comparison, index), false);
}

static void json_noise(cJSON *object, const struct comparison *comparison, uint32_t index)
{
    static const char *const names[] = {"p", "significant", "low", "high"};
    if (!comparison->repeated) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            cJSON_AddNullToObject(object, names[i]);
        return;
    }
    cJSON *p = cJSON_AddObjectToObject(object, names[0]);
    cJSON *significant = cJSON_AddObjectToObject(object, names[1]);
    cJSON *low = cJSON_AddObjectToObject(object, names[2]);
    cJSON *high = cJSON_AddObjectToObject(object, names[3]);
    for (int m = 0; m < COMPARE_MEASURES; m++) {
        const struct compare_noise *noise =
            compare_noise(comparison, index, (enum compare_measure)m);
        json_number(p, compare_measures[m], noise->p);
        cJSON_AddItemToObjectCS(significant, compare_measures[m],
                                noise->judged ? cJSON_CreateBool(noise->significant)
                                              : cJSON_CreateNull());
        json_number(low, compare_measures[m], noise->low);
        json_number(high, compare_measures[m], noise->high);
    }
}

static cJSON *json_row(const struct comparison *comparison, uint32_t index)
{
    const struct compare_row *row = &comparison->rows[index];
    cJSON *object = cJSON_CreateObject();
    json_function(object, compare_function(comparison, index), false);
    json_text(object, "status", compare_status_name(row->status));
    comparison_json_changes(object, row->change, row->function_a != PROFILE_NONE,
                            row->function_b != PROFILE_NONE);
    json_number(object, "more_calls", row->more_calls);
    json_number(object, "slower_calls", row->slower_calls);
    json_moved_from(object, comparison, index);
    json_noise(object, comparison, index);
    return object;
}

/* The first capture, with the size and the total that the comparison went by. */
static cJSON *json_profile_of(const struct comparison *comparison, bool is_b)
{
    const struct profile *profile = is_b ? comparison->b : comparison->a;
    cJSON *object =
        json_profile(profile, is_b ? comparison->metric_b : comparison->metric_a, PROFILE_NONE);
    double size = is_b ? comparison->size_b : comparison->size_a;
    double total = is_b ? comparison->total_b : comparison->total_a;
    cJSON_ReplaceItemInObjectCaseSensitive(object, "size", json_number_value(size));
    cJSON_ReplaceItemInObjectCaseSensitive(object, "total", json_number_value(total));
    return object;
}

static void add_paths(cJSON *object, const char *name, const struct profile *const *captures,
                      uint32_t count)
{
    cJSON *paths = cJSON_AddArrayToObject(object, name);
    for (uint32_t i = 0; i < count; i++)
        cJSON_AddItemToArray(paths, captures[i]->path[0] ? json_text_value(captures[i]->path)
                                                         : cJSON_CreateNull());
}

static cJSON *json_captures(const struct comparison *comparison)
{
    cJSON *object = cJSON_CreateObject();
    const struct profile *const *captures = comparison->captures;
    add_paths(object, "a", captures, comparison->count_a);
    add_paths(object, "b", captures + comparison->count_a, comparison->count_b);
    return object;
}

static cJSON *json_counts(const struct comparison *comparison)
{
    cJSON *object = cJSON_CreateObject();
    for (int status = 0; status < COMPARE_STATUSES; status++)
        json_count(object, compare_status_name((enum compare_status)status),
                   comparison->of_status[status], true);
    json_count(object, "hidden", comparison->hidden, true);
    return object;
}

static cJSON *json_factors(const struct comparison *comparison)
{
    cJSON *object = cJSON_CreateObject();
    json_number(object, "times", comparison->time_factor);
    json_number(object, "calls", comparison->calls_factor);
    return object;
}

void comparison_json_begin(struct json_document *document, FILE *out,
                           const struct comparison *comparison)
{
    const char *normalise = compare_normalise_name(comparison->normalise);
    json_begin(document, out);
    json_member(document, "a", json_profile_of(comparison, false));
    json_member(document, "b", json_profile_of(comparison, true));
    json_member(document, "size_ratio", json_number_value(comparison->size_ratio));
    json_member(document, "normalise", cJSON_CreateString(normalise));
}

void comparison_json(FILE *out, const struct comparison *comparison)
{
    struct json_document document;
    comparison_json_begin(&document, out, comparison);
    json_list(&document, "functions");
    for (uint32_t i = 0; i < comparison->count; i++)
        json_item(&document, json_row(comparison, i));
    json_member(&document, "normalise_function",
                comparison->normalise == COMPARE_NORMALISE_FUNCTION
                    ? json_text_value(comparison->normalise_function)
                    : cJSON_CreateNull());
    json_member(&document, "factors", json_factors(comparison));
    json_member(&document, "unlike", cJSON_CreateBool(comparison->unlike));
    json_member(&document, "blame", cJSON_CreateString(compare_measures[comparison->blame]));
    json_member(&document, "captures", json_captures(comparison));
    json_member(&document, "captures_needed",
                comparison->needed ? json_number_value(comparison->needed) : cJSON_CreateNull());
    json_member(&document, "counts", json_counts(comparison));
    json_end(&document);
}

static void csv_change(struct csv *csv, const struct compare_change *change)
{
    const char *name = growth_name(change->growth);
    csv_number(csv, change->a);
    csv_number(csv, change->b);
    csv_number(csv, change->delta);
    csv_number(csv, change->ratio);
    csv_number(csv, change->exponent);
    csv_text(csv, name ? name : "");
}

static void csv_noise(struct csv *csv, const struct comparison *comparison, uint32_t index)
{
    for (int m = 0; m < COMPARE_MEASURES; m++) {
        const struct compare_noise *noise =
            compare_noise(comparison, index, (enum compare_measure)m);
        csv_number(csv, noise->p);
        csv_number(csv, noise->low);
        csv_number(csv, noise->high);
    }
}

static void csv_moved_from(struct csv *csv, const struct comparison *comparison, uint32_t index)
{
    const struct function none = {"", "", "", 0, FUNCTION_UNKNOWN};
    const struct function *from = comparison->rows[index].status == COMPARE_MOVED
                                      ? compare_function_a(comparison, index)
                                      : &none;
    csv_text(csv, from->name);
    csv_text(csv, from->module);
    csv_text(csv, from->file);
}

void comparison_csv_changes(struct csv *csv, const struct compare_change changes[COMPARE_MEASURES])
{
    for (int m = 0; m < COMPARE_MEASURES; m++)
        csv_change(csv, &changes[m]);
}

void comparison_csv_titles(FILE *out)
{
    for (int m = 0; m < COMPARE_MEASURES; m++)
        fprintf(out, ",%s_a,%s_b,%s_delta,%s_ratio,%s_exponent,%s_class", compare_measures[m],
                compare_measures[m], compare_measures[m], compare_measures[m], compare_measures[m],
                compare_measures[m]);
    fputs(",more_calls,slower_calls", out);
}

static void csv_titles(FILE *out, const struct comparison *comparison)
{
    fputs("name,module,file,status", out);
    comparison_csv_titles(out);
    fputs(",moved_from_name,moved_from_module,moved_from_file", out);
    for (int m = 0; comparison->repeated && m < COMPARE_MEASURES; m++)
        fprintf(out, ",%s_p,%s_low,%s_high", compare_measures[m], compare_measures[m],
                compare_measures[m]);
    putc('\n', out);
}

void comparison_csv(FILE *out, const struct comparison *comparison)
{
    struct csv csv = {.out = out};
    csv_titles(out, comparison);
    for (uint32_t i = 0; i < comparison->count; i++) {
        const struct compare_row *row = &comparison->rows[i];
        const struct function *function = compare_function(comparison, i);
        csv_text(&csv, function->name);
        csv_text(&csv, function->module);
        csv_text(&csv, function->file);
        csv_text(&csv, compare_status_name(row->status));
        comparison_csv_changes(&csv, row->change);
        csv_number(&csv, row->more_calls);
        csv_number(&csv, row->slower_calls);
        csv_moved_from(&csv, comparison, i);
        if (comparison->repeated)
            csv_noise(&csv, comparison, i);
        csv_end_row(&csv);
    }
}
