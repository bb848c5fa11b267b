/*
 * A cursor over Python's marshal format, versions 0 to 5, as CPython 2 and 3 and
 * PyPy write it. Nothing is built in memory: the caller takes one object after the
 * other, and containers are followed by their elements.
 *
 * Sources: CPython's Python/marshal.c (type codes, the reference table, the
 * layouts of code objects in 2.7, 3.0, 3.8 and 3.11), PyPy's marshal_impl.py.
 *
 * References. An object whose type byte carries FLAG_REF, or in Python 2 an
 * interned string, gets the next number of a table; 'r' (or 'R') names it later.
 * A named scalar is handed out as if it stood there. A named container is handed
 * out without its elements; marshal_follow() and marshal_return() visit them.
 * What is read again that way is paid from a budget, so that time stays linear.
 */
#ifndef NCPROF_FORMATS_READERS_MARSHAL_H
#define NCPROF_FORMATS_READERS_MARSHAL_H

#include "formats/profile/error.h"
#include "formats/profile/memory.h"

#include <stdbool.h>

#define MARSHAL_NONE UINT32_MAX

enum marshal_kind {
    MARSHAL_END,   /* the NULL that ends a dictionary */
    MARSHAL_INT,   /* also True and False */
    MARSHAL_FLOAT, /* */
    MARSHAL_TEXT,  /* str, bytes, unicode */
    MARSHAL_TUPLE, /* also list, set, frozenset: `count` elements follow */
    MARSHAL_DICT,  /* keys and values follow, then MARSHAL_END */
    MARSHAL_CODE,  /* marshal_code() goes on */
    MARSHAL_OTHER, /* None, Ellipsis, complex, ...: nothing follows */
};

struct marshal_value {
    enum marshal_kind kind;
    bool named;         /* stands elsewhere: of a container nothing follows */
    uint32_t reference; /* its number in the table, or MARSHAL_NONE */
    union {
        uint32_t length; /* TEXT */
        uint32_t count;  /* TUPLE */
    };
    union {
        int64_t integer;  /* INT; saturated */
        double real;      /* FLOAT; may be NaN or infinite */
        const char *text; /* TEXT: within the data, not terminated */
    };
};

struct marshal {
    const uint8_t *data;
    size_t size, position;
    ARRAY(uint64_t) references; /* offsets of the type bytes */
    ARRAY(uint32_t) tags;       /* of the references, the caller's; MARSHAL_NONE at first */
    ARRAY(uint64_t) interned;   /* offsets, of Python 2's table */
    unsigned following;         /* how deep inside named objects */
    uint64_t budget;
};

/* `data` is borrowed until marshal_free(). */
void marshal_init(struct marshal *m, const void *data, size_t size);
void marshal_free(struct marshal *m);

/* The next `count` bytes as they are. */
int marshal_take(struct marshal *m, size_t count, const uint8_t **bytes, struct error *err);

/* Errors: ERROR_TRUNCATED where the data end, ERROR_FORMAT with the offset for all else. */
int marshal_next(struct marshal *m, struct marshal_value *value, struct error *err);

/*
 * The caller's note on an object that has a number (else nothing happens), for when it is named
 * again: when such a name comes next, marshal_tagged() passes over it and gives the tag.
 */
void marshal_tag(struct marshal *m, uint32_t reference, uint32_t tag);
bool marshal_tagged(struct marshal *m, uint32_t *tag);
/* So many bytes ahead an object is likely to be named: has its tag brought into the cache. */
void marshal_expect(const struct marshal *m, size_t ahead);

/* Passes over what follows `value`, to a stated depth. */
int marshal_skip(struct marshal *m, const struct marshal_value *value, struct error *err);

/* Goes to a named container; returns where to come back to. Its elements follow. */
size_t marshal_follow(struct marshal *m, const struct marshal_value *value);
void marshal_return(struct marshal *m, size_t position);

struct marshal_code {
    struct marshal_value file, name; /* TEXT, or OTHER when they are not */
    uint32_t line;
};

/* Reads what follows a MARSHAL_CODE. */
int marshal_code(struct marshal *m, struct marshal_code *code, struct error *err);

#endif
