/* Which process, thread or piece of asynchronous work an event of a Chrome trace belongs to. */
#ifndef NCPROF_FORMATS_READERS_CHROME_PLACES_H
#define NCPROF_FORMATS_READERS_CHROME_PLACES_H

#include "formats/profile/build.h"
#include "formats/profile/index.h"
#include "formats/profile/memory.h"
#include "formats/readers/scan.h"
#include "formats/readers/tracks.h"

/* A number, or the text that stands where one should. */
struct label {
    int64_t number;
    uint32_t text; /* of the build; 0: a number */
};

struct place_key {
    struct label process, thread, id;
    uint32_t category; /* a text; 0: not asynchronous */
};

struct place {
    struct place_key key;
    uint32_t number; /* what it is called in the build, or a track */
};

struct place_list {
    ARRAY(struct place) items;
    struct index index;
};

struct places {
    struct build *build;
    struct tracks *tracks;
    struct place_list processes, threads, spans;
    struct place_list names; /* numbers are those of `texts` */
    ARRAY(char *) texts;
    uint32_t last; /* the item of spans that was asked for last */
};

void places_free(struct places *places); /* what is in it; not itself */

struct label label_read(struct scan *scan, struct build *build);

/* The number of a key in a list; *added: it is new, and the caller sets its number. */
uint32_t *place_number(struct place_list *list, const struct place_key *key, bool *added);

uint32_t places_process(struct places *places, struct label process);
/* With a category: the thread that all asynchronous work of it is shown in. */
uint32_t places_thread(struct places *places, struct label process, struct label thread,
                       uint32_t category);
/* The track of a thread (category 0, id 0) or of a piece of asynchronous work. */
uint32_t places_track(struct places *places, const struct place_key *key);

/* Makes the threads of all tracks, and states what is on them (tracks_finish()). */
void places_state_tracks(struct places *places, const uint32_t *functions);
/* Of a process, or with a thread of that; the last name counts. */
void places_name(struct places *places, struct label process, const struct label *thread,
                 const char *name);
/* Tells the build the names of the processes and threads that there are. */
void places_state_names(struct places *places);

#endif
