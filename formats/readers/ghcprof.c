/*
 * The text that GHC's profiler writes (+RTS -p, -P, -pa): the tree of cost centre stacks.
 *
 *     total time  =        0.02 secs   (23 ticks @ 1000 us, 1 processor)
 *     total alloc =  59,542,424 bytes  (excludes profiling overheads)
 *
 *     COST CENTRE  MODULE  SRC                 no.  entries  %time %alloc   %time %alloc  ticks ...
 *     MAIN         MAIN    <built-in>          168        0    2.6    0.0   100.0  100.0    510 ...
 *      main        Main    app/Main.hs:6:1-11  336        1    0.0    0.0     0.0    0.0      0 ...
 *
 * ghc_centres.h names the source. The table of cost centres before the tree is skipped, and so are
 * the inherited columns, which follow from the tree.
 *
 *   - With the columns "ticks" and "bytes" (-P) values are exact: "ticks", "alloc" and "cpu", which
 *     is ticks times their length. (Its sum is that of all processors, more than "total time".)
 *   - Without them (-p) there are only percentages with one decimal. What they are of the totals is
 *     an estimate and has other names: "cpu estimated", "alloc estimated".
 *   - "entries" are calls. A cost centre stack that occurs twice is added up.
 *   - Columns are counted in characters; in the text of versions that did not, words count.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/ghc_centres.h"
#include "formats/readers/outline.h"
#include "formats/readers/text_lines.h"
#include "formats/readers/units.h"

#include <inttypes.h>
#include <stdlib.h>

#define NUMBERS_MAX 8 /* no., entries, %time, %alloc, inherited %time, %alloc, ticks, bytes */
#define NUMBERS_MIN 6

enum { NUMBER, ENTRIES, TIME_SHARE, ALLOC_SHARE, TICKS = NUMBERS_MIN, BYTES };

struct ghc {
    struct build *build;
    struct outline outline;
    struct ghc_metrics metrics;
    uint32_t root;
    uint32_t columns;           /* numbers a row; 0 before the tree */
    size_t module, place;       /* where these columns begin; place 0: there is none */
    int64_t ticks, tick, bytes; /* of the whole; tick: ns */
    bool titled, commanded;
    uint64_t rows, too_large;
    struct odd_lines odd;
};

/* ---- the head ---- */

/* The number before `unit`, as "23" in "(23 ticks @ 1000 us"; commas are left out. */
static int64_t number_before(struct slice line, const char *unit)
{
    const char *end = memmem(line.text, line.length, unit, strlen(unit)), *at = end;
    int64_t value = 0, power = 1;
    while (at && at > line.text && ((at[-1] >= '0' && at[-1] <= '9') || at[-1] == ',')) {
        at--;
        if (*at == ',')
            continue;
        if (power > INT64_MAX / 100)
            return 0;
        value += (*at - '0') * power;
        power *= 10;
    }
    return value;
}

static void read_tick(struct ghc *g, struct slice line)
{
    static const char *const units[] = {" us", " ms"};
    g->ticks = number_before(line, " ticks @ ");
    for (size_t i = 0; i < 2; i++) {
        int64_t tick = number_before(line, units[i]);
        const struct unit *unit = unit_find((struct slice){units[i] + 1, 2});
        if (tick > 0 && tick < INT32_MAX && unit)
            g->tick = tick * unit->factor;
    }
}

static void take_command(struct ghc *g, struct slice line)
{
    char *command = memory_printf("%.*s", (int)line.length, line.text);
    build_metadata(g->build, "command", command);
    free(command);
    g->commanded = true;
}

/* The byte where a column of characters is; the length when there is none. */
static size_t byte_of(struct slice line, size_t column)
{
    size_t at = 0;
    for (; at < line.length; at++)
        if (((unsigned char)line.text[at] & 0xc0) != 0x80 && !column--)
            break;
    return at;
}

static bool take_titles(struct ghc *g, struct slice line)
{
    const char *module = memmem(line.text, line.length, " MODULE ", 8);
    const char *place = memmem(line.text, line.length, " SRC ", 5);
    if (!slice_begins(line, "COST CENTRE") || !module || !slice_holds(line, " entries ") ||
        !slice_holds(line, "%alloc"))
        return false;
    g->columns = slice_holds(line, " bytes") ? NUMBERS_MAX : NUMBERS_MIN;
    g->module = (size_t)(module + 1 - line.text);
    g->place = place ? (size_t)(place + 1 - line.text) : 0;
    return true;
}

static void state_metrics(struct ghc *g)
{
    if (g->columns == NUMBERS_MAX) {
        g->metrics = ghc_state_metrics(g->build, g->tick);
        return;
    }
    g->metrics.cpu = build_metric(g->build, "cpu estimated", "s", METRIC_TIME, 1e-9);
    g->metrics.size = build_metric(g->build, "alloc estimated", "bytes", METRIC_BYTES, 1);
}

static void take_head(struct ghc *g, struct slice line)
{
    struct slice text = slice_trim(line);
    if (take_titles(g, line))
        state_metrics(g);
    else if (slice_begins(text, "total time"))
        read_tick(g, text);
    else if (slice_begins(text, "total alloc"))
        g->bytes = number_before(text, " bytes");
    else if (slice_holds(text, "Profiling Report"))
        g->titled = true;
    else if (text.length && g->titled && !g->commanded)
        take_command(g, text);
}

/* ---- rows ---- */

struct columns {
    struct slice label, module, place;
    struct decimal numbers[NUMBERS_MAX];
};

static struct slice first_word(struct slice *rest)
{
    struct slice word = *rest = slice_trim(*rest);
    word.length = 0;
    while (word.length < rest->length && !is_blank(rest->text[word.length]))
        word.length++;
    *rest = slice_trim((struct slice){rest->text + word.length, rest->length - word.length});
    return word;
}

static bool is_column(struct slice line, size_t at)
{
    return at && at < line.length && is_blank(line.text[at - 1]) && !is_blank(line.text[at]);
}

static bool split_row(const struct ghc *g, struct slice line, struct columns *out)
{
    for (uint32_t n = g->columns; n-- > 0;) {
        line = slice_trim(line);
        size_t at = line.length;
        while (at && !is_blank(line.text[at - 1]))
            at--;
        if (!decimal_parse(line.text + at, line.length - at, '.', &out->numbers[n]) ||
            out->numbers[n].negative)
            return false;
        line.length = at;
    }
    line = slice_trim(line);
    out->label = first_word(&line);
    out->module = first_word(&line);
    out->place = line;
    return out->label.length > 0;
}

/* Labels may have blanks in them: where the columns are in their places these count. */
static void respect_columns(const struct ghc *g, struct slice line, struct columns *row)
{
    size_t module = byte_of(line, g->module), place = g->place ? byte_of(line, g->place) : 0;
    if (!is_column(line, module) || (g->place && !is_column(line, place)))
        return;
    size_t end = g->place ? place : module + row->module.length;
    row->label = slice_trim((struct slice){line.text, module});
    row->module = slice_trim((struct slice){line.text + module, end - module});
    if (g->place && row->place.length) {
        const char *stop = row->place.text + row->place.length;
        row->place.length = stop > line.text + place ? (size_t)(stop - line.text) - place : 0;
        row->place.text = line.text + place;
    }
}

/* So many tenths of a per cent of a whole. */
static int64_t share(const struct decimal *percent, int64_t whole)
{
    int64_t tenths;
    if (!decimal_scaled(percent, 1, &tenths) || tenths > 1000)
        return 0;
    __extension__ __int128 product = whole;
    return (int64_t)((product * tenths + 500) / 1000);
}

static void state_row(struct ghc *g, uint32_t context, const struct columns *row)
{
    int64_t entries = 0, ticks = 0, bytes = 0, whole;
    if (decimal_scaled(&row->numbers[ENTRIES], 0, &entries))
        build_context_calls(g->build, context, (uint64_t)entries);
    else
        g->too_large++;
    if (g->columns == NUMBERS_MAX) {
        g->too_large += !decimal_scaled(&row->numbers[TICKS], 0, &ticks);
        g->too_large += !decimal_scaled(&row->numbers[BYTES], 0, &bytes);
        ghc_state_values(&g->metrics, g->build, context, ticks, bytes);
        return;
    }
    if (__builtin_mul_overflow(g->ticks, g->tick, &whole))
        whole = INT64_MAX;
    build_context_self(g->build, context, g->metrics.cpu, share(&row->numbers[TIME_SHARE], whole));
    build_context_self(g->build, context, g->metrics.size,
                       share(&row->numbers[ALLOC_SHARE], g->bytes));
}

static bool take_row(struct ghc *g, struct slice line)
{
    struct columns row;
    if (!split_row(g, line, &row))
        return false;
    respect_columns(g, line, &row);
    size_t column = outline_column(line.text, line.length);
    uint32_t parent = outline_parent(&g->outline, column, g->root);
    uint32_t context =
        build_context(g->build, parent, ghc_centre(g->build, row.label, row.module, row.place));
    outline_open(&g->outline, column, context);
    state_row(g, context, &row);
    g->rows++;
    return true;
}

static int read_lines(struct ghc *g, struct input *input, struct error *err)
{
    struct slice line;
    int more;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0) {
        bool blank = !slice_trim(line).length;
        if (g->rows && blank)
            return 0;
        if (!g->columns)
            take_head(g, line);
        else if (!blank && !take_row(g, line))
            odd_lines_add(&g->odd, input_line_number(input));
    }
    return text_lines_end(g->build, more, g->rows > 0, err);
}

static void state_notes(const struct ghc *g)
{
    odd_lines_note(&g->odd, g->build, "are no rows of the tree and are left out");
    build_note_count(g->build, g->too_large, "values are too large and are cut");
    if (!g->columns)
        build_note(g->build, "holds no tree of cost centres: it may have been cut short");
    if (g->columns == NUMBERS_MIN)
        build_note(g->build, "times and bytes are estimates from percentages with one decimal "
                             "(+RTS -P writes exact ones)");
    if (g->columns == NUMBERS_MIN && (!g->ticks || !g->tick))
        build_note(g->build, "the total time is missing: there are no times");
}

static int read_ghcprof(struct input *input, struct build *build, struct error *err)
{
    struct ghc g = {.build = build};
    g.root = build_root(build, build_thread(build, "all", 0, build_process(build, "", 0)));
    int status = read_lines(&g, input, err);
    if (!g.columns)
        (void)ghc_state_metrics(build, g.tick);
    if (!status && !g.titled && !g.columns)
        status = error_at_line(err, input_line_number(input),
                               "ends without a title of GHC's profiler and a tree");
    if (!status) {
        build_flags(build, PROFILE_HAS_CALLS);
        state_notes(&g);
    }
    outline_free(&g.outline);
    return status;
}

static int probe_ghcprof(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    if (slice_holds(text, "Time and Allocation Profiling Report"))
        return 80;
    return slice_holds(text, "\nCOST CENTRE ") && slice_holds(text, "%alloc") ? 60 : 0;
}

const struct reader ghcprof_reader = {
    .name = "ghcprof",
    .description = "the text of GHC's profiler (+RTS -p)",
    .suffixes = "prof",
    .probe = probe_ghcprof,
    .read = read_ghcprof,
};
