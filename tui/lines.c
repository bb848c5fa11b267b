#include "tui/lines.h"

#include "tui/actions.h"
#include "tui/keys.h"
#include "tui/widgets/glyph.h"

#include <stdio.h>
#include <string.h>

enum { BAR_MAX = 32, BAR_AT_END = 2, TEXT_MAX = 2048 };

static void bar_key(const struct action *action, char *buffer, size_t size)
{
    uint32_t key = keys_by_name(action->keys, strcspn(action->keys, " "));
    if (key == KEYS_ENTER)
        snprintf(buffer, size, "⏎");
    else
        keys_name(key, buffer, size);
}

static int bar_width(const struct action *action)
{
    char key[24];
    bar_key(action, key, sizeof key);
    return glyph_width(key) + 1 + glyph_width(action->label) + 2;
}

/* Whether its key does this here, and not what an earlier row of the table says. */
static bool is_its_key(const struct action *action, unsigned place, unsigned has)
{
    uint32_t key = keys_by_name(action->keys, strcspn(action->keys, " "));
    return action_for_key(key, place, has) == action;
}

/* The action of that rank in the bar that is possible here; NULL: none. */
static const struct action *bar_action(int rank, unsigned place, unsigned has)
{
    for (const struct action *action = actions; action->help; action++)
        if (action->bar == rank && (action->places & place) && !(action->needs & ~has) &&
            is_its_key(action, place, has))
            return action;
    return NULL;
}

void lines_keys(struct canvas *canvas, int row, unsigned place, unsigned has)
{
    const struct action *shown[BAR_MAX] = {0};
    int left = canvas->columns - 1;
    for (int rank = 1; rank < BAR_MAX; rank++) {
        const struct action *action = bar_action(rank, place, has);
        if (!action)
            continue;
        int width = bar_width(action);
        if (left - width < -2 && action->id == ACTION_BACK)
            continue; /* q does it too */
        left -= width;
        if (left < -2)
            break;
        shown[rank] = action;
    }
    int at = 1;
    for (int i = 1; i < BAR_MAX; i++) {
        int rank = (i + BAR_AT_END - 1) % (BAR_MAX - 1) + 1;
        if (!shown[rank])
            continue;
        char key[24];
        bar_key(shown[rank], key, sizeof key);
        at += canvas_text(canvas, row, at, canvas->columns, STYLE_KEY, key) + 1;
        at += canvas_text(canvas, row, at, canvas->columns, STYLE_KEY_LABEL, shown[rank]->label);
        at += 2;
    }
}

void lines_hints(struct canvas *canvas, int row, const char *const *hints)
{
    int at = 1;
    for (; hints[0] && hints[1]; hints += 2) {
        int width = glyph_width(hints[0]) + 1 + glyph_width(hints[1]);
        if (at + width > canvas->columns)
            return;
        at += canvas_text(canvas, row, at, canvas->columns, STYLE_KEY, hints[0]) + 1;
        at += canvas_text(canvas, row, at, canvas->columns, STYLE_KEY_LABEL, hints[1]) + 2;
    }
}

int lines_needed(const char *text, int width)
{
    int lines = 0;
    for (; *text && width > 0; lines++) {
        text += glyph_line(text, width);
        text += strspn(text, " ");
    }
    return lines;
}

void lines_wrapped(struct canvas *canvas, int row, int rows, unsigned style, const char *text)
{
    int width = canvas->columns - 2;
    for (int i = 0; i < rows && *text && width > 0; i++) {
        size_t bytes = i + 1 < rows ? glyph_line(text, width) : strlen(text);
        char line[TEXT_MAX];
        snprintf(line, sizeof line, "%.*s", (int)bytes, text);
        if (glyph_width(line) > width && width > 4) {
            line[glyph_prefix(line, width - 1)] = '\0';
            int used = canvas_text(canvas, row + i, 1, width, style, line);
            canvas_text(canvas, row + i, 1 + used, 1, style, "…");
        } else {
            canvas_text(canvas, row + i, 1, width, style, line);
        }
        text += bytes + strspn(text + bytes, " ");
    }
}
