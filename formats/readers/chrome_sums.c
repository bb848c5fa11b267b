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

void sums_arguments(struct scan *scan, struct sum_span *span)
{
    struct slice key;
    if (!scan_object(scan))
        return;
    while (scan_key(scan, &key)) {
        if (slice_is(key, "depth"))
            (void)scan_scaled(scan, 0, &span->depth);
        else if (slice_is(key, "calls"))
            (void)scan_scaled(scan, 0, &span->calls);
        else
            scan_skip(scan);
    }
}

static void close_spans(struct sums *sums, struct build *build, uint64_t depth)
{
    while (sums->open.count && sums->open.count >= depth) {
        struct sum_open open = sums->open.data[--sums->open.count];
        if (open.left > 0)
            build_context_self(build, open.context, 0, open.left);
    }
}

void sums_take(struct sums *sums, struct build *build, uint32_t thread, uint32_t function,
               const struct sum_span *span)
{
    int64_t duration = span->duration > 0 ? span->duration : 0;
    if (sums->thread != thread)
        close_spans(sums, build, 0);
    sums->thread = thread;
    close_spans(sums, build, (uint64_t)span->depth);
    uint32_t parent = build_root(build, thread);
    if (sums->open.count) {
        struct sum_open *caller = &sums->open.data[sums->open.count - 1];
        caller->left = caller->left < duration ? 0 : caller->left - duration;
        parent = caller->context;
    }
    uint32_t context = build_context(build, parent, function);
    if (span->calls >= 0) {
        build_context_calls(build, context, (uint64_t)span->calls);
        build_flags(build, PROFILE_HAS_CALLS);
    }
    *array_push(&sums->open) = (struct sum_open){context, duration};
    sums->spans++;
}

void sums_finish(struct sums *sums, struct build *build)
{
    close_spans(sums, build, 0);
    array_free(&sums->open);
}
