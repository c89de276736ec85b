/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_MUST_CHECK_H
#define BASE_MUST_CHECK_H

/* The result says whether it worked; ignoring it does not compile. */
#define MUST_CHECK __attribute__((warn_unused_result))

#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
