/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong in a file: each row is one file, and all that is said about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "conf/conf.h"

#define HEAD "conn west\n left=192.1.2.45\n right=192.1.2.23\n authby=secret\n"
#define V6   "conn west\n left=2001:db8::1\n right=2001:db8::2\n authby=secret\n"

struct row {
	const char *sentence, *text, *where, *says;
};

static const struct row syntax_rows[] = {
	{ "a section of another kind", "ca west\n cert=x\n", "t:1", "\"ca\" begins no section" },
	{ "config of something else", "config west\n a=b\n", "t:1", "it is config setup" },
	{ "a conn without a name", "conn\n left=1.2.3.4\n", "t:1", "no name for a connection" },
	{ "a conn with two names", "conn a b\n", "t:1", "\"b\" is too much" },
	{ "a conn named like a keyword", "conn %any\n", "t:1", "no name for a connection" },
	{ "a conn named like an option", "conn -x\n", "t:1", "no name for a connection" },
	{ "a word at the margin", "conn west\nleft=1.2.3.4\n", "t:2", "begins at the margin" },
	{ "a word before any section", " left=1.2.3.4\n", "t:1", "no section above it" },
	{ "a line that is no word=value", "config setup\n logtime\n", "t:2",
	  "\"logtime\" is not of the form word=value" },
	{ "an open quote", "config setup\n logfile=\"/tmp/x\n", "t:2", "no closing sign" },
	{ "an open brace", "config setup\n logfile={/tmp/x\n", "t:2", "no closing sign" },
	{ "text after a quote", "config setup\n logfile=\"/tmp/x\" y\n", "t:2",
	  "goes on after its closing sign" },
	{ "a quote inside", "config setup\n logfile=/tmp/\"x\"\n", "t:2", "has a quote inside" },
	{ "a quoted value on two lines", "config setup\n logfile=\"/a\"\n   /b\n", "t:3",
	  "is on one line" },
	{ "include where nothing can be", "include x.conf\n", "t:1", "\"x.conf\" cannot be" },
	{ "include without a path", "include\n", "t:1", "include needs one" },
};

static const struct row word_rows[] = {
	{ "a typing error", HEAD " clone=2\n", "t:5",
	  "\"clone\" is not an option of a connection; the nearest is clones=" },
	{ "a typing error in a right option", HEAD " rigthsubnet=1.2.3.0/24\n", "t:5",
	  "the nearest is rightsubnet=" },
	{ "a typing error in config setup", "config setup\n logfiel=/x\n", "t:2",
	  "\"logfiel\" is not an option of config setup; the nearest is logfile=" },
	{ "nothing like it", HEAD " qwertyuiop=1\n", "t:5", "ipsec.conf(5) lists them all" },
	{ "an option of config setup in a conn", HEAD " logfile=/x\n", "t:5",
	  "it belongs in config setup" },
	{ "an option of a conn in config setup", "config setup\n clones=2\n", "t:2",
	  "it belongs in a connection" },
	{ "an end's option without its end", HEAD " subnet=1.2.3.0/24\n", "t:5",
	  "it is written leftsubnet= or rightsubnet=" },
	{ "certificates", HEAD " leftcert=west\n", "t:5",
	  "leftcert=: certificates are not there yet" },
	{ "raw keys", HEAD " rightrsasigkey=0x1\n", "t:5", "raw keys are not there yet" },
	{ "pools", HEAD " rightaddresspool=1.2.3.4-1.2.3.9\n", "t:5", "address pools" },
	{ "an ipsec interface", HEAD " ipsec-interface=yes\n", "t:5",
	  "ipsec-interface=yes: ipsec interfaces are not there yet; accepted: no" },
	{ "marks", HEAD " mark=1/0xff\n", "t:5", "marks are not there yet" },
	{ "VTI", HEAD " vti-interface=vti0\n", "t:5", "VTI interfaces are not there" },
	{ "offload", HEAD " nic-offload=crypto\n", "t:5", "NIC offload is not there yet" },
	{ "IP-TFS", HEAD " iptfs=yes\n", "t:5", "IP-TFS is not there yet" },
	{ "labels", HEAD " sec-label=x\n", "t:5", "security labels are not there yet" },
	{ "subnets with a protocol", HEAD " leftsubnets=1.2.3.0/24/tcp\n", "t:5",
	  "up to 256 different address/bits" },
	{ "an alias that is no name", HEAD " connalias=a[1]\n", "t:5", "as it may stand after conn" },
	{ "an IKEv1 option", HEAD " aggressive=yes\n", "t:5", "IKEv1, which is not spoken" },
	{ "another IKEv1 option", HEAD " leftxauthserver=yes\n", "t:5", "IKEv1" },
	{ "MOBIKE", HEAD " mobike=maybe\n", "t:5", "mobike=maybe: yes or no is expected" },
	{ "TCP", "config setup\n listen-tcp=yes\n", "t:2", "IKE over TCP is not there yet" },
	{ "OCSP", "config setup\n ocsp-enable=yes\n", "t:2", "certificates are not there yet" },
	{ "IKEv1 in config setup", "config setup\n ikev1-policy=accept\n", "t:2", "IKEv1" },
	{ "a word twice", HEAD " left=1.2.3.4\n", "t:5", "left= is there twice; it is in t:2" },
	{ "a word twice in two spellings", HEAD " keylife=1h\n lifetime=2h\n", "t:6",
	  "lifetime= is there twice; it is in t:5 already" },
	{ "a word twice in two config setups",
	  "config setup\n logtime=no\nconfig setup\n logtime=no\n", "t:4", "it is in t:2" },
};

static const struct row value_rows[] = {
	{ "yes or no", HEAD " pfs=maybe\n", "t:5", "pfs=maybe: yes or no is expected" },
	{ "a word of a list", HEAD " auto=later\n", "t:5",
	  "auto=later: one of ignore, add, route, start, keep is expected" },
	{ "a time without digits", HEAD " ikelifetime=long\n", "t:5",
	  "ikelifetime=long: a time from 1s to 1d (units us, ms, s, m, h, d, w" },
	{ "a time too long", HEAD " ikelifetime=25h\n", "t:5", "from 1s to 1d" },
	{ "a time that overflows", HEAD " ikelifetime=99999999999999999w\n", "t:5", "1s to 1d" },
	{ "bytes of an unknown unit", HEAD " ipsec-max-bytes=1MB\n", "t:5", "also with KiB" },
	{ "more bytes than there is a limit for", HEAD " ipsec-max-bytes=16EiB\n", "t:5",
	  "from 1KiB to 2^63B" },
	{ "more packets than 64 bits can count", HEAD " ipsec-max-packets=17179869184Gi\n", "t:5",
	  "a number of packets" },
	{ "too few packets", HEAD " ipsec-max-packets=9\n", "t:5", "from 10 to 2^63" },
	{ "packets with a unit of bytes", HEAD " ipsec-max-packets=1KiB\n", "t:5",
	  "a number of packets" },
	{ "an unknown unit", HEAD " dpddelay=3y\n", "t:5", "a time from 0s to 1d" },
	{ "a percentage", HEAD " rekeyfuzz=x%\n", "t:5", "a percentage from 0% to 1000%" },
	{ "a number too large", HEAD " reqid=16380\n", "t:5", "auto or a number from 1 to 16379" },
	{ "a negative number", HEAD " metric=-1\n", "t:5", "a number from 0 to 2147483647" },
	{ "a number that overflows", HEAD " priority=4294967296\n", "t:5", "1 to 4294967295" },
	{ "a window", "config setup\n ike-window=257\n", "t:2", "a number from 1 to 256" },
	{ "helpers", "config setup\n nhelpers=-2\n", "t:2", "a number from -1 to 1024" },
	{ "names without a name", HEAD " ppk-ids=\" , \"\n", "t:5", "up to 16 names of keys" },
	{ "too many names", HEAD " ppk-ids=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n", "t:5",
	  "up to 16 names of keys" },
	{ "a relative path", "config setup\n nssdir=nss\n", "t:2", "begins with / is expected" },
	{ "two addresses to listen on", "config setup\n listen=1.2.3.4,1.2.3.5\n", "t:2",
	  "one IPv4 or IPv6 address" },
	{ "debug words", "config setup\n plutodebug=a;b\n", "t:2", "words with commas" },
	{ "another stack", "config setup\n protostack=klips\n", "t:2", "there is only one stack" },
	{ "another kernel", "config setup\n kernel=bsd\n", "t:2", "one of xfrm, none is expected" },
	{ "clones of words", HEAD " clones=many\n", "t:5",
	  "no, yes, a number up to 1024, or a list of CPUs such as 0-3,8-11" },
	{ "more clones than there can be", HEAD " clones=1025\n", "t:5", "up to 1024" },
	{ "a CPU twice", HEAD " clones=0-3,2\n", "t:5", "and once" },
	{ "a range that goes down", HEAD " clones=3-0\n", "t:5", "a list of CPUs" },
	{ "a CPU number too large", HEAD " clones=0,8192\n", "t:5", "each below 8192" },
	{ "a list that ends with a comma", HEAD " clones=0,\n", "t:5", "a list of CPUs" },
	{ "another way to make clones", HEAD " clone-mode=some\n", "t:5",
	  "one of all, ondemand is expected" },
	{ "a time to be idle without a number", HEAD " clone-idle=never\n", "t:5",
	  "a time from 0s to 1d" },
	{ "another authentication", HEAD "conn b\n also=west\n authby=rsasig\n", "t:7",
	  "authby=rsasig: only pre-shared keys are there yet; secret is expected" },
	{ "IKEv1", HEAD " keyexchange=ikev1\n", "t:5", "only IKEv2 is spoken" },
	{ "IKEv1 in the old way", HEAD " ikev2=no\n", "t:5", "only IKEv2 is spoken" },
	{ "AH", HEAD " phase2=ah\n", "t:5", "AH is not there" },
	{ "another type", HEAD " type=passthrough\n", "t:5", "passthrough, drop and reject are" },
	{ "proposals", HEAD " ike=3des-md5\n", "t:5", "IKE encryption algorithm '3des' is not" },
	{ "an identity that needs DNS", HEAD " leftid=west.example.org\n", "t:5",
	  "would be looked up in DNS, which is not there yet; an address, @name" },
	{ "a distinguished name", HEAD " leftid=\"C=CA, O=Example\"\n", "t:5", "certificates" },
	{ "an identity of a certificate", HEAD " leftid=%fromcert\n", "t:5", "certificates" },
	{ "a subnet with host bits", HEAD " leftsubnet=192.0.1.1/24\n", "t:5",
	  "address/bits is expected" },
	{ "a subnet twice", HEAD " leftsubnet=192.0.1.0/24,192.0.1.0/24\n", "t:5",
	  "different ones" },
	{ "a subnet with a port of no protocol", HEAD " leftsubnet=192.0.1.0/24/%any/80\n", "t:5",
	  "address/bits/protocol/port" },
	{ "more subnets than there may be",
	  HEAD " leftsubnet=10.0.0.0/24,10.0.1.0/24,10.0.2.0/24,10.0.3.0/24,10.0.4.0/24,10.0.5.0/24,"
	  "10.0.6.0/24,10.0.7.0/24,10.0.8.0/24,10.0.9.0/24,10.0.10.0/24,10.0.11.0/24,10.0.12.0/24,"
	  "10.0.13.0/24,10.0.14.0/24,10.0.15.0/24,10.0.16.0/24\n", "t:5", "up to 16" },
	{ "a subnet of the peer's choice", HEAD " rightsubnet=vhost:%priv\n", "t:5",
	  "that the peer chooses are not there yet" },
	{ "a service nobody knows", HEAD " leftprotoport=tcp/gopherx\n", "t:5",
	  "the port as a number or the name of a common service" },
	{ "any port of any protocol", HEAD " leftprotoport=%any/%any\n", "t:5",
	  "only with a protocol that has ports" },
	{ "a port without a protocol", HEAD " leftprotoport=%any/80\n", "t:5",
	  "only with a protocol that has ports" },
	{ "a port of a protocol without", HEAD " leftprotoport=gre/80\n", "t:5",
	  "only with a protocol that has ports" },
	{ "a line of control characters", HEAD " leftupdown=a\x01""b\n", "t:5",
	  "leftupdown=: only printable ASCII" },
	{ "opportunistic encryption",
	  "conn a\n left=1.2.3.4\n right=%opportunistic\n authby=secret\n", "t:3",
	  "opportunistic encryption is not there yet" },
	{ "an interface", "conn a\n left=%eth0\n right=1.2.3.4\n authby=secret\n", "t:2",
	  "an interface's name is not there yet" },
	{ "a host name", "conn a\n left=west.example.org\n right=1.2.3.4\n authby=secret\n",
	  "t:2", "a host name would need DNS, which is not there yet" },
	{ "no address at all", "conn a\n left=1.2.3.400\n right=1.2.3.4\n authby=secret\n", "t:2",
	  "this is not an address" },
};

static const struct row conn_rows[] = {
	{ "no left", "conn a\n right=1.2.3.4\n authby=secret\n", "t:1", "left= is missing" },
	{ "no right", "conn a\n left=1.2.3.4\n authby=secret\n", "t:1", "right= is missing" },
	{ "no authby", "conn a\n left=1.2.3.4\n right=1.2.3.5\n", "t:1",
	  "authby= is missing; only pre-shared keys are there yet, so authby=secret" },
	{ "both ends found by the route",
	  "conn a\n left=%defaultroute\n right=%defaultroute\n authby=secret\n", "t:3",
	  "both %defaultroute" },
	{ "hosts of two families", "conn a\n left=1.2.3.4\n right=2001:db8::1\n authby=secret\n",
	  "t:3", "not of one family" },
	{ "one host twice", "conn a\n left=1.2.3.4\n right=1.2.3.4\n authby=secret\n", "t:3",
	  "the same address" },
	{ "subnets of two families",
	  HEAD " leftsubnet=192.0.1.0/24\n rightsubnet=2001:db8:1::/64\n", "t:6",
	  "needs something of its family" },
	{ "a subnet on one side of another family", V6 " leftsubnet=192.0.1.0/24\n", "t:5",
	  "needs something of its family" },
	{ "one of a list without a counterpart",
	  HEAD " leftsubnet=192.0.1.0/24,2001:db8:1::/64\n rightsubnet=192.0.2.0/24\n", "t:6",
	  "needs something of its family" },
	{ "protocols of a list that differ",
	  HEAD " leftsubnet=192.0.1.0/24/tcp\n rightsubnet=192.0.2.0/24/udp\n", "t:6",
	  "and of its protocol at the other end" },
	{ "a list with leftprotoport=",
	  HEAD " leftsubnet=192.0.1.0/24,192.0.3.0/24\n leftprotoport=tcp\n rightprotoport=tcp\n",
	  "t:6", "go with one plain subnet" },
	{ "a selector with leftprotoport=",
	  HEAD " leftsubnet=192.0.1.0/24/tcp\n leftprotoport=tcp\n rightprotoport=tcp\n", "t:6",
	  "go with one plain subnet" },
	{ "a list beside subnets",
	  HEAD " leftsubnet=1.2.3.0/24,1.2.4.0/24\n rightsubnets=1.2.5.0/24\n", "t:5",
	  "does not go with leftsubnets=" },
	{ "subnets in transport mode", HEAD " type=transport\n leftsubnets=192.0.1.0/24\n", "t:1",
	  "needs type=tunnel" },
	{ "subnets of two families", HEAD " leftsubnets=1.2.3.0/24\n rightsubnets=2001:db8::/32\n",
	  "t:1", "no pair of leftsubnets= and rightsubnets= is of one family" },
	{ "a source address that is in none of the subnets",
	  HEAD " leftsubnets=192.0.1.0/24,192.0.3.0/24\n leftsourceip=192.0.2.1\n", "t:6",
	  "within leftsubnet=" },
	{ "a name that subnets make",
	  HEAD " leftsubnets=192.0.1.0/24,192.0.3.0/24\nconn west/2x0\n also=west\n leftsubnets=\n",
	  "t:1", "west/2x0: leftsubnets= or rightsubnets= of another conn" },
	{ "a subnet in transport mode", HEAD " type=transport\n leftsubnet=192.0.1.0/24\n", "t:6",
	  "needs type=tunnel" },
	{ "two protocols", HEAD " leftprotoport=tcp/80\n rightprotoport=udp\n", "t:6",
	  "name different protocols" },
	{ "any port at both ends", HEAD " leftprotoport=udp/%any\n rightprotoport=udp/%any\n",
	  "t:6", "/%any is for one of them" },
	{ "a protocol at one end only", HEAD " leftprotoport=tcp/80\n", "t:5",
	  "name different protocols" },
	{ "a source address outside", HEAD " leftsubnet=192.0.1.0/24\n leftsourceip=192.0.2.1\n",
	  "t:6", "within leftsubnet=" },
	{ "a source address of another family",
	  HEAD " leftsubnet=192.0.1.0/24\n leftsourceip=2001:db8::1\n", "t:6", "within" },
	{ "a router of another family", HEAD " leftnexthop=2001:db8::1\n", "t:5", "family" },
	{ "retransmissions longer than their end",
	  HEAD " retransmit-interval=30s\n retransmit-timeout=20s\n", "t:5", "longer than" },
	{ "a margin as long as the life", HEAD " rekeymargin=1h\n ipsec-lifetime=1h\n", "t:5",
	  "not shorter than" },
	{ "acquires without clones on demand", HEAD " clone-acquire=yes\n", "t:5",
	  "clone-acquire=yes goes with clone-mode=ondemand" },
	{ "ports without UDP", HEAD " clone-ports=spread\n encapsulation=no\n", "t:5",
	  "clone-ports=spread goes with encapsulation=yes or auto" },
	{ "more clones than allowed", HEAD " clones=8\n max-clones=4\n", "t:6", "at least 8" },
	{ "a conn twice", HEAD "conn west\n left=1.2.3.4\n", "t:5",
	  "conn west is there twice; it is in t:1 already" },
	{ "a conn with the name of a clone", HEAD " clones=2\nconn west-1\n also=west\n clones=\n",
	  "t:6", "that is the name of a clone" },
	{ "a conn with the name of a clone, above it",
	  "conn west-0\n also=west\n clones=no\n" HEAD " clones=yes\n", "t:1",
	  "that is the name of a clone" },
	{ "also= to nowhere", HEAD " also=nowhere\n", "t:5",
	  "also=nowhere: there is no conn of that name" },
	{ "also= to itself", HEAD " also=west\n", "t:5", "leads back" },
	{ "also= in a circle", "conn a\n also=b\nconn b\n also=c\nconn c\n also=a\n", "t:6",
	  "also=a leads back" },
	{ "a value that comes by also=",
	  "conn base\n pfs=maybe\n authby=secret\nconn a\n also=base\n"
	  " left=1.2.3.4\n right=1.2.3.5\nconn b\n also=base\n left=1.2.3.4\n right=1.2.3.6\n",
	  "t:2", "pfs=maybe" },
	{ "a value for everybody", "conn %default\n pfs=maybe\n" HEAD, "t:2", "pfs=maybe" },
	{ "a family found out by also=", "conn base\n left=1.2.3.4\n authby=secret\nconn a\n"
	  " also=base\n right=2001:db8::1\n", "t:6", "not of one family" },
};

/* One error, no more, at that place; nothing is loaded. */
static bool row_holds(const struct row *row)
{
	struct conf_errors errors = { 0 };
	struct conf conf = { .count = 77 };
	bool ok = !conf_parse("t", bytes_of_text(row->text), &conf, &errors) && conf.count == 77 &&
		  errors.count == 1 && strcmp(errors.list[0].where, row->where) == 0 &&
		  strstr(errors.list[0].text, row->says) != NULL;

	print_message("%s: %s\n", ok ? "refused" : "NOT AS EXPECTED", row->sentence);
	for (size_t i = 0; !ok && i < errors.count; i++)
		print_message("    %s: %s\n", errors.list[i].where, errors.list[i].text);
	conf_errors_done(&errors);
	return ok;
}

static void check_rows(const struct row *rows, size_t count)
{
	size_t good = 0;

	for (size_t i = 0; i < count; i++)
		good += row_holds(&rows[i]);
	assert_int_equal(good, count);
}

static void test_syntax(void **state)
{
	(void)state;
	check_rows(syntax_rows, ARRAY_LEN(syntax_rows));
}

static void test_words(void **state)
{
	(void)state;
	check_rows(word_rows, ARRAY_LEN(word_rows));
}

static void test_values(void **state)
{
	(void)state;
	check_rows(value_rows, ARRAY_LEN(value_rows));
}

static void test_conns(void **state)
{
	(void)state;
	check_rows(conn_rows, ARRAY_LEN(conn_rows));
}

/* Every error of a file, each at its own place. */
static void test_all_at_once(void **state)
{
	static const char text[] = "config setup\n"
				   " logtim=no\n"
				   "conn a\n"
				   " left=%all\n"
				   " pfs=maybe\n"
				   "conn b\n"
				   " left=1.2.3.4\n"
				   "oops\n";
	static const char *const places[] = { "t:8", "t:2", "t:4", "t:5", "t:6", "t:6" };
	struct conf_errors errors = { 0 };
	struct conf conf;

	(void)state;
	assert_false(conf_parse("t", bytes_of_text(text), &conf, &errors));
	assert_int_equal(errors.count, ARRAY_LEN(places));
	for (size_t i = 0; i < errors.count; i++)
		assert_string_equal(errors.list[i].where, places[i]);
	conf_errors_done(&errors);
}

static struct conf_errors errors_of(struct bytes text)
{
	struct conf_errors errors = { 0 };
	struct conf conf;

	assert_false(conf_parse("t", text, &conf, &errors));
	return errors;
}

static void test_zero_byte(void **state)
{
	static const char text[] = "config setup\n logfile=/tmp/x\0y\n";
	struct conf_errors errors = errors_of(bytes_at(text, sizeof(text) - 1));

	(void)state;
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.list[0].where, "t:2");
	assert_non_null(strstr(errors.list[0].text, "a zero byte"));
	conf_errors_done(&errors);
}

/* A line of a million bytes is refused in a sentence; a comment may be as long as it likes. */
static void test_long_line(void **state)
{
	enum { LONG = 1000000 };
	struct buffer text = { 0 };
	struct conf_errors errors;
	struct conf conf;

	(void)state;
	write_text(&text, "config setup\n # ");
	memset(buffer_extend(&text, LONG), 'x', LONG);
	write_text(&text, "\n");
	errors = (struct conf_errors) { 0 };
	assert_true(conf_parse("t", buffer_bytes(&text), &conf, &errors));
	conf_done(&conf);
	write_text(&text, " logfile=/");
	memset(buffer_extend(&text, LONG), 'x', LONG);
	errors = errors_of(buffer_bytes(&text));
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.list[0].where, "t:3");
	assert_true(strlen(errors.list[0].text) < 200);
	conf_errors_done(&errors);
	buffer_done(&text);
}

static void test_too_many_errors(void **state)
{
	struct buffer text = { 0 };
	struct conf_errors errors;

	(void)state;
	for (int i = 0; i < 1000; i++)
		write_text(&text, "oops\n");
	errors = errors_of(buffer_bytes(&text));
	assert_int_equal(errors.count, CONF_ERRORS_MAX);
	assert_int_equal(errors.dropped, 1000 - CONF_ERRORS_MAX);
	conf_errors_done(&errors);
	buffer_done(&text);
}

/* 200 sections in a row by also= are more than anybody needs; the walk ends. */
static void test_long_chain(void **state)
{
	struct buffer text = { 0 };
	struct conf_errors errors;

	(void)state;
	for (int i = 0; i < 200; i++)
		write_format(&text, "conn c%d\n also=c%d\n", i, i + 1);
	write_text(&text, "conn c200\n authby=secret\n left=1.2.3.4\n right=1.2.3.5\n");
	errors = errors_of(buffer_bytes(&text));
	assert_true(errors.count > 0);
	assert_non_null(strstr(errors.list[0].text, "more than 100 sections"));
	conf_errors_done(&errors);
	buffer_done(&text);
}

/* Cut anywhere, a file is loaded or refused, and nothing is leaked or read beyond its end. */
static void test_every_prefix(void **state)
{
	static const char text[] = "config setup\n plutodebug=\"a\" # x\nconn west\n left=1.2.3.4\n"
				   " right={1.2.3.5}\n authby=secret\n also=b, c\n ike=aes256-\n"
				   "   sha2;dh19\n clones=0-3,9\nconn b\n x-y=1\nconn c\n mtu=\n";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		struct conf_errors errors = { 0 };
		struct conf conf;
		char *cut = mem_new(len + 1);

		memcpy(cut, text, len);
		if (conf_parse("t", bytes_at(cut, len), &conf, &errors))
			conf_done(&conf);
		else
			assert_true(errors.count > 0);
		conf_errors_done(&errors);
		mem_free(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_conns),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_zero_byte),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_too_many_errors),
		cmocka_unit_test(test_long_chain),
		cmocka_unit_test(test_every_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
