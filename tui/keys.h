/*
 * Keys and other events, named alike in the action table, in the help, and in
 * the scripts of --keys:
 *
 *   jj/foo\nq      keys as typed; \n Enter, \t Tab, \e Escape, \b Backspace, \\ backslash
 *   <Down> <F1>    named keys; <Space>, <C-l> for Ctrl-l; a "<" that begins no name is itself
 *   <click 10,5>   the mouse at column 10, row 5, from 0; <double 10,5>; <wheel 3>, <wheel -3>
 *   <size 40x10>   the terminal changes its size
 *   <print>        prints the screen as it is now (without a terminal only)
 */
#ifndef NCPROF_TUI_KEYS_H
#define NCPROF_TUI_KEYS_H

#include "formats/profile/error.h"

#include <stdint.h>

/* A key is a character (control characters included) or one of these. */
enum key {
    KEYS_NONE = 0,
    KEYS_TAB = 9,
    KEYS_ENTER = 13,
    KEYS_ESCAPE = 27,
    KEYS_BACKSPACE = 127,
    KEYS_UP = 0x110000, /* past the last character */
    KEYS_DOWN,
    KEYS_LEFT,
    KEYS_RIGHT,
    KEYS_PAGE_UP,
    KEYS_PAGE_DOWN,
    KEYS_HOME,
    KEYS_END,
    KEYS_DELETE,
    KEYS_INSERT,
    KEYS_BACK_TAB,
    KEYS_F1,
    KEYS_F12 = KEYS_F1 + 11,
    KEYS_CLICK, /* the mouse, as actions know it */
    KEYS_DOUBLE_CLICK,
    KEYS_WHEEL,
};
#define KEYS_CONTROL(letter) ((uint32_t)(letter)&0x1fu)

enum event_kind {
    EVENT_NONE,
    EVENT_KEY,
    EVENT_MOUSE,  /* key is KEYS_CLICK, KEYS_DOUBLE_CLICK or KEYS_WHEEL */
    EVENT_RESIZE, /* rows, columns */
    EVENT_PRINT,
    EVENT_SIGNAL, /* one that ends the program */
    EVENT_LOADED, /* the loader has finished */
};

struct event {
    enum event_kind kind;
    uint32_t key;
    int row, column; /* of the mouse; of EVENT_RESIZE how many */
    int delta;       /* of the wheel: rows, negative upwards */
    int signal;
};

/* The key that a word names ("j", "Down", "C-l"); KEYS_NONE when none. */
uint32_t keys_by_name(const char *name, size_t length);
/* How people write a key: "Enter", "PgDn", "^L". */
void keys_name(uint32_t key, char *buffer, size_t size);

/* Takes one event off a script; EVENT_NONE at its end. ERROR_USAGE: "<click" without a place. */
int keys_script_next(const char **script, struct event *event, struct error *err);

#endif
