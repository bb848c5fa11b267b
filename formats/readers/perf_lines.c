#include "formats/readers/perf_lines.h"
#include "formats/readers/decimal.h"

#include <string.h>

bool perf_word(struct slice *line, struct slice *word)
{
    while (line->length && is_blank(*line->text)) {
        line->text++;
        line->length--;
    }
    size_t length = 0;
    while (length < line->length && !is_blank(line->text[length]))
        length++;
    *word = (struct slice){line->text, length};
    line->text += length;
    line->length -= length;
    return length > 0;
}

static char last_of(struct slice s)
{
    return s.length ? s.text[s.length - 1] : '\0';
}

static struct slice without_last(struct slice s)
{
    return (struct slice){s.text, s.length - 1};
}

/* "12" or "12/34" */
static bool parse_thread(struct slice word, struct perf_sample_header *header)
{
    const char *slash = memchr(word.text, '/', word.length);
    size_t length = slash ? (size_t)(slash - word.text) : word.length;
    if (!decimal_count(word.text, length, &header->process))
        return false;
    header->thread = header->process;
    header->has_process = slash != NULL;
    return !slash || decimal_count(slash + 1, word.length - length - 1, &header->thread);
}

static bool is_cpu(struct slice word)
{
    uint64_t cpu;
    return word.length > 2 && *word.text == '[' && last_of(word) == ']' &&
           decimal_count(word.text + 1, word.length - 2, &cpu);
}

/* "1234.567890:" */
static bool parse_time(struct slice word, int64_t *ns)
{
    struct decimal number;
    return last_of(word) == ':' && memchr(word.text, '.', word.length) &&
           decimal_parse(word.text, word.length - 1, '.', &number) &&
           decimal_scaled(&number, 9, ns);
}

/* What follows the thread: [cpu], time, period and event, of which only the event must be. */
static bool parse_tail(struct slice line, struct perf_sample_header *header)
{
    struct slice word;
    header->time = INT64_MIN;
    header->has_period = false;
    if (!perf_word(&line, &word))
        return false;
    if (is_cpu(word) && !perf_word(&line, &word))
        return false;
    if (parse_time(word, &header->time) && !perf_word(&line, &word))
        return false;
    header->has_period = decimal_count(word.text, word.length, &header->period);
    if (header->has_period && !perf_word(&line, &word))
        return false;
    if (last_of(word) != ':' || word.length < 2)
        return false;
    header->event = without_last(word);
    header->rest = slice_trim(line);
    return true;
}

bool perf_header(struct slice line, struct perf_sample_header *header)
{
    struct slice rest = line, word, comm = line;
    if (!perf_word(&rest, &comm))
        return false;
    while (perf_word(&rest, &word)) {
        if (*word.text < '0' || *word.text > '9' || !parse_thread(word, header) ||
            !parse_tail(rest, header))
            continue;
        header->comm = slice_trim((struct slice){comm.text, (size_t)(word.text - comm.text)});
        return true;
    }
    return false;
}

bool perf_is_hex(struct slice word)
{
    for (size_t i = 0; i < word.length; i++)
        if (!strchr("0123456789abcdef", word.text[i]) || !word.text[i])
            return false;
    return word.length > 0;
}

struct slice perf_module(struct slice *symbol)
{
    struct slice s = *symbol;
    size_t at = s.length, depth = 0;
    if (last_of(s) != ')')
        return (struct slice){"", 0};
    while (at--) {
        depth += s.text[at] == ')';
        depth -= s.text[at] == '(';
        if (!depth)
            break;
    }
    if (depth || !at || !is_blank(s.text[at - 1]))
        return (struct slice){"", 0};
    *symbol = slice_trim((struct slice){s.text, at});
    return (struct slice){s.text + at + 1, s.length - at - 2};
}

struct slice perf_without_offset(struct slice symbol)
{
    size_t at = symbol.length;
    while (at && symbol.text[at - 1] != 'x' && symbol.text[at - 1] != ')')
        at--;
    bool offset = at >= 3 && symbol.text[at - 2] == '0' && symbol.text[at - 3] == '+' &&
                  perf_is_hex((struct slice){symbol.text + at, symbol.length - at});
    return offset ? (struct slice){symbol.text, at - 3} : symbol;
}
