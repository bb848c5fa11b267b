/* Dates of the Gregorian calendar as YYYY-MM-DD, and times as RFC 3339 has them, in UTC. */
#ifndef NCPROF_CAPTURE_PLAN_DATES_H
#define NCPROF_CAPTURE_PLAN_DATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Days since 1970-01-01; false when it is no date, as 2025-02-30. */
bool date_parse(const char *text, int64_t *days);

#define DATE_TIME_SIZE 24
/* "2025-02-01T10:00:00Z"; `buffer` has DATE_TIME_SIZE bytes. */
void date_time_text(time_t when, char *buffer);
bool date_time_parse(const char *text, time_t *when);

#endif
