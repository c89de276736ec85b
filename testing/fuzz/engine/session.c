/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How two engines are set up, and what they have done when a program's steps begin. */
#include "program.h"

#include "base/mem.h"
#include "../must.h"
#include "jobs.h"

#define TIME_MAX SECONDS(36000) /* of one input: an IKE SA's life and some */

const char other_conn[] =
	"conn u\n left=192.1.2.45\n right=192.1.2.23\n leftid=@west\n rightid=@east\n"
	" leftsubnet=192.0.11.0/24\n rightsubnet=192.0.12.0/24\n authby=secret\n";

/* --- options, a bit each --- */

static const char *const setup_options[] = { " ike-window=2\n", " ddos-mode=busy\n" };

static const char *const proposals[4] = {
	"",
	" ike=aes256-sha2_256-dh31\n esp=aes128-sha2_256\n",
	" ike=aes256-sha2_256-dh31;addke1=dh19;addke2=dh20\n esp=aes256-dh31;addke1=dh19\n",
	" ike=aes256-sha2_256-dh19;addke1=dh31+none\n intermediate=yes\n",
};

static const char *const conn_options[] = {
	" encapsulation=yes\n", " pfs=no\n", " narrowing=yes\n", " salifetime=20m\n",
	" leftupdown=x\n rightupdown=x\n leftsourceip=192.0.1.1\n rightsourceip=192.0.2.1\n",
	" dpddelay=30\n", " ikelifetime=30m\n", " ipsec-max-packets=40\n",
	" childless=force\n", " ppk=propose\n", " mobike=yes\n", " initial-contact=yes\n",
};

static void write_options(struct buffer *out, const char *const *options, size_t count,
			  uint32_t *how)
{
	for (size_t i = 0; i < count; i++) {
		if ((*how & 1) != 0)
			write_text(out, options[i]);
		*how >>= 1;
	}
}

/* west's clones, and east's */
static const char *const clones[4][2] = {
	{ "", "" },
	{ " clones=2\n", " clones=2\n" },
	{ " clones=2\n", " clones=4\n" },
	{ " clones=2\n max-clones=2\n", " clones=0,3\n max-clones=3\n" },
};

/* What else there may be: the second connection, a NAT before west, kernels that cannot move SAs. */
enum { WITH_OTHER = 1, WITH_NAT = 2, IMMOBILE = 4 };

static const char secrets[] = PAIR_PSK "@west @east : PPKS a \"thirty-two bytes of one good key\"\n";

static struct pair_nat nat_of(uint32_t how)
{
	struct pair_nat nat = { .on = (how & WITH_NAT) != 0, .ike_port = 1500, .nat_port = 5500 };

	must(address_parse("203.0.113.9", &nat.address));
	return nat;
}

static struct pair *set_up(uint32_t how)
{
	struct buffer setup = { 0 }, west = { 0 }, east = { 0 };
	struct pair *pair;

	write_text(&west, clones[how & 3][0]);
	write_text(&east, clones[how & 3][1]);
	write_text(&west, proposals[how >> 2 & 3]);
	write_text(&east, proposals[how >> 2 & 3]);
	how >>= 4;
	write_options(&setup, setup_options, ARRAY_LEN(setup_options), &how);
	write_options(&west, conn_options, ARRAY_LEN(conn_options), &(uint32_t) { how });
	write_options(&east, conn_options, ARRAY_LEN(conn_options), &how);
	pair = pair_new(&(struct pair_setup) { .setup = buffer_text(&setup),
					       .west = buffer_text(&west),
					       .east = buffer_text(&east),
					       .nat = nat_of(how),
					       .moves_addresses = (how & IMMOBILE) == 0 });
	pair_secrets(&pair->west, secrets);
	pair_secrets(&pair->east, secrets);
	if ((how & WITH_OTHER) != 0) {
		pair_add(&pair->west, other_conn);
		pair_add(&pair->east, other_conn);
	}
	buffer_done(&setup);
	buffer_done(&west);
	buffer_done(&east);
	return pair;
}

/* --- the network --- */

static struct program *running; /* for the pair's callback */

static bool keep_arrived(struct pair *pair, const struct packet *packet)
{
	struct packet *place = &running->arrived[running->arrived_count++ % REPLAYS];

	(void)pair;
	place->from = packet->from;
	place->to = packet->to;
	buffer_clear(&place->bytes);
	write_bytes(&place->bytes, buffer_bytes(&packet->bytes));
	return false;
}

static struct packet *packet_copy(const struct packet *packet)
{
	struct packet *copy = NEW(struct packet);

	*copy = *packet;
	copy->bytes = (struct buffer) { 0 };
	write_bytes(&copy->bytes, buffer_bytes(&packet->bytes));
	return copy;
}

void packet_arrives(struct program *p, bool keep)
{
	if (p->pair->network == NULL)
		return;
	if (keep) {
		struct packet *copy = packet_copy(p->pair->network);

		copy->next = p->pair->network->next;
		p->pair->network->next = copy;
	}
	must(pair_deliver(p->pair));
}

static void replay(struct program *p, const struct endpoint *from, const struct endpoint *to,
		   struct bytes datagram)
{
	bool to_east = false;
	struct side *side;

	for (size_t i = 0; i < p->pair->east.own_count; i++)
		to_east |= address_equal(&to->address, &p->pair->east.own[i]);
	side = to_east ? &p->pair->east : &p->pair->west;

	ike_engine_on_datagram(side->engine, to, from, datagram, p->pair->now);
}

void step_replay(struct program *p)
{
	uint8_t which = program_next(p);
	const struct packet *packet = &p->arrived[which % REPLAYS];

	if (packet->bytes.len == 0)
		return;
	if ((which & 0x80) != 0)
		replay(p, &packet->to, &packet->from, buffer_bytes(&packet->bytes));
	else
		replay(p, &packet->from, &packet->to, buffer_bytes(&packet->bytes));
}

/* --- sessions --- */

/*
 * Capitals are west's, small letters east's: Up, Down, a Child SA rekeyed, the IKE SA rekeyed, Moved
 * to another address, Xed out and started again. A point lets all of it happen, up to the cut; W is a
 * while in which it does.
 */
static const char *const sessions[SESSIONS] = {
	"", "U.", "u.", "Uu.", "U.W", "U.D.", "U.Dd.", "U.d.",
	"U.C.", "U.c.", "U.Cc.", "U.I.", "U.i.", "U.Ii.", "U.IiCc.", "U.Id.", "U.iD.", "U.CcD.",
	"U.I.WC.", "U.I.Wi.W", "U.I.U.",
	"U.M.", "U.m.", "U.MmW", "U.IM.W", "U.CM.W", "U.Mi.W", "U.XU.", "U.xWU.", "U.Xu.",
};

void side_move(struct side *side, uint8_t where)
{
	static const char *const lists[2][4][PAIR_OWN_MAX] = {
		{ { "192.1.2.45" }, { "192.1.2.46" }, { "192.1.2.45", "198.51.100.9" },
		  { "2001:db8::45", "192.1.2.46" } },
		{ { "192.1.2.23" }, { "192.1.2.24" }, { "192.1.2.23", "198.51.100.7" }, { NULL } },
	};

	pair_set_own(side, lists[side == &side->pair->east][where % 4]);
}

void side_crash(struct side *side)
{
	pair_run_jobs(side->pair);
	pair_crash(side, " clones=2\n");
	pair_secrets(side, secrets);
}

static void command(struct program *p, char c)
{
	struct side *side = c < 'a' ? &p->pair->west : &p->pair->east;
	struct ike_engine *engine = side->engine;
	uint64_t id = ++p->commands;
	int64_t now = p->pair->now;

	switch (c | 0x20) {
	case 'u':
		ike_engine_up(engine, "t", false, id, now);
		break;
	case 'd':
		ike_engine_down(engine, "t", id, now);
		break;
	case 'c':
		ike_engine_rekey(engine, "t", REKEY_CHILD, id, now);
		break;
	case 'i':
		ike_engine_rekey(engine, "t", REKEY_IKE, id, now);
		break;
	case 'm':
		side_move(side, 1);
		break;
	case 'x':
		side_crash(side);
		break;
	default:
		pair_advance(p->pair, SECONDS(15));
		break;
	}
}

/* One packet or the jobs at a time. false: the cut is reached. */
static bool rest(struct program *p, unsigned *left)
{
	struct pair *pair = p->pair;

	while (pair->network != NULL || pair->jobs != NULL) {
		if (*left == 0)
			return false;
		if (*left != WHOLE_SESSION)
			(*left)--;
		if (pair->network != NULL)
			packet_arrives(p, false);
		else
			pair_run_jobs(pair);
	}
	pair_run(pair);
	return true;
}

void session_begin(struct program *p, uint32_t how, uint8_t session, uint8_t cut)
{
	unsigned left = cut;

	jobs_fail(0);
	p->time_left = TIME_MAX;
	p->pair = set_up(how);
	p->side = &p->pair->west;
	running = p;
	p->pair->loses = keep_arrived;
	for (const char *c = sessions[session % SESSIONS]; *c != '\0'; c++) {
		if (*c != '.')
			command(p, *c);
		else if (!rest(p, &left))
			return;
	}
}

void session_end(struct program *p)
{
	pair_free(p->pair);
	for (size_t i = 0; i < REPLAYS; i++)
		buffer_done(&p->arrived[i].bytes);
}
