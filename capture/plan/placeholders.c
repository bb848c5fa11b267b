#include "capture/plan/placeholders.h"

#include "formats/profile/memory.h"

#include <stdlib.h>
#include <string.h>

struct text {
    ARRAY(char) bytes;
};

static void add(struct text *text, const char *part, size_t length)
{
    array_reserve(&text->bytes, length + 1);
    memcpy(text->bytes.data + text->bytes.count, part, length);
    text->bytes.count += (uint32_t)length;
    text->bytes.data[text->bytes.count] = '\0';
}

/* 'it'\''s': nothing within single quotes means anything to a shell. */
static void add_quoted(struct text *text, const char *value)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=.,:/@%";
    if (*value && !value[strspn(value, plain)]) {
        add(text, value, strlen(value));
        return;
    }
    add(text, "'", 1);
    while (*value) {
        size_t length = strcspn(value, "'");
        add(text, value, length);
        value += length;
        if (*value == '\'') {
            add(text, "'\\''", 4);
            value++;
        }
    }
    add(text, "'", 1);
}

static const struct placeholder *find(const struct placeholder *list, const char *name,
                                      size_t length)
{
    for (; list->name; list++)
        if (strlen(list->name) == length && strncmp(list->name, name, length) == 0)
            return list;
    return NULL;
}

/* The placeholder that begins at `open`; past it, or NULL. */
static const char *replace(struct text *text, const char *open, const struct placeholder *list,
                           bool for_shell, struct error *err)
{
    size_t length = strcspn(open + 1, "{}");
    int shown = length > 60 ? 60 : (int)length;
    if (open[1 + length] != '}') {
        error_set(err, ERROR_FORMAT, "{%.*s is not closed; {{ is a brace", shown, open + 1);
        return NULL;
    }
    const struct placeholder *found = find(list, open + 1, length);
    if (!found) {
        error_set(err, ERROR_FORMAT, "{%.*s} is unknown; {{ is a brace", shown, open + 1);
        return NULL;
    }
    if (!found->value) {
        error_set(err, ERROR_FORMAT, "{%s} has no value in this run", found->name);
        return NULL;
    }
    if (for_shell)
        add_quoted(text, found->value);
    else
        add(text, found->value, strlen(found->value));
    return open + length + 2;
}

char *placeholders_expand(const char *text, const struct placeholder *list, bool for_shell,
                          struct error *err)
{
    struct text out = {0};
    add(&out, "", 0);
    while (text && *text) {
        size_t length = strcspn(text, "{}");
        add(&out, text, length);
        text += length;
        if (*text && text[0] == text[1]) {
            add(&out, text, 1);
            text += 2;
        } else if (*text == '}') {
            error_set(err, ERROR_FORMAT, "a } without its {; }} is a brace");
            text = NULL;
        } else if (*text == '{') {
            text = replace(&out, text, list, for_shell, err);
        }
    }
    if (text)
        return out.bytes.data;
    array_free(&out.bytes);
    return NULL;
}
