/* How a function is named on screens and in reports. Everything here comes out escaped. */
#ifndef NCPROF_TUI_ANALYSIS_NAMES_H
#define NCPROF_TUI_ANALYSIS_NAMES_H

#include "formats/profile/profile.h"

#include <stddef.h>

/* "compute_features"; "(unnamed)" when the file has none. */
void function_name(const struct function *function, char *buffer, size_t size);

/*
 * "features:88": the base name of the file, .py left off, or the module, and the line; "" when
 * neither is known.
 */
void function_place(const struct function *function, char *buffer, size_t size);

/* "compute_features  features:88", the function's cell in every table. */
void function_label(const struct function *function, char *buffer, size_t size);

/* The last component of a path. */
const char *path_base(const char *path);

#endif
