#include "formats/readers/chrome_sums.h"

bool sums_announced(struct scan *scan)
{
    struct slice key, text;
    bool ours = false;
    if (!scan_object(scan))
        return false;
    while (scan_key(scan, &key)) {
        if (!slice_is(key, "recorder"))
            scan_skip(scan);
        else if (scan_string(scan, &text))
            ours = slice_is(text, "ncprof");
    }
    return ours;
}

void sums_begin(struct sums *sums, struct build *build, uint32_t thread, uint32_t function,
                int64_t calls, int64_t at)
{
    if (sums->thread != thread)
        sums->open.count = 0; /* the file was cut and another one begins */
    sums->thread = thread;
    uint32_t parent = sums->open.count ? sums->open.data[sums->open.count - 1].context
                                       : build_root(build, thread);
    uint32_t context = build_context(build, parent, function);
    if (calls >= 0) {
        build_context_calls(build, context, (uint64_t)calls);
        build_flags(build, PROFILE_HAS_CALLS);
    }
    *array_push(&sums->open) = (struct sum_open){context, at, 0};
    sums->spans++;
}

void sums_end(struct sums *sums, struct build *build, uint32_t thread, int64_t at)
{
    if (!sums->open.count || sums->thread != thread) {
        sums->unmatched++;
        return;
    }
    struct sum_open ended = sums->open.data[--sums->open.count];
    int64_t time = build_elapsed(ended.begin, at);
    if (time > ended.callees)
        build_context_self(build, ended.context, 0, time - ended.callees);
    if (sums->open.count && time > 0) {
        struct sum_open *caller = &sums->open.data[sums->open.count - 1];
        if (__builtin_add_overflow(caller->callees, time, &caller->callees))
            caller->callees = INT64_MAX;
    }
}

void sums_free(struct sums *sums)
{
    array_free(&sums->open);
}
