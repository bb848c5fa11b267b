#include "capture/launcher/missed.h"

#include "formats/profile/memory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct missed {
    char program[sizeof((struct channel_missed *)NULL)->program];
    int32_t pid; /* of the first */
    uint32_t count;
};

/* A copy of it, which programs cannot write to. False: there is none in this place. */
static bool read_place(const struct channel_missed *place, struct missed *missed)
{
    if (atomic_load(&place->state) != MISSED_STARTED)
        return false;
    memcpy(missed->program, place->program, sizeof missed->program);
    missed->program[sizeof missed->program - 1] = '\0';
    missed->pid = place->pid;
    missed->count = 1;
    return true;
}

static uint32_t collect(const struct channel_header *channel, struct missed *list)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < CHANNEL_MISSED_MOST; i++) {
        uint32_t same = 0;
        if (!read_place(&channel->missed[i], &list[count]))
            continue;
        while (strcmp(list[same].program, list[count].program) != 0)
            same++;
        if (same < count)
            list[same].count++;
        else
            count++;
    }
    return count;
}

static int note_one(const struct missed *missed, struct trace_writer *writer, struct error *err)
{
    char *text =
        missed->count == 1
            ? memory_printf("Process %" PRId32 ", %s, was started without the recording's "
                            "environment (NCPROF_SESSION, LD_PRELOAD): it was not recorded",
                            missed->pid, missed->program)
            : memory_printf("%" PRIu32 " processes, %s, were started without the recording's "
                            "environment (NCPROF_SESSION, LD_PRELOAD): they were not recorded",
                            missed->count, missed->program);
    int result = trace_writer_note(writer, text, err);
    free(text);
    return result;
}

static int note_more(uint32_t more, struct trace_writer *writer, struct error *err)
{
    char *text = memory_printf("%" PRIu32 " more processes were started without the recording's "
                               "environment",
                               more);
    int result = trace_writer_note(writer, text, err);
    free(text);
    return result;
}

int missed_note(const struct channel_header *channel, struct trace_writer *writer,
                struct error *err)
{
    struct missed *list = memory_alloc(CHANNEL_MISSED_MOST * sizeof *list);
    uint32_t count = collect(channel, list), all = atomic_load(&channel->missed_count);
    int result = 0;
    for (uint32_t i = 0; i < count && result == 0; i++)
        result = note_one(&list[i], writer, err);
    if (all > CHANNEL_MISSED_MOST && result == 0)
        result = note_more(all - CHANNEL_MISSED_MOST, writer, err);
    free(list);
    return result;
}
