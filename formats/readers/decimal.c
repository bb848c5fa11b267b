#include "formats/readers/decimal.h"

#define DIGITS_MAX   19
#define EXPONENT_MAX 100000

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "e-06" at the end of a number. */
static bool parse_exponent(const char *text, size_t length, int *exponent)
{
    size_t at = 0;
    bool negative = length && text[0] == '-';
    if (length && (text[0] == '-' || text[0] == '+'))
        at++;
    if (at == length)
        return false;
    int value = 0;
    for (; at < length; at++) {
        if (!is_digit(text[at]))
            return false;
        if (value < EXPONENT_MAX)
            value = value * 10 + (text[at] - '0');
    }
    *exponent = negative ? -value : value;
    return true;
}

bool decimal_parse(const char *text, size_t length, char point, struct decimal *out)
{
    struct decimal number = {0};
    size_t at = 0, digits = 0;
    int kept = 0, exponent = 0;
    bool fraction = false;
    if (length && (text[0] == '-' || text[0] == '+'))
        number.negative = text[at++] == '-';
    for (; at < length; at++) {
        if (text[at] == point && !fraction) {
            fraction = true;
            continue;
        }
        if (!is_digit(text[at]))
            break;
        digits++;
        number.decimals += fraction && number.decimals < EXPONENT_MAX;
        if (kept == DIGITS_MAX) {
            number.exponent += !fraction && number.exponent < EXPONENT_MAX;
            continue;
        }
        number.digits = number.digits * 10 + (uint64_t)(text[at] - '0');
        kept += number.digits != 0;
        number.exponent -= fraction;
    }
    if (!digits)
        return false;
    if (at < length &&
        ((text[at] | 0x20) != 'e' || !parse_exponent(text + at + 1, length - at - 1, &exponent)))
        return false;
    number.exponent += exponent;
    number.decimals = number.decimals > exponent ? number.decimals - exponent : 0;
    *out = number;
    return true;
}

static bool saturate(bool negative, int64_t *out)
{
    *out = negative ? INT64_MIN : INT64_MAX;
    return false;
}

bool decimal_scaled(const struct decimal *decimal, int places, int64_t *out)
{
    uint64_t value = decimal->digits;
    int exponent = decimal->exponent + places;
    for (; exponent > 0 && value; exponent--)
        if (value > INT64_MAX / 10 || __builtin_mul_overflow(value, 10u, &value))
            return saturate(decimal->negative, out);
    /* Below -20 nothing is left of 19 digits; only the last step rounds. */
    for (; exponent < -1 && value; exponent++)
        value /= 10;
    if (exponent == -1)
        value = value / 10 + (value % 10 >= 5);
    if (value > INT64_MAX)
        return saturate(decimal->negative, out);
    *out = decimal->negative ? -(int64_t)value : (int64_t)value;
    return true;
}

bool decimal_count(const char *text, size_t length, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++)
        if (!is_digit(text[i]) || __builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
            return false;
    *out = value;
    return length > 0;
}
