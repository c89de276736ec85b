/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program's form: bytes into steps and back. */
#include "program.h"

uint8_t program_next(struct program *p)
{
	uint8_t byte = 0;

	if (!read_u8(&p->args, &byte))
		return 0;
	return byte;
}

bool step_read(struct reader *input, uint8_t *kind, struct bytes *args)
{
	uint16_t len;

	if (!read_u8(input, kind) || !read_u16(input, &len))
		return false;
	len %= ARGS_MAX;
	return read_bytes(input, len < input->left.len ? len : input->left.len, args);
}

void step_write(struct buffer *out, uint8_t kind, struct bytes args)
{
	write_u8(out, kind);
	write_u16(out, (uint16_t)args.len);
	write_bytes(out, args);
}
