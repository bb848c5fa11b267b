#include "formats/readers/chrome_places.h"

#include <stdlib.h>

void places_free(struct places *places)
{
    struct place_list *lists[] = {&places->processes, &places->threads, &places->spans,
                                  &places->names};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        array_free(&lists[i]->items);
        index_free(&lists[i]->index);
    }
    for (uint32_t i = 0; i < places->texts.count; i++)
        free(places->texts.data[i]);
    array_free(&places->texts);
}

struct label label_read(struct scan *scan, struct build *build)
{
    struct label label = {0};
    struct decimal number;
    struct slice text;
    if (scan_type(scan) != SCAN_STRING)
        (void)scan_scaled(scan, 0, &label.number);
    else if (scan_string(scan, &text) && (!decimal_parse(text.text, text.length, '.', &number) ||
                                          !decimal_scaled(&number, 0, &label.number)))
        label.text = build_text(build, text.text, text.length);
    return label;
}

static uint64_t mix(uint64_t hash, struct label label)
{
    hash = (hash ^ (uint64_t)label.number) * UINT64_C(0x9e3779b97f4a7c15) ^ label.text;
    return hash ^ hash >> 29;
}

static bool same_label(struct label a, struct label b)
{
    return a.number == b.number && a.text == b.text;
}

static bool same_place(const void *items, uint32_t at, const void *key)
{
    const struct place_key *a = &((const struct place *)items)[at].key, *b = key;
    return same_label(a->thread, b->thread) && same_label(a->process, b->process) &&
           same_label(a->id, b->id) && a->category == b->category;
}

uint32_t *place_number(struct place_list *list, const struct place_key *key, bool *added)
{
    uint64_t hash = mix(mix(mix(key->category, key->process), key->thread), key->id);
    uint32_t at = index_find(&list->index, hash, list->items.data, same_place, key);
    *added = at == UINT32_MAX;
    if (*added) {
        at = list->items.count;
        index_add(&list->index, hash, at);
        *array_push(&list->items) = (struct place){.key = *key};
    }
    return &list->items.data[at].number;
}

static uint64_t id_of(struct label label)
{
    return label.text || label.number < 0 ? 0 : (uint64_t)label.number;
}

/* What stands in place of a number; to be freed. */
static char *text_of(struct places *places, struct label label)
{
    return memory_string(build_text_of(places->build, label.text));
}

uint32_t places_process(struct places *places, struct label process)
{
    bool added;
    uint32_t *number =
        place_number(&places->processes, &(struct place_key){.process = process}, &added);
    if (added) {
        char *name = text_of(places, process);
        *number = build_process(places->build, name, id_of(process));
        free(name);
    }
    return *number;
}

uint32_t places_thread(struct places *places, struct label process, struct label thread,
                       uint32_t category)
{
    struct place_key key = {.process = process, .category = category};
    bool added;
    if (!category)
        key.thread = thread;
    uint32_t *number = place_number(&places->threads, &key, &added);
    if (added) {
        char *name = text_of(places, key.thread);
        *number = build_thread(places->build, category ? "asynchronous" : name, id_of(key.thread),
                               places_process(places, process));
        free(name);
    }
    return *number;
}

uint32_t places_track(struct places *places, const struct place_key *key)
{
    bool added;
    if (places->last < places->spans.items.count &&
        same_place(places->spans.items.data, places->last, key))
        return places->spans.items.data[places->last].number;
    uint32_t *number = place_number(&places->spans, key, &added);
    if (added)
        *number = tracks_add(places->tracks);
    places->last = (uint32_t)((struct place *)((char *)number - offsetof(struct place, number)) -
                              places->spans.items.data);
    return *number;
}

void places_state_tracks(struct places *places, const uint32_t *functions)
{
    for (uint32_t i = 0; i < places->spans.items.count; i++) {
        const struct place_key *key = &places->spans.items.data[i].key;
        tracks_thread(places->tracks, places->spans.items.data[i].number,
                      places_thread(places, key->process, key->thread, key->category));
    }
    tracks_finish(places->tracks, places->build, functions);
}

/* Names are of processes, or with a category of 1 of threads. */
void places_name(struct places *places, struct label process, const struct label *thread,
                 const char *name)
{
    struct place_key key = {.process = process, .category = thread != NULL};
    bool added;
    if (thread)
        key.thread = *thread;
    uint32_t *number = place_number(&places->names, &key, &added);
    if (added) {
        *number = places->texts.count;
        *array_push(&places->texts) = NULL;
    }
    free(places->texts.data[*number]);
    places->texts.data[*number] = memory_string(name);
}

static const char *name_of(struct places *places, struct place_key key, bool thread)
{
    bool added;
    key.category = thread;
    uint32_t *number = place_number(&places->names, &key, &added);
    if (added)
        *number = UINT32_MAX;
    return *number == UINT32_MAX ? NULL : places->texts.data[*number];
}

void places_state_names(struct places *places)
{
    for (uint32_t i = 0; i < places->threads.items.count; i++) {
        const struct place *place = &places->threads.items.data[i];
        const char *name = place->key.category ? NULL : name_of(places, place->key, true);
        if (name)
            build_thread_name(places->build, place->number, name);
    }
    for (uint32_t i = 0; i < places->processes.items.count; i++) {
        const struct place *place = &places->processes.items.data[i];
        const char *name = name_of(places, place->key, false);
        if (name)
            build_process_name(places->build, place->number, name);
    }
}
