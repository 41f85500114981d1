/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A strict reader of JSON (RFC 8259), to test what a writer wrote: true when
 * the text is exactly one value in valid UTF-8, blanks around it allowed.
 */
#ifndef JSON_CHECK_H
#define JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>

bool json_valid(const char *p, size_t n);

#endif
