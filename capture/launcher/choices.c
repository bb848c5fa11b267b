#include "capture/launcher/choices.h"
#include "capture/channel/patterns.h"

#include <stdlib.h>
#include <string.h>

#define ANSWERABLE   4096u /* questions that get memory at once */
#define BEAT_SYMBOLS 256u  /* programs in another PID namespace believe in beats only */
#define STEP         UINT64_C(65536)

struct choices {
    struct session *session;
    struct patterns *patterns;
    uint64_t used, reserved; /* bytes of the answers' part */
    ARRAY(struct channel_row) rows;
};

/* The numbers that may be asked next have memory. */
static void make_answerable(struct choices *choices, uint32_t number)
{
    struct channel_header *channel = choices->session->channel;
    uint32_t old = atomic_load(&channel->answerable);
    uint32_t most = channel_questions(choices->session->blocks);
    if (number + ANSWERABLE / 2 < old || old >= most)
        return;
    uint32_t more = most - old < ANSWERABLE ? most - old : ANSWERABLE;
    if (session_reserve_answers(choices->session, old * sizeof(uint32_t), more * sizeof(uint32_t)))
        atomic_store(&channel->answerable, old + more);
}

struct choices *choices_new(struct session *session)
{
    struct channel_header *channel = session->channel;
    uint32_t size = channel->patterns_size;
    struct patterns *patterns = NULL;
    if (size <= CHANNEL_PATTERNS_SIZE)
        patterns = patterns_compile(channel->patterns, size);
    if (!patterns)
        return NULL;
    struct choices *choices = memory_zeroed(1, sizeof *choices);
    choices->session = session;
    choices->patterns = patterns;
    choices->used = choices->reserved = channel_questions(session->blocks) * sizeof(uint32_t);
    make_answerable(choices, 0);
    return choices;
}

void choices_free(struct choices *choices)
{
    if (!choices)
        return;
    patterns_free(choices->patterns);
    array_free(&choices->rows);
    free(choices);
}

/* ---- a file's table ---- */

static void add_row(struct choices *choices, uint64_t start, uint32_t choice)
{
    uint32_t count = choices->rows.count;
    struct channel_row *last = count ? &choices->rows.data[count - 1] : NULL;
    if (start > UINT32_MAX)
        return;
    if (last && last->start == start)
        last->choice = choice;
    else if (!last || last->choice != choice)
        *array_push(&choices->rows) = (struct channel_row){(uint32_t)start, choice};
}

static uint32_t choose(const struct choices *choices, const struct module_file *file,
                       uint32_t index)
{
    uint32_t choice;
    if (!patterns_want_file(choices->patterns)) {
        char *name = symbols_name(file->symbols, index);
        choice = patterns_choose(choices->patterns, name, file->name, "");
        free(name);
        return choice;
    }
    struct symbol symbol = symbols_describe(file->symbols, index);
    choice = patterns_choose(choices->patterns, symbol.name, file->name, symbol.file);
    free(symbol.name);
    free(symbol.file);
    return choice;
}

/* As symbols_find() would find them: what no symbol holds has only a module. */
static void make_rows(struct choices *choices, struct module_file *file)
{
    const struct symbols *symbols = module_file_symbols(file);
    uint32_t nameless = patterns_choose(choices->patterns, "", file->name, "");
    uint64_t end = 0;
    choices->rows.count = 0;
    add_row(choices, 0, nameless);
    for (uint32_t i = 0; i < symbols_count(symbols); i++) {
        struct symbol_range range = symbols_range(symbols, i);
        if (range.start > end)
            add_row(choices, end, nameless);
        add_row(choices, range.start, choose(choices, file, i));
        end = range.end;
        if (i % BEAT_SYMBOLS == 0)
            session_beat(choices->session);
    }
    add_row(choices, end, nameless);
}

static bool reserve(struct choices *choices, uint64_t end)
{
    uint64_t more = (end - choices->reserved + STEP - 1) / STEP * STEP;
    if (end <= choices->reserved)
        return true;
    if (choices->reserved + more > channel_answers_size(choices->session->blocks) ||
        !session_reserve_answers(choices->session, choices->reserved, more))
        return false;
    choices->reserved += more;
    return true;
}

/* Where it is among the answers; CHANNEL_NO_TABLE without memory. */
static uint32_t write_table(struct choices *choices)
{
    uint64_t rows = choices->rows.count * sizeof(struct channel_row);
    uint64_t offset = choices->used, end = offset + sizeof(struct channel_table) + rows;
    if (!reserve(choices, end))
        return CHANNEL_NO_TABLE;
    char *answers = channel_answers(choices->session->channel, choices->session->blocks);
    struct channel_table *table = (struct channel_table *)(void *)(answers + offset);
    table->count = choices->rows.count;
    memcpy(table->rows, choices->rows.data, rows);
    choices->used = end;
    return (uint32_t)offset;
}

bool choices_answer(struct choices *choices, uint32_t number, struct module_file *file)
{
    struct channel_header *channel = choices->session->channel;
    if (number >= atomic_load(&channel->answerable))
        return true; /* nobody has asked that */
    if (file && !file->table) {
        make_rows(choices, file);
        file->table = write_table(choices);
    }
    uint32_t table = file ? file->table : CHANNEL_NO_TABLE;
    char *answers = channel_answers(channel, choices->session->blocks);
    atomic_store_explicit(channel_offset(answers, number), table, memory_order_release);
    make_answerable(choices, number);
    return table != CHANNEL_NO_TABLE;
}

bool choices_are_owed(const struct session *session)
{
    struct channel_header *channel = session->channel;
    char *answers = channel_answers(channel, session->blocks);
    uint32_t asked = atomic_load(&channel->questions);
    uint32_t answerable = atomic_load(&channel->answerable);
    if (channel->patterns_size == 0 || asked == 0)
        return false;
    if (asked > answerable || answerable > channel_questions(session->blocks))
        return true;
    for (uint32_t i = 0; i < asked; i++)
        if (atomic_load(channel_offset(answers, i)) == 0)
            return true;
    return false;
}
