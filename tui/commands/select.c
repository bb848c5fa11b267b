#include "tui/commands/select.h"

#include "formats/profile/memory.h"
#include "tui/analysis/filter.h"
#include "tui/analysis/order.h"
#include "tui/commands/quantity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REPORT_WIDTH 120
#define WIDTH_MAX    10000

int select_metric(const struct profile *profile, const char *name, uint32_t *metric,
                  struct error *err)
{
    char known[256] = "";
    *metric = 0;
    if (!name)
        return 0;
    if (!strcmp(name, "raw")) { /* where nothing is corrected the default one is */
        *metric = profile->correction.raw;
        return 0;
    }
    for (uint32_t m = 0; m < profile->metric_count; m++)
        if (!strcmp(profile->metrics[m].name, name)) {
            *metric = m;
            return 0;
        }
    for (uint32_t m = 0; m < profile->metric_count; m++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", m ? ", " : "",
                 profile->metrics[m].name);
    }
    error_set(err, ERROR_USAGE, "no metric \"%.64s\" in it; there is %s", name, known);
    return error_in_file(err, profile->path);
}

static bool number_of(const char *text, unsigned long long *number)
{
    char *end;
    *number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && !*end;
}

/* What `ncprof info` lists it by, then a name, then an id of the system's. */
static uint32_t find_thread(const struct profile *profile, const char *text)
{
    unsigned long long number;
    bool is_number = number_of(text, &number);
    if (is_number && number >= 1 && number <= profile->thread_count)
        return (uint32_t)number - 1;
    for (uint32_t t = 0; t < profile->thread_count; t++)
        if (!strcmp(profile->threads[t].name, text))
            return t;
    for (uint32_t t = 0; is_number && t < profile->thread_count; t++)
        if (profile->threads[t].id == number)
            return t;
    return PROFILE_NONE;
}

int select_thread(const struct profile *profile, const char *text, uint32_t *thread,
                  struct error *err)
{
    *thread = PROFILE_NONE;
    if (!text)
        return 0;
    if (!(profile->flags & PROFILE_HAS_TREE)) {
        error_set(err, ERROR_USAGE, "this format (%s) keeps no values a thread", profile->format);
        return error_in_file(err, profile->path);
    }
    *thread = find_thread(profile, text);
    if (*thread != PROFILE_NONE)
        return 0;
    error_set(err, ERROR_USAGE, "no thread \"%.64s\" among its %u; ncprof info lists them", text,
              profile->thread_count);
    return error_in_file(err, profile->path);
}

static bool is_process(const struct process *process, const char *text)
{
    unsigned long long number;
    return (number_of(text, &number) && number == process->id) || !strcmp(process->name, text) ||
           !strcmp(process->command, text);
}

static int select_process(const struct profile *profile, const char *text, uint32_t *threads,
                          struct error *err)
{
    int64_t most = -1;
    for (uint32_t p = 0; p < profile->process_count && profile->flags & PROFILE_HAS_TREE; p++) {
        if (!is_process(&profile->processes[p], text))
            continue;
        int64_t total = profile_total(profile, 0, profile_whole_process(p));
        if (total > most) {
            most = total;
            *threads = profile_whole_process(p);
        }
    }
    if (most >= 0)
        return 0;
    error_set(err, ERROR_USAGE, "no process \"%.64s\" among its %u; ncprof info lists them", text,
              profile->process_count);
    return error_in_file(err, profile->path);
}

int select_threads(const struct profile *profile, const char *thread, const char *process,
                   uint32_t *threads, struct error *err)
{
    if (thread && process)
        return error_set(err, ERROR_USAGE, "--thread and --process do not go together");
    return process ? select_process(profile, process, threads, err)
                   : select_thread(profile, thread, threads, err);
}

struct largest {
    const struct profile *profile;
    uint32_t metric;
};

static int compare_totals(const void *left, const void *right, void *context)
{
    const struct largest *largest = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int64_t total_a = profile_function(largest->profile, a, largest->metric).total;
    int64_t total_b = profile_function(largest->profile, b, largest->metric).total;
    int order = ORDER_OF(total_b, total_a);
    const struct function *functions = largest->profile->functions;
    return order ? order : function_compare(&functions[a], &functions[b]);
}

static uint32_t collect(const struct profile *profile, const char *text, bool exact,
                        uint32_t *functions)
{
    uint32_t count = 0;
    struct filter *filter = exact ? NULL : filter_new(text);
    for (uint32_t f = 0; f < profile->function_count; f++) {
        const struct function *function = &profile->functions[f];
        if (exact ? !strcmp(function->name, text) : filter_matches_function(filter, function))
            functions[count++] = f;
    }
    filter_free(filter);
    return count;
}

int select_functions(const struct profile *profile, const char *text, uint32_t metric,
                     uint32_t limit, uint32_t **functions, uint32_t *count, struct error *err)
{
    struct largest largest = {profile, metric};
    uint32_t *found = memory_zeroed(profile->function_count, sizeof *found);
    *count = collect(profile, text, true, found);
    if (!*count)
        *count = collect(profile, text, false, found);
    if (!*count) {
        free(found);
        error_set(err, ERROR_USAGE, "no function matches \"%.64s\"", text);
        return error_in_file(err, profile->path);
    }
    qsort_r(found, *count, sizeof *found, compare_totals, &largest);
    if (limit && *count > limit)
        *count = limit;
    *functions = found;
    return 0;
}

uint32_t select_limit(uint32_t asked, enum report_format format)
{
    bool read_by_people = format == REPORT_TEXT || format == REPORT_MARKDOWN;
    if (asked != SELECT_UNSET)
        return asked;
    return read_by_people ? 30 : 0;
}

int select_width(uint32_t asked, enum report_format format)
{
    struct winsize size;
    if (asked != SELECT_UNSET)
        return asked > WIDTH_MAX ? WIDTH_MAX : (int)asked;
    if (format == REPORT_MARKDOWN)
        return 0;
    if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
        return size.ws_col;
    return REPORT_WIDTH;
}

int select_names(const char *names, bool *yappi, struct error *err)
{
    *yappi = names && !strcmp(names, "yappi");
    if (!names || *yappi || !strcmp(names, "pstats"))
        return 0;
    return error_set(err, ERROR_USAGE, "--names takes yappi or pstats, not \"%.64s\"", names);
}

static int read_size(const char *text, const char *option, const char *wanted, const char **rest,
                     double *size, struct error *err)
{
    char *end;
    *size = strtod(text, &end);
    if (end == text || (*end && *end != ','))
        return error_set(err, ERROR_USAGE, "%s takes %s, not \"%.64s\"", option, wanted, text);
    if (!isfinite(*size) || *size <= 0)
        return error_set(err, ERROR_USAGE, "%s must be above zero, not \"%.64s\"", option, text);
    *rest = *end ? end + 1 : NULL;
    return 0;
}

int select_size(const char *text, const char *option, double *size, struct error *err)
{
    const char *rest = NULL;
    *size = NAN;
    if (text && read_size(text, option, "a number", &rest, size, err))
        return -1;
    return rest ? error_set(err, ERROR_USAGE, "%s takes one number, not \"%.64s\"", option, text)
                : 0;
}

int select_size_list(const char *text, size_t count, double **sizes, struct error *err)
{
    *sizes = NULL;
    if (!text)
        return 0;
    double *list = memory_zeroed(count, sizeof *list);
    const char *rest = text;
    size_t found = 0;
    for (double size; rest; found++) {
        if (read_size(rest, "--sizes", "numbers as 7,30", &rest, &size, err)) {
            free(list);
            return -1;
        }
        if (found < count)
            list[found] = size;
    }
    if (found == count) {
        *sizes = list;
        return 0;
    }
    free(list);
    return error_set(err, ERROR_USAGE, "--sizes tells %zu size%s of %zu file%s", found,
                     found == 1 ? "" : "s", count, count == 1 ? "" : "s");
}

int select_sizes(const char *text, double *a, double *b, struct error *err)
{
    char *end;
    *a = *b = NAN;
    if (!text)
        return 0;
    *a = strtod(text, &end);
    bool fits = end != text && *end == ',';
    const char *second = end + fits;
    *b = fits ? strtod(second, &end) : NAN;
    if (!fits || end == second || *end)
        return error_set(err, ERROR_USAGE, "--sizes takes two numbers as 7,30, not \"%.64s\"",
                         text);
    if (!isfinite(*a) || !isfinite(*b) || *a <= 0 || *b <= 0)
        return error_set(err, ERROR_USAGE, "--sizes must be above zero, not \"%.64s\"", text);
    return 0;
}

int select_normalise(const char *text, enum compare_normalise *normalise, const char **function,
                     struct error *err)
{
    static const char named[] = "function=";
    *normalise = COMPARE_NORMALISE_NONE;
    *function = NULL;
    if (text && !strncmp(text, named, sizeof named - 1) && text[sizeof named - 1]) {
        *normalise = COMPARE_NORMALISE_FUNCTION;
        *function = text + sizeof named - 1;
        return 0;
    }
    for (int i = 0; text && i <= COMPARE_NORMALISE_SIZE; i++) {
        *normalise = (enum compare_normalise)i;
        if (i != COMPARE_NORMALISE_FUNCTION && !strcmp(text, compare_normalise_name(*normalise)))
            return 0;
    }
    *normalise = COMPARE_NORMALISE_NONE;
    return !text ? 0
                 : error_set(err, ERROR_USAGE,
                             "--normalise takes none, total, calls, size or function=NAME, not "
                             "\"%.64s\"",
                             text);
}

static int64_t nanoseconds(double seconds)
{
    return seconds < 9e9 ? (int64_t)(seconds * 1e9 + 0.5) : INT64_MAX;
}

int select_range(const char *text, struct profile_part *part, struct error *err)
{
    double from, to;
    if (!quantity_range(text, &from, &to))
        return error_set(err, ERROR_USAGE,
                         "--range wants two times such as 1.5s..2s, not \"%.100s\"", text);
    *part = (struct profile_part){nanoseconds(from), nanoseconds(to)};
    return 0;
}
