/*
 * What the native recorder keeps of a thread: its stream of events and a shadow
 * of its call stack.
 *
 * The shadow stack is what keeps the events balanced when a program leaves
 * functions without saying so (longjmp, exceptions, exit of a coroutine). Each
 * frame remembers its place on the machine stack. Stacks grow down, so a frame
 * whose place lies below that of a function now being entered has ended. Places are
 *
 *   -finstrument-functions   the stack pointer at which the hook was called
 *   -pg                      where the function's return address lies
 *
 * A thread that runs on several stacks (coroutines, signal stacks) has one
 * `struct context` a stack, each with an event stream of its own.
 *
 * A signal handler can interrupt a hook. `busy` says so; what such a handler
 * calls is put aside (nested.c) and recorded when the hook ends.
 */
#ifndef NCPROF_CAPTURE_RUNTIME_THREAD_H
#define NCPROF_CAPTURE_RUNTIME_THREAD_H

#include "capture/channel/control.h"
#include "capture/channel/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTEXTS_MAX  65536u /* stacks a thread; what runs on more is counted as lost */
#define CONTEXTS_OPEN 256u   /* of these may hold memory of the channel at a time */
#define NESTED_FRAMES 64u
#define NESTED_EVENTS 512u
#define VECTOR_STATE  2688u /* bytes; XSAVE's standard format up to AVX-512 */
#define OWN_STACK     32768u

/* -pg's hooks may change no register at all: the function has not begun yet. */
#if defined(__x86_64__) && defined(__clang__) /* its tail calls restore registers over arguments   \
                                               */
#define KEEPS_REGISTERS __attribute__((no_caller_saved_registers, disable_tail_calls))
#elif defined(__x86_64__)
#define KEEPS_REGISTERS __attribute__((no_caller_saved_registers))
#else
#define KEEPS_REGISTERS
#endif

#define RARELY(condition) __builtin_expect((condition) != 0, 0)

enum hook_kind { HOOK_CALLS, HOOK_RETURNS }; /* -finstrument-functions, -pg */
/*
 * FRAME_SILENT: not in the stream. FRAME_RESTORED: its real return address is
 * back in place; FRAME_HIDDEN: for a moment. FRAME_CHAINED: how many functions at the same place
 * ended in a jump to this one; at most FRAME_CHAIN_MAX of them are kept open until it returns, for
 * programs that never do anything else.
 */
enum frame_mark {
    FRAME_SILENT = 1,
    FRAME_RESTORED = 2,
    FRAME_HIDDEN = 4,
    FRAME_CHAIN_ONE = 1 << 8,
    FRAME_CHAIN_MAX = 32 << 8,
    FRAME_CHAINED = ~0xff
};

struct frame {
    uintptr_t place;    /* on the machine stack */
    uintptr_t function; /* its address; 0: its return address was replaced */
    uintptr_t origin;   /* who called the hook, or the return address that was replaced */
    uintptr_t marks;    /* enum frame_mark */
};

struct context {
    struct stream stream;
    struct frame *top;  /* the innermost open frame; frames[0] is a sentinel above all places */
    struct frame *last; /* up to which hooks push by themselves: `end`, or none of them */
    struct frame *end;  /* of those there is room for */
    struct frame *frames;
    uintptr_t low, size; /* the stack's addresses */
    uint32_t silent;     /* frames that are not in the stream */
    uint32_t within; /* place in `frames` of the outermost one that is included by name; 0: none */
    bool foreign;    /* not the stack the thread was born with: its bounds are a guess */
    bool open;       /* is one of `stacks.open`, or the first */
};

struct deferred {
    uint64_t ticks;
    uintptr_t function; /* entered; 0: left */
};

struct nested {
    uint32_t frame_count, event_count, lost;
    struct frame frames[NESTED_FRAMES];
    struct deferred events[NESTED_EVENTS];
};

#define CHOICES_BITS 8
struct known_choice {
    uintptr_t function; /* 0: none */
    uint32_t version;   /* of the list of modules */
    uint32_t names;     /* a set of enum channel_choice */
};

struct thread {
    struct context on;    /* the stack it runs on now */
    uintptr_t busy;       /* a hook is at work at this place on the stack; 0: none */
    uint32_t interrupted; /* events or frames in nested */
    uint32_t context_count, context_current;
    struct context *contexts; /* all stacks; NULL as long as there is only one */
    struct stacks *stacks;    /* stacks.c: to find them by */
    /*
     * Code whose module is defined and the upper half of whose addresses the open
     * block knows; the size is 0 whenever that may have changed.
     */
    uintptr_t module_low, module_size;
    int32_t tid;
    struct nested nested;
    struct known_choice choices[1 << CHOICES_BITS]; /* by a hash of the function */
    _Alignas(64) unsigned char vector_state[VECTOR_STATE];
    _Alignas(16) unsigned char own_stack[OWN_STACK];
};

#pragma GCC visibility push(hidden)

/* NULL: not met yet. Has initial-exec storage and is all the static TLS that is used. */
extern __thread struct thread *thread_self;
/* Of threads that are not recorded (any more): always busy, so that hooks look no further. */
extern struct thread thread_off;

/*
 * Runs work(a, b) on the recorder's own stack with the vector registers saved and
 * signals blocked: hooks may be called where the program's are in use and its
 * stack is short. outside.S (x86-64) or outside.c.
 */
uintptr_t outside(struct thread *thread, uintptr_t (*work)(struct thread *thread, const void *a),
                  const void *a);

/* The calling thread's state; thread_off when nothing is to be recorded. */
struct thread *thread_begin(enum hook_kind kind);

#pragma GCC visibility pop

#endif
