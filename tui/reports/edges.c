/* Callers and callees of functions. */
#include "formats/documents/csv.h"
#include "formats/documents/json.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/reports/profile_json.h"
#include "tui/reports/text.h"

static void heading(FILE *out, const struct butterfly *butterfly, const struct report_style *style)
{
    char label[1024], sentence[1024];
    function_label(&butterfly->profile->functions[butterfly->function], label, sizeof label);
    butterfly_sentence(butterfly, sentence, sizeof sentence);
    bool markdown = style->format == REPORT_MARKDOWN;
    fputs(markdown ? "### " : "", out);
    text_plain(out, label, style);
    fputs(markdown ? "\n\n" : "\n", out);
    text_plain(out, sentence, style);
    fputs("\n\n", out);
}

static void side_as_text(FILE *out, const char *title, const struct butterfly_side *side,
                         const struct report_style *style)
{
    struct report_table table = {.columns = butterfly_columns,
                                 .table = side,
                                 .rows = side->count,
                                 .flags = side->butterfly->profile->flags};
    fprintf(out, style->format == REPORT_MARKDOWN ? "**%s**\n\n" : "%s\n", title);
    if (side->count)
        text_table(out, &table, style);
    else
        fputs("nothing recorded\n", out);
    putc('\n', out);
}

static void as_text(FILE *out, const struct butterfly *butterfly, unsigned sides,
                    const struct report_style *style)
{
    struct butterfly_side callers = butterfly_callers(butterfly);
    struct butterfly_side callees = butterfly_callees(butterfly);
    char calls[40];
    heading(out, butterfly, style);
    if (sides & REPORT_CALLERS)
        side_as_text(out, "called by", &callers, style);
    if (sides & REPORT_CALLERS && butterfly->caller_count && butterfly->unaccounted_calls) {
        number_count(butterfly->unaccounted_calls, calls, sizeof calls);
        fprintf(out, "%s of its calls came from outside what was recorded\n\n", calls);
    }
    if (sides & REPORT_CALLEES)
        side_as_text(out, "calls", &callees, style);
}

static void json_side(cJSON *object, const char *name, const struct butterfly_side *side)
{
    const struct profile *profile = side->butterfly->profile;
    cJSON *list = cJSON_AddArrayToObject(object, name);
    for (uint32_t i = 0; i < side->count; i++) {
        const struct butterfly_row *row = &side->rows[i];
        if (row->function == PROFILE_NONE)
            continue;
        cJSON *item = cJSON_CreateObject();
        json_function(item, &profile->functions[row->function], true);
        json_values(item, profile, side->butterfly->metric, &row->values);
        json_number(item, "share", row->share);
        cJSON_AddItemToArray(list, item);
    }
}

static cJSON *json_butterfly(const struct butterfly *butterfly, unsigned sides)
{
    struct butterfly_side callers = butterfly_callers(butterfly);
    struct butterfly_side callees = butterfly_callees(butterfly);
    cJSON *object = cJSON_CreateObject();
    json_function(object, &butterfly->profile->functions[butterfly->function], true);
    json_values(object, butterfly->profile, butterfly->metric, &butterfly->values);
    if (sides & REPORT_CALLERS)
        json_side(object, "callers", &callers);
    if (sides & REPORT_CALLEES)
        json_side(object, "callees", &callees);
    return object;
}

static void csv_side(struct csv *csv, const char *direction, const struct butterfly_side *side)
{
    const struct profile *profile = side->butterfly->profile;
    const struct metric *metric = &profile->metrics[side->butterfly->metric];
    for (uint32_t i = 0; i < side->count; i++) {
        const struct butterfly_row *row = &side->rows[i];
        if (row->function == PROFILE_NONE)
            continue;
        csv_text(csv, profile->functions[side->butterfly->function].name);
        csv_text(csv, direction);
        csv_function(csv, &profile->functions[row->function]);
        csv_count(csv, row->values.calls, profile->flags & PROFILE_HAS_CALLS);
        csv_count(csv, row->values.primitive, profile->flags & PROFILE_HAS_PRIMITIVE);
        csv_number(csv, number_in_unit(row->values.self, metric));
        csv_number(csv, number_in_unit(row->values.total, metric));
        csv_end_row(csv);
    }
}

static void as_csv(FILE *out, const struct butterfly *const *butterflies, uint32_t count,
                   unsigned sides)
{
    struct csv csv = {.out = out};
    fputs("function,direction,name,module,file,line,ncalls,primitive_calls,tottime,cumtime\n", out);
    for (uint32_t i = 0; i < count; i++) {
        struct butterfly_side callers = butterfly_callers(butterflies[i]);
        struct butterfly_side callees = butterfly_callees(butterflies[i]);
        if (sides & REPORT_CALLERS)
            csv_side(&csv, "caller", &callers);
        if (sides & REPORT_CALLEES)
            csv_side(&csv, "callee", &callees);
    }
}

static void as_json(FILE *out, const struct butterfly *const *butterflies, uint32_t count,
                    unsigned sides)
{
    struct json_document document;
    const struct butterfly *first = butterflies[0];
    json_begin(&document, out);
    json_member(&document, "profile",
                report_json_profile(first->profile, first->metric, PROFILE_NONE));
    json_list(&document, "functions");
    for (uint32_t i = 0; i < count; i++)
        json_item(&document, json_butterfly(butterflies[i], sides));
    json_end(&document);
}

void report_butterflies(FILE *out, const struct butterfly *const *butterflies, uint32_t count,
                        unsigned sides, const struct report_style *style)
{
    if (style->format == REPORT_JSON) {
        as_json(out, butterflies, count, sides);
    } else if (style->format == REPORT_CSV) {
        as_csv(out, butterflies, count, sides);
    } else {
        text_title(out, butterflies[0]->profile, butterflies[0]->metric, PROFILE_NONE, style);
        for (uint32_t i = 0; i < count; i++)
            as_text(out, butterflies[i], sides, style);
    }
}
