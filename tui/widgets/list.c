#include "tui/widgets/list.h"

static void keep_visible(struct list *list)
{
    uint32_t height = list->height ? list->height : 1;
    if (list->cursor < list->top)
        list->top = list->cursor;
    if (list->cursor - list->top >= height)
        list->top = list->cursor - height + 1;
    uint32_t last_top = list->count > height ? list->count - height : 0;
    if (list->top > last_top)
        list->top = last_top;
}

void list_count(struct list *list, uint32_t count)
{
    list->count = count;
    if (list->cursor >= count)
        list->cursor = count ? count - 1 : 0;
    keep_visible(list);
}

void list_fit(struct list *list, uint32_t height)
{
    list->height = height;
    keep_visible(list);
}

void list_go(struct list *list, int64_t row)
{
    int64_t last = list->count ? (int64_t)list->count - 1 : 0;
    row = row < 0 ? 0 : row > last ? last : row;
    list->cursor = (uint32_t)row;
    keep_visible(list);
}

void list_wheel(struct list *list, int rows)
{
    list_go(list, (int64_t)list->cursor + rows);
}

bool list_act(struct list *list, enum action_id action)
{
    int64_t cursor = list->cursor;
    int64_t page = list->height > 1 ? (int64_t)list->height - 1 : 1;
    switch (action) {
    case ACTION_UP:
        list_go(list, cursor - 1);
        return true;
    case ACTION_DOWN:
        list_go(list, cursor + 1);
        return true;
    case ACTION_PAGE_UP:
        list_go(list, cursor - page);
        return true;
    case ACTION_PAGE_DOWN:
        list_go(list, cursor + page);
        return true;
    case ACTION_FIRST:
        list_go(list, 0);
        return true;
    case ACTION_LAST:
        list_go(list, (int64_t)list->count - 1);
        return true;
    default:
        return false;
    }
}
