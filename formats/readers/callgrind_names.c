#include "formats/readers/callgrind_names.h"

#include "formats/readers/decimal.h"

#include <string.h>

/* YAPPI's "<listcomp> /opt/work.py:10". */
static void split_located(struct callgrind_names *names, struct slice text,
                          struct callgrind_spelling *spelling)
{
    uint64_t line;
    const char *colon = memrchr(text.text, ':', text.length);
    const char *name_end = *text.text == '<' ? memchr(text.text, '>', text.length) : text.text;
    const char *end = text.text + text.length;
    const char *blank = name_end ? memchr(name_end, ' ', (size_t)(end - name_end)) : NULL;
    if (!colon || !blank || blank > colon ||
        !decimal_count(colon + 1, (size_t)(end - (colon + 1)), &line) || line > INT32_MAX)
        return;
    spelling->name = build_text(names->build, text.text, (size_t)(blank - text.text));
    spelling->file = build_text(names->build, blank + 1, (size_t)(colon - (blank + 1)));
    spelling->line = (uint32_t)line;
}

/* callgrind's "work'2". */
static void split_level(struct callgrind_names *names, struct slice text,
                        struct callgrind_spelling *spelling)
{
    uint64_t level;
    const char *quote = memrchr(text.text, '\'', text.length);
    const char *end = text.text + text.length;
    if (quote && quote > text.text && quote + 1 < end && quote[1] != '0' &&
        decimal_count(quote + 1, (size_t)(end - (quote + 1)), &level) && level > 1)
        spelling->outer = build_text(names->build, text.text, (size_t)(quote - text.text));
}

static uint32_t add_spelling(struct callgrind_names *names, struct slice text)
{
    struct callgrind_spelling spelling = {.text = build_text(names->build, text.text, text.length)};
    if (text.length && names->creator == CALLGRIND_BY_YAPPI)
        split_located(names, text, &spelling);
    if (text.length && names->creator == CALLGRIND_BY_CALLGRIND)
        split_level(names, text, &spelling);
    *array_push(&names->spellings) = spelling;
    return names->spellings.count - 1;
}

static uint32_t plain_name(struct callgrind_names *names, enum callgrind_space space,
                           struct slice text)
{
    bool unknown = text.length == 3 && !memcmp(text.text, "???", 3);
    if (space == CALLGRIND_FUNCTIONS)
        return add_spelling(names, text);
    return unknown ? 0 : build_text(names->build, text.text, text.length);
}

/* "(17) main", "(17)" or "main". */
uint32_t callgrind_name(struct callgrind_names *names, enum callgrind_space space,
                        struct slice text)
{
    uint64_t number;
    const char *close =
        text.length && *text.text == '(' ? memchr(text.text, ')', text.length) : NULL;
    if (!close || !decimal_count(text.text + 1, (size_t)(close - (text.text + 1)), &number))
        return plain_name(names, space, text);
    const char *end = text.text + text.length;
    struct slice rest = slice_trim((struct slice){close + 1, (size_t)(end - (close + 1))});
    uint32_t known = numbered_get(&names->numbers[space], number);
    if (!rest.length && known != NUMBERED_NONE)
        return known;
    names->unknown += !rest.length;
    known = plain_name(names, space, rest.length ? rest : text);
    numbered_put(&names->numbers[space], number, known);
    return known;
}

uint32_t callgrind_node(struct callgrind_names *names, struct callgraph *graph, uint32_t object,
                        uint32_t file, uint32_t function)
{
    const struct callgrind_spelling *spelling = &names->spellings.data[function];
    struct callgraph_node key = {.name = spelling->text,
                                 .module = object,
                                 .file = file,
                                 .kind = FUNCTION_UNKNOWN,
                                 .outer = PROFILE_NONE};
    if (spelling->file && spelling->file == file) {
        key.name = spelling->name;
        key.line = spelling->line;
        key.kind = FUNCTION_PYTHON;
    }
    if (names->creator == CALLGRIND_BY_CALLGRIND)
        key.kind = FUNCTION_NATIVE;
    uint32_t node = callgraph_node(graph, &key);
    if (node == names->outer_names.count)
        *array_push(&names->outer_names) = spelling->outer;
    return node;
}

void callgrind_find_levels(const struct callgrind_names *names, struct callgraph *graph)
{
    for (uint32_t n = 0; n < graph->nodes.count; n++) {
        struct callgraph_node key = graph->nodes.data[n];
        key.name = names->outer_names.data[n];
        uint32_t outer = key.name ? callgraph_find(graph, &key) : PROFILE_NONE;
        if (outer != PROFILE_NONE && !names->outer_names.data[outer])
            graph->nodes.data[n].outer = outer;
    }
}

void callgrind_names_free(struct callgrind_names *names)
{
    for (int i = 0; i < CALLGRIND_SPACES; i++)
        numbered_free(&names->numbers[i]);
    array_free(&names->spellings);
    array_free(&names->outer_names);
}
