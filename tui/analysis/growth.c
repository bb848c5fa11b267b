#include "tui/analysis/compare.h"
#include "tui/analysis/names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *growth_name(enum growth growth)
{
    static const char *const names[] = {NULL,          "constant",  "sublinear",
                                        "linear",      "n log n",   "rising",
                                        "superlinear", "quadratic", "cubic or worse"};
    return names[growth];
}

enum growth growth_of(double exponent)
{
    static const struct {
        double below;
        enum growth growth;
    } classes[] = {
        {0.1, GROWTH_CONSTANT},  {0.9, GROWTH_SUBLINEAR},  {1.1, GROWTH_LINEAR},
        {1.3, GROWTH_N_LOG_N},   {1.5, GROWTH_RISING},     {1.8, GROWTH_SUPERLINEAR},
        {2.8, GROWTH_QUADRATIC}, {INFINITY, GROWTH_CUBIC},
    };
    if (isnan(exponent))
        return GROWTH_NONE;
    size_t i = 0;
    while (i + 1 < sizeof classes / sizeof *classes && exponent >= classes[i].below)
        i++;
    return classes[i].growth;
}

/* "1000", "2.5", "1e3": no sign, no hexadecimal, nothing that is not a number. Its length. */
static size_t number_length(const char *text)
{
    size_t length = strspn(text, "0123456789");
    if (!length || text[length] == 'x' || text[length] == 'X')
        return 0;
    if (text[length] == '.')
        length += 1 + strspn(text + length + 1, "0123456789");
    if (text[length] != 'e' && text[length] != 'E')
        return length;
    size_t sign = text[length + 1] == '+' || text[length + 1] == '-';
    size_t digits = strspn(text + length + 1 + sign, "0123456789");
    return digits ? length + 1 + sign + digits : length;
}

/* What the file's name says: false when it says nothing. */
static bool size_in_name(const char *path, double *size)
{
    static const char *const marks[] = {"@n=", "@size="};
    const char *base = path_base(path);
    char digits[64];
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *mark = strstr(base, marks[i]);
        if (!mark)
            continue;
        mark += strlen(marks[i]);
        bool negative = *mark == '-';
        size_t length = number_length(mark + negative);
        if (!length || length >= sizeof digits)
            continue;
        memcpy(digits, mark + negative, length);
        digits[length] = '\0';
        *size = strtod(digits, NULL) * (negative ? -1 : 1);
        return true;
    }
    return false;
}

int compare_read_size(const struct profile *profile, double *size, struct error *err)
{
    *size = NAN;
    if (isfinite(profile->size) && profile->size > 0) {
        *size = profile->size;
        return 0;
    }
    if (!size_in_name(profile->path, size) || (isfinite(*size) && *size > 0))
        return 0;
    error_set(err, ERROR_USAGE, "the size in its name must be above zero, not %g", *size);
    return error_in_file(err, profile->path);
}

double compare_size(const struct profile *profile)
{
    double size;
    struct error err = {0};
    return compare_read_size(profile, &size, &err) ? NAN : size;
}
