/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The input as ipsec.conf, as several files of it, as one connection in JSON, as ike= and esp=, and
 * as an identity. A file is refused with a reason or loaded; what was loaded is the same after
 * printing and reading it.
 */
#include <string.h>

#include "base/mem.h"
#include "base/must_check.h"
#include "conf/conf.h"
#include "files.h"
#include "must.h"

/* %defaultroute has no address here, and JSON takes none without. */
static bool has_hosts(const struct conf_conn *conn)
{
	return !conn->left.default_route && !conn->right.default_route;
}

static void conn_rewrite(const struct conf_conn *conn)
{
	struct conf_errors errors = { 0 };
	struct conf_conn again;
	json_t *json = conf_conn_to_json(conn), *json_again;

	must(conf_conn_from_json(json, &again, &errors));
	json_again = conf_conn_to_json(&again);
	must(json_equal(json, json_again));
	must(again.given == conn->given);
	json_decref(json_again);
	json_decref(json);
	conf_conn_done(&again);
}

static void try_conf(bool good, struct conf *conf, struct conf_errors *errors)
{
	must(good == (errors->count == 0));
	for (size_t i = 0; good && i < conf->count; i++)
		if (has_hosts(&conf->conns[i]))
			conn_rewrite(&conf->conns[i]);
	if (good)
		conf_done(conf);
	conf_errors_done(errors);
}

static void try_file(struct bytes text)
{
	struct conf_errors errors = { 0 };
	struct conf conf;
	bool good = conf_parse("input", text, &conf, &errors);

	try_conf(good, &conf, &errors);
}

/* Files that include one another; short, for they may do so 10000 times. */
static void try_files(struct bytes files)
{
	struct conf_errors errors = { 0 };
	struct conf conf;
	bool good;

	if (files.len > FILES_LEN_MAX)
		return;
	files_begin(files);
	good = conf_load(FILES_FIRST, &conf, &errors);
	try_conf(good, &conf, &errors);
	files_end();
}

static void try_json(struct bytes text)
{
	json_t *json = json_loadb((const char *)text.ptr, text.len,
				  JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
	struct conf_errors errors = { 0 };
	struct conf_conn conn;

	if (json == NULL)
		return;
	if (conf_conn_from_json(json, &conn, &errors)) {
		conn_rewrite(&conn);
		conf_conn_done(&conn);
	} else {
		must(errors.count > 0);
	}
	conf_errors_done(&errors);
	json_decref(json);
}

static void try_proposals(enum proposal_kind kind, const char *text)
{
	struct algorithm_list list = { 0 }, again = { 0 };
	struct buffer why = { 0 }, printed = { 0 };

	if (algorithm_list_parse(kind, text, &list, &why)) {
		algorithm_list_print(kind, &list, &printed);
		must(algorithm_list_parse(kind, buffer_text(&printed), &again, &why));
		must(algorithm_list_equal(&list, &again));
	} else {
		must(why.len > 0);
	}
	algorithm_list_done(&list);
	algorithm_list_done(&again);
	buffer_done(&printed);
	buffer_done(&why);
}

static void try_identity(const char *text)
{
	char printed[IDENTITY_TEXT_MAX];
	struct identity id, again;

	if (!identity_parse(text, &id))
		return;
	must(identity_parse(identity_print(&id, printed), &again));
	must(identity_equal(&id, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_new(size + 1);

	memcpy(text, data, size);
	try_file(bytes_at(data, size));
	try_files(bytes_at(data, size));
	try_json(bytes_at(data, size));
	try_proposals(PROPOSAL_IKE, text);
	try_proposals(PROPOSAL_ESP, text);
	try_identity(text);
	mem_free(text);
	return 0;
}
