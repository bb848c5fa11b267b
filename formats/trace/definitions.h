/*
 * What a trace names: strings, functions, processes, threads and the threads'
 * call trees (FORMAT.md, section 2). The same tables serve the writer, which
 * encodes what is new since the chunk before, and the reader.
 *
 * Ids of the file are indices here; functions[0] and contexts[0] (a thread's
 * root) are placeholders.
 */
#ifndef NCPROF_FORMATS_TRACE_DEFINITIONS_H
#define NCPROF_FORMATS_TRACE_DEFINITIONS_H

#include "formats/profile/memory.h"
#include "formats/profile/strings.h"
#include "formats/trace/varint.h"

/* Ids must leave room for the two low bits of a token. */
#define DEFINITIONS_FUNCTION_MAX ((1u << 30) - 1)
/* More of these in one file are refused: they cost a reader far more memory than they take in the
 * file. */
#define DEFINITIONS_THREAD_MAX  (1u << 20)
#define DEFINITIONS_CONTEXT_MAX (1u << 23)

struct trace_function {
    uint32_t name, module, file; /* strings */
    uint32_t line, kind;
};

struct trace_process {
    uint64_t pid, parent_pid;
    uint32_t name;
};

/* A context with its sums; those of the root stay 0. */
struct trace_context {
    uint32_t parent, function;
    uint64_t calls, self; /* self in ticks */
};

struct trace_tree {
    ARRAY(struct trace_context) contexts; /* [0] is the root */
    uint32_t written;                     /* writer: contexts that the file defines already */
};

struct trace_thread {
    uint64_t tid;
    uint32_t process, name;
    struct trace_tree tree;
};

struct trace_name {
    uint32_t thread, name;
};

struct definitions {
    struct strings strings;
    ARRAY(struct trace_function) functions;
    ARRAY(struct trace_process) processes;
    ARRAY(struct trace_thread) threads;
    uint32_t context_count;         /* of all threads, roots not counted */
    ARRAY(struct trace_name) names; /* writer: renamings not written yet */
    /* Writer: how many of each the file defines already. */
    struct definitions_written {
        uint32_t strings, functions, processes, threads;
    } written;
};

/* Makes the placeholders. */
void definitions_init(struct definitions *definitions);
void definitions_free(struct definitions *definitions);

/* NULL is "". Returns the new id. */
uint32_t definitions_function(struct definitions *definitions, struct trace_function function);
uint32_t definitions_thread(struct definitions *definitions, struct trace_thread thread);

/*
 * Appends the payload DEFINITIONS: all that is not written yet, with the new contexts of `thread`
 * (CHUNK_NO_THREAD: none). definitions_mark_written() then counts it as written.
 */
void definitions_encode(struct bytes *out, const struct definitions *definitions, uint32_t thread);
void definitions_mark_written(struct definitions *definitions, uint32_t thread);
/* Something other than contexts waits to be written. */
bool definitions_pending(const struct definitions *definitions);
/* The payload for the index: all there is. */
void definitions_encode_all(struct bytes *out, const struct definitions *definitions);

/*
 * Adds a payload to the tables. False when it is not valid or not the next in order; what fitted
 * before that place is kept and consistent.
 */
bool definitions_decode(struct definitions *definitions, const struct bytes *payload);

#endif
