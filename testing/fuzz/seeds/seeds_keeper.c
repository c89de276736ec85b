/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seeds_keeper DIR: good requests to the keeper. */
#include "../must.h"
#include "pluto/keeper/messages.h"
#include "pluto/steer/message.h"
#include "seed_file.h"

static struct address address(const char *text)
{
	struct address a;

	must(address_parse(text, &a));
	return a;
}

static void make_updown(struct buffer *out, const char *west, const char *east)
{
	struct ike_updown u = { .verb = UPDOWN_UP, .name = "westnet-eastnet",
				.local = address(west), .remote = address(east),
				.source_ip = address(west), .reqid = 16384,
				.mode = TYPE_TUNNEL };

	u.local_selector = selector_of_address(&u.local);
	u.remote_selector = selector_of_address(&u.remote);
	must(identity_parse("@west", &u.local_id) && identity_parse(east, &u.remote_id));
	updown_write(&u, out);
}

static void write_updown(const char *dir, const char *name, const char *west, const char *east)
{
	struct buffer out = { 0 };

	make_updown(&out, west, east);
	seed_write(dir, name, buffer_bytes(&out));
	buffer_done(&out);
}

static void add_frame(struct buffer *out, uint8_t type, struct bytes body)
{
	write_u32(out, (uint32_t)body.len);
	write_u8(out, type);
	write_bytes(out, body);
}

/* What pluto asks for, and then the image of a secret, as a child that reads them prints it. */
static void write_served(const char *dir)
{
	static const uint8_t request[8] = { 0, 0, 0, 0, 0, 0, 0, 7 }, failed[] = { 1, 'n', 'o' };
	struct buffer out = { 0 }, updown = { 0 };

	make_updown(&updown, "192.1.2.45", "192.1.2.23");
	add_frame(&out, MESSAGE_LISTENING, (struct bytes) { 0 });
	add_frame(&out, MESSAGE_SECRETS_PLEASE, BYTES_OF(request));
	add_frame(&out, MESSAGE_SECRETS_PLEASE, BYTES_OF(request));
	add_frame(&out, MESSAGE_UPDOWN, buffer_bytes(&updown));
	add_frame(&out, MESSAGE_UPDOWN, buffer_bytes(&updown));
	add_frame(&out, MESSAGE_ALIVE, (struct bytes) { 0 });
	add_frame(&out, MESSAGE_STARTED, (struct bytes) { 0 });
	seed_write(dir, "served", buffer_bytes(&out));
	buffer_clear(&out);
	add_frame(&out, MESSAGE_FAILED, BYTES_OF(failed));
	seed_write(dir, "failed", buffer_bytes(&out));
	buffer_done(&updown);
	buffer_done(&out);
}

static void write_steering(const char *dir)
{
	static const uint8_t request[8] = { 0, 0, 0, 0, 0, 0, 0, 9 };
	struct steer_sa sa = { .destination = address("192.1.2.45"), .spi = 0x12345678, .cpu = 3,
			       .encapsulated = true, .means = STEERING_XDP };
	struct buffer out = { 0 }, body = { 0 };

	steer_write(&sa, &body);
	add_frame(&out, MESSAGE_STEER, buffer_bytes(&body));
	add_frame(&out, MESSAGE_STEER_COUNT, BYTES_OF(request));
	buffer_clear(&body);
	steer_end_write(&sa, &body);
	add_frame(&out, MESSAGE_STEER_END, buffer_bytes(&body));
	seed_write(dir, "steering", buffer_bytes(&out));
	buffer_done(&body);
	buffer_done(&out);
}

int main(int argc, char **argv)
{
	static const uint8_t frames[] = { 0, 0, 0, 2, 1, 'a', 'b', 0, 0, 0, 0, 5,
					  0, 0, 0, 1, 3, '\n', 0, 0, 1, 0, 9, 9 };
	const char *dir = seed_dir(argc, argv);

	write_updown(dir, "updown-4", "192.1.2.45", "192.1.2.23");
	write_updown(dir, "updown-6", "2001:db8::45", "2001:db8::23");
	seed_write(dir, "frames", BYTES_OF(frames));
	write_served(dir);
	write_steering(dir);
	seed_write(dir, "lines", bytes_of_text("{\"v\": 1, \"command\": \"up\"}\n[]\n{}"));
	seed_write(dir, "register", bytes_of_text("{\"v\": 1, \"command\": \"updown\", \"name\": "
						  "\"a\", \"updown\": \"ipsec _updown\"}"));
	seed_write(dir, "forget", bytes_of_text("{\"v\": 1, \"command\": \"updown\", \"name\": "
						"\"a\", \"updown\": null}"));
	return 0;
}
