/* How functions grow over three runs and more. */
#include "formats/profile/memory.h"
#include "tui/numbers.h"
#include "tui/screens/screen.h"

#include <stdlib.h>
#include <string.h>

struct scaling_state {
    struct subject_run *runs;
    uint32_t run_count;
    struct rect area;
};

static void rebuild(void *opaque, const struct subject *subject)
{
    struct scaling_state *state = opaque;
    size_t bytes = subject->run_count * sizeof *subject->runs;
    free(state->runs);
    state->runs = memory_alloc(bytes);
    memcpy(state->runs, subject->runs, bytes);
    state->run_count = subject->run_count;
}

static void close_state(void *opaque)
{
    free(((struct scaling_state *)opaque)->runs);
}

static void fit(void *opaque, struct rect area)
{
    ((struct scaling_state *)opaque)->area = area;
}

static void draw(const void *opaque, struct canvas *canvas)
{
    const struct scaling_state *state = opaque;
    const struct rect *area = &state->area;
    for (int i = 0; i < (int)state->run_count && i < area->rows; i++) {
        const struct subject_run *run = &state->runs[i];
        const struct metric *metric = &run->profile->metrics[run->metric];
        int64_t total = profile_total(run->profile, run->metric, PROFILE_NONE);
        char value[40];
        number_value(number_in_unit(total, metric), metric, value, sizeof value);
        canvas_text_right(canvas, area->row + i, area->column, 12, STYLE_NORMAL, value);
        canvas_text_cut(canvas, area->row + i, area->column + 14, area->columns - 14, STYLE_NORMAL,
                        run->profile->path);
    }
}

const struct screen_ops scaling_screen = {
    .title = "Scaling",
    .place = PLACE_SCALING,
    .state_size = sizeof(struct scaling_state),
    .rebuild = rebuild,
    .close = close_state,
    .fit = fit,
    .draw = draw,
};
