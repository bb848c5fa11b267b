#include "capture/plan/document.h"

#include "formats/documents/json.h"
#include "formats/documents/number.h"
#include "formats/profile/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_WIDTH 100 /* a list of plain values that is longer is broken up */

/* ---- places ---- */

static int at(struct error *err, const char *text, const char *place, const char *what)
{
    uint64_t line = 1, column = 1;
    for (const char *c = text; c < place; c++) {
        column = *c == '\n' ? 1 : column + 1;
        line += *c == '\n';
    }
    return error_at_line(err, line, "%s at column %llu", what, (unsigned long long)column);
}

/* ---- what cJSON does not keep ---- */

struct scan {
    const char *c;       /* what comes next */
    const char *token;   /* where the last token began */
    const char *newline; /* the last one before c */
    const char *bad;     /* what cannot be kept; NULL: nothing so far */
};

/* The end of a string that begins at `quote`; NULL when it holds "\u0000". */
static const char *string_end(const char *quote, struct scan *scan)
{
    const char *c = quote + 1;
    for (; *c != '"'; c += *c == '\\' ? 2 : 1)
        if (!strncmp(c, "\\u0000", 6)) {
            scan->bad = c;
            return NULL;
        }
    return c + 1;
}

static const char *digits(const char *c)
{
    return c + strspn(c, "0123456789");
}

/* The end of a number as RFC 8259 has it; NULL when it is none. */
static const char *number_end(const char *c)
{
    c += *c == '-';
    const char *whole = c;
    c = *c == '0' ? c + 1 : digits(c);
    if (c == whole)
        return NULL;
    if (*c == '.') {
        const char *point = c++;
        c = digits(c);
        if (c == point + 1)
            return NULL;
    }
    if (*c == 'e' || *c == 'E') {
        c += c[1] == '-' || c[1] == '+' ? 2 : 1;
        if (digits(c) == c)
            return NULL;
        c = digits(c);
    }
    return strspn(c, "0123456789+-.eE") ? NULL : c;
}

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_CONTAINER };

/* The next number, or beginning of an object or list; scan->c is past it then. */
static enum token_kind next_token(struct scan *scan)
{
    for (; *scan->c; scan->c++) {
        char c = *scan->c;
        scan->token = scan->c;
        if (c == '\n')
            scan->newline = scan->c;
        if (c == '{' || c == '[') {
            scan->c++;
            return TOKEN_CONTAINER;
        }
        bool number = c == '-' || (c >= '0' && c <= '9');
        if (!number && c != '"')
            continue;
        const char *end = number ? number_end(scan->c) : string_end(scan->c, scan);
        if (!end && number)
            scan->bad = scan->c;
        if (!end)
            return TOKEN_END;
        scan->c = number ? end : end - 1;
        if (number)
            return TOKEN_NUMBER;
    }
    return TOKEN_END;
}

/* What `valueint` says of an object or list, which cJSON does not use there. */
enum layout { LAYOUT_NEW, LAYOUT_ONE_LINE, LAYOUT_BROKEN };

/* Tokens in the text and items of the tree follow one another alike. cJSON limits the depth. */
static void keep_text(cJSON *item, struct scan *scan)
{
    for (; item && !scan->bad; item = item->next) {
        bool container = cJSON_IsObject(item) || cJSON_IsArray(item);
        if (!container && !cJSON_IsNumber(item))
            continue;
        if (next_token(scan) == TOKEN_END)
            return;
        const char *token = scan->token;
        if (!container)
            item->valuestring = strndup(token, (size_t)(scan->c - token));
        bool broken = container && scan->c[strspn(scan->c, " \t\r")] == '\n';
        keep_text(item->child, scan);
        if (container)
            item->valueint = broken || scan->newline > token ? LAYOUT_BROKEN : LAYOUT_ONE_LINE;
    }
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A key that stands twice in the object; NULL when there is none. */
static const char *key_twice(const cJSON *object)
{
    ARRAY(const char *) keys = {0};
    const char *found = NULL;
    for (const cJSON *member = object->child; member; member = member->next)
        *array_push(&keys) = member->string;
    if (keys.count)
        qsort(keys.data, keys.count, sizeof *keys.data, compare_keys);
    for (uint32_t i = 1; i < keys.count && !found; i++)
        found = strcmp(keys.data[i - 1], keys.data[i]) == 0 ? keys.data[i] : NULL;
    array_free(&keys);
    return found;
}

static const char *any_key_twice(const cJSON *item)
{
    const char *found = cJSON_IsObject(item) ? key_twice(item) : NULL;
    for (const cJSON *child = item->child; child && !found; child = child->next)
        found = any_key_twice(child);
    return found;
}

static int keep(cJSON *root, const char *text, struct error *err)
{
    struct scan scan = {.c = text, .newline = text};
    const char *key = any_key_twice(root);
    if (key)
        return error_set(err, ERROR_FORMAT, "the key \"%.100s\" stands twice in one object", key);
    keep_text(root, &scan);
    if (!scan.bad) /* also what follows the last token is looked at */
        next_token(&scan);
    if (!scan.bad)
        return 0;
    return at(err, text, scan.bad,
              *scan.bad == '\\' ? "\\u0000 in a text" : "this is no number in JSON");
}

cJSON *document_parse(const char *text, size_t length, struct error *err)
{
    const char *end = text;
    if (strlen(text) != length) {
        at(err, text, text + strlen(text), "a NUL byte");
        return NULL;
    }
    cJSON *root = cJSON_ParseWithLengthOpts(text, length + 1, &end, 1);
    if (!root) {
        at(err, text, end, end < text + length ? "this is no JSON" : "the JSON ends too early");
        return NULL;
    }
    if (keep(root, text, err) == 0)
        return root;
    cJSON_Delete(root);
    return NULL;
}

/* ---- printing ---- */

struct printer {
    FILE *out;
    int indent; /* blanks a level; negative: so many tabs */
};

static int indent_like(const char *like)
{
    const char *second = strchr(like, '\n');
    size_t blanks = second ? strspn(second + 1, " ") : 0;
    if (second && second[1] == '\t')
        return -1;
    return blanks > 0 && blanks <= 8 ? (int)blanks : 2;
}

static void new_line(const struct printer *printer, int depth)
{
    putc('\n', printer->out);
    int count = printer->indent < 0 ? depth : depth * printer->indent;
    for (int i = 0; i < count; i++)
        putc(printer->indent < 0 ? '\t' : ' ', printer->out);
}

/* A value without members, or all of a list in one line. The caller's to free. */
static char *one_line(const cJSON *item)
{
    if (cJSON_IsNumber(item) && item->valuestring)
        return memory_string(item->valuestring);
    char *text = cJSON_PrintUnformatted(item);
    char *copy = memory_string(text ? text : "null");
    cJSON_free(text);
    return copy;
}

static bool is_nested(const cJSON *item)
{
    return cJSON_IsObject(item) || cJSON_IsArray(item);
}

static bool fits_a_line(const cJSON *list)
{
    size_t width = 2;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (is_nested(item))
            return false;
        char *text = one_line(item);
        width += strlen(text) + 2;
        free(text);
    }
    return width <= LIST_WIDTH;
}

/* As it was; what is new within one line stays in that line (`depth` is negative there). */
static bool is_broken(const cJSON *parent, int depth)
{
    if (!parent->child || parent->valueint == LAYOUT_ONE_LINE || depth < 0)
        return false;
    return parent->valueint == LAYOUT_BROKEN || cJSON_IsObject(parent) || !fits_a_line(parent);
}

static void print_value(const struct printer *printer, const cJSON *item, int depth);

static void print_key(const struct printer *printer, const cJSON *member)
{
    cJSON *key = cJSON_CreateStringReference(member->string);
    char *text = one_line(key);
    fprintf(printer->out, "%s: ", text);
    free(text);
    cJSON_Delete(key);
}

static void print_members(const struct printer *printer, const cJSON *parent, int depth)
{
    bool is_object = cJSON_IsObject(parent);
    bool broken = is_broken(parent, depth);
    const cJSON *member;
    putc(is_object ? '{' : '[', printer->out);
    cJSON_ArrayForEach(member, parent)
    {
        if (member != parent->child)
            fputs(broken ? "," : ", ", printer->out);
        if (broken)
            new_line(printer, depth + 1);
        if (is_object)
            print_key(printer, member);
        print_value(printer, member, broken ? depth + 1 : -1);
    }
    if (broken)
        new_line(printer, depth);
    putc(is_object ? '}' : ']', printer->out);
}

static void print_value(const struct printer *printer, const cJSON *item, int depth)
{
    if (is_nested(item)) {
        print_members(printer, item, depth);
        return;
    }
    char *text = one_line(item);
    fputs(text, printer->out);
    free(text);
}

char *document_print(const cJSON *root, const char *like)
{
    char *text = NULL;
    size_t size = 0;
    struct printer printer = {.out = open_memstream(&text, &size), .indent = indent_like(like)};
    if (!printer.out)
        return NULL;
    print_value(&printer, root, 0);
    putc('\n', printer.out);
    if (fclose(printer.out) == 0)
        return text;
    free(text);
    return NULL;
}

/* ---- members ---- */

void document_set(cJSON *object, const char *key, cJSON *value)
{
    if (cJSON_GetObjectItemCaseSensitive(object, key))
        cJSON_ReplaceItemInObjectCaseSensitive(object, key, value);
    else
        cJSON_AddItemToObject(object, key, value);
}

void document_set_text(cJSON *object, const char *key, const char *text)
{
    document_set(object, key, json_text_value(text));
}

void document_set_number(cJSON *object, const char *key, double number)
{
    char text[NUMBER_SIZE];
    cJSON *value = isfinite(number) ? cJSON_CreateNumber(number) : cJSON_CreateNull();
    if (isfinite(number)) {
        number_shortest(number, text, sizeof text);
        value->valuestring = memory_string(text);
    }
    document_set(object, key, value);
}

void document_append(cJSON *list, cJSON *value)
{
    if (list->child && (cJSON_IsObject(value) || cJSON_IsArray(value)))
        value->valueint = list->child->valueint;
    cJSON_AddItemToArray(list, value);
}

void document_remove(cJSON *object, const char *key)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
}

const char *document_text(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return text ? text : "";
}

double document_number(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}
