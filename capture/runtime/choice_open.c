/* The part of choice.h that hooks do not call. */
#include "capture/channel/blocks.h"
#include "capture/runtime/choice.h"
#include "capture/runtime/modules.h"

void choice_open(void)
{
    const struct channel_header *channel = target.channel;
    choice_rules.names = channel->patterns_size > 0;
    choice_rules.depth = channel->depth_limit ? channel->depth_limit : UINT32_MAX;
    choice_rules.on = choice_rules.names || channel->depth_limit;
}

void choice_learn(struct thread *thread, uintptr_t function)
{
    modules_know(thread, function);
    modules_ask(function);
}
