/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How one program becomes another: by whole steps and by the arguments of one, so that the rest
 * stays what it was. libFuzzer's own changes are made to arguments, to the head, and sometimes to
 * everything.
 */
#include <string.h>

#include "base/mem.h"
#include "../must.h"
#include "payloads.h"
#include "program.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two,
				 size_t two_size, uint8_t *out, size_t max_size, unsigned seed);

struct chance {
	uint32_t state;
};

static uint32_t below(struct chance *c, uint32_t limit)
{
	c->state = c->state * 1664525U + 1013904223U;
	return (c->state >> 8) % limit;
}

struct parsed {
	struct bytes head;
	uint8_t kinds[STEPS_MAX];
	struct bytes args[STEPS_MAX];
	uint32_t count;
};

static bool parse(struct bytes data, struct parsed *out)
{
	struct reader input = { data };

	out->count = 0;
	if (!read_bytes(&input, PROGRAM_HEAD, &out->head))
		return false;
	while (out->count < STEPS_MAX &&
	       step_read(&input, &out->kinds[out->count], &out->args[out->count]))
		out->count++;
	return true;
}

/* --- new steps --- */

static void write_random(struct buffer *out, struct chance *c, uint32_t count)
{
	while (count-- > 0)
		write_u8(out, (uint8_t)below(c, 256));
}

/* The payloads that a request or its answer needs, for most of them. */
static void write_message_args(struct buffer *out, struct chance *c)
{
	static const uint8_t child[] = { READY_SA, READY_NONCE, READY_KE, READY_TSI, READY_TSR };
	static const uint8_t rekey_child[] = { READY_REKEY, READY_SA, READY_NONCE, READY_KE,
					       READY_TSI, READY_TSR };
	static const uint8_t clone[] = { READY_CLONE, READY_SA, READY_NONCE, READY_KE, READY_TSI,
					 READY_TSR };
	static const uint8_t rekey_ike[] = { READY_SA_IKE, READY_NONCE, READY_KE };
	static const uint8_t delete[] = { READY_DELETE };
	static const uint8_t delete_ike[] = { READY_DELETE_IKE };
	static const uint8_t error[] = { READY_ERROR };
	static const uint8_t followup[] = { READY_KE, READY_LINK };
	static const struct bytes all[] = {
		{ child, sizeof(child) }, { rekey_child, sizeof(rekey_child) },
		{ clone, sizeof(clone) }, { rekey_ike, sizeof(rekey_ike) },
		{ delete, sizeof(delete) }, { delete_ike, sizeof(delete_ike) },
		{ error, sizeof(error) }, { followup, sizeof(followup) }, { NULL, 0 },
	};
	struct bytes kinds = all[below(c, ARRAY_LEN(all))];

	write_u8(out, (uint8_t)below(c, 2));                         /* IKE SA */
	write_u8(out, (uint8_t)(below(c, below(c, 4) == 0 ? 6 : 2) |
				(below(c, 4) == 0 ? 0x80 : 0)));     /* exchange */
	write_u8(out, (uint8_t)(below(c, 8) == 0 ? 192 + below(c, 64) : 0));   /* id */
	write_u8(out, (uint8_t)kinds.len);
	for (size_t i = 0; i < kinds.len; i++) {
		write_u8(out, kinds.ptr[i]);
		if (payload_takes_byte(kinds.ptr[i]))
			write_u8(out, (uint8_t)below(c, 4));
	}
}

static void write_new_step(struct buffer *out, struct chance *c)
{
	struct buffer args = { 0 };
	uint8_t kind = (uint8_t)below(c, STEP_KINDS);

	/* Of messages there are more kinds than of anything else. */
	if (below(c, 3) == 0)
		kind = STEP_SEALED;
	if (kind == STEP_SEALED)
		write_message_args(&args, c);
	else
		write_random(&args, c, below(c, 12));
	step_write(out, (uint8_t)(kind | (below(c, 2) == 0 ? STEP_EAST : 0)),
		   buffer_bytes(&args));
	buffer_done(&args);
}

/* --- changes --- */

static void copy_steps(struct buffer *out, const struct parsed *from, uint32_t begin,
		       uint32_t end)
{
	for (uint32_t i = begin; i < end; i++)
		step_write(out, from->kinds[i], from->args[i]);
}

static void change_args(struct buffer *out, const struct parsed *from, uint32_t i)
{
	uint8_t args[ARGS_MAX];
	size_t len = from->args[i].len;

	if (len > 0)
		memcpy(args, from->args[i].ptr, len);
	len = LLVMFuzzerMutate(args, len, len + 32 < ARGS_MAX - 1 ? len + 32 : ARGS_MAX - 1);
	step_write(out, from->kinds[i], bytes_at(args, len));
}

static void change_head(struct buffer *out, struct chance *c)
{
	size_t at = below(c, PROGRAM_HEAD);

	out->ptr[at] ^= (uint8_t)(1U << below(c, 8));
}

/* One change; `out` has the head. */
static void change(struct buffer *out, const struct parsed *from, struct chance *c)
{
	uint32_t at = below(c, from->count + 1);
	uint32_t to = from->count == 0 ? 0 : below(c, from->count);

	copy_steps(out, from, 0, at);
	switch (below(c, 8)) {
	case 0:
	case 1:
		write_new_step(out, c);
		break;
	case 2: /* left out */
		at += at < from->count;
		break;
	case 3: /* one again */
		copy_steps(out, from, to, to + (from->count > 0));
		break;
	case 4: /* the end is gone */
		at = from->count;
		write_new_step(out, c);
		break;
	case 5:
		change_head(out, c);
		break;
	default:
		if (at < from->count)
			change_args(out, from, at++);
		break;
	}
	copy_steps(out, from, at, from->count);
}

static size_t give(struct buffer *out, uint8_t *data, size_t max_size)
{
	size_t len = out->len < max_size ? out->len : max_size;

	memcpy(data, out->ptr, len);
	buffer_done(out);
	return len;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct chance c = { seed };
	struct buffer out = { 0 };
	struct parsed from;

	if (below(&c, 32) == 0 || !parse(bytes_at(data, size), &from))
		return LLVMFuzzerMutate(data, size, max_size);
	write_bytes(&out, from.head);
	change(&out, &from, &c);
	return give(&out, data, max_size);
}

/* The beginning of one and the end of the other. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two,
				 size_t two_size, uint8_t *out, size_t max_size, unsigned seed)
{
	struct chance c = { seed };
	struct buffer both = { 0 };
	struct parsed a, b;

	if (!parse(bytes_at(one, one_size), &a) || !parse(bytes_at(two, two_size), &b))
		return 0;
	write_bytes(&both, a.head);
	copy_steps(&both, &a, 0, below(&c, a.count + 1));
	copy_steps(&both, &b, below(&c, b.count + 1), b.count);
	return give(&both, out, max_size);
}
