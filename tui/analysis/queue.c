#include "tui/analysis/queue.h"

#include "tui/analysis/order.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct queue_phase *phase_of(struct queue *queue, const char *phase)
{
    for (uint32_t i = 0; i < queue->phase_count; i++)
        if (!strcmp(queue->phases[i].phase, phase))
            return &queue->phases[i];
    queue->phases = memory_resize(queue->phases, queue->phase_count + 1, sizeof *queue->phases);
    queue->phases[queue->phase_count] = (struct queue_phase){.phase = phase};
    return &queue->phases[queue->phase_count++];
}

static void fill(struct queue *queue)
{
    const struct plan *plan = queue->plan;
    queue->count = plan->run_count;
    queue->rows = memory_zeroed(plan->run_count, sizeof *queue->rows);
    for (uint32_t i = 0; i < plan->run_count; i++) {
        struct queue_row *row = &queue->rows[i];
        *row = (struct queue_row){.run = i,
                                  .result = plan_result(plan, i),
                                  .seconds = plan_run_elapsed(plan, i),
                                  .path = plan_result_path(plan, i)};
        if (isnan(row->seconds))
            row->seconds = row->result.seconds;
        queue->counts[plan->runs[i].status]++;
        phase_of(queue, plan->runs[i].phase)->counts[plan->runs[i].status]++;
    }
}

static int by_plan(const void *table, uint32_t a, uint32_t b)
{
    (void)table;
    return ORDER_OF(a, b);
}

static void sort(struct queue *queue)
{
    const struct order order = {
        .table = queue, .column = queue->sort, .reverse = queue->reverse, .tie = by_plan};
    uint32_t *permutation = order_rows(&order, queue->count);
    struct queue_row *rows = order_apply(permutation, queue->count, queue->rows, sizeof *rows);
    free(queue->rows);
    free(permutation);
    queue->rows = rows;
}

int queue_new(struct queue **out, const struct plan *plan, const struct queue_query *query,
              struct error *err)
{
    const struct column *column = NULL;
    if (query->sort && !(column = column_for_sort(queue_columns, query->sort, "id", err)))
        return -1;
    struct queue *queue = memory_zeroed(1, sizeof *queue);
    *queue = (struct queue){.plan = plan, .sort = column, .reverse = query->reverse};
    fill(queue);
    if (queue->sort && queue->count)
        sort(queue);
    *out = queue;
    return 0;
}

const char *queue_result(const struct queue *queue, const struct queue_row *row)
{
    size_t folder = strlen(queue->plan->folder);
    bool inside =
        row->path && !strncmp(row->path, queue->plan->folder, folder) && row->path[folder] == '/';
    return inside ? row->path + folder + 1 : row->path;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    for (uint32_t i = 0; i < queue->count; i++)
        free(queue->rows[i].path);
    free(queue->rows);
    free(queue->phases);
    free(queue);
}

void queue_counts_text(const uint32_t counts[PLAN_STATUSES], char *buffer, size_t size)
{
    uint32_t all = 0;
    for (int i = 0; i < PLAN_STATUSES; i++)
        all += counts[i];
    size_t used = (size_t)snprintf(buffer, size, "%u run%s", all, all == 1 ? "" : "s");
    const char *separator = ": ";
    for (int i = 0; i < PLAN_STATUSES; i++) {
        if (!counts[i] || used >= size)
            continue;
        used += (size_t)snprintf(buffer + used, size - used, "%s%u %s", separator, counts[i],
                                 plan_status_names[i]);
        separator = ", ";
    }
}
