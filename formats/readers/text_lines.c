#include "formats/readers/text_lines.h"

#include <inttypes.h>

void odd_lines_add(struct odd_lines *odd, uint64_t line)
{
    if (!odd->count++)
        odd->first = line;
}

int odd_lines_refuse(const struct odd_lines *odd, bool usable, const char *what, struct error *err)
{
    return usable || !odd->count ? 0 : error_at_line(err, odd->first, "%s", what);
}

void odd_lines_note(const struct odd_lines *odd, struct build *build, const char *what)
{
    if (odd->count)
        build_note(build, "%" PRIu64 " lines %s, the first is line %" PRIu64, odd->count, what,
                   odd->first);
}

int text_lines_end(struct build *build, int more, bool usable, struct error *err)
{
    if (more >= 0)
        return 0;
    if (err->code != ERROR_TRUNCATED || !usable)
        return -1;
    build_cut(build, err);
    return 0;
}
