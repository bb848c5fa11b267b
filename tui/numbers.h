/* Numbers as people read them. Every function writes a terminated string. */
#ifndef NCPROF_TUI_NUMBERS_H
#define NCPROF_TUI_NUMBERS_H

#include "formats/documents/number.h"
#include "formats/profile/profile.h"

#include <stddef.h>
#include <stdint.h>

/* 18204 -> "18,204"; total and primitive -> "18,204/412" where they differ. */
void number_count(uint64_t count, char *buffer, size_t size);
/* One that may be a median or scaled: 0.39 -> "0.39", 12.5 -> "12.5", 1234.5 -> "1,234", nan "-" */
void number_mean_count(double count, char *buffer, size_t size);
void number_calls(uint64_t calls, uint64_t primitive, char *buffer, size_t size);
/*
 * A value of a metric with its unit. Time: "4.812 s", "48 µs", "601 ns", from 1,000 s "1,800.0 s";
 * bytes "4.1 MB"; all else a count.
 */
void number_value(double value, const struct metric *metric, char *buffer, size_t size);
/* The same where no heading says what is counted: "138 samples", "1 sample", "16,727,885 Ir". */
void number_of_unit(double value, const struct metric *metric, char *buffer, size_t size);
/*
 * For a column of times: seconds with three decimals, so that digits align; what would round to
 * 0.000 without being nothing is shown as number_value() does.
 */
void number_column(double value, const struct metric *metric, char *buffer, size_t size);
/* The size of an input: 16000 -> "16,000", 2.5 -> "2.5", 1e15 -> "1e+15", nan "-" */
void number_size(double size, char *buffer, size_t room);
/* The same in few cells, where that loses nothing: 160000 -> "160k" */
void number_size_short(double size, char *buffer, size_t room);
void number_percent(double share, char *buffer, size_t size); /* 0.391 -> "39.1" */
/* 4.29 -> "×4.29", 30 -> "×30.0", inf and nan "-" */
void number_ratio(double ratio, char *buffer, size_t size);
void number_exponent(double exponent, char *buffer, size_t size); /* 1.986 -> "1.99", nan "-" */

#endif
