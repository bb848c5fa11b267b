/*
 * Counts the words of a made-up text of N different words: words N
 *
 * The table is a list that is searched from its head, so the comparisons grow with the
 * square of N; scrambling and printing grow with N.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_SIZE 24

struct word {
    struct word *next;
    unsigned count;
    char text[WORD_SIZE];
};

struct table {
    struct word *first;
    size_t words;
};

static unsigned scramble(unsigned number)
{
    number ^= number << 13;
    number ^= number >> 17;
    return number ^ number << 5;
}

static void spell(unsigned number, char *text)
{
    unsigned seed = number;
    for (int i = 0; i < 6; i++) {
        seed = scramble(seed + 1);
        text[i] = (char)('a' + seed % 26);
    }
    snprintf(text + 6, WORD_SIZE - 6, "%u", number);
}

static int same_word(const struct word *word, const char *text)
{
    return strcmp(word->text, text) == 0;
}

static struct word *find(struct table *table, const char *text)
{
    for (struct word *word = table->first; word; word = word->next)
        if (same_word(word, text))
            return word;
    return NULL;
}

static void add(struct table *table, const char *text)
{
    struct word *word = find(table, text);
    if (!word) {
        word = calloc(1, sizeof *word);
        if (!word)
            exit(1);
        memcpy(word->text, text, sizeof word->text);
        word->next = table->first;
        table->first = word;
        table->words++;
    }
    word->count++;
}

static void drop(struct table *table)
{
    while (table->first) {
        struct word *word = table->first;
        table->first = word->next;
        free(word);
    }
}

int main(int argc, char **argv)
{
    unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000;
    struct table table = {0};
    for (unsigned i = 0; i < count; i++) {
        char text[WORD_SIZE] = "";
        spell(i, text);
        add(&table, text);
    }
    printf("%zu words\n", table.words);
    drop(&table);
    return 0;
}
