#include "tui/screens/marks.h"

#include "formats/profile/memory.h"

#include <stdlib.h>
#include <string.h>

/* Where an id is, or belongs. */
static uint32_t place_of(const struct marks *marks, uint32_t id)
{
    uint32_t low = 0, high = marks->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (marks->ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool marks_has(const struct marks *marks, uint32_t id)
{
    uint32_t at = place_of(marks, id);
    return at < marks->count && marks->ids[at] == id;
}

void marks_toggle(struct marks *marks, uint32_t id)
{
    uint32_t at = place_of(marks, id);
    if (at < marks->count && marks->ids[at] == id) {
        marks->count--;
        memmove(marks->ids + at, marks->ids + at + 1, (marks->count - at) * sizeof *marks->ids);
        return;
    }
    marks->ids = memory_resize(marks->ids, (size_t)marks->count + 1, sizeof *marks->ids);
    memmove(marks->ids + at + 1, marks->ids + at, (marks->count - at) * sizeof *marks->ids);
    marks->ids[at] = id;
    marks->count++;
}

bool marks_clear(struct marks *marks)
{
    bool any = marks->count > 0;
    marks->count = 0;
    return any;
}

void marks_free(struct marks *marks)
{
    free(marks->ids);
    *marks = (struct marks){0};
}
