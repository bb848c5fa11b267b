/* What several commands' options mean: which metric, thread, functions, width. */
#ifndef NCPROF_TUI_COMMANDS_SELECT_H
#define NCPROF_TUI_COMMANDS_SELECT_H

#include "formats/format.h"
#include "formats/profile/profile.h"
#include "tui/reports/report.h"

/* By name; NULL is the default metric, "raw" that of times as recorded. ERROR_USAGE, naming what
 * there is. */
int select_metric(const struct profile *profile, const char *name, uint32_t *metric,
                  struct error *err);

/*
 * By index from 1 as `info` numbers them, else by name, else by the system's id; NULL is
 * PROFILE_NONE, all. ERROR_USAGE when there is no such thread or the file keeps no values a thread.
 */
int select_thread(const struct profile *profile, const char *text, uint32_t *thread,
                  struct error *err);

/*
 * The same, or all threads of a process: by its pid, its name or its command, of several that fit
 * the one that took most. ERROR_USAGE when both are given.
 */
int select_threads(const struct profile *profile, const char *thread, const char *process,
                   uint32_t *threads, struct error *err);

/*
 * The functions that are called `text` exactly, or, when there is none, match it as a filter,
 * the one with the largest cumtime first; at most `limit` of them (0: all). The caller frees
 * the list. ERROR_USAGE when there is none.
 */
int select_functions(const struct profile *profile, const char *text, uint32_t metric,
                     uint32_t limit, uint32_t **functions, uint32_t *count, struct error *err);

/* "1.5s..2s" of a recording. ERROR_USAGE unless these are two times in order. */
int select_range(const char *text, struct profile_part *part, struct error *err);

/*
 * Cells of a table: what is asked for (SELECT_UNSET: nothing), else the terminal's, or 120 when
 * there is none; Markdown keeps every column.
 */
int select_width(uint32_t asked, enum report_format format);

/* Rows: what is asked for (SELECT_UNSET: nothing), else 30 for people and all, 0, for programs. */
uint32_t select_limit(uint32_t asked, enum report_format format);

/* "yappi" or "pstats"; NULL is pstats. */
int select_names(const char *names, bool *yappi, struct error *err);

/* "7,30"; both NAN for NULL. ERROR_USAGE unless both are above zero. */
int select_sizes(const char *text, double *a, double *b, struct error *err);
/* One size, NAN for NULL; `option` is its name. ERROR_USAGE unless it is above zero. */
int select_size(const char *text, const char *option, double *size, struct error *err);
/*
 * "1000,2000,4000": one for each of `count` files. NULL gives *sizes NULL: none were said. The
 * caller frees the list. ERROR_USAGE unless all are above zero and as many as files.
 */
int select_size_list(const char *text, size_t count, double **sizes, struct error *err);

/*
 * "none" (as NULL), "total", "calls", "size" or "function=NAME"; *function is that name, else NULL.
 */
int select_normalise(const char *text, enum compare_normalise *normalise, const char **function,
                     struct error *err);

#define SELECT_UNSET UINT32_MAX

#endif
