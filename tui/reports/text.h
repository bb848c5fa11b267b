/* Pieces that text and Markdown reports share. */
#ifndef NCPROF_TUI_REPORTS_TEXT_H
#define NCPROF_TUI_REPORTS_TEXT_H

#include "tui/reports/report.h"
#include "tui/reports/table.h"

/* As text or Markdown, whichever the style says. */
void text_table(FILE *out, const struct report_table *table, const struct report_style *style);

/* "ingest.ncp: 12.300 s wall, 48,200,000 calls, 3 threads" */
void text_title(FILE *out, const struct profile *profile, uint32_t metric, uint32_t thread,
                const struct report_style *style);

/* Text that is escaped for a terminal already, and now for Markdown if it is that. */
void text_plain(FILE *out, const char *text, const struct report_style *style);

/* A line of its own under the table; a paragraph in Markdown. Nothing for "". */
void text_line(FILE *out, const char *line, const struct report_style *style);

/* The same after a table, set off from it. */
void text_closing(FILE *out, const char *line, const struct report_style *style);

/* The indentation and the mark of a branch, before its name. */
void text_branch(const struct calltree_row *row, char *buffer, size_t size);

/* "30 of 1,200 rows shown"; nothing when all are. */
void text_rows_shown(FILE *out, uint32_t shown, uint32_t count, const struct report_style *style);

/* "10 of 214 functions shown; 3 below 5 % hidden"; "" when all are. */
void text_functions_shown(uint32_t shown, uint32_t count, uint32_t hidden, double threshold,
                          char *buffer, size_t size);

/* What the reader noted: losses, repairs, guesses. */
void text_notes(FILE *out, const struct profile *profile, const struct report_style *style);
/* The same of several; each note says of which file. */
void text_notes_of(FILE *out, const struct profile *const *profiles, uint32_t count,
                   const struct report_style *style);

#endif
