/*
 * Python's pickles (protocols 0 to 5) as plain values. Nothing is ever executed or imported: a
 * class or function is its name, an object its class' name, its state and its items.
 *
 * Values are numbers within the pickle. A pickle may refer to a value many times, even in cycles:
 * a walk ends with an error once it has taken many times as many steps as there are items, so
 * walking takes linear time whatever the file says. Memory is at most 48 bytes a byte.
 */
#ifndef NCPROF_FORMATS_READERS_PICKLE_H
#define NCPROF_FORMATS_READERS_PICKLE_H

#include "formats/input.h"
#include "formats/profile/build.h"
#include "formats/profile/error.h"
#include "formats/readers/slice.h"

#include <stdint.h>

#define PICKLE_NOTHING UINT32_MAX

struct pickle;

enum pickle_type {
    PICKLE_NONE,
    PICKLE_BOOL,
    PICKLE_INTEGER, /* those beyond 64 bits are the nearest */
    PICKLE_FLOAT,
    PICKLE_TEXT, /* bytes as well */
    PICKLE_LIST, /* tuples and sets as well */
    PICKLE_DICT,
    PICKLE_OBJECT
};

/*
 * Texts stay in `data`, which must outlive the pickle. 0, -1, or 1 when the data end too early: the
 * root is then what the pickle had built by then, and *err tells.
 */
int pickle_read(struct pickle **out, const uint8_t *data, size_t size, struct error *err);

struct pickle_teller {
    int (*tell)(struct pickle *pickle, void *context, struct error *err);
    void *context;
};
/*
 * Reads all that is left of an input and has the teller state it to the builder. Of a pickle that
 * is cut short what came before counts, and the profile says so; it is an error where the teller
 * finds nothing in it, or where a walk was ended (see above).
 */
int pickle_tell(struct input *input, const struct pickle_teller *teller, struct build *build,
                struct error *err);
/* Whether the first bytes may be a pickle that names the class; for probes. */
bool pickle_holds(const uint8_t *head, size_t size, const char *class);
void pickle_free(struct pickle *pickle); /* NULL is allowed */

uint32_t pickle_root(const struct pickle *pickle);
/* All of these take PICKLE_NOTHING and values of other types and then give nothing. */
enum pickle_type pickle_type(const struct pickle *pickle, uint32_t value);
struct slice pickle_text(const struct pickle *pickle, uint32_t value);
/* Of integers, floats and booleans; 0 for others. */
int64_t pickle_integer(const struct pickle *pickle, uint32_t value);
double pickle_float(const struct pickle *pickle, uint32_t value);
/* The name of an object's class, without its module. */
struct slice pickle_class(const struct pickle *pickle, uint32_t object);
/* What BUILD gave the object: mostly a dict of its attributes. */
uint32_t pickle_state(const struct pickle *pickle, uint32_t object);

/*
 * Walks the items of a list, or keys and values in turn of a dict or of an object that is one:
 *
 *     uint32_t item, at = pickle_first(pickle, list);
 *     while (pickle_next(pickle, &at, &item))
 */
uint32_t pickle_first(const struct pickle *pickle, uint32_t container);
bool pickle_next(struct pickle *pickle, uint32_t *at, uint32_t *item);
/* The first `count` items of a list; what is missing is PICKLE_NOTHING. Returns how many. */
uint32_t pickle_take(struct pickle *pickle, uint32_t list, uint32_t *items, uint32_t count);
/* The value under a text, or PICKLE_NOTHING. */
uint32_t pickle_member(struct pickle *pickle, uint32_t dict, const char *key);
/* Whether a walk was ended; see above. */
bool pickle_exhausted(const struct pickle *pickle);

#endif
