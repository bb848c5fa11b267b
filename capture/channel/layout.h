/*
 * The channel between a traced program and `ncprof record`: one shared memory
 * file, mapped by both, whose path is in the environment as NCPROF_SESSION.
 *
 * Traced programs only ever fill blocks; the recorder (launcher/drain.c) only
 * ever empties them. Either side can be killed at any instruction without the
 * other blocking or misreading:
 *
 *   - A block's life is one word in `states`: FREE -> OPEN (claimed by a
 *     compare-and-swap) -> FULL (handed over) -> TAKEN (read by the recorder)
 *     -> FREE (zeroed). There is no free list and no queue that a kill could break.
 *   - A block stays TAKEN until the chunk that holds its events is in the trace;
 *     definitions stay as long as anything may need them. So the trace and this
 *     file together have every event, whoever is killed (launcher/recover.h).
 *   - Words in a block are zero until written and no event begins with a zero
 *     word, so an OPEN block of a dead program can be read up to its last event.
 *     An enter event is one 8-byte store, a leave event one 4-byte store.
 *   - Blocks of one stream carry consecutive sequence numbers; the recorder
 *     takes them in that order, whatever order it finds them in.
 *
 * The file is sparse. Only the first `reserved` blocks have memory behind them
 * (a full tmpfs would otherwise kill the program with SIGBUS); the recorder adds
 * to them as they are used up. Claims take the lowest free block, so memory in
 * use stays near what is unread plus one block a thread. For the same reason
 * programs map the blocks piecemeal: a program that limits its own address space
 * has hardly less of it. A recorder under such limits makes a smaller file.
 *
 * Back-pressure: a program that wants a block while more than `full_limit` are
 * FULL, or none is free, waits on the futex `beat`, which the recorder raises at
 * every pass, unless the recorder is gone (recorder_pid dead and no beat, or
 * `closed`): then it stops recording and runs on. With `drop` it does not wait: it
 * counts the events that it cannot keep until there is room again.
 *
 * This header is shared with code inside traced programs: libc only.
 */
#ifndef NCPROF_CAPTURE_CHANNEL_LAYOUT_H
#define NCPROF_CAPTURE_CHANNEL_LAYOUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANNEL_ENVIRONMENT "NCPROF_SESSION"
#define CHANNEL_MAGIC       UINT64_C(0x3163686366727063) /* "cprfchc1" */
#define CHANNEL_VERSION     5u
#define CHANNEL_HEADER_SIZE 131072u /* where the first block begins */
#define CHANNEL_BLOCK_SIZE  65536u
#define CHANNEL_BLOCK_COUNT 16384u /* at most: 1 GiB, sparse */
#define CHANNEL_BLOCK_LEAST 8u
#define CHANNEL_SEGMENT     1024u /* blocks that a program maps at a time, 64 MiB */
#define CHANNEL_ANSWERS     4096u /* behind all blocks, bytes for each of them: channel_answers */
/* And behind these the file holds what only the recorder uses (launcher/ledger.h). */
#define CHANNEL_TAIL_SIZE  16384u
#define CHANNEL_TAIL_BLOCK 256u /* and this for each block */
#define CHANNEL_FULL_LIMIT 144u /* 9 MiB unread at most, then programs wait */
#define CHANNEL_WAKE_COUNT 8u   /* FULL blocks at which a sleeping recorder is woken */

enum channel_state { CHANNEL_FREE, CHANNEL_OPEN, CHANNEL_FULL, CHANNEL_TAKEN };

/* What a block's words are. Events of native programs name functions by address, Python's by id. */
enum channel_kind { CHANNEL_DEFINITIONS = 1, CHANNEL_NATIVE, CHANNEL_PYTHON };

/* CPU: `clock_base` and what the thread has spent on a processor, in ns: an axis a thread. */
enum channel_clock { CHANNEL_CLOCK_TSC, CHANNEL_CLOCK_MONOTONIC, CHANNEL_CLOCK_CPU };

/*
 * What the user switches while programs run: they map this page over one of their own
 * (channel/control.h), so that looking at it costs nothing more than a variable.
 *
 * `log` has the first switchings: CLOCK_MONOTONIC_RAW in nanoseconds << 1 | stopped; 0: none yet.
 */
#define CHANNEL_CONTROL_SIZE 4096u
#define CHANNEL_SWITCHES     500u
struct channel_control {
    _Atomic uint32_t stopped;  /* calls made from now on are not recorded */
    _Atomic uint32_t switches; /* how often that has changed */
    _Atomic uint64_t log[CHANNEL_SWITCHES];
    uint8_t padding[CHANNEL_CONTROL_SIZE - 8 - 8 * CHANNEL_SWITCHES];
};
_Static_assert(sizeof(struct channel_control) == CHANNEL_CONTROL_SIZE, "a page");

#define CHANNEL_PATTERNS_SIZE 16384u

/* A program that was started without the session in its environment, by whoever started it. */
#define CHANNEL_MISSED_MOST 64u
enum channel_missed_state { MISSED_NONE, MISSED_STARTED, MISSED_FAILED };
struct channel_missed {
    _Atomic uint32_t state; /* written last */
    int32_t pid;            /* that runs it */
    char program[504];      /* as it was named */
};

struct channel_header {
    uint64_t magic; /* written last by the recorder */
    uint32_t version, header_size;
    uint32_t block_size, block_count;
    uint32_t full_limit;
    uint32_t clock; /* enum channel_clock; all programs of a session use it */
    int32_t recorder_pid;
    uint32_t drop;                 /* no room: lose events and count them, do not wait */
    uint32_t python_only;          /* no C functions of Python programs */
    uint32_t depth_limit;          /* recorded frames open on a stack; 0: no limit */
    uint32_t patterns_size;        /* bytes of `patterns`; 0: all functions are recorded */
    uint64_t clock_base;           /* of the clock CPU: the session's start */
    uint64_t recorder_start;       /* of its process, as /proc/PID/stat says it; 0 unknown */
    uint32_t pid_namespace;        /* the recorder's: low half of the inode of /proc/self/ns/pid */
    _Atomic uint32_t closed;       /* the recorder has finished or died: record nothing more */
    _Atomic uint32_t full_count;   /* FULL blocks; the futex on which the recorder sleeps */
    _Atomic uint32_t drain_asleep; /* the recorder sleeps: wake it at CHANNEL_WAKE_COUNT */
    _Atomic uint32_t beat;         /* passes of the recorder; the futex on which programs wait */
    _Atomic uint32_t waiting;      /* threads that wait for room */
    _Atomic uint32_t reserved;     /* blocks that may be claimed */
    _Atomic uint32_t exhausted;    /* `reserved` cannot grow and nothing is FULL */
    _Atomic uint32_t high_water;   /* blocks ever claimed: only these need looking at */
    _Atomic uint32_t streams;      /* stream numbers handed out */
    _Atomic uint32_t processes;    /* programs that attached */
    _Atomic uint64_t lost_events;  /* could not be kept: no block, recorder gone */
    _Atomic uint32_t questions;    /* numbers handed out */
    _Atomic uint32_t answerable;   /* numbers below it may be asked: their place has memory */
    int64_t start_ns;              /* of the recording, CLOCK_MONOTONIC_RAW; 0 unknown */
    _Atomic uint32_t states[CHANNEL_BLOCK_COUNT]; /* enum channel_state */
    _Alignas(CHANNEL_CONTROL_SIZE) struct channel_control control;
    char patterns[CHANNEL_PATTERNS_SIZE]; /* channel/patterns.h */
    _Atomic uint32_t missed_count;        /* also of those that found no room */
    struct channel_missed missed[CHANNEL_MISSED_MOST];
};
_Static_assert(sizeof(struct channel_header) <= CHANNEL_HEADER_SIZE, "the header has room");
_Static_assert(offsetof(struct channel_header, control) % CHANNEL_CONTROL_SIZE == 0, "a page");

/*
 * Which functions of native code are to be recorded: programs know addresses only, the recorder has
 * the names. A program asks when it first enters code of a module (DEFINE_QUESTION), with a number
 * of its own out of `questions`, and waits for the offset of that number: where in the answers'
 * part of the file the module's table begins, 1 when there is none to be had; then all of it is
 * recorded.
 *
 * A table's rows are ordered; each holds from its start to that of the next one.
 */
#define CHANNEL_NO_TABLE 1u

enum channel_choice { CHOICE_EXCLUDED = 1, CHOICE_INCLUDED = 2 };

struct channel_row {
    uint32_t start;  /* address in the module, the load bias taken off */
    uint32_t choice; /* enum channel_choice */
};
struct channel_table {
    uint32_t count, reserved;
    struct channel_row rows[];
};

/* Begins every block. A block's owner writes it before the block's first event, `kind` last. */
struct channel_block {
    _Atomic uint32_t kind; /* enum channel_kind; 0: claimed, nothing in it yet */
    uint32_t stream;   /* unique in the session: a thread's events, or a program's definitions */
    uint32_t sequence; /* 0, 1, 2 ... within the stream */
    int32_t pid, tid;
    uint32_t last;         /* the stream's final block: its thread or process ended */
    uint64_t base_ticks;   /* time before the first event */
    _Atomic uint32_t used; /* DEFINITIONS: bytes committed after this header */
    uint32_t program;      /* the definitions stream that gives these events their meaning */
    uint32_t parent;       /* DEFINITIONS: of the program this one was forked from, whose
                              definitions hold here too; UINT32_MAX: none */
    uint32_t pid_namespace;
    uint32_t padding[4]; /* to 64 bytes */
};
_Static_assert(sizeof(struct channel_block) == 64, "events start on a cache line");

#define CHANNEL_BLOCK_WORDS ((CHANNEL_BLOCK_SIZE - sizeof(struct channel_block)) / 4)

/*
 * Events: 32-bit words. The low two bits of the first say which, the upper 30 the
 * ticks since the event before (or since base_ticks).
 *
 *   ENTER   dt<<2|1, function    the lower 32 bits of its address, or its id
 *   LEAVE   dt<<2|2              the innermost open function returns
 *   ESCAPE  what<<2|3, ...       as follows; none of them takes time
 *
 *   ESCAPE_TIME   low, high      the clock's value now, when dt does not fit 30 bits
 *   ESCAPE_HIGH   high           upper 32 bits of the addresses that follow; 0 at a block's start
 *   ESCAPE_LOST   count          events lost here; the stack is unknown until ESCAPE_DEPTH
 *   ESCAPE_DEPTH  depth          exactly `depth` frames are open: deeper ones have ended now
 *   ESCAPE_PAUSE  low, high      until this clock value the thread waited for the recorder
 */
enum channel_event { CHANNEL_ENTER = 1, CHANNEL_LEAVE = 2, CHANNEL_ESCAPE = 3 };
enum channel_escape {
    ESCAPE_TIME = 1,
    ESCAPE_HIGH = 2,
    ESCAPE_LOST = 3,
    ESCAPE_DEPTH = 4,
    ESCAPE_PAUSE = 5
};
#define CHANNEL_DT_MAX ((1u << 30) - 1)

/*
 * Definitions: records, each 8-byte aligned. A record is committed by raising the
 * block's `used` past it (release), before any event that needs it is written.
 * Function ids are a program's own; each is defined once and never changes.
 * Strings follow the fixed part, each a uint32_t length and the bytes (no NUL), unaligned;
 * none is longer than CHANNEL_STRING_MAX.
 */
#define CHANNEL_STRING_MAX 8192u

enum channel_definition {
    DEFINE_PROCESS =
        1, /* a = pid, b = parent's pid, c = image (lineage.h); name (argv[0] or script), runtime
              ("CPython 3.11.2"), command line ("" after fork: its parent's) */
    DEFINE_THREAD,      /* a = tid, b = stream; name */
    DEFINE_FUNCTION,    /* a = id, b = line, flags = enum function_kind; name, module, file */
    DEFINE_MODULE,      /* a = first address, b = end, c = load bias; path, build id in hex */
    DEFINE_MODULE_GONE, /* a = first address */
    DEFINE_NOTE,        /* a sentence for the user */
    DEFINE_COST, /* flags = enum channel_hook; of c enter/leave pairs: a, b = ticks between their
                    readings of the clock, and the others. Of several all count. */
    DEFINE_QUESTION, /* a = first address of a module, b = the question's number */
    DEFINE_ANCESTOR, /* a = pid, b = its parent's pid: between this process and the recorder */
    DEFINE_EXEC,     /* it goes on by exec of this program; "": that has failed */
    DEFINE_EXIT,     /* a = exit status, flags = enum channel_exit; the last one counts */
    DEFINE_SLOWDOWN, /* a, b = ticks of the same Python code recorded, and not: between calls, too,
                        an interpreter may be slower while it tells of them. Of several all count.
                      */
    DEFINE_CLASS_CALLS, /* a = function id: it made b more calls that were told of and not recorded
                         */
};

enum channel_exit { CHANNEL_EXIT_HANDLERS, CHANNEL_EXIT_AT_ONCE }; /* exit(), _exit() */

/* What makes events: calls of each cost something else. */
enum channel_hook {
    CHANNEL_HOOK_INSTRUMENT, /* native: -finstrument-functions */
    CHANNEL_HOOK_RETURN,     /* native: -pg, which replaces return addresses */
    CHANNEL_HOOK_PYTHON,     /* Python functions */
    CHANNEL_HOOK_BUILTIN,    /* C functions called from Python */
    CHANNEL_HOOK_CLASS,      /* classes called from Python, which make none: all of it is outside */
    CHANNEL_HOOKS
};

struct channel_record {
    uint32_t size; /* of the whole record, with padding to 8 */
    uint16_t what; /* enum channel_definition */
    uint16_t flags;
    uint64_t ticks; /* when it was written: modules come and go */
    uint64_t a, b, c;
    /* strings follow */
};

/* Where a file with so many blocks has the answers and the tail, and its size. */
static inline uint64_t channel_size(uint32_t blocks)
{
    return CHANNEL_HEADER_SIZE + (uint64_t)blocks * CHANNEL_BLOCK_SIZE;
}

static inline uint64_t channel_tail(uint32_t blocks)
{
    return channel_size(blocks) + (uint64_t)blocks * CHANNEL_ANSWERS;
}

static inline uint64_t channel_file_size(uint32_t blocks)
{
    return channel_tail(blocks) + CHANNEL_TAIL_SIZE + (uint64_t)blocks * CHANNEL_TAIL_BLOCK;
}

/* The blocks of a file of that size; 0: it is no session's. */
static inline uint32_t channel_blocks(uint64_t file_size)
{
    uint64_t none = channel_file_size(0), each = channel_file_size(1) - none;
    uint64_t blocks = file_size > none ? (file_size - none) / each : 0;
    bool whole = blocks <= CHANNEL_BLOCK_COUNT && none + blocks * each == file_size;
    return whole ? (uint32_t)blocks : 0;
}

static inline uint64_t channel_answers_size(uint32_t blocks)
{
    return (uint64_t)blocks * CHANNEL_ANSWERS;
}

/* Numbers that questions may have: that many offsets come first, then tables. */
static inline uint32_t channel_questions(uint32_t blocks)
{
    return blocks * (CHANNEL_ANSWERS / 64);
}

/* The answers' part as the recorder has it; programs have session_answers() (channel/blocks.h). */
static inline char *channel_answers(struct channel_header *header, uint32_t blocks)
{
    return (char *)header + channel_size(blocks);
}

static inline _Atomic uint32_t *channel_offset(char *answers, uint32_t number)
{
    return (_Atomic uint32_t *)(void *)answers + number;
}

static inline struct channel_block *channel_block_at(struct channel_header *header, uint32_t index)
{
    return (struct channel_block *)(void *)((char *)header + CHANNEL_HEADER_SIZE +
                                            (uint64_t)index * CHANNEL_BLOCK_SIZE);
}

#endif
