/*
 * The recorder's side of the channel: takes what traced programs have written
 * and feeds it to the trace writer, in bounded memory.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_DRAIN_H
#define NCPROF_CAPTURE_LAUNCHER_DRAIN_H

#include "capture/launcher/processes.h"
#include "capture/launcher/selection.h"
#include "capture/launcher/session.h"
#include "formats/profile/error.h"
#include "formats/trace/trace_writer.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

struct drain;

/*
 * Creates the session's shared memory; its path goes into the target's environment as
 * CHANNEL_ENVIRONMENT. The clock is the one that clock_choose() says.
 */
int drain_open(struct drain **out, struct trace_writer *writer, struct error *err);
const char *drain_path(const struct drain *drain);
/* Before programs start: their clock. */
void drain_clock(struct drain *drain, enum channel_clock clock);
/* Before programs start: where there is no room, they lose events and count them. */
void drain_drop(struct drain *drain);
/* Likewise: of Python programs they record Python functions only. */
void drain_python_only(struct drain *drain);

/* Likewise: what of them is recorded, and when. */
void drain_select(struct drain *drain, const struct selection *selection, int64_t start_ns);
/* The session that programs see. */
struct channel_header *drain_channel(struct drain *drain);

/*
 * Goes on with what a killed recorder has left: its shared memory and, in `writer`, its trace.
 * Takes over the session. Follow it by drain_rest().
 */
struct drain *drain_resume(const struct session *session, struct trace_writer *writer);
/* Ends without removing the shared memory: what is not in the trace stays there. */
void drain_leave(struct drain *drain);

/* Sleeps until there is something to take, a signal, or `timeout_ms`. */
void drain_wait(struct drain *drain, int timeout_ms);
/*
 * Takes what is handed over, at most some 20 ms of work; about once a second it also looks after
 * programs that died, the clock, and the file. An error of the writer (a full disk) is reported
 * once; the channel is drained all the same, so the program is not disturbed.
 */
int drain_some(struct drain *drain, struct error *err);
/* The recorder's child has ended, as wait() says it. */
void drain_ended(struct drain *drain, int32_t pid, int status);
/* The programs have ended: takes their open blocks too, closes frames left open. */
int drain_rest(struct drain *drain, struct error *err);

struct drain_state {
    uint32_t processes; /* that attached */
    uint32_t native_streams, python_streams;
    uint64_t events, lost;
    uint64_t unmatched;         /* leaves without a frame: the program was joined in mid-call */
    struct processes_open open; /* calls that the recorder closed because no program did */
    uint64_t cost_ticks;        /* what the hooks are estimated to have cost; 0 unknown */
    uint64_t span_ticks;        /* from first to last event, added up over the threads */
};
struct drain_state drain_state(const struct drain *drain);
/* The metadata "cost" of the trace, to be freed by the caller; NULL: it is not known. */
cJSON *drain_costs(const struct drain *drain);

void drain_close(struct drain *drain); /* removes the shared memory; NULL is allowed */

#endif
