#include "formats/profile/preview.h"
#include "formats/profile/build_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REST 25 /* times what an answer took pass before the next one */

struct answer {
    struct arena arena;
    struct preview_look look;
};

struct preview {
    atomic_bool asked;
    pthread_mutex_t mutex; /* over `fresh` */
    struct answer *fresh;  /* not looked at yet */
    struct answer *shown;
    int64_t rested; /* no answer before this time; ns */
};

static void free_answer(struct answer *answer)
{
    if (!answer)
        return;
    arena_free(&answer->arena);
    free(answer);
}

struct preview *preview_new(void)
{
    struct preview *preview = memory_zeroed(1, sizeof *preview);
    pthread_mutex_init(&preview->mutex, NULL);
    return preview;
}

void preview_free(struct preview *preview)
{
    if (!preview)
        return;
    free_answer(preview->fresh);
    free_answer(preview->shown);
    pthread_mutex_destroy(&preview->mutex);
    free(preview);
}

static struct answer *exchange(struct preview *preview, struct answer *fresh)
{
    pthread_mutex_lock(&preview->mutex);
    struct answer *before = preview->fresh;
    preview->fresh = fresh;
    pthread_mutex_unlock(&preview->mutex);
    return before;
}

const struct preview_look *preview_look(struct preview *preview)
{
    struct answer *fresh = exchange(preview, NULL);
    if (fresh) {
        free_answer(preview->shown);
        preview->shown = fresh;
    }
    atomic_store_explicit(&preview->asked, true, memory_order_relaxed);
    return preview->shown ? &preview->shown->look : NULL;
}

bool preview_is_asked(const struct preview *preview)
{
    return atomic_load_explicit(&preview->asked, memory_order_relaxed);
}

/* ---- the answer ---- */

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* What each function spent itself: as it was stated, or in all its contexts. */
static int64_t *sum_functions(const struct build *build)
{
    int64_t *self = memory_zeroed(build->functions.count, sizeof *self);
    const struct values_array *stated = &build->columns[0].function.self,
                              *rows = &build->columns[0].context;
    if (stated->count)
        memcpy(self, stated->data, stated->count * sizeof *self);
    for (uint32_t c = 0; c < build->contexts.count; c++) {
        const struct build_context *context = &build->contexts.data[c];
        if (context->row && context->row < rows->count && context->function != PROFILE_NONE)
            values_add(&self[context->function], rows->data[context->row]);
    }
    return self;
}

static const char *copy_text(struct arena *arena, const struct build *build, uint32_t text)
{
    const char *from = strings_get(&build->strings, text);
    return arena_string(arena, from, strnlen(from, PREVIEW_TEXT_MAX));
}

static struct function copy_function(struct arena *arena, const struct build *build,
                                     uint32_t function)
{
    const struct build_function *f = &build->functions.data[function];
    return (struct function){.name = copy_text(arena, build, f->name),
                             .module = copy_text(arena, build, f->module),
                             .file = copy_text(arena, build, f->file),
                             .line = f->line,
                             .kind = f->kind};
}

/* The heaviest ones, in order; returns how many. */
static uint32_t choose(const int64_t *self, uint32_t count, uint32_t chosen[PREVIEW_ROWS])
{
    uint32_t rows = 0;
    for (uint32_t f = 0; f < count; f++) {
        if (self[f] <= 0 || (rows == PREVIEW_ROWS && self[f] <= self[chosen[rows - 1]]))
            continue;
        uint32_t at = rows < PREVIEW_ROWS ? rows++ : rows - 1;
        for (; at && self[chosen[at - 1]] < self[f]; at--)
            chosen[at] = chosen[at - 1];
        chosen[at] = f;
    }
    return rows;
}

static struct answer *make_answer(const struct build *build)
{
    struct answer *answer = memory_zeroed(1, sizeof *answer);
    struct preview_look *look = &answer->look;
    const struct build_metric *metric = &build->metrics.data[0];
    uint32_t chosen[PREVIEW_ROWS] = {0};
    int64_t *self = sum_functions(build);
    look->metric = (struct metric){copy_text(&answer->arena, build, metric->name),
                                   copy_text(&answer->arena, build, metric->unit), metric->kind,
                                   metric->scale};
    look->function_count = build->functions.count;
    look->row_count = choose(self, build->functions.count, chosen);
    for (uint32_t f = 0; f < build->functions.count; f++)
        values_add(&look->self, self[f]);
    for (uint32_t i = 0; i < look->row_count; i++)
        look->rows[i] =
            (struct preview_row){copy_function(&answer->arena, build, chosen[i]), self[chosen[i]]};
    free(self);
    return answer;
}

void preview_answer(struct preview *preview, const struct build *build)
{
    atomic_store_explicit(&preview->asked, false, memory_order_relaxed);
    int64_t begin = now_ns();
    if (begin < preview->rested || !build->metrics.count)
        return;
    free_answer(exchange(preview, make_answer(build)));
    int64_t end = now_ns();
    preview->rested = end + REST * (end - begin);
}
