#include "tui/commands/target.h"

#include "tui/losses.h"

#include <stdio.h>
#include <string.h>

static void list_writers(char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; writers[i] && used < size; i++)
        used +=
            (size_t)snprintf(buffer + used, size - used, "%s%s", i ? ", " : "", writers[i]->name);
}

const struct writer *target_writer(const struct target *target, struct error *err)
{
    char known[256];
    const struct writer *writer =
        target->to ? writer_by_name(target->to) : writer_for_path(target->output);
    if (writer)
        return writer;
    list_writers(known, sizeof known);
    if (target->to)
        error_set(err, ERROR_USAGE, "cannot write \"%.64s\"; --to takes %s", target->to, known);
    else
        error_set(err, ERROR_USAGE, "no format goes by the name %.200s; --to takes %s",
                  target->output, known);
    return NULL;
}

/* "a call tree", the first thing that the writer needs and the profile lacks. */
static const char *lacking(const struct writer *writer, const struct profile *profile)
{
    static const struct {
        unsigned flag;
        const char *what;
    } needs[] = {
        {PROFILE_HAS_TREE, "a call tree"},       {PROFILE_HAS_EDGES, "callers"},
        {PROFILE_HAS_CALLS, "numbers of calls"}, {PROFILE_HAS_TIMELINE, "a timeline"},
        {PROFILE_HAS_LATENCY, "latencies"},      {PROFILE_HAS_PRIMITIVE, "primitive calls"}};
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (writer->needs & needs[i].flag & ~profile->flags)
            return needs[i].what;
    return NULL;
}

int target_write(const struct target *target, const struct writer *writer,
                 const struct profile *profile, struct error *err)
{
    const char *missing = lacking(writer, profile);
    const char *loss = writer->loses ? writer->loses(profile) : NULL;
    if (missing)
        error_set(err, ERROR_UNSUPPORTED, "holds no %s, which the format %s is made of",
                  missing + (missing[0] == 'a' && missing[1] == ' ' ? 2 : 0), writer->name);
    else if (loss && target->strict)
        error_set(err, ERROR_UNSUPPORTED, "not written, because of --strict: %s", loss);
    if (missing || (loss && target->strict))
        return error_in_file(err, profile->path);
    if (profile_save(profile, target->output, writer, target->force, err))
        return -1;
    losses_warn(profile);
    if (loss)
        fprintf(stderr, "ncprof: %s: %s\n", target->output, loss);
    return 0;
}
