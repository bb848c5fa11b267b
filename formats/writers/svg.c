/*
 * A flame graph as one SVG file that needs nothing else: a rectangle for each context of the call
 * tree, as wide as what it takes with its callees, the outermost on top, of siblings the largest
 * on the left. A tooltip has the numbers; in a browser a click zooms and Ctrl-F searches.
 *
 * Of the first metric. What is narrower than 0.1 % of the whole or deeper than LEVELS_MAX is not
 * drawn, and a line under the title says how many contexts that are. A value below 0 has no width.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/profile/text.h"
#include "formats/writers/svg_script.h"
#include "formats/writers/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH      1200
#define MARGIN     10
#define TOP        48 /* title and one line */
#define ROW        17
#define LETTER     7.3 /* the font's, in pixels */
#define LEVELS_MAX 1000u
#define NARROWEST  1000 /* of the whole, as a divisor */
#define WHOLE      PROFILE_NONE

struct frame {
    uint32_t context; /* WHOLE: all threads */
    uint32_t level;
    int64_t at; /* where it begins, in the unit of `room` */
};

struct svg {
    const struct profile *profile;
    FILE *file;
    int64_t *room; /* by context */
    int64_t whole;
    ARRAY(struct frame) frames, waiting;
    ARRAY(uint32_t) siblings;
    uint32_t levels;
};

/* ---- where frames are ---- */

static int compare_siblings(const void *a, const void *b, void *opaque)
{
    const struct svg *svg = opaque;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    uint32_t f = svg->profile->contexts[x].function, g = svg->profile->contexts[y].function;
    if (svg->room[x] != svg->room[y])
        return svg->room[x] > svg->room[y] ? -1 : 1;
    if (f == PROFILE_NONE || g == PROFILE_NONE)
        return x < y ? -1 : x > y;
    int order = function_compare(&svg->profile->functions[f], &svg->profile->functions[g]);
    return order ? order : x < y ? -1 : x > y;
}

static void add_sibling(struct svg *svg, uint32_t c)
{
    if (svg->room[c] > 0 && svg->room[c] >= svg->whole / NARROWEST)
        *array_push(&svg->siblings) = c;
}

/* Those collected, side by side from `at` on. */
static void place_siblings(struct svg *svg, uint32_t level, int64_t at)
{
    if (!svg->siblings.count)
        return;
    qsort_r(svg->siblings.data, svg->siblings.count, sizeof *svg->siblings.data, compare_siblings,
            svg);
    for (uint32_t i = 0; i < svg->siblings.count && level < LEVELS_MAX; i++) {
        uint32_t c = svg->siblings.data[i];
        *array_push(&svg->waiting) = (struct frame){.context = c, .level = level, .at = at};
        if (__builtin_add_overflow(at, svg->room[c], &at))
            at = INT64_MAX;
    }
    svg->siblings.count = 0;
}

static void place_threads(struct svg *svg)
{
    const struct profile *profile = svg->profile;
    bool several = profile->thread_count > 1;
    if (several)
        *array_push(&svg->frames) = (struct frame){.context = WHOLE};
    for (uint32_t t = 0; t < profile->thread_count; t++)
        if (profile->threads[t].root != PROFILE_NONE)
            add_sibling(svg, profile->threads[t].root);
    place_siblings(svg, several, 0);
}

static void place_all(struct svg *svg)
{
    const struct context *contexts = svg->profile->contexts;
    place_threads(svg);
    while (svg->waiting.count) {
        struct frame frame = svg->waiting.data[--svg->waiting.count];
        *array_push(&svg->frames) = frame;
        svg->levels = frame.level + 1 > svg->levels ? frame.level + 1 : svg->levels;
        for (uint32_t c = profile_first_child(contexts, frame.context); c != PROFILE_NONE;
             c = profile_next_sibling(contexts, c))
            add_sibling(svg, c);
        place_siblings(svg, frame.level + 1, frame.at);
    }
}

/* ---- text ---- */

/* At most `limit` characters, the rest as ".."; characters that XML has no place for as '?'. */
static void put_text(struct svg *svg, const char *text, size_t limit)
{
    size_t length = strlen(text), size = length * 6 + 1, count = 0;
    char *escaped = memory_alloc(size);
    length = text_escape(text, length, escaped, size);
    uint32_t character;
    for (size_t i = 0, step; i < length; i += step, count++)
        step = text_decode(escaped + i, length - i, &character);
    size_t left = count > limit ? limit - 2 : count;
    for (size_t i = 0, step; i < length && left; i += step, left--) {
        step = text_decode(escaped + i, length - i, &character);
        if (character == '&')
            fputs("&amp;", svg->file);
        else if (character == '<')
            fputs("&lt;", svg->file);
        else if (character == '>')
            fputs("&gt;", svg->file);
        else if (character == 0xfffe || character == 0xffff)
            fputc('?', svg->file);
        else
            fwrite(escaped + i, 1, step, svg->file);
    }
    fputs(count > limit ? ".." : "", svg->file);
    free(escaped);
}

static void put_amount(struct svg *svg, int64_t room)
{
    const struct metric *metric = &svg->profile->metrics[0];
    double value = (double)room;
    if (metric->kind != METRIC_TIME)
        fprintf(svg->file, "%" PRId64 " %s", room, metric->unit[0] ? metric->unit : metric->name);
    else if (value >= 1e9)
        fprintf(svg->file, "%.3f s", value / 1e9);
    else if (value >= 1e6)
        fprintf(svg->file, "%.3f ms", value / 1e6);
    else
        fprintf(svg->file, "%.3f us", value / 1e3);
}

/* ---- frames ---- */

static uint32_t thread_of(const struct profile *profile, uint32_t root)
{
    uint32_t t = 0;
    while (profile->threads[t].root != root)
        t++;
    return t;
}

static const char *name_of(const struct svg *svg, const struct frame *frame, char *buffer,
                           size_t size)
{
    const struct profile *profile = svg->profile;
    if (frame->context == WHOLE || profile->thread_count == 1) {
        if (!frame->level)
            return "all";
    }
    const struct context *context = &profile->contexts[frame->context];
    if (context->function != PROFILE_NONE)
        return profile->functions[context->function].name;
    uint32_t thread = thread_of(profile, frame->context);
    snprintf(buffer, size, "thread %" PRIu32, thread + 1);
    const char *name = profile->threads[thread].name;
    return name[0] ? name : buffer;
}

/* "parse.py:12", the module of what has no file. */
static void put_place(struct svg *svg, const struct context *context)
{
    if (context->function == PROFILE_NONE)
        return;
    const struct function *function = &svg->profile->functions[context->function];
    const char *place = function->file[0] ? function->file : function->module;
    if (!place[0])
        return;
    fputc('\n', svg->file);
    put_text(svg, place, SIZE_MAX);
    if (function->line)
        fprintf(svg->file, ":%" PRIu32, function->line);
}

static void put_tooltip(struct svg *svg, const struct frame *frame, const char *name, int64_t room)
{
    fputs("<g><title>", svg->file);
    put_text(svg, name, SIZE_MAX);
    if (frame->context != WHOLE)
        put_place(svg, &svg->profile->contexts[frame->context]);
    fputc('\n', svg->file);
    put_amount(svg, room);
    fprintf(svg->file, ", %.2f %%", 100 * (double)room / (double)svg->whole);
    uint64_t calls =
        frame->context == WHOLE ? 0 : profile_context_calls(svg->profile, frame->context);
    if (calls)
        fprintf(svg->file, ", %" PRIu64 " calls", calls);
    fputs("</title>", svg->file);
}

/* Warm, and the same for a name wherever it stands. */
static void put_color(struct svg *svg, const struct frame *frame, const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619u;
    if (frame->context == WHOLE || svg->profile->contexts[frame->context].function == PROFILE_NONE)
        fputs("#d8d8d8", svg->file);
    else
        fprintf(svg->file, "#%02x%02x%02x", 205 + hash % 50, 90 + hash / 64 % 140,
                40 + hash / 16384 % 60);
}

static void put_frame(struct svg *svg, const struct frame *frame)
{
    char buffer[32];
    const char *name = name_of(svg, frame, buffer, sizeof buffer);
    int64_t room = frame->context == WHOLE ? svg->whole : svg->room[frame->context];
    double scale = (WIDTH - 2 * MARGIN) / (double)svg->whole;
    double x = MARGIN + (double)frame->at * scale, width = (double)room * scale;
    uint32_t y = TOP + frame->level * ROW;
    put_tooltip(svg, frame, name, room);
    fprintf(svg->file, "<rect x=\"%.2f\" y=\"%" PRIu32 "\" width=\"%.2f\" height=\"%d\" fill=\"", x,
            y, width, ROW - 1);
    put_color(svg, frame, name);
    fputs("\"/>", svg->file);
    if (width >= 6 + 3 * LETTER) {
        fprintf(svg->file, "<text x=\"%.2f\" y=\"%" PRIu32 "\">", x + 3, y + 12);
        put_text(svg, name, (size_t)((width - 6) / LETTER));
        fputs("</text>", svg->file);
    }
    fputs("</g>\n", svg->file);
}

/* ---- the document ---- */

static uint32_t left_out(const struct svg *svg)
{
    uint32_t drawn = svg->frames.count - (svg->profile->thread_count > 1);
    return svg->profile->context_count - drawn;
}

static void put_head(struct svg *svg)
{
    uint32_t height = TOP + svg->levels * ROW + MARGIN;
    fprintf(
        svg->file,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%" PRIu32
        "\" viewBox=\"0 0 %d %" PRIu32 "\" font-family=\"monospace\" font-size=\"12\">\n"
        "<style>#frames rect { stroke: white; stroke-width: 0.5; rx: 1 }\n"
        "#frames g:hover rect { stroke: black }\n"
        "#frames text { pointer-events: none } .button { cursor: pointer; fill: #06c }</style>\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
        "<text x=\"%d\" y=\"20\" font-size=\"15\">",
        WIDTH, height, WIDTH, height, MARGIN);
    put_text(svg, svg->profile->path[0] ? svg->profile->path : "ncprof", 100);
    fprintf(svg->file, "</text>\n<text x=\"%d\" y=\"38\">", MARGIN);
    put_text(svg, svg->profile->metrics[0].name, 40);
    fputs(", ", svg->file);
    put_amount(svg, svg->whole);
    if (left_out(svg))
        fprintf(svg->file,
                "; not drawn: %" PRIu32 " of %" PRIu32 " call paths, each below 0.1 %% or too deep",
                left_out(svg), svg->profile->context_count);
    fprintf(svg->file,
            "</text>\n<text id=\"found\" x=\"%d\" y=\"20\"/>"
            "<text id=\"reset\" class=\"button\" x=\"%d\" y=\"20\">Reset</text>"
            "<text id=\"search\" class=\"button\" x=\"%d\" y=\"20\">Search</text>\n"
            "<g id=\"frames\">\n",
            WIDTH - 270, WIDTH - 120, WIDTH - 65);
}

static int write_svg(const struct profile *profile, FILE *out, struct error *err)
{
    struct svg svg = {.profile = profile, .file = out, .levels = 1};
    svg.room = tree_room(profile);
    for (uint32_t t = 0; t < profile->thread_count; t++)
        if (profile->threads[t].root != PROFILE_NONE &&
            __builtin_add_overflow(svg.whole, svg.room[profile->threads[t].root], &svg.whole))
            svg.whole = INT64_MAX;
    place_all(&svg);
    put_head(&svg);
    for (uint32_t i = 0; i < svg.frames.count && !ferror(out) && svg.whole; i++)
        put_frame(&svg, &svg.frames.data[i]);
    fputs("</g>\n<script><![CDATA[\n" SVG_SCRIPT "]]></script>\n</svg>\n", out);
    free(svg.room);
    array_free(&svg.frames);
    array_free(&svg.waiting);
    array_free(&svg.siblings);
    return ferror(out) ? error_errno(err, "cannot write") : 0;
}

static const char *loses(const struct profile *profile)
{
    if (tree_has_more_metrics(profile))
        return "a picture of the first metric; call paths below 0.1 % of the whole are not drawn";
    return "a picture: call paths below 0.1 % of the whole are not drawn";
}

const struct writer svg_writer = {
    .name = "svg",
    .description = "flame graph, for a browser",
    .suffixes = "svg",
    .needs = PROFILE_HAS_TREE,
    .loses = loses,
    .write = write_svg,
};
