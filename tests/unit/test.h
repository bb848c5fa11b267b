/* What cmocka wants included before it, in its order. */
#ifndef NCPROF_TESTS_UNIT_TEST_H
#define NCPROF_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
