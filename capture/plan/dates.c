#include "capture/plan/dates.h"

#include <stdio.h>
#include <string.h>

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Exactly `count` digits. */
static bool number(const char *text, int count, int64_t *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

/* The date at the beginning of the text, ten characters. */
static bool parse_date(const char *text, int64_t *days)
{
    static const int before_month[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int64_t year, month, day;
    if (!number(text, 4, &year) || text[4] != '-' || !number(text + 5, 2, &month) ||
        text[7] != '-' || !number(text + 8, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    int64_t length = before_month[month] - before_month[month - 1];
    if (day > length + (month == 2 && is_leap(year)))
        return false;
    int64_t past = year - 1; /* whole years since 1 January of year 1, 719162 days before 1970 */
    *days = past * 365 + past / 4 - past / 100 + past / 400 - 719162 + before_month[month - 1] +
            (month > 2 && is_leap(year)) + day - 1;
    return true;
}

bool date_parse(const char *text, int64_t *days)
{
    return strlen(text) == 10 && parse_date(text, days);
}

void date_time_text(time_t when, char *buffer)
{
    struct tm parts;
    gmtime_r(&when, &parts);
    strftime(buffer, DATE_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

bool date_time_parse(const char *text, time_t *when)
{
    int64_t days, hour, minute, second;
    if (strlen(text) != 20 || !parse_date(text, &days) || text[10] != 'T' || text[13] != ':' ||
        text[16] != ':' || text[19] != 'Z')
        return false;
    if (!number(text + 11, 2, &hour) || !number(text + 14, 2, &minute) ||
        !number(text + 17, 2, &second) || hour > 23 || minute > 59 || second > 60)
        return false;
    *when = (time_t)(days * 86400 + hour * 3600 + minute * 60 + second);
    return true;
}
