#include "capture/launcher/overhead.h"

#include <math.h>

/* A call that costs more than this was not measured, but interrupted. */
#define TICKS_MAX 1e6
/* Nor is any interpreter so much slower. */
#define SLOWDOWN_MAX 10.0

static const struct {
    const char *kind, *hook;
} hooks[CHANNEL_HOOKS] = {
    [CHANNEL_HOOK_INSTRUMENT] = {"native", "instrument-functions"},
    [CHANNEL_HOOK_RETURN] = {"native", "pg"},
    [CHANNEL_HOOK_PYTHON] = {"python", NULL},
    [CHANNEL_HOOK_BUILTIN] = {"builtin", NULL},
    [CHANNEL_HOOK_CLASS] = {"class", NULL},
};

void overhead_add(struct overhead *overhead, uint32_t hook, uint64_t inside, uint64_t outside,
                  uint64_t pairs)
{
    double ticks = (double)inside + (double)outside;
    if (hook >= CHANNEL_HOOKS || pairs == 0 || ticks / (double)pairs > TICKS_MAX)
        return;
    overhead->of[hook].inside += (double)inside;
    overhead->of[hook].outside += (double)outside;
    overhead->of[hook].pairs += (double)pairs;
}

void overhead_slowdown(struct overhead *overhead, uint64_t recorded, uint64_t plain)
{
    if (recorded <= plain || plain == 0 || (double)recorded / (double)plain > SLOWDOWN_MAX)
        return;
    overhead->recorded += (double)recorded;
    overhead->plain += (double)plain;
}

double overhead_pairs(const struct overhead *overhead)
{
    double pairs = 0;
    for (int hook = 0; hook < CHANNEL_HOOKS; hook++)
        pairs += overhead->of[hook].pairs;
    return pairs;
}

double overhead_call(const struct overhead *overhead)
{
    for (int hook = 0; hook < CHANNEL_HOOKS; hook++) {
        const struct overhead_sums *sums = &overhead->of[hook];
        if (sums->pairs > 0)
            return (sums->inside + sums->outside) / sums->pairs;
    }
    return 0;
}

enum channel_hook overhead_native(const struct overhead *overhead)
{
    if (overhead->of[CHANNEL_HOOK_INSTRUMENT].pairs > 0)
        return CHANNEL_HOOK_INSTRUMENT;
    return overhead->of[CHANNEL_HOOK_RETURN].pairs > 0 ? CHANNEL_HOOK_RETURN : CHANNEL_HOOKS;
}

static double rounded(double ticks, double pairs)
{
    return round(ticks / pairs * 100) / 100;
}

cJSON *overhead_json(const struct overhead *overhead, enum channel_hook native, double tick_ns)
{
    cJSON *object = NULL;
    for (enum channel_hook hook = 0; hook < CHANNEL_HOOKS; hook++) {
        const struct overhead_sums *sums = &overhead->of[hook];
        if (sums->pairs <= 0 || (hooks[hook].hook && hook != native))
            continue;
        if (!object)
            object = cJSON_CreateObject();
        cJSON *cost = cJSON_AddObjectToObject(object, hooks[hook].kind);
        if (hooks[hook].hook)
            cJSON_AddStringToObject(cost, "hook", hooks[hook].hook);
        cJSON_AddNumberToObject(cost, "inside", rounded(sums->inside * tick_ns, sums->pairs));
        cJSON_AddNumberToObject(cost, "outside", rounded(sums->outside * tick_ns, sums->pairs));
        if (hook == CHANNEL_HOOK_PYTHON && overhead->plain > 0)
            cJSON_AddNumberToObject(cost, "slowdown", rounded(overhead->recorded, overhead->plain));
    }
    return object;
}
