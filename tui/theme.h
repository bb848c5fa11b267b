/*
 * What things look like, by what they are. A screen names a style; only the
 * terminal asks how that looks with the colours it has.
 *
 * Colour repeats what is readable without it (the cursor's bar, the words
 * "quadratic ▲"); it never carries a meaning of its own.
 */
#ifndef NCPROF_TUI_THEME_H
#define NCPROF_TUI_THEME_H

enum style {
    STYLE_NORMAL,
    STYLE_DIM, /* places, rows of little weight */
    STYLE_TITLE,
    STYLE_TAB,
    STYLE_TAB_ACTIVE,
    STYLE_HEADER,
    STYLE_HEADER_SORTED,
    STYLE_HOT,   /* a large share */
    STYLE_WARM,  /* a share worth looking at */
    STYLE_WORSE, /* grew */
    STYLE_BETTER,
    STYLE_MARKED,
    STYLE_STATUS,
    STYLE_SENTENCE,
    STYLE_KEY,
    STYLE_KEY_LABEL,
    STYLE_ERROR,
    STYLE_POPUP,
    STYLE_POPUP_TITLE,
    STYLE_COUNT,
};
/* Added to a style: the row under the cursor. */
#define STYLE_SELECTED 0x80u

enum theme_attribute {
    THEME_BOLD = 1 << 0,
    THEME_DIM = 1 << 1,
    THEME_REVERSE = 1 << 2,
    THEME_UNDERLINE = 1 << 3,
};

/* How many colours a terminal has, as far as the theme cares. */
enum theme_depth { THEME_MONOCHROME, THEME_16, THEME_256 };

struct look {
    short foreground, background; /* -1: the terminal's own */
    unsigned attributes;          /* enum theme_attribute */
};

/* `style` may carry STYLE_SELECTED. */
struct look theme_look(unsigned style, enum theme_depth depth);

/* How warm a share of the whole is, 0..1: HOT from 20 %, WARM from 5 %, DIM below 0.1 %. */
enum style theme_heat(double share);

#endif
