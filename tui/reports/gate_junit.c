/*
 * The gate's verdict as JUnit XML, in the form that CI systems read: a test case a function that
 * was judged, and one for what could not be. XML 1.0 (W3C) has no way to write most control
 * characters: they are escaped as on a screen.
 */
#include "formats/profile/memory.h"
#include "formats/profile/text.h"
#include "tui/analysis/names.h"
#include "tui/reports/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CASE_CLASS "ncprof.check"

static void put_character(FILE *out, const char *text, size_t size, uint32_t character)
{
    static const struct {
        char character;
        const char *entity;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    if (character == 0xfffe || character == 0xffff) {
        fprintf(out, "\\u%04" PRIx32, character);
        return;
    }
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (text[0] == entities[i].character) {
            fputs(entities[i].entity, out);
            return;
        }
    fwrite(text, 1, size, out);
}

/* Text that is escaped for a terminal already, so that it is valid UTF-8 without controls. */
static void put_xml(FILE *out, const char *text)
{
    size_t length = strlen(text);
    while (length) {
        uint32_t character = 0;
        size_t size = text_decode(text, length, &character);
        if (!size)
            return;
        put_character(out, text, size, character);
        text += size;
        length -= size;
    }
}

static void put_raw(FILE *out, const char *text)
{
    size_t length = strlen(text);
    char *escaped = memory_alloc(6 * length + 1);
    text_escape(text, length, escaped, 6 * length + 1);
    put_xml(out, escaped);
    free(escaped);
}

static void cell(const struct gate *gate, const char *id, uint32_t row, char *buffer, size_t size)
{
    const struct column *column = gate_columns;
    while (strcmp(column->id, id) != 0)
        column++;
    column->text(gate, row, buffer, size);
}

/* "cumtime 1.000 -> 1.500, ×1.50, limit ×1.20" */
static void put_failure(FILE *out, const struct gate *gate, uint32_t violation)
{
    char metric[64], base[64], new[64], change[64], limit[64], message[400];
    cell(gate, "metric", violation, metric, sizeof metric);
    cell(gate, "base", violation, base, sizeof base);
    cell(gate, "new", violation, new, sizeof new);
    cell(gate, "change", violation, change, sizeof change);
    cell(gate, "limit", violation, limit, sizeof limit);
    snprintf(message, sizeof message, "%s %s -> %s, %s, limit %s", metric, base, new, change,
             limit);
    fputs("   <failure type=\"regressed\" message=\"", out);
    put_xml(out, message);
    fputs("\"/>\n", out);
}

static void put_case(FILE *out, const char *name)
{
    fputs("  <testcase classname=\"" CASE_CLASS "\" name=\"", out);
    put_xml(out, name);
    fputs("\">\n", out);
}

/* The violations of every row, worst first, as lists. */
struct lists {
    uint32_t *first; /* by row; PROFILE_NONE: none */
    uint32_t *next;  /* by violation */
};

static struct lists lists_new(const struct gate *gate)
{
    uint32_t rows = gate->comparison ? gate->comparison->count : 0;
    struct lists lists = {memory_alloc(rows * sizeof *lists.first),
                          memory_zeroed(gate->violations.count, sizeof *lists.next)};
    memset(lists.first, 0xff, rows * sizeof *lists.first);
    for (uint32_t i = gate->violations.count; i-- > 0;) {
        uint32_t *first = &lists.first[gate->violations.data[i].row];
        lists.next[i] = *first;
        *first = i;
    }
    return lists;
}

static void put_function(FILE *out, const struct gate *gate, const struct lists *lists,
                         uint32_t row)
{
    char label[1024];
    function_label(compare_function(gate->comparison, row), label, sizeof label);
    put_case(out, label);
    for (uint32_t i = lists->first[row]; i != PROFILE_NONE; i = lists->next[i])
        put_failure(out, gate, i);
    fputs("  </testcase>\n", out);
}

static void put_reasons(FILE *out, const struct gate *gate)
{
    if (!gate->reasons.count)
        return;
    put_case(out, "everything that is limited can be judged");
    for (uint32_t i = 0; i < gate->reasons.count; i++) {
        fputs("   <error type=\"not judged\" message=\"", out);
        put_raw(out, gate->reasons.data[i]);
        fputs("\"/>\n", out);
    }
    fputs("  </testcase>\n", out);
}

void report_gate_junit(FILE *out, const struct gate *gate)
{
    uint32_t errors = gate->reasons.count > 0;
    struct lists lists = lists_new(gate);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    fprintf(out,
            " <testsuite name=\"ncprof check\" tests=\"%" PRIu32 "\" failures=\"%" PRIu32
            "\" errors=\"%" PRIu32 "\" skipped=\"0\">\n",
            gate->judged.count + errors, gate->at_fault, errors);
    for (uint32_t i = 0; i < gate->judged.count; i++)
        put_function(out, gate, &lists, gate->judged.data[i]);
    put_reasons(out, gate);
    fputs(" </testsuite>\n</testsuites>\n", out);
    free(lists.first);
    free(lists.next);
}
