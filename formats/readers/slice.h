/* Text within a buffer, not terminated. */
#ifndef NCPROF_FORMATS_READERS_SLICE_H
#define NCPROF_FORMATS_READERS_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *text;
    size_t length;
};

static inline bool slice_is(struct slice s, const char *text)
{
    size_t length = strlen(text);
    return s.text && s.length == length && !memcmp(s.text, text, length);
}

static inline bool slice_holds(struct slice s, const char *text)
{
    return s.text && memmem(s.text, s.length, text, strlen(text));
}

/* Where a text, or the last of a letter, is in it; NULL: nowhere. */
static inline const char *slice_find(struct slice s, const char *text)
{
    return s.text ? memmem(s.text, s.length, text, strlen(text)) : NULL;
}

static inline const char *slice_last(struct slice s, char letter)
{
    return s.text ? memrchr(s.text, letter, s.length) : NULL;
}

static inline uint64_t slice_word(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

/* For short texts that are the same more often than not: nothing is won by stopping early. */
static inline bool slice_same_bytes(const char *a, const char *b, size_t length)
{
    uint64_t different = 0;
    if (length < sizeof different)
        return !length || !memcmp(a, b, length);
    for (size_t i = 0; i + sizeof different < length; i += sizeof different)
        different |= slice_word(a + i) ^ slice_word(b + i);
    size_t last = length - sizeof different;
    return !(different | (slice_word(a + last) ^ slice_word(b + last)));
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Without the blanks around it. */
static inline struct slice slice_trim(struct slice s)
{
    while (s.length && is_blank(s.text[s.length - 1]))
        s.length--;
    while (s.length && is_blank(*s.text)) {
        s.text++;
        s.length--;
    }
    return s;
}

/* Without its first bytes, of which it has as many. */
static inline struct slice slice_behind(struct slice s, size_t bytes)
{
    return (struct slice){s.text + bytes, s.length - bytes};
}

/* Takes the next word, up to a blank, off the line; empty at the line's end. */
static inline struct slice slice_take_word(struct slice *line)
{
    *line = slice_trim(*line);
    struct slice word = {line->text, 0};
    while (word.length < line->length && !is_blank(line->text[word.length]))
        word.length++;
    *line = slice_behind(*line, word.length);
    return word;
}

/* Whether the first byte that is no blank is the bracket. */
static inline bool slice_begins_json(struct slice s, char bracket)
{
    while (s.length && (is_blank(*s.text) || *s.text == '\n')) {
        s.text++;
        s.length--;
    }
    return s.length && *s.text == bracket;
}

static inline bool slice_begins(struct slice s, const char *prefix)
{
    size_t length = strlen(prefix);
    return s.length >= length && !memcmp(s.text, prefix, length);
}

#endif
