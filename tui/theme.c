#include "tui/theme.h"

struct row {
    unsigned char attributes;        /* with colours */
    unsigned char monochrome;        /* without */
    short basic, extended;           /* foreground with 8 or 16, and with 256 colours */
    short basic_back, extended_back; /* background */
};

enum { OWN = -1, RED = 1, GREEN = 2, YELLOW = 3, BLUE = 4, CYAN = 6, WHITE = 7 };

/* Colours are picked to be readable on black and on white. */
static const struct row rows[STYLE_COUNT] = {
    [STYLE_NORMAL] = {0, 0, OWN, OWN, OWN, OWN},
    [STYLE_DIM] = {THEME_DIM, THEME_DIM, OWN, OWN, OWN, OWN},
    [STYLE_TITLE] = {THEME_BOLD, THEME_BOLD, OWN, OWN, OWN, OWN},
    [STYLE_TAB] = {0, 0, OWN, OWN, OWN, OWN},
    [STYLE_TAB_ACTIVE] = {THEME_REVERSE, THEME_REVERSE, OWN, OWN, OWN, OWN},
    [STYLE_HEADER] = {THEME_UNDERLINE, THEME_UNDERLINE, OWN, OWN, OWN, OWN},
    [STYLE_HEADER_SORTED] = {THEME_UNDERLINE | THEME_BOLD, THEME_UNDERLINE | THEME_BOLD, CYAN, 31,
                             OWN, OWN},
    [STYLE_HOT] = {THEME_BOLD, THEME_BOLD, RED, 166, OWN, OWN},
    [STYLE_WARM] = {0, 0, YELLOW, 136, OWN, OWN},
    [STYLE_WORSE] = {0, THEME_BOLD, RED, 166, OWN, OWN},
    [STYLE_BETTER] = {0, 0, GREEN, 71, OWN, OWN},
    [STYLE_MARKED] = {THEME_BOLD, THEME_BOLD, CYAN, 31, OWN, OWN},
    [STYLE_STATUS] = {THEME_DIM, THEME_DIM, OWN, OWN, OWN, OWN},
    [STYLE_SENTENCE] = {0, 0, OWN, OWN, OWN, OWN},
    [STYLE_KEY] = {THEME_BOLD, THEME_BOLD, CYAN, 31, OWN, OWN},
    [STYLE_KEY_LABEL] = {0, 0, OWN, OWN, OWN, OWN},
    [STYLE_ERROR] = {THEME_BOLD, THEME_BOLD | THEME_REVERSE, RED, 160, OWN, OWN},
    [STYLE_POPUP] = {0, 0, OWN, OWN, OWN, OWN},
    [STYLE_POPUP_TITLE] = {THEME_BOLD, THEME_BOLD, OWN, OWN, OWN, OWN},
};

struct look theme_look(unsigned style, enum theme_depth depth)
{
    unsigned plain = style & ~STYLE_SELECTED;
    const struct row *row = &rows[plain < STYLE_COUNT ? plain : STYLE_NORMAL];
    struct look look = {-1, -1, 0};
    if (depth == THEME_MONOCHROME) {
        look.attributes = row->monochrome;
    } else {
        look.attributes = row->attributes;
        look.foreground = depth == THEME_256 ? row->extended : row->basic;
        look.background = depth == THEME_256 ? row->extended_back : row->basic_back;
    }
    if (!(style & STYLE_SELECTED))
        return look;
    look.attributes = (look.attributes | THEME_BOLD) & ~(unsigned)THEME_DIM;
    if (depth == THEME_MONOCHROME) {
        look.attributes |= THEME_REVERSE;
        return look;
    }
    look.foreground = depth == THEME_256 ? 231 : WHITE;
    look.background = depth == THEME_256 ? 24 : BLUE;
    return look;
}

enum style theme_heat(double share)
{
    if (share >= 0.2)
        return STYLE_HOT;
    if (share >= 0.05)
        return STYLE_WARM;
    return share < 0.001 ? STYLE_DIM : STYLE_NORMAL;
}
