#include "tui/actions.h"

#include "tui/keys.h"

#include <stddef.h>
#include <string.h>

const struct action actions[] = {
    /* Moving */
    {ACTION_UP, "k Up", PLACE_ANY, 0, 0, "up", "One row up."},
    {ACTION_DOWN, "j Down", PLACE_ANY, 0, 0, "down", "One row down."},
    {ACTION_PAGE_UP, "PgUp C-b C-u", PLACE_ANY, 0, 0, "page up", "One page up."},
    {ACTION_PAGE_DOWN, "PgDn C-f C-d", PLACE_ANY, 0, 0, "page down", "One page down."},
    {ACTION_FIRST, "g Home", PLACE_ANY, 0, 0, "first", "To the first row."},
    {ACTION_LAST, "G End", PLACE_ANY, 0, 0, "last", "To the last row."},
    {ACTION_LEFT, "h Left", PLACE_BRANCHES, 0, 0, "close",
     "Close this branch, or go to its caller."},
    {ACTION_RIGHT, "l Right", PLACE_BRANCHES, 0, 0, "open", "Open this branch."},
    {ACTION_LEFT, "Left h", PLACE_PLOT, 0, 5, "previous", "The function before this one."},
    {ACTION_RIGHT, "Right l", PLACE_PLOT, 0, 6, "next", "The function after this one."},
    {ACTION_LEFT, "h Left", PLACE_ANY & ~PLACE_BRANCHES & ~PLACE_PLOT, 0, 0, "left",
     "Scroll long names back."},
    {ACTION_RIGHT, "l Right", PLACE_ANY & ~PLACE_BRANCHES & ~PLACE_PLOT, 0, 0, "right",
     "Scroll long names."},
    {ACTION_CLICK, "click", PLACE_ANY, 0, 0, "select",
     "Select a row or a view; on a column's title: sort by it."},
    {ACTION_OPEN, "double-click", PLACE_ANY, 0, 0, "open", "The same as Enter."},
    {ACTION_WHEEL, "wheel", PLACE_ANY, 0, 0, "scroll", "Three rows up or down."},
    /* Views */
    {ACTION_OPEN, "Enter", PLACE_HOTSPOTS, 0, 4, "butterfly",
     "Callers and callees of this function."},
    {ACTION_OPEN, "Enter", PLACE_COMPARE, 0, 4, "tree",
     "The call trees of both, at this function."},
    {ACTION_OPEN, "Enter", PLACE_SCALING, 0, 4, "plot", "How this function grows, as a plot."},
    {ACTION_OPEN, "Enter", PLACE_PLOT, 0, 4, "butterfly",
     "Callers and callees of this function, in the largest run."},
    {ACTION_OPEN, "Enter", PLACE_BRANCHES, 0, 4, "open", "Open or close this branch."},
    {ACTION_OPEN, "Enter", PLACE_WINGS, 0, 4, "walk there",
     "Walk to the caller or callee under the cursor."},
    {ACTION_OPEN, "Enter", PLACE_INFO, NEEDS_THREADS, 4, "hotspots of thread",
     "Hotspots of the thread or process under the cursor."},
    {ACTION_BUTTERFLY, "b", PLACE_BRANCHES | PLACE_COMPARE, 0, 7, "butterfly",
     "Callers and callees of this function."},
    {ACTION_BUTTERFLY, "b", PLACE_SCALING, 0, 18, "butterfly",
     "Callers and callees of this function, in the largest run."},
    {ACTION_BACK, "Backspace", PLACE_ALL, NEEDS_BACK, 3, "back", "Back to where you came from."},
    {ACTION_CANCEL, "Esc", PLACE_ANY, 0, 0, "cancel",
     "Clear the filter, then the marks, then go back."},
    {ACTION_VIEW, "1 2 3 4 5 6 7 8 9", PLACE_ALL, 0, 0, "view", "Straight to a view."},
    {ACTION_NEXT_VIEW, "Tab", PLACE_ALL, 0, 0, "next view", "To the next view."},
    {ACTION_PREVIOUS_VIEW, "Shift-Tab", PLACE_ALL, 0, 0, "previous view", "To the view before."},
    {ACTION_HELP, "? F1", PLACE_ANY, 0, 1, "help", "This list."},
    {ACTION_QUIT, "q", PLACE_ANY, 0, 2, "quit", "Back; from the first screen: quit."},
    {ACTION_REDRAW, "C-l", PLACE_ANY, 0, 0, "redraw", "Paint the screen anew."},
    /* Order and filter */
    {ACTION_FILTER, "/", PLACE_FUNCTIONS, 0, 5, "filter",
     "Only what matches a regular expression, while you type it."},
    {ACTION_CLEAR_FILTER, "\\", PLACE_FUNCTIONS, 0, 0, "clear filter", "Show all again."},
    {ACTION_NEXT_MATCH, "n", PLACE_PLOT, 0, 0, "next", "The function after this one."},
    {ACTION_PREVIOUS_MATCH, "p N", PLACE_PLOT, 0, 0, "previous", "The function before this one."},
    {ACTION_NEXT_MATCH, "n", PLACE_FUNCTIONS, 0, 0, "next match", "To the next match."},
    {ACTION_PREVIOUS_MATCH, "N", PLACE_FUNCTIONS, 0, 0, "previous match", "To the match before."},
    {ACTION_SORT_MENU, "s", PLACE_SORTED, 0, 6, "sort", "Choose the column to sort by."},
    {ACTION_SORT_LEFT, "<", PLACE_SORTED | PLACE_QUEUE, 0, 0, "sort left",
     "Sort by the column to the left."},
    {ACTION_SORT_RIGHT, ">", PLACE_SORTED | PLACE_QUEUE, 0, 0, "sort right",
     "Sort by the column to the right."},
    {ACTION_REVERSE, "r", PLACE_SORTED | PLACE_QUEUE, 0, 14, "reverse", "Reverse the order."},
    {ACTION_SORT_NCALLS, "c", PLACE_SCALING | PLACE_PLOT, 0, 7, "ncalls",
     "How often it is called: values and growth."},
    {ACTION_SORT_TOTTIME, "t", PLACE_SCALING | PLACE_PLOT, 0, 8, "tottime",
     "Its time without callees: values and growth."},
    {ACTION_SORT_CUMTIME, "u", PLACE_SCALING | PLACE_PLOT, 0, 9, "cumtime",
     "Its time with callees: values and growth."},
    {ACTION_PROJECT, "a", PLACE_SCALING | PLACE_PLOT, 0, 11, "at",
     "Choose the size that is projected to."},
    {ACTION_SORT_NCALLS, "c", PLACE_SORTED & ~PLACE_SCALING, 0, 0, "ncalls",
     "Sort by number of calls."},
    {ACTION_SORT_TOTTIME, "t", PLACE_SORTED & ~PLACE_SCALING, 0, 0, "tottime",
     "Sort by time without callees."},
    {ACTION_SORT_CUMTIME, "u", PLACE_SORTED & ~PLACE_SCALING, 0, 0, "cumtime",
     "Sort by time with callees."},
    {ACTION_THRESHOLD, "p", PLACE_SORTED, 0, 13, "below 5 %",
     "Hide functions below 5 % of the run, or show them again."},
    {ACTION_SHARES, "%", PLACE_HOTSPOTS | PLACE_TREE | PLACE_BUTTERFLY, 0, 0, "shares",
     "Shares only, times only, or both."},
    {ACTION_NORMALISE, "%", PLACE_PAIR, NEEDS_TWO_FILES, 9, "normalise",
     "Scale B to A by total, calls, size, this function; or not."},
    {ACTION_CLASS, "f", PLACE_COMPARE, NEEDS_TWO_FILES, 11, "class",
     "Only what changed, is matched, moved, new, gone; or all."},
    {ACTION_ORDER, "u", PLACE_TREES, NEEDS_TWO_FILES, 11, "order",
     "Callees by change of cumtime, or by cumtime in B."},
    {ACTION_MARK, "Space", PLACE_SORTED, 0, 15, "mark", "Mark this row; the marks are summed up."},
    /* Call tree */
    {ACTION_HOT_PATH, "H", PLACE_HOTSPOTS, 0, 7, "hot path",
     "Unfold the call tree along its most expensive path."},
    {ACTION_HOT_PATH, "H", PLACE_BRANCHES, 0, 6, "hot path",
     "Unfold the most expensive path; of two the most changed."},
    {ACTION_EXPAND, "e", PLACE_BRANCHES, 0, 8, "expand", "Expand this branch, or close it."},
    {ACTION_EXPAND_ALL, "E", PLACE_BRANCHES, 0, 10, "all", "Expand all branches, or close them."},
    /* Files, threads and metrics */
    {ACTION_SWAP, "x", PLACE_PAIR, NEEDS_TWO_FILES, 8, "swap A B", "Swap A and B."},
    {ACTION_CHOOSE_RUN, "x", PLACE_VIEWS & ~PLACE_PAIR, NEEDS_RUNS, 17, "run",
     "Of three files or more: choose one to look at by itself."},
    {ACTION_OTHER_FILE, "x", PLACE_VIEWS & ~PLACE_PAIR & ~PLACE_SCALING, NEEDS_TWO_FILES, 8,
     "other file", "Of two files: the same view of the other one."},
    {ACTION_ANYWAY, "a", PLACE_UNLIKE, NEEDS_UNLIKE, 4, "compare anyway",
     "Compare them all the same."},
    {ACTION_ANYWAY, "a", PLACE_PAIR & ~PLACE_UNLIKE, NEEDS_UNLIKE, 17, "compare anyway",
     "Compare unlike units or clocks all the same, or not."},
    {ACTION_COMPARE_WITH, "d", PLACE_VIEWS, 0, 10, "compare",
     "Side by side with another file; of many: choose two."},
    {ACTION_THREAD, "T", PLACE_HOTSPOTS | PLACE_TREE, NEEDS_THREADS, 11, "thread",
     "One process, one thread or all, where there are several."},
    {ACTION_METRIC, "m", PLACE_FUNCTIONS | PLACE_UNLIKE, NEEDS_METRICS, 12, "metric",
     "Choose the metric, where there are several."},
    {ACTION_RAW, "o", PLACE_FUNCTIONS | PLACE_INFO | PLACE_PLOT, NEEDS_CORRECTION, 19, "overhead",
     "Times with the recorder's overhead, as recorded, or without it."},
    {ACTION_WRITE, "w", PLACE_VIEWS & ~PLACE_SCALING, 0, 16, "write",
     "Write this profile to a file; its suffix says the format."},
    /* Queue of runs */
    {ACTION_START, "R", PLACE_QUEUE, 0, 7, "run",
     "Start the run under the cursor, in the background."},
    {ACTION_START_ALL, "A", PLACE_QUEUE, 0, 8, "run all",
     "Start all that is pending, one after another."},
    {ACTION_RESET, "P", PLACE_QUEUE, 0, 9, "pending again",
     "Make this run pending again; asks first."},
    {ACTION_OPEN, "Enter", PLACE_QUEUE, 0, 4, "open", "The profile of this run."},
    {ACTION_MARK, "Space", PLACE_QUEUE, 0, 5, "mark", "Mark this run for d."},
    {ACTION_COMPARE_WITH, "d", PLACE_QUEUE, 0, 6, "compare",
     "Two marked runs side by side; more: how they scale."},
    {ACTION_NONE, NULL, 0, 0, 0, NULL, NULL},
};

static const struct {
    enum action_id first;
    const char *keys, *title;
} groups[] = {
    {ACTION_UP, "k Up", "Moving"},
    {ACTION_OPEN, "Enter", "Views"},
    {ACTION_FILTER, "/", "Order and filter"},
    {ACTION_HOT_PATH, "H", "Call tree"},
    {ACTION_SWAP, "x", "Files, threads, metrics"},
    {ACTION_START, "R", "Queue of runs"},
};

/* Whether no earlier row has its action and keys. */
static bool is_first(const struct action *action)
{
    for (const struct action *other = actions; other < action; other++)
        if (other->id == action->id && !strcmp(other->keys, action->keys))
            return false;
    return true;
}

const char *action_group(const struct action *action)
{
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (groups[i].first == action->id && !strcmp(groups[i].keys, action->keys))
            return is_first(action) ? groups[i].title : NULL;
    return NULL;
}

/* The next name of a blank-separated list and its length; 0 at the end. */
static size_t next_name(const char **names)
{
    *names += strspn(*names, " ");
    return strcspn(*names, " ");
}

static bool has_key(const struct action *action, uint32_t key)
{
    const char *name = action->keys;
    for (size_t length = next_name(&name); length; length = next_name(&name)) {
        if (keys_by_name(name, length) == key)
            return true;
        name += length;
    }
    return false;
}

const struct action *action_for_key(uint32_t key, unsigned place, unsigned is)
{
    for (const struct action *action = actions; action->help; action++)
        if ((action->places & place) && !(action->needs & ~is) && has_key(action, key))
            return action;
    return NULL;
}

void action_keys(const struct action *action, char *buffer, size_t size)
{
    size_t used = 0;
    const char *name = action->keys;
    buffer[0] = '\0';
    if (action->id == ACTION_VIEW) {
        snprintf(buffer, size, "1 ... 9");
        return;
    }
    for (size_t length = next_name(&name); length && used + 1 < size; length = next_name(&name)) {
        char key[24];
        keys_name(keys_by_name(name, length), key, sizeof key);
        int printed = snprintf(buffer + used, size - used, "%s%s", used ? " " : "", key);
        used += printed > 0 ? (size_t)printed : 0;
        name += length;
    }
}

/* A backslash or a leading dot is troff's own; a bar ends a Markdown cell. */
static void write_escaped(FILE *out, const char *text, enum action_format format)
{
    for (; *text; text++) {
        if (format == ACTIONS_MAN && *text == '\\')
            fputs("\\e", out);
        else
            fputc(*text, out);
    }
}

static void write_group(FILE *out, const char *title, enum action_format format)
{
    static const char *const before[] = {"\n", "\n| ", ".SS "};
    static const char *const after[] = {"\n", " | |\n|---|---|\n", "\n"};
    fprintf(out, "%s%s%s", before[format], title, after[format]);
}

static bool is_shared(const struct action *action)
{
    for (const struct action *other = actions; other->help; other++)
        if (other != action && !strcmp(other->keys, action->keys))
            return true;
    return false;
}

/* Where a key means this, when it means something else in another view. */
static const char *place_prefix(const struct action *action)
{
    static const struct {
        unsigned place;
        const char *prefix;
    } prefixes[] = {
        {PLACE_HOTSPOTS, "Hotspots: "},
        {PLACE_TREE, "Tree: "},
        {PLACE_BUTTERFLY, "Butterfly: "},
        {PLACE_BRANCHES, "Tree: "},
        {PLACE_WINGS, "Butterfly: "},
        {PLACE_PAIR, "Of two files: "},
        {PLACE_PAIR & ~PLACE_UNLIKE, "Of two files: "},
        {PLACE_UNLIKE, "Of two unlike files: "},
        {PLACE_TREES, "Tree A|B: "},
        {PLACE_BRANCHES | PLACE_COMPARE, "Tree, side by side: "},
        {PLACE_COMPARE, "Side by side: "},
        {PLACE_INFO, "Info: "},
        {PLACE_SCALING, "Scaling: "},
        {PLACE_PLOT, "Plot: "},
        {PLACE_SCALING | PLACE_PLOT, "Scaling, plot: "},
        {PLACE_QUEUE, "Queue: "},
    };
    if (!is_shared(action))
        return "";
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (prefixes[i].place == action->places)
            return prefixes[i].prefix;
    return "Elsewhere: ";
}

void actions_write(FILE *out, enum action_format format)
{
    for (const struct action *action = actions; action->help; action++) {
        char keys[80];
        action_keys(action, keys, sizeof keys);
        if (action_group(action))
            write_group(out, action_group(action), format);
        if (format == ACTIONS_MAN)
            fputs(".TP\n.B ", out);
        else if (format == ACTIONS_MARKDOWN)
            fputs("| `", out);
        if (format == ACTIONS_TEXT)
            fprintf(out, "  %-20s", keys);
        else
            write_escaped(out, keys, format);
        fputs(format == ACTIONS_MARKDOWN ? "` | " : format == ACTIONS_MAN ? "\n" : "", out);
        fputs(place_prefix(action), out);
        write_escaped(out, action->help, format);
        fputs(format == ACTIONS_MARKDOWN ? " |\n" : "\n", out);
    }
}
