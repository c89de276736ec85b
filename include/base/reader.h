/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_READER_H
#define BASE_READER_H

#include "base/bytes.h"
#include "base/must_check.h"

/*
 * Cursor over borrowed bytes; integers are big-endian. A read that does not fit
 * returns false and leaves the cursor and the output as they were.
 */
struct reader {
	struct bytes left;
};

MUST_CHECK bool read_u8(struct reader *r, uint8_t *out);
MUST_CHECK bool read_u16(struct reader *r, uint16_t *out);
MUST_CHECK bool read_u32(struct reader *r, uint32_t *out);
MUST_CHECK bool read_u64(struct reader *r, uint64_t *out);
MUST_CHECK bool read_bytes(struct reader *r, size_t len, struct bytes *out);
MUST_CHECK bool read_copy(struct reader *r, void *out, size_t len);
MUST_CHECK bool read_skip(struct reader *r, size_t len);
struct bytes read_rest(struct reader *r);

#endif
