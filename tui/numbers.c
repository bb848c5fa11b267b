#include "tui/numbers.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copies a decimal number with a comma between each three digits before the point. */
static void group_digits(const char *digits, char *buffer, size_t size)
{
    size_t sign = digits[0] == '-';
    size_t whole = sign + strspn(digits + sign, "0123456789");
    size_t used = 0;
    for (size_t i = 0; digits[i]; i++) {
        bool comma = i > sign && i < whole && (whole - i) % 3 == 0;
        if (used + comma + 1 >= size)
            break;
        if (comma)
            buffer[used++] = ',';
        buffer[used++] = digits[i];
    }
    if (size)
        buffer[used] = '\0';
}

/* At most 18 digits before the point are shown; larger values as 1e+20. */
static void grouped(double value, int decimals, const char *suffix, char *buffer, size_t size)
{
    char digits[64], number[96];
    if (fabs(value) >= 1e18)
        snprintf(digits, sizeof digits, "%.3g", value);
    else
        snprintf(digits, sizeof digits, "%.*f", decimals, value);
    group_digits(digits, number, sizeof number);
    snprintf(buffer, size, "%s%s", number, suffix);
}

void number_count(uint64_t count, char *buffer, size_t size)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRIu64, count);
    group_digits(digits, buffer, size);
}

void number_mean_count(double count, char *buffer, size_t size)
{
    if (isnan(count))
        snprintf(buffer, size, "-");
    else if (count < 100 && count != nearbyint(count))
        snprintf(buffer, size, "%.3g", count);
    else
        number_count((uint64_t)llround(count), buffer, size);
}

void number_calls(uint64_t calls, uint64_t primitive, char *buffer, size_t size)
{
    char total[40], outermost[40];
    number_count(calls, total, sizeof total);
    number_count(primitive, outermost, sizeof outermost);
    if (calls == primitive)
        snprintf(buffer, size, "%s", total);
    else
        snprintf(buffer, size, "%s/%s", total, outermost);
}

/* One step of a unit: from this magnitude on, value * factor with so many decimals. */
struct step {
    double from, factor;
    int decimals;
    const char *suffix;
};

static void by_steps(const struct step *step, double value, char *buffer, size_t size)
{
    while (fabs(value) < step->from)
        step++;
    grouped(value * step->factor, step->decimals, step->suffix, buffer, size);
}

/* Bounds lie where rounding would carry into the next unit or digit. */
static void time_text(double seconds, char *buffer, size_t size)
{
    static const struct step steps[] = {
        {9.9995, 1, 1, " s"},       {0.9995, 1, 3, " s"},     {9.95e-3, 1e3, 0, " ms"},
        {0.9995e-3, 1e3, 1, " ms"}, {9.95e-6, 1e6, 0, " µs"}, {0.9995e-6, 1e6, 1, " µs"},
        {9.95e-9, 1e9, 0, " ns"},   {1e-30, 1e9, 1, " ns"},   {0, 0, 0, " s"},
    };
    by_steps(steps, seconds, buffer, size);
}

static void bytes_text(double bytes, char *buffer, size_t size)
{
    static const struct step steps[] = {
        {999.95e9, 1e-12, 1, " TB"},
        {999.95e6, 1e-9, 1, " GB"},
        {999.95e3, 1e-6, 1, " MB"},
        {999.5, 1e-3, 1, " kB"},
        {0, 1, 0, " B"},
    };
    by_steps(steps, bytes, buffer, size);
}

static void plain_text(double value, char *buffer, size_t size)
{
    double nearest = nearbyint(value);
    bool whole = fabs(value - nearest) < 5e-4;
    grouped(whole ? nearest + 0.0 : value, whole ? 0 : fabs(value) < 100 ? 3 : 1, "", buffer, size);
}

void number_value(double value, const struct metric *metric, char *buffer, size_t size)
{
    if (!isfinite(value))
        snprintf(buffer, size, "-");
    else if (metric->kind == METRIC_TIME)
        time_text(value, buffer, size);
    else if (metric->kind == METRIC_BYTES)
        bytes_text(value, buffer, size);
    else
        plain_text(value, buffer, size);
}

void number_of_unit(double value, const struct metric *metric, char *buffer, size_t size)
{
    const char *unit = metric->unit[0] ? metric->unit : metric->name;
    size_t length = strlen(unit);
    number_value(value, metric, buffer, size);
    if (metric->kind == METRIC_TIME || metric->kind == METRIC_BYTES || !isfinite(value))
        return;
    if (value == 1 && !strcmp(unit, "samples"))
        length--;
    size_t used = strlen(buffer);
    snprintf(buffer + used, size - used, " %.*s", (int)(length < 64 ? length : 64), unit);
}

void number_column(double value, const struct metric *metric, char *buffer, size_t size)
{
    bool seconds = metric->kind == METRIC_TIME && isfinite(value);
    /* What is there but would round to nothing keeps its digits in a smaller unit. */
    if (seconds && (value == 0 || fabs(value) >= 0.0005))
        grouped(value + 0.0, 3, " s", buffer, size);
    else
        number_value(value, metric, buffer, size);
}

void number_size(double size, char *buffer, size_t room)
{
    char digits[40];
    if (!isfinite(size)) {
        snprintf(buffer, room, "-");
        return;
    }
    number_shortest(size, digits, sizeof digits);
    if (fabs(size) < 1e12 && strlen(digits) < 16 && !strchr(digits, 'e'))
        group_digits(digits, buffer, room);
    else
        snprintf(buffer, room, "%.6g", size);
}

void number_size_short(double size, char *buffer, size_t room)
{
    static const struct {
        double from, unit;
        const char *suffix;
    } steps[] = {{1e9, 1e9, "G"}, {1e6, 1e6, "M"}, {1e4, 1e3, "k"}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        double tenths = size / steps[i].unit * 10;
        if (size < steps[i].from || tenths != floor(tenths) || tenths > 1e5)
            continue;
        snprintf(buffer, room, "%g%s", tenths / 10, steps[i].suffix);
        return;
    }
    number_size(size, buffer, room);
}

void number_percent(double share, char *buffer, size_t size)
{
    if (!isfinite(share))
        snprintf(buffer, size, "-");
    else
        grouped(fabs(share) < 0.0005 ? 0.0 : share * 100, 1, "", buffer, size);
}

void number_ratio(double ratio, char *buffer, size_t size)
{
    char number[96];
    if (!isfinite(ratio)) {
        snprintf(buffer, size, "-");
        return;
    }
    grouped(ratio, ratio < 9.995 ? 2 : ratio < 999.95 ? 1 : 0, "", number, sizeof number);
    snprintf(buffer, size, "×%s", number);
}

void number_exponent(double exponent, char *buffer, size_t size)
{
    if (!isfinite(exponent))
        snprintf(buffer, size, "-");
    else
        snprintf(buffer, size, "%.2f", fabs(exponent) < 0.005 ? 0.0 : exponent);
}
