#include "capture/python/choice.h"

#include "capture/channel/blocks.h"
#include "capture/python/threads.h"

#include <stdlib.h>

struct choice_rules choice_rules = {.depth = UINT32_MAX};

void choice_open(void)
{
    const struct channel_header *channel = target.channel;
    if (channel->patterns_size <= CHANNEL_PATTERNS_SIZE)
        choice_rules.patterns = patterns_compile(channel->patterns, channel->patterns_size);
    choice_rules.depth = channel->depth_limit ? channel->depth_limit : UINT32_MAX;
    choice_rules.on = choice_rules.patterns || channel->depth_limit;
}

/* ---- frames that are not recorded ---- */

static struct choice_run *last_run(struct choice_skips *skips)
{
    return skips->count ? &skips->runs[skips->count - 1] : NULL;
}

static bool make_room(struct choice_skips *skips)
{
    if (skips->runs && skips->count < skips->room)
        return true;
    uint32_t room = skips->room ? skips->room * 2 : 16;
    struct choice_run *grown = realloc(skips->runs, room * sizeof *grown);
    if (!grown)
        return false;
    skips->runs = grown;
    skips->room = room;
    return true;
}

static bool skip(struct thread *thread)
{
    struct choice_run *run = last_run(&thread->skips);
    if (run && run->depth == thread->stream.depth) {
        run->count++;
        return true;
    }
    if (!make_room(&thread->skips))
        return false;
    thread->skips.runs[thread->skips.count++] = (struct choice_run){thread->stream.depth, 1};
    threads_settle(thread);
    return true;
}

uint32_t choice_skipped(const struct choice_skips *skips)
{
    uint32_t frames = 0;
    for (uint32_t i = 0; i < skips->count; i++)
        frames += skips->runs[i].count;
    return frames;
}

void choice_free(struct choice_skips *skips)
{
    free(skips->runs);
    *skips = (struct choice_skips){0};
}

/* ---- inside what is included ---- */

/* All frames are recorded that lie on an included one; the outermost recorded one is included. */
static bool is_within(const struct thread *thread)
{
    return thread->stream.depth > 0 || thread->hidden > thread->hidden_outside;
}

void choice_forked(struct thread *thread)
{
    struct choice_skips *skips = &thread->skips;
    bool outside = thread->hidden <= thread->hidden_outside;
    if (outside && skips->count && skips->runs[0].depth == 0)
        thread->hidden_outside = thread->hidden + skips->runs[0].count;
    else if (outside)
        thread->hidden_outside = thread->hidden;
    thread->hidden += choice_skipped(skips);
    skips->count = 0;
}

/* ---- enters and leaves ---- */

bool choice_is_excluded(const struct thread *thread, const void *key, uint32_t names)
{
    return names & CHOICE_EXCLUDED && key != thread->main_code;
}

bool choice_of_enter(struct thread *thread, const void *key, uint32_t names)
{
    if (choice_is_excluded(thread, key, names))
        return false;
    bool recorded = !choice_is_stopped() && !(names & CHOICE_EXCLUDED) &&
                    (names & CHOICE_INCLUDED || is_within(thread)) &&
                    thread->stream.depth < choice_rules.depth;
    return recorded || !skip(thread);
}

/* An end without a beginning: the program's own frame is the only one that is open. */
static bool is_stray(const struct thread *thread, const struct choice_run *run, const void *key)
{
    return thread->main && !thread->green && thread->hidden == 0 && run->depth == 0 &&
           run->count == 1 && key != thread->main_code;
}

bool choice_of_leave(struct thread *thread, const void *key)
{
    if (choice_rules.patterns && choice_is_excluded(thread, key, functions_choice(key)))
        return true;
    struct choice_run *run = last_run(&thread->skips);
    if (!run || run->depth != thread->stream.depth)
        return false;
    if (!is_stray(thread, run, key) && --run->count == 0) {
        thread->skips.count--;
        threads_settle(thread);
    }
    return true;
}
