/* The part of choice.h that hooks do not call. */
#include "capture/channel/blocks.h"
#include "capture/channel/target.h"
#include "capture/runtime/choice.h"
#include "capture/runtime/modules.h"

void choice_open(void)
{
    const struct channel_header *channel = target.channel;
    if (channel->patterns_size > 0) {
        choice_rules.answers = session_answers();
        choice_rules.answers_size = channel_answers_size(channel->block_count);
        choice_rules.names = choice_rules.answers != NULL;
        if (!choice_rules.names)
            define_note(
                "this program's functions are all recorded, whatever they are called: there "
                "is no address space for the list of those to be left out");
    }
    choice_rules.depth = channel->depth_limit ? channel->depth_limit : UINT32_MAX;
    choice_rules.on = choice_rules.names || channel->depth_limit > 0;
}

void choice_learn(struct thread *thread, uintptr_t function)
{
    modules_know(thread, function);
    modules_ask(function);
}
