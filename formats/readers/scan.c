#include "formats/readers/scan.h"
#include "formats/profile/memory.h"
#include "formats/readers/escapes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define WINDOW       (256u << 10)
#define STRING_MAX   INPUT_LINE_MAX
#define FIGURES      400 /* of a number; longer ones are no number */
#define PLAIN_DIGITS 18
#define PADDING      16u /* bytes behind the window that may be looked at and mean nothing */

struct scan {
    struct input *input;
    char *at, *end; /* what of the window is left; *end is NUL */
    char *window;
    size_t capacity;
    uint64_t read; /* bytes of the document up to `end` */
    bool exhausted;
    bool failed;
    bool fresh; /* in the innermost object or array nothing was taken yet */
    uint64_t misfits;
    struct error error;
    char *text; /* a string whose escapes are resolved */
    size_t text_capacity;
};

/* What a byte may be; several can hold. */
enum trait {
    BLANK = 1,
    FIGURE = 2,  /* in a number */
    LETTER = 4,  /* in true, NaN, ... */
    SPECIAL = 8, /* in a value that is skipped: a quote or a bracket, or the window's end */
};

static const uint8_t traits[256] = {
    ['\0'] = SPECIAL,        ['"'] = SPECIAL,         ['{'] = SPECIAL,
    ['}'] = SPECIAL,         ['['] = SPECIAL,         [']'] = SPECIAL,
    [' '] = BLANK,           ['\t'] = BLANK,          ['\n'] = BLANK,
    ['\r'] = BLANK,          ['0' ... '9'] = FIGURE,  ['+'] = FIGURE,
    ['-'] = FIGURE,          ['.'] = FIGURE,          ['a' ... 'd'] = LETTER,
    ['f' ... 'z'] = LETTER,  ['A' ... 'D'] = LETTER,  ['F' ... 'Z'] = LETTER,
    ['e'] = LETTER | FIGURE, ['E'] = LETTER | FIGURE,
};

static inline bool is(char c, unsigned trait)
{
    return traits[(uint8_t)c] & trait;
}

struct scan *scan_new(struct input *input)
{
    struct scan *scan = memory_zeroed(1, sizeof *scan);
    scan->input = input;
    scan->capacity = WINDOW;
    scan->window = memory_zeroed(WINDOW + PADDING, 1);
    scan->at = scan->end = scan->window;
    *scan->end = '\0';
    scan->fresh = true;
    return scan;
}

void scan_free(struct scan *scan)
{
    if (!scan)
        return;
    free(scan->window);
    free(scan->text);
    free(scan);
}

/* ---- errors ---- */

bool scan_failed(const struct scan *scan)
{
    return scan->failed;
}

static uint64_t offset_of(const struct scan *scan)
{
    return scan->read - (uint64_t)(scan->end - scan->at);
}

/* Nothing more is taken: the window is empty from here on. */
static void stop(struct scan *scan)
{
    scan->failed = true;
    scan->exhausted = true;
    scan->at = scan->end = scan->window;
    *scan->end = '\0';
}

static bool fail(struct scan *scan, const char *what)
{
    if (!scan->failed && scan->error.code == ERROR_NONE)
        error_at_offset(&scan->error, offset_of(scan), "%s", what);
    if (!scan->failed)
        stop(scan);
    return false;
}

static bool fail_at_end(struct scan *scan)
{
    if (!scan->failed) {
        fail(scan, "the document ends here, too early");
        if (scan->error.code == ERROR_FORMAT)
            scan->error.code = ERROR_TRUNCATED;
    }
    return false;
}

void scan_refuse(struct scan *scan, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fail(scan, text);
}

/* ---- the window ---- */

/* Adds bytes behind `end`; what lies from `at` on stays, at another place. False at the end. */
static bool more(struct scan *scan)
{
    size_t held = (size_t)(scan->end - scan->at), got = 0;
    if (scan->exhausted)
        return false;
    if (held >= STRING_MAX)
        return fail(scan, "a string is longer than 64 MiB");
    memmove(scan->window, scan->at, held);
    if (held > scan->capacity / 2) {
        scan->capacity *= 2;
        scan->window = memory_resize(scan->window, scan->capacity + PADDING, 1);
    }
    scan->at = scan->window;
    scan->end = scan->window + held;
    bool cut = input_read(scan->input, scan->end, scan->capacity - held, &got, &scan->error);
    scan->end += got;
    scan->read += got;
    memset(scan->end, 0, PADDING);
    scan->exhausted = cut || !got;
    if (cut && !got)
        stop(scan);
    return got > 0;
}

/* The first byte that is no blank, or NUL at the end. */
static inline char due(struct scan *scan)
{
    do {
        while (is(*scan->at, BLANK))
            scan->at++;
    } while (scan->at == scan->end && more(scan));
    return *scan->at;
}

/* ---- values ---- */

enum scan_type scan_type(struct scan *scan)
{
    char c = due(scan);
    switch (c) {
    case '{':
        return SCAN_OBJECT;
    case '[':
        return SCAN_ARRAY;
    case '"':
        return SCAN_STRING;
    case 't':
        return SCAN_TRUE;
    case 'f':
        return SCAN_FALSE;
    case 'n':
        return SCAN_NULL;
    default:
        return is(c, FIGURE) || c == 'N' || c == 'I' ? SCAN_NUMBER : SCAN_NOTHING;
    }
}

static bool enter(struct scan *scan, char open)
{
    if (due(scan) != open) {
        scan_skip(scan);
        return false;
    }
    scan->at++;
    scan->fresh = true;
    return true;
}

bool scan_object(struct scan *scan)
{
    return enter(scan, '{');
}

bool scan_array(struct scan *scan)
{
    return enter(scan, '[');
}

/* Past the comma, to the next member or item; false past the end of what is open. */
static bool advance(struct scan *scan, char close)
{
    char c = due(scan);
    if (c == ',' && !scan->fresh) {
        scan->at++;
        c = due(scan);
    } else if (!scan->fresh && c != close && scan->at != scan->end) {
        return fail(scan, "a comma is missing");
    }
    scan->fresh = false;
    if (c == close) {
        scan->at++;
        return false;
    }
    if (scan->at == scan->end)
        return fail_at_end(scan);
    return true;
}

bool scan_item(struct scan *scan)
{
    return advance(scan, ']');
}

bool scan_key(struct scan *scan, struct slice *key)
{
    if (!advance(scan, '}'))
        return false;
    if (*scan->at != '"')
        return fail(scan, "the name of a member is missing");
    if (!scan_string(scan, key))
        return false;
    /* The window must not move: the colon is looked for where the name still stands. */
    char *colon = scan->at;
    while (is(*colon, BLANK))
        colon++;
    if (*colon == ':') {
        scan->at = colon + 1;
        return true;
    }
    return colon == scan->end ? fail_at_end(scan) : fail(scan, "a colon is missing");
}

/* ---- strings ---- */

/* The first quote or backslash in the window from `at` on, or its end. */
static inline char *find_mark(const struct scan *scan, char *at)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    for (; at < scan->end; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash));
        unsigned found = (unsigned)_mm_movemask_epi8(marks);
        if (found) {
            at += __builtin_ctz(found);
            break;
        }
    }
    return at < scan->end ? at : scan->end;
#else
    while (at < scan->end && *at != '"' && *at != '\\')
        at++;
    return at;
#endif
}

/*
 * The closing quote of the string at `at`, which is in the window then, with the bytes up to a
 * colon when one follows: what is returned stays where it is until that is taken. *escaped: there
 * is a backslash in it.
 */
static char *string_end(struct scan *scan, bool *escaped)
{
    size_t done = 1;
    *escaped = false;
    for (;;) {
        char *mark = find_mark(scan, scan->at + done);
        if (mark < scan->end && *mark == '\\') {
            *escaped = true;
            if (mark + 1 < scan->end) {
                done = (size_t)(mark - scan->at) + 2;
                continue;
            }
        } else if (mark < scan->end) {
            char *next = mark + 1;
            while (is(*next, BLANK))
                next++;
            if (next < scan->end || scan->exhausted)
                return mark;
        }
        done = (size_t)(mark - scan->at);
        if (!more(scan) && (scan->failed || scan->at[done] != '"')) {
            fail_at_end(scan);
            return NULL;
        }
    }
}

static bool resolve(struct scan *scan, const char *at, const char *end, struct slice *string)
{
    size_t length = (size_t)(end - at);
    if (length > scan->text_capacity) {
        scan->text_capacity = length * 2;
        scan->text = memory_resize(scan->text, scan->text_capacity, 1);
    }
    string->text = scan->text;
    if (!escapes_resolve((struct slice){at, length}, scan->text, &string->length))
        return fail(scan, "a string holds an escape that there is not");
    return true;
}

bool scan_string(struct scan *scan, struct slice *string)
{
    bool escaped;
    if (due(scan) != '"') {
        scan_skip(scan);
        return false;
    }
    char *quote = string_end(scan, &escaped);
    if (!quote)
        return false;
    char *begin = scan->at + 1;
    if (escaped) {
        if (!resolve(scan, begin, quote, string))
            return false;
    } else {
        *string = (struct slice){begin, (size_t)(quote - begin)};
    }
    scan->at = quote + 1;
    return true;
}

char *scan_text(struct scan *scan)
{
    struct slice string;
    if (!scan_string(scan, &string))
        return NULL;
    char *text = memory_alloc(string.length + 1);
    memcpy(text, string.text, string.length);
    text[string.length] = '\0';
    return text;
}

/* ---- numbers and words ---- */

/* The bytes of a trait from `at` on, all in the window; at most FIGURES. */
static struct slice run_of(struct scan *scan, unsigned trait)
{
    size_t length = 0;
    for (;;) {
        while (length <= FIGURES && is(scan->at[length], trait))
            length++;
        if (scan->at + length != scan->end || length > FIGURES || !more(scan))
            return (struct slice){scan->at, length};
    }
}

static bool skip_word(struct scan *scan)
{
    static const char *const words[] = {"true", "false", "null", "NaN", "Infinity"};
    struct slice word = run_of(scan, LETTER);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (slice_is(word, words[i])) {
            scan->at += word.length;
            return true;
        }
    }
    return scan->at + word.length == scan->end ? fail_at_end(scan)
                                               : fail(scan, "a value is missing");
}

static bool skip_figures(struct scan *scan)
{
    struct decimal number;
    struct slice figures = run_of(scan, FIGURE);
    bool fits =
        figures.length <= FIGURES && decimal_parse(figures.text, figures.length, '.', &number);
    scan->at += figures.length;
    if (fits)
        return true;
    if (figures.length == 1 && figures.text[0] == '-' && is(*scan->at, LETTER))
        return skip_word(scan);
    return scan->at == scan->end ? fail_at_end(scan) : fail(scan, "a number is none");
}

/* A value that is there and was asked for as a number, which it is not. */
static bool misfit(struct scan *scan)
{
    scan->misfits += !scan->failed;
    return false;
}

bool scan_number(struct scan *scan, struct decimal *number)
{
    struct slice figures;
    char c = due(scan);
    if (c == '"')
        return (scan_string(scan, &figures) &&
                decimal_parse(figures.text, figures.length, '.', number)) ||
               misfit(scan);
    if (!is(c, FIGURE) || is(c, LETTER)) {
        scan_skip(scan);
        return c != 'n' && misfit(scan);
    }
    figures = run_of(scan, FIGURE);
    if (figures.length > FIGURES || !decimal_parse(figures.text, figures.length, '.', number)) {
        scan_skip(scan);
        return misfit(scan);
    }
    scan->at += figures.length;
    return true;
}

/*
 * "-12.75" as most numbers are: all of it and what follows in the window, with no more than 18
 * digits and no more than `places` decimals. False: it is to be read the long way.
 */
static bool scan_plain(struct scan *scan, int places, int64_t *value)
{
    const char *at = scan->at;
    int64_t digits = 0;
    int left = PLAIN_DIGITS - places, missing = places; /* of digits, of decimals */
    bool negative = *at == '-';
    at += negative;
    const char *begin = at;
    for (; *at >= '0' && *at <= '9'; at++, left--)
        digits = left > 0 ? digits * 10 + (*at - '0') : 0;
    if (at == begin)
        return false;
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9'; at++, missing--)
            digits = missing > 0 ? digits * 10 + (*at - '0') : 0;
    if (left < 0 || missing < 0 || at == scan->end || is(*at, FIGURE | LETTER))
        return false;
    for (; missing; missing--)
        digits *= 10;
    scan->at += at - scan->at;
    *value = negative ? -digits : digits;
    return true;
}

bool scan_scaled(struct scan *scan, int places, int64_t *value)
{
    struct decimal number;
    int64_t scaled;
    if (is(due(scan), FIGURE) && scan_plain(scan, places, value))
        return true;
    if (!scan_number(scan, &number))
        return false;
    if (!decimal_scaled(&number, places, &scaled))
        return misfit(scan);
    *value = scaled;
    return true;
}

bool scan_bool(struct scan *scan, bool *value)
{
    enum scan_type type = scan_type(scan);
    scan_skip(scan);
    if (scan->failed || (type != SCAN_TRUE && type != SCAN_FALSE))
        return false;
    *value = type == SCAN_TRUE;
    return true;
}

void scan_note(const struct scan *scan, struct build *build)
{
    build_note_count(build, scan->misfits,
                     "numbers of the file are none, or too large, and are left out");
}

/* ---- what nobody asks for ---- */

static void skip_string(struct scan *scan)
{
    scan->at++;
    for (;;) {
        scan->at = find_mark(scan, scan->at);
        if (scan->at < scan->end && *scan->at == '"') {
            scan->at++;
            return;
        }
        if (scan->end - scan->at < 2 && !more(scan)) {
            fail_at_end(scan);
            return;
        }
        if (*scan->at == '\\')
            scan->at += 2;
    }
}

/* Of what is inside only quotes and brackets are looked at. */
static void skip_nested(struct scan *scan)
{
    uint64_t depth = 0;
    do {
        while (!is(*scan->at, SPECIAL))
            scan->at++;
        char c = *scan->at;
        if (c == '"') {
            skip_string(scan);
        } else if (c == '{' || c == '[') {
            depth++;
            scan->at++;
        } else if (c) {
            depth--;
            scan->at++;
        } else if (scan->at != scan->end) {
            scan->at++;
        } else if (!more(scan)) {
            fail_at_end(scan);
        }
    } while (depth && !scan->failed);
}

void scan_skip(struct scan *scan)
{
    char c = due(scan);
    if (c == '{' || c == '[')
        skip_nested(scan);
    else if (c == '"')
        skip_string(scan);
    else if (is(c, FIGURE) && !is(c, LETTER))
        skip_figures(scan);
    else if (is(c, LETTER))
        skip_word(scan);
    else if (scan->at == scan->end)
        fail_at_end(scan);
    else
        fail(scan, "a value is missing");
}

int scan_end(struct scan *scan, struct error *err)
{
    if (!scan->failed && due(scan) && !scan->failed)
        fail(scan, "something follows the end of the document");
    if (!scan->failed && scan->error.code == ERROR_NONE)
        return 0;
    *err = scan->error;
    return -1;
}
