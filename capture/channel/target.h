/*
 * The traced program's side of the channel. Linked into every recorder runtime;
 * uses libc only, keeps errno, never allocates with malloc, never exits.
 */
#ifndef NCPROF_CAPTURE_CHANNEL_TARGET_H
#define NCPROF_CAPTURE_CHANNEL_TARGET_H

#include "capture/channel/stream.h"

#pragma GCC visibility push(hidden)

/* Maps the session named in the environment; false when there is none or it is over. Once a
 * process. */
bool target_attach(void);
/*
 * After fork, in the child (pthread_atfork): begins a program of its own that inherits the parent's
 * definitions. Follow it by stream_open() for the calling thread; never touch other threads'
 * streams.
 */
void target_forked(void);
bool target_attached(void);
/* Of Python programs Python functions only. */
bool target_python_only(void);

/* Starts a thread's stream (its first block is claimed by the first event). */
void stream_open(struct stream *stream, enum channel_kind kind);
/* The thread ends: hands over its block as the stream's last. */
void stream_close(struct stream *stream);
/* Before fork, in the forking thread: hands its block over, so that the child cannot write into it.
 */
void stream_park(struct stream *stream);
/* Writes ESCAPE_DEPTH: frames deeper than `depth` have ended at `now`. */
void stream_set_depth(struct stream *stream, uint32_t depth, uint64_t now);

/* Definitions; safe from any thread. Strings may be NULL ("") and are cut at CHANNEL_STRING_MAX. */
void define_process(const char *name, const char *runtime);
/* The process ends now with this status; the last one counts. Nothing in a child of vfork(). */
void define_exit(int status, enum channel_exit how);
/* It goes on by exec of `program`; NULL: that has failed. Nothing in a child of vfork(). */
void define_exec(const char *program);
void define_thread(const struct stream *stream, const char *name);
void define_function(uint32_t id, uint32_t line, unsigned kind, const char *name,
                     const char *module, const char *file);
void define_module(uint64_t first, uint64_t end, uint64_t bias, const char *path,
                   const char *build_id);
void define_module_gone(uint64_t first);
void define_note(const char *text);
/* Of so many pairs of hooks; layout.h says which ticks are inside. */
void define_cost(enum channel_hook hook, uint64_t inside, uint64_t outside, uint64_t pairs);
/* Ticks of Python code without calls, recorded and not. */
void define_slowdown(uint64_t recorded, uint64_t plain);
/* The function made so many more calls that the hooks were told of and did not record. */
void define_class_calls(uint32_t function, uint64_t calls);
/* False: it could not be asked. */
bool define_question(uint64_t first, uint32_t number);

#pragma GCC visibility pop

#endif
