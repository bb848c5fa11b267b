/*
 * The document of a Firefox profile: all its threads with their tables, for shared tables may stand
 * behind them. A raw profile holds others, of further processes; all their threads are in one list.
 */
#ifndef NCPROF_FORMATS_READERS_GECKO_DOCUMENT_H
#define NCPROF_FORMATS_READERS_GECKO_DOCUMENT_H

#include "formats/readers/gecko_tables.h"

struct gecko_set {
    struct gecko_table stacks, frames, functions, resources, sources;
    struct gecko_strings strings;
};

struct gecko_thread {
    struct gecko_set own;
    struct gecko_table samples;
    char *name, *process_name, *process_type, *pid; /* NULL: not told */
    uint64_t tid;
    int64_t interval; /* between samples, ns */
};

/* Zeroed with a build, whose texts it uses, before it is read. */
struct gecko_document {
    struct build *build;
    struct gecko_set shared;
    ARRAY(struct gecko_thread) threads;
    uint64_t cut;        /* profiles within that are cut short */
    struct error nested; /* why, of one of them */
};

/* Errors are the scan's. */
void gecko_document_read(struct gecko_document *document, struct scan *scan);
void gecko_document_free(struct gecko_document *document);

#endif
