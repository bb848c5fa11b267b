#include "tui/widgets/prompt.h"

#include "tui/keys.h"
#include "tui/widgets/glyph.h"

#include <string.h>

void prompt_open(struct prompt *prompt, const char *label, const char *text)
{
    snprintf(prompt->label, sizeof prompt->label, "%s", label);
    snprintf(prompt->text, sizeof prompt->text, "%s", text);
    prompt->cursor = strlen(prompt->text);
}

/* The beginning of the character before the cursor. */
static size_t before(const struct prompt *prompt)
{
    size_t at = prompt->cursor;
    while (at > 0 && (prompt->text[--at] & 0xc0) == 0x80)
        ;
    return at;
}

static size_t after(const struct prompt *prompt)
{
    return prompt->cursor + glyph_next(prompt->text + prompt->cursor).bytes;
}

static enum prompt_result cut(struct prompt *prompt, size_t from, size_t to)
{
    memmove(prompt->text + from, prompt->text + to, strlen(prompt->text + to) + 1);
    prompt->cursor = from;
    return from == to ? PROMPT_MOVED : PROMPT_CHANGED;
}

static enum prompt_result insert(struct prompt *prompt, uint32_t key)
{
    char bytes[4];
    size_t length = glyph_encode(key, bytes);
    size_t used = strlen(prompt->text);
    if (used + length >= sizeof prompt->text)
        return PROMPT_MOVED;
    char *at = prompt->text + prompt->cursor;
    memmove(at + length, at, used - prompt->cursor + 1);
    memcpy(at, bytes, length);
    prompt->cursor += length;
    return PROMPT_CHANGED;
}

static size_t word_start(const struct prompt *prompt)
{
    size_t at = prompt->cursor;
    while (at > 0 && prompt->text[at - 1] == ' ')
        at--;
    while (at > 0 && prompt->text[at - 1] != ' ' && prompt->text[at - 1] != '/')
        at--;
    return at < prompt->cursor || at == 0 ? at : at - 1;
}

static bool move(struct prompt *prompt, uint32_t key)
{
    if (key == KEYS_LEFT)
        prompt->cursor = before(prompt);
    else if (key == KEYS_RIGHT)
        prompt->cursor = after(prompt);
    else if (key == KEYS_HOME || key == KEYS_CONTROL('a'))
        prompt->cursor = 0;
    else if (key == KEYS_END || key == KEYS_CONTROL('e'))
        prompt->cursor = strlen(prompt->text);
    else
        return false;
    return true;
}

enum prompt_result prompt_key(struct prompt *prompt, uint32_t key)
{
    if (move(prompt, key))
        return PROMPT_MOVED;
    if (key == KEYS_ENTER)
        return PROMPT_DONE;
    if (key == KEYS_ESCAPE)
        return PROMPT_CANCELLED;
    if (key == KEYS_BACKSPACE || key == KEYS_CONTROL('h'))
        return prompt->text[0] ? cut(prompt, before(prompt), prompt->cursor) : PROMPT_CANCELLED;
    if (key == KEYS_DELETE)
        return cut(prompt, prompt->cursor, after(prompt));
    if (key == KEYS_CONTROL('u'))
        return cut(prompt, 0, prompt->cursor);
    if (key == KEYS_CONTROL('k'))
        return cut(prompt, prompt->cursor, strlen(prompt->text));
    if (key == KEYS_CONTROL('w'))
        return cut(prompt, word_start(prompt), prompt->cursor);
    return key < 0x20 || key >= KEYS_UP ? PROMPT_IGNORED : insert(prompt, key);
}

void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct rect line,
                 const char *note)
{
    canvas_fill(canvas, line, STYLE_SENTENCE, ' ');
    int at = line.column + 1;
    at += canvas_text(canvas, line.row, at, line.columns - 1, STYLE_KEY, prompt->label);
    int room = line.columns - (at - line.column) - 1;
    /* The end of a long text is what is being typed: begin as late as needed to show the cursor. */
    char until[PROMPT_MAX];
    snprintf(until, sizeof until, "%.*s", (int)prompt->cursor, prompt->text);
    const char *text = prompt->text;
    size_t skipped = 0;
    while (glyph_width(until + skipped) > (room > 0 ? room : 0))
        skipped += glyph_next(until + skipped).bytes;
    int used = canvas_text(canvas, line.row, at, room, STYLE_SENTENCE, text + skipped);
    int cursor = at + glyph_width(until + skipped);
    canvas_restyle(canvas, (struct rect){line.row, cursor, 1, 1}, STYLE_TAB_ACTIVE);
    int left = room - used - 2;
    if (left >= glyph_width(note))
        canvas_text(canvas, line.row, at + used + 3, left, STYLE_STATUS, note);
}
