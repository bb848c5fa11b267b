#include "tui/keys.h"

#include "formats/profile/text.h"
#include "tui/widgets/glyph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct named {
    const char *name;
    uint32_t key;
};

/* The first name of a key is the one that is shown. */
static const struct named names[] = {
    {"Enter", KEYS_ENTER},    {"Tab", KEYS_TAB},
    {"Esc", KEYS_ESCAPE},     {"Backspace", KEYS_BACKSPACE},
    {"Space", ' '},           {"Up", KEYS_UP},
    {"Down", KEYS_DOWN},      {"Left", KEYS_LEFT},
    {"Right", KEYS_RIGHT},    {"PgUp", KEYS_PAGE_UP},
    {"PgDn", KEYS_PAGE_DOWN}, {"Home", KEYS_HOME},
    {"End", KEYS_END},        {"Delete", KEYS_DELETE},
    {"Insert", KEYS_INSERT},  {"Shift-Tab", KEYS_BACK_TAB},
    {"click", KEYS_CLICK},    {"double-click", KEYS_DOUBLE_CLICK},
    {"wheel", KEYS_WHEEL},    {"lt", '<'},
};
enum { NAME_COUNT = sizeof names / sizeof *names };

static uint32_t function_key(const char *name, size_t length)
{
    char digits[4] = "";
    if (length < 2 || length > 3 || name[0] != 'F')
        return KEYS_NONE;
    memcpy(digits, name + 1, length - 1);
    char *end;
    long number = strtol(digits, &end, 10);
    return *end || number < 1 || number > 12 ? KEYS_NONE : KEYS_F1 + (uint32_t)number - 1;
}

uint32_t keys_by_name(const char *name, size_t length)
{
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (strlen(names[i].name) == length && !memcmp(names[i].name, name, length))
            return names[i].key;
    if (length == 3 && name[0] == 'C' && name[1] == '-')
        return KEYS_CONTROL(name[2]);
    if (function_key(name, length))
        return function_key(name, length);
    uint32_t character = KEYS_NONE;
    return text_decode(name, length, &character) == length ? character : KEYS_NONE;
}

void keys_name(uint32_t key, char *buffer, size_t size)
{
    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (names[i].key == key && key != '<') {
            snprintf(buffer, size, "%s", names[i].name);
            return;
        }
    }
    char bytes[5] = "";
    if (key >= KEYS_F1 && key <= KEYS_F12)
        snprintf(buffer, size, "F%u", (unsigned)(key - KEYS_F1 + 1));
    else if (key < 0x20)
        snprintf(buffer, size, "^%c", (char)(key + 0x40));
    else {
        glyph_encode(key, bytes);
        snprintf(buffer, size, "%s", bytes);
    }
}

/* "10,5>" or "40x10>": two numbers, and where the script goes on; NULL when it is not that. */
static const char *two_numbers(const char *text, char separator, int *first, int *second)
{
    char *end;
    long a = strtol(text, &end, 10);
    if (end == text || *end != separator || a < 0 || a > 10000)
        return NULL;
    const char *rest = end + 1;
    long b = strtol(rest, &end, 10);
    if (end == rest || *end != '>' || b < 0 || b > 10000)
        return NULL;
    *first = (int)a;
    *second = (int)b;
    return end + 1;
}

/* "<click 1,2>" and its like; NULL when the text begins otherwise. */
static const char *script_special(const char *text, struct event *event)
{
    const char *rest = NULL;
    if (!strncmp(text, "<click ", 7)) {
        *event = (struct event){.kind = EVENT_MOUSE, .key = KEYS_CLICK};
        rest = two_numbers(text + 7, ',', &event->column, &event->row);
    } else if (!strncmp(text, "<double ", 8)) {
        *event = (struct event){.kind = EVENT_MOUSE, .key = KEYS_DOUBLE_CLICK};
        rest = two_numbers(text + 8, ',', &event->column, &event->row);
    } else if (!strncmp(text, "<size ", 6)) {
        *event = (struct event){.kind = EVENT_RESIZE};
        rest = two_numbers(text + 6, 'x', &event->column, &event->row);
    } else if (!strncmp(text, "<wheel ", 7)) {
        char *end;
        *event = (struct event){.kind = EVENT_MOUSE, .key = KEYS_WHEEL};
        event->delta = (int)strtol(text + 7, &end, 10);
        rest = *end == '>' ? end + 1 : NULL;
    } else if (!strncmp(text, "<print>", 7)) {
        *event = (struct event){.kind = EVENT_PRINT};
        rest = text + 7;
    }
    return rest;
}

static uint32_t script_escape(char letter)
{
    static const char letters[] = "ntebr\\";
    static const uint32_t keys[] = {KEYS_ENTER,     KEYS_TAB,   KEYS_ESCAPE,
                                    KEYS_BACKSPACE, KEYS_ENTER, '\\'};
    const char *found = letter ? strchr(letters, letter) : NULL;
    return found ? keys[found - letters] : KEYS_NONE;
}

static const char *script_key(const char *text, uint32_t *key)
{
    const char *close = text[0] == '<' ? strchr(text, '>') : NULL;
    size_t length = close ? (size_t)(close - text - 1) : 0;
    if (length > 1) {
        *key = keys_by_name(text + 1, length);
        if (*key)
            return close + 1;
    }
    *key = text[0] == '\\' ? script_escape(text[1]) : KEYS_NONE;
    if (*key)
        return text + 2;
    size_t bytes = text_decode(text, strnlen(text, 4), key);
    if (!bytes)
        *key = (unsigned char)text[0];
    if (*key == '\n')
        *key = KEYS_ENTER;
    return text + (bytes ? bytes : 1);
}

int keys_script_next(const char **script, struct event *event, struct error *err)
{
    const char *text = *script;
    *event = (struct event){.kind = EVENT_NONE};
    if (!*text)
        return 0;
    const char *rest = script_special(text, event);
    if (!rest && event->kind != EVENT_NONE)
        return error_set(err, ERROR_USAGE, "keys: '%.12s' is not complete", text);
    if (!rest) {
        event->kind = EVENT_KEY;
        rest = script_key(text, &event->key);
    }
    *script = rest;
    return 0;
}
