#include "tui/terminal.h"

#include "formats/profile/memory.h"
#include "tui/restore.h"
#include "tui/widgets/glyph.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <time.h>
#include <unistd.h>

#undef columns /* term.h has short names for everything */
#undef lines

enum { DOUBLE_CLICK_MS = 400, ESCAPE_MS = 50, WHEEL_ROWS = 3 };

struct terminal {
    SCREEN *screen;
    FILE *in, *out;
    bool owns_streams; /* /dev/tty, because standard input or output is something else */
    int signals;
    enum theme_depth depth;
    struct canvas shown;
    bool all_anew;
    struct timespec last_click;
    int last_row, last_column;
};

/* ---- opening and closing ---- */

static int open_streams(struct terminal *terminal, struct error *err)
{
    terminal->in = stdin;
    terminal->out = stdout;
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        return 0;
    terminal->owns_streams = true;
    terminal->in = fopen("/dev/tty", "re");
    terminal->out = terminal->in ? fopen("/dev/tty", "we") : NULL;
    if (terminal->out)
        return 0;
    return error_set(err, ERROR_USAGE,
                     "there is no terminal to browse on; ncprof report prints the same tables");
}

/* Leaves the terminal's description in cur_term. */
static int check_type(int fd, struct error *err)
{
    const char *type = getenv("TERM");
    int found = 0;
    if (!type || !*type)
        return error_set(err, ERROR_USAGE,
                         "TERM is not set, so the terminal's kind is unknown; try TERM=xterm, or "
                         "ncprof report");
    if (setupterm(type, fd, &found) != OK)
        return error_set(err, ERROR_USAGE,
                         "the terminal '%s' (from TERM) is unknown here; try TERM=xterm, or ncprof "
                         "report",
                         type);
    if (cursor_address)
        return 0;
    del_curterm(cur_term);
    return error_set(err, ERROR_USAGE,
                     "the terminal '%s' (from TERM) cannot place its cursor; try TERM=xterm, or "
                     "ncprof report",
                     type);
}

static short pair_of(unsigned style)
{
    return (short)(1 + (style & ~STYLE_SELECTED) + (style & STYLE_SELECTED ? STYLE_COUNT : 0));
}

static void start_colors(struct terminal *terminal, bool color)
{
    terminal->depth = THEME_MONOCHROME;
    if (!color || !has_colors() || start_color() != OK || COLOR_PAIRS < 2 * STYLE_COUNT + 1)
        return;
    short own = use_default_colors() == OK ? -1 : 0;
    terminal->depth = COLORS >= 256 ? THEME_256 : THEME_16;
    for (unsigned style = 0; style < 2 * STYLE_COUNT; style++) {
        unsigned both = style < STYLE_COUNT ? style : (style - STYLE_COUNT) | STYLE_SELECTED;
        struct look look = theme_look(both, terminal->depth);
        short foreground = look.foreground < 0 ? (own < 0 ? own : COLOR_WHITE) : look.foreground;
        init_pair(pair_of(both), foreground, look.background < 0 ? own : look.background);
    }
}

/* What undoes curses' start, for when curses cannot be asked any more. Needs cur_term. */
static void arm(const struct terminal *terminal)
{
    const char *parts[] = {exit_attribute_mode, orig_pair, keypad_local, cursor_normal,
                           exit_ca_mode};
    char sequence[256] = "\033[?1000l\033[?1002l\033[?1006l";
    size_t used = strlen(sequence);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i] && used < sizeof sequence)
            used += (size_t)snprintf(sequence + used, sizeof sequence - used, "%s", parts[i]);
    restore_arm(fileno(terminal->out), sequence);
}

static void close_streams(struct terminal *terminal)
{
    if (!terminal->owns_streams)
        return;
    if (terminal->in)
        fclose(terminal->in);
    if (terminal->out)
        fclose(terminal->out);
}

static int start_curses(struct terminal *terminal, bool color, struct error *err)
{
    if (check_type(fileno(terminal->out), err))
        return -1;
    arm(terminal); /* the modes as they are before curses changes them */
    del_curterm(cur_term);
    terminal->screen = newterm(NULL, terminal->out, terminal->in);
    if (!terminal->screen)
        return error_set(err, ERROR_USAGE, "curses cannot drive the terminal '%s'", getenv("TERM"));
    set_term(terminal->screen);
    start_colors(terminal, color);
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    leaveok(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    curs_set(0);
    mouseinterval(0);
    mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    return 0;
}

int terminal_open(struct terminal **out, bool color, struct error *err)
{
    struct terminal *terminal = memory_zeroed(1, sizeof *terminal);
    if (open_streams(terminal, err)) {
        close_streams(terminal);
        free(terminal);
        return -1;
    }
    if (start_curses(terminal, color, err)) {
        restore_disarm();
        close_streams(terminal);
        free(terminal);
        return -1;
    }
    terminal->signals = restore_catch_signals();
    terminal->all_anew = true;
    *out = terminal;
    return 0;
}

void terminal_close(struct terminal *terminal)
{
    if (!terminal)
        return;
    endwin();
    restore_disarm();
    restore_release_signals();
    delscreen(terminal->screen);
    close_streams(terminal);
    canvas_free(&terminal->shown);
    free(terminal);
}

/* ---- showing ---- */

void terminal_size(const struct terminal *terminal, int *rows, int *columns)
{
    (void)terminal;
    getmaxyx(stdscr, *rows, *columns);
}

static attr_t attributes_of(const struct look *look)
{
    attr_t attributes = A_NORMAL;
    attributes |= look->attributes & THEME_BOLD ? A_BOLD : 0;
    attributes |= look->attributes & THEME_DIM ? A_DIM : 0;
    attributes |= look->attributes & THEME_REVERSE ? A_REVERSE : 0;
    attributes |= look->attributes & THEME_UNDERLINE ? A_UNDERLINE : 0;
    return attributes;
}

static void show_cell(const struct terminal *terminal, int row, int column, const struct cell *cell)
{
    wchar_t text[4] = {(wchar_t)cell->code, (wchar_t)cell->combining[0],
                       (wchar_t)cell->combining[1], 0};
    struct look look = theme_look(cell->style, terminal->depth);
    cchar_t shown;
    short pair = terminal->depth == THEME_MONOCHROME ? 0 : pair_of(cell->style);
    if (setcchar(&shown, text, attributes_of(&look), pair, NULL) == OK)
        mvadd_wch(row, column, &shown);
}

static void show_row(const struct terminal *terminal, const struct canvas *canvas, int row,
                     const struct cell *before)
{
    const struct cell *cells = &canvas->cells[(size_t)row * (size_t)canvas->columns];
    for (int column = 0; column < canvas->columns; column++) {
        if (cells[column].width == 0 ||
            (before && !memcmp(&cells[column], &before[column], sizeof *cells)))
            continue;
        show_cell(terminal, row, column, &cells[column]);
    }
}

void terminal_show(struct terminal *terminal, const struct canvas *canvas)
{
    struct canvas *shown = &terminal->shown;
    bool all =
        terminal->all_anew || shown->rows != canvas->rows || shown->columns != canvas->columns;
    if (all) {
        canvas_resize(shown, canvas->rows, canvas->columns);
        erase();
        if (terminal->all_anew)
            clearok(stdscr, TRUE);
        terminal->all_anew = false;
    }
    size_t width = (size_t)canvas->columns;
    for (int row = 0; row < canvas->rows; row++)
        show_row(terminal, canvas, row, all ? NULL : &shown->cells[(size_t)row * width]);
    memcpy(shown->cells, canvas->cells, (size_t)canvas->rows * width * sizeof *canvas->cells);
    refresh();
}

void terminal_refresh(struct terminal *terminal)
{
    terminal->all_anew = true;
}

/* ---- events ---- */

static struct event resized(struct terminal *terminal)
{
    struct winsize size;
    if (ioctl(fileno(terminal->out), TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        resize_term(size.ws_row, size.ws_col); /* resizeterm() would make a key of it */
    struct event event = {.kind = EVENT_RESIZE};
    terminal_size(terminal, &event.row, &event.column);
    terminal->all_anew = true;
    return event;
}

/* As curses' own handler would: hand the terminal back, stop, and take it again. */
static struct event stopped(struct terminal *terminal)
{
    def_prog_mode();
    endwin();
    restore_stop();
    reset_prog_mode();
    refresh();
    curs_set(0);
    return resized(terminal);
}

static bool is_double_click(struct terminal *terminal, const MEVENT *mouse)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long ms = (now.tv_sec - terminal->last_click.tv_sec) * 1000 +
              (now.tv_nsec - terminal->last_click.tv_nsec) / 1000000;
    bool twice =
        ms < DOUBLE_CLICK_MS && mouse->y == terminal->last_row && mouse->x == terminal->last_column;
    terminal->last_click = now;
    if (twice)
        terminal->last_click.tv_sec = 0; /* a third click begins anew */
    terminal->last_row = mouse->y;
    terminal->last_column = mouse->x;
    return twice;
}

static struct event mouse_event(struct terminal *terminal)
{
    MEVENT mouse;
    struct event event = {.kind = EVENT_MOUSE};
    if (getmouse(&mouse) != OK)
        return (struct event){.kind = EVENT_NONE};
    event.row = mouse.y;
    event.column = mouse.x;
    if (mouse.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) {
        event.key = KEYS_WHEEL;
        event.delta = mouse.bstate & BUTTON4_PRESSED ? -WHEEL_ROWS : WHEEL_ROWS;
    } else if (mouse.bstate & BUTTON1_PRESSED) {
        event.key = is_double_click(terminal, &mouse) ? KEYS_DOUBLE_CLICK : KEYS_CLICK;
    } else {
        event.kind = EVENT_NONE;
    }
    return event;
}

static uint32_t key_of_curses(wint_t code)
{
    static const struct {
        wint_t code;
        uint32_t key;
    } keys[] = {
        {KEY_UP, KEYS_UP},
        {KEY_DOWN, KEYS_DOWN},
        {KEY_LEFT, KEYS_LEFT},
        {KEY_RIGHT, KEYS_RIGHT},
        {KEY_PPAGE, KEYS_PAGE_UP},
        {KEY_NPAGE, KEYS_PAGE_DOWN},
        {KEY_HOME, KEYS_HOME},
        {KEY_END, KEYS_END},
        {KEY_DC, KEYS_DELETE},
        {KEY_IC, KEYS_INSERT},
        {KEY_BTAB, KEYS_BACK_TAB},
        {KEY_ENTER, KEYS_ENTER},
        {KEY_BACKSPACE, KEYS_BACKSPACE},
        {KEY_FIND, KEYS_HOME},
        {KEY_SELECT, KEYS_END},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].code == code)
            return keys[i].key;
    if (code > KEY_F0 && code <= KEY_F(12))
        return KEYS_F1 + (uint32_t)(code - KEY_F0) - 1;
    return KEYS_NONE;
}

/* One that curses has read or can read without waiting. */
static struct event key_event(struct terminal *terminal)
{
    wint_t code;
    struct event event = {.kind = EVENT_KEY};
    int got = get_wch(&code);
    if (got == ERR)
        return (struct event){.kind = EVENT_NONE};
    if (got == KEY_CODE_YES && code == KEY_MOUSE)
        return mouse_event(terminal);
    event.key = got == KEY_CODE_YES ? key_of_curses(code) : (uint32_t)code;
    if (event.key == '\n')
        event.key = KEYS_ENTER;
    if (event.key == KEYS_CONTROL('h'))
        event.key = KEYS_BACKSPACE;
    if (event.key == KEYS_NONE)
        event.kind = EVENT_NONE;
    return event;
}

static struct event signal_event(struct terminal *terminal)
{
    int signal = restore_next_signal();
    if (!signal)
        return (struct event){.kind = EVENT_NONE};
    if (signal == SIGWINCH)
        return resized(terminal);
    if (signal == SIGTSTP)
        return stopped(terminal);
    return (struct event){.kind = EVENT_SIGNAL, .signal = signal};
}

struct event terminal_wait(struct terminal *terminal, int wake, int timeout_ms)
{
    struct event event = signal_event(terminal);
    if (event.kind == EVENT_NONE)
        event = key_event(terminal);
    if (event.kind != EVENT_NONE)
        return event;
    struct pollfd sources[] = {
        {.fd = fileno(terminal->in), .events = POLLIN},
        {.fd = terminal->signals, .events = POLLIN},
        {.fd = wake, .events = POLLIN},
    };
    if (poll(sources, 3, timeout_ms) < 0 && errno != EINTR)
        return (struct event){.kind = EVENT_SIGNAL, .signal = SIGHUP};
    if (sources[1].revents)
        return signal_event(terminal);
    if (sources[2].revents)
        return (struct event){.kind = EVENT_LOADED};
    event = key_event(terminal);
    /* The terminal is gone: it can be read, but there is nothing. */
    if (event.kind == EVENT_NONE && (sources[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
        return (struct event){.kind = EVENT_SIGNAL, .signal = SIGHUP};
    return event;
}

const char *terminal_library(void)
{
    return curses_version();
}
