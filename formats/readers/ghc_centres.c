#include "formats/readers/ghc_centres.h"

#include "formats/readers/decimal.h"

struct ghc_metrics ghc_state_metrics(struct build *build, int64_t tick)
{
    struct ghc_metrics metrics = {.tick = tick, .cpu = PROFILE_NONE};
    if (tick > 0)
        metrics.cpu = build_metric(build, "cpu", "s", METRIC_TIME, 1e-9);
    metrics.ticks = build_metric(build, "ticks", "samples", METRIC_SAMPLES, 1);
    metrics.size = build_metric(build, "alloc", "bytes", METRIC_BYTES, 1);
    return metrics;
}

void ghc_state_values(const struct ghc_metrics *metrics, struct build *build, uint32_t context,
                      int64_t ticks, int64_t bytes)
{
    int64_t time;
    if (__builtin_mul_overflow(ticks, metrics->tick, &time))
        time = INT64_MAX;
    if (metrics->cpu != PROFILE_NONE && time)
        build_context_self(build, context, metrics->cpu, time);
    if (ticks)
        build_context_self(build, context, metrics->ticks, ticks);
    if (bytes)
        build_context_self(build, context, metrics->size, bytes);
}

static uint32_t line_of(const char *text, const char *end)
{
    uint64_t line;
    const char *stop = text;
    while (stop < end && *stop >= '0' && *stop <= '9')
        stop++;
    return decimal_count(text, (size_t)(stop - text), &line) && line <= UINT32_MAX ? (uint32_t)line
                                                                                   : 0;
}

/* "Main.hs:6:1-11" and "Main.hs:(14,1)-(15,41)" taken apart. */
static uint32_t split_place(struct slice *place)
{
    const char *end = place->text + place->length, *colon;
    if (!place->text || !place->length || *place->text == '<') {
        place->length = 0;
        return 0;
    }
    if ((colon = memmem(place->text, place->length, ":(", 2))) {
        place->length = (size_t)(colon - place->text);
        return line_of(colon + 2, end);
    }
    const char *column = memrchr(place->text, ':', place->length);
    colon = column ? memrchr(place->text, ':', (size_t)(column - place->text)) : NULL;
    if (!colon)
        return 0;
    place->length = (size_t)(colon - place->text);
    return line_of(colon + 1, column);
}

uint32_t ghc_centre(struct build *build, struct slice label, struct slice module,
                    struct slice place)
{
    uint32_t line = split_place(&place);
    return build_function_n(build, label.text, label.length, module.text, module.length, place.text,
                            place.length, line, FUNCTION_NATIVE);
}
