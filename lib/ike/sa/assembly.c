/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "ike/sa/assembly.h"

#include "base/mem.h"
#include "ike/sa/world.h"

/* After the last fragment that was new: longer than anybody waits to send a message again. */
#define ASSEMBLY_TIME SECONDS(60)

/* One message, by its id and direction; on its IKE SA's list, which owns it. */
struct assembly {
	struct list link;
	uint64_t ike_sa;       /* id */
	struct timer timer;
	bool response;
	uint32_t message_id;
	uint8_t exchange;
	uint8_t first, flags;  /* Next Payload and flags of fragment 1 */
	uint16_t total, present;
	size_t bytes;          /* of text */
	struct piece {
		bool present;
		struct buffer text;
	} *pieces;              /* owned: `total` */
};

static bool is_response(const struct ike_header *header)
{
	return (header->flags & FLAG_RESPONSE) != 0;
}

static struct assembly *assembly_find(const struct ike_sa *sa, const struct ike_header *header)
{
	LIST_FOR_EACH(link, &sa->assemblies) {
		struct assembly *a = LIST_OBJECT(link, struct assembly, link);

		if (a->message_id == header->message_id && a->response == is_response(header))
			return a;
	}
	return NULL;
}

/* What an assembly of so many parts takes, besides their texts. */
static size_t frame_bytes(uint16_t total)
{
	return sizeof(struct assembly) + total * sizeof(struct piece);
}

static void count(struct world *w, struct ike_sa *sa, size_t bytes)
{
	sa->fragment_bytes += bytes;
	w->fragment_bytes += bytes;
}

static void discount(struct world *w, struct ike_sa *sa, size_t bytes)
{
	sa->fragment_bytes -= bytes;
	w->fragment_bytes -= bytes;
}

static bool has_room(const struct world *w, const struct ike_sa *sa, size_t bytes)
{
	bool proven = sa->state == IKE_ESTABLISHED || sa->state == IKE_DELETING;
	size_t all = proven ? FRAGMENT_BYTES_ALL : FRAGMENT_BYTES_HALF_OPEN;

	return sa->fragment_bytes + bytes <= FRAGMENT_BYTES_PER_SA &&
	       w->fragment_bytes + bytes <= all;
}

static void assembly_free(struct world *w, struct ike_sa *sa, struct assembly *a)
{
	discount(w, sa, frame_bytes(a->total) + a->bytes);
	timer_stop(w, &a->timer);
	list_remove(&a->link);
	for (uint16_t i = 0; i < a->total; i++)
		buffer_wipe(&a->pieces[i].text);
	mem_free(a->pieces);
	mem_free(a);
}

static struct assembly *assembly_new(struct world *w, struct ike_sa *sa,
				     const struct ike_header *header, uint16_t total)
{
	struct assembly *a = NEW(struct assembly);

	a->ike_sa = sa->id;
	a->response = is_response(header);
	a->message_id = header->message_id;
	a->exchange = header->exchange;
	a->total = total;
	a->pieces = mem_new_array(total, sizeof(*a->pieces));
	list_append(&sa->assemblies, &a->link);
	count(w, sa, frame_bytes(total));
	return a;
}

static void join(const struct assembly *a, struct buffer *out)
{
	buffer_clear(out);
	write_u8(out, a->first);
	for (uint16_t i = 0; i < a->total; i++)
		write_bytes(out, buffer_bytes(&a->pieces[i].text));
}

/* The text of a fragment without the byte that ike_open() puts before it. */
static struct bytes text_of(const struct buffer *opened)
{
	return bytes_at(opened->ptr + 1, opened->len - 1);
}

static void keep(struct world *w, struct ike_sa *sa, struct assembly *a, uint16_t number,
		 const struct buffer *opened, uint8_t flags)
{
	struct piece *piece = &a->pieces[number - 1];

	write_bytes(&piece->text, text_of(opened));
	piece->present = true;
	a->present++;
	a->bytes += piece->text.len;
	count(w, sa, piece->text.len);
	if (number == 1) {
		a->first = opened->ptr[0];
		a->flags = flags;
	}
	timer_set(w, &a->timer, TIMER_FRAGMENTS, w->now + ASSEMBLY_TIME);
}

/* The assembly that this fragment belongs to, or NULL: `why`. */
static struct assembly *assembly_for(struct world *w, struct ike_sa *sa,
				     const struct ike_header *header,
				     const struct fragment *f, size_t len, const char **why)
{
	struct assembly *a = assembly_find(sa, header);

	if (a != NULL && f->total < a->total) {
		*why = "a fragment with a smaller total than others had";
		return NULL;
	}
	/* RFC 7383 2.6: the peer has tried a smaller size. */
	if (a != NULL && f->total > a->total) {
		assembly_free(w, sa, a);
		a = NULL;
	}
	if (a != NULL && header->exchange != a->exchange) {
		*why = "a fragment of another exchange than others";
		return NULL;
	}
	if ((a != NULL ? a->bytes : 0) + len > MESSAGE_MAX) {
		*why = "its fragments are too long together";
		return NULL;
	}
	if (!has_room(w, sa, len + (a == NULL ? frame_bytes(f->total) : 0))) {
		*why = "too many fragments wait for others";
		return NULL;
	}
	return a == NULL ? assembly_new(w, sa, header, f->total) : a;
}

enum assembly_status assembly_add(struct world *w, struct ike_sa *sa,
				  const struct ike_header *header, const struct fragment *f,
				  struct buffer *text, uint8_t *flags, const char **why)
{
	struct assembly *a;

	if (f->total > FRAGMENTS_MAX) {
		*why = "it is split into too many fragments";
		return ASSEMBLY_REFUSED;
	}
	if (f->number > 1 && text->ptr[0] != PAYLOAD_NONE) {
		*why = "a later fragment says what the message begins with";
		return ASSEMBLY_REFUSED;
	}
	if (assembly_has(sa, header, f))
		return ASSEMBLY_WAITS;
	a = assembly_for(w, sa, header, f, text->len - 1, why);
	if (a == NULL)
		return ASSEMBLY_REFUSED;
	keep(w, sa, a, f->number, text, *flags);
	if (a->present < a->total)
		return ASSEMBLY_WAITS;
	join(a, text);
	*flags = a->flags;
	assembly_free(w, sa, a);
	return ASSEMBLY_COMPLETE;
}

bool assembly_has(const struct ike_sa *sa, const struct ike_header *header,
		  const struct fragment *f)
{
	const struct assembly *a = assembly_find(sa, header);

	return a != NULL && a->total == f->total && a->pieces[f->number - 1].present;
}

void assembly_drop(struct world *w, struct ike_sa *sa, const struct ike_header *header)
{
	struct assembly *a = assembly_find(sa, header);

	if (a != NULL)
		assembly_free(w, sa, a);
}

void assemblies_drop_all(struct world *w, struct ike_sa *sa)
{
	LIST_FOR_EACH(link, &sa->assemblies)
		assembly_free(w, sa, LIST_OBJECT(link, struct assembly, link));
}

void assembly_on_time(struct world *w, struct timer *timer)
{
	struct assembly *a = LIST_OBJECT(timer, struct assembly, timer);
	struct ike_sa *sa = ike_sa_find_id(w, a->ike_sa);

	report_ike(w, sa, REPORT_DEBUG, "forgot %u of %u fragments of message %u: the rest does "
		   "not come", a->present, a->total, a->message_id);
	assembly_free(w, sa, a);
}
