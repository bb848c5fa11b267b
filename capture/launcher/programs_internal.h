/* What programs.c and definitions.c share. */
#ifndef NCPROF_CAPTURE_LAUNCHER_PROGRAMS_INTERNAL_H
#define NCPROF_CAPTURE_LAUNCHER_PROGRAMS_INTERNAL_H

#include "capture/launcher/modules.h"
#include "capture/launcher/overhead.h"
#include "capture/launcher/processes.h"
#include "capture/launcher/programs.h"
#include "formats/profile/memory.h"

#define PROGRAMS_STREAMS (1u << 22) /* in a session that are believed */

struct program {
    uint32_t number;
    uint32_t pid_namespace;
    struct program *parent; /* forked from; NULL: none */
    char *name;
    uint32_t process;         /* its number in processes; PROFILE_NONE: none yet */
    uint32_t expected, taken; /* definitions: next block, bytes of it that are read */
    struct overhead overhead;
    ARRAY(uint32_t) functions; /* in the trace, by id */
    struct modules modules;
};

struct thread_name {
    char *name;
    uint32_t thread; /* in the trace; PROFILE_NONE: none yet */
};

struct programs {
    struct trace_writer *writer;
    ARRAY(struct program *) list;    /* by number; NULL: another kind of stream */
    ARRAY(struct thread_name) names; /* by stream number */
    struct processes *processes;
    struct module_files files;
    struct overhead overhead;    /* of all programs */
    ARRAY(uint64_t) class_calls; /* by function of the trace: made, not recorded, and told of */
    struct choices *choices;     /* NULL: nobody asks */
    bool told;                   /* that a question could not be answered */
    uint32_t unknown;            /* function in the trace for ids that nobody defined */
};

/* A program's function made so many more calls of classes. */
void programs_class_calls(struct programs *programs, const struct program *program, uint64_t id,
                          uint64_t calls);
/* The modules that a forked program has from its parent, as far as they are not its own. */
const struct modules *programs_inherited_modules(const struct program *program);
/* Its command line or that of the program that it was forked from; "" unknown. */
const char *programs_command(const struct programs *programs, const struct program *program);

#endif
