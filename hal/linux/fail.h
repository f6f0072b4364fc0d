/* A mistake of the person at the keyboard: one line that says what to do, and exit code 2. */

#ifndef HEDDLE_FAIL_H
#define HEDDLE_FAIL_H

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
