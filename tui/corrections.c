#include "tui/corrections.h"

#include "formats/documents/number.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>

static const struct metric seconds = {"wall", "s", METRIC_TIME, 1};

struct corrections corrections_of(const struct profile *profile, uint32_t thread)
{
    uint32_t raw = profile->correction.raw;
    if (!raw)
        return (struct corrections){NAN, NAN};
    double recorded = (double)profile_total(profile, raw, thread);
    double taken = recorded - (double)profile_total(profile, 0, thread);
    return (struct corrections){taken * profile->metrics[0].scale,
                                recorded > 0 ? taken / recorded : 0};
}

/* "0.4 %" and "18 %": more digits are no estimate's. */
static void share_text(double share, char *buffer, size_t size)
{
    double percent = share * 100;
    snprintf(buffer, size, percent < 1 ? "%.1f %%" : "%.0f %%", percent);
}

void corrections_sentence(const struct profile *profile, uint32_t metric, char *buffer, size_t size)
{
    struct corrections taken = corrections_of(profile, PROFILE_NONE);
    char value[40], share[16];
    buffer[0] = '\0';
    if (isnan(taken.seconds) || taken.seconds <= 0 ||
        (metric != 0 && metric != profile->correction.raw))
        return;
    number_value(taken.seconds, &seconds, value, sizeof value);
    share_text(taken.share, share, sizeof share);
    snprintf(buffer, size,
             metric == 0 ? "times corrected for %s of recording overhead (%s)"
                         : "times as recorded, with some %s of recording overhead (%s)",
             value, share);
}

void corrections_brief(const struct profile *profile, uint32_t metric, uint32_t thread,
                       char *buffer, size_t size)
{
    struct corrections taken = corrections_of(profile, thread);
    char share[16];
    buffer[0] = '\0';
    if (isnan(taken.share) || taken.share <= 0 || metric != 0)
        return;
    share_text(taken.share, share, sizeof share);
    snprintf(buffer, size, "less %s overhead", share);
}

double corrections_resolution(const struct profile *profile, uint32_t function)
{
    return profile->correction.resolution[profile->functions[function].kind] * 1e-9;
}
