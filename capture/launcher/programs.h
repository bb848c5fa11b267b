/*
 * What the recorder knows of the traced programs by their definitions: functions, modules,
 * threads' names. Gives events their functions in the trace.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_PROGRAMS_H
#define NCPROF_CAPTURE_LAUNCHER_PROGRAMS_H

#include "capture/channel/layout.h"
#include "formats/profile/error.h"
#include "formats/trace/trace_writer.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct choices;
struct programs;
struct program;
struct processes;

struct programs *programs_new(struct trace_writer *writer);
/* Questions which functions to record are answered by it, which is borrowed. */
void programs_choose(struct programs *programs, struct choices *choices);
/* The trace is one that is gone on with: processes that it has are not stated again. */
void programs_resumed(struct programs *programs);
void programs_free(struct programs *programs); /* NULL is allowed */

/* The program whose block this is; made when it is new. NULL for an absurd number. */
struct program *programs_get(struct programs *programs, const struct channel_block *block);

/*
 * Reads what is new in a definitions block, taken in sequence order. Returns the sequence number
 * that is expected next from this program.
 */
uint32_t programs_expected(const struct program *program);
int programs_read(struct programs *programs, const struct channel_block *block, bool complete,
                  struct error *err);

/* The program's id in the trace, made at the first thread that needs it. */
uint32_t programs_process(struct programs *programs, struct program *program, int32_t pid);
/*
 * So many calls of it have not returned. NULL: of a thread that `recover` knows from the trace
 * alone, which died between giving back one block and taking the next.
 */
void programs_left_open(struct programs *programs, const struct program *program, uint32_t calls);
struct processes *programs_processes(struct programs *programs);
/* The name that was defined for a stream, or "". Later names go straight to the trace. */
const char *programs_thread_name(const struct programs *programs, uint32_t stream);
void programs_thread_known(struct programs *programs, uint32_t stream, uint32_t thread);

/*
 * The function in the trace of a defined id, of an address at a time. *lasting: it will be the same
 * later, unless definitions are read in between.
 */
uint32_t programs_function(struct programs *programs, struct program *program, uint32_t id,
                           bool *lasting);
uint32_t programs_address(struct programs *programs, struct program *program, uint64_t address,
                          uint64_t ticks, bool *lasting);

/* Ticks of one pair of hooks as the program measured it; 0 unknown. */
uint64_t programs_cost(const struct program *program);
/* Of how many pairs all programs have measured the cost. */
double programs_measured(const struct programs *programs);
/* The metadata "cost" of the trace, to be freed by the caller; NULL: it is not known. */
cJSON *programs_costs(const struct programs *programs, double tick_ns);

#endif
